// The key-value seam: the ordered store that the rest of storage/ stands on.
//
// Families are separate ordered maps from keys (up to 1 KiB, compared bytewise)
// to values (up to 1 MiB). A batch is applied atomically over all families. A
// snapshot is a consistent view of all of them. RocksDB is the default
// implementation; an in-memory one serves tests; one over PostgreSQL is meant
// to fit, so there is no merge operator and no compaction filter here.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace skg::storage {

enum class Family : uint8_t {
  kCatalog = 0,
  kManifest,
  kTerms,
  kTermIds,
  kGspo,
  kGpos,
  kGosp,
  kSpog,
  kPosg,
  kOspg,
  kDelta,
  kRecords,
  kStatementIds,
  kLog,
  kStats,
  kVectors,
  kPostings,
  kFeatures,
  kTasks,
  kFollowers,
};
inline constexpr size_t kFamilyCount = 20;
// Lower case, as in the architecture page ("term_ids"); the on-disk name.
[[nodiscard]] std::string_view FamilyName(Family family);

inline constexpr size_t kMaxKeyBytes = 1024;
inline constexpr size_t kMaxValueBytes = 1 << 20;
inline constexpr size_t kMaxBatchBytes = 1 << 30;
// How much of a key `KvScanOptions::prefix_probe` is about: a key of family
// delta without its edge and commit number (kDeltaTripleBytes); of family
// statement_ids what stands before the statement (kStatementIdPrefixBytes).
inline constexpr size_t kProbePrefixBytes = 41;
[[nodiscard]] constexpr size_t ProbePrefixBytes(Family family) {
  return family == Family::kStatementIds ? 12 : kProbePrefixBytes;
}

// kInvalidArgument where a key or a value is over its limit.
[[nodiscard]] absl::Status CheckEntrySize(Family family, std::string_view key,
                                          std::string_view value);

// A set of changes in order. Keys and values are copied. An entry over the
// limits is left out and makes Write fail with kInvalidArgument.
class KvBatch {
 public:
  virtual ~KvBatch() = default;
  virtual void Put(Family family, std::string_view key,
                   std::string_view value) = 0;
  virtual void Delete(Family family, std::string_view key) = 0;
  // [begin, end); nothing where end <= begin.
  virtual void DeleteRange(Family family, std::string_view begin,
                           std::string_view end) = 0;
  virtual void Clear() = 0;
  [[nodiscard]] virtual size_t size_bytes() const = 0;
  [[nodiscard]] virtual bool empty() const = 0;
};

// Released by destruction, before the store.
class KvSnapshot {
 public:
  virtual ~KvSnapshot() = default;
};

// A cursor over a range of one family, of the moment it was made or of its
// snapshot. Not thread-safe; may be positioned any number of times. Position
// functions never fail; `status()` tells whether the end that was reached is a
// real one: it must be asked once Valid() is false. Next and Prev do nothing
// where Valid() is false.
class KvIterator {
 public:
  virtual ~KvIterator() = default;
  [[nodiscard]] virtual bool Valid() const = 0;
  // First key >= `key` (within the bounds).
  virtual void Seek(std::string_view key) = 0;
  virtual void SeekToFirst() = 0;
  virtual void SeekToLast() = 0;
  virtual void Next() = 0;
  virtual void Prev() = 0;
  // Valid until the next move.
  [[nodiscard]] virtual std::string_view key() const = 0;
  [[nodiscard]] virtual std::string_view value() const = 0;
  [[nodiscard]] virtual absl::Status status() const = 0;
};

struct KvScanOptions {
  const KvSnapshot* snapshot = nullptr;  // null: the present
  std::string lower;                     // inclusive; empty: from the start
  std::string upper;                     // exclusive; empty: to the end
  // Do not keep what is read in the block cache (long scans).
  bool fill_cache = true;
  // A hint that makes "is there a key with this prefix?" cheap where mostly
  // there is none (families delta and statement_ids; elsewhere it changes
  // nothing). The caller promises to use only Seek, with keys of at least
  // ProbePrefixBytes, and Next, and to look at a key only if its first
  // ProbePrefixBytes are those of the last Seek: of other keys some may be
  // passed over, or Valid() be false.
  bool prefix_probe = false;
};

// One file of a checkpoint.
struct KvFile {
  std::string name;  // in the store's directory; no path
  uint64_t size = 0;
  // Letters and digits: files of any checkpoint of any store that have the same
  // one have the same bytes. Empty: the file has no such name.
  std::string content_id;
};

// The files of a store as they were at one moment: alone in a directory they
// are a store with all that had been written by then. Writers go on; the files
// stay until it is destroyed, which must be before the store. Thread safety:
// one thread at a time.
class KvCheckpoint {
 public:
  virtual ~KvCheckpoint() = default;
  [[nodiscard]] virtual const std::vector<KvFile>& files() const = 0;
  // Gives the bytes of files()[file] to `sink`, in order and in pieces; an
  // error of the sink ends it. kDataLoss: the file is not as long as it was.
  [[nodiscard]] virtual absl::Status Read(
      size_t file,
      const std::function<absl::Status(std::string_view)>& sink) const = 0;
};

enum class WriteMode : uint8_t {
  kSync,     // on stable storage before Write returns
  kBuffered  // in the kernel's hands (survives the end of the process)
};

