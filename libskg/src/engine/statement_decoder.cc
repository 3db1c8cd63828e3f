#include "engine/statement_decoder.h"

#include <utility>

#include "base/status.h"
#include "base/uuid.h"

namespace skg::engine {
namespace {

// A memory past this is begun anew: it must not grow with the result.
constexpr size_t kMaxNames = size_t{1} << 15;
constexpr size_t kMaxNameBytes = size_t{8} << 20;
constexpr size_t kMaxTimes = size_t{1} << 16;

}  // namespace

absl::Status TermNames::Load(std::span<const rdf::TermId> ids) {
  if (known_.size() >= kMaxNames || bytes_ >= kMaxNameBytes) {
    known_.clear();
    bytes_ = 0;
  }
  std::vector<rdf::TermId> missing;
  for (const rdf::TermId id : ids) {
    if (id.bound() && known_.try_emplace(id.bits).second) missing.push_back(id);
  }
  std::vector<rdf::Term> terms;
  absl::Status decoded = view_.Decode(missing, &terms);
  if (!decoded.ok()) {
    for (const rdf::TermId id : missing) known_.erase(id.bits);
    return decoded;
  }
  for (size_t i = 0; i < missing.size(); ++i) {
    std::string name = names_.ToName(terms[i]);
    bytes_ += name.size();
    known_.find(missing[i].bits)->second = std::move(name);
  }
  return absl::OkStatus();
}

absl::Status StatementDecoder::Decode(
    std::span<const storage::StatementRow> rows, std::vector<Statement>& out) {
  std::vector<rdf::TermId> ids;
  ids.reserve(rows.size() * 4);
  for (const storage::StatementRow& row : rows) {
    ids.insert(ids.end(), {row.key.subject, row.key.predicate, row.key.object,
                           row.key.graph});
  }
  SKG_RETURN_IF_ERROR(names_.Load(ids));
  out.reserve(out.size() + rows.size());
  for (const storage::StatementRow& row : rows) {
    SKG_RETURN_IF_ERROR(DecodeRow(row, out.emplace_back()));
  }
  return absl::OkStatus();
}

absl::Status StatementDecoder::DecodeRow(const storage::StatementRow& row,
                                         Statement& out) {
  out.subject = names_.Name(row.key.subject);
  out.predicate = names_.Name(row.key.predicate);
  out.object = names_.Name(row.key.object);
  if (row.key.graph.bound()) out.graph = names_.Name(row.key.graph);
  out.weight = row.weight;
  out.edge = row.key.edge;
  out.version = row.commit;
  if (!fields_.metadata && !fields_.identity) return absl::OkStatus();

  out.created_commit = row.commit;
  if (row.has_record) {
    SKG_ASSIGN_OR_RETURN(storage::Record record, view_.ReadRecord(row));
    out.created_commit = record.created_commit;
    if (fields_.metadata) {
      out.metadata = std::move(record.metadata);
      out.valid_from = record.valid_from;
      out.valid_to = record.valid_to;
      out.source = std::move(record.source);
    }
  }
  if (fields_.metadata && out.metadata.empty()) out.metadata = "{}";
  if (!fields_.identity) return absl::OkStatus();

  SKG_ASSIGN_OR_RETURN(const Uuid id, view_.StatementId(row.key));
  out.id = id.ToString();
  SKG_ASSIGN_OR_RETURN(out.created_at, TimeOfCommit(out.created_commit));
  SKG_ASSIGN_OR_RETURN(out.updated_at, TimeOfCommit(out.version));
  return absl::OkStatus();
}

absl::StatusOr<absl::Time> StatementDecoder::TimeOfCommit(uint64_t commit) {
  // A transaction's own rows have no commit yet.
  if (commit == 0) return absl::Time();
  if (const auto known = times_.find(commit); known != times_.end())
    return known->second;
  SKG_ASSIGN_OR_RETURN(const absl::Time time, view_.TimeOfCommit(commit));
  if (times_.size() >= kMaxTimes) times_.clear();
  times_.emplace(commit, time);
  return time;
}

}  // namespace skg::engine
