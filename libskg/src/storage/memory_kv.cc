// Each family is an ordered map from keys to the versions of their value, by
// the number of the batch that wrote them. A snapshot is such a number. What
// no live snapshot or iterator can see any more goes when its key is written.
#include "storage/memory_kv.h"

#include <array>
#include <atomic>
#include <map>
#include <mutex>
#include <set>
#include <shared_mutex>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status.h"

namespace skg::storage {
namespace {

struct Operation {
  enum class Kind : uint8_t { kPut, kDelete, kDeleteRange };
  Kind kind;
  Family family;
  std::string key;    // DeleteRange: begin
  std::string value;  // DeleteRange: end
};

class MemoryBatch final : public KvBatch {
 public:
  explicit MemoryBatch(const KvStore* store) : store_(store) {}

  void Put(Family family, std::string_view key,
           std::string_view value) override {
    Append(Operation::Kind::kPut, family, key, value);
  }
  void Delete(Family family, std::string_view key) override {
    Append(Operation::Kind::kDelete, family, key, {});
  }
  void DeleteRange(Family family, std::string_view begin,
                   std::string_view end) override {
    if (status_.ok()) status_ = CheckEntrySize(family, end, {});
    if (begin < end) Append(Operation::Kind::kDeleteRange, family, begin, end);
  }
  void Clear() override {
    operations_.clear();
    bytes_ = 0;
    status_ = absl::OkStatus();
  }
  [[nodiscard]] size_t size_bytes() const override { return bytes_; }
  [[nodiscard]] bool empty() const override { return operations_.empty(); }

  [[nodiscard]] const KvStore* store() const { return store_; }
  [[nodiscard]] const std::vector<Operation>& operations() const {
    return operations_;
  }
  [[nodiscard]] const absl::Status& status() const { return status_; }

 private:
  void Append(Operation::Kind kind, Family family, std::string_view key,
              std::string_view value) {
    if (absl::Status size = CheckEntrySize(family, key, value); !size.ok()) {
      if (status_.ok()) status_ = std::move(size);
      return;
    }
    operations_.push_back({kind, family, std::string(key), std::string(value)});
    bytes_ += key.size() + value.size() + 8;
  }

  const KvStore* const store_;
  std::vector<Operation> operations_;
  size_t bytes_ = 0;
  absl::Status status_;
};

// The value is unset where that batch deleted the key.
struct Version {
  uint64_t sequence;
  std::optional<std::string> value;
};
using Versions = std::vector<Version>;  // oldest first
using FamilyMap = std::map<std::string, Versions, std::less<>>;

// Null: no value at `sequence`.
const std::string* VisibleAt(const Versions& versions, uint64_t sequence) {
  for (auto it = versions.rbegin(); it != versions.rend(); ++it) {
    if (it->sequence <= sequence) return it->value ? &*it->value : nullptr;
  }
  return nullptr;
}

// The maps and who looks at which moment of them.
class State {
 public:
  void Apply(const std::vector<Operation>& operations) {
    const std::unique_lock lock(mutex_);
    ++sequence_;
    for (const Operation& operation : operations) ApplyOne(operation);
  }

  uint64_t Pin() {
    const std::unique_lock lock(mutex_);
    pinned_.insert(sequence_);
    return sequence_;
  }
  void Unpin(uint64_t sequence) {
    const std::unique_lock lock(mutex_);
    pinned_.erase(pinned_.find(sequence));
  }

  // Calls `read` with the map and the present sequence number.
  template <typename Read>
  auto Reading(Family family, Read read) const {
    const std::shared_lock lock(mutex_);
    return read(families_[static_cast<size_t>(family)], sequence_);
  }

 private:
  void ApplyOne(const Operation& operation) {
    FamilyMap& map = families_[static_cast<size_t>(operation.family)];
    switch (operation.kind) {
      case Operation::Kind::kPut: {
        const auto it = map.try_emplace(operation.key).first;
        Write(map, it, operation.value);
        break;
      }
      case Operation::Kind::kDelete:
        if (const auto it = map.find(operation.key); it != map.end()) {
          Write(map, it, std::nullopt);
        }
        break;
      case Operation::Kind::kDeleteRange:
        for (auto it = map.lower_bound(operation.key);
             it != map.end() && it->first < operation.value;) {
          it = Write(map, it, std::nullopt);
        }
        break;
    }
  }

