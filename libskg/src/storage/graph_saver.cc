#include "storage/graph_saver.h"

#include <algorithm>
#include <functional>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/status.h"
#include "storage/block.h"
#include "storage/keys.h"
#include "storage/pending_clears.h"
#include "storage/rows_up_to.h"
#include "storage/saved_indexes.h"
#include "storage/version_merge.h"

namespace skg::storage {
namespace {

using Sources = std::vector<std::unique_ptr<RowSource>>;

constexpr uint64_t kCheckEvery = 4096;
// Longer terms have chunks of their own.
constexpr size_t kLongTermBytes = 16 << 10;

// Entries that go into chunks of one kind.
class Section {
 public:
  Section(GraphFileWriter& file, ChunkKind kind) : file_(file), kind_(kind) {}
  std::string& entry() { return payload_; }
  // After each entry.
  absl::Status Added() {
    return payload_.size() < kUsualChunkBytes ? absl::OkStatus() : Flush();
  }
  absl::Status Flush() {
    if (payload_.empty()) return absl::OkStatus();
    SKG_RETURN_IF_ERROR(file_.Write(kind_, payload_));
    payload_.clear();
    return absl::OkStatus();
  }

 private:
  GraphFileWriter& file_;
  const ChunkKind kind_;
  std::string payload_;
};

class GraphSaver {
 public:
  GraphSaver(const Snapshot& snapshot, const GraphFileWriter::Sink& sink,
             const SaveWork& work)
      : graph_(snapshot.graph()),
        snapshot_(snapshot),
        work_(work),
        commit_(snapshot.commit()),
        file_([this, &sink](std::string_view bytes) -> absl::Status {
          SKG_RETURN_IF_ERROR(sink(bytes));
          if (work_.progress) work_.progress(file_.bytes());
          return Check();
        }) {}

  absl::StatusOr<SaveSummary> Run() {
    if (work_.indexes != nullptr) {
      SKG_ASSIGN_OR_RETURN(has_indexes_, work_.indexes->Begin(snapshot_));
    }
    SKG_RETURN_IF_ERROR(FindLog());
    SKG_RETURN_IF_ERROR(FindTerms());
    SKG_RETURN_IF_ERROR(WriteDescription());
    SKG_RETURN_IF_ERROR(WriteTerms());
    SKG_RETURN_IF_ERROR(WriteRows());
    SKG_RETURN_IF_ERROR(WriteRecords());
    SKG_RETURN_IF_ERROR(WriteTimes());
    SKG_RETURN_IF_ERROR(WriteLog());
    SKG_RETURN_IF_ERROR(WriteIndexes());
    SKG_RETURN_IF_ERROR(file_.End(totals_));
    return SaveSummary{commit_, file_.bytes(), totals_};
  }

 private:
  [[nodiscard]] uint32_t number() const { return graph_.description.number; }
  [[nodiscard]] absl::Status Check() const {
    return work_.cancellation == nullptr ? absl::OkStatus()
                                         : work_.cancellation->Check();
  }
  // Of long loops that write nothing.
  [[nodiscard]] absl::Status CheckNowAndThen() {
    return ++steps_ % kCheckEvery == 0 ? Check() : absl::OkStatus();
  }
  [[nodiscard]] absl::Status Damaged(std::string_view what) const {
    return absl::DataLossError(absl::StrCat(
        "graph \"", graph_.description.tenant, "/", graph_.description.name,
        "\": ", std::string(what), "; run `skg check`"));
  }
  [[nodiscard]] std::unique_ptr<KvIterator> Rows(
      Family family, const std::string& prefix) const {
    auto rows = graph_.kv.NewIterator(family, {.snapshot = snapshot_.kv(),
                                               .lower = prefix,
                                               .upper = PrefixEnd(prefix),
                                               .fill_cache = false});
    rows->SeekToFirst();
    return rows;
  }

