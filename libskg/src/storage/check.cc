#include "storage/check.h"

#include <xxhash.h>

#include <algorithm>
#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "base/strings.h"
#include "storage/keys.h"
#include "storage/logged_ends.h"
#include "storage/pending_clears.h"
#include "storage/row_source.h"
#include "storage/rows.h"
#include "storage/run_records.h"
#include "storage/statement_id.h"

namespace skg::storage {

namespace {

// A set of rows as one number: the sum of their hashes does not depend on the
// order in which they come.
struct RowSet {
  uint64_t rows = 0;
  uint64_t sum_high = 0, sum_low = 0;
  void Add(const StatementKey& key, uint64_t commit, std::string_view value) {
    char bytes[kStatementBytes + 8];
    StoreStatement(key, IndexOrder::kGspo, bytes);
    StoreBigEndian(commit, bytes + kStatementBytes);
    const XXH128_hash_t hash = XXH3_128bits_withSeed(
        bytes, sizeof bytes, XXH3_64bits(value.data(), value.size()));
    ++rows;
    sum_high += hash.high64;
    sum_low += hash.low64;
  }
  friend bool operator==(const RowSet&, const RowSet&) = default;
};

constexpr uint64_t kPollEvery = 4096;

class GraphCheck {
 public:
  GraphCheck(GraphState& graph, const Snapshot& snapshot, bool deep,
             CheckSummary* summary, const Cancellation* cancellation)
      : graph_(graph),
        snapshot_(snapshot),
        deep_(deep),
        summary_(summary),
        cancellation_(cancellation),
        ends_(graph.log(), snapshot.kv()) {}

  absl::Status Run() {
    SKG_ASSIGN_OR_RETURN(const History history,
                         ReadHistory(graph_.kv, number(), snapshot_.kv()));
    horizon_ = history.horizon;
    SKG_RETURN_IF_ERROR(CheckClears());
    SKG_RETURN_IF_ERROR(CheckOrders());
    SKG_RETURN_IF_ERROR(CheckCounts(kPredicateKind, predicates_, "predicate"));
    SKG_RETURN_IF_ERROR(
        CheckCounts(kNamedGraphKind, named_graphs_, "named graph"));
    SKG_RETURN_IF_ERROR(CheckDictionary());
    SKG_RETURN_IF_ERROR(CheckLog());
    return CheckRecords();
  }

 private:
  uint32_t number() const { return graph_.description.number; }

  void Problem(std::string message) {
    if (summary_->problems.size() >= kMaxProblems) return;
    summary_->problems.push_back(
        {absl::StrCat(graph_.description.tenant, "/", graph_.description.name),
         std::move(message)});
  }

  std::unique_ptr<KvIterator> Rows(Family family,
                                   const std::string& prefix) const {
    auto rows = graph_.kv.NewIterator(family, {.snapshot = snapshot_.kv(),
                                               .lower = prefix,
                                               .upper = PrefixEnd(prefix),
                                               .fill_cache = false});
    rows->SeekToFirst();
    return rows;
  }

  // What the rows of one statement add up to, newest first.
  struct Chain {
    bool live = false;
    int64_t sign = 0;
    uint64_t newest_commit = 0;
    RowOperation oldest = RowOperation::kInsertNew;
    std::vector<uint64_t> commits;
  };

  // The clears that rows may lack came one after the other, and the log knows
  // them.
  absl::Status CheckClears() {
    for (const ClearMark& mark : snapshot_.manifest().clears) {
      if (mark.commit > snapshot_.head().last_commit) {
        Problem(absl::StrCat("a clear carries commit ", mark.commit,
                             ", which never was"));
        continue;
      }
      SKG_ASSIGN_OR_RETURN(const bool logged,
                           ends_.Cleared(mark.commit, mark.scope));
      if (!logged) {
        Problem(absl::StrCat("commit ", mark.commit,
                             " has no such clear in the log"));
      }
    }
    return absl::OkStatus();
  }

