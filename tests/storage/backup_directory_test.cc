// Backups of a whole directory: what is in them, what they share, and that half
// of one is none.
#include "storage/backup_directory.h"

#include <atomic>
#include <filesystem>
#include <fstream>
#include <thread>

#include "storage/store_fixture.h"

namespace skg::storage::test {
namespace {

namespace fs = std::filesystem;
using skg::test::TemporaryDirectory;

uint64_t BytesIn(const fs::path& directory) {
  uint64_t bytes = 0;
  for (const auto& entry : fs::recursive_directory_iterator(directory)) {
    if (entry.is_regular_file()) bytes += entry.file_size();
  }
  return bytes;
}

std::vector<fs::path> FilesIn(const fs::path& directory) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(directory)) {
    if (entry.is_regular_file()) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

BackupSummary MustBackup(BackupDirectory& backups, Store& store,
                         uint64_t keep = 0) {
  auto summary = backups.Create(store.kv(), keep, {});
  REQUIRE_OK(summary);
  return *summary;
}

std::vector<uint64_t> Numbers(const BackupDirectory& backups) {
  auto list = backups.List();
  REQUIRE_OK(list);
  std::vector<uint64_t> numbers;
  for (const BackupSummary& summary : *list) numbers.push_back(summary.number);
  return numbers;
}

size_t Findings(const BackupDirectory& backups, uint64_t number = 0) {
  auto findings = backups.Verify(number, {});
  REQUIRE_OK(findings);
  return findings->size();
}

// Many statements with text, so that tables are much larger than lists.
void AddMany(const GraphStore& graph, int first, int count) {
  for (int begin = first; begin < first + count; begin += 500) {
    RequestBuilder builder(graph);
    for (int i = begin; i < std::min(begin + 500, first + count); ++i) {
      builder.Add(Name("s" + std::to_string(i)), Name("p"),
                  rdf::Term::Literal("a text of its own, number " +
                                     std::to_string(i * 7919)));
    }
    builder.Commit();
  }
}

uint64_t CountIn(const std::string& directory) {
  const auto store = OpenRocksStore(directory);
  RequireClean(*store);
  auto graph = store->OpenGraph("public", "main", nullptr);
  REQUIRE_OK(graph);
  auto view = graph->Latest();
  REQUIRE_OK(view);
  return view->Count({})->statements;
}

struct Place {
  TemporaryDirectory directory;
  std::unique_ptr<Store> store = OpenRocksStore(directory / "data");
  GraphStore graph = CreateGraph(*store);
  BackupDirectory backups{directory / "backups"};

  std::string Restore(uint64_t number) {
    const std::string target = directory / ("restored" + std::to_string(++n));
    REQUIRE_OK(backups.Restore(number, target, {}));
    return target;
  }
  int n = 0;
};

TEST_CASE("each backup is what the store was when it was made") {
  Place place;
  for (int round = 1; round <= 3; ++round) {
    AddMany(place.graph, round * 1000, 1000);
    const BackupSummary made = MustBackup(place.backups, *place.store);
    CHECK(made.number == static_cast<uint64_t>(round));
    CHECK(made.bytes >= made.new_bytes);
  }
  CHECK(Numbers(place.backups) == std::vector<uint64_t>{1, 2, 3});
  CHECK(Findings(place.backups) == 0);
  for (uint64_t number = 1; number <= 3; ++number)
    CHECK(CountIn(place.Restore(number)) == number * 1000);
  CHECK(CountIn(place.Restore(0)) == 3000);
  CHECK(absl::IsNotFound(
      place.backups.Restore(4, place.directory / "none", {}).status()));
  CHECK_FALSE(fs::exists(place.directory / "none"));
}

TEST_CASE("a backup holds commits that nobody has synced") {
  Place place;
  RequestBuilder builder(place.graph);
  builder.Add(Name("a"), Name("p"), Name("b"));
  builder.request().durability = Durability::kNone;
  builder.Commit();
  MustBackup(place.backups, *place.store);
  CHECK(CountIn(place.Restore(1)) == 1);
}

TEST_CASE("a second backup adds only what is new") {
  Place place;
  AddMany(place.graph, 0, 20000);
  REQUIRE_OK(place.store->Compact(place.graph));
  REQUIRE_OK(place.store->kv().Flush());
  const BackupSummary first = MustBackup(place.backups, *place.store);
  CHECK(first.new_bytes == first.bytes);
  const uint64_t after_first = BytesIn(place.directory / "backups");
  AddOne(place.graph, "one", "more", "statement");
  const BackupSummary second = MustBackup(place.backups, *place.store);
  const uint64_t after_second = BytesIn(place.directory / "backups");
  INFO("first " << first.bytes << ", second " << second.new_bytes << " of "
                << second.bytes);
  CHECK(second.bytes > first.bytes / 2);
  CHECK(second.new_bytes * 10 < second.bytes);
  CHECK((after_second - after_first) * 10 < after_first);
  CHECK(CountIn(place.Restore(1)) == 20000);
  CHECK(CountIn(place.Restore(2)) == 20001);
}

TEST_CASE("the tables are shared with backups of a directory restored") {
  Place place;
  AddMany(place.graph, 0, 20000);
  REQUIRE_OK(place.store->kv().Flush());
  MustBackup(place.backups, *place.store);
  const std::string restored = place.Restore(1);
  auto kv = OpenRocksDb(restored, {});
  REQUIRE_OK(kv);
  auto summary = place.backups.Create(**kv, 0, {});
  REQUIRE_OK(summary);
  CHECK(summary->new_bytes * 4 < summary->bytes);
  CHECK(Findings(place.backups) == 0);
}

TEST_CASE("old backups go, and what only they had with them") {
  Place place;
  for (int round = 0; round < 4; ++round) {
    AddMany(place.graph, round * 2000, 2000);
    REQUIRE_OK(place.store->Compact(place.graph));
    REQUIRE_OK(place.store->kv().Flush());
    MustBackup(place.backups, *place.store);
  }
  const uint64_t before = BytesIn(place.directory / "backups");
  auto pruned = place.backups.Prune(2);
  REQUIRE_OK(pruned);
  CHECK(*pruned == 2);
  CHECK(Numbers(place.backups) == std::vector<uint64_t>{3, 4});
  CHECK(BytesIn(place.directory / "backups") < before);
  CHECK(Findings(place.backups) == 0);
  CHECK(CountIn(place.Restore(3)) == 6000);
  CHECK(*place.backups.Prune(5) == 0);
  CHECK(absl::IsInvalidArgument(place.backups.Prune(0).status()));
  MustBackup(place.backups, *place.store, 1);
  CHECK(Numbers(place.backups) == std::vector<uint64_t>{5});
  CHECK(CountIn(place.Restore(0)) == 8000);
}

TEST_CASE("a backup made while writers go on is one state of them") {
  Place place;
  std::atomic<bool> stop{false};
  std::atomic<uint64_t> acknowledged{0};
  std::vector<std::thread> writers;
  for (int writer = 0; writer < 2; ++writer) {
    writers.emplace_back([&, writer] {
      for (uint64_t i = 0; !stop; ++i) {
        CommitRequest request;
        const std::string own =
            std::to_string(writer) + "-" + std::to_string(i);
        request.new_terms = {Name("s"), Name("p"), Name(own)};
        const auto id = [](uint64_t n) {
          return TermId::Make(rdf::TermTag::kArena, n);
        };
        request.durability =
            i % 2 == 0 ? Durability::kNone : Durability::kGroup;
        request.operations.push_back({.key = {{}, id(0), id(1), id(2)}});
        if (!place.graph.Commit(request).ok()) return;
        ++acknowledged;
      }
    });
  }
  std::vector<std::pair<uint64_t, uint64_t>> bounds;
  for (int round = 0; round < 5; ++round) {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    const uint64_t low = acknowledged;
    if (round == 2) REQUIRE_OK(place.store->Compact(place.graph));
    MustBackup(place.backups, *place.store);
    bounds.emplace_back(low, acknowledged + 2);
  }
  stop = true;
  for (std::thread& writer : writers) writer.join();
  CHECK(Findings(place.backups) == 0);
  for (uint64_t number = 1; number <= bounds.size(); ++number) {
    const uint64_t count = CountIn(place.Restore(number));
    CHECK(count >= bounds[number - 1].first);
    CHECK(count <= bounds[number - 1].second);
  }
}

TEST_CASE("a flipped bit or a lost byte of any file is found") {
  Place place;
  AddMany(place.graph, 0, 300);
  REQUIRE_OK(place.store->kv().Flush());
  AddMany(place.graph, 300, 10);
  MustBackup(place.backups, *place.store);
  auto random = skg::test::Random(1);
  for (const fs::path& file : FilesIn(place.directory / "backups")) {
    if (file.filename() == "LOCK" || fs::file_size(file) == 0) continue;
    auto read = skg::test::ReadFile(file);
    REQUIRE_OK(read);
    for (const bool truncate : {false, true}) {
      INFO(file << (truncate ? " cut short" : " with a flipped bit"));
      std::string bytes = *read;
      if (truncate) {
        bytes.resize(random() % bytes.size());
      } else {
        bytes[random() % bytes.size()] ^= static_cast<char>(1 << random() % 8);
      }
      std::ofstream(file, std::ios::binary) << bytes;
      const auto findings = place.backups.Verify(0, {});
      if (findings.ok()) {
        CHECK(findings->size() == 1);
      } else {
        CHECK((absl::IsDataLoss(findings.status()) ||
               absl::IsFailedPrecondition(findings.status())));
      }
      const std::string target = place.directory / "restored";
      const auto restored = place.backups.Restore(0, target, {});
      CHECK((absl::IsDataLoss(restored.status()) ||
             absl::IsFailedPrecondition(restored.status())));
      CHECK_FALSE(fs::exists(target));
    }
    std::ofstream(file, std::ios::binary) << *read;
  }
  CHECK(Findings(place.backups) == 0);
}

TEST_CASE("a list cannot name a file outside") {
  BackupList list;
  list.time = absl::FromUnixMicros(5);
  for (const char* name : {"../x", "/etc/x", "", "a b", "..", "a/b", ".x"}) {
    list.files = {{name, 1, std::string(32, 'a'), ""}};
    INFO(name);
    CHECK(absl::IsDataLoss(DecodeBackupList(EncodeBackupList(list)).status()));
  }
  list.files = {{"x.sst", 1, std::string(32, 'a'), "../ab"}};
  CHECK(absl::IsDataLoss(DecodeBackupList(EncodeBackupList(list)).status()));
  list.files = {{"x.sst", 1, std::string(32, 'a'), "0af"},
                {"CURRENT", 2, std::string(32, 'b'), ""}};
  auto back = DecodeBackupList(EncodeBackupList(list));
  REQUIRE_OK(back);
  CHECK(*back == list);
}

TEST_CASE("what is no backup directory is refused and left alone") {
  Place place;
  const std::string other = place.directory / "other";
  fs::create_directory(other);
  std::ofstream(other + "/letter") << "dear";
  BackupDirectory wrong(other);
  CHECK(absl::IsFailedPrecondition(
      wrong.Create(place.store->kv(), 0, {}).status()));
  CHECK(absl::IsFailedPrecondition(wrong.List().status()));
  CHECK(FilesIn(other).size() == 1);
  BackupDirectory none(place.directory / "none");
  CHECK(absl::IsNotFound(none.List().status()));
  CHECK(absl::IsNotFound(none.Verify(0, {}).status()));
  CHECK_FALSE(fs::exists(place.directory / "none"));
  BackupDirectory unnamed("");
  CHECK(absl::IsInvalidArgument(
      unnamed.Create(place.store->kv(), 0, {}).status()));
  CHECK(absl::IsInvalidArgument(unnamed.List().status()));
}

TEST_CASE("a backup directory of a newer version is refused") {
  Place place;
  MustBackup(place.backups, *place.store);
  std::ofstream(place.directory / "backups/SKG_BACKUPS") << "skg backups 2\n";
  const auto status = place.backups.List().status();
  CHECK(absl::IsFailedPrecondition(status));
  CHECK_THAT(std::string(status.message()), Catch::Contains("format 2"));
}

TEST_CASE("a restore goes into a new or empty directory only") {
  Place place;
  AddMany(place.graph, 0, 10);
  MustBackup(place.backups, *place.store);
  const std::string target = place.directory / "target";
  fs::create_directory(target);
  REQUIRE_OK(place.backups.Restore(0, target + "///", {}));
  CHECK(CountIn(target) == 10);
  CHECK(absl::IsFailedPrecondition(
      place.backups.Restore(0, target, {}).status()));
  CHECK(CountIn(target) == 10);
  CHECK(absl::IsInvalidArgument(place.backups.Restore(0, "", {}).status()));
  // One that was cut short is begun anew, and cannot be opened meanwhile.
  const std::string half = place.directory / "half";
  fs::create_directory(half);
  std::ofstream(half + "/SKG_RESTORING") << "begun";
  std::ofstream(half + "/000042.sst") << "half of a table";
  CHECK(absl::IsFailedPrecondition(OpenRocksDb(half, {}).status()));
  REQUIRE_OK(place.backups.Restore(0, half, {}));
  CHECK(CountIn(half) == 10);
}

TEST_CASE("a cancelled backup or restore leaves nothing behind") {
  Place place;
  AddMany(place.graph, 0, 2000);
  MustBackup(place.backups, *place.store);
  const std::vector<fs::path> before = FilesIn(place.directory / "backups");
  AddMany(place.graph, 2000, 2000);
  REQUIRE_OK(place.store->kv().Flush());
  Cancellation cancellation;
  FileWork work{.cancellation = &cancellation, .progress = nullptr};
  uint64_t last_done = 0;
  work.progress = [&](uint64_t done, uint64_t total) {
    CHECK(done >= last_done);
    CHECK(done <= total);
    last_done = done;
    if (done * 2 > total) cancellation.Cancel();
  };
  CHECK(absl::IsCancelled(
      place.backups.Create(place.store->kv(), 0, work).status()));
  CHECK(FilesIn(place.directory / "backups") == before);
  last_done = 0;
  CHECK(absl::IsCancelled(
      place.backups.Restore(0, place.directory / "restored", work).status()));
  CHECK_FALSE(fs::exists(place.directory / "restored"));
  last_done = 0;
  CHECK(absl::IsCancelled(place.backups.Verify(0, work).status()));
  MustBackup(place.backups, *place.store);
  CHECK(CountIn(place.Restore(0)) == 4000);
}

TEST_CASE("what an interrupted backup left is ignored and cleared away") {
  Place place;
  AddMany(place.graph, 0, 10);
  MustBackup(place.backups, *place.store);
  const std::string backups = place.directory / "backups";
  fs::create_directory(backups + "/000002.files");
  std::ofstream(backups + "/000002.files/MANIFEST-000009") << "half";
  std::ofstream(backups + "/tables/abcdef.sst") << "half";
  std::ofstream(backups + "/000002.backup.part") << "skg backup 1";
  CHECK(Numbers(place.backups) == std::vector<uint64_t>{1});
  CHECK(Findings(place.backups) == 0);
  CHECK(MustBackup(place.backups, *place.store).number == 2);
  CHECK_FALSE(fs::exists(backups + "/tables/abcdef.sst"));
  CHECK_FALSE(fs::exists(backups + "/000002.backup.part"));
  CHECK_FALSE(fs::exists(backups + "/000002.files/MANIFEST-000009"));
  CHECK(CountIn(place.Restore(2)) == 10);
}

TEST_CASE("a damaged list is named, and nothing is removed for it") {
  Place place;
  AddMany(place.graph, 0, 10);
  MustBackup(place.backups, *place.store);
  MustBackup(place.backups, *place.store);
  const std::string list = place.directory / "backups/000001.backup";
  std::ofstream(list) << "skg backup 1\n";
  const auto before = FilesIn(place.directory / "backups");
  const auto status = place.backups.Create(place.store->kv(), 1, {}).status();
  CHECK(absl::IsDataLoss(status));
  CHECK_THAT(std::string(status.message()), Catch::Contains("000001.backup"));
  CHECK(FilesIn(place.directory / "backups") == before);
  fs::remove(list);
  CHECK(MustBackup(place.backups, *place.store, 1).number == 3);
  CHECK(Numbers(place.backups) == std::vector<uint64_t>{3});
}

TEST_CASE("a store in memory has no files to back up") {
  const auto store = OpenMemoryStore();
  const TemporaryDirectory directory;
  BackupDirectory backups(directory / "backups");
  CHECK(
      absl::IsFailedPrecondition(backups.Create(store->kv(), 0, {}).status()));
  CHECK(Numbers(backups).empty());
}

}  // namespace
}  // namespace skg::storage::test
