#include "peers/rocksdb3cf/rocksdb3cf.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "peers/rocksdb3cf/log_syncs.h"
#include "rocksdb/write_batch.h"
#include "storage/keys.h"
#include "storage/rocksdb_tuning.h"
#include "storage/rows.h"

namespace skg::bench {
namespace {

using storage::DeltaKey;
using storage::IndexOrder;

constexpr std::array kOrders = {IndexOrder::kGspo, IndexOrder::kGpos,
                                IndexOrder::kGosp};
constexpr std::array kFamilyNames = {"gspo", "gpos", "gosp"};
constexpr uint32_t kGraph = 1;
constexpr uint32_t kEpoch = 1;

absl::Status ToStatus(const rocksdb::Status& status) {
  return status.ok() ? absl::OkStatus()
                     : absl::InternalError("rocksdb3cf: " + status.ToString());
}

// The numbers that a dictionary would have given: one range a kind of term.
storage::StatementKey KeyOf(const TripleNumbers& triple) {
  constexpr uint64_t kPredicateBase = 1;
  constexpr uint64_t kSubjectBase = 1'000'000;
  constexpr uint64_t kObjectBase = 1'000'000'000;
  const auto iri = [](uint64_t number) {
    return rdf::TermId::Make(rdf::TermTag::kIri, number);
  };
  return {.subject = iri(kSubjectBase + triple.subject),
          .predicate = iri(kPredicateBase + triple.predicate),
          .object = iri(kObjectBase + triple.object)};
}

}  // namespace

struct RocksDb3Cf::State {
  explicit State(ScratchDirectory scratch) : directory(std::move(scratch)) {}
  ~State() {
    if (db == nullptr) return;
    for (rocksdb::ColumnFamilyHandle* handle : handles) {
      db->DestroyColumnFamilyHandle(handle).PermitUncheckedError();
    }
    db->Close().PermitUncheckedError();
  }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  ScratchDirectory directory;
  const std::shared_ptr<std::atomic<uint64_t>> syncs =
      std::make_shared<std::atomic<uint64_t>>(0);
  std::unique_ptr<rocksdb::Env> env;
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  std::unique_ptr<rocksdb::DB> db;
  std::atomic<uint64_t> batches{0};
};

std::string RocksDb3Cf::PathName(WritePath path) {
  switch (path) {
    case WritePath::kPlain:
      return "plain";
    case WritePath::kPipelined:
      return "pipelined";
    case WritePath::kUnordered:
      return "unordered";
  }
  return "?";
}

RocksDb3Cf::RocksDb3Cf(std::unique_ptr<State> state)
    : state_(std::move(state)) {}
RocksDb3Cf::RocksDb3Cf(RocksDb3Cf&&) noexcept = default;
RocksDb3Cf::~RocksDb3Cf() = default;

absl::StatusOr<RocksDb3Cf> RocksDb3Cf::Open(const Options& options,
                                            WritePath path) {
  SKG_ASSIGN_OR_RETURN(ScratchDirectory directory,
                       ScratchDirectory::Make(options.data));
  auto state = std::make_unique<State>(std::move(directory));
  // The file system that counts syncs is the one below our store as well.
  state->env = rocksdb::NewCompositeEnv(
      CountLogSyncs(rocksdb::Env::Default()->GetFileSystem(), state->syncs));
  // The half of the budget that the engine gives to its key-value store.
  const storage::RocksDbMemory memory(options.memory_bytes / 2);
  rocksdb::DBOptions database =
      storage::MakeDatabaseOptions(memory, state->env.get(), nullptr);
  database.create_if_missing = true;
  database.create_missing_column_families = true;
  database.enable_pipelined_write = path == WritePath::kPipelined;
  database.unordered_write = path == WritePath::kUnordered;
  // A family without point look-ups: no filter to fill.
  const rocksdb::ColumnFamilyOptions family =
      storage::MakeFamilyOptions(storage::Family::kGspo, memory);
  std::vector<rocksdb::ColumnFamilyDescriptor> families;
  families.reserve(kFamilyNames.size() + 1);
  for (const char* name : kFamilyNames) families.emplace_back(name, family);
  families.emplace_back(rocksdb::kDefaultColumnFamilyName, family);
  rocksdb::DB* db = nullptr;
  const rocksdb::Status status = rocksdb::DB::Open(
      database, state->directory.store(), families, &state->handles, &db);
  state->db.reset(db);
  SKG_RETURN_IF_ERROR(ToStatus(status));
  return RocksDb3Cf(std::move(state));
}

absl::Status RocksDb3Cf::Write(std::span<const TripleNumbers> triples,
                               bool sync) {
  std::vector<storage::StatementKey> statements;
  statements.reserve(triples.size());
  for (const TripleNumbers& triple : triples) {
    statements.push_back(KeyOf(triple));
  }
  return Write(statements, sync);
}

absl::Status RocksDb3Cf::Write(
    std::span<const storage::StatementKey> statements, bool sync) {
  constexpr size_t kBytesPerPut = storage::kDeltaKeyBytes + 16;
  const uint64_t commit =
      state_->batches.fetch_add(1, std::memory_order_relaxed) + 1;
  std::array<char, storage::kMaxRowValueBytes> value{};
  const size_t value_bytes =
      storage::EncodeRow({.sign = 1, .triple_sign = 1}, value.data());
  const rocksdb::Slice value_slice(value.data(), value_bytes);

  rocksdb::WriteBatch batch(statements.size() * kOrders.size() * kBytesPerPut);
  for (const storage::StatementKey& key : statements) {
    for (size_t i = 0; i < kOrders.size(); ++i) {
      const DeltaKey bytes(kGraph, kEpoch, kOrders[i], key, commit);
      const rocksdb::Status put =
          batch.Put(state_->handles[i],
                    {bytes.bytes.data(), bytes.bytes.size()}, value_slice);
      if (!put.ok()) return ToStatus(put);
    }
  }
  rocksdb::WriteOptions write;
  write.sync = sync;
  return ToStatus(state_->db->Write(write, &batch));
}

absl::Status RocksDb3Cf::Flush() {
  return ToStatus(state_->db->Flush(rocksdb::FlushOptions(), state_->handles));
}

// Key and value of every row are decoded.
template <typename Row>
absl::Status RocksDb3Cf::ScanPrefix(size_t family, const std::string& prefix,
                                    const Row& row) const {
  const std::string end = storage::PrefixEnd(prefix);
  const rocksdb::Slice upper = end;
  rocksdb::ReadOptions read;
  read.iterate_upper_bound = &upper;
  const std::unique_ptr<rocksdb::Iterator> at(
      state_->db->NewIterator(read, state_->handles[family]));
  storage::RowValue value;
  for (at->Seek(prefix); at->Valid(); at->Next()) {
    const std::string_view bytes(at->value().data(), at->value().size());
    if (at->key().size() != storage::kDeltaKeyBytes ||
        !storage::DecodeRow(bytes, &value)) {
      return absl::InternalError("rocksdb3cf: a row that was not written");
    }
    row(at->key().data() + storage::kDeltaPrefixBytes);
  }
  return ToStatus(at->status());
}

namespace {

// Graph, epoch and order, and the predicate behind the default graph.
std::string PredicatePrefix(storage::TermId predicate) {
  const DeltaKey whole(kGraph, kEpoch, IndexOrder::kGpos,
                       {.predicate = predicate}, 0);
  return std::string(
      whole.view().substr(0, storage::kDeltaPrefixBytes + 2 * 8));
}

// The last three of a row's four terms.
void AddTerms(const char* row, RocksDb3Cf::Sum& sum) {
  ++sum.rows;
  for (size_t i = 1; i < 4; ++i) {
    sum.terms += LoadBigEndian<uint64_t>(row + 8 * i);
  }
}

}  // namespace

absl::StatusOr<uint64_t> RocksDb3Cf::ScanPredicate(uint32_t predicate) const {
  const storage::StatementKey key =
      KeyOf({.subject = 0, .predicate = predicate, .object = 0});
  uint64_t rows = 0;
  SKG_RETURN_IF_ERROR(ScanPrefix(static_cast<size_t>(IndexOrder::kGpos),
                                 PredicatePrefix(key.predicate),
                                 [&](const char*) { ++rows; }));
  return rows;
}

absl::Status RocksDb3Cf::SumAll(Sum& sum) const {
  return ScanPrefix(static_cast<size_t>(IndexOrder::kGspo),
                    storage::DeltaPrefix(kGraph, kEpoch, IndexOrder::kGspo),
                    [&](const char* row) { AddTerms(row, sum); });
}

absl::Status RocksDb3Cf::SumPredicate(storage::TermId predicate,
                                      Sum& sum) const {
  return ScanPrefix(static_cast<size_t>(IndexOrder::kGpos),
                    PredicatePrefix(predicate),
                    [&](const char* row) { AddTerms(row, sum); });
}

absl::StatusOr<uint64_t> RocksDb3Cf::CountedRows(uint64_t expected) const {
  uint64_t rows = 0;
  for (size_t i = 0; i < kOrders.size(); ++i) {
    rows = 0;
    const std::unique_ptr<rocksdb::Iterator> at(
        state_->db->NewIterator(rocksdb::ReadOptions(), state_->handles[i]));
    for (at->SeekToFirst(); at->Valid(); at->Next()) ++rows;
    SKG_RETURN_IF_ERROR(ToStatus(at->status()));
    if (rows != expected) {
      return absl::InternalError(absl::StrCat("rocksdb3cf: family ",
                                              kFamilyNames[i], " holds ", rows,
                                              " rows, not ", expected));
    }
  }
  return rows;
}

uint64_t RocksDb3Cf::wal_syncs() const { return state_->syncs->load(); }
uint64_t RocksDb3Cf::batches() const { return state_->batches.load(); }

}  // namespace skg::bench