  // All versions up to the commit, in order gspo.
  [[nodiscard]] Sources AllRows() const {
    Sources sources;
    const auto add = [&](std::unique_ptr<RowSource> source) {
      if (snapshot_.as_of()) {
        source = MakeRowsUpTo(std::move(source), IndexOrder::kGspo, commit_);
      }
      sources.push_back(std::move(source));
    };
    const Manifest& manifest = snapshot_.manifest();
    for (const Epoch& epoch : manifest.epochs) {
      add(MakeDeltaSource(graph_.kv, snapshot_.kv(), number(), epoch.number,
                          IndexOrder::kGspo, TermPrefix(), manifest.clears));
    }
    for (size_t i = 0; i < manifest.runs.size(); ++i) {
      if (manifest.runs[i].min_commit > commit_) continue;
      add(MakeRunSource(graph_.kv, snapshot_.kv(), snapshot_.runs()[i],
                        IndexOrder::kGspo, TermPrefix(),
                        PendingClears(manifest, manifest.runs[i])));
    }
    return sources;
  }

  absl::Status ForEachRow(
      const std::function<absl::Status(RowSource&)>& visit) {
    const Sources sources = AllRows();
    absl::Status status;
    while (RowSource* source = SmallestOf(sources, &status)) {
      SKG_RETURN_IF_ERROR(status);
      SKG_RETURN_IF_ERROR(CheckNowAndThen());
      SKG_RETURN_IF_ERROR(visit(*source));
      source->Next();
    }
    return status;
  }

  absl::Status FindLog() {
    const std::string prefix = LogKindPrefix(number(), kLogEntryKind);
    const auto rows = Rows(Family::kLog, prefix);
    if (rows->Valid()) {
      first_logged_ =
          LoadBigEndian<uint64_t>(rows->key().data() + prefix.size());
    }
    return rows->status();
  }

  // A past state is saved without the terms that only later ones use. Numbers
  // rise with time, so they are all behind the greatest that is needed.
  absl::Status FindTerms() {
    terms_ = snapshot_.head().next_term - 1;
    if (!snapshot_.as_of()) return absl::OkStatus();
    terms_ = 0;
    const auto visit = [&](RowSource& source) {
      for (const uint64_t term : source.key().terms) NeedTerm(TermId{term});
      return absl::OkStatus();
    };
    SKG_RETURN_IF_ERROR(ForEachRow(visit));
    if (has_indexes_) {
      SKG_RETURN_IF_ERROR(
          work_.indexes->ForEachTerm([&](TermId id) { NeedTerm(id); }));
    }
    return ForEachLogRow([&](uint64_t, uint32_t chunk,
                             std::string_view value) -> absl::Status {
      if (chunk == 0) {
        SKG_ASSIGN_OR_RETURN(const LogHeader header, DecodeLogHeader(value));
        for (const ClearScope& scope : header.clears) NeedTerm(scope.graph);
      }
      std::vector<LoggedChange> changes;
      const absl::Status decoded = DecodeLogChunk(value, chunk == 0, &changes);
      for (const LoggedChange& change : changes) {
        for (const TermId id : {change.key.graph, change.key.subject,
                                change.key.predicate, change.key.object}) {
          NeedTerm(id);
        }
      }
      return decoded;
    });
  }
  void NeedTerm(TermId id) {
    if (id.in_dictionary()) terms_ = std::max(terms_, id.payload());
  }

  absl::Status WriteDescription() {
    GraphFileDescription description;
    description.uuid = graph_.description.uuid;
    description.tenant = graph_.description.tenant;
    description.name = graph_.description.name;
    description.base_namespace = graph_.description.base_namespace;
    description.statement_ids = graph_.description.statement_ids;
    description.saved_micros = absl::ToUnixMicros(absl::Now());
    description.last_commit = commit_;
    description.last_time_micros = snapshot_.time_micros();
    SKG_ASSIGN_OR_RETURN(description.history,
                         ReadHistory(graph_.kv, number(), snapshot_.kv()));
    // That of the snapshot may have moved beyond a past state since.
    if (description.history.horizon > commit_)
      description.history.horizon = commit_;
    return file_.Begin(description,
                       has_indexes_ ? kGraphFileWithIndexes : kPlainGraphFile);
  }

