// The programs of the shared-directory tests.
//
// shared_directory write DIRECTORY SEED
//   Moves tokens between holders, one transaction each, while it folds, merges,
//   compacts, trims its log, and makes and drops another graph; until killed.
//   Says "ready" once the tokens are there.
// shared_directory read DIRECTORY SEED SECONDS
//   Opens the directory for reading and checks each view: every token is held
//   once, counts agree with scans in all orders, commits never go back, and a
//   view that is kept shows the same at its end. Says how many views and how
//   many different commits it saw. Exit status 1 and a line on standard error
//   where something is wrong.
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <deque>
#include <functional>
#include <map>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "skg/engine.h"

namespace {

constexpr int kTokens = 80;
constexpr int kHolders = 12;

[[noreturn]] void Fail(const std::string& what) {
  std::fprintf(stderr, "shared_directory: %s\n", what.c_str());
  std::_Exit(1);
}
void Must(const absl::Status& status, const char* what) {
  if (!status.ok()) Fail(std::string(what) + ": " + status.ToString());
}
template <typename T>
T Must(absl::StatusOr<T> result, const char* what) {
  Must(result.status(), what);
  return *std::move(result);
}

std::string Token(int n) { return "token" + std::to_string(n); }
std::string Holder(size_t n) { return "holder" + std::to_string(n); }

class Writer {
 public:
  Writer(const char* directory, uint64_t seed)
      : random_(seed),
        engine_(Must(skg::Engine::Open(directory,
                                       {.durability = skg::Durability::kNone,
                                        .memory_budget_bytes = size_t{16} << 20,
                                        .fold_statements = 400,
                                        .log_max_commits = 500}),
                     "opening for writing")),
        graph_(Must(engine_->OpenGraph("shared/tokens", {.create = true}),
                    "opening the graph")) {}

  [[noreturn]] void Run() {
    Deal();
    std::puts("ready");
    std::fflush(stdout);
    for (int step = 1;; ++step) {
      Move();
      if (step % 300 == 0) Must(graph_.Compact(), "compacting");
      if (step % 97 == 0) UseOtherGraph();
      if (step % 131 == 0) LoadMany();
      if (step % 500 == 0 && Below(2) == 0) TrimLog();
    }
  }

 private:
  size_t Below(size_t n) {
    return std::uniform_int_distribution<size_t>(0, n - 1)(random_);
  }

  // Once: a later process finds them where they are.
  void Deal() {
    if (Must(graph_.Count({.predicate = "holds"}), "counting") > 0) return;
    std::vector<skg::NewStatement> all;
    for (int n = 0; n < kTokens; ++n) {
      skg::NewStatement& one = all.emplace_back();
      one.subject = Holder(Below(kHolders));
      one.predicate = "holds";
      one.object = Token(n);
    }
    Must(graph_.AddBatch(all).status(), "dealing");
  }

  // Of up to four tokens; sometimes with many small statements around them.
  void Move() {
    skg::Transaction move = Must(graph_.Begin(), "beginning");
    for (size_t i = 0; i <= Below(4); ++i) {
      const std::string token = Token(static_cast<int>(Below(kTokens)));
      auto held = Must(move.Match({.predicate = "holds", .object = token}),
                       "finding the holder");
      const std::vector<skg::Statement> found =
          Must(held.ToVector(), "finding the holder");
      if (found.size() != 1) Fail("a token is not held once");
      Must(move.Remove(found[0].subject, "holds", token), "removing");
      skg::NewStatement now;
      now.subject = Holder(Below(kHolders));
      now.predicate = "holds";
      now.object = token;
      now.metadata =
          R"({"note":")" + std::string(200 + Below(3000), 'n') + R"("})";
      Must(move.Add(now), "adding");
    }
    if (Below(20) == 0) {
      for (int i = 0; i < 200; ++i) {
        skg::NewStatement note;
        note.subject = "note" + std::to_string(Below(50));
        note.predicate = "says";
        note.object =
            "a text of some length, number " + std::to_string(Below(40));
        Must(move.Add(note), "adding");
      }
    }
    Must(graph_.Apply(std::move(move)).status(), "moving");
  }

  void UseOtherGraph() {
    skg::Graph other =
        Must(engine_->OpenGraph("shared/other", {.create = true}),
             "making the other graph");
    std::vector<skg::NewStatement> rows(1 + Below(300));
    for (skg::NewStatement& row : rows) {
      row.subject = "s" + std::to_string(Below(1000));
      row.predicate = "p";
      row.object = "a value of the other graph " + std::to_string(Below(1000));
    }
    Must(other.AddBatch(rows).status(), "filling the other graph");
    if (Below(2) == 0)
      Must(engine_->DropGraph("shared/other"), "dropping the other graph");
  }

  // Through table files of its own.
  void LoadMany() {
    int left = 2000;
    const auto loaded =
        graph_.BulkLoad([&](skg::NewStatement* note) -> absl::StatusOr<bool> {
          if (left-- == 0) return false;
          note->subject = "loaded" + std::to_string(Below(200));
          note->predicate = "says";
          note->object =
              "a text of some length, number " + std::to_string(Below(100));
          return true;
        });
    Must(loaded.status(), "loading");
  }

