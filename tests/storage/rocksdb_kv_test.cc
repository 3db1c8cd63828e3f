// What only the store on disk can get wrong: opening, reopening, damage, a full
// disk.
#include "storage/rocksdb_kv.h"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <map>
#include <system_error>
#include <thread>

#include "absl/strings/match.h"
#include "rocksdb/db.h"
#include "storage/rocksdb_status.h"
#include "support/power_loss_env.h"
#include "support/test_support.h"

namespace skg::storage {
namespace {

namespace fs = std::filesystem;

RocksDbOptions SmallOptions() { return {.memory_bytes = size_t{16} << 20}; }

std::unique_ptr<KvStore> MustOpen(
    const std::string& path, const RocksDbOptions& options = SmallOptions()) {
  auto opened = OpenRocksDb(path, options);
  REQUIRE_OK(opened);
  return *std::move(opened);
}

absl::Status PutOne(KvStore& kv, const std::string& key,
                    const std::string& value,
                    WriteMode mode = WriteMode::kSync) {
  const auto batch = kv.NewBatch();
  batch->Put(Family::kTerms, key, value);
  batch->Put(Family::kLog, key, value);
  return kv.Write(*batch, mode);
}

std::map<std::string, std::string> Content(KvStore& kv, Family family) {
  std::map<std::string, std::string> rows;
  const auto it = kv.NewIterator(family, {});
  for (it->SeekToFirst(); it->Valid(); it->Next()) {
    rows.emplace(it->key(), it->value());
  }
  REQUIRE_OK(it->status());
  return rows;
}

// Name -> content of every file below, but of no LOCK: closing a file that this
// process has locked gives the lock up.
std::map<std::string, std::string> Files(const fs::path& directory) {
  std::map<std::string, std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(directory)) {
    std::string content;
    const bool is_lock = entry.path().filename() == "LOCK";
    if (entry.is_regular_file() && !is_lock)
      content = test::ReadFile(entry.path()).value_or("");
    files[entry.path().string()] = content;
  }
  return files;
}

fs::path LargestFile(const fs::path& directory, const std::string& extension) {
  fs::path largest;
  for (const auto& entry : fs::directory_iterator(directory)) {
    if (entry.path().extension() != extension) continue;
    if (largest.empty() || entry.file_size() > fs::file_size(largest))
      largest = entry.path();
  }
  REQUIRE_FALSE(largest.empty());
  return largest;
}

void FlipByte(const fs::path& path, uint64_t offset) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekg(static_cast<std::streamoff>(offset));
  const int byte = file.get();
  file.seekp(static_cast<std::streamoff>(offset));
  file.put(static_cast<char>(byte ^ 0x10));
}

TEST_CASE("what was written is there after reopening", "[rocksdb]") {
  const test::TemporaryDirectory directory;
  const std::string path = directory / "a/b/data/";
  const auto mode = GENERATE(WriteMode::kSync, WriteMode::kBuffered);
  const bool flush = GENERATE(false, true);
  {
    const auto kv = MustOpen(path);
    for (int i = 0; i < 100; ++i) {
      REQUIRE_OK(PutOne(*kv, std::to_string(i), std::string(100, 'v'), mode));
    }
    if (flush) REQUIRE_OK(kv->Flush());
    const auto batch = kv->NewBatch();
    batch->DeleteRange(Family::kTerms, "5", "6");
    REQUIRE_OK(kv->Write(*batch, mode));
    CHECK(kv->DiskBytes().value() > 0);
  }
  const auto kv =
      MustOpen(path, {.create = false, .memory_bytes = size_t{16} << 20});
  CHECK(Content(*kv, Family::kTerms).size() == 89);
  CHECK(Content(*kv, Family::kLog).size() == 100);
}

