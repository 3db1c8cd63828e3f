// LoadBlockBuilder: terms as text become the terms of a LoadBlock.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "rdf/term.h"
#include "rdf/term_id.h"
#include "storage/bulk_load.h"

namespace skg::storage {

// Not thread-safe; each thread that reads a part of an input has its own.
class LoadBlockBuilder {
 public:
  // The id of a term in this block: its inline id or its place.
  [[nodiscard]] TermId IdOf(const rdf::Term& term);
  [[nodiscard]] LoadBlock& block() { return block_; }
  [[nodiscard]] const LoadBlock& block() const { return block_; }
  // About what the block takes.
  [[nodiscard]] size_t memory_bytes() const;
  void Clear();

 private:
  [[nodiscard]] TermId Place(rdf::TermTag tag, std::string_view bytes);

  LoadBlock block_;
  rdf::EncodedTerm encoded_;
  std::vector<uint32_t> slots_;  // place + 1, by hash; a power of two of them
};

}  // namespace skg::storage