  absl::Status CheckOrders() {
    std::array<RowSet, kOrderCount> all{}, named{};
    for (size_t i = 0; i < kOrderCount; ++i) {
      SKG_RETURN_IF_ERROR(
          ReadOrder(static_cast<IndexOrder>(i), &all[i], &named[i]));
    }
    FinishStatement();
    FinishTriple();
    CheckRuns();
    for (size_t i = 1; i < kOrderCount; ++i) {
      const RowSet& expected = i < kDefaultGraphOrders ? all[0] : named[0];
      if (all[i] != expected) {
        Problem(absl::StrCat("index order ", i, " has ", all[i].rows,
                             " rows that differ from the ", expected.rows,
                             " of order 0"));
      }
    }
    const Head& head = snapshot_.head();
    const auto compare = [&](const char* what, uint64_t counted,
                             uint64_t stored) {
      if (counted != stored) {
        Problem(absl::StrCat("the head says ", stored, " ", what,
                             ", there are ", counted));
      }
    };
    compare("statements", statements_, head.statements);
    compare("triples", triples_, head.triples);
    compare("statements in the default graph", default_statements_,
            head.default_statements);
    compare("triples in the default graph", default_triples_,
            head.default_triples);
    summary_->statements += statements_;
    return absl::OkStatus();
  }

  // Every version that the delta and the runs hold, merged.
  absl::Status ReadOrder(IndexOrder order, RowSet* all, RowSet* named) {
    std::vector<std::unique_ptr<RowSource>> sources;
    for (const Epoch& epoch : snapshot_.manifest().epochs) {
      sources.push_back(MakeDeltaSource(graph_.kv, snapshot_.kv(), number(),
                                        epoch.number, order, TermPrefix(),
                                        snapshot_.manifest().clears));
    }
    const size_t epochs = sources.size();
    const Manifest& manifest = snapshot_.manifest();
    for (size_t i = 0; i < manifest.runs.size(); ++i) {
      sources.push_back(MakeRunSource(
          graph_.kv, snapshot_.kv(), snapshot_.runs()[i], order, TermPrefix(),
          PendingClears(manifest, manifest.runs[i])));
    }
    absl::Status status;
    uint64_t rows = 0;
    while (RowSource* source = SmallestOf(sources, &status)) {
      if (++rows % kPollEvery == 0 && cancellation_ != nullptr)
        SKG_RETURN_IF_ERROR(cancellation_->Check());
      const RowValue value = source->value();
      const StatementKey key = ToStatement(source->key(), order);
      const uint64_t commit = source->key().commit;
      char bytes[kMaxRowValueBytes];
      const std::string_view encoded(bytes, EncodeRow(value, bytes));
      all->Add(key, commit, encoded);
      if (key.graph.bound()) named->Add(key, commit, encoded);
      CheckTermsExist(order, key);
      if (order == IndexOrder::kGspo) {
        const bool in_delta =
            std::any_of(sources.begin(), sources.begin() + epochs,
                        [&](const auto& s) { return s.get() == source; });
        if (in_delta) CheckDeltaRow(commit, value);
        SKG_RETURN_IF_ERROR(CheckRow(key, commit, value));
      }
      source->Next();
    }
    if (absl::IsDataLoss(status)) {
      Problem(absl::StrCat("index order ", static_cast<int>(order), ": ",
                           status.message()));
      return absl::OkStatus();
    }
    return status;
  }

  void CheckRuns() {
    if (delta_rows_ != snapshot_.head().delta_rows) {
      Problem(absl::StrCat("the head says ", snapshot_.head().delta_rows,
                           " rows in the delta, there are ", delta_rows_));
    }
    for (const RunInfo& info : snapshot_.manifest().runs) {
      if (info.number >= snapshot_.manifest().next_run) {
        Problem(absl::StrCat("run ", info.number, " was never numbered"));
      }
    }
  }