TEST_CASE("a store that grows past its memory keeps every row", "[rocksdb]") {
  const test::TemporaryDirectory directory;
  const std::string path = directory / "data";
  auto random = test::Random(2);
  std::string noise(1000, '\0');
  for (char& c : noise) c = static_cast<char>(random());
  {
    const auto kv = MustOpen(path, {.memory_bytes = size_t{8} << 20});
    for (int i = 0; i < 20000; i += 100) {
      const auto batch = kv->NewBatch();
      for (int j = i; j < i + 100; ++j) {
        batch->Put(Family::kDelta, std::to_string((j * 7919) % 20000), noise);
      }
      REQUIRE_OK(kv->Write(*batch, WriteMode::kBuffered));
    }
    CHECK(Content(*kv, Family::kDelta).size() == 20000);
  }
  const auto kv = MustOpen(path);
  const auto rows = Content(*kv, Family::kDelta);
  REQUIRE(rows.size() == 20000);
  CHECK(std::all_of(rows.begin(), rows.end(),
                    [&](const auto& row) { return row.second == noise; }));
}

TEST_CASE("a directory that lacks a family gets it", "[rocksdb]") {
  const test::TemporaryDirectory directory;
  const std::string path = directory / "data";
  {
    const auto kv = MustOpen(path);
    REQUIRE_OK(PutOne(*kv, "a", "1"));
  }
  {
    // An older version's directory: without `followers`.
    std::vector<std::string> names;
    REQUIRE(rocksdb::DB::ListColumnFamilies({}, path, &names).ok());
    std::vector<rocksdb::ColumnFamilyDescriptor> families;
    for (const auto& name : names)
      families.emplace_back(name, rocksdb::ColumnFamilyOptions());
    std::vector<rocksdb::ColumnFamilyHandle*> handles;
    rocksdb::DB* db = nullptr;
    REQUIRE(rocksdb::DB::Open({}, path, families, &handles, &db).ok());
    for (size_t i = 0; i < names.size(); ++i) {
      if (names[i] == "followers")
        REQUIRE(db->DropColumnFamily(handles[i]).ok());
      REQUIRE(db->DestroyColumnFamilyHandle(handles[i]).ok());
    }
    delete db;
    fs::remove(fs::path(path) / "LOG");
  }
  const auto kv = MustOpen(path);
  CHECK(Content(*kv, Family::kTerms).size() == 1);
  CHECK(Content(*kv, Family::kFollowers).empty());
}

TEST_CASE("what is missing is not found and not made", "[rocksdb]") {
  const test::TemporaryDirectory directory;
  RocksDbOptions options = SmallOptions();
  options.create = false;
  CHECK(OpenRocksDb(directory / "none", options).status().code() ==
        absl::StatusCode::kNotFound);
  fs::create_directory(directory / "empty");
  CHECK(OpenRocksDb(directory / "empty", options).status().code() ==
        absl::StatusCode::kNotFound);
  CHECK(Files(directory.path()).size() == 1);
  CHECK(OpenRocksDb("", options).status().code() ==
        absl::StatusCode::kInvalidArgument);
}

TEST_CASE("a data directory without its CURRENT is damaged and left alone",
          "[rocksdb]") {
  const test::TemporaryDirectory directory;
  const std::string path = directory / "data";
  { REQUIRE_OK(PutOne(*MustOpen(path), "a", "1")); }
  fs::remove(path + "/CURRENT");
  const auto before = Files(directory.path());
  const auto status = OpenRocksDb(path, SmallOptions()).status();
  INFO(status);
  CHECK(absl::IsDataLoss(status));
  CHECK(absl::StrContains(std::string(status.message()), "CURRENT"));
  CHECK(Files(directory.path()) == before);
}

