// CommitWriter's part in what is prepared outside of the writer: numbers set
// aside for terms, and runs that become commits.
#include <algorithm>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/status.h"
#include "storage/commit_writer.h"
#include "storage/quota.h"
#include "storage/run_records.h"

namespace skg::storage {

absl::Status CommitWriter::ReserveTerms(
    std::shared_ptr<TermReservation> reservation, CommitBatch& batch) {
  if (reservation != nullptr) {
    // What is on its way is in `numbered_` (and, perhaps already, visible).
    SKG_RETURN_IF_ERROR(reservation->CatchUp(graph_, head_.next_term));
    for (const auto& [key, numbered] : numbered_) {
      const DictionaryTerm term{static_cast<rdf::TermTag>(key.front()),
                                key.substr(1)};
      SKG_RETURN_IF_ERROR(reservation->NoteKnown(term, numbered.id));
    }
    reservation->SetBase(head_.next_term);
    head_.next_term += reservation->count();
    batch.head_changed = true;
  }
  reserved_ = std::move(reservation);
  reserved_in_ = batch.number;
  return absl::OkStatus();
}

absl::Status CommitWriter::CheckUntouched(const RunPublication& publication) {
  const auto touched = [](uint64_t commit) {
    return absl::AbortedError(absl::StrCat(
        "commit ", commit, " changed statements that the load brings too"));
  };
  const auto check = [&](const StatementKey& key,
                         uint64_t commit) -> absl::Status {
    SKG_ASSIGN_OR_RETURN(const bool touches, publication.touches(key));
    return touches ? touched(commit) : absl::OkStatus();
  };
  uint64_t next = publication.checked_commit + 1;
  const uint64_t first_recent =
      recent_.empty() ? head_.last_commit + 1 : recent_.front().commit;
  for (; next < first_recent; ++next) {
    const auto header = graph_.ReadLog(
        next, GraphState::LogExpansion::kNone,
        [&](std::span<const LoggedChange> changes) -> absl::Status {
          for (const LoggedChange& change : changes)
            SKG_RETURN_IF_ERROR(check(change.key, next));
          return absl::OkStatus();
        });
    SKG_RETURN_IF_ERROR(header.status());
    if (header->unlisted()) return touched(next);
  }
  for (const Recent& recent : recent_) {
    if (recent.commit < next) continue;
    if (recent.everything || !recent.clears.empty())
      return touched(recent.commit);
    for (const StatementKey& key : recent.keys)
      SKG_RETURN_IF_ERROR(check(key, recent.commit));
  }
  return absl::OkStatus();
}

absl::Status CommitWriter::CheckQuota(const RunPublication& publication,
                                      const Cleared& cleared) const {
  QuotaCheck* const quota = graph_.quota();
  if (quota == nullptr || !quota->Watches(graph_.description))
    return absl::OkStatus();
  // What only removes may always be done.
  const bool adds =
      publication.result.inserted + publication.result.replaced > 0;
  return quota->Admit(
      graph_.description,
      {.statements_before = head_.statements,
       .statements_after = head_.statements - cleared.statements +
                           static_cast<uint64_t>(publication.all.statements),
       .bytes = adds ? publication.run.bytes : 0});
}

absl::Status CommitWriter::AddRecords(const RunPublication& publication,
                                      CommitBatch& batch) const {
  const uint32_t graph = graph_.description.number;
  const uint64_t number = head_.last_commit + 1;
  const StatementRecords& records = *publication.records;
  if (records.bytes() > publication.batch_record_bytes) {
    SKG_RETURN_IF_ERROR(IngestRecords(graph_.kv, graph, publication.run.number,
                                      records, number));
    batch.rows->Delete(Family::kManifest,
                       RecordsMarkerKey(graph, publication.run.number));
    return absl::OkStatus();
  }
  // The batch is not this commit's alone: all of them, or none.
  std::vector<std::pair<std::string, std::string>> rows;
  SKG_RETURN_IF_ERROR(
      ForEachRecordRow(graph, records, number,
                       [&](std::string_view key, std::string_view value) {
                         rows.emplace_back(key, value);
                         return absl::OkStatus();
                       }));
  for (const auto& [key, value] : rows)
    batch.rows->Put(Family::kRecords, key, value);
  return absl::OkStatus();
}

absl::StatusOr<bool> CommitWriter::CheckRequest(PreparedCommit& commit) {
  SKG_ASSIGN_OR_RETURN(const bool replayed, Replay(commit));
  if (replayed) return true;
  SKG_RETURN_IF_ERROR(FindTerms(commit));
  SKG_RETURN_IF_ERROR(CheckConflicts(commit));
  return false;
}

absl::Status CommitWriter::PublishRun(const RunPublication& publication,
                                      PreparedCommit& commit,
                                      CommitBatch& batch) {
  SKG_ASSIGN_OR_RETURN(const bool replayed, CheckRequest(commit));
  if (replayed) return absl::OkStatus();
  SKG_RETURN_IF_ERROR(CheckUntouched(publication));
  Cleared cleared;
  SKG_RETURN_IF_ERROR(CountCleared(commit, cleared));
  for (const auto& [id, change] : publication.predicates)
    SKG_RETURN_IF_ERROR(LoadCounts(predicate_counts_, id, &PredicateCountKey));
  for (const auto& [id, change] : publication.named_graphs)
    SKG_RETURN_IF_ERROR(LoadCounts(graph_counts_, id, &NamedGraphCountKey));

  for (const auto& part : commit.parts) {
    for (const TermId id : part->terms()) {
      if (!id.bound() || commit.Resolve(id).bound()) continue;
      return absl::FailedPreconditionError(
          "a transaction that was too large for memory cannot bring vectors of "
          "nodes that are new with it; write these in a commit after it");
    }
  }
  SKG_RETURN_IF_ERROR(CheckQuota(publication, cleared));
  SKG_RETURN_IF_ERROR(AddRecords(publication, batch));

  // From here on nothing may fail.
  const uint64_t number = ++head_.last_commit;
  head_.last_time_micros =
      std::max(absl::ToUnixMicros(absl::Now()), head_.last_time_micros + 1);
  CommitResult& result = commit.outcome.result;
  result = publication.result;
  result.commit = number;
  result.time = absl::FromUnixMicros(head_.last_time_micros);
  result.removed += cleared.statements;
  Clear(cleared, batch);

  const auto add = [](const CountChange& change, uint64_t& statements,
                      uint64_t& triples) {
    statements += static_cast<uint64_t>(change.statements);
    triples += static_cast<uint64_t>(change.triples);
  };
  add(publication.all, head_.statements, head_.triples);
  add(publication.default_graph, head_.default_statements,
      head_.default_triples);
  for (const auto& [id, change] : publication.predicates) {
    Counts& counts = predicate_counts_[id];
    add(change, counts.statements, counts.triples);
    batch.predicates.insert(id);
  }
  for (const auto& [id, change] : publication.named_graphs) {
    Counts& counts = graph_counts_[id];
    add(change, counts.statements, counts.triples);
    batch.named_graphs.insert(id);
  }
  const uint32_t graph = graph_.description.number;
  if (publication.run.rows > 0) {
    RunInfo info = publication.run;
    info.commit = info.min_commit = info.max_commit = number;
    manifest_.runs.push_back(info);
    batch.manifest_changed = true;
    // Its rows are in the store already.
    runs_ = graph_.RunsOf(manifest_);
    // The store shows what it was decided against, even where this writer has
    // not been told yet: that must be read again. What came later it does not
    // touch.
    const uint64_t shown =
        std::max(visible_commit_, publication.checked_commit);
    std::erase_if(runs_, [&](const auto& run) {
      return runs_on_their_way_.contains(run->info().number) &&
             run->info().max_commit > shown;
    });
    absl::erase_if(triples_, [&](const auto& entry) {
      return entry.second.touched <= shown;
    });
    probes_.clear();  // they may be older than what was just forgotten
  }
  batch.rows->Put(Family::kLog, LogKey(graph, number, 0),
                  EncodeLogReference(result.time, publication.run.rows,
                                     cleared.scopes(), cleared.statements));
  Recent& recent = recent_.emplace_back();
  recent.commit = number;
  recent.clears = cleared.scopes();
  recent.everything = publication.run.rows > 0;
  ++recent_keys_;
  AppendParts(commit, batch);
  StoreIdempotency(commit, batch);
  batch.last_commit = number;
  return absl::OkStatus();
}

}  // namespace skg::storage
