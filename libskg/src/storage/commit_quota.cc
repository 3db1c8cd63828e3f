// CommitWriter's part that asks whether a commit may make its graph grow.
#include <algorithm>

#include "absl/container/flat_hash_map.h"
#include "absl/container/inlined_vector.h"
#include "storage/commit_writer.h"
#include "storage/quota.h"

namespace skg::storage {

namespace {

// What a statement takes on disk: as rows of the delta, as part of a packed
// run; then its log entry and its entry of the id index, before compression.
constexpr uint64_t kDeltaStatementBytes = 3 * (kDeltaKeyBytes + 4);
constexpr uint64_t kPackedStatementBytes = 40;
constexpr uint64_t kLogBytes = 26;
constexpr uint64_t kStatementIdBytes = kGraphBytes + 16 + 1 + kStatementBytes;
// Of a dictionary row and a record beyond their text.
constexpr uint64_t kTermRowBytes = 2 * kGraphBytes + 24;
constexpr uint64_t kRecordRowBytes = kGraphBytes + kStatementBytes + 16;

bool Adds(const WriteOperation& operation) {
  return operation.kind == WriteOperation::Kind::kAdd ||
         operation.kind == WriteOperation::Kind::kAddIfAbsent;
}

uint64_t EstimateBytes(const PreparedCommit& commit, size_t run_rows) {
  const auto& operations = commit.request.operations;
  const auto adds = static_cast<uint64_t>(
      std::count_if(operations.begin(), operations.end(), Adds));
  if (adds == 0) return 0;
  uint64_t each =
      kLogBytes + (operations.size() >= run_rows ? kPackedStatementBytes
                                                 : kDeltaStatementBytes);
  if (!commit.statement_ids.empty()) each += kStatementIdBytes;
  uint64_t bytes = adds * each;
  for (const PendingTerm& pending : commit.terms) {
    // The text stands in the row of its number, its beginning in that of its
    // term.
    if (pending.needed)
      bytes += kTermRowBytes + pending.term.bytes.size() +
               std::min(pending.term.bytes.size(), kWholeTermBytes);
  }
  for (const Record& record : commit.request.records)
    bytes += kRecordRowBytes + record.metadata.size() + record.source.size();
  return bytes;
}

}  // namespace

absl::Status CommitWriter::CheckQuota(const PreparedCommit& commit,
                                      const Cleared& cleared) const {
  QuotaCheck* const quota = graph_.quota();
  if (quota == nullptr || !quota->Watches(graph_.description))
    return absl::OkStatus();
  QuotaGrowth growth;
  growth.statements_before = head_.statements;
  growth.statements_after = head_.statements - cleared.statements +
                            static_cast<uint64_t>(Growth(commit));
  growth.bytes = EstimateBytes(commit, run_rows_);
  return quota->Admit(graph_.description, growth);
}

// By how much the commit changes the number of statements: as Decide would
// decide, with nothing touched. The states of its statements are loaded.
int64_t CommitWriter::Growth(const PreparedCommit& commit) const {
  using EdgeNumbers = absl::InlinedVector<uint32_t, 2>;
  absl::flat_hash_map<StatementKey, EdgeNumbers> triples;
  int64_t growth = 0;
  for (const WriteOperation& operation : commit.request.operations) {
    StatementKey triple = commit.Resolve(operation.key);
    const uint32_t edge = triple.edge;
    triple.edge = 0;
    const auto loaded = triples_.find(triple);
    if (loaded == triples_.end()) continue;  // of a term that is not there
    const auto [it, first] = triples.try_emplace(triple);
    EdgeNumbers& edges = it->second;
    if (first) {
      for (const Edge& live : loaded->second.edges) edges.push_back(live.edge);
    }
    const auto at = std::find(edges.begin(), edges.end(), edge);
    if (operation.kind == WriteOperation::Kind::kRemoveTriple) {
      growth -= static_cast<int64_t>(edges.size());
      edges.clear();
    } else if (Adds(operation) && at == edges.end()) {
      edges.push_back(edge);
      ++growth;
    } else if (!Adds(operation) && at != edges.end()) {
      edges.erase(at);
      --growth;
    }
  }
  return growth;
}

}  // namespace skg::storage