TEST_CASE("what is not a data directory is refused and left alone",
          "[rocksdb]") {
  const test::TemporaryDirectory directory;
  const std::string path = directory / "data";
  SECTION("a file") { std::ofstream(path) << "text"; }
  SECTION("a directory of something else") {
    fs::create_directory(path);
    std::ofstream(path + "/notes.txt") << "text";
  }
  SECTION("another program's RocksDB") {
    rocksdb::Options options;
    options.create_if_missing = true;
    rocksdb::DB* db = nullptr;
    REQUIRE(rocksdb::DB::Open(options, path, &db).ok());
    REQUIRE(db->Put({}, "key", "value").ok());
    delete db;
  }
  SECTION("a RocksDB with families that this version does not know") {
    { REQUIRE_OK(PutOne(*MustOpen(path), "a", "1")); }
    std::vector<std::string> names;
    REQUIRE(rocksdb::DB::ListColumnFamilies({}, path, &names).ok());
    std::vector<rocksdb::ColumnFamilyDescriptor> families;
    for (const auto& name : names)
      families.emplace_back(name, rocksdb::ColumnFamilyOptions());
    families.emplace_back("hyperedges", rocksdb::ColumnFamilyOptions());
    rocksdb::DBOptions options;
    options.create_missing_column_families = true;
    std::vector<rocksdb::ColumnFamilyHandle*> handles;
    rocksdb::DB* db = nullptr;
    REQUIRE(rocksdb::DB::Open(options, path, families, &handles, &db).ok());
    for (auto* handle : handles)
      REQUIRE(db->DestroyColumnFamilyHandle(handle).ok());
    delete db;
  }
  const auto before = Files(directory.path());
  const auto status = OpenRocksDb(path, SmallOptions()).status();
  INFO(status);
  CHECK(status.code() == absl::StatusCode::kFailedPrecondition);
  CHECK(
      absl::StrContains(std::string(status.message()), "not a data directory"));
  CHECK_FALSE(absl::StrContains(std::string(status.message()), "\n"));
  CHECK(Files(directory.path()) == before);
}

TEST_CASE("a creation that was cut short is finished", "[rocksdb]") {
  const test::TemporaryDirectory directory;
  const std::string path = directory / "data";
  fs::create_directory(path);
  std::ofstream(path + "/MANIFEST-000001") << "half a rec";
  std::ofstream(path + "/000001.dbtmp") << "MANI";
  std::ofstream(path + "/LOCK") << "";
  const auto kv = MustOpen(path);
  REQUIRE_OK(PutOne(*kv, "a", "1"));
}

TEST_CASE("a directory is open once", "[rocksdb]") {
  const test::TemporaryDirectory directory;
  const std::string path = directory / "data";
  { REQUIRE_OK(PutOne(*MustOpen(path), "a", "1")); }

  SECTION("within a process") {
    const auto kv = MustOpen(path);
    const auto again = OpenRocksDb(path, SmallOptions()).status();
    CHECK(again.code() == absl::StatusCode::kFailedPrecondition);
    REQUIRE_OK(PutOne(*kv, "b", "2"));
  }
  SECTION("among processes") {
    // The child is made before the store is opened here, so that it inherits
    // nothing of it.
    int go[2], answer[2];
    REQUIRE(pipe(go) == 0);
    REQUIRE(pipe(answer) == 0);
    const pid_t child = fork();
    REQUIRE(child >= 0);
    if (child == 0) {
      close(go[1]);  // the parent's end is the end
      char byte = 0;
      if (read(go[0], &byte, 1) != 1) _exit(2);
      const std::string text =
          OpenRocksDb(path, SmallOptions()).status().ToString();
      _exit(write(answer[1], text.data(), text.size()) ==
                    static_cast<ssize_t>(text.size())
                ? 0
                : 3);
    }
    close(answer[1]);
    const auto kv = MustOpen(path);
    const auto before = Files(path);
    REQUIRE(write(go[1], "g", 1) == 1);
    std::string text(1000, '\0');
    const ssize_t size = read(answer[0], text.data(), text.size());
    REQUIRE(size > 0);
    text.resize(static_cast<size_t>(size));
    int exit_status = 0;
    REQUIRE(waitpid(child, &exit_status, 0) == child);
    CHECK(exit_status == 0);
    INFO(text);
    CHECK(absl::StartsWith(text, "FAILED_PRECONDITION"));
    CHECK(absl::StrContains(text, "in use by another process"));
    CHECK_FALSE(absl::StrContains(text, "\n"));
    // The owner may remove files of its own meanwhile.
    for (const auto& [name, content] : Files(path))
      CHECK(before.contains(name));
    for (const int fd : {go[0], go[1], answer[0]}) close(fd);
    REQUIRE_OK(PutOne(*kv, "b", "2"));
  }
  const auto kv = MustOpen(path);
  CHECK(Content(*kv, Family::kTerms).size() == 2);
}

