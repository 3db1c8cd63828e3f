// Frontier: where several scorers stand, the least document first.
#pragma once

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "text/posting.h"

namespace skg::text {

// A binary heap whose top is replaced rather than taken away. Not thread-safe.
class Frontier {
 public:
  void Clear() { heap_.clear(); }
  // `place`: which scorer.
  void Add(uint64_t document, uint32_t place) {
    heap_.push_back({document, place});
    std::push_heap(heap_.begin(), heap_.end(), After);
  }
  // kNoDocument: there is none.
  [[nodiscard]] uint64_t document() const {
    return heap_.empty() ? kNoDocument : heap_.front().document;
  }
  [[nodiscard]] uint32_t place() const { return heap_.front().place; }

  // Calls visit(place) for all that stand at the least document.
  template <typename Visit>
  void ForEachAtTop(Visit visit) const {
    VisitFrom(0, heap_.front().document, visit);
  }
  // The scorer at the top has moved on.
  void ReplaceTop(uint64_t document) {
    const Entry moved{document, heap_.front().place};
    size_t at = 0;
    for (size_t child = 1; child < heap_.size(); child = 2 * at + 1) {
      if (child + 1 < heap_.size() &&
          heap_[child + 1].document < heap_[child].document) {
        ++child;
      }
      if (heap_[child].document >= document) break;
      heap_[at] = heap_[child];
      at = child;
    }
    heap_[at] = moved;
  }

 private:
  struct Entry {
    uint64_t document;
    uint32_t place;
  };
  static bool After(const Entry& a, const Entry& b) {
    return a.document > b.document;
  }
  // As deep as the heap at most.
  template <typename Visit>
  void VisitFrom(size_t at, uint64_t document, Visit& visit) const {
    if (at >= heap_.size() || heap_[at].document != document) return;
    visit(heap_[at].place);
    VisitFrom(2 * at + 1, document, visit);
    VisitFrom(2 * at + 2, document, visit);
  }

  std::vector<Entry> heap_;
};

}  // namespace skg::text
