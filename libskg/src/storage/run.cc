#include "storage/run.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status.h"

namespace skg::storage {

namespace {

constexpr size_t kFenceChunkBytes = 256 << 10;
constexpr size_t kBatchBytes = 4 << 20;

absl::Status PartDamaged(uint32_t graph, uint32_t run, std::string_view what) {
  return absl::DataLossError(absl::StrCat("graph ", graph, ", run ", run, ": ",
                                          std::string(what), " is damaged"));
}

std::string PartKey(uint32_t graph, uint32_t run, char kind,
                    std::optional<IndexOrder> order) {
  std::string key = RunPrefix(graph, run);
  key.push_back(kind);
  if (order) key.push_back(static_cast<char>(*order));
  return key;
}

std::string ChunkKey(std::string part, uint32_t chunk) {
  AppendBigEndian(chunk, part);
  return part;
}

// The values of all chunks under `prefix`.
absl::StatusOr<std::vector<std::string>> ReadChunks(
    const KvStore& kv, const std::string& prefix, const KvSnapshot* snapshot) {
  const auto rows = kv.NewIterator(
      Family::kManifest,
      {.snapshot = snapshot, .lower = prefix, .upper = PrefixEnd(prefix)});
  std::vector<std::string> chunks;
  for (rows->SeekToFirst(); rows->Valid(); rows->Next()) {
    if (rows->key() != ChunkKey(prefix, static_cast<uint32_t>(chunks.size()))) {
      return absl::DataLossError(
          "a chunk of the fences or the filter of a run is missing");
    }
    chunks.emplace_back(rows->value());
  }
  SKG_RETURN_IF_ERROR(rows->status());
  return chunks;
}

}  // namespace

std::string RunPrefix(uint32_t graph, uint32_t run) {
  std::string key = GraphPrefix(graph);
  AppendBigEndian(run, key);
  return key;
}

std::string BlockKey(uint32_t graph, uint32_t run, const RowKey& first) {
  std::string key = RunPrefix(graph, run);
  key.resize(kBlockKeyBytes);
  StoreRowKey(first, key.data() + kGraphBytes + 4);
  return key;
}

void Fences::Add(const RowKey& first, const BlockHeader& header) {
  leading_.push_back(LeadingOf(first));
  blocks_.push_back({first, rows_, statements_, triples_});
  rows_ += header.rows;
  statements_ += header.statements;
  triples_ += header.triples;
}

Fences::Fence Fences::Before(size_t block) const {
  if (block < blocks_.size()) return blocks_[block];
  return {RowKey{}, rows_, statements_, triples_};
}

size_t Fences::Find(const RowKey& key) const {
  const Leading leading = LeadingOf(key);
  const auto low = std::lower_bound(leading_.begin(), leading_.end(), leading);
  // Those with the same first terms, often none, are told apart by the rest.
  const auto high = low == leading_.end() || *low != leading
                        ? low
                        : std::upper_bound(low, leading_.end(), leading);
  const auto after =
      std::upper_bound(blocks_.begin() + (low - leading_.begin()),
                       blocks_.begin() + (high - leading_.begin()), key,
                       [](const RowKey& k, const Fence& fence) {
                         return k.Before(fence.first);
                       });
  return after == blocks_.begin()
             ? 0
             : static_cast<size_t>(after - blocks_.begin()) - 1;
}

std::vector<std::string> Fences::Encode() const {
  std::vector<std::string> chunks;
  for (size_t i = 0; i < blocks_.size(); ++i) {
    if (chunks.empty() || chunks.back().size() > kFenceChunkBytes)
      chunks.emplace_back(1, kPlainFormat);
    std::string& out = chunks.back();
    char key[kRowKeyBytes];
    StoreRowKey(blocks_[i].first, key);
    out.append(key, sizeof key);
    const Fence here = blocks_[i], next = Before(i + 1);
    AppendVarint(next.rows_before - here.rows_before, out);
    AppendVarint(ZigZag(next.statements_before - here.statements_before), out);
    AppendVarint(ZigZag(next.triples_before - here.triples_before), out);
  }
  return chunks;
}

absl::Status Fences::DecodeChunk(std::string_view bytes) {
  const auto damaged = absl::DataLossError("a fence row is damaged");
  if (bytes.empty() || bytes.front() != kPlainFormat) return damaged;
  bytes.remove_prefix(1);
  while (!bytes.empty()) {
    if (bytes.size() < kRowKeyBytes) return damaged;
    const RowKey first = LoadRowKey(bytes.data());
    ByteReader in(bytes.substr(kRowKeyBytes));
    BlockHeader header;
    const uint64_t rows = in.Varint();
    header.statements = UnZigZag(in.Varint());
    header.triples = UnZigZag(in.Varint());
    if (!in.ok() || rows == 0 || rows > kBlockRows) return damaged;
    if (!blocks_.empty() && !blocks_.back().first.Before(first)) return damaged;
    header.rows = static_cast<uint32_t>(rows);
    Add(first, header);
    bytes = in.rest();
  }
  return absl::OkStatus();
}

absl::StatusOr<const Fences*> Run::FencesOf(IndexOrder order,
                                            const KvSnapshot* snapshot) const {
  const auto place = static_cast<size_t>(order);
  MarkUsed(place);
  if (const Fences* loaded =
          known_fences_[place].load(std::memory_order_acquire)) {
    return loaded;
  }
  const std::lock_guard lock(mutex_);
  if (fences_[place] != nullptr) return &fences_[place]->value;
  SKG_ASSIGN_OR_RETURN(
      const auto chunks,
      ReadChunks(kv_, PartKey(graph_, info_.number, kFenceKind, order),
                 ShownBy(snapshot)));
  Fences fences;
  for (const std::string& chunk : chunks) {
    if (!fences.DecodeChunk(chunk).ok())
      return PartDamaged(graph_, info_.number, "the fence array");
  }
  const bool named = place >= kDefaultGraphOrders;
  if (fences.Before(fences.size()).rows_before !=
      (named ? info_.named_rows : info_.rows)) {
    return PartDamaged(graph_, info_.number, "the fence array");
  }
  return Keep(place, std::make_shared<Part<Fences>>(std::move(fences)));
}

absl::StatusOr<const RunFilter*> Run::Filter(const KvSnapshot* snapshot) const {
  MarkUsed(kFilterPart);
  if (const RunFilter* loaded = known_filter_.load(std::memory_order_acquire))
    return loaded;
  const std::lock_guard lock(mutex_);
  if (filter_ != nullptr) return &filter_->value;
  SKG_ASSIGN_OR_RETURN(
      const auto chunks,
      ReadChunks(kv_, PartKey(graph_, info_.number, kFilterKind, std::nullopt),
                 ShownBy(snapshot)));
  auto filter = RunFilter::Decode(chunks);
  if (!filter.ok() || chunks.empty())
    return PartDamaged(graph_, info_.number, "the filter");
  return Keep(std::make_shared<Part<RunFilter>>(*std::move(filter)));
}

const Fences* Run::Keep(size_t order, PartOf<Fences> fences) const {
  fences->ChargeTo(memory_, graph_);
  fences_[order] = std::move(fences);
  const Fences* kept = &fences_[order]->value;
  known_fences_[order].store(kept, std::memory_order_release);
  return kept;
}

const RunFilter* Run::Keep(PartOf<RunFilter> filter) const {
  filter->ChargeTo(memory_, graph_);
  filter_ = std::move(filter);
  known_filter_.store(&filter_->value, std::memory_order_release);
  return &filter_->value;
}

void Run::Preload(std::array<Fences, kOrderCount> fences, RunFilter filter) {
  const std::lock_guard lock(mutex_);
  for (size_t i = 0; i < kOrderCount; ++i)
    Keep(i, std::make_shared<Part<Fences>>(std::move(fences[i])));
  Keep(std::make_shared<Part<RunFilter>>(std::move(filter)));
}

void Run::ChargeTo(RunMemory* memory) const {
  const std::lock_guard lock(mutex_);
  if (memory_ != nullptr || memory == nullptr) return;
  memory_ = memory;
  for (const PartOf<Fences>& fences : fences_) {
    if (fences != nullptr) fences->ChargeTo(memory, graph_);
  }
  if (filter_ != nullptr) filter_->ChargeTo(memory, graph_);
}

std::shared_ptr<const Run> Run::WithoutUnused() const {
  const std::lock_guard lock(mutex_);
  auto run = std::make_shared<Run>(graph_, info_, kv_, cache_, kind_);
  run->memory_ = memory_;
  bool unused = false;
  for (size_t i = 0; i < kOrderCount; ++i) {
    const bool used = used_[i].exchange(false);
    if (fences_[i] == nullptr) continue;
    if (used) run->Keep(i, fences_[i]);
    unused = unused || !used;
  }
  const bool used = used_[kFilterPart].exchange(false);
  if (filter_ != nullptr) {
    if (used) run->Keep(filter_);
    unused = unused || !used;
  }
  return unused ? run : nullptr;
}

RunBuilder::RunBuilder(KvStore& kv, uint32_t graph, uint32_t number,
                       bool history)
    : kv_(&kv),
      graph_(graph),
      own_batch_(kv.NewBatch()),
      batch_(own_batch_.get()),
      hashes_(kv.scratch_directory()) {
  info_.number = number;
  info_.history = history;
  info_.min_commit = UINT64_MAX;
}

RunBuilder::RunBuilder(KvStore& kv, uint32_t graph, uint32_t number,
                       bool history, Blocks blocks)
    : RunBuilder(kv, graph, number, history) {
  blocks_ = blocks;
}

RunBuilder::RunBuilder(KvBatch& batch, uint32_t graph, uint32_t number)
    : kv_(nullptr),
      graph_(graph),
      batch_(&batch),
      // What is in one batch is in memory as a whole.
      hashes_({}, SIZE_MAX) {
  info_.number = number;
  info_.min_commit = UINT64_MAX;
}

std::shared_ptr<const Run> RunBuilder::Take(const KvStore& kv,
                                            BlockCache* cache) {
  auto run = std::make_shared<Run>(graph_, info_, kv, cache);
  run->Preload(std::move(kept_fences_), std::move(filter_));
  return run;
}

void RunBuilder::BeginOrder(IndexOrder order) {
  order_ = order;
  encoder_ = std::make_unique<BlockEncoder>(order);
  fences_ = Fences();
  order_rows_ = 0;
}

absl::Status RunBuilder::Add(const RunRow& row) {
  const RowKey key = ToRowKey(row.key, order_, row.commit);
  if (order_rows_++ > 0 && !last_.Before(key)) {
    return absl::InternalError("rows of a run are out of order");
  }
  last_ = key;
  if (encoder_->size() == 0) block_first_ = key;
  encoder_->Append(row);
  if (order_ == IndexOrder::kGspo) {
    ++info_.rows;
    if (row.key.graph.bound()) ++info_.named_rows;
    info_.statements += row.value.sign;
    info_.triples += row.value.triple_sign;
    info_.min_commit = std::min(info_.min_commit, row.commit);
    info_.max_commit = std::max(info_.max_commit, row.commit);
    info_.max_end = std::max(info_.max_end, row.value.end);
  }
  SKG_RETURN_IF_ERROR(AddToFilter(row.key));
  return encoder_->size() == kBlockRows ? FlushBlock() : absl::OkStatus();
}

// Each triple once, and each subject and each object of each graph.
absl::Status RunBuilder::AddToFilter(const StatementKey& key) {
  if (order_ == IndexOrder::kGosp)
    return AddHash({key.graph, TermId{}, TermId{}, key.object});
  if (order_ != IndexOrder::kGspo) return absl::OkStatus();
  if (key.subject != filter_subject_ || key.graph != filter_graph_) {
    filter_subject_ = key.subject;
    filter_graph_ = key.graph;
    SKG_RETURN_IF_ERROR(AddHash({key.graph, key.subject, TermId{}, TermId{}}));
  }
  return AddHash({key.graph, key.subject, key.predicate, key.object});
}

absl::Status RunBuilder::AddHash(const StatementKey& pattern) {
  const uint64_t hash = TripleHash(pattern);
  if (hash == last_hash_) return absl::OkStatus();
  last_hash_ = hash;
  return hashes_.Add(hash);
}

absl::Status RunBuilder::FlushBlock() {
  BlockHeader header;
  const std::string bytes = encoder_->Finish(&header);
  fences_.Add(block_first_, header);
  const std::string key = BlockKey(graph_, info_.number, block_first_);
  info_.bytes += key.size() + bytes.size();
  if (blocks_ == Blocks::kInSortedFiles) {
    if (!order_files_) order_files_.emplace(*kv_, RunFamily(order_));
    return order_files_->Put(key, bytes);
  }
  batch_->Put(RunFamily(order_), key, bytes);
  return WriteIfLarge(kBatchBytes);
}

absl::Status RunBuilder::FinishOrder() {
  if (encoder_->size() > 0) SKG_RETURN_IF_ERROR(FlushBlock());
  if (order_files_) order_files_->MoveTo(files_);
  order_files_.reset();
  uint32_t chunk = 0;
  const std::string part = PartKey(graph_, info_.number, kFenceKind, order_);
  for (const std::string& bytes : fences_.Encode()) {
    info_.bytes += bytes.size();
    batch_->Put(Family::kManifest, ChunkKey(part, chunk++), bytes);
  }
  if (kv_ == nullptr)
    kept_fences_[static_cast<size_t>(order_)] = std::move(fences_);
  return WriteIfLarge(kBatchBytes);
}

absl::Status RunBuilder::WriteFilter() {
  uint32_t number = 0;
  const std::string part =
      PartKey(graph_, info_.number, kFilterKind, std::nullopt);
  const auto write = [&](const std::string& chunk) {
    info_.bytes += chunk.size();
    batch_->Put(Family::kManifest, ChunkKey(part, number++), chunk);
    return WriteIfLarge(kBatchBytes);
  };
  if (kv_ != nullptr) return hashes_.Encode(write);
  filter_ = RunFilter::Build(hashes_.in_memory());
  for (const std::string& chunk : filter_.Encode())
    SKG_RETURN_IF_ERROR(write(chunk));
  return absl::OkStatus();
}

absl::StatusOr<RunInfo> RunBuilder::Finish() {
  if (info_.rows > 0) SKG_RETURN_IF_ERROR(WriteFilter());
  SKG_RETURN_IF_ERROR(WriteIfLarge(0));
  if (!files_.empty())
    SKG_RETURN_IF_ERROR(kv_->Ingest(std::exchange(files_, {})));
  return info_;
}

absl::Status RunBuilder::WriteIfLarge(size_t limit) {
  if (kv_ == nullptr || batch_->empty() || batch_->size_bytes() < limit)
    return absl::OkStatus();
  SKG_RETURN_IF_ERROR(kv_->Write(*batch_, WriteMode::kBuffered));
  batch_->Clear();
  return absl::OkStatus();
}

void DeleteRun(uint32_t graph, uint32_t run, KvBatch& batch) {
  const std::string begin = RunPrefix(graph, run);
  const std::string end = PrefixEnd(begin);
  for (size_t order = 0; order < kOrderCount; ++order) {
    batch.DeleteRange(RunFamily(static_cast<IndexOrder>(order)), begin, end);
  }
  batch.DeleteRange(Family::kManifest, begin, end);
}

absl::Status RemoveOrphanRuns(KvStore& kv, uint32_t graph,
                              const Manifest& manifest) {
  const auto live = [&](uint32_t run) {
    return std::any_of(manifest.runs.begin(), manifest.runs.end(),
                       [&](const RunInfo& info) { return info.number == run; });
  };
  const std::string prefix = GraphPrefix(graph);
  const auto batch = kv.NewBatch();
  // The log is recovered as a prefix, and the rows of a run begin with blocks
  // of order gspo: what has none there is nowhere.
  for (const Family family : {Family::kGspo, Family::kManifest}) {
    const auto rows = kv.NewIterator(
        family,
        {.snapshot = nullptr, .lower = prefix, .upper = PrefixEnd(prefix)});
    for (rows->SeekToFirst(); rows->Valid();) {
      if (rows->key().size() < kGraphBytes + 4) {  // the manifest row
        rows->Next();
        continue;
      }
      const auto run =
          LoadBigEndian<uint32_t>(rows->key().data() + kGraphBytes);
      if (!live(run)) DeleteRun(graph, run, *batch);
      rows->Seek(PrefixEnd(RunPrefix(graph, run)));
    }
    SKG_RETURN_IF_ERROR(rows->status());
  }
  return batch->empty() ? absl::OkStatus()
                        : kv.Write(*batch, WriteMode::kBuffered);
}

}  // namespace skg::storage