  absl::Status WriteTerms() {
    Section section(file_, ChunkKind::kTerms);
    const std::string prefix = GraphPrefix(number());
    const auto rows = Rows(Family::kTerms, prefix);
    for (; rows->Valid() && totals_.terms < terms_; rows->Next()) {
      const std::string_view key = rows->key();
      if (key.size() != prefix.size() + 8)
        continue;  // a part of the one before
      const auto payload = LoadBigEndian<uint64_t>(key.data() + prefix.size());
      if (payload != ++totals_.terms || rows->value().size() < 2)
        return Damaged(absl::StrCat("term ", totals_.terms, " is missing"));
      const TermId id =
          TermId::Make(static_cast<rdf::TermTag>(rows->value()[1]), payload);
      if (!id.in_dictionary())
        return Damaged(absl::StrCat("term ", payload, " is damaged"));
      SKG_ASSIGN_OR_RETURN(const DictionaryTerm term,
                           TermOf(id, rows->value()));
      if (term.tag == rdf::TermTag::kTripleTerm) NeedPartsOf(term);
      SKG_RETURN_IF_ERROR(WriteTerm(term, section));
    }
    SKG_RETURN_IF_ERROR(rows->status());
    if (totals_.terms != terms_)
      return Damaged(absl::StrCat("term ", totals_.terms + 1, " is missing"));
    return section.Flush();
  }

  // Short terms stand in their row, without a look into the cache.
  absl::StatusOr<DictionaryTerm> TermOf(TermId id, std::string_view value) {
    if (value.front() == kPlainFormat)
      return DictionaryTerm{id.tag(), std::string(value.substr(2))};
    return graph_.dictionary.Get(number(), id);
  }

  void NeedPartsOf(const DictionaryTerm& term) {
    for (size_t at = 0; at + 8 <= term.bytes.size(); at += 8)
      NeedTerm(TermId{LoadBigEndian<uint64_t>(term.bytes.data() + at)});
  }

  absl::Status WriteTerm(const DictionaryTerm& term, Section& section) {
    if (term.bytes.size() <= kLongTermBytes) {
      std::string& out = section.entry();
      out.push_back(static_cast<char>(term.tag));
      AppendVarint(term.bytes.size(), out);
      out += term.bytes;
      return section.Added();
    }
    SKG_RETURN_IF_ERROR(section.Flush());
    for (size_t at = 0; at < term.bytes.size(); at += kUsualChunkBytes) {
      std::string part(1, static_cast<char>(term.tag));
      AppendVarint(term.bytes.size(), part);
      AppendVarint(at, part);
      part.append(term.bytes, at, kUsualChunkBytes);
      SKG_RETURN_IF_ERROR(file_.Write(ChunkKind::kTermPart, part));
    }
    return absl::OkStatus();
  }

  absl::Status WriteRows() {
    BlockEncoder live(IndexOrder::kGspo), past(IndexOrder::kGspo);
    const auto add = [&](const RunRow& row, BlockEncoder& block,
                         ChunkKind kind) -> absl::Status {
      ++(kind == ChunkKind::kRows ? totals_.rows : totals_.past_rows);
      block.Append(row);
      return block.size() < kBlockRows ? absl::OkStatus()
                                       : file_.Write(kind, block.Finish());
    };
    // Every row there is takes part: what a remove hides is among them.
    SKG_RETURN_IF_ERROR(MergeVersions(
        AllRows(), IndexOrder::kGspo,
        {.settle_removes = true, .cancellation = work_.cancellation},
        [&](const RunRow& row) { return add(row, live, ChunkKind::kRows); },
        [&](const RunRow& row) {
          return add(row, past, ChunkKind::kPastRows);
        }));
    if (live.size() > 0)
      SKG_RETURN_IF_ERROR(file_.Write(ChunkKind::kRows, live.Finish()));
    return past.size() == 0 ? absl::OkStatus()
                            : file_.Write(ChunkKind::kPastRows, past.Finish());
  }