// A log of 200 batches of about 250 bytes.
void WriteLog(const std::string& path) {
  const auto kv = MustOpen(path);
  for (int i = 0; i < 200; ++i) {
    REQUIRE_OK(PutOne(*kv, "key" + std::to_string(1000 + i),
                      std::string(100, 'v'), WriteMode::kBuffered));
  }
}

TEST_CASE("a flipped byte in the log is data loss, not a shorter log",
          "[rocksdb]") {
  const test::TemporaryDirectory directory;
  const std::string path = directory / "data";
  WriteLog(path);
  const fs::path log = LargestFile(path, ".log");
  const uint64_t size = fs::file_size(log);
  auto random = test::Random(3);
  // Not in the last record: that one may be the torn one.
  for (int round = 0; round < 10; ++round) {
    const uint64_t offset = random() % (size - 1000);
    INFO("byte " << offset << " of " << size);
    FlipByte(log, offset);
    const auto damaged = OpenRocksDb(path, SmallOptions());
    CHECK(damaged.status().code() == absl::StatusCode::kDataLoss);
    CHECK(absl::StrContains(std::string(damaged.status().message()), path));
    FlipByte(log, offset);
  }
  const auto kv = MustOpen(path);
  CHECK(Content(*kv, Family::kTerms).size() == 200);
}

TEST_CASE("a torn end of the log is cut off", "[rocksdb]") {
  const test::TemporaryDirectory directory;
  const std::string path = directory / "data";
  WriteLog(path);
  const fs::path log = LargestFile(path, ".log");
  const auto cut = GENERATE(1, 3, 100, 230);
  fs::resize_file(log, fs::file_size(log) - static_cast<uint64_t>(cut));
  const auto kv = MustOpen(path);
  const auto rows = Content(*kv, Family::kTerms);
  CHECK(rows.size() == 199);
  CHECK(rows.rbegin()->first == "key1198");
  CHECK(Content(*kv, Family::kLog) == rows);
}

TEST_CASE("a lost file CURRENT is data loss, and the rest is left alone",
          "[rocksdb]") {
  const test::TemporaryDirectory directory;
  const std::string path = directory / "data";
  { REQUIRE_OK(PutOne(*MustOpen(path), "a", "1")); }
  fs::remove(path + "/CURRENT");
  const auto before = Files(directory.path());
  const auto status = OpenRocksDb(path, SmallOptions()).status();
  INFO(status);
  CHECK(status.code() == absl::StatusCode::kDataLoss);
  CHECK(absl::StrContains(std::string(status.message()), "CURRENT is missing"));
  CHECK(Files(directory.path()) == before);
}

TEST_CASE("a lost file of the store is data loss", "[rocksdb]") {
  const test::TemporaryDirectory directory;
  const std::string path = directory / "data";
  {
    const auto kv = MustOpen(path);
    REQUIRE_OK(PutOne(*kv, "a", "1"));
    REQUIRE_OK(kv->Flush());
  }
  fs::remove(LargestFile(path, ".sst"));
  CHECK(OpenRocksDb(path, SmallOptions()).status().code() ==
        absl::StatusCode::kDataLoss);
}

