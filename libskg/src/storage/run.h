// A run: immutable, sorted, packed rows in all orders. Its blocks lie in the
// families of the orders; its fences (where each block begins) and its filter
// lie in family `manifest` behind the graph's manifest row.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "storage/block.h"
#include "storage/block_cache.h"
#include "storage/kv.h"
#include "storage/row_key.h"
#include "storage/rows.h"
#include "storage/run_filter.h"
#include "storage/run_filter_builder.h"
#include "storage/run_memory.h"
#include "storage/sorted_files.h"

namespace skg::storage {

// Families kGspo to kOspg hold the blocks of the orders.
[[nodiscard]] inline Family RunFamily(IndexOrder order) {
  return static_cast<Family>(static_cast<size_t>(Family::kGspo) +
                             static_cast<size_t>(order));
}
// Graph, run, first row.
[[nodiscard]] std::string RunPrefix(uint32_t graph, uint32_t run);
[[nodiscard]] std::string BlockKey(uint32_t graph, uint32_t run,
                                   const RowKey& first);
inline constexpr size_t kBlockKeyBytes = kGraphBytes + 4 + kRowKeyBytes;
// Family `manifest`: graph, run, kind [, order], chunk.
inline constexpr char kFenceKind = 'F';
inline constexpr char kFilterKind = 'B';
inline constexpr char kRecordsKind = 'R';  // see run_records.h

// The first row of each block of one order, and what stands before it.
class Fences {
 public:
  struct Fence {
    RowKey first;
    uint64_t rows_before = 0;
    int64_t statements_before = 0, triples_before = 0;
  };
  void Add(const RowKey& first, const BlockHeader& header);
  // Values of bounded size, each with the numbers of its own blocks.
  [[nodiscard]] std::vector<std::string> Encode() const;
  // Appends the fences of the next value. kDataLoss: it is damaged or does not
  // follow on what is there.
  [[nodiscard]] absl::Status DecodeChunk(std::string_view bytes);

  [[nodiscard]] size_t size() const { return blocks_.size(); }
  [[nodiscard]] size_t memory_bytes() const {
    return blocks_.capacity() * sizeof(Fence);
  }
  [[nodiscard]] const RowKey& first(size_t block) const {
    return blocks_[block].first;
  }
  // What stands before block `block` (size(): all).
  [[nodiscard]] Fence Before(size_t block) const;
  // The block where a row >= `key` may first stand: the last one that begins
  // before or at `key`, or the first of all.
  [[nodiscard]] size_t Find(const RowKey& key) const;

 private:
  // The first terms of the fences, close together: a search goes through them
  // first, so that it touches little memory.
  using Leading = std::array<uint64_t, 2>;
  [[nodiscard]] static Leading LeadingOf(const RowKey& key) {
    return {key.terms[0], key.terms[1]};
  }

  std::vector<Leading> leading_;
  std::vector<Fence> blocks_;
  uint64_t rows_ = 0;
  int64_t statements_ = 0, triples_ = 0;
};

// Thread safety: all methods from any thread. Fences and filter, once loaded,
// stay as long as the object does; see WithoutUnused.
class Run {
 public:
  // `cache` may be null: every block is read and opened anew. kDraft: no
  // manifest lists it, so that snapshots say nothing about it: it is read as
  // the store has it now.
  enum class Kind : uint8_t { kPublished, kDraft };
  Run(uint32_t graph, RunInfo info, const KvStore& kv, BlockCache* cache,
      Kind kind = Kind::kPublished)
      : graph_(graph), info_(info), kv_(kv), cache_(cache), kind_(kind) {}
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;

  // What is loaded counts there from now on; the first call decides.
  void ChargeTo(RunMemory* memory) const;

  // The same run with those of its fences and its filter that were used since
  // the last call (or since they were loaded); null: that are all.
  [[nodiscard]] std::shared_ptr<const Run> WithoutUnused() const;

