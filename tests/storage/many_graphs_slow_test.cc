// A hundred thousand graphs in one directory. Prints what they cost; asserts
// what must hold on any machine, which no time does.
#include <malloc.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <thread>

#include "absl/strings/str_cat.h"
#include "storage/store_model.h"

namespace skg::storage::test {
namespace {

constexpr int kGraphs = 100'000;
constexpr int kDropped = 20'000;

using Clock = std::chrono::steady_clock;

double SecondsSince(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

// Resident memory of this process that is no file's.
int64_t AnonymousBytes() {
  std::ifstream rollup("/proc/self/smaps_rollup");
  std::string word;
  int64_t kilobytes = 0;
  while (rollup >> word) {
    if (word == "Anonymous:") rollup >> kilobytes;
  }
  return kilobytes * 1024;
}

int64_t AllocatedBytes() {
  const struct mallinfo2 info = mallinfo2();
  return static_cast<int64_t>(info.uordblks + info.hblkhd);
}

template <typename... Parts>
void Print(const Parts&... parts) {
  std::printf("%s\n", absl::StrCat(parts...).c_str());
}

std::string Milliseconds(double seconds) {
  return absl::StrCat(seconds * 1e3, " ms");
}

// Commits of one graph for a while: median and 99th percentile, in seconds.
std::pair<double, double> CommitTimes(GraphStore graph,
                                      const std::function<bool()>& go_on) {
  std::vector<double> times;
  for (int i = 0; go_on() || times.size() < 200; ++i) {
    RequestBuilder builder(graph);
    builder.Add(Name(absl::StrCat("s", i)), Name("p"), Name("o"));
    const auto begin = Clock::now();
    builder.Commit();
    times.push_back(SecondsSince(begin));
  }
  std::sort(times.begin(), times.end());
  return {times[times.size() / 2], times[times.size() * 99 / 100]};
}

TEST_CASE("a hundred thousand graphs") {
  const skg::test::TemporaryDirectory directory;
  auto store = OpenRocksStore(directory / "data");
  std::vector<Store::GraphName> names;
  for (int i = 0; i < kGraphs; ++i)
    names.push_back({absl::StrCat("t", i % 5000), absl::StrCat("g", i / 5000)});

  auto begin = Clock::now();
  constexpr size_t kSingly = 1000;
  for (size_t i = 0; i < kSingly; ++i)
    REQUIRE_OK(store->CreateGraphs(std::span(names).subspan(i, 1), {}));
  Print("create, each with its fsync: ",
        Milliseconds(SecondsSince(begin) / kSingly), " a graph");
  begin = Clock::now();
  REQUIRE_OK(store->CreateGraphs(names, {}));
  Print("create, many with one fsync: ",
        Milliseconds(SecondsSince(begin) / (kGraphs - kSingly)), " a graph");

  store.reset();
  begin = Clock::now();
  store = OpenRocksStore(directory / "data");
  Print("open the directory: ", Milliseconds(SecondsSince(begin)));
  begin = Clock::now();
  const auto list = store->ListGraphs();
  REQUIRE_OK(list);
  REQUIRE(list->size() == kGraphs);
  const auto figures = store->ReadFigures(*list);
  REQUIRE_OK(figures);
  Print("list all with their figures: ", Milliseconds(SecondsSince(begin)));
  CHECK(store->open_graphs() == 0);

  // Every graph is opened, written to and held; then nobody uses them.
  begin = Clock::now();
  std::vector<GraphStore> graphs;
  graphs.reserve(kGraphs);
  const int64_t before = AnonymousBytes();
  for (const auto& name : names) {
    auto graph = store->OpenGraph(name.tenant, name.name, nullptr);
    REQUIRE_OK(graph);
    graphs.push_back(*std::move(graph));
    CommitRequest request;
    request.durability = Durability::kNone;
    request.new_terms = {Name("x")};
    const TermId x = TermId::Make(rdf::TermTag::kArena, 0);
    request.operations.resize(1);
    request.operations[0].key = {TermId{}, x, x, x};
    REQUIRE_OK(graphs.back().Commit(request));
  }
  Print("open and write to each: ", Milliseconds(SecondsSince(begin) / kGraphs),
        " a graph");
  store->ReleaseIdleMemory();
  begin = Clock::now();
  store->ReleaseIdleMemory();
  Print("look through all of them for idle ones: ",
        Milliseconds(SecondsSince(begin)));
  const int64_t held = AllocatedBytes();
  graphs.clear();
  store->ReleaseIdleMemory();
  CHECK(store->open_graphs() == 0);
  const int64_t each = (held - AllocatedBytes()) / kGraphs;
  CHECK(each < 1024);
  Print("memory: ", each,
        " bytes a graph that is open and idle, 0 once it is "
        "closed; anonymous memory of the process ",
        AnonymousBytes() >> 20, " MiB, before any was open ", before >> 20,
        " MiB");

  begin = Clock::now();
  store.reset();
  store = OpenRocksStore(directory / "data");
  Print("close and open again: ", Milliseconds(SecondsSince(begin)));

  // Another tenant goes on while graphs are dropped.
  GraphStore other = CreateGraph(*store, "other");
  const auto quiet_until = Clock::now() + std::chrono::seconds(3);
  const auto quiet =
      CommitTimes(other, [&] { return Clock::now() < quiet_until; });
  std::atomic<bool> dropping = true;
  double drop_seconds = 0;
  std::thread dropper([&] {
    const auto start = Clock::now();
    for (int i = 0; i < kDropped; ++i) {
      const auto& name = names[static_cast<size_t>(i)];
      if (!store->DropGraph(name.tenant, name.name).ok()) break;
    }
    drop_seconds = SecondsSince(start);
    store->WaitForRemovals();
    dropping = false;
  });
  begin = Clock::now();
  const auto busy = CommitTimes(other, [&] { return dropping.load(); });
  dropper.join();
  Print("drop, each with its fsync: ", Milliseconds(drop_seconds / kDropped),
        " a graph; all rows gone after ", Milliseconds(SecondsSince(begin)));
  Print("a commit of another tenant meanwhile: median ",
        Milliseconds(busy.first), " (alone ", Milliseconds(quiet.first),
        "), 99th percentile ", Milliseconds(busy.second), " (alone ",
        Milliseconds(quiet.second), ")");
  const auto left = store->ListGraphs();
  REQUIRE_OK(left);
  CHECK(left->size() == kGraphs - kDropped + 1);
  uint32_t greatest = 0;
  for (const GraphDescription& graph : *left)
    greatest = std::max(greatest, graph.number);
  CHECK(CreateGraph(*store, "new").description().number > greatest);
}

}  // namespace
}  // namespace skg::storage::test
