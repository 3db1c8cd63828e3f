#include "storage/clear_marks.h"

#include <algorithm>

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

bool Within(const ClearScope& inner, const ClearScope& outer) {
  return inner == outer || outer.scope == GraphScope::kUnion ||
         (outer.scope == GraphScope::kNamed && inner.scope == GraphScope::kOne);
}

void AddClear(const ClearScope& added, std::vector<ClearScope>& clears) {
  for (const ClearScope& clear : clears) {
    if (Within(added, clear)) return;
  }
  std::erase_if(clears,
                [&](const ClearScope& clear) { return Within(clear, added); });
  const auto has = [&](GraphScope scope) {
    return added.scope == scope ||
           std::any_of(clears.begin(), clears.end(),
                       [&](const auto& clear) { return clear.scope == scope; });
  };
  if (has(GraphScope::kDefault) && has(GraphScope::kNamed)) {
    clears = {ClearScope{GraphScope::kUnion, {}}};
  } else {
    clears.push_back(added);
  }
}

bool Covers(std::span<const ClearScope> clears, TermId named_graph) {
  return std::any_of(
      clears.begin(), clears.end(),
      [&](const ClearScope& clear) { return clear.Covers(named_graph); });
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