  // A row of the delta is as its commit wrote it.
  void CheckDeltaRow(uint64_t commit, const RowValue& value) {
    ++delta_rows_;
    const bool creates = value.operation == RowOperation::kInsertNew;
    const bool removes = value.operation == RowOperation::kRemove;
    if (value.sign != (creates ? 1 : removes ? -1 : 0)) {
      Problem(absl::StrCat("a row of commit ", commit, " has sign ", value.sign,
                           ", which is not that of its operation"));
    }
  }

  // The leading term of each order runs through every subject, predicate,
  // object and graph.
  void CheckTermsExist(IndexOrder order, const StatementKey& key) {
    for (const TermId id :
         {key.graph, key.subject, key.predicate, key.object}) {
      if (id.in_arena() ||
          (id.in_dictionary() && id.payload() >= snapshot_.head().next_term)) {
        Problem(absl::StrCat("a statement holds term ", id.bits,
                             ", which was never numbered"));
      }
    }
    if (!deep_) return;
    const TermId first[] = {key.graph,   key.predicate, key.object,
                            key.subject, key.predicate, key.object};
    const TermId id = order == IndexOrder::kGspo
                          ? key.subject
                          : first[static_cast<size_t>(order)];
    if (!id.in_dictionary() || id == last_decoded_) return;
    last_decoded_ = id;
    std::vector<rdf::Term> ignored;
    const absl::Status status = graph_.dictionary.Decode(
        number(), std::span(&id, 1), &ignored, snapshot_.kv());
    if (!status.ok()) Problem(std::string(sv(status.message())));
  }

  absl::Status CheckRow(const StatementKey& key, uint64_t commit,
                        const RowValue& value) {
    if (commit == 0 || commit > snapshot_.head().last_commit) {
      Problem(
          absl::StrCat("a row carries commit ", commit, ", which never was"));
    }
    if (!statement_ || *statement_ != key) {
      FinishStatement();
      StatementKey triple = key;
      triple.edge = 0;
      if (!triple_ || *triple_ != triple) FinishTriple();
      triple_ = triple;
      statement_ = key;
      chain_ = {.live = value.operation != RowOperation::kRemove &&
                        value.end == UINT64_MAX,
                .newest_commit = commit};
    }
    const uint64_t superseded =
        chain_.commits.empty() ? UINT64_MAX : chain_.commits.back();
    if (value.has_record) {
      SKG_RETURN_IF_ERROR(
          CountRecord(key, commit, std::min(value.end, superseded)));
    }
    if (value.end == UINT64_MAX) {
      chain_.sign += value.sign;
      triple_sign_ += value.triple_sign;
    } else if (value.end != commit && value.end > horizon_ &&
               !std::binary_search(chain_.commits.begin(), chain_.commits.end(),
                                   value.end, std::greater<>())) {
      SKG_ASSIGN_OR_RETURN(const bool ended,
                           ends_.MayHaveEnded(value.end, key));
      if (!ended || value.end > snapshot_.head().last_commit) {
        Problem(absl::StrCat("a row of commit ", commit, " ends at commit ",
                             value.end, ", which did not write the statement"));
      }
    }
    // What was gone before the next row came can only be inserted.
    if (value.operation != RowOperation::kRemove && !chain_.commits.empty() &&
        value.end < chain_.commits.back() &&
        chain_.oldest != RowOperation::kInsertNew) {
      Problem(absl::StrCat("a row of commit ", chain_.commits.back(),
                           " does not insert a statement that ended at commit ",
                           value.end));
    }
    chain_.oldest = value.operation;
    chain_.commits.push_back(commit);
    return absl::OkStatus();
  }

  // A row that ended by the horizon may have lost its record before it goes.
  absl::Status CountRecord(const StatementKey& key, uint64_t commit,
                           uint64_t end) {
    bool expected = true;
    if (end <= horizon_) {
      std::string ignored;
      SKG_ASSIGN_OR_RETURN(
          expected,
          graph_.kv.Get(Family::kRecords, RecordKey(number(), key, commit),
                        &ignored, snapshot_.kv()));
    }
    if (expected) ++rows_with_record_;
    return absl::OkStatus();
  }

