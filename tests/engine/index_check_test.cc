// The check looks at indexes: what their rows and files lack is told.
#include <filesystem>
#include <fstream>
#include <set>

#include "engine/saved_index_support.h"

namespace skg::test {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> Findings(const Engine& engine, bool deep) {
  const auto report = engine.Check(deep);
  REQUIRE_OK(report);
  std::vector<std::string> lines;
  for (const CheckFinding& finding : report->findings)
    lines.push_back(finding.graph + ": " + finding.message);
  return lines;
}

std::vector<fs::path> Segments(const std::string& directory) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(directory + "/vectors"))
    files.push_back(entry.path());
  return files;
}

// With segments of both indexes and a tail.
void Fill(TestGraph& test) {
  auto random = Random(920);
  MakeIndexes(test.graph, VectorIndexKind::kHnsw);
  Change(test.graph, random, 30);
  for (const char* index : {"nodes", "facts"})
    REQUIRE_OK(test.graph.RebuildVectorIndex(index));
  Change(test.graph, random, 10);
  REQUIRE(Segments(test.directory / "data").size() == 2);
}

TEST_CASE("good indexes have no findings", "[check]") {
  TestGraph test;
  Fill(test);
  for (const bool deep : {false, true})
    CHECK(Findings(*test.engine, deep).empty());
  REQUIRE_OK(test.graph.DropVectorIndex("nodes"));
  REQUIRE_OK(test.graph.DropTextIndex("words"));
  CHECK(Findings(*test.engine, true).empty());
}

TEST_CASE("a missing segment is a finding that a search mends", "[check]") {
  TestGraph test;
  Fill(test);
  for (const fs::path& file : Segments(test.directory / "data"))
    fs::remove(file);
  const auto findings = Findings(*test.engine, false);
  REQUIRE(findings.size() == 2);
  for (const std::string& finding : findings)
    CHECK_THAT(finding, Catch::Contains("public/main: vector index") &&
                            Catch::Contains("missing") &&
                            Catch::Contains("skg index rebuild"));
  auto random = Random(921);
  test.graph = OpenGraph(*test.engine, "other");
  test.engine.reset();
  test.engine = OpenEngine(test.directory / "data");
  test.graph = OpenGraph(*test.engine);
  CHECK(Findings(*test.engine, false).size() == 2);
  for (const char* index : {"nodes", "facts"})
    REQUIRE_FALSE(
        VectorLines(*test.graph.Latest(), index, RandomVector(random)).empty());
  CHECK(Findings(*test.engine, true).empty());
}

TEST_CASE("a damaged segment is a finding that a rebuild mends", "[check]") {
  TestGraph test;
  Fill(test);
  const fs::path file = Segments(test.directory / "data").front();
  const auto size = fs::file_size(file);
  {
    std::fstream bytes(file, std::ios::in | std::ios::out | std::ios::binary);
    bytes.seekp(static_cast<std::streamoff>(size / 2));
    const char other = static_cast<char>(~bytes.peek());
    bytes.seekp(static_cast<std::streamoff>(size / 2));
    bytes.put(other);
  }
  const auto check = [&](bool deep) {
    const auto findings = Findings(*test.engine, deep);
    REQUIRE(findings.size() == 1);
    CHECK_THAT(findings.front(), Catch::Contains("damaged"));
    for (const char* index : {"nodes", "facts"})
      REQUIRE_OK(test.graph.RebuildVectorIndex(index));
    CHECK(Findings(*test.engine, true).empty());
  };
  auto random = Random(922);
  const std::vector<float> query = RandomVector(random);
  check(true);
  const auto before = VectorLines(*test.graph.Latest(), "nodes", query);

  test.graph = OpenGraph(*test.engine, "other");
  test.engine.reset();
  fs::resize_file(Segments(test.directory / "data").front(), 100);
  test.engine = OpenEngine(test.directory / "data");
  test.graph = OpenGraph(*test.engine);
  check(false);
  CHECK(VectorLines(*test.graph.Latest(), "nodes", query) == before);
}

}  // namespace
}  // namespace skg::test
