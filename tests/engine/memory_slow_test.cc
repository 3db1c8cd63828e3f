// A small budget against much work: loads, commits, scans, lookups, sorts and
// compaction. Prints what the process took; asserts that it kept to the rule of
// the budget plus 200 MB.
#include <algorithm>
#include <cstdio>

#include "absl/strings/str_cat.h"
#include "engine/load_support.h"
#include "engine/resident_memory.h"

namespace skg::test {
namespace {

constexpr size_t kBudget = size_t{64} << 20;
constexpr int64_t kBeyond = 200'000'000;
constexpr size_t kLoads = 15;
constexpr size_t kStatementsEach = 40'000;

std::string Document(size_t part) {
  std::string text;
  for (size_t i = 0; i < kStatementsEach; ++i) {
    const size_t n = part * kStatementsEach + i;
    absl::StrAppend(&text, "<urn:skg:paper", n / 4, "> <urn:skg:p", n % 4,
                    "> \"a title of some words, the one of number ", n,
                    "\" .\n");
  }
  return text;
}

TEST_CASE("memory stays within the budget and a constant") {
  const TemporaryDirectory directory;
  EngineOptions options;
  options.durability = Durability::kNone;
  options.memory_budget_bytes = kBudget;
  auto engine = Engine::Open(directory / "data", options);
  REQUIRE_OK(engine);
  Graph graph = OpenGraph(**engine);
  int64_t greatest = 0;
  Peak peak;
  const auto report = [&](const char* what) {
    const int64_t bytes = peak.Take();
    greatest = std::max(greatest, bytes);
    const MemoryUse use = (*engine)->memory_use();
    std::printf(
        "%-28s %4lld MB anonymous at most; blocks %llu, terms %llu, runs %llu "
        "MB in use\n",
        what, static_cast<long long>(bytes / 1'000'000),
        static_cast<unsigned long long>(use.blocks_bytes / 1'000'000),
        static_cast<unsigned long long>(use.terms_bytes / 1'000'000),
        static_cast<unsigned long long>(use.runs_bytes / 1'000'000));
  };
  LoadOptions load;
  load.format = Format::kNTriples;
  for (size_t part = 0; part < kLoads; ++part)
    REQUIRE_OK(LoadText(graph, Document(part), load));
  report("loads of 40,000 statements");
  for (int i = 0; i < 5000; ++i)
    MustAdd(graph, Triple(absl::StrCat("x", i), "p", absl::StrCat("y", i)));
  report("commits of one");
  MatchOptions unsorted;
  unsorted.order_by = OrderField::kKey;
  auto cursor = graph.Match({}, unsorted);
  REQUIRE_OK(cursor);
  std::vector<Statement> batch;
  size_t scanned = 0;
  for (;;) {
    auto more = cursor->Next(batch);
    REQUIRE_OK(more);
    if (!*more) break;
    scanned += batch.size();
  }
  CHECK(scanned == kLoads * kStatementsEach + 5000);
  report("a scan with all terms");
  auto random = Random(1);
  for (int i = 0; i < 3000; ++i) {
    const size_t n = random() % (kLoads * kStatementsEach);
    REQUIRE(MustCount(graph, Where(absl::StrCat("paper", n / 4),
                                   absl::StrCat("p", n % 4))) == 1);
  }
  report("lookups");
  MatchOptions sorted;
  sorted.order_by = OrderField::kObject;
  sorted.limit = 20'000;
  CHECK(Matches(graph, Where({}, "p1"), sorted).size() == 20'000);
  report("a sort with a limit");
  REQUIRE_OK(graph.Compact());
  report("compact");
  const MemoryUse use = (*engine)->memory_use();
  CHECK(use.limit_bytes == kBudget);
  CHECK(use.terms_bytes <= kBudget / 8);
  CHECK(use.free_bytes == kBudget / 4);
  CHECK(greatest <= static_cast<int64_t>(kBudget) + kBeyond);
}

}  // namespace
}  // namespace skg::test
