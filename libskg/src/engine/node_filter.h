// Which nodes a search may find, where the caller says so.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "engine/view_impl.h"
#include "rdf/term_id.h"

namespace skg::engine {

struct NodeFilter {
  const std::vector<std::string>& types;  // with one of them; empty: any
  // A SPARQL SELECT whose first variable they are; empty: any.
  std::string_view query;
  // A JSON document of patterns: subjects and objects of the statements that it
  // gives; empty: any.
  std::string_view patterns;
  absl::Time deadline;
};

// Sorted, each once; unset: all nodes. Errors: kInvalidArgument (FieldErrors()
// says where), kResourceExhausted (the memory budget), those of the query.
// Memory: 8 bytes a node, of which the budget knows while they are gathered.
[[nodiscard]] absl::StatusOr<std::optional<std::vector<rdf::TermId>>>
NodesAllowed(const ReadView& view, const ViewImpl& impl,
             const NodeFilter& filter);

}  // namespace skg::engine