TEST_CASE("a flipped byte in a sorted file is data loss when it is read",
          "[rocksdb]") {
  const test::TemporaryDirectory directory;
  const std::string path = directory / "data";
  {
    const auto kv = MustOpen(path);
    const auto batch = kv->NewBatch();
    for (int i = 0; i < 1000; ++i)
      batch->Put(Family::kGspo, std::to_string(i), "value");
    REQUIRE_OK(kv->Write(*batch, WriteMode::kBuffered));
    REQUIRE_OK(kv->Flush());
  }
  FlipByte(LargestFile(path, ".sst"), 100);
  const auto kv = MustOpen(path);
  const auto it = kv->NewIterator(Family::kGspo, {});
  for (it->SeekToFirst(); it->Valid(); it->Next()) {
  }
  CHECK(it->status().code() == absl::StatusCode::kDataLoss);
  std::string value;
  CHECK(kv->Get(Family::kGspo, "1", &value).status().code() ==
        absl::StatusCode::kDataLoss);
  const std::vector<std::string> keys = {"1"};
  CHECK(kv->MultiGet(Family::kGspo, keys).status().code() ==
        absl::StatusCode::kDataLoss);
}

TEST_CASE("a full disk stops the store until it is reopened", "[rocksdb]") {
  const test::TemporaryDirectory directory;
  fs::create_directory(directory / "scratch");
  test::PowerLossEnv disk(directory / "scratch", test::Seed());
  RocksDbOptions options = SmallOptions();
  options.env = disk.env();
  const std::string path = directory / "data";
  auto kv = MustOpen(path, options);
  REQUIRE_OK(PutOne(*kv, "before", "1"));
  disk.FailChange(1, test::DiskFault::kNoSpace, true);
  CHECK(PutOne(*kv, "during", "2").code() ==
        absl::StatusCode::kResourceExhausted);
  disk.FailChange(0, test::DiskFault::kNoSpace, false);

  const auto later = PutOne(*kv, "after", "3");
  CHECK(later.code() == absl::StatusCode::kUnavailable);
  CHECK(absl::StrContains(std::string(later.message()), "reopen"));
  CHECK(kv->Sync().code() == absl::StatusCode::kUnavailable);
  CHECK(kv->Flush().code() == absl::StatusCode::kUnavailable);
  CHECK(Content(*kv, Family::kTerms).size() == 1);  // reading goes on

  kv.reset();
  kv = MustOpen(path, options);
  REQUIRE_OK(PutOne(*kv, "after", "4"));
  const auto rows = Content(*kv, Family::kTerms);
  CHECK(rows.at("before") == "1");
  CHECK(rows.at("after") == "4");
  CHECK(rows == Content(*kv, Family::kLog));
}

TEST_CASE("a limit of files or of their owner is one of resources",
          "[rocksdb]") {
  const auto code_of = [](int error) {
    const std::string reason = std::generic_category().message(error);
    return ToAbsl(rocksdb::Status::IOError("While appending to file: /data/1",
                                           reason),
                  "a load")
        .code();
  };
  CHECK(code_of(EFBIG) == absl::StatusCode::kResourceExhausted);
  CHECK(code_of(EDQUOT) == absl::StatusCode::kResourceExhausted);
  CHECK(code_of(EIO) == absl::StatusCode::kUnavailable);
}

TEST_CASE("a failed sync acknowledges nothing behind it", "[rocksdb]") {
  const test::TemporaryDirectory directory;
  fs::create_directory(directory / "scratch");
  test::PowerLossEnv disk(directory / "scratch", test::Seed());
  RocksDbOptions options = SmallOptions();
  options.env = disk.env();
  const auto kv = MustOpen(directory / "data", options);
  REQUIRE_OK(PutOne(*kv, "a", "1", WriteMode::kBuffered));
  disk.FailChange(1, test::DiskFault::kIoError, false);  // the sync
  CHECK(kv->Sync().code() == absl::StatusCode::kUnavailable);
  CHECK(disk.fault_fired());
  CHECK(PutOne(*kv, "b", "2").code() == absl::StatusCode::kUnavailable);
}

