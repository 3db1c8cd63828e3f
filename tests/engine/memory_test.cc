// Writes keep to the engine's memory budget.
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "engine/load_support.h"

namespace skg::test {
namespace {

std::vector<NewStatement> Batch(size_t count) {
  std::vector<NewStatement> statements;
  for (size_t i = 0; i < count; ++i)
    statements.push_back(Triple(absl::StrCat("subject", i), "p",
                                absl::StrCat("\"object number ", i, "\"")));
  return statements;
}

TEST_CASE("a batch that does not fit is refused, and nothing stays taken") {
  TestGraph test;  // 64 MiB
  const uint64_t free = test.engine->memory_use().free_bytes;
  const absl::Status refused = test.graph.AddBatch(Batch(200'000)).status();
  CHECK(absl::IsResourceExhausted(refused));
  CHECK_THAT(std::string(refused.message()),
             Catch::Contains("load it in bulk"));
  CHECK(MustCount(test.graph) == 0);
  CHECK(test.graph.Latest()->commit() == 0);
  CHECK(test.engine->memory_use().free_bytes == free);

  CHECK(MustAddAll(test.graph, Batch(5000)).inserted == 5000);
  CHECK(test.engine->memory_use().free_bytes == free);
}

TEST_CASE("a small input that is much data is loaded in bulk") {
  TestGraph test;
  std::string text;
  for (int i = 0; i < 100'000; ++i) absl::StrAppend(&text, "s\tp\to\n");
  text += "s\tp\tlast\n";
  const std::string packed = Gzip(text);
  REQUIRE(packed.size() < size_t{64} << 10);  // of one small commit
  const auto loaded = LoadText(test.graph, packed, {.format = Format::kTsv});
  REQUIRE_OK(loaded);
  CHECK(loaded->statements == 100'001);
  CHECK(loaded->inserted == 2);
  CHECK(MustCount(test.graph) == 2);
  CHECK(test.graph.Latest()->commit() == 1);
}

TEST_CASE("memory of a reader counts in its budget") {
  TestGraph test;
  MustAdd(test.graph, Triple("a", "p", "b"));
  const auto reader = Engine::OpenReader(
      test.directory / "data", {.memory_budget_bytes = size_t{64} << 20});
  REQUIRE_OK(reader);
  const MemoryUse use = (*reader)->memory_use();
  const MemoryUse writer = test.engine->memory_use();
  CHECK(use.limit_bytes == size_t{64} << 20);
  CHECK(use.free_bytes == use.limit_bytes / 4);
  CHECK(use.reserved == writer.reserved);
  auto graph = (*reader)->OpenGraph("");
  REQUIRE_OK(graph);
  CHECK(MustCount(*graph) == 1);
  CHECK((*reader)->memory_use().blocks_bytes > 0);
}

}  // namespace
}  // namespace skg::test
