#include "storage/rocksdb_tuning.h"

#include <sys/resource.h>

#include <algorithm>
#include <cstdarg>
#include <cstdio>
#include <utility>

#include "rocksdb/cache.h"
#include "rocksdb/convenience.h"
#include "rocksdb/env.h"
#include "rocksdb/filter_policy.h"
#include "rocksdb/slice_transform.h"
#include "rocksdb/table.h"
#include "rocksdb/write_buffer_manager.h"

namespace skg::storage {
namespace {

constexpr size_t kMiB = size_t{1} << 20;
// Graph, epoch and order of a key of family delta.
constexpr size_t kOrderPrefixBytes = 9;

// Warnings and errors go to the owner's log; RocksDB writes no file of its own.
class ForwardingLogger final : public rocksdb::Logger {
 public:
  explicit ForwardingLogger(std::function<void(std::string_view)> log)
      : Logger(rocksdb::InfoLogLevel::WARN_LEVEL), log_(std::move(log)) {}

  using Logger::Logv;
  void LogHeader(const char*, va_list) override {}
  void Logv(const rocksdb::InfoLogLevel level, const char* format,
            va_list arguments) override {
    if (!log_ || level < rocksdb::InfoLogLevel::WARN_LEVEL ||
        level > rocksdb::InfoLogLevel::FATAL_LEVEL) {
      return;
    }
    char line[1024];
    const int size = std::vsnprintf(line, sizeof line, format, arguments);
    if (size <= 0) return;
    log_({line, std::min(static_cast<size_t>(size), sizeof line - 1)});
  }

 private:
  const std::function<void(std::string_view)> log_;
};

// Each open table file holds a descriptor; half of those the process may have
// are left to others.
int MaxOpenFiles() {
  constexpr rlim_t kMost = 1024;
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return 256;
  return static_cast<int>(std::clamp<rlim_t>(limit.rlim_cur / 2, 64, kMost));
}

rocksdb::CompressionType FirstSupported(
    std::initializer_list<rocksdb::CompressionType> wanted) {
  static const std::vector<rocksdb::CompressionType> supported =
      rocksdb::GetSupportedCompressions();
  for (const rocksdb::CompressionType type : wanted) {
    if (std::find(supported.begin(), supported.end(), type) != supported.end())
      return type;
  }
  return rocksdb::kNoCompression;
}

// Asked for single keys, many of them absent.
bool IsPointLookup(Family family) {
  switch (family) {
    case Family::kCatalog:
    case Family::kTerms:
    case Family::kTermIds:
    case Family::kRecords:
    case Family::kStats:
      return true;
    default:
      return false;
  }
}

// Read in long ranges of large values.
bool IsScanned(Family family) {
  return (family >= Family::kGspo && family <= Family::kOspg) ||
         family == Family::kLog;
}

}  // namespace

RocksDbMemory::RocksDbMemory(size_t bytes) {
  bytes = std::max(bytes, 8 * kMiB);
  rocksdb::LRUCacheOptions options;
  options.capacity = bytes;
  options.strict_capacity_limit = false;  // a full cache must not fail a read
  options.high_pri_pool_ratio = 0.5;      // index and filter blocks
  cache = rocksdb::NewLRUCache(options);
  write_buffers =
      std::make_shared<rocksdb::WriteBufferManager>(bytes / 3, cache);
  memtable_bytes = std::clamp(bytes / 8, kMiB, 64 * kMiB);
  wal_bytes = std::clamp(bytes, 32 * kMiB, 1024 * kMiB);
}

std::function<void(size_t bytes)> RocksDbMemory::lender() const {
  return [cache = cache, all = cache->GetCapacity()](size_t bytes) {
    cache->SetCapacity(all - std::min(bytes, all));
  };
}

rocksdb::DBOptions MakeDatabaseOptions(
    const RocksDbMemory& memory, rocksdb::Env* env,
    std::function<void(std::string_view line)> log) {
  rocksdb::DBOptions options;
  options.env = env;
  options.info_log = std::make_shared<ForwardingLogger>(std::move(log));
  options.info_log_level = rocksdb::InfoLogLevel::WARN_LEVEL;

  // Strict: a damaged log is refused, but for a record that was being written
  // when the machine stopped.
  options.wal_recovery_mode =
      rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
  options.track_and_verify_wals_in_manifest = true;
  options.paranoid_checks = true;
  options.max_bgerror_resume_count = 0;  // a write error stops the store
  options.max_total_wal_size = memory.wal_bytes;
  options.wal_bytes_per_sync = kMiB;  // no sync finds a backlog behind it

  options.max_background_jobs = 2;
  options.bytes_per_sync = kMiB;
  options.max_open_files = MaxOpenFiles();
  options.write_buffer_manager = memory.write_buffers;
  options.avoid_unnecessary_blocking_io = true;
  options.stats_dump_period_sec = 0;
  options.stats_persist_period_sec = 0;
  return options;
}

rocksdb::ColumnFamilyOptions MakeFamilyOptions(Family family,
                                               const RocksDbMemory& memory) {
  rocksdb::ColumnFamilyOptions options;
  options.write_buffer_size = memory.memtable_bytes;
  options.max_write_buffer_number = 4;
  options.level_compaction_dynamic_level_bytes = true;
  options.compression =
      FirstSupported({rocksdb::kLZ4Compression, rocksdb::kSnappyCompression});
  options.bottommost_compression = FirstSupported(
      {rocksdb::kZSTD, rocksdb::kLZ4Compression, rocksdb::kSnappyCompression});

  if (family >= Family::kGspo && family <= Family::kOspg) {
    // Blocks of runs are packed already: decoding must cost nothing more.
    options.compression = rocksdb::kNoCompression;
    options.bottommost_compression = rocksdb::kNoCompression;
  }

  rocksdb::BlockBasedTableOptions table;
  table.block_cache = memory.cache;
  table.cache_index_and_filter_blocks = true;
  table.cache_index_and_filter_blocks_with_high_priority = true;
  table.pin_l0_filter_and_index_blocks_in_cache = true;
  table.format_version = 5;
  table.block_size = IsScanned(family) ? 16 << 10 : 8 << 10;
  if (IsPointLookup(family)) {
    table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
    options.memtable_prefix_bloom_size_ratio = 0.02;
    options.memtable_whole_key_filtering = true;
  }
  if (family == Family::kDelta) {
    // "Is this statement there?" is a seek for a prefix that mostly is not.
    table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
    table.whole_key_filtering = false;
    options.prefix_extractor.reset(
        rocksdb::NewFixedPrefixTransform(kProbePrefixBytes));
    options.memtable_prefix_bloom_size_ratio = 0.02;
    // Commits bring their rows sorted within graph, epoch and order: each
    // order remembers where its last row went.
    options.memtable_insert_with_hint_prefix_extractor.reset(
        rocksdb::NewFixedPrefixTransform(kOrderPrefixBytes));
  }
  if (family == Family::kStatementIds) {
    table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
    table.whole_key_filtering = false;
    options.prefix_extractor.reset(
        rocksdb::NewFixedPrefixTransform(ProbePrefixBytes(family)));
    options.memtable_prefix_bloom_size_ratio = 0.02;
  }
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return options;
}

}  // namespace skg::storage