  // Adds the newest version and drops what nobody can see. Returns the next
  // key's place.
  FamilyMap::iterator Write(FamilyMap& map, FamilyMap::iterator it,
                            std::optional<std::string> value) {
    Versions& versions = it->second;
    if (!versions.empty() && versions.back().sequence == sequence_)
      versions.pop_back();
    const uint64_t oldest_pin = pinned_.empty() ? sequence_ : *pinned_.begin();
    versions.push_back({sequence_, std::move(value)});
    // The newest version at or before the oldest pin is the first that counts.
    size_t first = 0;
    while (first + 1 < versions.size() &&
           versions[first + 1].sequence <= oldest_pin)
      ++first;
    versions.erase(versions.begin(),
                   versions.begin() + static_cast<std::ptrdiff_t>(first));
    if (versions.size() == 1 && !versions.front().value) return map.erase(it);
    return std::next(it);
  }

  mutable std::shared_mutex mutex_;
  uint64_t sequence_ = 0;
  std::multiset<uint64_t> pinned_;
  std::array<FamilyMap, kFamilyCount> families_;
};

class MemorySnapshot final : public KvSnapshot {
 public:
  explicit MemorySnapshot(State& state)
      : state_(state), sequence_(state.Pin()) {}
  ~MemorySnapshot() override { state_.Unpin(sequence_); }
  MemorySnapshot(const MemorySnapshot&) = delete;
  MemorySnapshot& operator=(const MemorySnapshot&) = delete;
  [[nodiscard]] uint64_t sequence() const { return sequence_; }

 private:
  State& state_;
  const uint64_t sequence_;
};

const MemorySnapshot* AsMemory(const KvSnapshot* snapshot) {
  return static_cast<const MemorySnapshot*>(snapshot);
}

// Keeps its own copy of the current entry, so that writers may go on.
class MemoryIterator final : public KvIterator {
 public:
  MemoryIterator(State& state, Family family, const KvScanOptions& options)
      : state_(state),
        family_(family),
        lower_(options.lower),
        upper_(options.upper),
        own_pin_(options.snapshot == nullptr
                     ? std::make_unique<MemorySnapshot>(state)
                     : nullptr),
        sequence_((own_pin_ ? own_pin_.get() : AsMemory(options.snapshot))
                      ->sequence()) {}

  [[nodiscard]] bool Valid() const override { return valid_; }
  void Seek(std::string_view key) override {
    Forward(std::max<std::string_view>(key, lower_));
  }
  void SeekToFirst() override { Forward(lower_); }
  void SeekToLast() override {
    Backward(upper_.empty() ? std::nullopt : std::optional(upper_));
  }
  void Next() override {
    // The least key that is greater.
    if (valid_) Forward(std::string(key_).append(1, '\0'));
  }
  void Prev() override {
    if (valid_) Backward(key_);
  }
  [[nodiscard]] std::string_view key() const override { return key_; }
  [[nodiscard]] std::string_view value() const override { return value_; }
  [[nodiscard]] absl::Status status() const override {
    return absl::OkStatus();
  }

 private:
  void Forward(std::string_view from) {
    state_.Reading(family_, [&](const FamilyMap& map, uint64_t) {
      auto it = map.lower_bound(from);
      while (it != map.end() && VisibleAt(it->second, sequence_) == nullptr)
        ++it;
      Take(map, it);
    });
  }
  // The last key before `end` (unset: of all).
  void Backward(std::optional<std::string> end) {
    state_.Reading(family_, [&](const FamilyMap& map, uint64_t) {
      auto it = end ? map.lower_bound(*end) : map.end();
      while (it != map.begin()) {
        --it;
        if (VisibleAt(it->second, sequence_) != nullptr) return Take(map, it);
      }
      Take(map, map.end());
    });
  }
  void Take(const FamilyMap& map, FamilyMap::const_iterator it) {
    valid_ = it != map.end() && it->first >= lower_ &&
             (upper_.empty() || it->first < upper_);
    if (!valid_) {
      key_.clear();
      value_.clear();
      return;
    }
    key_ = it->first;
    value_ = *VisibleAt(it->second, sequence_);
  }

  State& state_;
  const Family family_;
  const std::string lower_, upper_;
  const std::unique_ptr<MemorySnapshot> own_pin_;
  const uint64_t sequence_;
  bool valid_ = false;
  std::string key_, value_;
};

class MemorySortedFile final : public KvSortedFile {
 public:
  explicit MemorySortedFile(Family family) : family_(family) {}

  [[nodiscard]] absl::Status Put(std::string_view key,
                                 std::string_view value) override {
    SKG_RETURN_IF_ERROR(CheckEntrySize(family_, key, value));
    if (!rows_.empty() && key <= rows_.back().key)
      return absl::InvalidArgumentError("keys of a sorted file must rise");
    bytes_ += key.size() + value.size();
    rows_.push_back(
        {Operation::Kind::kPut, family_, std::string(key), std::string(value)});
    return absl::OkStatus();
  }
  [[nodiscard]] uint64_t size_bytes() const override { return bytes_; }
  [[nodiscard]] const std::vector<Operation>& rows() const { return rows_; }