TEST_CASE("opening fails cleanly at any change of the disk", "[rocksdb]") {
  const auto fault =
      GENERATE(test::DiskFault::kNoSpace, test::DiskFault::kIoError);
  const test::TemporaryDirectory directory;
  fs::create_directory(directory / "scratch");
  test::PowerLossEnv disk(directory / "scratch", test::Seed());
  RocksDbOptions options = SmallOptions();
  options.env = disk.env();
  const std::string path = directory / "data";
  bool finished = false;
  for (uint64_t n = 1; !finished; n += 1 + n / 4) {
    INFO("change " << n);
    REQUIRE(n < 2000);
    fs::remove_all(path);
    disk.CutPower();
    REQUIRE_OK(disk.Restore());  // forgets the old directory
    disk.FailChange(n, fault, true);
    auto opened = OpenRocksDb(path, options);
    finished = !disk.fault_fired();
    if (finished) REQUIRE_OK(opened);
    if (!opened.ok()) {
      const auto code = opened.status().code();
      INFO(opened.status());
      CHECK((code == absl::StatusCode::kResourceExhausted ||
             code == absl::StatusCode::kUnavailable));
    }
    opened = absl::CancelledError();
    disk.FailChange(0, fault, false);
    const auto kv = MustOpen(path, options);
    REQUIRE_OK(PutOne(*kv, "a", "1"));
  }
}

// Puts the files of a checkpoint into `directory`.
void Materialise(const KvCheckpoint& checkpoint, const fs::path& directory) {
  fs::create_directories(directory);
  for (size_t i = 0; i < checkpoint.files().size(); ++i) {
    const KvFile& file = checkpoint.files()[i];
    std::ofstream out(directory / file.name, std::ios::binary);
    uint64_t bytes = 0;
    REQUIRE_OK(checkpoint.Read(i, [&](std::string_view piece) {
      out << piece;
      bytes += piece.size();
      return absl::OkStatus();
    }));
    CHECK(bytes == file.size);
  }
}