  [[nodiscard]] const RunInfo& info() const { return info_; }
  [[nodiscard]] uint32_t graph() const { return graph_; }

  // Where to read what a view of `snapshot` sees of it.
  [[nodiscard]] const KvSnapshot* ShownBy(const KvSnapshot* snapshot) const {
    return kind_ == Kind::kDraft ? nullptr : snapshot;
  }

  // `snapshot` (null: the present) must show the run.
  [[nodiscard]] absl::StatusOr<const Fences*> FencesOf(
      IndexOrder order, const KvSnapshot* snapshot) const;
  // What filters know of a pattern: the hash of its triple, else of its
  // subject, else of its object, in its graph; unset: nothing.
  [[nodiscard]] static std::optional<uint64_t> FilterHash(
      const StatementKey& pattern);
  // True: the run holds no version of any statement of that hash.
  [[nodiscard]] absl::StatusOr<bool> Excludes(uint64_t hash,
                                              const KvSnapshot* snapshot) const;
  // Appends all rows of the triple's edges (versions newest first within each).
  // O(1) and no read where the filter excludes it.
  [[nodiscard]] absl::Status FindTriple(const StatementKey& triple,
                                        const KvSnapshot* snapshot,
                                        std::vector<RunRow>* rows) const;
  // What a view sees of one statement in this run.
  struct Version {
    uint64_t commit = 0;
    RowOperation operation = RowOperation::kInsertNew;
    float weight = 1.0f;
    bool has_record = false;
  };
  // The version of this statement (with its edge) that a view at `commit` sees
  // here, a remove too; unset: none. `hash`: TripleHash(key). O(log blocks).
  [[nodiscard]] absl::StatusOr<std::optional<Version>> FindVisible(
      const StatementKey& key, uint64_t hash, uint64_t commit,
      const KvSnapshot* snapshot) const;
  // See RunFilter::Prefetch; nothing where the filter is not loaded yet.
  void PrefetchFilter(uint64_t hash) const {
    if (const RunFilter* filter =
            known_filter_.load(std::memory_order_acquire)) {
      filter->Prefetch(hash);
    }
  }
  // Block `block` of an order, through the cache; `fences` are the order's.
  // Errors: kDataLoss (where it is, and what is wrong).
  [[nodiscard]] absl::StatusOr<std::shared_ptr<const OpenBlock>> Block(
      IndexOrder order, const Fences& fences, size_t block,
      const KvSnapshot* snapshot) const;
  // "graph 3, run 7, order 0, block 12: ...".
  [[nodiscard]] absl::Status Damaged(IndexOrder order, size_t block,
                                     std::string_view what) const;
  // What its builder knows need not be read again. Before others see the run.
  void Preload(std::array<Fences, kOrderCount> fences, RunFilter filter);

 private:
  // What is loaded counts while any run has it.
  template <typename T>
  struct Part {
    explicit Part(T loaded) : value(std::move(loaded)) {}
    Part(const Part&) = delete;
    Part& operator=(const Part&) = delete;
    ~Part() {
      if (memory != nullptr) memory->Sub(value.memory_bytes());
    }
    // Under the lock of the run that loaded it; the first one decides.
    void ChargeTo(RunMemory* to, uint32_t graph) {
      if (memory != nullptr || to == nullptr) return;
      memory = to;
      memory->Add(graph, value.memory_bytes());
    }
    const T value;
    RunMemory* memory = nullptr;
  };
  template <typename T>
  using PartOf = std::shared_ptr<Part<T>>;
  static constexpr size_t kFilterPart = kOrderCount;

  void MarkUsed(size_t part) const {
    // Read first: many threads share the line.
    if (!used_[part].load(std::memory_order_relaxed))
      used_[part].store(true, std::memory_order_relaxed);
  }
  // Under the lock.
  const Fences* Keep(size_t order, PartOf<Fences> fences) const;
  const RunFilter* Keep(PartOf<RunFilter> filter) const;
  [[nodiscard]] absl::StatusOr<const RunFilter*> Filter(
      const KvSnapshot* snapshot) const;

