#include "engine/clear_target.h"

#include "engine/statement_input.h"
#include "skg/field_error.h"

namespace skg::engine {

absl::Status CheckClearTarget(const ClearTarget& target) {
  const bool one = target.part == ClearTarget::Part::kNamedGraph;
  if (one != target.graph.empty()) return absl::OkStatus();
  return FieldErrorStatus(
      {{{"graph"},
        one ? "names no graph; give the name of the one to clear"
            : "is for one named graph; leave it empty, or clear that one",
        one ? "missing" : "not_allowed"}});
}

storage::GraphScope ScopeOf(ClearTarget::Part part) {
  using storage::GraphScope;
  switch (part) {
    case ClearTarget::Part::kEverything:
      return GraphScope::kUnion;
    case ClearTarget::Part::kDefaultGraph:
      return GraphScope::kDefault;
    case ClearTarget::Part::kNamedGraph:
      return GraphScope::kOne;
    case ClearTarget::Part::kNamedGraphs:
      return GraphScope::kNamed;
  }
  return GraphScope::kUnion;
}

}  // namespace skg::engine