TEST_CASE("a checkpoint is the store at one moment, whatever comes after",
          "[rocksdb]") {
  const test::TemporaryDirectory directory;
  const auto kv = MustOpen(directory / "data");
  // Larger than what is copied as a log: a flush makes tables of it.
  for (int i = 0; i < 8; ++i)
    REQUIRE_OK(PutOne(*kv, "a" + std::to_string(i), std::string(300'000, 'x'),
                      WriteMode::kBuffered));
  auto large = kv->NewCheckpoint();
  REQUIRE_OK(large);
  REQUIRE_OK(PutOne(*kv, "b", "small", WriteMode::kBuffered));
  auto small = kv->NewCheckpoint();
  REQUIRE_OK(small);
  // The tables they name are merged away, and stay for them.
  for (int round = 0; round < 6; ++round) {
    REQUIRE_OK(PutOne(*kv, "a" + std::to_string(round), "new"));
    REQUIRE_OK(kv->Flush());
  }
  Materialise(**large, directory / "large");
  Materialise(**small, directory / "small");
  const auto tables = [](const KvCheckpoint& checkpoint) {
    std::map<std::string, uint64_t> ids;
    for (const KvFile& file : checkpoint.files()) {
      if (!file.name.ends_with(".sst")) continue;
      CHECK_FALSE(file.content_id.empty());
      ids[file.content_id] = file.size;
    }
    return ids;
  };
  // The later one has all tables of the earlier one, under the same names.
  const auto before = tables(**large), after = tables(**small);
  CHECK_FALSE(before.empty());
  CHECK(
      std::includes(after.begin(), after.end(), before.begin(), before.end()));
  large = absl::UnknownError("released");
  small = absl::UnknownError("released");
  {
    const auto then = MustOpen(directory / "large");
    CHECK(Content(*then, Family::kTerms).size() == 8);
    CHECK(Content(*then, Family::kLog).at("a0").size() == 300'000);
  }
  const auto then = MustOpen(directory / "small");
  CHECK(Content(*then, Family::kTerms).size() == 9);
  CHECK(Content(*then, Family::kTerms).at("b") == "small");
  CHECK(Content(*kv, Family::kTerms).at("a0") == "new");
}

TEST_CASE("a short log is copied, not flushed", "[rocksdb]") {
  const test::TemporaryDirectory directory;
  const auto kv = MustOpen(directory / "data");
  REQUIRE_OK(PutOne(*kv, "a", "b", WriteMode::kBuffered));
  const auto checkpoint = kv->NewCheckpoint();
  REQUIRE_OK(checkpoint);
  for (const KvFile& file : (*checkpoint)->files())
    CHECK_FALSE(file.name.ends_with(".sst"));
  Materialise(**checkpoint, directory / "copy");
  CHECK(Content(*MustOpen(directory / "copy"), Family::kTerms).at("a") == "b");
}

TEST_CASE("a store that has stopped gives no checkpoint", "[rocksdb]") {
  const test::TemporaryDirectory directory;
  fs::create_directory(directory / "scratch");
  test::PowerLossEnv disk(directory / "scratch", test::Seed());
  RocksDbOptions options = SmallOptions();
  options.env = disk.env();
  const auto kv = MustOpen(directory / "data", options);
  REQUIRE_OK(PutOne(*kv, "a", std::string(900'000, 'x')));
  REQUIRE_OK(PutOne(*kv, "b", std::string(900'000, 'x')));
  disk.FailChange(1, test::DiskFault::kIoError, true);
  CHECK(absl::IsUnavailable(kv->NewCheckpoint().status()));
  disk.FailChange(0, test::DiskFault::kIoError, false);
  CHECK(absl::IsUnavailable(kv->NewCheckpoint().status()));
  CHECK(absl::IsUnavailable(PutOne(*kv, "c", "d")));
  CHECK(Content(*kv, Family::kTerms).size() == 2);
}

TEST_CASE("warnings reach the owner's log, RocksDB writes none of its own",
          "[rocksdb]") {
  const test::TemporaryDirectory directory;
  const std::string path = directory / "data";
  std::atomic<int> lines{0};
  RocksDbOptions options = SmallOptions();
  options.log = [&](std::string_view) { ++lines; };
  { REQUIRE_OK(PutOne(*MustOpen(path, options), "a", "1")); }
  CHECK(lines == 0);
  CHECK_FALSE(fs::exists(path + "/LOG"));
  { WriteLog(path); }
  FlipByte(LargestFile(path, ".log"), 40);
  const auto damaged = OpenRocksDb(path, options).status();
  INFO(damaged);
  CHECK(damaged.code() == absl::StatusCode::kDataLoss);
  CHECK(lines > 0);
}

TEST_CASE("the background writes no more than it is let") {
  test::TemporaryDirectory directory;
  RocksDbOptions options = SmallOptions();
  options.background_io_bytes = uint64_t{64} << 20;
  const auto store = MustOpen(directory / "bounded", options);
  CHECK(store->background_bytes() == 0);
  // More than the bucket ever holds at once.
  store->AdmitBackgroundWrite(size_t{10} << 20);
  CHECK(store->background_bytes() == size_t{10} << 20);

  // RocksDB's own background takes from the same bucket.
  const auto batch = store->NewBatch();
  std::string value(1000, 'x');
  auto random = test::Random(7);
  for (int i = 0; i < 1000; ++i) {
    for (char& c : value) c = static_cast<char>(random());
    batch->Put(Family::kTerms, "key" + std::to_string(i), value);
  }
  REQUIRE_OK(store->Write(*batch, WriteMode::kBuffered));
  CHECK(store->background_bytes() == size_t{10} << 20);  // a commit's write
  REQUIRE_OK(store->Flush());
  CHECK(store->background_bytes() >= (size_t{10} << 20) + 1'000'000);

  const auto unbounded = MustOpen(directory / "unbounded");
  unbounded->AdmitBackgroundWrite(size_t{10} << 20);
  CHECK(unbounded->background_bytes() == 0);
}

}  // namespace
}  // namespace skg::storage