  absl::Status WriteRecords() {
    Section section(file_, ChunkKind::kRecords);
    const std::string prefix = GraphPrefix(number());
    const auto rows = Rows(Family::kRecords, prefix);
    for (; rows->Valid(); rows->Next()) {
      SKG_RETURN_IF_ERROR(CheckNowAndThen());
      const std::string_view key = rows->key().substr(prefix.size());
      if (key.size() != kRowKeyBytes) return Damaged("the key of a record");
      if (LoadRowKey(key.data()).commit > commit_) continue;
      ++totals_.records;
      section.entry() += key;
      AppendVarint(rows->value().size(), section.entry());
      section.entry() += rows->value();
      SKG_RETURN_IF_ERROR(section.Added());
    }
    SKG_RETURN_IF_ERROR(rows->status());
    return section.Flush();
  }

  // The log entry of the last commit is always written: it is made anew where
  // the log has dropped it.
  [[nodiscard]] bool log_reaches() const {
    return first_logged_ != 0 && first_logged_ <= commit_;
  }

  absl::Status WriteTimes() {
    if (commit_ == 0) return absl::OkStatus();
    const uint64_t end = log_reaches() ? first_logged_ : commit_;
    Section section(file_, ChunkKind::kTimes);
    const std::string prefix = LogKindPrefix(number(), kCommitTimesKind);
    const auto rows = Rows(Family::kLog, prefix);
    for (; rows->Valid(); rows->Next()) {
      if (rows->key().size() != prefix.size() + 8)
        return Damaged("the key of a row of commit times");
      const auto chunk =
          LoadBigEndian<uint64_t>(rows->key().data() + prefix.size());
      const uint64_t first = std::max<uint64_t>(chunk, 1);
      if (first >= end) break;
      SKG_ASSIGN_OR_RETURN(std::vector<int64_t> times,
                           DecodeCommitTimes(rows->value()));
      times.resize(std::min<uint64_t>(times.size(), end - first));
      const std::string row = EncodeCommitTimes(times);
      AppendBigEndian(chunk, section.entry());
      AppendVarint(row.size(), section.entry());
      section.entry() += row;
      SKG_RETURN_IF_ERROR(section.Added());
    }
    SKG_RETURN_IF_ERROR(rows->status());
    return section.Flush();
  }

  absl::Status ForEachLogRow(
      const std::function<absl::Status(uint64_t commit, uint32_t chunk,
                                       std::string_view value)>& visit) {
    const std::string prefix = LogKindPrefix(number(), kLogEntryKind);
    const auto rows = Rows(Family::kLog, prefix);
    for (; rows->Valid(); rows->Next()) {
      SKG_RETURN_IF_ERROR(CheckNowAndThen());
      const std::string_view key = rows->key().substr(prefix.size());
      if (key.size() != 12) return Damaged("the key of a log row");
      const auto commit = LoadBigEndian<uint64_t>(key.data());
      if (commit > commit_) break;
      SKG_RETURN_IF_ERROR(visit(commit, LoadBigEndian<uint32_t>(key.data() + 8),
                                rows->value()));
    }
    return rows->status();
  }

  absl::Status WriteLogRow(uint64_t commit, uint32_t chunk,
                           std::string_view value, Section& section) {
    // What no restore could read must not pass for a backup.
    std::vector<LoggedChange> changes;
    SKG_RETURN_IF_ERROR(DecodeLogChunk(value, chunk == 0, &changes));
    if (chunk == 0) ++totals_.logged_commits;
    AppendBigEndian(commit, section.entry());
    AppendBigEndian(chunk, section.entry());
    AppendVarint(value.size(), section.entry());
    section.entry() += value;
    return section.Added();
  }

