// TermTable: the distinct dictionary terms of a part of a load, by local
// numbers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "rdf/term_id.h"

namespace skg::storage {

// The bytes that identify a term among those of a graph, and order it as the
// keys of family `term_ids` do (its key there, without the graph). A term of
// more than 64 bytes is hashed: `text` has all of it.
struct TermBytes {
  std::string_view key;
  std::string_view text;  // the encoded term, without its tag

  [[nodiscard]] rdf::TermTag tag() const {
    return static_cast<rdf::TermTag>(static_cast<uint8_t>(key.front()) & 0x7F);
  }
};

// The hash that TermTable goes by.
[[nodiscard]] uint64_t LocalTermHash(rdf::TermTag tag, std::string_view text);

// Not thread-safe while terms are added.
class TermTable {
 public:
  TermTable();
  TermTable(TermTable&&) = default;
  TermTable& operator=(TermTable&&) = default;

  // The local number of a term: 0, 1, ... as they come first. `hash` is its
  // LocalTermHash. O(length).
  uint32_t Intern(uint64_t hash, rdf::TermTag tag, std::string_view text);
  // Makes a coming Intern of a term with this hash find its place in the
  // processor's cache.
  void Prefetch(uint64_t hash) const {
    __builtin_prefetch(&slots_[hash & (slots_.size() - 1)]);
  }

  [[nodiscard]] uint32_t size() const {
    return static_cast<uint32_t>(entries_.size());
  }
  [[nodiscard]] TermBytes term(uint32_t number) const;
  [[nodiscard]] size_t memory_bytes() const;

  // The local numbers in the order of the terms' keys. O(bytes); memory: 16
  // bytes a term while it works.
  [[nodiscard]] std::vector<uint32_t> Sorted() const;

 private:
  struct Entry {
    const char* bytes;  // the key, and all of the text where that is hashed
    uint32_t text_bytes;
    uint32_t hash;
  };
  [[nodiscard]] bool Is(const Entry& entry, rdf::TermTag tag,
                        std::string_view text) const;
  const char* Keep(rdf::TermTag tag, std::string_view text);
  void GrowSlots();

  std::vector<Entry> entries_;
  std::vector<uint32_t> slots_;  // number + 1; a power of two of them
  std::vector<std::unique_ptr<char[]>> arena_;
  size_t arena_used_ = 0;   // of the last piece
  size_t arena_bytes_ = 0;  // of all pieces
};

}  // namespace skg::storage
