#include "storage/index_catalog.h"

#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "base/bytes.h"
#include "base/status.h"
#include "storage/commit.h"
#include "storage/graph_state.h"

namespace skg::storage {

namespace {

constexpr size_t kMaxName = 64;

bool IsName(std::string_view name) {
  if (name.empty() || name.size() > kMaxName) return false;
  for (const char c : name) {
    if (!absl::ascii_isalnum(static_cast<unsigned char>(c)) && c != '_' &&
        c != '-' && c != '.') {
      return false;
    }
  }
  return name.front() != '.' && name.front() != '-';
}

}  // namespace

void CheckIndexName(std::string_view name, std::vector<FieldError>& errors) {
  if (IsName(name)) return;
  errors.push_back({{"name"},
                    "an index's name has 1 to 64 letters, digits, '_', '-' "
                    "and '.', and begins with a letter, a digit or '_'",
                    "malformed"});
}

absl::StatusOr<uint32_t> NextIndexNumber(const ReadView& view, Family family,
                                         std::string_view key) {
  std::string value;
  SKG_ASSIGN_OR_RETURN(const bool found,
                       view.snapshot()->graph().kv.Get(family, key, &value,
                                                       view.snapshot()->kv()));
  if (!found) return 1;
  if (value.size() != sizeof(uint32_t))
    return absl::DataLossError("damaged row: the number of the next index");
  return LoadBigEndian<uint32_t>(value.data());
}

absl::StatusOr<CommitResult> CommitParts(
    GraphStore& graph, std::vector<std::shared_ptr<CommitPart>> parts,
    Durability durability) {
  CommitRequest request;
  request.parts = std::move(parts);
  request.durability = durability;
  SKG_ASSIGN_OR_RETURN(const CommitOutcome outcome,
                       graph.Commit(std::move(request)));
  return outcome.result;
}

}  // namespace skg::storage