  void TrimLog() {
    const uint64_t last = Must(graph_.Latest(), "looking").commit();
    Must(graph_.ForgetChangesBefore(last), "trimming the log");
    Must(graph_.ForgetHistoryBefore(last), "forgetting");
  }

  std::mt19937_64 random_;
  std::unique_ptr<skg::Engine> engine_;
  skg::Graph graph_;
};

using Holders = std::map<std::string, std::string>;  // token -> holder

// What a view shows, after it was checked against itself.
Holders CheckedHolders(const skg::ReadView& view) {
  Holders holders;
  auto cursor = Must(
      view.Match({.predicate = "holds"},
                 {.order_by = skg::OrderField::kKey, .include_metadata = true}),
      "scanning");
  std::vector<skg::Statement> batch;
  while (Must(cursor.Next(batch), "scanning")) {
    for (const skg::Statement& statement : batch) {
      if (!holders.emplace(statement.object, statement.subject).second)
        Fail(statement.object + " is held twice");
    }
  }
  if (holders.size() != kTokens)
    Fail(std::to_string(holders.size()) + " tokens at commit " +
         std::to_string(view.commit()));
  if (Must(view.Count({.predicate = "holds"}), "counting") != kTokens)
    Fail("the kept count of a predicate is wrong");
  // By the other orders.
  size_t by_subject = 0;
  for (size_t n = 0; n < kHolders; ++n)
    by_subject += Must(view.Count({.subject = Holder(n)}), "counting");
  if (by_subject != kTokens) Fail("counts by subject do not agree");
  const auto& [token, holder] = *holders.begin();
  if (Must(view.Count({.subject = holder, .object = token}), "counting") != 1)
    Fail("a count by subject and object is wrong");
  return holders;
}

uint64_t ScannedRows(const skg::ReadView& view) {
  auto cursor = Must(view.Match({}, {.order_by = skg::OrderField::kKey}),
                     "scanning everything");
  uint64_t rows = 0;
  std::vector<skg::Statement> batch;
  while (Must(cursor.Next(batch), "scanning everything")) rows += batch.size();
  return rows;
}

class Reader {
 public:
  Reader(const char* directory, uint64_t seed)
      : random_(seed),
        engine_(Must(skg::Engine::OpenReader(
                         directory,
                         {.memory_budget_bytes = size_t{16} << 20,
                          .catch_up_interval = absl::Milliseconds(seed % 20)}),
                     "opening for reading")) {}

  void Run(int seconds) {
    const absl::Time end = absl::Now() + absl::Seconds(seconds);
    while (absl::Now() < end) {
      Look();
      LookAtOtherGraph();
      if (random_() % 40 == 0) CheckDeeply();
    }
    std::printf("%llu views of %zu commits\n", views_, commits_.size());
  }

 private:
  struct Kept {
    skg::ReadView view;
    Holders holders;
  };

  void Look() {
    const skg::Graph graph =
        Must(engine_->OpenGraph("shared/tokens"), "opening the graph");
    const skg::ReadView view = Must(graph.Latest(), "looking");
    if (view.commit() < last_) Fail("a view is older than one before it");
    last_ = view.commit();
    ++views_;
    commits_.insert(last_);
    Holders holders = CheckedHolders(view);
    if (random_() % 8 == 0 &&
        ScannedRows(view) != Must(view.Count(), "counting")) {
      Fail("the kept count of everything is wrong");
    }
    if (random_() % 16 == 0) kept_.push_back({view, std::move(holders)});
    if (kept_.size() > random_() % 4) {
      if (CheckedHolders(kept_.front().view) != kept_.front().holders)
        Fail("a view that was kept has changed");
      kept_.pop_front();
    }
  }

  // It comes and goes; a view of it stays whole.
  void LookAtOtherGraph() {
    const auto graph = engine_->OpenGraph("shared/other");
    if (absl::IsNotFound(graph.status())) return;
    Must(graph.status(), "opening the other graph");
    const auto view = graph->Latest();
    if (absl::IsNotFound(view.status())) return;
    Must(view.status(), "looking at the other graph");
    if (random_() % 4 == 0) absl::SleepFor(absl::Milliseconds(random_() % 40));
    if (ScannedRows(*view) != Must(view->Count(), "counting"))
      Fail("the other graph's count is wrong");
  }

  void CheckDeeply() {
    const skg::CheckReport report = Must(engine_->Check(true), "checking");
    for (const skg::CheckFinding& finding : report.findings)
      Fail(finding.graph + ": " + finding.message);
  }

  std::mt19937_64 random_;
  std::unique_ptr<skg::Engine> engine_;
  std::deque<Kept> kept_;
  uint64_t last_ = 0;
  unsigned long long views_ = 0;
  std::set<uint64_t> commits_;
};

}  // namespace

int main(int count, char** arguments) {
  if (count < 4) return 64;
  const std::string mode = arguments[1];
  const uint64_t seed = std::strtoull(arguments[3], nullptr, 10);
  if (mode == "write") Writer(arguments[2], seed).Run();
  if (mode != "read" || count != 5) return 64;
  Reader(arguments[2], seed).Run(std::atoi(arguments[4]));
  return 0;
}
