// The log's trimming, the times that outlive it, and the horizon of history.
#include <atomic>
#include <thread>

#include "absl/time/clock.h"
#include "storage/graph_log.h"
#include "storage/keys.h"
#include "storage/store_fixture.h"

namespace skg::storage::test {
namespace {

std::unique_ptr<Store> OpenStore(StoreOptions options) {
  auto store = Store::Open(MakeMemoryKv(), options);
  REQUIRE_OK(store);
  return *std::move(store);
}

void AddMany(const GraphStore& graph, int count) {
  for (int i = 0; i < count; ++i)
    AddOne(graph, "s" + std::to_string(i), "p", "o");
}

TEST_CASE("commit times come back from their row") {
  std::mt19937_64 random = skg::test::Random(300);
  for (int round = 0; round < 200; ++round) {
    std::vector<int64_t> times;
    int64_t time = static_cast<int64_t>(random() >> 20);
    const size_t count = 1 + random() % kCommitTimesPerChunk;
    for (size_t i = 0; i < count; ++i) {
      times.push_back(time);
      time += 1 + static_cast<int64_t>(random() >> (24 + random() % 40));
    }
    const std::string bytes = EncodeCommitTimes(times);
    const auto back = DecodeCommitTimes(bytes);
    REQUIRE_OK(back);
    REQUIRE(*back == times);
    std::string damaged = bytes;
    damaged[random() % damaged.size()] ^= static_cast<char>(1 + random() % 255);
    damaged.resize(random() % (damaged.size() + 1));
    (void)DecodeCommitTimes(damaged);
    REQUIRE(!DecodeCommitTimes(bytes.substr(0, bytes.size() - 1)).ok());
  }
}

TEST_CASE("the bytes of a row of commit times are settled") {
  REQUIRE(EncodeCommitTimes({1000, 1001, 1300}) ==
          std::string("\x01\x03\xE8\x07\x01\xAB\x02", 7));
}

TEST_CASE("a history row comes back") {
  for (const History& history :
       {History{}, History{7, absl::InfiniteDuration()},
        History{0, absl::ZeroDuration()}, History{1 << 20, absl::Hours(24)}}) {
    const auto back = DecodeHistory(EncodeHistory(history));
    REQUIRE_OK(back);
    REQUIRE(*back == history);
  }
  REQUIRE(EncodeHistory({300, absl::Microseconds(5)}) ==
          std::string("\x01\xAC\x02\x07", 4));
  REQUIRE(!DecodeHistory("").ok());
  REQUIRE(!DecodeHistory(std::string("\x01\x01", 2)).ok());
}

TEST_CASE("a trimmed log says where it begins, and keeps the times") {
  const auto store = OpenMemoryStore();
  GraphStore graph = CreateGraph(*store);
  AddMany(graph, 2500);
  std::vector<absl::Time> times;
  for (uint64_t commit = 1; commit <= 2500; ++commit)
    times.push_back(graph.ReadLog(commit)->time);
  for (const uint64_t through : {3u, 1023u, 1024u, 2100u, 9000u}) {
    REQUIRE_OK(graph.TrimLog(through));
    const uint64_t first = std::min<uint64_t>(through, 2499) + 1;
    REQUIRE(graph.first_logged() == first);
    const auto gone = graph.ReadLog(first - 1).status();
    REQUIRE(absl::IsOutOfRange(gone));
    REQUIRE_THAT(
        std::string(gone.message()),
        Catch::Contains("first one is commit " + std::to_string(first)));
    REQUIRE_OK(graph.ReadLog(first));
    const auto view = graph.Latest();
    for (uint64_t commit = 1; commit <= 2500; commit += 1 + commit % 7)
      REQUIRE(*view->TimeOfCommit(commit) == times[commit - 1]);
    REQUIRE(absl::IsOutOfRange(view->TimeOfCommit(2501).status()));
    REQUIRE(absl::IsOutOfRange(view->TimeOfCommit(0).status()));
    RequireClean(*store);
  }
}

TEST_CASE("a trimmed log opens again and goes on") {
  const skg::test::TemporaryDirectory directory;
  std::vector<absl::Time> times;
  for (int round = 0; round < 3; ++round) {
    const auto store = OpenRocksStore(directory / "data");
    GraphStore graph = CreateGraph(*store);
    if (round > 0) {
      REQUIRE(graph.first_logged() == graph.last_commit());
      const auto view = graph.Latest();
      for (size_t i = 0; i < times.size(); ++i)
        REQUIRE(*view->TimeOfCommit(i + 1) == times[i]);
    }
    for (int i = 0; i < 10; ++i)
      times.push_back(
          AddOne(graph, "s", "p", std::to_string(round * 10 + i)).result.time);
    REQUIRE_OK(graph.TrimLog(UINT64_MAX));
    RequireClean(*store);
  }
}

TEST_CASE("a check finds a gap between the commit times and the log") {
  const auto store = OpenMemoryStore();
  GraphStore graph = CreateGraph(*store);
  AddMany(graph, 1100);
  REQUIRE_OK(graph.TrimLog(1050));
  const auto batch = store->kv().NewBatch();
  batch->Delete(Family::kLog, CommitTimesKey(graph.description().number, 1024));
  REQUIRE_OK(store->kv().Write(*batch, WriteMode::kBuffered));
  const auto summary = store->Check(false);
  REQUIRE_OK(summary);
  REQUIRE(summary->problems.size() == 1);
  REQUIRE_THAT(summary->problems[0].message,
               Catch::Contains("begins at commit 1051"));
}

TEST_CASE("the retention keeps by age, by need and up to a cap") {
  StoreOptions options;
  options.log_retention = {absl::Hours(1), 0, 0};
  const absl::Time soon = absl::Now() + absl::Hours(2);

  SECTION("what is young stays") {
    const auto store = OpenStore(options);
    GraphStore graph = CreateGraph(*store);
    AddMany(graph, 10);
    REQUIRE_OK(graph.ForgetPast(absl::Now()));
    REQUIRE(graph.first_logged() == 1);
    REQUIRE_OK(graph.ForgetPast(soon));
    REQUIRE(graph.first_logged() == 10);  // the last one always
  }
  SECTION("what a follower needs stays until it goes on or ends") {
    const auto store = OpenStore(options);
    GraphStore graph = CreateGraph(*store);
    AddMany(graph, 10);
    auto hold = graph.HoldLog(4);
    REQUIRE_OK(graph.ForgetPast(soon));
    REQUIRE(graph.first_logged() == 5);
    hold->Advance(6);
    REQUIRE_OK(graph.ForgetPast(soon));
    REQUIRE(graph.first_logged() == 7);
    hold.reset();
    REQUIRE_OK(graph.ForgetPast(soon));
    REQUIRE(graph.first_logged() == 10);
  }
  SECTION("a transaction holds the log, but not beyond the cap") {
    options.log_retention.max_commits = 5;
    const auto store = OpenStore(options);
    GraphStore graph = CreateGraph(*store);
    AddMany(graph, 2);
    auto transaction = graph.Begin();
    REQUIRE_OK(transaction);
    REQUIRE(AllRows(transaction->view()).size() == 2);
    AddOne(graph, "x", "p", "o");
    REQUIRE_OK(graph.ForgetPast(soon));
    REQUIRE(graph.first_logged() == 3);
    AddMany(graph, 10);
    REQUIRE_OK(graph.ForgetPast(soon));
    REQUIRE(graph.first_logged() == 9);
    REQUIRE(absl::IsAborted(graph.Commit(*transaction, {}).status()));
  }
  SECTION("no more bytes than the cap") {
    options.log_retention = {absl::InfiniteDuration(), 0, 4000};
    const auto store = OpenStore(options);
    GraphStore graph = CreateGraph(*store);
    AddMany(graph, 20);
    REQUIRE_OK(graph.ForgetPast(soon));
    REQUIRE(graph.first_logged() == 1);
    AddMany(graph, 200);
    REQUIRE_OK(graph.ForgetPast(soon));
    REQUIRE(graph.first_logged() > 20);
    REQUIRE(graph.first_logged() < 200);
    const std::string from =
        LogKey(graph.description().number, graph.first_logged(), 0);
    REQUIRE(store->kv().ApproximateBytes(Family::kLog, from,
                                         PrefixEnd(from.substr(0, 5))) <= 4000);
  }
}

TEST_CASE("the store itself cuts the log") {
  StoreOptions options;
  options.log_retention = {absl::ZeroDuration(), 0, 0};
  options.upkeep_interval = absl::Milliseconds(5);
  const auto store = OpenStore(options);
  GraphStore graph = CreateGraph(*store);
  AddMany(graph, 10);
  const absl::Time deadline = absl::Now() + absl::Seconds(60);
  while (graph.first_logged() < 10 && absl::Now() < deadline)
    absl::SleepFor(absl::Milliseconds(2));
  REQUIRE(graph.first_logged() == 10);
}

TEST_CASE("the past is read while the log is cut and commits come") {
  const auto store = OpenMemoryStore();
  GraphStore graph = CreateGraph(*store);
  constexpr uint64_t kCommits = 400;
  AddOne(graph, "first", "p", "o");
  std::atomic<bool> wrong{false};
  std::thread cutter([&] {
    while (graph.last_commit() < kCommits) {
      if (!graph.TrimLog(graph.last_commit() / 2).ok()) wrong = true;
    }
  });
  std::thread reader([&] {
    uint64_t at = 0;
    while (at < kCommits && !wrong) {
      // Each commit adds one statement.
      const uint64_t last = graph.last_commit();
      at = last / 3 + 1;
      const auto view = graph.AsOf(at);
      const auto counts = view.ok() ? view->Count({}) : Counts{};
      const auto again =
          view.ok() ? graph.AsOf(view->commit_time()) : graph.Latest();
      if (!view.ok() || !counts.ok() || counts->statements != at ||
          !again.ok() || again->commit() != at) {
        wrong = true;
      }
      if (last == kCommits) at = last;
    }
  });
  AddMany(graph, kCommits - 1);
  cutter.join();
  reader.join();
  REQUIRE(!wrong);
  RequireClean(*store);
}

struct LegalHold : HoldCheck {
  absl::Status MayForget(const GraphDescription& graph,
                         absl::Time before) override {
    asked = before;
    return held ? absl::FailedPreconditionError("case 7 of " + graph.name)
                : absl::OkStatus();
  }
  bool held = true;
  absl::Time asked;
};

TEST_CASE("a horizon moves forward only, and not where something is held") {
  LegalHold hold;
  StoreOptions options;
  options.hold_check = &hold;
  const auto store = OpenStore(options);
  GraphStore graph = CreateGraph(*store);
  AddMany(graph, 10);
  const auto refused = graph.SetHorizon(5);
  REQUIRE(absl::IsFailedPrecondition(refused));
  REQUIRE_THAT(std::string(refused.message()),
               Catch::Contains("case 7 of main"));
  REQUIRE(hold.asked == graph.AsOf(uint64_t{5})->commit_time());
  REQUIRE_OK(graph.AsOf(uint64_t{1}));

  hold.held = false;
  REQUIRE_OK(graph.SetHorizon(5));
  REQUIRE_OK(graph.SetHorizon(5));
  REQUIRE(absl::IsInvalidArgument(graph.SetHorizon(4)));
  REQUIRE(absl::IsOutOfRange(graph.SetHorizon(11)));
  REQUIRE(absl::IsOutOfRange(graph.AsOf(uint64_t{4}).status()));
  REQUIRE(AllRows(*graph.AsOf(uint64_t{5})).size() == 5);
  REQUIRE(absl::IsOutOfRange(
      graph.AsOf(graph.AsOf(uint64_t{5})->commit_time() - absl::Seconds(1))
          .status()));
  REQUIRE_OK(graph.SetHorizon(10));
  REQUIRE(graph.AsOf(uint64_t{10})->commit() == 10);
}

TEST_CASE("history is kept for as long as the store or the graph says") {
  LegalHold hold;
  hold.held = false;
  StoreOptions options;
  options.hold_check = &hold;
  options.history_kept_for = absl::Hours(1);
  const auto store = OpenStore(options);
  GraphStore graph = CreateGraph(*store);
  AddMany(graph, 10);
  const absl::Time at_seven = graph.AsOf(uint64_t{7})->commit_time();
  const auto horizon = [&] { return graph.ReadHistory()->horizon; };

  REQUIRE_OK(graph.ForgetPast(absl::Now()));
  REQUIRE(horizon() == 0);
  REQUIRE_OK(graph.ForgetPast(at_seven + absl::Hours(1)));
  REQUIRE(horizon() == 7);
  REQUIRE_OK(graph.ForgetPast(absl::Now()));  // never back
  REQUIRE(horizon() == 7);
  REQUIRE_OK(graph.SetHistoryKept(absl::InfiniteDuration()));
  REQUIRE_OK(graph.ForgetPast(absl::Now() + absl::Hours(100)));
  REQUIRE(horizon() == 7);
  REQUIRE_OK(graph.SetHistoryKept(absl::Hours(2)));
  hold.held = true;
  REQUIRE_OK(graph.ForgetPast(absl::Now() + absl::Hours(100)));
  REQUIRE(horizon() == 7);
  hold.held = false;
  REQUIRE_OK(graph.ForgetPast(absl::Now() + absl::Hours(100)));
  REQUIRE(horizon() == 10);
  REQUIRE(absl::IsInvalidArgument(graph.SetHistoryKept(absl::Seconds(-1))));
}

}  // namespace
}  // namespace skg::storage::test