  void FinishStatement() {
    if (!statement_) return;
    if (chain_.sign != (chain_.live ? 1 : 0)) {
      Problem(absl::StrCat("the signs of a statement of commit ",
                           chain_.newest_commit, " sum to ", chain_.sign));
    }
    // What is older may be forgotten, and is if this is what ended it.
    if (chain_.oldest != RowOperation::kInsertNew &&
        chain_.commits.back() > horizon_) {
      Problem(absl::StrCat("the oldest row of a statement of commit ",
                           chain_.newest_commit, " does not insert it"));
    }
    if (chain_.live) {
      ++live_edges_;
      ++statements_;
      if (!statement_->graph.bound()) ++default_statements_;
      ++predicates_[statement_->predicate].statements;
      if (statement_->graph.bound())
        ++named_graphs_[statement_->graph].statements;
      if (deep_ && graph_.description.statement_ids) CheckStatementId();
    }
    statement_.reset();
  }

  void FinishTriple() {
    if (!triple_) return;
    const bool live = live_edges_ > 0;
    if (triple_sign_ != (live ? 1 : 0)) {
      Problem(absl::StrCat("the triple signs of a triple sum to ", triple_sign_,
                           " where ", live_edges_, " edges are live"));
    }
    if (live) {
      ++triples_;
      if (!triple_->graph.bound()) ++default_triples_;
      ++predicates_[triple_->predicate].triples;
      if (triple_->graph.bound()) ++named_graphs_[triple_->graph].triples;
    }
    live_edges_ = 0;
    triple_sign_ = 0;
    triple_.reset();
  }

  void CheckStatementId() {
    const StatementKey& key = *statement_;
    const ReadView view(
        std::shared_ptr<const Snapshot>(std::shared_ptr<void>(), &snapshot_));
    const auto id = view.StatementId(key);
    if (!id.ok()) return;  // reported as a term already
    std::string value;
    const auto found = graph_.kv.Get(
        Family::kStatementIds, StatementIdKey(number(), FirstHalf(*id), key),
        &value, snapshot_.kv());
    if (!found.ok() || !*found) {
      Problem(absl::StrCat("statement ", id->ToString(),
                           " is not in the id index"));
    }
  }

  absl::Status CheckCounts(char kind,
                           const absl::flat_hash_map<TermId, Counts>& counted,
                           const char* what) {
    std::string prefix = GraphPrefix(number());
    prefix.push_back(kind);
    const auto rows = Rows(Family::kStats, prefix);
    size_t seen = 0;
    for (; rows->Valid(); rows->Next()) {
      const auto stored = DecodeCounts(rows->value());
      if (!stored.ok() || rows->key().size() != prefix.size() + 8) {
        Problem(absl::StrCat("a damaged count row of a ", what));
        continue;
      }
      const TermId id{
          LoadBigEndian<uint64_t>(rows->key().data() + prefix.size())};
      const auto it = counted.find(id);
      const Counts real = it != counted.end() ? it->second : Counts{};
      if (it != counted.end()) ++seen;
      if (real.statements != stored->statements ||
          real.triples != stored->triples) {
        Problem(absl::StrCat("the store counts ", stored->statements,
                             " statements of ", what, " ", id.bits,
                             ", there are ", real.statements));
      }
    }
    SKG_RETURN_IF_ERROR(rows->status());
    if (seen != counted.size()) {
      Problem(absl::StrCat(counted.size() - seen, " of the ", what,
                           "s have no count row"));
    }
    return absl::OkStatus();
  }

