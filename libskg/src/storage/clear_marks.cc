#include "storage/clear_marks.h"

namespace skg::storage {

bool ClearScope::Covers(TermId named_graph) const {
  switch (scope) {
    case GraphScope::kUnion:
      return true;
    case GraphScope::kDefault:
      return !named_graph.bound();
    case GraphScope::kNamed:
      return named_graph.bound();
    case GraphScope::kOne:
      return named_graph == graph;
  }
  return false;
}

uint64_t FirstClearAfter(ClearMarks marks, TermId named_graph,
                         uint64_t commit) {
  for (const ClearMark& mark : marks) {
    if (mark.commit > commit && mark.scope.Covers(named_graph))
      return mark.commit;
  }
  return UINT64_MAX;
}

uint64_t LastClear(ClearMarks marks, TermId named_graph) {
  uint64_t last = 0;
  for (const ClearMark& mark : marks) {
    if (mark.scope.Covers(named_graph)) last = mark.commit;
  }
  return last;
}

}  // namespace skg::storage