  absl::Status WriteLog() {
    if (commit_ == 0) return absl::OkStatus();
    Section section(file_, ChunkKind::kLog);
    const auto write = [&](uint64_t commit, uint32_t chunk,
                           std::string_view value) {
      return WriteLogRow(commit, chunk, value, section);
    };
    SKG_RETURN_IF_ERROR(log_reaches() ? ForEachLogRow(write)
                                      : WriteLastEntry(section));
    return section.Flush();
  }

  // What the last commit did is also in its rows, and in the ends of those that
  // it cleared.
  absl::Status WriteLastEntry(Section& section) {
    uint64_t changes = 0;
    SKG_RETURN_IF_ERROR(ForEachLastChange([&](const LoggedChange&) {
      ++changes;
      return absl::OkStatus();
    }));
    LogEncoder encoder(absl::FromUnixMicros(snapshot_.time_micros()), changes);
    uint32_t chunk = 0;
    const auto write = [&](const std::vector<std::string>& values) {
      absl::Status status;
      for (const std::string& value : values) {
        if (status.ok()) status = WriteLogRow(commit_, chunk++, value, section);
      }
      return status;
    };
    SKG_RETURN_IF_ERROR(ForEachLastChange([&](const LoggedChange& change) {
      encoder.Add(change);
      return write(encoder.TakeFull());
    }));
    return write(encoder.Finish());
  }

  absl::Status ForEachLastChange(
      const std::function<absl::Status(const LoggedChange&)>& visit) {
    std::optional<RowKey> last;
    std::optional<LoggedChange> waiting;  // for the row before it
    const auto tell = [&]() -> absl::Status {
      const std::optional<LoggedChange> change = std::exchange(waiting, {});
      return change ? visit(*change) : absl::OkStatus();
    };
    const auto row = [&](RowSource& source) -> absl::Status {
      const bool newest = !last || !source.key().SameStatement(*last);
      last = source.key();
      if (newest) SKG_RETURN_IF_ERROR(tell());
      const StatementKey key = ToStatement(source.key(), IndexOrder::kGspo);
      const RowValue value = source.value();
      if (source.key().commit == commit_) {
        waiting = {value.operation, key, value.weight, value.has_record};
        return absl::OkStatus();
      }
      const bool cleared =
          value.end == commit_ && value.operation != RowOperation::kRemove;
      if (cleared && newest) return visit({RowOperation::kRemove, key});
      // The commit cleared it and brought it again.
      if (cleared && waiting) waiting->operation = RowOperation::kReplace;
      return tell();
    };
    SKG_RETURN_IF_ERROR(ForEachRow(row));
    return tell();
  }

  absl::Status WriteIndexes() {
    if (!has_indexes_) return absl::OkStatus();
    return work_.indexes->Write([&](ChunkKind kind, std::string_view payload) {
      return file_.Write(kind, payload);
    });
  }

  GraphState& graph_;
  const Snapshot& snapshot_;
  const SaveWork& work_;
  const uint64_t commit_;
  GraphFileWriter file_;
  GraphFileTotals totals_;
  uint64_t first_logged_ = 0;  // 0: no entry
  uint64_t terms_ = 0;         // how many are needed
  uint64_t steps_ = 0;
  bool has_indexes_ = false;
};

}  // namespace

absl::StatusOr<SaveSummary> SaveGraph(const Snapshot& snapshot,
                                      const GraphFileWriter::Sink& sink,
                                      const SaveWork& work) {
  absl::StatusOr<SaveSummary> saved = GraphSaver(snapshot, sink, work).Run();
  // Long terms are looked up in the present.
  if (absl::IsDataLoss(saved.status()) && snapshot.graph().dropped())
    return snapshot.graph().DroppedStatus();
  return saved;
}

}  // namespace skg::storage
