#include "engine/vector_owners.h"

#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "base/strings.h"
#include "base/uuid.h"

namespace skg::engine {

using storage::StatementKey;

namespace {

absl::StatusOr<Uuid> StatementIdOf(std::string_view id) {
  if (const std::optional<Uuid> uuid = ParseUuid(id)) return *uuid;
  return absl::InvalidArgumentError(
      absl::StrCat("\"", av(id), "\" is no statement's id (a UUID)"));
}

absl::Status NoStatement(std::string_view id) {
  return absl::NotFoundError(absl::StrCat("there is no statement ", av(id)));
}

}  // namespace

absl::StatusOr<StatementKey> VectorOwners::Statement(
    std::string_view id) const {
  SKG_ASSIGN_OR_RETURN(const Uuid uuid, StatementIdOf(id));
  SKG_ASSIGN_OR_RETURN(const auto row, view_.FindById(uuid));
  if (row) return row->key;
  return NoStatement(id);
}

absl::StatusOr<StatementKey> VectorOwners::PastStatement(
    std::string_view id) const {
  SKG_ASSIGN_OR_RETURN(const Uuid uuid, StatementIdOf(id));
  SKG_ASSIGN_OR_RETURN(const auto key, view_.KeyOfId(uuid));
  if (key) return *key;
  return NoStatement(id);
}

absl::StatusOr<rdf::TermId> VectorOwners::Node(std::string_view name,
                                               rdf::Term* term) const {
  SKG_ASSIGN_OR_RETURN(*term, names_.ToTerm(name));
  return view_.Lookup(*term);
}

}  // namespace skg::engine