  const uint32_t graph_;
  const RunInfo info_;
  const KvStore& kv_;
  BlockCache* const cache_;
  const Kind kind_;
  mutable std::mutex mutex_;  // held while something is loaded
  mutable std::array<PartOf<Fences>, kOrderCount> fences_;
  mutable PartOf<RunFilter> filter_;
  // The same for readers, who do not wait for each other; null: not loaded.
  mutable std::array<std::atomic<const Fences*>, kOrderCount> known_fences_{};
  mutable std::atomic<const RunFilter*> known_filter_{nullptr};
  mutable std::array<std::atomic<bool>, kOrderCount + 1> used_{};
  mutable RunMemory* memory_ = nullptr;
};

// Packs one run, an order at a time, each in key order. Not thread-safe.
class RunBuilder {
 public:
  // Rows reach the store in batches of bounded size before the run is
  // published; a run that never is gets removed at the next open.
  RunBuilder(KvStore& kv, uint32_t graph, uint32_t number, bool history);
  // The same, but for large runs: the blocks are sorted files, which join the
  // store in Finish.
  enum class Blocks { kInBatches, kInSortedFiles };
  RunBuilder(KvStore& kv, uint32_t graph, uint32_t number, bool history,
             Blocks blocks);
  // Everything goes into `batch`, which the caller writes.
  RunBuilder(KvBatch& batch, uint32_t graph, uint32_t number);

  // There turn out to be many rows: from the next order on as kInSortedFiles.
  void UseSortedFiles() { blocks_ = Blocks::kInSortedFiles; }
  void BeginOrder(IndexOrder order);
  // In the order's sequence, newest first within a statement.
  [[nodiscard]] absl::Status Add(const RunRow& row);
  [[nodiscard]] absl::Status FinishOrder();
  // Everything is in the store (durable once the publishing batch is).
  [[nodiscard]] absl::StatusOr<RunInfo> Finish();
  // What it has written, or is about to, so far.
  [[nodiscard]] uint64_t bytes() const { return info_.bytes; }
  // After Finish, of a run that was built into a batch: the run, preloaded.
  [[nodiscard]] std::shared_ptr<const Run> Take(const KvStore& kv,
                                                BlockCache* cache);

 private:
  [[nodiscard]] absl::Status AddToFilter(const StatementKey& key);
  [[nodiscard]] absl::Status AddHash(const StatementKey& pattern);
  [[nodiscard]] absl::Status WriteFilter();
  [[nodiscard]] absl::Status FlushBlock();
  [[nodiscard]] absl::Status WriteIfLarge(size_t limit);

  KvStore* const kv_;  // null: all goes into the caller's batch
  const uint32_t graph_;
  std::unique_ptr<KvBatch> own_batch_;
  KvBatch* const batch_;
  RunInfo info_;
  IndexOrder order_ = IndexOrder::kGspo;
  Blocks blocks_ = Blocks::kInBatches;
  std::optional<SortedFiles> order_files_;
  std::vector<std::unique_ptr<KvSortedFile>> files_;  // of finished orders
  std::unique_ptr<BlockEncoder> encoder_;
  RowKey block_first_, last_;
  uint64_t order_rows_ = 0;
  Fences fences_;
  std::array<Fences, kOrderCount> kept_fences_;  // of a run in a batch
  RunFilterBuilder hashes_;
  uint64_t last_hash_ = 0;
  TermId filter_graph_, filter_subject_;
  RunFilter filter_;  // of a run in a batch
};

// Adds the deletion of everything a run has to `batch`.
void DeleteRun(uint32_t graph, uint32_t run, KvBatch& batch);
// Removes the runs that are in the store but not in the manifest.
[[nodiscard]] absl::Status RemoveOrphanRuns(KvStore& kv, uint32_t graph,
                                            const Manifest& manifest);

}  // namespace skg::storage
