// Everything at once on one directory: eight threads that write, read, pack,
// forget, drop, and read it from beside. Meant for the thread sanitizer too.
#include <atomic>
#include <catch2/catch.hpp>
#include <functional>
#include <mutex>
#include <random>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "absl/time/clock.h"
#include "engine/open_graph.h"

namespace skg::test {
namespace {

// Catch2 must be left alone off the main thread: what fails is thrown.
void Must(const absl::Status& status) {
  if (!status.ok()) throw std::runtime_error(status.ToString());
}
template <typename T>
T Must(absl::StatusOr<T> result) {
  Must(result.status());
  return *std::move(result);
}
void Expect(bool condition, const char* what) {
  if (!condition) throw std::runtime_error(what);
}

constexpr int kCoins = 40;

// Coins move between purses, always all of them.
class Stress {
 public:
  explicit Stress(const std::string& directory)
      : directory_(directory),
        engine_(Must(
            Engine::Open(directory, {.durability = Durability::kNone,
                                     .memory_budget_bytes = size_t{32} << 20,
                                     .fold_statements = 150,
                                     .log_max_commits = 300}))),
        graph_(Must(engine_->OpenGraph("stress/coins", {.create = true}))) {
    std::vector<NewStatement> coins;
    for (int i = 0; i < kCoins; ++i)
      coins.push_back(Triple("purse" + std::to_string(i % 7), "has",
                             "coin" + std::to_string(i)));
    Must(graph_.AddBatch(coins).status());
  }

  // `turn` is called again and again with a generator of its thread.
  void Start(uint64_t stream,
             std::function<void(Stress&, std::mt19937_64&)> turn) {
    threads_.emplace_back([this, stream, turn = std::move(turn)] {
      std::mt19937_64 random = Random(stream);
      try {
        while (!stop_) {
          turn(*this, random);
          ++turns_;
        }
      } catch (const std::exception& error) {
        const std::lock_guard lock(mutex_);
        failure_ += std::string(error.what()) + "; ";
        stop_ = true;
      }
    });
  }
  std::string RunFor(absl::Duration time) {
    const absl::Time end = absl::Now() + time;
    while (!stop_ && absl::Now() < end) absl::SleepFor(absl::Milliseconds(10));
    stop_ = true;
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
    return failure_;
  }
  [[nodiscard]] uint64_t turns() const { return turns_; }
  Engine& engine() { return *engine_; }
  Graph& graph() { return graph_; }
  [[nodiscard]] const std::string& directory() const { return directory_; }

 private:
  const std::string directory_;
  std::unique_ptr<Engine> engine_;
  Graph graph_;
  std::atomic<bool> stop_{false};
  std::atomic<uint64_t> turns_{0};
  std::mutex mutex_;
  std::string failure_;
  std::vector<std::thread> threads_;
};

void MoveCoin(Stress& stress, std::mt19937_64& random) {
  Graph& graph = stress.graph();
  Transaction move = Must(graph.Begin());
  const std::string coin = "coin" + std::to_string(random() % kCoins);
  const auto found =
      Must(Must(move.Match({.predicate = "has", .object = coin})).ToVector());
  Expect(found.size() == 1, "a coin is not in one purse");
  Must(move.Remove(found[0].subject, "has", coin));
  Must(move.Add(Triple("purse" + std::to_string(random() % 7), "has", coin)));
  const absl::Status moved = graph.Apply(std::move(move)).status();
  if (!absl::IsAborted(moved)) Must(moved);
}

void AddMany(Stress& stress, std::mt19937_64& random) {
  std::vector<NewStatement> notes;
  for (uint64_t i = 0; i < 1 + random() % 120; ++i) {
    notes.push_back(Triple(
        "note" + std::to_string(random() % 300), "says",
        "a text that is long enough, number " + std::to_string(random() % 50)));
  }
  Must(stress.graph().AddBatch(notes).status());
}

void CheckView(const ReadView& view) {
  const StatementPattern coins{.predicate = "has"};
  Expect(Must(view.Count(coins)) == kCoins, "coins are lost by the count");
  const auto found =
      Must(Must(view.Match(coins, {.order_by = OrderField::kKey})).ToVector());
  Expect(found.size() == kCoins, "coins are lost by the scan");
  const auto stats = Must(view.Stats());
  Expect(stats.triples == Must(view.Count()), "the counts disagree");
}

void Read(Stress& stress, std::mt19937_64& random) {
  const ReadView view = Must(stress.graph().Latest());
  CheckView(view);
  const auto past = stress.graph().AsOf(1 + random() % view.commit());
  if (!absl::IsOutOfRange(past.status())) CheckView(Must(past));
}

void ReadFromBeside(Stress& stress, std::mt19937_64& random) {
  const auto reader = Must(Engine::OpenReader(
      stress.directory(), {.memory_budget_bytes = size_t{16} << 20,
                           .catch_up_interval = absl::ZeroDuration()}));
  const Graph graph = Must(reader->OpenGraph("stress/coins"));
  for (uint64_t i = 0; i < 1 + random() % 20; ++i) {
    CheckView(Must(graph.Latest()));
    if (i % 4 == 0) Must(reader->CatchUp());
  }
}

void Pack(Stress& stress, std::mt19937_64& random) {
  absl::SleepFor(absl::Milliseconds(random() % 40));
  Must(stress.graph().Compact());
}

void Forget(Stress& stress, std::mt19937_64& random) {
  absl::SleepFor(absl::Milliseconds(random() % 60));
  const uint64_t last = Must(stress.graph().Latest()).commit();
  Must(stress.graph().ForgetChangesBefore(last / 2 + 1));
  Must(stress.graph().ForgetHistoryBefore(last / 2 + 1));
}

void ComeAndGo(Stress& stress, std::mt19937_64& random) {
  Graph graph =
      Must(stress.engine().OpenGraph("stress/guest", {.create = true}));
  for (uint64_t i = 0; i < random() % 5; ++i)
    Must(graph.Add(Triple("guest" + std::to_string(i), "says", "a long hello"))
             .status());
  const ReadView view = Must(graph.Latest());
  const uint64_t statements = Must(view.Count());
  Must(stress.engine().DropGraph("stress/guest"));
  Expect(absl::IsNotFound(graph.Latest().status()), "it is not dropped");
  // What was looked at stays.
  const auto found =
      Must(Must(view.Match({}, {.order_by = OrderField::kKey})).ToVector());
  Expect(found.size() == statements, "a dropped graph's view has changed");
}

TEST_CASE("eight threads of all kinds on one directory", "[stress]") {
  const TemporaryDirectory directory;
  Stress stress(directory / "data");
  stress.Start(1, MoveCoin);
  stress.Start(2, MoveCoin);
  stress.Start(3, AddMany);
  stress.Start(4, Read);
  stress.Start(5, ReadFromBeside);
  stress.Start(6, Pack);
  stress.Start(7, Forget);
  stress.Start(8, ComeAndGo);
  CHECK(stress.RunFor(absl::Seconds(5)) == "");
  CHECK(stress.turns() > 50);
  const auto report = stress.engine().Check(true);
  REQUIRE_OK(report);
  for (const CheckFinding& finding : report->findings)
    FAIL_CHECK(finding.graph << ": " << finding.message);
}

}  // namespace
}  // namespace skg::test
