#include "storage/bulk_load.h"

#include <algorithm>
#include <optional>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/bytes.h"
#include "base/status.h"
#include "storage/commit_part.h"
#include "storage/commit_queue.h"
#include "storage/graph_state.h"
#include "storage/load_build.h"
#include "storage/load_clears.h"
#include "storage/load_rows.h"
#include "storage/load_terms.h"
#include "storage/load_triple_terms.h"
#include "storage/run.h"
#include "storage/run_records.h"
#include "storage/sorted_files.h"
#include "storage/spill_file.h"
#include "storage/term_reservation.h"
#include "storage/term_table.h"

namespace skg::storage {

namespace {

constexpr uint64_t kCheckEvery = 1 << 14;
// Tries against a moving graph before the writers have to wait.
constexpr int kTries = 3;

TermId LocalId(uint64_t number) {
  return TermId::Make(rdf::TermTag::kArena, number);
}

}  // namespace

void LoadBlock::Clear() {
  terms.clear();
  text.clear();
  plain.clear();
  full.clear();
  records.clear();
  absent = 0;
}

class BulkLoad::Impl {
 public:
  Impl(GraphState& graph, BulkLoadOptions options)
      : graph_(graph),
        options_(std::move(options)),
        records_(options_.directory),
        rows_(options_.directory, options_.memory_bytes / 2) {
    BeginTerms();
  }

  absl::Status Add(const LoadBlock& block);
  absl::Status Clear(const ClearScope& scope, const rdf::Term* graph);
  absl::StatusOr<CommitOutcome> Finish(const CommitRequest& request);
  absl::StatusOr<LoadDraft> Draft(DraftOf changes,
                                  std::shared_ptr<const Snapshot> snapshot,
                                  LoadBuildOptions options);
  // Of a run that nobody has tried to publish.
  void DeleteRows(uint32_t run);

 private:
  void DropRun(uint32_t run);
  // Rows that lie in the files with the local ids of one part.
  struct Part {
    uint64_t plain_begin = 0, plain_end = 0, full_begin = 0, full_end = 0;
  };

  [[nodiscard]] absl::Status Check() const {
    return options_.cancellation == nullptr ? absl::OkStatus()
                                            : options_.cancellation->Check();
  }

  absl::Status OpenFiles();
  absl::Status InternTerms(const LoadBlock& block);
  absl::Status InternTripleTerm(std::string_view of_block);
  absl::StatusOr<TermId> Local(TermId id) const;
  absl::Status EndPart();

  void BeginTerms();
  absl::Status Settle();
  absl::Status NumberAll();
  absl::Status NumberTerms();
  absl::Status WriteDictionary();
  absl::Status Translate();
  absl::Status FinalIds(size_t part, std::vector<TermId>* ids) const;

  absl::Status Publish(PreparedCommit& commit);
  absl::StatusOr<std::shared_ptr<const void>> TellParticipant(
      const RunPublication& publication);
  absl::Status TryPublish(uint32_t run, bool alone, PreparedCommit& commit);
  absl::StatusOr<RunPublication> BuildAgainst(
      std::shared_ptr<const Snapshot> snapshot, uint32_t run);
  absl::StatusOr<uint32_t> TakeRunNumber();
  absl::Status CheckSince(RunPublication& publication);

  GraphState& graph_;
  const BulkLoadOptions options_;

  // While it is filled.
  TermTable table_;
  std::vector<TermId> local_ids_;  // of the block's terms
  std::vector<Part> parts_;
  Part part_;
  std::unique_ptr<SpillFile> plain_, full_;
  uint64_t sequence_ = 0, absent_ = 0;
  bool any_plain_ = false;
  LoadClears clears_;

  // The writer may keep it for longer than the load lives.
  std::shared_ptr<LoadTerms> terms_;
  std::unique_ptr<LoadTripleTerms> triple_terms_;
  std::shared_ptr<TermReservation> reservation_;