 private:
  const Family family_;
  std::vector<Operation> rows_;
  uint64_t bytes_ = 0;
};

class MemoryKv final : public KvStore {
 public:
  [[nodiscard]] std::unique_ptr<KvBatch> NewBatch() const override {
    return std::make_unique<MemoryBatch>(this);
  }

  [[nodiscard]] absl::Status Write(KvBatch& batch, WriteMode mode) override {
    const auto* own = dynamic_cast<const MemoryBatch*>(&batch);
    if (own == nullptr || own->store() != this) {
      return absl::InvalidArgumentError("a batch of another store");
    }
    SKG_RETURN_IF_ERROR(own->status());
    if (own->size_bytes() > kMaxBatchBytes) {
      return absl::InvalidArgumentError(
          absl::StrCat("a batch of ", own->size_bytes(),
                       " bytes; batches have at most ", kMaxBatchBytes));
    }
    state_.Apply(own->operations());
    if (mode == WriteMode::kSync) ++syncs_;
    return absl::OkStatus();
  }

  [[nodiscard]] absl::Status Sync() override {
    ++syncs_;
    return absl::OkStatus();
  }

  [[nodiscard]] absl::StatusOr<std::unique_ptr<KvSortedFile>> NewSortedFile(
      Family family) override {
    return std::make_unique<MemorySortedFile>(family);
  }
  [[nodiscard]] absl::Status Ingest(
      std::vector<std::unique_ptr<KvSortedFile>> files) override {
    std::vector<Operation> rows;
    for (const auto& file : files) {
      const auto& more = static_cast<const MemorySortedFile&>(*file).rows();
      rows.insert(rows.end(), more.begin(), more.end());
    }
    state_.Apply(rows);
    ++syncs_;
    return absl::OkStatus();
  }

  [[nodiscard]] absl::StatusOr<bool> Get(
      Family family, std::string_view key, std::string* value,
      const KvSnapshot* snapshot) const override {
    return state_.Reading(family, [&](const FamilyMap& map, uint64_t present) {
      const auto it = map.find(key);
      if (it == map.end()) return false;
      const std::string* found = VisibleAt(
          it->second, snapshot ? AsMemory(snapshot)->sequence() : present);
      if (found == nullptr) return false;
      *value = *found;
      return true;
    });
  }

  [[nodiscard]] absl::StatusOr<std::vector<std::optional<std::string>>>
  MultiGet(Family family, std::span<const std::string> keys,
           const KvSnapshot* snapshot) const override {
    // All keys of one moment, as RocksDB does it.
    return state_.Reading(family, [&](const FamilyMap& map, uint64_t present) {
      const uint64_t sequence =
          snapshot ? AsMemory(snapshot)->sequence() : present;
      std::vector<std::optional<std::string>> values(keys.size());
      for (size_t i = 0; i < keys.size(); ++i) {
        const auto it = map.find(keys[i]);
        if (it == map.end()) continue;
        if (const std::string* found = VisibleAt(it->second, sequence))
          values[i] = *found;
      }
      return values;
    });
  }

  [[nodiscard]] std::unique_ptr<KvSnapshot> NewSnapshot() const override {
    return std::make_unique<MemorySnapshot>(state_);
  }
  [[nodiscard]] std::unique_ptr<KvIterator> NewIterator(
      Family family, const KvScanOptions& options) const override {
    return std::make_unique<MemoryIterator>(state_, family, options);
  }

  [[nodiscard]] absl::StatusOr<std::unique_ptr<KvCheckpoint>> NewCheckpoint()
      override {
    return absl::FailedPreconditionError(
        "a store in memory has no files to back up; save its graphs instead");
  }

  [[nodiscard]] absl::Status Flush() override { return absl::OkStatus(); }
  [[nodiscard]] absl::StatusOr<uint64_t> DiskBytes() const override {
    return uint64_t{0};
  }
  [[nodiscard]] uint64_t ApproximateBytes(Family family, std::string_view begin,
                                          std::string_view end) const override {
    const auto rows = NewIterator(family, {.snapshot = nullptr,
                                           .lower = std::string(begin),
                                           .upper = std::string(end)});
    uint64_t bytes = 0;
    for (rows->SeekToFirst(); rows->Valid(); rows->Next())
      bytes += rows->key().size() + rows->value().size();
    return bytes;
  }
  [[nodiscard]] uint64_t wal_syncs() const override { return syncs_; }

 private:
  mutable State state_;
  std::atomic<uint64_t> syncs_{0};
};

}  // namespace

std::unique_ptr<KvStore> MakeMemoryKv() { return std::make_unique<MemoryKv>(); }

}  // namespace skg::storage
