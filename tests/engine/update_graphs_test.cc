// SPARQL Update: operations that take whole graphs, and LOAD.
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "engine/update_fixture.h"

namespace skg::test {
namespace {

// The default graph and two named ones, each with a statement of its own and
// one that it shares.
void Fill(Graph& graph) {
  MustUpdate(graph,
             "INSERT DATA { :d :p 1 . :s :p 0 GRAPH :g { :g :p 2 . :s :p 0 } "
             "GRAPH :h { :h :p 3 . :s :p 0 } }");
}

TEST_CASE("whole graphs are cleared, dropped, added, moved and copied") {
  struct Case {
    const char* update;
    std::vector<std::string> left;
  };
  const Case cases[] = {
      {"CLEAR GRAPH :g", {"d p 1", "h p 3 @h", "s p 0", "s p 0 @h"}},
      {"CLEAR DEFAULT", {"g p 2 @g", "h p 3 @h", "s p 0 @g", "s p 0 @h"}},
      {"CLEAR NAMED", {"d p 1", "s p 0"}},
      {"CLEAR ALL", {}},
      {"DROP GRAPH :g", {"d p 1", "h p 3 @h", "s p 0", "s p 0 @h"}},
      {"DROP DEFAULT ; DROP GRAPH :g", {"h p 3 @h", "s p 0 @h"}},
      {"DROP NAMED", {"d p 1", "s p 0"}},
      {"DROP ALL", {}},
      {"CLEAR GRAPH :g ; CLEAR GRAPH :g ; CLEAR DEFAULT",
       {"h p 3 @h", "s p 0 @h"}},
      {"ADD :g TO DEFAULT",
       {"d p 1", "g p 2", "g p 2 @g", "h p 3 @h", "s p 0", "s p 0 @g",
        "s p 0 @h"}},
      {"ADD DEFAULT TO :new",
       {"d p 1", "d p 1 @new", "g p 2 @g", "h p 3 @h", "s p 0", "s p 0 @g",
        "s p 0 @h", "s p 0 @new"}},
      {"MOVE :g TO :h", {"d p 1", "g p 2 @h", "s p 0", "s p 0 @h"}},
      {"MOVE DEFAULT TO :g", {"d p 1 @g", "h p 3 @h", "s p 0 @g", "s p 0 @h"}},
      {"COPY :g TO DEFAULT",
       {"g p 2", "g p 2 @g", "h p 3 @h", "s p 0", "s p 0 @g", "s p 0 @h"}},
      {"COPY :g TO :g ; MOVE :g TO :g ; ADD :g TO :g ; CLEAR GRAPH :h ; DROP "
       "DEFAULT",
       {"g p 2 @g", "s p 0 @g"}},
      // Also of what the request itself has written.
      {"DROP ALL ; INSERT DATA { GRAPH :a { :x :y :new } } ; COPY :a TO :b ; "
       "MOVE :b TO :c ; CREATE GRAPH :b",
       {"x y new @a", "x y new @c"}},
  };
  for (const Case& test_case : cases) {
    TestGraph t;
    Fill(t.graph);
    INFO(test_case.update);
    MustUpdate(t.graph, test_case.update);
    CHECK(Contents(t.graph) == test_case.left);
  }
}

TEST_CASE("more graphs than can be cleared at once are cleared one by one") {
  TestGraph t;
  std::string insert = "INSERT DATA { :d :p 1 ";
  std::string clear;
  for (int i = 0; i < 300; ++i) {
    const std::string graph = "GRAPH :n" + std::to_string(i);
    insert += graph + " { :s" + std::to_string(i) + " :p 1 } ";
    clear += "CLEAR " + graph + " ; ";
  }
  MustUpdate(t.graph, insert + "}");
  CHECK(MustCount(t.graph) == 301);
  const UpdateResult result =
      MustUpdate(t.graph, clear + "INSERT DATA { GRAPH :n299 { :s :p 2 } }");
  CHECK(result.removed == 300);
  CHECK(result.inserted == 1);
  CHECK(MustCount(t.graph) == 2);
}

// Statements that are cleared take none of the memory that changes take.
TEST_CASE("a large graph is cleared within a small budget of a request") {
  TestGraph t;
  for (int batch = 0; batch < 10; ++batch) {
    std::vector<NewStatement> many;
    for (int i = 0; i < 2000; ++i) {
      many.push_back(Triple("s" + std::to_string(2000 * batch + i), "p", "o"));
      many.back().graph = "g";
    }
    MustAddAll(t.graph, many);
  }
  UpdateOptions options;
  options.memory_bytes = size_t{1} << 20;
  REQUIRE(CodeOf(t.graph,
                 "DELETE { GRAPH ?g { ?s ?p ?o } } WHERE { GRAPH ?g "
                 "{ ?s ?p ?o } }",
                 options) == absl::StatusCode::kResourceExhausted);
  const UpdateResult result = MustUpdate(
      t.graph,
      "INSERT DATA { GRAPH :g { :new :p :o } } ; DROP GRAPH :g ; INSERT DATA { "
      "GRAPH :g { :newer :p :o } }",
      options);
  CHECK(result.removed == 20'000);
  CHECK(result.inserted == 1);
  CHECK(MustCount(t.graph) == 1);
}

TEST_CASE("a named graph is there while it has statements") {
  TestGraph t;
  Fill(t.graph);
  const std::vector<std::string> all = Contents(t.graph);
  struct Case {
    const char* operation;
    const char* graphs;
    absl::StatusCode code;
  };
  const Case cases[] = {
      {"CREATE", "GRAPH :g", absl::StatusCode::kAlreadyExists},
      {"CREATE", "GRAPH :new", absl::StatusCode::kOk},
      {"DROP", "GRAPH :none", absl::StatusCode::kNotFound},
      {"CLEAR", "GRAPH :none", absl::StatusCode::kOk},
      {"ADD", ":none TO :g", absl::StatusCode::kNotFound},
      {"MOVE", ":none TO :g", absl::StatusCode::kNotFound},
      {"COPY", ":none TO DEFAULT", absl::StatusCode::kNotFound},
  };
  for (const Case& c : cases) {
    INFO(c.operation << " " << c.graphs);
    const std::string operation = c.operation, graphs = c.graphs;
    CHECK(CodeOf(t.graph, operation + " " + graphs) == c.code);
    CHECK(CodeOf(t.graph, operation + " SILENT " + graphs) ==
          absl::StatusCode::kOk);
    CHECK(Contents(t.graph) == all);
  }
}

TEST_CASE("ADD, MOVE and COPY take records and edges along") {
  for (const char* operation : {"ADD", "MOVE", "COPY"}) {
    INFO(operation);
    TestGraph t;
    NewStatement rich = In("g", Triple("a", "p", "b", 0.5f));
    rich.metadata = "{\"why\":1}";
    NewStatement edge = In("g", Triple("a", "p", "b", 0.75f));
    edge.edge = 1;
    MustAddAll(t.graph, {rich, edge, In("g", Triple("x", "p", "y", 0.5f)),
                         In("h", Triple("x", "p", "y", 0.125f))});
    MustUpdate(t.graph, std::string(operation) + " :g TO :h");
    MatchOptions options;
    options.include_metadata = true;
    options.order_by = OrderField::kObject;
    const auto moved = Matches(t.graph, Where("a", {}, {}, "h"), options);
    REQUIRE(moved.size() == 2);
    const size_t first = moved[0].edge == 0 ? 0 : 1;
    CHECK(moved[first].weight == 0.5f);
    CHECK(moved[first].metadata == "{\"why\":1}");
    CHECK(moved[1 - first].weight == 0.75f);
    // ADD is an INSERT: what is there stays.
    const bool add = std::string(operation) == "ADD";
    CHECK(Matches(t.graph, Where("x", {}, {}, "h"))[0].weight ==
          (add ? 0.125f : 0.5f));
    CHECK(MustCount(t.graph, Where({}, {}, {}, "g")) ==
          (std::string(operation) == "MOVE" ? 0 : 3));
  }
}

void Write(const std::filesystem::path& path, const std::string& text) {
  std::filesystem::create_directories(path.parent_path());
  std::ofstream(path) << text;
}

TEST_CASE("LOAD reads files below the folder that is allowed, and no others") {
  TestGraph t;
  const std::filesystem::path inside = t.directory.path() / "in";
  const std::string root = "file://" + inside.string() + "/";
  Write(inside / "a b.ttl", "<s> <urn:skg:p> _:x . _:x <urn:skg:p> 2 .");
  Write(inside / "deep/d.nt", "<urn:skg:d> <urn:skg:p> <urn:skg:e> .");
  Write(inside / "q.trig", "<urn:skg:n> { <urn:skg:q> <urn:skg:p> 1 }");
  Write(inside / "bad.ttl", "<urn:skg:n> <urn:skg:p> .");
  Write(inside / "none.txt", "");
  Write(t.directory.path() / "in2/secret.nt",
        "<urn:skg:secret> <urn:skg:p> 1 .");
  std::filesystem::create_symlink(t.directory.path() / "in2/secret.nt",
                                  inside / "link.nt");
  UpdateOptions options;
  options.load_folder = inside.string();

  const std::string load = "LOAD <" + root + "a%20b.ttl> INTO GRAPH :g";
  CHECK(CodeOf(t.graph, load) == absl::StatusCode::kFailedPrecondition);
  CHECK(CodeOf(t.graph, "LOAD SILENT <" + root + "a%20b.ttl>") ==
        absl::StatusCode::kOk);
  CHECK(MustCount(t.graph) == 0);
  CHECK(MustUpdate(t.graph, load, options).inserted == 2);
  CHECK(MustCount(t.graph, Where("<" + root + "s>", "p", {}, "g")) == 1);
  // Its blank nodes are others each time.
  CHECK(MustUpdate(t.graph, load, options).inserted == 2);
  MustUpdate(
      t.graph,
      "CLEAR ALL ; LOAD <" + root + "deep/d.nt> ; LOAD <" + root + "q.trig>",
      options);
  CHECK(Contents(t.graph) == List({"d p e", "q p 1 @n"}));

  using Code = absl::StatusCode;
  struct Case {
    std::string source;
    Code code;
  };
  const Case cases[] = {
      {root + "missing.ttl", Code::kNotFound},
      {root, Code::kNotFound},
      {root + "bad.ttl", Code::kInvalidArgument},
      {root + "none.txt", Code::kInvalidArgument},
      {root + "../in2/secret.nt", Code::kPermissionDenied},
      {root + "%2E%2E/in2/secret.nt", Code::kPermissionDenied},
      {root + "link.nt", Code::kPermissionDenied},
      {"file://" + t.directory.path().string() + "/in2/secret.nt",
       Code::kPermissionDenied},
      {"file:///etc/passwd", Code::kPermissionDenied},
      {"file://elsewhere" + inside.string() + "/deep/d.nt",
       Code::kInvalidArgument},
      {root + "deep/d.nt%00", Code::kInvalidArgument},
      {"http://127.0.0.1:1/d.nt", Code::kInvalidArgument},
      {"urn:skg:d", Code::kInvalidArgument},
  };
  for (const Case& c : cases) {
    INFO(c.source);
    CHECK(CodeOf(t.graph, "LOAD <" + c.source + ">", options) == c.code);
    CHECK(CodeOf(t.graph, "LOAD SILENT <" + c.source + ">", options) ==
          Code::kOk);
  }
  CHECK(CodeOf(t.graph, "LOAD <" + root + "q.trig> INTO GRAPH :g", options) ==
        Code::kInvalidArgument);
  CHECK(Contents(t.graph) == List({"d p e", "q p 1 @n"}));
}

}  // namespace
}  // namespace skg::test