  absl::Status CheckDictionary() {
    uint64_t numbers = 0;
    const std::string prefix = GraphPrefix(number());
    const auto terms = Rows(Family::kTerms, prefix);
    for (; terms->Valid(); terms->Next()) {
      const std::string_view key = terms->key();
      if (key.size() != prefix.size() + 8)
        continue;  // a chunk of the term before
      const auto payload = LoadBigEndian<uint64_t>(key.data() + prefix.size());
      ++numbers;
      if (payload == 0 || payload >= snapshot_.head().next_term) {
        Problem(absl::StrCat("the dictionary holds number ", payload,
                             ", the next one to give is ",
                             snapshot_.head().next_term));
        continue;
      }
      SKG_RETURN_IF_ERROR(CheckTerm(payload, terms->value()));
    }
    SKG_RETURN_IF_ERROR(terms->status());
    summary_->terms += numbers;
    // Numbers that a load set aside and did not use stay free.
    uint64_t back = 0;
    const auto ids = Rows(Family::kTermIds, prefix);
    for (; ids->Valid(); ids->Next()) ++back;
    SKG_RETURN_IF_ERROR(ids->status());
    if (back != numbers) {
      Problem(absl::StrCat("the dictionary maps ", numbers,
                           " numbers to terms but ", back,
                           " terms to numbers"));
    }
    return absl::OkStatus();
  }

  // The number's term leads back to the number.
  absl::Status CheckTerm(uint64_t payload, std::string_view value) {
    if (value.size() < 2) {
      Problem(absl::StrCat("term ", payload, " is damaged"));
      return absl::OkStatus();
    }
    const TermId id =
        TermId::Make(static_cast<rdf::TermTag>(value[1]), payload);
    const auto term = id.in_dictionary()
                          ? graph_.dictionary.Get(number(), id, snapshot_.kv())
                          : absl::DataLossError("unknown kind of term");
    if (!term.ok()) {
      Problem(absl::StrCat("term ", payload, ": ", term.status().message()));
      return absl::OkStatus();
    }
    std::string back;
    SKG_ASSIGN_OR_RETURN(
        const bool found,
        graph_.kv.Get(Family::kTermIds,
                      TermIdKey(number(), term->tag, term->bytes), &back,
                      snapshot_.kv()));
    if (!found || back.size() != 9 ||
        LoadBigEndian<uint64_t>(back.data() + 1) != payload) {
      Problem(
          absl::StrCat("term ", payload, " does not lead back to its number"));
    }
    return absl::OkStatus();
  }

  // The table of times covers every commit before the first entry of the log;
  // returns the last commit it covers.
  absl::StatusOr<uint64_t> CheckCommitTimes() {
    const std::string prefix = LogKindPrefix(number(), kCommitTimesKind);
    const auto rows = Rows(Family::kLog, prefix);
    uint64_t covered = 0;
    int64_t last_micros = INT64_MIN;
    for (; rows->Valid(); rows->Next()) {
      const auto times = DecodeCommitTimes(rows->value());
      if (!times.ok() || rows->key().size() != prefix.size() + 8) {
        Problem("a damaged row of commit times");
        continue;
      }
      const uint64_t first = std::max<uint64_t>(
          LoadBigEndian<uint64_t>(rows->key().data() + prefix.size()), 1);
      if (first != covered + 1) {
        Problem(absl::StrCat("the commit times go from commit ", covered,
                             " to ", first));
      }
      if (times->front() <= last_micros) {
        Problem(absl::StrCat("commit ", first, " is not later than commit ",
                             first - 1));
      }
      covered = first + times->size() - 1;
      last_micros = times->back();
    }
    SKG_RETURN_IF_ERROR(rows->status());
    return covered;
  }

