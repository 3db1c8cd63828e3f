// The owners of vectors as callers name them.
#pragma once

#include <string_view>

#include "absl/status/statusor.h"
#include "rdf/name.h"
#include "storage/read_view.h"

namespace skg::engine {

// View and names outlive it.
class VectorOwners {
 public:
  VectorOwners(const storage::ReadView& view, const rdf::NameSpace& names)
      : view_(view), names_(names) {}

  // The statement with this id, which the view shows, or which it has shown.
  // Errors: kInvalidArgument (no id), kNotFound.
  [[nodiscard]] absl::StatusOr<storage::StatementKey> Statement(
      std::string_view id) const;
  [[nodiscard]] absl::StatusOr<storage::StatementKey> PastStatement(
      std::string_view id) const;
  // Unbound: the graph has never seen it; then `term` is what it is. Errors:
  // kInvalidArgument.
  [[nodiscard]] absl::StatusOr<rdf::TermId> Node(std::string_view name,
                                                 rdf::Term* term) const;

 private:
  const storage::ReadView& view_;
  const rdf::NameSpace& names_;
};

}  // namespace skg::engine