// Rows of one family, sorted, outside of the store until they are ingested.
// What is not ingested is removed with the object. Not thread-safe; ends before
// its store.
class KvSortedFile {
 public:
  virtual ~KvSortedFile() = default;
  // Keys must rise (else kInvalidArgument). kInvalidArgument also for entries
  // over the limits, kResourceExhausted where the disk is full: of no
  // consequence for the store.
  [[nodiscard]] virtual absl::Status Put(std::string_view key,
                                         std::string_view value) = 0;
  // What it takes on disk so far.
  [[nodiscard]] virtual uint64_t size_bytes() const = 0;
};

// Thread safety: all methods from any thread.
// Errors everywhere: kDataLoss (checksum), kResourceExhausted (no space left),
// kUnavailable (the store has stopped after a write error; reopen it).
class KvStore {
 public:
  virtual ~KvStore() = default;

  [[nodiscard]] virtual std::unique_ptr<KvBatch> NewBatch() const = 0;
  // Applies all of the batch or nothing. A batch of this store only, of at most
  // kMaxBatchBytes (else kInvalidArgument, and nothing happens).
  [[nodiscard]] virtual absl::Status Write(KvBatch& batch, WriteMode mode) = 0;
  // Makes everything written so far durable.
  [[nodiscard]] virtual absl::Status Sync() = 0;

  [[nodiscard]] virtual absl::StatusOr<std::unique_ptr<KvSortedFile>>
  NewSortedFile(Family family) = 0;
  // Adds the rows of the files, over those with the same keys; durable when it
  // returns, and all of them or none after a crash. Who reads without a
  // snapshot meanwhile may see some families earlier than others. Files of one
  // family must not overlap; each has at least one row. Writers may have to
  // wait for a moment. Cost: independent of the rows.
  [[nodiscard]] virtual absl::Status Ingest(
      std::vector<std::unique_ptr<KvSortedFile>> files) = 0;

  // False: no such key.
  [[nodiscard]] virtual absl::StatusOr<bool> Get(
      Family family, std::string_view key, std::string* value,
      const KvSnapshot* snapshot = nullptr) const = 0;
  // One entry a key, in order; unset: no such key.
  [[nodiscard]] virtual absl::StatusOr<std::vector<std::optional<std::string>>>
  MultiGet(Family family, std::span<const std::string> keys,
           const KvSnapshot* snapshot = nullptr) const = 0;
  [[nodiscard]] virtual std::unique_ptr<KvSnapshot> NewSnapshot() const = 0;
  // The snapshot must outlive the iterator; the iterator the store must.
  [[nodiscard]] virtual std::unique_ptr<KvIterator> NewIterator(
      Family family, const KvScanOptions& options) const = 0;

  // Takes as long as writing the buffered rows to files; nobody waits for it.
  // kFailedPrecondition: the store keeps nothing in files.
  [[nodiscard]] virtual absl::StatusOr<std::unique_ptr<KvCheckpoint>>
  NewCheckpoint() = 0;

  // Writes buffered rows into sorted files (a wish; memory is freed).
  [[nodiscard]] virtual absl::Status Flush() = 0;
  // Rewrites the files that hold [begin, end), so that the place of what was
  // deleted there is given back (a wish; snapshots keep what they see). Reads
  // and writes go on meanwhile. Returns when that is done, or soon after `stop`
  // (may be null) has become true. Cost: that of reading and writing the range.
  [[nodiscard]] virtual absl::Status Compact(Family /*family*/,
                                             std::string_view /*begin*/,
                                             std::string_view /*end*/,
                                             std::atomic<bool>* /*stop*/) {
    return absl::OkStatus();
  }
  [[nodiscard]] virtual absl::StatusOr<uint64_t> DiskBytes() const = 0;
  // About how much the rows of [begin, end) take, deleted ones perhaps too.
  // O(log) of the store, not of the range.
  [[nodiscard]] virtual uint64_t ApproximateBytes(
      Family family, std::string_view begin, std::string_view end) const = 0;
  // Where its users may put temporary files; empty: where the system keeps
  // them.
  [[nodiscard]] virtual std::string scratch_directory() const { return {}; }
  // What its caches and buffers take now; 0 where that is not known.
  [[nodiscard]] virtual size_t memory_bytes() const { return 0; }
  // Makes its caches do with so many bytes less, of those it was given, until
  // it is called again; null: they cannot. May be called after the end of the
  // store. Thread-safe.
  [[nodiscard]] virtual std::function<void(size_t bytes)> lender() const {
    return nullptr;
  }
  // The store's own background work (flushes, compactions) writes no more than
  // so many bytes a second, where it was told a bound; other background work
  // asks here before it writes, and waits its turn: about size_bytes over that
  // rate. Without a bound this does nothing.
  virtual void AdmitBackgroundWrite(size_t /*size_bytes*/) {}
  // What was let through of all of it; 0 without a bound.
  [[nodiscard]] virtual uint64_t background_bytes() const { return 0; }
  // fsyncs of the write-ahead log since open.
  [[nodiscard]] virtual uint64_t wal_syncs() const = 0;

  // Another process writes what this one shows: everything that writes answers
  // kFailedPrecondition, and the present moves on by itself.
  [[nodiscard]] virtual bool read_only() const { return false; }
  // Of such a store: reads and snapshots that begin now show what was written
  // before the call. kResourceExhausted: too many states are held.
  [[nodiscard]] virtual absl::Status CatchUp() { return absl::OkStatus(); }
};

// What every write to a read-only store answers.
[[nodiscard]] absl::Status OpenedForReading();

}  // namespace skg::storage
