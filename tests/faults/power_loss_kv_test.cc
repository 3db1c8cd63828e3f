// The key-value store on a disk that loses power, and the disk model itself.
#include <atomic>
#include <catch2/catch.hpp>
#include <filesystem>
#include <map>
#include <thread>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "rocksdb/env.h"
#include "storage/rocksdb_kv.h"
#include "support/power_loss_env.h"
#include "support/test_support.h"

namespace skg::storage {
namespace {

namespace fs = std::filesystem;

constexpr Family kCopies[] = {Family::kLog, Family::kDelta};
constexpr int kWriters = 4;

class Disk {
 public:
  explicit Disk(uint64_t seed) : env_(MakeScratch(), seed) {}
  test::PowerLossEnv* operator->() { return &env_; }
  [[nodiscard]] std::string path(const std::string& name) const {
    return directory_ / name;
  }
  [[nodiscard]] RocksDbOptions options(size_t memory_bytes = size_t{8} << 20) {
    return {.memory_bytes = memory_bytes, .env = env_.env()};
  }

 private:
  fs::path MakeScratch() {
    fs::create_directory(directory_ / "scratch");
    return directory_ / "scratch";
  }

  test::TemporaryDirectory directory_;
  test::PowerLossEnv env_;
};

// What one writer was told.
struct Acknowledged {
  uint64_t buffered = 0;  // batches 1 to this returned OK
  uint64_t synced = 0;    // of these, the last written with kSync
};

std::string Key(int writer, uint64_t number) {
  return absl::StrCat(writer, "/", absl::Dec(number, absl::kZeroPad8));
}

// How often a writer asks for what: one of so many batches; 0: never.
struct Habits {
  uint64_t sync = 4;
  uint64_t sync_all = 200;
  uint64_t flush = 300;
};

// Writes numbered batches to all families until one fails.
Acknowledged WriteUntilFailure(KvStore& kv, int writer, uint64_t first,
                               const Habits& habits, uint64_t seed) {
  std::mt19937_64 random(seed);
  const auto one_in = [&](uint64_t n) { return n != 0 && random() % n == 0; };
  Acknowledged told{first - 1, first - 1};
  for (uint64_t number = first;; ++number) {
    const auto batch = kv.NewBatch();
    const std::string value(random() % 4000, static_cast<char>('a' + writer));
    for (const Family family : kCopies)
      batch->Put(family, Key(writer, number), value);
    const bool sync = one_in(habits.sync);
    if (!kv.Write(*batch, sync ? WriteMode::kSync : WriteMode::kBuffered).ok())
      return told;
    told.buffered = number;
    if (sync) told.synced = number;
    if (one_in(habits.sync_all)) {
      if (!kv.Sync().ok()) return told;
      told.synced = number;
    }
    if (one_in(habits.flush) && !kv.Flush().ok()) return told;
  }
}

// The last number of each writer; fails unless all before it are there, in all
// families.
std::map<int, uint64_t> LastNumbers(KvStore& kv) {
  std::map<int, uint64_t> last[std::size(kCopies)];
  for (size_t i = 0; i < std::size(kCopies); ++i) {
    const auto it = kv.NewIterator(kCopies[i], {});
    for (it->SeekToFirst(); it->Valid(); it->Next()) {
      const int writer = it->key()[0] - '0';
      uint64_t number = 0;
      REQUIRE(absl::SimpleAtoi(std::string(it->key().substr(2)), &number));
      REQUIRE(number == ++last[i][writer]);
    }
    REQUIRE_OK(it->status());
  }
  REQUIRE(last[0] == last[1]);
  return last[0];
}

// Opens the store on a disk that fails for good at change `cut`, writes until
// then, and restores what such a disk may hold.
void WriteUntilPowerLoss(Disk& disk, const std::string& path, uint64_t cut,
                         const Habits& habits, std::mt19937_64& random,
                         std::map<int, Acknowledged>& told) {
  disk->FailChange(cut, test::DiskFault::kIoError, true);
  if (auto kv = OpenRocksDb(path, disk.options()); kv.ok()) {
    const auto last = LastNumbers(**kv);
    std::vector<std::thread> threads;
    std::vector<Acknowledged> results(kWriters);
    for (int w = 0; w < kWriters; ++w) {
      const uint64_t first = (last.contains(w) ? last.at(w) : 0) + 1;
      threads.emplace_back([&, w, first, seed = random()] {
        results[static_cast<size_t>(w)] =
            WriteUntilFailure(**kv, w, first, habits, seed);
      });
    }
    for (auto& thread : threads) thread.join();
    for (int w = 0; w < kWriters; ++w)
      told[w] = results[static_cast<size_t>(w)];
  }
  REQUIRE(disk->fault_fired());
  disk->CutPower();
  REQUIRE_OK(disk->Restore());
  disk->FailChange(0, test::DiskFault::kIoError, false);
}

void CheckNothingLost(Disk& disk, const std::string& path,
                      std::map<int, Acknowledged>& told) {
  auto kv = OpenRocksDb(path, disk.options());
  REQUIRE_OK(kv);
  auto last = LastNumbers(**kv);
  for (auto& [writer, acknowledged] : told) {
    INFO("writer " << writer);
    CHECK(last[writer] >= acknowledged.synced);
    CHECK(last[writer] <= acknowledged.buffered + 1);
    acknowledged = {last[writer], last[writer]};  // recovery has synced it
  }
}

TEST_CASE("after power loss the store holds a prefix, and all that was synced",
          "[power_loss]") {
  for (uint64_t round = 0; round < 6; ++round) {
    INFO("round " << round);
    auto random = test::Random(100 + round);
    Disk disk(random());
    const std::string path = disk.path("data");
    std::map<int, Acknowledged> told;
    for (int loss = 0; loss < 4; ++loss) {
      INFO("loss " << loss);
      // From the first change of an opening to some flushes later.
      const uint64_t cut = 1 + random() % (uint64_t{1} << (1 + random() % 13));
      WriteUntilPowerLoss(disk, path, cut, {}, random, told);
      CheckNothingLost(disk, path, told);
    }
  }
}

// The write-ahead log goes on in a new file at each flush, and the end of the
// old one may still be on its way to a slow disk.
TEST_CASE("a slow disk tears no gap between two log files", "[power_loss]") {
  for (uint64_t round = 0; round < 6; ++round) {
    INFO("round " << round);
    auto random = test::Random(200 + round);
    Disk disk(random());
    const std::string path = disk.path("data");
    std::map<int, Acknowledged> told;
    disk->SetSyncTime(std::chrono::microseconds(50));
    WriteUntilPowerLoss(disk, path, 500, {}, random, told);
    CheckNothingLost(disk, path, told);
    disk->SetSyncTime(std::chrono::milliseconds(5));
    const Habits buffered = {.sync = 0, .sync_all = 0, .flush = 0};
    WriteUntilPowerLoss(disk, path, 500 + random() % 2000, buffered, random,
                        told);
    CheckNothingLost(disk, path, told);
  }
}

rocksdb::Status WriteFile(rocksdb::Env* env, const std::string& path,
                          const std::string& content, bool sync) {
  std::unique_ptr<rocksdb::WritableFile> file;
  rocksdb::Status status =
      env->NewWritableFile(path, &file, rocksdb::EnvOptions());
  if (status.ok()) status = file->Append(content);
  if (status.ok()) status = file->Flush();
  if (status.ok() && sync) status = file->Sync();
  if (status.ok()) status = file->Close();
  return status;
}

rocksdb::Status SyncDirectory(rocksdb::Env* env, const std::string& path) {
  std::unique_ptr<rocksdb::Directory> directory;
  rocksdb::Status status = env->NewDirectory(path, &directory);
  return status.ok() ? directory->Fsync() : status;
}

std::optional<std::string> Content(const std::string& path) {
  if (!fs::exists(path)) return std::nullopt;
  return test::ReadFile(path).value();
}

// A model that keeps everything would prove nothing.
TEST_CASE("the disk may lose what was not synced and keeps what was",
          "[power_loss]") {
  std::map<std::string, int> seen;
  for (uint64_t seed = 0; seed < 60; ++seed) {
    Disk disk(seed);
    const std::string path = disk.path("data");
    rocksdb::Env* env = disk->env();
    REQUIRE(env->CreateDir(path).ok());
    REQUIRE(WriteFile(env, path + "/synced", "0123456789", true).ok());
    REQUIRE(WriteFile(env, path + "/tail", "0123456789", false).ok());
    REQUIRE(WriteFile(env, path + "/removed", "x", true).ok());
    REQUIRE(WriteFile(env, path + "/renamed", "old", true).ok());
    REQUIRE(SyncDirectory(env, path).ok());
    REQUIRE(WriteFile(env, path + "/entry", "x", true).ok());
    REQUIRE(env->DeleteFile(path + "/removed").ok());
    REQUIRE(WriteFile(env, path + "/temporary", "new", true).ok());
    REQUIRE(env->RenameFile(path + "/temporary", path + "/renamed").ok());
    disk->CutPower();
    CHECK_FALSE(WriteFile(env, path + "/late", "x", true).ok());
    CHECK_FALSE(env->DeleteFile(path + "/synced").ok());
    REQUIRE_OK(disk->Restore());

    CHECK(Content(path + "/synced") == "0123456789");
    CHECK_FALSE(fs::exists(path + "/late"));
    const auto tail = Content(path + "/tail");
    REQUIRE(tail.has_value());
    CHECK(std::string("0123456789").starts_with(*tail));
    const auto renamed = Content(path + "/renamed");
    CHECK((renamed == "old" || renamed == "new"));
    ++seen[tail->empty()       ? "tail lost"
           : tail->size() < 10 ? "tail cut"
                               : "tail kept"];
    ++seen[fs::exists(path + "/entry") ? "creation kept" : "creation undone"];
    ++seen[fs::exists(path + "/removed") ? "removal undone" : "removal kept"];
    ++seen[renamed == "old" ? "rename undone" : "rename kept"];
    // The power is on again, and what is there is durable.
    REQUIRE(WriteFile(env, path + "/late", "x", true).ok());
  }
  for (const char* outcome :
       {"tail lost", "tail cut", "tail kept", "creation kept",
        "creation undone", "removal undone", "removal kept", "rename undone",
        "rename kept"}) {
    INFO(outcome);
    CHECK(seen[outcome] > 0);
  }
}

}  // namespace
}  // namespace skg::storage
