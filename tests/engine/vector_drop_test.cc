// Vector indexes that are dropped while the background seals them.
#include <filesystem>
#include <random>
#include <string>
#include <system_error>
#include <vector>

#include "absl/time/clock.h"
#include "engine/open_graph.h"
#include "skg/vector_index.h"

using namespace skg;
using namespace skg::test;

// The engine ends no seal that has begun; what it wrote belongs to nobody.
TEST_CASE("an index or its graph is dropped while it is sealed", "[vectors]") {
  const bool whole_graph = GENERATE(false, true);
  TestGraph t;
  VectorIndexOptions options;
  options.dimension = 3;
  auto random = Random(42);
  std::normal_distribution<float> normal;
  std::vector<VectorEntry> entries(5000);
  for (int round = 0; round < 4; ++round) {
    Graph graph = OpenGraph(*t.engine, "public/brief");
    REQUIRE_OK(graph.CreateVectorIndex("default", options));
    for (size_t i = 0; i < entries.size(); ++i) {
      entries[i] = {"n" + std::to_string(i),
                    {normal(random), normal(random), normal(random)}};
    }
    REQUIRE_OK(graph.PutVectors("default", entries));
    if (round > 0)
      absl::SleepFor(absl::Milliseconds(
          std::uniform_int_distribution<int>(0, 400)(random)));
    if (whole_graph) {
      REQUIRE_OK(t.engine->DropGraph("public/brief"));
    } else {
      REQUIRE_OK(graph.DropVectorIndex("default"));
    }
  }
  t.engine.reset();
  std::error_code error;
  size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(
           t.directory / "data/vectors", error)) {
    UNSCOPED_INFO(entry.path());
    ++files;
  }
  CHECK(files == 0);
}
