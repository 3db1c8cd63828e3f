// A store that another one writes: whole states, held still, and nothing of the
// directory changed.
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <thread>

#include "absl/strings/match.h"
#include "rocksdb/db.h"
#include "storage/rocksdb_kv.h"
#include "storage/rocksdb_reader_kv.h"
#include "support/test_support.h"

namespace skg::storage {
namespace {

namespace fs = std::filesystem;

constexpr size_t kMemory = size_t{16} << 20;

std::unique_ptr<KvStore> MustOpenWriter(const std::string& path) {
  auto opened = OpenRocksDb(path, {.memory_bytes = kMemory});
  REQUIRE_OK(opened);
  return *std::move(opened);
}

// Looks at each read.
std::unique_ptr<KvStore> MustOpenReader(
    const std::string& path,
    absl::Duration interval = absl::InfiniteDuration()) {
  auto opened = OpenRocksDbReader(
      path, {.memory_bytes = kMemory, .catch_up_interval = interval});
  REQUIRE_OK(opened);
  return *std::move(opened);
}

void Put(KvStore& kv, const std::string& key, const std::string& value) {
  const auto batch = kv.NewBatch();
  batch->Put(Family::kTerms, key, value);
  batch->Put(Family::kDelta, key, value);
  REQUIRE_OK(kv.Write(*batch, WriteMode::kBuffered));
}

// "-": there is none.
std::string Get(const KvStore& kv, const std::string& key,
                const KvSnapshot* at = nullptr,
                Family family = Family::kTerms) {
  std::string value;
  const auto found = kv.Get(family, key, &value, at);
  REQUIRE_OK(found);
  return *found ? value : "-";
}

std::map<std::string, std::string> Rows(const KvStore& kv, Family family,
                                        const KvSnapshot* at = nullptr) {
  std::map<std::string, std::string> rows;
  const auto it = kv.NewIterator(family, {.snapshot = at});
  for (it->SeekToFirst(); it->Valid(); it->Next())
    rows.emplace(it->key(), it->value());
  REQUIRE_OK(it->status());
  return rows;
}

// Name -> content and time of the last change of every file.
std::map<std::string, std::string> Files(const fs::path& directory) {
  std::map<std::string, std::string> files;
  for (const auto& entry : fs::directory_iterator(directory)) {
    const auto content = skg::test::ReadFile(entry.path());
    REQUIRE_OK(content);
    files[entry.path().filename()] =
        *content + "@" +
        std::to_string(
            fs::last_write_time(entry.path()).time_since_epoch().count());
  }
  return files;
}

TEST_CASE("a reader sees what was written when it looks, and only then") {
  const skg::test::TemporaryDirectory directory;
  const auto writer = MustOpenWriter(directory / "data");
  Put(*writer, "a", "1");
  const auto reader = MustOpenReader(directory / "data");
  CHECK(reader->read_only());
  CHECK_FALSE(writer->read_only());
  CHECK(Get(*reader, "a") == "1");
  Put(*writer, "a", "2");
  Put(*writer, "b", "3");
  CHECK(Get(*reader, "a") == "1");
  REQUIRE_OK(reader->CatchUp());
  CHECK(Get(*reader, "a") == "2");
  const std::vector<std::string> keys = {"b", "c", "a"};
  const auto values = reader->MultiGet(Family::kTerms, keys);
  REQUIRE_OK(values);
  CHECK(*values == std::vector<std::optional<std::string>>{"3", {}, "2"});
  CHECK(Rows(*reader, Family::kDelta) == Rows(*writer, Family::kDelta));
}

TEST_CASE("a reader looks by itself once its state is old") {
  const skg::test::TemporaryDirectory directory;
  const auto writer = MustOpenWriter(directory / "data");
  Put(*writer, "a", "1");
  const auto reader = MustOpenReader(directory / "data", absl::Milliseconds(1));
  Put(*writer, "a", "2");
  const absl::Time end = absl::Now() + absl::Seconds(60);
  while (Get(*reader, "a") != "2" && absl::Now() < end)
    absl::SleepFor(absl::Milliseconds(1));
  CHECK(Get(*reader, "a") == "2");
}

// A secondary instance that goes on over a flush keeps the older row in its
// memtable and shows it; and a removed row that is compacted away comes back.
TEST_CASE("what the writer replaced, removed and flushed does not come back") {
  const skg::test::TemporaryDirectory directory;
  const auto writer = MustOpenWriter(directory / "data");
  Put(*writer, "kept", "1");
  Put(*writer, "gone", "1");
  const auto reader = MustOpenReader(directory / "data");
  CHECK(Get(*reader, "gone") == "1");
  Put(*writer, "kept", "2");
  const auto batch = writer->NewBatch();
  batch->Delete(Family::kTerms, "gone");
  batch->DeleteRange(Family::kDelta, "g", "h");
  REQUIRE_OK(writer->Write(*batch, WriteMode::kBuffered));
  REQUIRE_OK(writer->Flush());
  REQUIRE_OK(reader->CatchUp());
  CHECK(Get(*reader, "kept") == "2");
  CHECK(Get(*reader, "gone") == "-");
  CHECK(Get(*reader, "gone", nullptr, Family::kDelta) == "-");
  CHECK(Rows(*reader, Family::kTerms) ==
        std::map<std::string, std::string>{{"kept", "2"}});
}

TEST_CASE("a reader's snapshot stands still, through flushes and deletions") {
  const skg::test::TemporaryDirectory directory;
  const auto writer = MustOpenWriter(directory / "data");
  const std::string big(2000, 'x');
  for (int i = 0; i < 1000; ++i)
    Put(*writer, "key" + std::to_string(i), big + std::to_string(i));
  REQUIRE_OK(writer->Flush());
  const auto reader = MustOpenReader(directory / "data");
  const auto before = reader->NewSnapshot();
  const auto rows = Rows(*reader, Family::kTerms, before.get());
  CHECK(rows.size() == 1000);
  const auto scan =
      reader->NewIterator(Family::kTerms, {.snapshot = before.get()});
  scan->SeekToFirst();
  // The table files of that state are compacted away.
  for (int round = 0; round < 12; ++round) {
    const auto batch = writer->NewBatch();
    batch->DeleteRange(Family::kTerms, "key", "kez");
    REQUIRE_OK(writer->Write(*batch, WriteMode::kBuffered));
    Put(*writer, "round", std::to_string(round));
    REQUIRE_OK(writer->Flush());
    REQUIRE_OK(reader->CatchUp());
    CHECK(Get(*reader, "round") == std::to_string(round));
    CHECK(Get(*reader, "round", before.get()) == "-");
  }
  CHECK(Rows(*reader, Family::kTerms).size() == 1);
  CHECK(Rows(*reader, Family::kTerms, before.get()) == rows);
  size_t scanned = 0;
  for (; scan->Valid(); scan->Next()) ++scanned;
  REQUIRE_OK(scan->status());
  CHECK(scanned == 1000);
}

TEST_CASE("a reader holds three states, and says so") {
  const skg::test::TemporaryDirectory directory;
  const auto writer = MustOpenWriter(directory / "data");
  Put(*writer, "a", "0");
  const auto reader = MustOpenReader(directory / "data");
  std::vector<std::unique_ptr<KvSnapshot>> held;  // ends before the reader
  for (int i = 0; i < 3; ++i) {
    Put(*writer, "a", std::to_string(i));
    REQUIRE_OK(reader->CatchUp());
    held.push_back(reader->NewSnapshot());
  }
  Put(*writer, "a", "3");
  const absl::Status full = reader->CatchUp();
  CHECK(full.code() == absl::StatusCode::kResourceExhausted);
  CHECK(absl::StrContains(full.message(), "end one of them"));
  // Others go on with the newest of the three.
  CHECK(Get(*reader, "a", reader->NewSnapshot().get()) == "2");
  for (int i = 0; i < 3; ++i)
    CHECK(Get(*reader, "a", held[i].get()) == std::to_string(i));
  held.erase(held.begin());
  REQUIRE_OK(reader->CatchUp());
  CHECK(Get(*reader, "a") == "3");
  CHECK(Get(*reader, "a", held.front().get()) == "1");
}

TEST_CASE("a reader follows a writer that is opened again") {
  const skg::test::TemporaryDirectory directory;
  auto writer = MustOpenWriter(directory / "data");
  Put(*writer, "a", "1");
  const auto reader = MustOpenReader(directory / "data");
  for (int i = 0; i < 5; ++i) {
    writer.reset();
    REQUIRE_OK(reader->CatchUp());
    CHECK(Get(*reader, "a") == std::to_string(i + 1));
    writer = MustOpenWriter(directory / "data");
    Put(*writer, "a", std::to_string(i + 2));
    REQUIRE_OK(reader->CatchUp());
    CHECK(Get(*reader, "a") == std::to_string(i + 2));
  }
}

TEST_CASE("a reader changes nothing in the directory and takes no lock") {
  const skg::test::TemporaryDirectory directory;
  const std::string path = directory / "data";
  {
    const auto writer = MustOpenWriter(path);
    Put(*writer, "a", "1");
    REQUIRE_OK(writer->Flush());
    Put(*writer, "b", "2");
  }
  const auto files = Files(path);
  {
    const auto reader = MustOpenReader(path + "//");
    CHECK(Get(*reader, "b") == "2");
    REQUIRE_OK(reader->CatchUp());
    const auto batch = reader->NewBatch();
    batch->Put(Family::kTerms, "a", "3");
    for (const absl::Status& refused : {reader->Write(*batch, WriteMode::kSync),
                                        reader->Sync(), reader->Flush()}) {
      CHECK(refused.code() == absl::StatusCode::kFailedPrecondition);
      CHECK(absl::StrContains(refused.message(), "opened for reading"));
    }
    CHECK(Get(*reader, "a") == "1");
    const auto bytes = reader->DiskBytes();
    REQUIRE_OK(bytes);
    CHECK(*bytes > 0);
    CHECK(Files(path) == files);
    // A writer may come while it reads.
    const auto writer = MustOpenWriter(path);
    Put(*writer, "a", "4");
    REQUIRE_OK(reader->CatchUp());
    CHECK(Get(*reader, "a") == "4");
  }
}

TEST_CASE("a reader says what a directory is that it cannot read") {
  const skg::test::TemporaryDirectory directory;
  const auto open = [&](const std::string& path) {
    return OpenRocksDbReader(path, {.memory_bytes = kMemory}).status();
  };
  CHECK(absl::IsNotFound(open(directory / "none")));
  CHECK_FALSE(fs::exists(directory / "none"));
  fs::create_directory(directory / "empty");
  CHECK(absl::IsNotFound(open(directory / "empty")));
  CHECK(fs::is_empty(directory / "empty"));
  std::ofstream(directory / "file") << "text";
  CHECK(absl::IsFailedPrecondition(open(directory / "file")));
  CHECK(open("").code() == absl::StatusCode::kInvalidArgument);
  // A store before its families are made.
  rocksdb::Options options;
  options.create_if_missing = true;
  rocksdb::DB* db = nullptr;
  REQUIRE(rocksdb::DB::Open(options, directory / "begun", &db).ok());
  const std::unique_ptr<rocksdb::DB> begun(db);
  const absl::Status unfinished = open(directory / "begun");
  INFO(unfinished);
  CHECK(absl::IsNotFound(unfinished));
  CHECK(absl::StrContains(unfinished.message(), "still making"));
}

TEST_CASE("a damaged log is an error for a reader, not a gap") {
  const skg::test::TemporaryDirectory directory;
  const std::string path = directory / "data";
  auto writer = MustOpenWriter(path);
  for (int i = 0; i < 2000; ++i)
    Put(*writer, "key" + std::to_string(i), std::string(100, 'x'));
  std::string log;
  for (const auto& entry : fs::directory_iterator(path)) {
    if (entry.path().extension() == ".log" && entry.file_size() > 0)
      log = entry.path();
  }
  writer.reset();
  REQUIRE_FALSE(log.empty());
  std::fstream file(log, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(static_cast<std::streamoff>(fs::file_size(log) / 2));
  file.put('\x55');
  file.put('\xAA');
  file.close();
  CHECK(absl::IsDataLoss(
      OpenRocksDbReader(path, {.memory_bytes = kMemory}).status()));
}

// Whole over all families, while they are flushed one by one.
TEST_CASE("a reader never joins states of different moments") {
  const skg::test::TemporaryDirectory directory;
  const auto writer = MustOpenWriter(directory / "data");
  Put(*writer, "n", "0");
  std::atomic<bool> stop{false};
  std::thread writing([&] {
    const std::string filler(20'000, 'x');
    for (int i = 1; !stop; ++i) {
      const auto batch = writer->NewBatch();
      // One family is written at each step, others seldom.
      for (const Family family : {Family::kTerms, Family::kDelta,
                                  Family::kManifest, Family::kStats}) {
        batch->Put(family, "n", std::to_string(i));
      }
      batch->Put(Family::kDelta, "fill" + std::to_string(i % 200), filler);
      if (i % 64 == 0) batch->DeleteRange(Family::kDelta, "fill", "filk");
      if (!writer->Write(*batch, WriteMode::kBuffered).ok()) return;
      if (i % 50 == 0 && !writer->Flush().ok()) return;
    }
  });
  const auto reader = MustOpenReader(directory / "data", absl::ZeroDuration());
  const absl::Time end = absl::Now() + absl::Seconds(4);
  int states = 0, last = -1;
  bool whole = true, forward = true;
  while (absl::Now() < end) {
    REQUIRE_OK(reader->CatchUp());
    const auto at = reader->NewSnapshot();
    const std::string n = Get(*reader, "n", at.get());
    if (n == "0") continue;  // before the first batch
    for (const Family family :
         {Family::kDelta, Family::kManifest, Family::kStats}) {
      whole = whole && Get(*reader, "n", at.get(), family) == n;
    }
    forward = forward && std::stoi(n) >= last;
    if (std::stoi(n) > last) ++states;
    last = std::stoi(n);
  }
  stop = true;
  writing.join();
  CHECK(whole);
  CHECK(forward);
  CHECK(states > 20);
}

}  // namespace
}  // namespace skg::storage
