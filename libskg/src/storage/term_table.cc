#include "storage/term_table.h"

#include <xxhash.h>

#include <algorithm>
#include <cstring>

#include "base/bytes.h"
#include "storage/keys.h"

namespace skg::storage {

namespace {

constexpr size_t kPieceBytes = 1 << 20;
constexpr size_t kHashedKeyBytes = 1 + kTermPrefixBytes + 16;

struct SortItem {
  uint64_t bytes;  // eight of the key from some depth on
  uint32_t number;
};

}  // namespace

uint64_t LocalTermHash(rdf::TermTag tag, std::string_view text) {
  return XXH3_64bits_withSeed(text.data(), text.size(),
                              static_cast<uint64_t>(tag));
}

TermTable::TermTable() : slots_(1024) {}

TermBytes TermTable::term(uint32_t number) const {
  const Entry& entry = entries_[number];
  if (entry.text_bytes <= kWholeTermBytes) {
    return {{entry.bytes, entry.text_bytes + size_t{1}},
            {entry.bytes + 1, entry.text_bytes}};
  }
  return {{entry.bytes, kHashedKeyBytes},
          {entry.bytes + kHashedKeyBytes, entry.text_bytes}};
}

bool TermTable::Is(const Entry& entry, rdf::TermTag tag,
                   std::string_view text) const {
  if (entry.text_bytes != text.size() || (static_cast<uint8_t>(entry.bytes[0]) &
                                          0x7F) != static_cast<uint8_t>(tag)) {
    return false;
  }
  const char* own = text.size() <= kWholeTermBytes
                        ? entry.bytes + 1
                        : entry.bytes + kHashedKeyBytes;
  return std::memcmp(own, text.data(), text.size()) == 0;
}

uint32_t TermTable::Intern(uint64_t hash, rdf::TermTag tag,
                           std::string_view text) {
  const size_t mask = slots_.size() - 1;
  const auto short_hash = static_cast<uint32_t>(hash >> 32);
  size_t at = hash & mask;
  for (; slots_[at] != 0; at = (at + 1) & mask) {
    const Entry& entry = entries_[slots_[at] - 1];
    if (entry.hash == short_hash && Is(entry, tag, text)) return slots_[at] - 1;
  }
  const auto number = static_cast<uint32_t>(entries_.size());
  slots_[at] = number + 1;
  entries_.push_back(
      {Keep(tag, text), static_cast<uint32_t>(text.size()), short_hash});
  if (entries_.size() * 2 > slots_.size()) GrowSlots();
  return number;
}

void TermTable::GrowSlots() {
  std::vector<uint32_t> slots(slots_.size() * 4);
  const size_t mask = slots.size() - 1;
  for (uint32_t number = 0; number < entries_.size(); ++number) {
    const TermBytes bytes = term(number);
    size_t at = LocalTermHash(bytes.tag(), bytes.text) & mask;
    while (slots[at] != 0) at = (at + 1) & mask;
    slots[at] = number + 1;
  }
  slots_ = std::move(slots);
}

const char* TermTable::Keep(rdf::TermTag tag, std::string_view text) {
  const bool whole = text.size() <= kWholeTermBytes;
  const size_t size = (whole ? 1 : kHashedKeyBytes) + text.size();
  if (arena_.empty() || kPieceBytes - arena_used_ < size) {
    const size_t piece = std::max(kPieceBytes, size);
    arena_.push_back(std::make_unique_for_overwrite<char[]>(piece));
    arena_bytes_ += piece;
    arena_used_ = 0;
  }
  char* const out = arena_.back().get() + arena_used_;
  arena_used_ = std::min(kPieceBytes, arena_used_ + size);
  size_t at = 0;
  if (!whole) {
    const std::string key = TermIdKey(0, tag, text);
    std::memcpy(out, key.data() + kGraphBytes, kHashedKeyBytes);
    at = kHashedKeyBytes;
  } else {
    out[at++] = static_cast<char>(tag);
  }
  std::memcpy(out + at, text.data(), text.size());
  return out;
}

size_t TermTable::memory_bytes() const {
  return arena_bytes_ + entries_.capacity() * sizeof(Entry) +
         slots_.capacity() * sizeof(uint32_t);
}

namespace {

// Eight bytes from `depth` on; what is not there counts as zero bytes.
uint64_t BytesAt(std::string_view key, size_t depth) {
  if (depth + 8 <= key.size())
    return LoadBigEndian<uint64_t>(key.data() + depth);
  char bytes[8] = {};
  if (depth < key.size())
    std::memcpy(bytes, key.data() + depth, key.size() - depth);
  return LoadBigEndian<uint64_t>(bytes);
}

// Sorts by eight bytes at a time, so that a comparison looks at no key; equal
// ones are sorted by the next eight. Keys have at most 65 bytes: nine levels.
class KeySort {
 public:
  KeySort(const TermTable& table, std::vector<SortItem>& items)
      : table_(table), items_(items) {}

  void Sort(size_t begin, size_t end, size_t depth) {
    if (end - begin < 2) return;
    if (end - begin <= kFew || depth > kHashedKeyBytes)
      return SortFew(begin, end, depth);
    bool differ = false;
    for (size_t i = begin; i < end; ++i) {
      SortItem& item = items_[i];
      item.bytes = BytesAt(table_.term(item.number).key, depth);
      differ |= item.bytes != items_[begin].bytes;
    }
    if (differ) {
      std::sort(items_.begin() + static_cast<ptrdiff_t>(begin),
                items_.begin() + static_cast<ptrdiff_t>(end),
                [](const SortItem& a, const SortItem& b) {
                  return a.bytes < b.bytes;
                });
    }
    for (size_t i = begin; i < end;) {
      size_t same = i + 1;
      while (same < end && items_[same].bytes == items_[i].bytes) ++same;
      Sort(i, same, depth + 8);
      i = same;
    }
  }

 private:
  static constexpr size_t kFew = 12;

  // What ends counts as zero bytes above; here the shorter key comes first.
  void SortFew(size_t begin, size_t end, size_t depth) {
    const auto rest = [&](const SortItem& item) {
      const std::string_view key = table_.term(item.number).key;
      return key.substr(std::min(depth, key.size()));
    };
    std::sort(items_.begin() + static_cast<ptrdiff_t>(begin),
              items_.begin() + static_cast<ptrdiff_t>(end),
              [&](const SortItem& a, const SortItem& b) {
                if (const int order = rest(a).compare(rest(b)); order != 0)
                  return order < 0;
                return table_.term(a.number).key.size() <
                       table_.term(b.number).key.size();
              });
  }

  const TermTable& table_;
  std::vector<SortItem>& items_;
};

}  // namespace

std::vector<uint32_t> TermTable::Sorted() const {
  std::vector<SortItem> items(entries_.size());
  for (uint32_t i = 0; i < items.size(); ++i) items[i].number = i;
  KeySort(*this, items).Sort(0, items.size(), 0);
  std::vector<uint32_t> order;
  order.reserve(items.size());
  for (const SortItem& item : items) order.push_back(item.number);
  return order;
}

}  // namespace skg::storage
