#include "engine/export_rows.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "base/status.h"

namespace skg::engine {
namespace {

// Past this the cache begins anew; a batch that is larger is held all the same.
constexpr size_t kMaxCachedBytes = size_t{16} << 20;

size_t BytesOf(const rdf::Term& term) {
  return sizeof(term) + term.value.size() + term.datatype.size() +
         term.language.size();
}

}  // namespace

absl::Status ScanBatches(
    const storage::ReadView& view, const storage::ScanPattern& pattern,
    const std::function<absl::Status(const storage::StatementBatch&)>&
        on_batch) {
  SKG_ASSIGN_OR_RETURN(const std::unique_ptr<storage::ScanCursor> cursor,
                       view.Scan(pattern, {.order = storage::TermOrder::kSpo}));
  storage::StatementBatch batch;
  while (true) {
    SKG_ASSIGN_OR_RETURN(const bool more, cursor->Next(batch));
    if (!more) return absl::OkStatus();
    SKG_RETURN_IF_ERROR(on_batch(batch));
  }
}

absl::StatusOr<bool> HasNamedGraphs(const storage::ReadView& view) {
  SKG_ASSIGN_OR_RETURN(const std::unique_ptr<storage::ScanCursor> cursor,
                       view.Scan({.scope = storage::GraphScope::kNamed}));
  storage::StatementBatch batch;
  return cursor->Next(batch);
}

absl::StatusOr<std::vector<rdf::TermId>> NamedGraphs(
    const storage::ReadView& view) {
  absl::flat_hash_set<rdf::TermId> graphs;
  SKG_RETURN_IF_ERROR(
      ScanBatches(view, {.scope = storage::GraphScope::kNamed},
                  [&graphs](const storage::StatementBatch& batch) {
                    graphs.insert(batch.graph.begin(), batch.graph.end());
                    return absl::OkStatus();
                  }));
  std::vector<rdf::TermId> sorted(graphs.begin(), graphs.end());
  std::sort(sorted.begin(), sorted.end());
  return sorted;
}

absl::Status TermCache::Load(const storage::StatementBatch& batch) {
  if (bytes_ > kMaxCachedBytes) {
    known_.clear();
    bytes_ = 0;
  }
  wanted_.clear();
  for (const auto* column :
       {&batch.graph, &batch.subject, &batch.predicate, &batch.object}) {
    for (const rdf::TermId id : *column) Want(id);
  }
  return DecodeWanted();
}

absl::Status TermCache::Load(std::span<const rdf::TermId> ids) {
  wanted_.clear();
  for (const rdf::TermId id : ids) Want(id);
  return DecodeWanted();
}

// Marks the term as known at once, so that it is asked for once only.
void TermCache::Want(rdf::TermId id) {
  if (id.bound() && known_.try_emplace(id.bits).second) wanted_.push_back(id);
}

absl::Status TermCache::DecodeWanted() {
  std::vector<rdf::Term> terms;
  SKG_RETURN_IF_ERROR(view_.Decode(wanted_, &terms));
  for (size_t i = 0; i < wanted_.size(); ++i) {
    bytes_ += BytesOf(terms[i]);
    known_.find(wanted_[i].bits)->second = std::move(terms[i]);
  }
  return absl::OkStatus();
}

absl::Status ExportMeter::Write(std::string_view bytes) {
  SKG_RETURN_IF_ERROR(sink_.write(bytes));
  result_.bytes += bytes.size();
  return absl::OkStatus();
}

absl::Status ExportMeter::AddStatements(uint64_t count) {
  result_.statements += count;
  if (progress_ && !progress_(result_.statements)) {
    return absl::CancelledError(
        "the export was cancelled; what was written is incomplete");
  }
  return absl::OkStatus();
}

}  // namespace skg::engine
