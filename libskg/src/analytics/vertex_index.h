// VertexIndex: numbers the terms of a graph's nodes, in the order of their ids.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "analytics/csr.h"
#include "rdf/term_id.h"
#include "skg/graph_view.h"

namespace skg::analytics {

// Dictionary terms are a bit each, at the place of their number: the numbers of
// a graph lie close together. First Add, then Number, then the rest.
// Thread safety: Add from one thread, what is const from any.
class VertexIndex {
 public:
  void Add(rdf::TermId term) {
    if (!term.in_dictionary()) {
      AddInline(term);
      return;
    }
    std::vector<Word>& words = words_[TagOf(term)];
    const size_t place = term.payload() / 64;
    if (place >= words.size()) Grow(words, place);
    words[place].bits |= uint64_t{1} << (term.payload() % 64);
  }

  // How many terms there are; numbers them. More than fit into a Vertex: as
  // many as there are, and VertexOf must not be asked.
  uint64_t Number();

  // The term must have been added.
  [[nodiscard]] Vertex VertexOf(rdf::TermId term) const;
  [[nodiscard]] bool Has(rdf::TermId term) const;
  // All terms, ascending.
  [[nodiscard]] Array<rdf::TermId> Terms() const;

  [[nodiscard]] size_t bytes() const;

 private:
  struct Word {
    uint64_t bits = 0;
    uint64_t before = 0;  // how many terms come before its first
  };
  static constexpr size_t kTags = 8;  // of the dictionary

  static size_t TagOf(rdf::TermId term) {
    return static_cast<size_t>(term.tag());
  }
  static void Grow(std::vector<Word>& words, size_t place);
  void AddInline(rdf::TermId term);
  void SortInline();

  std::array<std::vector<Word>, kTags> words_;
  std::vector<rdf::TermId>
      inline_;  // the first `sorted_` ascend, all different
  size_t sorted_ = 0;
  uint64_t before_inline_ = 0;
  uint64_t count_ = 0;
};

}  // namespace skg::analytics
