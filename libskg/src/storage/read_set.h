// ReadSet: what a transaction has read, to be held against what others wrote.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "storage/clear_marks.h"
#include "storage/statement_row.h"

namespace skg::storage {

// Patterns of statements, some with arena ids for terms that the dictionary
// lacked when they were read. Memory is bounded: past kMaxPatterns they are
// widened, in the end to everything. Not thread-safe.
class ReadSet {
 public:
  static constexpr size_t kMaxPatterns = 4096;

  void Add(const ScanPattern& pattern);
  void AddEverything() { everything_ = true; }
  [[nodiscard]] bool empty() const { return !everything_ && patterns_.empty(); }

  // The same with arena ids replaced by `resolve`; a pattern with a term that
  // stays unbound matches nothing that exists and is left out.
  [[nodiscard]] ReadSet Resolve(
      const std::function<TermId(TermId)>& resolve) const;

  // Whether a change to this statement touches anything that was read. O(1) in
  // the number of patterns.
  [[nodiscard]] bool Touches(const StatementKey& key) const;
  // Whether a clear may have taken anything that was read: patterns of the
  // graphs that it covers. O(patterns).
  [[nodiscard]] bool Touches(const ClearScope& cleared) const;

 private:
  struct Pattern {
    GraphScope scope;
    TermId graph, subject, predicate, object;
    friend bool operator==(const Pattern&, const Pattern&) = default;
    template <typename H>
    friend H AbslHashValue(H h, const Pattern& p) {
      return H::combine(std::move(h), static_cast<uint8_t>(p.scope), p.graph,
                        p.subject, p.predicate, p.object);
    }
  };
  // Scope and which of the three terms are bound: 4 x 8 shapes.
  [[nodiscard]] static uint32_t Shape(const Pattern& pattern);
  void Insert(const Pattern& pattern);
  void Widen();

  absl::flat_hash_set<Pattern> patterns_;
  uint32_t shapes_ = 0;  // bit set of the shapes that occur
  bool widened_ = false;
  bool everything_ = false;
};

}  // namespace skg::storage