  // With their final ids.
  RecordSpill records_;
  LoadRows rows_;
  LoadRows::Mark drafted_;  // rows before it are in drafts
};

BulkLoad::BulkLoad(const GraphStore& graph, BulkLoadOptions options)
    : impl_(std::make_unique<Impl>(graph.state(), std::move(options))) {}
BulkLoad::~BulkLoad() = default;
absl::Status BulkLoad::Add(const LoadBlock& block) { return impl_->Add(block); }
absl::Status BulkLoad::Clear(const ClearScope& scope, const rdf::Term* graph) {
  return impl_->Clear(scope, graph);
}
absl::StatusOr<CommitOutcome> BulkLoad::Finish(const CommitRequest& request) {
  return impl_->Finish(request);
}
absl::StatusOr<LoadDraft> BulkLoad::Draft(
    DraftOf changes, std::shared_ptr<const Snapshot> snapshot,
    uint64_t last_commit,
    const std::function<absl::StatusOr<Record>(const StatementRow&)>&
        read_record) {
  LoadBuildOptions options;
  options.draft = true;
  options.last_commit = last_commit;
  options.read_record = read_record;
  return impl_->Draft(changes, std::move(snapshot), std::move(options));
}
void BulkLoad::DropDraft(const LoadDraft& draft) {
  if (draft.run != nullptr) impl_->DeleteRows(draft.run->info().number);
}

// --- Filling ---------------------------------------------------------------

absl::Status BulkLoad::Impl::OpenFiles() {
  for (auto* file : {&plain_, &full_}) {
    if (*file != nullptr) continue;
    SKG_ASSIGN_OR_RETURN(*file, SpillFile::Create(options_.directory));
  }
  return absl::OkStatus();
}

absl::Status BulkLoad::Impl::InternTerms(const LoadBlock& block) {
  constexpr size_t kAhead = 8;
  const std::string_view text = block.text;
  local_ids_.clear();
  for (size_t i = 0; i < block.terms.size(); ++i) {
    if (i + kAhead < block.terms.size())
      table_.Prefetch(block.terms[i + kAhead].hash);
    const LoadBlock::Term& term = block.terms[i];
    const std::string_view bytes = text.substr(term.offset, term.size);
    if (term.tag == rdf::TermTag::kTripleTerm) {
      SKG_RETURN_IF_ERROR(InternTripleTerm(bytes));
    } else {
      local_ids_.push_back(LocalId(table_.Intern(term.hash, term.tag, bytes)));
    }
  }
  return absl::OkStatus();
}

// Its parts are local to the block so far.
absl::Status BulkLoad::Impl::InternTripleTerm(std::string_view of_block) {
  if (of_block.size() != 24)
    return absl::InvalidArgumentError("a triple term needs three parts");
  TermId parts[3];
  for (size_t i = 0; i < 3; ++i) {
    SKG_ASSIGN_OR_RETURN(
        parts[i],
        Local(TermId{LoadBigEndian<uint64_t>(of_block.data() + 8 * i)}));
  }
  const std::string bytes = EncodeTripleParts(parts[0], parts[1], parts[2]);
  const uint32_t before = table_.size();
  const uint32_t number =
      table_.Intern(LocalTermHash(rdf::TermTag::kTripleTerm, bytes),
                    rdf::TermTag::kTripleTerm, bytes);
  local_ids_.push_back(LocalId(number));
  return number < before ? absl::OkStatus()
                         : triple_terms_->Add(parts_.size(), number, bytes);
}

absl::StatusOr<TermId> BulkLoad::Impl::Local(TermId id) const {
  if (!id.in_arena()) return id;
  if (id.payload() >= local_ids_.size()) {
    return absl::InvalidArgumentError(
        absl::StrCat("a statement refers to term ", id.payload(),
                     ", but its block has only ", local_ids_.size()));
  }
  return local_ids_[id.payload()];
}

absl::Status BulkLoad::Impl::Add(const LoadBlock& block) {
  SKG_RETURN_IF_ERROR(Check());
  if (graph_.description.statement_ids && !block.plain.empty()) {
    return absl::InvalidArgumentError(
        "the graph keeps an index of statement ids, which plain statements do "
        "not bring");
  }
  SKG_RETURN_IF_ERROR(OpenFiles());
  SKG_RETURN_IF_ERROR(InternTerms(block));
  for (const LoadBlock::Plain& plain : block.plain) {
    PlainRow row;
    SKG_ASSIGN_OR_RETURN(const TermId subject, Local(plain.subject));
    SKG_ASSIGN_OR_RETURN(const TermId predicate, Local(plain.predicate));
    SKG_ASSIGN_OR_RETURN(const TermId object, Local(plain.object));
    row = {subject.bits, predicate.bits, object.bits};
    SKG_RETURN_IF_ERROR(plain_->Append(&row, sizeof row));
  }
  any_plain_ |= !block.plain.empty();
  absent_ += block.absent;
  std::vector<uint64_t> places;  // of the block's records
  places.reserve(block.records.size());
  for (const Record& record : block.records) {
    SKG_ASSIGN_OR_RETURN(places.emplace_back(), records_.Add(record));
  }
  for (const LoadBlock::Full& full : block.full) {
    if (full.record > block.records.size())
      return absl::InvalidArgumentError("a statement refers to no record");
    FullRow row{};
    const TermId of_block[] = {full.key.graph, full.key.subject,
                               full.key.predicate, full.key.object};
    for (size_t i = 0; i < 4; ++i) {
      SKG_ASSIGN_OR_RETURN(const TermId id, Local(of_block[i]));
      row.terms[i] = id.bits;
    }
    row.edge = full.key.edge;
    row.weight = full.weight;
    row.sequence = sequence_++;
    row.record = full.record == 0 ? 0 : places[full.record - 1];
    row.kind = full.kind;
    row.id = FirstHalf(full.id);
    SKG_RETURN_IF_ERROR(full_->Append(&row, sizeof row));
  }
  return table_.memory_bytes() > options_.memory_bytes / 2 ? EndPart()
                                                           : absl::OkStatus();
}

absl::Status BulkLoad::Impl::Clear(const ClearScope& scope,
                                   const rdf::Term* graph) {
  if (any_plain_) {
    return absl::FailedPreconditionError(
        "plain statements have no place in a sequence with clears");
  }
  return clears_.Add(scope, graph, sequence_);
}

absl::Status BulkLoad::Impl::EndPart() {
  SKG_RETURN_IF_ERROR(terms_->AddPart(table_));
  table_ = TermTable();
  part_.plain_end = plain_->size();
  part_.full_end = full_->size();
  parts_.push_back(part_);
  part_.plain_begin = part_.plain_end;
  part_.full_begin = part_.full_end;
  return absl::OkStatus();
}

// --- Terms -----------------------------------------------------------------

absl::Status BulkLoad::Impl::NumberTerms() {
  SKG_ASSIGN_OR_RETURN(const auto snapshot, graph_.TakeSnapshot());
  SKG_RETURN_IF_ERROR(terms_->Merge(snapshot->kv(), options_.cancellation));
  if (terms_->new_terms() == 0) return absl::OkStatus();
  auto reservation = std::make_shared<TermReservation>(
      [terms = terms_](const TermBytes& term) { return terms->Find(term); },
      terms_->new_terms(), snapshot->head().next_term);
  // Most of what was numbered meanwhile is looked at before writers wait.
  SKG_ASSIGN_OR_RETURN(const auto later, graph_.TakeSnapshot());
  SKG_RETURN_IF_ERROR(reservation->CatchUp(graph_, later->head().next_term));
  SKG_RETURN_IF_ERROR(graph_.queue().Edit(
      [&](CommitWriter& writer, CommitBatch& batch) {
        return writer.ReserveTerms(reservation, batch);
      },
      Durability::kSync));
  reservation_ = std::move(reservation);
  return absl::OkStatus();
}

// Both families in files of their own, which join the store together.
absl::Status BulkLoad::Impl::WriteDictionary() {
  if (reservation_ == nullptr) return absl::OkStatus();
  const uint32_t graph = graph_.description.number;
  SortedFiles terms(graph_.kv, Family::kTerms);
  SortedFiles ids(graph_.kv, Family::kTermIds);
  const auto each_new =
      [&](const std::function<absl::Status(TermId, const TermBytes&)>& write) {
        return terms_->ForEachNew(
            [&](uint64_t rank, const TermBytes& term) -> absl::Status {
              if (rank % kCheckEvery == 0) SKG_RETURN_IF_ERROR(Check());
              if (reservation_->known(rank)) return absl::OkStatus();
              return write(reservation_->id(term.tag(), rank), term);
            });
      };
  absl::Status ids_written;
  std::thread helper([&] {
    std::string key = GraphPrefix(graph);
    ids_written = each_new([&](TermId id, const TermBytes& term) {
      key.resize(kGraphBytes);
      key.append(term.key);
      return ids.Put(key, TermIdRow(id.payload()));
    });
  });
  const absl::Status terms_written =
      each_new([&](TermId id, const TermBytes& term) {
        return VisitTermRows(graph, id, term.text,
                             [&](std::string_view key, std::string_view value) {
                               return terms.Put(key, value);
                             });
      });
  helper.join();
  SKG_RETURN_IF_ERROR(terms_written);
  SKG_RETURN_IF_ERROR(ids_written);
  std::vector<std::unique_ptr<KvSortedFile>> files;
  terms.MoveTo(files);
  ids.MoveTo(files);
  return graph_.kv.Ingest(std::move(files));
}

absl::Status BulkLoad::Impl::FinalIds(size_t part,
                                      std::vector<TermId>* ids) const {
  SKG_RETURN_IF_ERROR(terms_->IdsOfPart(part, ids));
  for (TermId& id : *ids) {
    if (IsNewTerm(id)) id = reservation_->id(id.tag(), RankOf(id));
  }
  return absl::OkStatus();
}

absl::Status BulkLoad::Impl::Translate() {
  std::vector<TermId> ids;
  uint64_t rows = 0;
  for (size_t number = 0; number < parts_.size(); ++number) {
    SKG_RETURN_IF_ERROR(FinalIds(number, &ids));
    triple_terms_->FillIn(number, &ids);
    const Part& part = parts_[number];
    SpillReader plain(*plain_, part.plain_begin, part.plain_end);
    SpillReader full(*full_, part.full_begin, part.full_end);
    const auto final_id = [&](uint64_t& bits) {
      if (const TermId id{bits}; id.in_arena()) bits = ids[id.payload()].bits;
    };
    while (!plain.at_end()) {
      if (++rows % kCheckEvery == 0) SKG_RETURN_IF_ERROR(Check());
      PlainRow row;
      SKG_RETURN_IF_ERROR(plain.ReadValue(&row));
      for (uint64_t& term : row) final_id(term);
      SKG_RETURN_IF_ERROR(rows_.Add(row));
    }
    while (!full.at_end()) {
      if (++rows % kCheckEvery == 0) SKG_RETURN_IF_ERROR(Check());
      FullRow row;
      SKG_RETURN_IF_ERROR(full.ReadValue(&row));
      for (uint64_t& term : row.terms) final_id(term);
      SKG_RETURN_IF_ERROR(rows_.Add(row));
    }
  }
  return absl::OkStatus();
}

// --- Statements ------------------------------------------------------------

absl::StatusOr<uint32_t> BulkLoad::Impl::TakeRunNumber() {
  uint32_t number = 0;
  SKG_RETURN_IF_ERROR(
      graph_.queue().EditManifest([&](Manifest& manifest, Head&, KvBatch&) {
        number = manifest.next_run++;
        return absl::OkStatus();
      }));
  return number;
}

// Where this does nothing the next open does it.
void BulkLoad::Impl::DropRun(uint32_t run) {
  bool published = false;
  const absl::Status removed = graph_.queue().Edit(
      [&](CommitWriter&, CommitBatch&) -> absl::Status {
        SKG_ASSIGN_OR_RETURN(const auto snapshot, graph_.TakeSnapshot());
        // It may have been, though it is not known to be durable.
        for (const RunInfo& info : snapshot->manifest().runs)
          published |= info.number == run;
        return published ? absl::OkStatus() : RemoveRecords(*snapshot, run);
      },
      Durability::kNone, /*alone=*/true);
  if (removed.ok() && !published) DeleteRows(run);
}

void BulkLoad::Impl::DeleteRows(uint32_t run) {
  const auto batch = graph_.kv.NewBatch();
  DeleteRun(graph_.description.number, run, *batch);
  (void)graph_.kv.Write(*batch, WriteMode::kBuffered);
}

absl::StatusOr<RunPublication> BulkLoad::Impl::BuildAgainst(
    std::shared_ptr<const Snapshot> snapshot, uint32_t run) {
  SKG_ASSIGN_OR_RETURN(LoadRows::Reader rows, rows_.Read());
  LoadBuildOptions options;
  options.directory = options_.directory;
  options.memory_bytes = options_.memory_bytes / 2;
  options.cancellation = options_.cancellation;
  SKG_ASSIGN_OR_RETURN(options.clears, clears_.Resolve(graph_));
  SKG_ASSIGN_OR_RETURN(RunPublication publication,
                       BuildLoadedRun(std::move(snapshot), std::move(rows),
                                      records_, run, options));
  publication.result.absent += absent_;
  publication.batch_record_bytes = options_.batch_record_bytes;
  publication.touches = [this](const StatementKey& triple) {
    return rows_.Touches(triple);
  };
  return publication;
}

// What was committed since, as far as it is visible: the writer need not wait
// for that. kAborted: it touches what the load brings.
absl::Status BulkLoad::Impl::CheckSince(RunPublication& publication) {
  while (publication.checked_commit < graph_.published()) {
    const uint64_t commit = publication.checked_commit + 1;
    bool touched = false;
    SKG_ASSIGN_OR_RETURN(
        const LogHeader header,
        graph_.ReadLog(
            commit, GraphState::LogExpansion::kNone,
            [&](std::span<const LoggedChange> changes) -> absl::Status {
              for (const LoggedChange& change : changes) {
                SKG_ASSIGN_OR_RETURN(const bool touches,
                                     rows_.Touches(change.key));
                touched |= touches;
              }
              return absl::OkStatus();
            }));
    if (touched || header.unlisted()) {
      return absl::AbortedError(absl::StrCat(
          "commit ", commit, " changed statements that the load brings too"));
    }
    publication.checked_commit = commit;
  }
  return absl::OkStatus();
}

// Before the run is anybody's: the participant's rows are there when it is.
absl::StatusOr<std::shared_ptr<const void>> BulkLoad::Impl::TellParticipant(
    const RunPublication& publication) {
  if (graph_.participant() == nullptr || publication.run.rows == 0)
    return nullptr;
  RunInfo info = publication.run;
  info.commit = info.min_commit = info.max_commit = 1;
  Head head;
  head.last_commit = 1;
  head.statements = info.rows;  // of named graphs, too: what is 0 is not read
  Manifest manifest;
  manifest.runs.push_back(info);
  auto run =
      std::make_shared<const Run>(graph_.description.number, info, graph_.kv,
                                  &graph_.blocks, Run::Kind::kDraft);
  return graph_.participant()->PrepareRun(
      graph_,
      ReadView(std::make_shared<const Snapshot>(
          graph_.shared_from_this(), graph_.kv.NewSnapshot(), head,
          std::move(manifest),
          std::vector<std::shared_ptr<const Run>>{std::move(run)})),
      *publication.records);
}

absl::Status BulkLoad::Impl::TryPublish(uint32_t run, bool alone,
                                        PreparedCommit& commit) {
  // Until it is published, the log must reach back to the snapshot.
  const auto hold = graph_.log().Hold(graph_.published());
  std::shared_ptr<const void> told;  // the participant's hold, likewise
  if (alone) {
    return graph_.queue().Edit(
        [&](CommitWriter& writer, CommitBatch& batch) -> absl::Status {
          SKG_ASSIGN_OR_RETURN(auto snapshot, graph_.TakeSnapshot());
          SKG_ASSIGN_OR_RETURN(const RunPublication publication,
                               BuildAgainst(std::move(snapshot), run));
          SKG_ASSIGN_OR_RETURN(told, TellParticipant(publication));
          return writer.PublishRun(publication, commit, batch);
        },
        commit.request.durability, /*alone=*/true);
  }
  SKG_ASSIGN_OR_RETURN(auto snapshot, graph_.TakeSnapshot());
  SKG_ASSIGN_OR_RETURN(RunPublication publication,
                       BuildAgainst(std::move(snapshot), run));
  SKG_ASSIGN_OR_RETURN(told, TellParticipant(publication));
  SKG_RETURN_IF_ERROR(CheckSince(publication));
  return graph_.queue().Edit(
      [&](CommitWriter& writer, CommitBatch& batch) {
        return writer.PublishRun(publication, commit, batch);
      },
      // What a clear takes is counted in the store.
      commit.request.durability, /*alone=*/!clears_.empty());
}

absl::Status BulkLoad::Impl::Publish(PreparedCommit& commit) {
  for (int i = 1;; ++i) {
    SKG_RETURN_IF_ERROR(Check());
    // What is decided already need not be built.
    SKG_RETURN_IF_ERROR(graph_.queue().Edit(
        [&](CommitWriter& writer, CommitBatch&) {
          return writer.CheckRequest(commit).status();
        },
        Durability::kNone));
    if (commit.outcome.result.replayed) return absl::OkStatus();
    SKG_ASSIGN_OR_RETURN(const uint32_t run, TakeRunNumber());
    const bool alone = i > kTries;
    const absl::Status status = TryPublish(run, alone, commit);
    const bool replayed = commit.outcome.result.replayed;
    if (status.ok() && !replayed) return status;
    DropRun(run);
    // Of what was read another commit cannot make anything else.
    if (!absl::IsAborted(status) || commit.conflict || alone) return status;
  }
}

absl::Status BulkLoad::Impl::NumberAll() {
  SKG_RETURN_IF_ERROR(NumberTerms());
  if (triple_terms_->empty()) {
    absl::Status written;
    std::thread helper([&] { written = WriteDictionary(); });
    const absl::Status translated = Translate();
    helper.join();
    SKG_RETURN_IF_ERROR(written);
    return translated;
  }
  SKG_RETURN_IF_ERROR(WriteDictionary());
  SKG_RETURN_IF_ERROR(
      triple_terms_->Number([this](size_t part, std::vector<TermId>* ids) {
        return FinalIds(part, ids);
      }));
  return Translate();
}

void BulkLoad::Impl::BeginTerms() {
  table_ = TermTable();
  parts_.clear();
  part_ = {};
  plain_.reset();
  full_.reset();
  terms_ = std::make_shared<LoadTerms>(graph_, options_.directory);
  triple_terms_ =
      std::make_unique<LoadTripleTerms>(graph_, options_.memory_bytes / 4);
  reservation_.reset();
}

// Gives all rows their final ids, and the graph's dictionary their terms.
absl::Status BulkLoad::Impl::Settle() {
  SKG_RETURN_IF_ERROR(OpenFiles());
  SKG_RETURN_IF_ERROR(EndPart());
  SKG_RETURN_IF_ERROR(plain_->Flush());
  SKG_RETURN_IF_ERROR(full_->Flush());
  SKG_RETURN_IF_ERROR(records_.Flush());
  absl::Status status = NumberAll();
  // The rows of the terms are there, or never will be. Should the writer not
  // hear of it, it goes on giving out the reserved numbers, which is right too.
  const absl::Status ended = graph_.queue().Edit(
      [](CommitWriter& writer, CommitBatch& batch) {
        return writer.ReserveTerms(nullptr, batch);
      },
      Durability::kNone);
  SKG_RETURN_IF_ERROR(status);
  SKG_RETURN_IF_ERROR(ended);
  BeginTerms();
  return absl::OkStatus();
}

absl::StatusOr<CommitOutcome> BulkLoad::Impl::Finish(
    const CommitRequest& request) {
  CommitRequest whole = request;
  clears_.AppendTo(whole);
  PreparedCommit commit(whole);
  SKG_RETURN_IF_ERROR(Prepare(graph_, commit));
  const std::lock_guard one_at_a_time(graph_.loading());
  SKG_RETURN_IF_ERROR(Settle());
  SKG_RETURN_IF_ERROR(rows_.Sort());
  SKG_RETURN_IF_ERROR(Publish(commit));
  return std::move(commit.outcome);
}

absl::StatusOr<LoadDraft> BulkLoad::Impl::Draft(
    DraftOf changes, std::shared_ptr<const Snapshot> snapshot,
    LoadBuildOptions options) {
  {
    const std::lock_guard one_at_a_time(graph_.loading());
    SKG_RETURN_IF_ERROR(Settle());
  }
  SKG_ASSIGN_OR_RETURN(const LoadRows::Mark end, rows_.SortAndMark());
  SKG_ASSIGN_OR_RETURN(
      LoadRows::Reader rows,
      rows_.Read(changes == DraftOf::kAll ? LoadRows::Mark() : drafted_));
  options.directory = options_.directory;
  options.memory_bytes = options_.memory_bytes / 2;
  options.cancellation = options_.cancellation;
  SKG_ASSIGN_OR_RETURN(options.clears, clears_.Resolve(graph_));
  SKG_ASSIGN_OR_RETURN(const uint32_t number, TakeRunNumber());
  const uint64_t commit = snapshot->commit() + 1;
  auto built = BuildLoadedRun(std::move(snapshot), std::move(rows), records_,
                              number, options);
  if (!built.ok()) {
    DeleteRows(number);
    return built.status();
  }
  drafted_ = end;
  LoadDraft draft;
  draft.records = built->records;
  if (built->run.rows == 0) return draft;
  RunInfo info = built->run;
  info.commit = info.min_commit = info.max_commit = commit;
  const auto run =
      std::make_shared<const Run>(graph_.description.number, info, graph_.kv,
                                  &graph_.blocks, Run::Kind::kDraft);
  graph_.Adopt(run);
  draft.run = run;
  return draft;
}

}  // namespace skg::storage
