#include "storage/graph_restorer.h"

#include <algorithm>
#include <array>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "base/strings.h"
#include "storage/block.h"
#include "storage/external_sorter.h"
#include "storage/history.h"
#include "storage/keys.h"
#include "storage/saved_indexes.h"
#include "storage/sorted_files.h"
#include "storage/statement_id.h"

namespace skg::storage {
namespace {

constexpr size_t kBatchBytes = 4 << 20;
// No term that a parser takes is longer.
constexpr uint64_t kMaxTermBytes = uint64_t{256} << 20;
constexpr uint64_t kCheckEvery = 4096;
constexpr uint32_t kLiveRun = 1, kPastRun = 2, kNextRun = 3;
// Of the sorters, above those of the runs; an order's pieces lie in a family of
// its own.
constexpr uint32_t kFirstPiece = 16;

bool IsOpen(const RunRow& row) { return row.value.end == UINT64_MAX; }

}  // namespace

struct GraphRestorer::Builders {
  // A statement is in each order but the first, and among the ids.
  static size_t ShareOf(const RestoreWork& work) {
    return work.sort_bytes / kOrderCount;
  }

  Builders(KvStore& kv, uint32_t graph, const RestoreWork& work)
      : live(kv, graph, kLiveRun, false),
        past(kv, graph, kPastRun, true),
        ids(work.directory, ShareOf(work)) {
    live.BeginOrder(IndexOrder::kGspo);
    past.BeginOrder(IndexOrder::kGspo);
    for (size_t order = 1; order < kOrderCount; ++order) {
      spills.push_back(
          std::make_unique<RowSpill>(kv, graph, static_cast<IndexOrder>(order),
                                     kFirstPiece, ShareOf(work)));
    }
  }
  RunBuilder live, past;
  std::vector<std::unique_ptr<RowSpill>> spills;
  ExternalSorter<IdRow, IdRowBefore> ids;
};

GraphRestorer::GraphRestorer(KvStore& kv, Dictionary& dictionary,
                             GraphFileReader& file,
                             const GraphFileDescription& described,
                             const GraphDescription& description,
                             const RestoreWork& work, Admit admit)
    : kv_(kv),
      dictionary_(dictionary),
      file_(file),
      described_(described),
      description_(description),
      work_(work),
      admit_(std::move(admit)),
      number_(description.number),
      batch_(kv.NewBatch()),
      builders_(std::make_unique<Builders>(kv, description.number, work)),
      log_(description.number, described) {
  head_.last_commit = described.last_commit;
  head_.last_time_micros = described.last_time_micros;
}

GraphRestorer::~GraphRestorer() = default;

absl::Status GraphRestorer::Tell(RestoreStage stage) {
  if (work_.progress) work_.progress(stage, file_.bytes());
  return work_.cancellation == nullptr ? absl::OkStatus()
                                       : work_.cancellation->Check();
}

absl::Status GraphRestorer::WriteIfLarge(size_t limit) {
  if (batch_->empty() || batch_->size_bytes() < limit) return absl::OkStatus();
  SKG_RETURN_IF_ERROR(kv_.Write(*batch_, WriteMode::kBuffered));
  batch_->Clear();
  return absl::OkStatus();
}

absl::StatusOr<GraphFileTotals> GraphRestorer::Run() {
  SKG_RETURN_IF_ERROR(ReadChunks());
  SKG_RETURN_IF_ERROR(FinishReading());
  SKG_RETURN_IF_ERROR(WriteStatementIds());
  SKG_RETURN_IF_ERROR(BuildOrders());
  SKG_RETURN_IF_ERROR(FinishRows());
  return totals_;
}

absl::Status GraphRestorer::ReadChunks() {
  if (work_.indexes != nullptr) {
    work_.indexes->Begin(number_, described_.last_commit,
                         [this](TermId id) { return IsTerm(id); });
  }
  for (;;) {
    SKG_ASSIGN_OR_RETURN(const GraphFileReader::Chunk chunk, file_.Next());
    if (chunk.kind == ChunkKind::kEnd) return absl::OkStatus();
    SKG_RETURN_IF_ERROR(ReadChunk(chunk));
    SKG_RETURN_IF_ERROR(AskQuota());
    SKG_RETURN_IF_ERROR(Tell(RestoreStage::kReading));
  }
}

// What the file has is about what its rows will take.
absl::Status GraphRestorer::AskQuota() {
  const uint64_t bytes = file_.bytes();
  SKG_RETURN_IF_ERROR(admit_({.statements_before = admitted_statements_,
                              .statements_after = head_.statements,
                              .bytes = bytes - admitted_bytes_}));
  admitted_statements_ = head_.statements;
  admitted_bytes_ = bytes;
  return absl::OkStatus();
}

absl::Status GraphRestorer::ReadChunk(const GraphFileReader::Chunk& chunk) {
  if (long_term_bytes_ > 0 && chunk.kind != ChunkKind::kTermPart)
    return NoSuchGraph("a part of a long term is missing");
  switch (chunk.kind) {
    case ChunkKind::kTerms:
      return ReadTerms(chunk.payload);
    case ChunkKind::kTermPart:
      return ReadTermPart(chunk.payload);
    case ChunkKind::kRows:
    case ChunkKind::kPastRows:
      return ReadRows(chunk.payload, chunk.kind == ChunkKind::kPastRows);
    case ChunkKind::kRecords:
      return ReadRecords(chunk.payload);
    case ChunkKind::kTimes:
      SKG_RETURN_IF_ERROR(log_.ReadTimes(chunk.payload, *batch_));
      return WriteIfLarge(kBatchBytes);
    case ChunkKind::kLog:
      SKG_RETURN_IF_ERROR(log_.ReadEntries(chunk.payload, *batch_));
      return WriteIfLarge(kBatchBytes);
    case ChunkKind::kIndexes:
    case ChunkKind::kVectors:
      if (work_.indexes == nullptr) return absl::OkStatus();
      SKG_RETURN_IF_ERROR(
          work_.indexes->Read(chunk.kind, chunk.payload, *batch_));
      return WriteIfLarge(kBatchBytes);
    case ChunkKind::kDescription:
    case ChunkKind::kEnd:
      break;
  }
  return NoSuchGraph("a chunk of an unknown kind");
}

absl::Status GraphRestorer::ReadTerms(std::string_view payload) {
  for (ByteReader in(payload); !in.empty();) {
    DictionaryTerm term;
    term.tag = static_cast<rdf::TermTag>(in.BigEndian<uint8_t>());
    term.bytes = std::string(in.Bytes(in.Varint()));
    if (!in.ok()) return NoSuchGraph("a chunk of terms");
    SKG_RETURN_IF_ERROR(AddTerm(term));
  }
  return absl::OkStatus();
}

absl::Status GraphRestorer::ReadTermPart(std::string_view payload) {
  ByteReader in(payload);
  const auto tag = static_cast<rdf::TermTag>(in.BigEndian<uint8_t>());
  const uint64_t size = in.Varint(), offset = in.Varint();
  const std::string_view bytes = in.rest();
  const bool follows = long_term_bytes_ == 0
                           ? offset == 0
                           : tag == long_term_.tag &&
                                 size == long_term_bytes_ &&
                                 offset == long_term_.bytes.size();
  if (!in.ok() || !follows || bytes.empty() || size > kMaxTermBytes ||
      bytes.size() > size - offset) {
    return NoSuchGraph("a part of a long term");
  }
  if (offset == 0) long_term_ = {tag, std::string()};
  long_term_.bytes += bytes;
  long_term_bytes_ = size;
  if (long_term_.bytes.size() < size) return absl::OkStatus();
  SKG_RETURN_IF_ERROR(AddTerm(long_term_));
  long_term_ = DictionaryTerm();
  long_term_bytes_ = 0;
  return absl::OkStatus();
}

absl::Status GraphRestorer::AddTerm(const DictionaryTerm& term) {
  const TermId id = TermId::Make(term.tag, ++totals_.terms);
  bool good = id.in_dictionary() && id.payload() == totals_.terms;
  if (term.tag == rdf::TermTag::kTripleTerm) {
    good = good && term.bytes.size() == 3 * sizeof(uint64_t);
    if (good) {
      const auto part = [&](size_t i) {
        return TermId{LoadBigEndian<uint64_t>(term.bytes.data() + 8 * i)};
      };
      // Triple terms nest by their objects only, so that one never unfolds
      // into many.
      good = part(0).is_resource() && part(1).tag() == rdf::TermTag::kIri &&
             (part(2).in_dictionary() || rdf::InlineTerm(part(2)).ok());
    }
  } else {
    good = good && rdf::DecodeTerm(term.tag, term.bytes).ok();
  }
  if (!good) return NoSuchGraph(absl::StrCat("term ", totals_.terms));
  dictionary_.AppendRows(number_, id, term, *batch_);
  return WriteIfLarge(kBatchBytes);
}

bool GraphRestorer::IsTerm(TermId id) const {
  if (id.in_dictionary())
    return id.payload() != 0 && id.payload() <= totals_.terms;
  return id.is_inline() && rdf::InlineTerm(id).ok();
}

absl::Status GraphRestorer::CheckRow(const RunRow& row, bool past) {
  const StatementKey& key = row.key;
  const bool terms_known = (!key.graph.bound() || IsTerm(key.graph)) &&
                           IsTerm(key.subject) && IsTerm(key.predicate) &&
                           IsTerm(key.object);
  const bool end_known = past ? row.value.end <= described_.last_commit
                              : row.value.end == UINT64_MAX;
  if (!terms_known || !end_known || row.commit == 0 ||
      row.commit > described_.last_commit) {
    return NoSuchGraph(absl::StrCat("a row of commit ", row.commit));
  }
  std::optional<RowKey>& last = last_rows_[past ? 1 : 0];
  const RowKey place = ToRowKey(key, IndexOrder::kGspo, row.commit);
  if (last && !last->Before(place))
    return NoSuchGraph("rows that are not sorted");
  last = place;
  return absl::OkStatus();
}

absl::Status GraphRestorer::ReadRows(std::string_view payload, bool past) {
  // The terms must be there for those who look statements up.
  SKG_RETURN_IF_ERROR(
      WriteIfLarge(totals_.rows + totals_.past_rows == 0 ? 0 : kBatchBytes));
  SKG_ASSIGN_OR_RETURN(const BlockView view, BlockView::Open(payload));
  std::vector<RunRow> rows;
  view.Rows(IndexOrder::kGspo, &rows);
  for (const RunRow& row : rows) {
    const std::optional<RowKey> before = last_rows_[past ? 1 : 0];
    SKG_RETURN_IF_ERROR(CheckRow(row, past));
    ++(past ? totals_.past_rows : totals_.rows);
    if (!past) Count(row);
    SKG_RETURN_IF_ERROR((past ? builders_->past : builders_->live).Add(row));
    const size_t orders =
        row.key.graph.bound() ? kOrderCount : kDefaultGraphOrders;
    for (size_t order = 1; order < orders; ++order)
      SKG_RETURN_IF_ERROR(builders_->spills[order - 1]->Add(row));
    const bool same =
        before && before->SameStatement(*last_rows_[past ? 1 : 0]);
    if (description_.statement_ids && !same)
      SKG_RETURN_IF_ERROR(AddStatementId(row.key));
  }
  return WriteIfLarge(kBatchBytes);
}

// The sums of the signs; they come sorted by named graph.
void GraphRestorer::Count(const RunRow& row) {
  const auto sign = static_cast<uint64_t>(row.value.sign);
  const auto triple_sign = static_cast<uint64_t>(row.value.triple_sign);
  const auto add = [&](uint64_t& statements, uint64_t& triples) {
    statements += sign;
    triples += triple_sign;
  };
  add(head_.statements, head_.triples);
  Counts& predicate = predicates_[row.key.predicate];
  add(predicate.statements, predicate.triples);
  if (!row.key.graph.bound())
    return add(head_.default_statements, head_.default_triples);
  if (row.key.graph != named_graph_) PutNamedGraphCounts();
  named_graph_ = row.key.graph;
  add(named_counts_.statements, named_counts_.triples);
}

void GraphRestorer::PutNamedGraphCounts() {
  if (named_graph_.bound()) {
    batch_->Put(Family::kStats, NamedGraphCountKey(number_, named_graph_),
                EncodeCounts(named_counts_));
  }
  named_counts_ = Counts();
}

absl::Status GraphRestorer::AddStatementId(const StatementKey& key) {
  const TermId ids[] = {key.subject, key.predicate, key.object, key.graph};
  const bool named = key.graph.bound();
  SKG_RETURN_IF_ERROR(
      dictionary_.Decode(number_, std::span(ids, named ? 4u : 3u), &terms_));
  const Uuid id =
      StatementUuid(description_.uuid, terms_[0], terms_[1], terms_[2],
                    named ? &terms_[3] : nullptr, key.edge);
  return builders_->ids.Add({FirstHalf(id), key});
}

// Ids are random: sorted, they are neighbours in a memtable, or rows of a file.
absl::Status GraphRestorer::WriteStatementIds() {
  SKG_RETURN_IF_ERROR(builders_->ids.Sort());
  SKG_ASSIGN_OR_RETURN(auto rows, builders_->ids.Read());
  SortedFiles files(kv_, Family::kStatementIds);
  std::string last;  // a statement's rows may be live and past
  for (uint64_t done = 1; rows.valid(); ++done) {
    const IdRow& row = rows.row();
    std::string key = StatementIdKey(number_, row.id, row.key);
    if (key == last) {
      SKG_RETURN_IF_ERROR(rows.Next());
      continue;
    }
    last = std::move(key);
    if (large()) {
      SKG_RETURN_IF_ERROR(files.Put(last, {}));
    } else {
      batch_->Put(Family::kStatementIds, last, {});
      SKG_RETURN_IF_ERROR(WriteIfLarge(kBatchBytes));
    }
    SKG_RETURN_IF_ERROR(rows.Next());
    if (done % kCheckEvery == 0)
      SKG_RETURN_IF_ERROR(Tell(RestoreStage::kSorting));
  }
  std::vector<std::unique_ptr<KvSortedFile>> all;
  files.MoveTo(all);
  return all.empty() ? absl::OkStatus() : kv_.Ingest(std::move(all));
}

absl::Status GraphRestorer::ReadRecords(std::string_view payload) {
  for (ByteReader in(payload); !in.empty();) {
    const std::string_view key = in.Bytes(kRowKeyBytes);
    const std::string_view value = in.Bytes(in.Varint());
    if (!in.ok()) return NoSuchGraph("a chunk of records");
    const RowKey place = LoadRowKey(key.data());
    const absl::StatusOr<Record> record = DecodeRecord(value);
    if (!record.ok() || record->created_commit > place.commit ||
        (last_record_ && !last_record_->Before(place))) {
      return NoSuchGraph(absl::StrCat("a record of commit ", place.commit));
    }
    last_record_ = place;
    ++totals_.records;
    batch_->Put(Family::kRecords, GraphPrefix(number_).append(key), value);
    SKG_RETURN_IF_ERROR(WriteIfLarge(kBatchBytes));
  }
  return absl::OkStatus();
}

absl::Status GraphRestorer::FinishReading() {
  SKG_ASSIGN_OR_RETURN(totals_.logged_commits, log_.Finish());
  return totals_ == file_.totals()
             ? absl::OkStatus()
             : NoSuchGraph("its end says that it holds something else");
}

// An order at a time; the sorters have all rows.
absl::Status GraphRestorer::BuildOrders() {
  RunBuilder& live = builders_->live;
  RunBuilder& past = builders_->past;
  SKG_RETURN_IF_ERROR(live.FinishOrder());
  SKG_RETURN_IF_ERROR(past.FinishOrder());
  if (large()) {
    live.UseSortedFiles();
    past.UseSortedFiles();
  }
  uint64_t rows = 0;
  for (size_t i = 1; i < kOrderCount; ++i) {
    const auto order = static_cast<IndexOrder>(i);
    live.BeginOrder(order);
    past.BeginOrder(order);
    SKG_RETURN_IF_ERROR(
        builders_->spills[i - 1]->Drain([&](const RunRow& row) -> absl::Status {
          if (++rows % kCheckEvery == 0) {
            const absl::Status go_on = Tell(RestoreStage::kSorting);
            if (!go_on.ok()) return go_on;
          }
          return (IsOpen(row) ? live : past).Add(row);
        }));
    SKG_RETURN_IF_ERROR(live.FinishOrder());
    SKG_RETURN_IF_ERROR(past.FinishOrder());
  }
  return Tell(RestoreStage::kSorting);
}

absl::Status GraphRestorer::FinishRows() {
  Manifest manifest;
  manifest.next_run = kNextRun;
  manifest.epochs = {Epoch{1, described_.last_commit}};
  for (RunBuilder* builder : {&builders_->live, &builders_->past}) {
    SKG_ASSIGN_OR_RETURN(const RunInfo info, builder->Finish());
    if (info.rows > 0) manifest.runs.push_back(info);
  }
  std::stable_sort(manifest.runs.begin(), manifest.runs.end(),
                   [](const RunInfo& a, const RunInfo& b) {
                     return a.min_commit < b.min_commit;
                   });
  head_.next_term = totals_.terms + 1;
  head_.manifest = manifest.number;
  PutNamedGraphCounts();
  for (const auto& [predicate, counts] : predicates_) {
    batch_->Put(Family::kStats, PredicateCountKey(number_, predicate),
                EncodeCounts(counts));
    SKG_RETURN_IF_ERROR(WriteIfLarge(kBatchBytes));
  }
  batch_->Put(Family::kStats, HeadKey(number_), EncodeHead(head_));
  batch_->Put(Family::kManifest, ManifestKey(number_),
              EncodeManifest(manifest));
  if (described_.history != History()) {
    batch_->Put(Family::kLog, HistoryKey(number_),
                EncodeHistory(described_.history));
  }
  return WriteIfLarge(0);
}

}  // namespace skg::storage
