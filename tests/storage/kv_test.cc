// What every key-value store must do, run on each of them.
#include "storage/kv.h"

#include <algorithm>
#include <atomic>
#include <catch2/catch.hpp>
#include <map>
#include <mutex>
#include <random>
#include <thread>
#include <utility>

#include "base/bytes.h"
#include "rocksdb/env.h"
#include "storage/memory_kv.h"
#include "storage/rocksdb_kv.h"
#include "support/test_support.h"

namespace skg::storage {
namespace {

class MemoryStore {
 public:
  KvStore& operator*() { return *kv_; }
  KvStore* operator->() { return kv_.get(); }

 private:
  std::unique_ptr<KvStore> kv_ = MakeMemoryKv();
};

// On a file system in memory: what a disk adds is rocksdb_kv_test's matter.
class RocksStore {
 public:
  RocksStore() {
    auto opened = OpenRocksDb(
        "/data", {.memory_bytes = size_t{16} << 20, .env = env_.get()});
    REQUIRE_OK(opened);
    kv_ = *std::move(opened);
  }
  KvStore& operator*() { return *kv_; }
  KvStore* operator->() { return kv_.get(); }

 private:
  const std::unique_ptr<rocksdb::Env> env_{
      rocksdb::NewMemEnv(rocksdb::Env::Default())};
  std::unique_ptr<KvStore> kv_;
};

#define KV_TEST_CASE(name) \
  TEMPLATE_TEST_CASE(name, "[kv]", MemoryStore, RocksStore)

using Rows = std::vector<std::pair<std::string, std::string>>;

void Put(KvStore& kv, Family family, const Rows& rows) {
  const auto batch = kv.NewBatch();
  for (const auto& [key, value] : rows) batch->Put(family, key, value);
  REQUIRE_OK(kv.Write(*batch, WriteMode::kBuffered));
}

std::optional<std::string> Get(KvStore& kv, Family family, std::string_view key,
                               const KvSnapshot* snapshot = nullptr) {
  std::string value;
  const auto found = kv.Get(family, key, &value, snapshot);
  REQUIRE_OK(found);
  if (!*found) return std::nullopt;
  return value;
}

Rows Forward(KvIterator& it) {
  Rows rows;
  for (it.SeekToFirst(); it.Valid(); it.Next())
    rows.emplace_back(it.key(), it.value());
  REQUIRE_OK(it.status());
  return rows;
}
Rows Backward(KvIterator& it) {
  Rows rows;
  for (it.SeekToLast(); it.Valid(); it.Prev())
    rows.emplace_back(it.key(), it.value());
  REQUIRE_OK(it.status());
  return rows;
}
Rows All(KvStore& kv, Family family, const KvScanOptions& options = {}) {
  return Forward(*kv.NewIterator(family, options));
}
Rows Reversed(Rows rows) {
  std::reverse(rows.begin(), rows.end());
  return rows;
}

// A key of family delta: the statement's 45 bytes, then a commit number.
std::string DeltaKey(char statement, uint64_t commit) {
  std::string key(kProbePrefixBytes, statement);
  for (int shift = 56; shift >= 0; shift -= 8)
    key.push_back(static_cast<char>(commit >> shift));
  return key;
}

KV_TEST_CASE("a value is found under its key and family only") {
  TestType store;
  Put(*store, Family::kTerms, {{"a", "1"}, {"", "empty key"}, {"b", ""}});
  CHECK(Get(*store, Family::kTerms, "a") == "1");
  CHECK(Get(*store, Family::kTerms, "") == "empty key");
  CHECK(Get(*store, Family::kTerms, "b") == "");
  CHECK(Get(*store, Family::kTerms, "c") == std::nullopt);
  CHECK(Get(*store, Family::kTermIds, "a") == std::nullopt);
}

KV_TEST_CASE("families have names of their own") {
  TestType store;
  const auto batch = store->NewBatch();
  std::map<std::string, Family> names;
  for (size_t i = 0; i < kFamilyCount; ++i) {
    const auto family = static_cast<Family>(i);
    names.emplace(FamilyName(family), family);
    batch->Put(family, "key", FamilyName(family));
  }
  REQUIRE(names.size() == kFamilyCount);
  REQUIRE_OK(store->Write(*batch, WriteMode::kBuffered));
  for (const auto& [name, family] : names)
    CHECK(Get(*store, family, "key") == name);
}

KV_TEST_CASE("keys are ordered by their unsigned bytes") {
  TestType store;
  const Rows rows = {{"", "0"},      {std::string("\0", 1), "1"},
                     {"a", "2"},     {"a\x7f", "3"},
                     {"a\x80", "4"}, {"ab", "5"},
                     {"b", "6"},     {"\x7f", "7"},
                     {"\x80", "8"},  {"\xff\xff", "9"}};
  Rows shuffled = rows;
  auto random = test::Random();
  std::shuffle(shuffled.begin(), shuffled.end(), random);
  Put(*store, Family::kGspo, shuffled);
  Rows sorted = rows;
  std::sort(sorted.begin(), sorted.end());
  const auto it = store->NewIterator(Family::kGspo, {});
  CHECK(Forward(*it) == sorted);
  CHECK(Backward(*it) == Reversed(sorted));
}

KV_TEST_CASE("an iterator keeps to its bounds") {
  TestType store;
  Put(*store, Family::kLog, {{"a", "1"}, {"b", "2"}, {"c", "3"}, {"d", "4"}});
  const auto it =
      store->NewIterator(Family::kLog, {.lower = "b", .upper = "d"});
  const Rows inside = {{"b", "2"}, {"c", "3"}};
  CHECK(Forward(*it) == inside);
  CHECK(Backward(*it) == Reversed(inside));

  struct Case {
    std::string seek, want;  // want: empty for the end
  };
  for (const Case& c : std::vector<Case>{{"", "b"},
                                         {"a", "b"},
                                         {"b", "b"},
                                         {"bb", "c"},
                                         {"cc", ""},
                                         {"d", ""},
                                         {"e", ""}}) {
    INFO("seek " << c.seek);
    it->Seek(c.seek);
    CHECK(it->Valid() == !c.want.empty());
    CHECK(it->key() == c.want);
    REQUIRE_OK(it->status());
  }

  CHECK(All(*store, Family::kLog, {.lower = "c"}) ==
        Rows{{"c", "3"}, {"d", "4"}});
  CHECK(All(*store, Family::kLog, {.upper = "b"}) == Rows{{"a", "1"}});
  CHECK(All(*store, Family::kLog, {.lower = "bb", .upper = "bc"}).empty());
  CHECK(All(*store, Family::kLog, {.lower = "c", .upper = "b"}).empty());
  CHECK(All(*store, Family::kLog, {.lower = "c", .upper = "c"}).empty());
}

KV_TEST_CASE("an iterator turns round and stays put past its ends") {
  TestType store;
  Put(*store, Family::kTasks, {{"a", "1"}, {"b", "2"}, {"c", "3"}});
  const auto it = store->NewIterator(Family::kTasks, {});
  CHECK_FALSE(it->Valid());
  it->Next();
  it->Prev();
  CHECK_FALSE(it->Valid());
  CHECK(it->key().empty());
  CHECK(it->value().empty());

  it->Seek("b");
  it->Next();
  CHECK(it->key() == "c");
  it->Prev();
  it->Prev();
  CHECK(it->key() == "a");
  it->Next();
  CHECK(it->key() == "b");
  it->SeekToLast();
  it->Next();
  CHECK_FALSE(it->Valid());
  it->Next();
  it->Prev();
  CHECK_FALSE(it->Valid());
  REQUIRE_OK(it->status());
  it->Seek("a");
  CHECK(it->value() == "1");
}

KV_TEST_CASE("a batch is applied in its order") {
  TestType store;
  const auto batch = store->NewBatch();
  batch->Put(Family::kStats, "a", "old");
  batch->Put(Family::kStats, "a", "new");
  batch->Put(Family::kStats, "b", "1");
  batch->Delete(Family::kStats, "b");
  batch->Delete(Family::kStats, "c");
  batch->Put(Family::kStats, "c", "2");
  batch->Put(Family::kStats, "d", "3");
  batch->DeleteRange(Family::kStats, "c", "e");
  batch->Put(Family::kStats, "d", "4");
  REQUIRE_OK(store->Write(*batch, WriteMode::kSync));
  CHECK(All(*store, Family::kStats) == Rows{{"a", "new"}, {"d", "4"}});
}

KV_TEST_CASE("a range delete takes its begin and leaves its end") {
  TestType store;
  Put(*store, Family::kDelta,
      {{"a", ""}, {"b", ""}, {"ba", ""}, {"c", ""}, {"d", ""}});
  Put(*store, Family::kLog, {{"b", "other family"}});
  const auto batch = store->NewBatch();
  batch->DeleteRange(Family::kDelta, "b", "c");
  batch->DeleteRange(Family::kDelta, "d", "d");
  batch->DeleteRange(Family::kDelta, "d", "a");
  REQUIRE_OK(store->Write(*batch, WriteMode::kBuffered));
  CHECK(All(*store, Family::kDelta) == Rows{{"a", ""}, {"c", ""}, {"d", ""}});
  CHECK(Get(*store, Family::kDelta, "ba") == std::nullopt);
  CHECK(Get(*store, Family::kLog, "b") == "other family");
}

KV_TEST_CASE("the size of a range is about known") {
  TestType kv;
  std::mt19937_64 random = test::Random();
  const auto key = [](uint32_t i) {
    std::string bytes;
    AppendBigEndian(i, bytes);
    return bytes;
  };
  for (uint32_t i = 0; i < 4000; ++i) {
    std::string value;
    while (value.size() < 1000) AppendBigEndian(random(), value);
    Put(*kv, Family::kLog, {{key(i), value}});
  }
  for (const bool flushed : {false, true}) {
    if (flushed) REQUIRE_OK(kv->Flush());
    const auto bytes = [&](uint32_t begin, uint32_t end) {
      return kv->ApproximateBytes(Family::kLog, key(begin), key(end));
    };
    CHECK(bytes(0, 4000) > 2'000'000);
    CHECK(bytes(0, 4000) < 8'000'000);
    CHECK(bytes(3000, 4000) < 3'000'000);
    CHECK(bytes(0, 4000) > bytes(2000, 4000));
    CHECK(bytes(5000, 6000) < 100'000);
  }
}

KV_TEST_CASE("a batch can be cleared and used again") {
  TestType store;
  const auto batch = store->NewBatch();
  CHECK(batch->empty());
  batch->Put(Family::kTerms, "a", std::string(1000, 'x'));
  CHECK_FALSE(batch->empty());
  CHECK(batch->size_bytes() >= 1001);
  batch->Clear();
  CHECK(batch->empty());
  CHECK(batch->size_bytes() < 100);
  REQUIRE_OK(store->Write(*batch, WriteMode::kSync));
  batch->Put(Family::kTerms, "b", "1");
  REQUIRE_OK(store->Write(*batch, WriteMode::kBuffered));
  CHECK(All(*store, Family::kTerms) == Rows{{"b", "1"}});
}

KV_TEST_CASE("entries over the limits are refused and nothing is written") {
  TestType store;
  const std::string long_key(kMaxKeyBytes + 1, 'k');
  const auto refused = [&](auto add) {
    const auto batch = store->NewBatch();
    batch->Put(Family::kTerms, "companion", "1");
    add(*batch);
    CHECK(store->Write(*batch, WriteMode::kSync).code() ==
          absl::StatusCode::kInvalidArgument);
    batch->Clear();
    batch->Put(Family::kTermIds, "later", "1");
    REQUIRE_OK(store->Write(*batch, WriteMode::kSync));
  };
  refused([&](KvBatch& b) { b.Put(Family::kTerms, long_key, ""); });
  refused([&](KvBatch& b) { b.Delete(Family::kTerms, long_key); });
  refused([&](KvBatch& b) { b.DeleteRange(Family::kTerms, "a", long_key); });
  refused([&](KvBatch& b) { b.DeleteRange(Family::kTerms, long_key, "z"); });
  refused([&](KvBatch& b) {
    b.Put(Family::kTerms, "a", std::string(kMaxValueBytes + 1, 'v'));
  });
  CHECK(All(*store, Family::kTerms).empty());

  const std::string largest_key(kMaxKeyBytes, 'k'),
      largest_value(kMaxValueBytes, 'v');
  Put(*store, Family::kTerms, {{largest_key, largest_value}});
  CHECK(Get(*store, Family::kTerms, largest_key) == largest_value);
  CHECK(Get(*store, Family::kTerms, long_key) == std::nullopt);
}

KV_TEST_CASE("a batch of another store is refused") {
  TestType store, other;
  const auto batch = other->NewBatch();
  batch->Put(Family::kTerms, "a", "1");
  CHECK(store->Write(*batch, WriteMode::kSync).code() ==
        absl::StatusCode::kInvalidArgument);
  CHECK(Get(*store, Family::kTerms, "a") == std::nullopt);
}

KV_TEST_CASE("multi-get answers in order, absent keys too") {
  TestType store;
  Rows rows;
  std::vector<std::string> keys;
  for (int i = 0; i < 300; ++i) {
    keys.push_back("key" + std::to_string(i));
    if (i % 3 != 0) rows.emplace_back(keys.back(), std::to_string(i));
  }
  keys.push_back(keys[1]);  // twice
  Put(*store, Family::kTerms, rows);
  const auto snapshot = store->NewSnapshot();
  Put(*store, Family::kTerms, {{"key1", "changed"}});
  const auto values = store->MultiGet(Family::kTerms, keys, snapshot.get());
  REQUIRE_OK(values);
  REQUIRE(values->size() == keys.size());
  for (size_t i = 0; i < 300; ++i) {
    CHECK((*values)[i] ==
          (i % 3 == 0 ? std::nullopt : std::optional(std::to_string(i))));
  }
  CHECK((*values)[300] == "1");
  const auto now = store->MultiGet(Family::kTerms, keys);
  REQUIRE_OK(now);
  CHECK((*now)[1] == "changed");
  const auto none = store->MultiGet(Family::kTerms, {});
  REQUIRE_OK(none);
  CHECK(none->empty());
}

KV_TEST_CASE("snapshots and iterators do not see later writes") {
  TestType store;
  Put(*store, Family::kTerms, {{"a", "1"}, {"b", "2"}, {"c", "3"}});
  const auto snapshot = store->NewSnapshot();
  const auto before = store->NewIterator(Family::kTerms, {});
  before->Seek("a");

  const auto batch = store->NewBatch();
  batch->Put(Family::kTerms, "a", "changed");
  batch->Put(Family::kTerms, "aa", "added");
  batch->Delete(Family::kTerms, "b");
  batch->DeleteRange(Family::kTerms, "c", "d");
  batch->Put(Family::kLog, "l", "added");
  REQUIRE_OK(store->Write(*batch, WriteMode::kBuffered));
  REQUIRE_OK(store->Flush());

  const Rows old = {{"a", "1"}, {"b", "2"}, {"c", "3"}};
  const Rows now = {{"a", "changed"}, {"aa", "added"}};
  CHECK(before->value() == "1");
  before->Next();
  CHECK(before->key() == "b");
  CHECK(Forward(*before) == old);
  CHECK(Backward(*before) == Reversed(old));
  CHECK(All(*store, Family::kTerms, {.snapshot = snapshot.get()}) == old);
  CHECK(Get(*store, Family::kTerms, "b", snapshot.get()) == "2");
  CHECK(Get(*store, Family::kTerms, "aa", snapshot.get()) == std::nullopt);
  CHECK(Get(*store, Family::kLog, "l", snapshot.get()) == std::nullopt);
  CHECK(All(*store, Family::kTerms) == now);

  const auto later = store->NewSnapshot();
  Put(*store, Family::kTerms, {{"a", "once more"}});
  CHECK(Get(*store, Family::kTerms, "a", snapshot.get()) == "1");
  CHECK(Get(*store, Family::kTerms, "a", later.get()) == "changed");
  CHECK(Get(*store, Family::kTerms, "a") == "once more");
}

KV_TEST_CASE("a prefix probe finds what has the prefix") {
  TestType store;
  Put(*store, Family::kDelta,
      {{DeltaKey('b', 5), "b5"},
       {DeltaKey('b', 9), "b9"},
       {DeltaKey('d', 1), "d1"},
       {"b", "a key shorter than a probe's"}});
  for (const bool flushed : {false, true}) {
    INFO("flushed " << flushed);
    if (flushed) REQUIRE_OK(store->Flush());
    const auto probe =
        store->NewIterator(Family::kDelta, {.prefix_probe = true});
    const auto sees = [&](const std::string& key) {
      const std::string_view prefix =
          std::string_view(key).substr(0, kProbePrefixBytes);
      probe->Seek(key);
      std::vector<std::string> values;
      for (; probe->Valid() && probe->key().starts_with(prefix);
           probe->Next()) {
        values.emplace_back(probe->value());
      }
      REQUIRE_OK(probe->status());
      return values;
    };
    CHECK(sees(DeltaKey('a', 0)).empty());
    CHECK(sees(DeltaKey('b', 0)) == std::vector<std::string>{"b5", "b9"});
    CHECK(sees(DeltaKey('b', 6)) == std::vector<std::string>{"b9"});
    CHECK(sees(DeltaKey('b', 10)).empty());
    CHECK(sees(DeltaKey('c', 0)).empty());
    CHECK(sees(DeltaKey('d', 0)) == std::vector<std::string>{"d1"});
    // The filter must not hide anything from an ordinary scan.
    CHECK(All(*store, Family::kDelta).size() == 4);
    CHECK(All(*store, Family::kDelta, {.lower = "a", .upper = "c"}).size() ==
          3);
    const auto scan = store->NewIterator(Family::kDelta, {});
    scan->Seek(std::string(kProbePrefixBytes, 'c'));
    REQUIRE(scan->Valid());
    CHECK(scan->value() == "d1");
  }
}

KV_TEST_CASE("a store agrees with a map under random operations") {
  TestType store;
  using Model = std::map<std::string, std::string>;
  const std::vector<Family> families = {Family::kTerms, Family::kDelta,
                                        Family::kLog};
  std::map<Family, Model> model = {
      {Family::kTerms, {}}, {Family::kDelta, {}}, {Family::kLog, {}}};
  struct Pinned {
    std::unique_ptr<KvSnapshot> snapshot;
    std::map<Family, Model> model;
  };
  std::vector<Pinned> pinned;
  auto random = test::Random(1);
  const auto pick = [&](uint64_t n) { return random() % n; };
  const auto key = [&] {
    std::string text;
    for (uint64_t n = pick(4); n > 0; --n) text.push_back("ab\xff"[pick(3)]);
    return text;
  };

  for (int step = 0; step < 400; ++step) {
    const auto batch = store->NewBatch();
    for (uint64_t n = pick(6); n > 0; --n) {
      const Family family = families[pick(3)];
      switch (pick(5)) {
        case 0: {
          std::string begin = key(), end = key();
          batch->DeleteRange(family, begin, end);
          Model& rows = model[family];
          if (begin < end)
            rows.erase(rows.lower_bound(begin), rows.lower_bound(end));
          break;
        }
        case 1: {
          const std::string k = key();
          batch->Delete(family, k);
          model[family].erase(k);
          break;
        }
        default: {
          const std::string k = key();
          batch->Put(family, k, std::to_string(step));
          model[family][k] = std::to_string(step);
        }
      }
    }
    REQUIRE_OK(store->Write(
        *batch, pick(8) == 0 ? WriteMode::kSync : WriteMode::kBuffered));
    if (pick(40) == 0) REQUIRE_OK(store->Flush());
    if (pick(10) == 0) pinned.push_back({store->NewSnapshot(), model});
    if (pinned.size() > 4)
      pinned.erase(pinned.begin() + static_cast<std::ptrdiff_t>(pick(5)));

    const Pinned* at =
        pinned.empty() || pick(2) == 0 ? nullptr : &pinned[pick(pinned.size())];
    const Family family = families[pick(3)];
    const Model& want = (at ? at->model : model).at(family);
    KvScanOptions options{.snapshot = at ? at->snapshot.get() : nullptr};
    if (pick(2) == 0) options.lower = key();
    if (pick(2) == 0) options.upper = key();
    Rows inside;
    for (const auto& row : want) {
      if (row.first >= options.lower &&
          (options.upper.empty() || row.first < options.upper)) {
        inside.push_back(row);
      }
    }
    const auto it = store->NewIterator(family, options);
    REQUIRE(Forward(*it) == inside);
    REQUIRE(Backward(*it) == Reversed(inside));
    const std::string target = key();
    it->Seek(target);
    const auto expected = std::lower_bound(
        inside.begin(), inside.end(), target,
        [](const auto& row, const std::string& k) { return row.first < k; });
    REQUIRE(it->Valid() == (expected != inside.end()));
    if (it->Valid()) REQUIRE(it->key() == expected->first);
    const std::string probe = key();
    const auto found = want.find(probe);
    REQUIRE(
        Get(*store, family, probe, options.snapshot) ==
        (found == want.end() ? std::nullopt : std::optional(found->second)));
  }
}

// Each writer moves amounts between accounts of two families in one batch:
// every snapshot must show the same sum, and every iterator one moment.
KV_TEST_CASE("readers see whole batches of concurrent writers") {
  TestType store;
  constexpr int kAccounts = 8, kWriters = 4, kRounds = 300;
  constexpr int64_t kSum = 2 * kAccounts * 100;
  for (const Family family : {Family::kStats, Family::kDelta}) {
    for (int i = 0; i < kAccounts; ++i)
      Put(*store, family, {{std::to_string(i), "100"}});
  }
  std::mutex accounts;  // a read-modify-write is the writer's own affair
  std::atomic<int> running{kWriters};
  std::atomic<int> wrong{0}, failed{0};
  const auto read = [&](Family family, const std::string& key,
                        const KvSnapshot* snapshot) {
    std::string value;
    if (!store->Get(family, key, &value, snapshot).value_or(false)) ++failed;
    return value.empty() ? int64_t{0} : std::stoll(value);
  };
  std::vector<std::thread> threads;
  for (int w = 0; w < kWriters; ++w) {
    threads.emplace_back([&, w] {
      auto random = test::Random(static_cast<uint64_t>(w) + 10);
      for (int round = 0; round < kRounds; ++round) {
        const std::string from = std::to_string(random() % kAccounts);
        const std::string to = std::to_string(random() % kAccounts);
        const std::lock_guard lock(accounts);
        const auto batch = store->NewBatch();
        batch->Put(Family::kStats, from,
                   std::to_string(read(Family::kStats, from, nullptr) - 1));
        batch->Put(Family::kDelta, to,
                   std::to_string(read(Family::kDelta, to, nullptr) + 1));
        if (!store->Write(*batch, WriteMode::kBuffered).ok()) ++failed;
      }
      --running;
    });
  }
  for (int r = 0; r < 2; ++r) {
    threads.emplace_back([&] {
      do {
        const auto snapshot = store->NewSnapshot();
        int64_t sum = 0;
        for (int i = 0; i < kAccounts; ++i) {
          sum += read(Family::kStats, std::to_string(i), snapshot.get());
        }
        const auto it =
            store->NewIterator(Family::kDelta, {.snapshot = snapshot.get()});
        int rows = 0;
        for (it->SeekToFirst(); it->Valid(); it->Next(), ++rows) {
          sum += std::stoll(std::string(it->value()));
        }
        if (!it->status().ok() || rows != kAccounts) ++failed;
        if (sum != kSum) ++wrong;
      } while (running > 0);
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(failed == 0);
  CHECK(wrong == 0);
}

KV_TEST_CASE("syncs of the log are counted") {
  TestType store;
  const auto batch = store->NewBatch();
  batch->Put(Family::kTerms, "a", "1");
  const uint64_t before = store->wal_syncs();
  REQUIRE_OK(store->Write(*batch, WriteMode::kBuffered));
  CHECK(store->wal_syncs() == before);
  REQUIRE_OK(store->Write(*batch, WriteMode::kSync));
  CHECK(store->wal_syncs() == before + 1);
  REQUIRE_OK(store->Write(*batch, WriteMode::kBuffered));
  REQUIRE_OK(store->Sync());
  CHECK(store->wal_syncs() == before + 2);
}

KV_TEST_CASE("sorted files join the store at once") {
  TestType kv;
  Put(*kv, Family::kGspo, {{"b", "old"}, {"x", "kept"}});
  const auto before = kv->NewSnapshot();
  const auto file = [&](Family family, const Rows& rows) {
    auto made = kv->NewSortedFile(family);
    REQUIRE_OK(made);
    for (const auto& [key, value] : rows) REQUIRE_OK((*made)->Put(key, value));
    return *std::move(made);
  };
  std::vector<std::unique_ptr<KvSortedFile>> files;
  files.push_back(file(Family::kGspo, {{"a", "1"}, {"b", "2"}}));
  files.push_back(file(Family::kGspo, {{"c", "3"}, {"d", "4"}}));
  files.push_back(file(Family::kTerms, {{"t", "5"}}));
  REQUIRE_OK(kv->Ingest(std::move(files)));
  CHECK(Get(*kv, Family::kGspo, "a") == "1");
  CHECK(Get(*kv, Family::kGspo, "b") == "2");
  CHECK(Get(*kv, Family::kGspo, "d") == "4");
  CHECK(Get(*kv, Family::kGspo, "x") == "kept");
  CHECK(Get(*kv, Family::kTerms, "t") == "5");
  CHECK(Get(*kv, Family::kGspo, "a", before.get()) == std::nullopt);
  CHECK(Get(*kv, Family::kGspo, "b", before.get()) == "old");
  // What comes later wins, also over ranges.
  const auto batch = kv->NewBatch();
  batch->DeleteRange(Family::kGspo, "a", "c");
  REQUIRE_OK(kv->Write(*batch, WriteMode::kBuffered));
  CHECK(Get(*kv, Family::kGspo, "b") == std::nullopt);
  CHECK(Get(*kv, Family::kGspo, "c") == "3");
  std::vector<std::unique_ptr<KvSortedFile>> again;
  again.push_back(file(Family::kGspo, {{"b", "6"}}));
  REQUIRE_OK(kv->Ingest(std::move(again)));
  CHECK(Get(*kv, Family::kGspo, "b") == "6");
}

KV_TEST_CASE("a sorted file takes rising keys and its end is no loss") {
  TestType kv;
  {
    auto file = kv->NewSortedFile(Family::kTerms);
    REQUIRE_OK(file);
    REQUIRE_OK((*file)->Put("b", "1"));
    CHECK(absl::IsInvalidArgument((*file)->Put("a", "2")));
    CHECK(absl::IsInvalidArgument((*file)->Put("b", "2")));
    CHECK(absl::IsInvalidArgument(
        (*file)->Put("c", std::string(kMaxValueBytes + 1, 'v'))));
  }
  CHECK(Get(*kv, Family::kTerms, "b") == std::nullopt);
  Put(*kv, Family::kTerms, {{"b", "3"}});
  CHECK(Get(*kv, Family::kTerms, "b") == "3");
}

}  // namespace
}  // namespace skg::storage
