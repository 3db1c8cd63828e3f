#include "faults/crash_rounds.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <chrono>
#include <map>
#include <memory>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "skg/engine.h"
#include "support/test_support.h"

namespace skg::test {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kWriters = 16;
constexpr int kGraphs = 4;
constexpr long kNumbersPerRound = 10'000'000;

// (graph, writer) -> the last number acknowledged.
using Acknowledged = std::map<std::pair<int, int>, long>;

class WriterProcess {
 public:
  WriterProcess(const std::string& directory, long first, bool busy) {
    int ends[2];
    REQUIRE(pipe2(ends, O_CLOEXEC) == 0);
    posix_spawn_file_actions_t actions;
    REQUIRE(posix_spawn_file_actions_init(&actions) == 0);
    REQUIRE(posix_spawn_file_actions_adddup2(&actions, ends[1],
                                             STDOUT_FILENO) == 0);
    std::vector<std::string> arguments = {
        SKG_CRASH_WRITER, directory, std::to_string(first),
        std::to_string(kWriters), std::to_string(kGraphs)};
    if (busy) arguments.push_back("busy");
    std::vector<char*> pointers;
    for (std::string& argument : arguments) pointers.push_back(argument.data());
    pointers.push_back(nullptr);
    REQUIRE(posix_spawn(&pid_, SKG_CRASH_WRITER, &actions, nullptr,
                        pointers.data(), environ) == 0);
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
    output_ = ends[0];
  }
  ~WriterProcess() {
    if (pid_ > 0) Kill();
    close(output_);
  }
  WriterProcess(const WriterProcess&) = delete;
  WriterProcess& operator=(const WriterProcess&) = delete;

  // Reads until the process has said something and then for `time`, or until it
  // ends by itself.
  void ReadFor(std::chrono::microseconds time) {
    // Opening a store on a busy machine may take long; that is no failure.
    Clock::time_point end = Clock::now() + std::chrono::seconds(120);
    bool started = false;
    for (;;) {
      const auto left =
          std::chrono::ceil<std::chrono::milliseconds>(end - Clock::now());
      if (left.count() <= 0) return;
      pollfd ready = {output_, POLLIN, 0};
      if (poll(&ready, 1, static_cast<int>(left.count())) <= 0) return;
      if (!ReadSome()) return;
      if (!std::exchange(started, true)) end = Clock::now() + time;
    }
  }
  void Kill() {
    kill(pid_, SIGKILL);
    int status = 0;
    waitpid(pid_, &status, 0);
    pid_ = 0;
    killed_ = WIFSIGNALED(status);
    while (ReadSome()) {
    }
  }
  [[nodiscard]] bool killed() const { return killed_; }
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  bool ReadSome() {
    char buffer[1 << 16];
    const ssize_t size = read(output_, buffer, sizeof buffer);
    if (size > 0) text_.append(buffer, static_cast<size_t>(size));
    return size > 0;
  }

  pid_t pid_ = 0;
  int output_ = -1;
  bool killed_ = false;
  std::string text_;
};

Acknowledged Parse(const std::string& text) {
  Acknowledged acknowledged;
  std::istringstream lines(text);
  std::string line;
  while (std::getline(lines, line)) {
    std::istringstream words(line);
    int graph = 0, writer = 0;
    long number = 0;
    REQUIRE(words >> graph >> writer >> number);
    long& last =
        acknowledged.try_emplace({graph, writer}, number - 1).first->second;
    REQUIRE(number == last + 1);
    last = number;
  }
  return acknowledged;
}

// The numbers of this round that the graph has of the writer.
std::set<long> Present(const Graph& graph, int writer, long first) {
  std::set<long> numbers;
  auto cursor = graph.Match(
      {.subject = "writer" + std::to_string(writer), .predicate = "wrote"},
      {.order_by = OrderField::kKey, .include_identity = false});
  REQUIRE_OK(cursor);
  std::vector<Statement> batch;
  for (;;) {
    const auto more = cursor->Next(batch);
    REQUIRE_OK(more);
    if (!*more) return numbers;
    for (const Statement& statement : batch) {
      const long number = std::stol(statement.object.substr(1));
      if (number >= first) numbers.insert(number);
    }
  }
}

void CheckWhatIsLeft(const std::string& directory,
                     const Acknowledged& acknowledged, long first) {
  auto engine = Engine::Open(
      directory, {.create = false, .memory_budget_bytes = size_t{32} << 20});
  REQUIRE_OK(engine);
  for (int writer = 0; writer < kWriters; ++writer) {
    const int graph_number = writer % kGraphs;
    INFO("writer " << writer);
    const auto told = acknowledged.find({graph_number, writer});
    auto graph =
        (*engine)->OpenGraph("crash/graph" + std::to_string(graph_number));
    if (told == acknowledged.end() && !graph.ok())
      continue;  // killed before it was made
    REQUIRE_OK(graph);
    const std::set<long> present = Present(*graph, writer, first);
    const long last_told =
        told == acknowledged.end() ? first - 1 : told->second;
    const long last = present.empty() ? first - 1 : *present.rbegin();
    // Without a gap, and past the last acknowledged at most the one under way.
    CHECK(static_cast<long>(present.size()) == last - first + 1);
    CHECK(last >= last_told);
    CHECK(last <= last_told + 1);
  }
  const auto report = (*engine)->Check(true);
  REQUIRE_OK(report);
  for (const CheckFinding& finding : report->findings) {
    FAIL_CHECK(finding.graph << ": " << finding.message);
  }
}

}  // namespace

void RunCrashRounds(int rounds, bool busy) {
  constexpr int kRoundsPerDirectory = 10;
  std::unique_ptr<TemporaryDirectory> directory;
  auto random = Random(busy ? 310 : 300);
  size_t acknowledged_in_all = 0;
  for (int round = 0; round < rounds; ++round) {
    INFO("round " << round);
    if (round % kRoundsPerDirectory == 0)
      directory = std::make_unique<TemporaryDirectory>();
    const std::string path = *directory / "data";
    const long first = round * kNumbersPerRound;
    WriterProcess process(path, first, busy);
    process.ReadFor(std::chrono::microseconds(random() % 400'000));
    process.Kill();
    REQUIRE(process.killed());  // it did not fail by itself
    const Acknowledged acknowledged = Parse(process.text());
    acknowledged_in_all += acknowledged.size();
    CheckWhatIsLeft(path, acknowledged, first);
  }
  CHECK(acknowledged_in_all > 0);
}

}  // namespace skg::test