  absl::Status CheckLog() {
    SKG_ASSIGN_OR_RETURN(const uint64_t trimmed, CheckCommitTimes());
    const std::string prefix = LogKindPrefix(number(), kLogEntryKind);
    const auto rows = Rows(Family::kLog, prefix);
    uint64_t expected = 0;  // set by the first kept commit
    uint64_t commits = 0;
    for (; rows->Valid(); rows->Next()) {
      const auto commit =
          LoadBigEndian<uint64_t>(rows->key().data() + prefix.size());
      const auto chunk =
          LoadBigEndian<uint32_t>(rows->key().data() + prefix.size() + 8);
      if (chunk != 0) continue;
      ++commits;
      if (expected == 0 && commit != trimmed + 1) {
        Problem(absl::StrCat("the log begins at commit ", commit,
                             ", the table of commit times ends at ", trimmed));
      }
      if (expected != 0 && commit != expected) {
        Problem(absl::StrCat("the log goes from commit ", expected - 1, " to ",
                             commit));
      }
      expected = commit + 1;
      if (!deep_) continue;
      const auto entry = graph_.ReadLog(
          commit, GraphState::LogExpansion::kFull,
          [](std::span<const LoggedChange>) { return absl::OkStatus(); });
      // The history that held its changes may have been forgotten.
      if (!entry.ok() && !absl::IsOutOfRange(entry.status()))
        Problem(absl::StrCat("log: ", entry.status().message()));
    }
    SKG_RETURN_IF_ERROR(rows->status());
    summary_->commits += commits;
    const uint64_t last = snapshot_.head().last_commit;
    if (last != 0 && expected != last + 1) {
      Problem(absl::StrCat("the log ends at commit ",
                           expected == 0 ? 0 : expected - 1,
                           ", the head is at ", last));
    }
    return absl::OkStatus();
  }

  absl::Status CheckRecords() {
    SKG_ASSIGN_OR_RETURN(const std::vector<uint64_t> coming,
                         CommitsOfMarkers(snapshot_));
    const std::string prefix = GraphPrefix(number());
    const auto rows = Rows(Family::kRecords, prefix);
    uint64_t records = 0;
    for (; rows->Valid(); rows->Next()) {
      const std::string_view key = rows->key();
      if (key.size() != prefix.size() + kStatementBytes + 8) {
        Problem("a record has a damaged key");
        ++records;
        continue;
      }
      const StatementKey statement =
          LoadStatement(IndexOrder::kGspo, key.data() + prefix.size());
      const uint64_t commit = ~LoadBigEndian<uint64_t>(
          key.data() + prefix.size() + kStatementBytes);
      // Those of a large commit come shortly before it.
      if (std::binary_search(coming.begin(), coming.end(), commit) &&
          commit > snapshot_.head().last_commit) {
        continue;
      }
      ++records;
      if (!DecodeRecord(rows->value()).ok()) {
        Problem(absl::StrCat("the record of a statement of commit ", commit,
                             " is damaged"));
      }
      SKG_RETURN_IF_ERROR(CheckRecordHasRow(statement, commit));
    }
    SKG_RETURN_IF_ERROR(rows->status());
    if (records != rows_with_record_) {
      Problem(absl::StrCat(rows_with_record_,
                           " statement rows have a record, there are ", records,
                           " records"));
    }
    return absl::OkStatus();
  }

  absl::Status CheckRecordHasRow(const StatementKey& statement,
                                 uint64_t commit) {
    SKG_ASSIGN_OR_RETURN(const bool found,
                         HasRowWithRecord(snapshot_, statement, commit));
    if (found) return absl::OkStatus();
    Problem(absl::StrCat("a record of commit ", commit,
                         " belongs to no statement row"));
    return absl::OkStatus();
  }

  GraphState& graph_;
  const Snapshot& snapshot_;
  const bool deep_;
  CheckSummary* summary_;
  const Cancellation* const cancellation_;

  std::optional<StatementKey> statement_, triple_;
  Chain chain_;
  uint64_t live_edges_ = 0;
  int64_t triple_sign_ = 0;
  uint64_t horizon_ = 0;
  uint64_t rows_with_record_ = 0;
  LoggedEnds ends_;
  uint64_t delta_rows_ = 0;
  uint64_t statements_ = 0, triples_ = 0, default_statements_ = 0,
           default_triples_ = 0;
  TermId last_decoded_;
  absl::flat_hash_map<TermId, Counts> predicates_, named_graphs_;
};

}  // namespace

absl::Status CheckGraph(GraphState& graph, bool deep, CheckSummary* summary,
                        const Cancellation* cancellation) {
  SKG_ASSIGN_OR_RETURN(const auto snapshot, graph.TakeSnapshot());
  ++summary->graphs;
  return GraphCheck(graph, *snapshot, deep, summary, cancellation).Run();
}

}  // namespace skg::storage
