// Queries that want gigabytes under a memory limit of 64 MiB. Prints what the
// process took; asserts that each ends with an error and kept to its limit, a
// constant aside.
#include <cstdio>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "engine/open_graph.h"
#include "engine/resident_memory.h"
#include "skg/parameters.h"

namespace skg::test {
namespace {

constexpr size_t kLimit = size_t{64} << 20;
// Batches, decoded rows, what the allocator keeps.
constexpr int64_t kBeyond = 64'000'000;
constexpr int kNodes = 20'000;

struct Case {
  const char* name;
  const char* text;
};

const Case kQueries[] = {
    {"hash join",
     "SELECT * { ?a :next ?b OPTIONAL { ?c :is ?d . ?e :next ?f FILTER(?a = "
     "?e) } }"},
    {"group",
     "SELECT ?a ?d (COUNT(*) AS ?n) { ?a :next ?b . ?c :is ?d } GROUP "
     "BY ?a ?d"},
    {"group concat",
     "SELECT (GROUP_CONCAT(CONCAT(STR(?a), STR(?d))) AS ?n) "
     "{ ?a :next ?b . ?c :is ?d }"},
    {"count distinct",
     "SELECT (COUNT(DISTINCT *) AS ?n) { ?a :next ?b . ?c :is ?d }"},
    {"order", "SELECT * { ?a :next ?b . ?c :is ?d } ORDER BY ?d ?a"},
    {"order by computed strings",
     "SELECT * { ?a :next ?b . ?c :is ?d } ORDER BY CONCAT(STR(?d), STR(?a))"},
    {"distinct", "SELECT DISTINCT ?a ?d { ?a :next ?b . ?c :is ?d }"},
    {"distinct of a path", "SELECT DISTINCT ?a ?b { ?a :next+ ?b }"},
    {"computed strings",
     "SELECT ?s { ?a :next ?b . ?c :is ?d BIND(CONCAT(STR(?a), STR(?d)) AS "
     "?s) }"},
    {"construct", "CONSTRUCT { ?a :with ?d } { ?a :next ?b . ?c :is ?d }"},
};

// To its end, keeping nothing.
absl::Status Drain(absl::StatusOr<QueryResult> result) {
  if (!result.ok()) return result.status();
  std::vector<std::vector<std::string>> rows;
  for (;;) {
    const auto more = result->Next(rows);
    if (!more.ok() || !*more) return more.status();
  }
}

TEST_CASE("queries that want gigabytes keep to their memory") {
  const TemporaryDirectory directory;
  EngineOptions engine_options;
  engine_options.durability = Durability::kNone;
  engine_options.memory_budget_bytes = size_t{512} << 20;
  auto engine = Engine::Open(directory / "data", engine_options);
  REQUIRE_OK(engine);
  Graph graph = OpenGraph(**engine);
  std::vector<NewStatement> statements;
  for (int i = 0; i < kNodes; ++i) {
    statements.push_back(
        Triple(absl::StrCat("n", i), "next", absl::StrCat("n", i + 1)));
    statements.push_back(Triple(absl::StrCat("n", i), "is", IntegerLiteral(i)));
  }
  MustAddAll(graph, statements);
  statements = {};
  const size_t free_before = (*engine)->memory_use().free_bytes;

  Peak peak;
  const auto check = [&](const char* name, const auto& run) {
    const int64_t before = AnonymousBytes();
    (void)peak.Take();
    const absl::Time begin = absl::Now();
    const absl::Status status = run();
    const int64_t grown = peak.Take() - before;
    std::printf("%-28s %4lld MB more at most, %.1f s: %s\n", name,
                static_cast<long long>(grown / 1'000'000),
                absl::ToDoubleSeconds(absl::Now() - begin),
                std::string(status.message()).c_str());
    INFO(name << ": " << status.ToString());
    CHECK(status.code() == absl::StatusCode::kResourceExhausted);
    CHECK(grown < static_cast<int64_t>(kLimit) + kBeyond);
    CHECK((*engine)->memory_use().free_bytes == free_before);
  };
  for (const Case& c : kQueries) {
    check(c.name, [&] {
      QueryOptions options;
      options.memory_bytes = kLimit;
      options.deadline = absl::Now() + absl::Minutes(10);
      return Drain(graph.Query(c.text, options));
    });
  }
  check("update", [&] {
    UpdateOptions options;
    options.memory_bytes = kLimit;
    options.deadline = absl::Now() + absl::Minutes(10);
    return graph
        .Update("INSERT { ?a :with ?d } WHERE { ?a :next ?b . ?c :is ?d }",
                options)
        .status();
  });
}

}  // namespace
}  // namespace skg::test
