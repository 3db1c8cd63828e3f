// `skg search` and `skg index`.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <string>

#include "server/cli_support.h"

namespace skg::test {
namespace {

using nlohmann::json;

// Four things with labels, indexed; three of them with vectors.
struct Indexed : CliPlace {
  Indexed() {
    MustRun({"load", "--data", data,
             File("things.nt",
                  "<urn:skg:apple> <urn:skg:label> \"sweet apple\" .\n"
                  "<urn:skg:pear> <urn:skg:label> \"sweet pear, sweet\" .\n"
                  "<urn:skg:stone> <urn:skg:label> \"hard stone\" .\n"
                  "<urn:skg:river> <urn:skg:flows_by> <urn:skg:stone> .\n"
                  "<urn:skg:pear> <urn:skg:grows_near> <urn:skg:river> .\n"
                  "<urn:skg:pear> "
                  "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type> "
                  "<urn:skg:Fruit> .\n")});
    MustRun({"index", "create", "--data", data, "--kind", "text"});
    MustRun({"index", "create", "--data", data, "--kind", "flat", "--dimension",
             "2"});
    MustRun({"index", "put", "--data", data,
             File("vectors.ndjson",
                  "{\"entity\":\"apple\",\"vector\":[1,0]}\n\n"
                  "{\"entity\":\"pear\",\"vector\":[1,0.25]}\r\n"
                  "{\"entity\":\"stone\",\"vector\":[-1,0]}")});
  }
  // The entities that a search gives.
  [[nodiscard]] std::string Found(Arguments arguments) const {
    arguments.insert(arguments.begin(), "search");
    arguments.insert(arguments.end(), {"--data", data, "--results", "json"});
    std::string found;
    const json answer = json::parse(MustRun(arguments));
    for (const json& one : answer["results"])
      found += (found.empty() ? "" : " ") + one["entity"].get<std::string>();
    return found;
  }
};

TEST_CASE("search finds words in every form", "[search]") {
  const Indexed place;
  CHECK(place.Found({"hard"}) == "stone");
  CHECK(place.Found({"sto*"}) == "stone");
  CHECK(place.Found({"sweet hard", "--all-words"}).empty());
  CHECK(place.Found({"sweet", "--type", "Fruit"}) == "pear");
  CHECK(place.Found({"sweet", "--filter", "SELECT ?s { ?s :grows_near ?o }"}) ==
        "pear");
  CHECK(place.Found({"sweet", "--threshold", "1000"}).empty());
  const std::string csv =
      MustRun({"search", "\"hard stone\"", "--data", place.data, "--results",
               "csv", "--highlight", "--top-k", "1"});
  CHECK(Contains(csv, "entity,score,text\r\nstone,"));
  CHECK(Contains(
      MustRun({"search", "hard", "--data", place.data, "--results", "table"}),
      "(1 row)"));
}

TEST_CASE("search finds what is near", "[search]") {
  const Indexed place;
  CHECK(place.Found({"--near", "apple"}) == "pear stone");
  CHECK(place.Found({"--near", "apple", "--top-k", "1"}) == "pear");
  CHECK(place.Found({"--near", "apple", "--threshold", "0"}) == "pear");
  CHECK(place.Found({"--vector", place.File("query.json", "[-1, 0.1]"),
                     "--top-k", "1"}) == "stone");
  const ProcessResult piped =
      RunSkg({"search", "--vector", "-", "--data", place.data, "--results",
              "csv", "--top-k", "1"},
             {.input = "[1,0]"});
  CHECK(piped.status == 0);
  CHECK(piped.out == "entity,score\r\napple,1\r\n");
}

TEST_CASE("an index follows its graph and is asked by texts", "[search]") {
  const Indexed place;
  const std::string made =
      MustRun({"index", "create", "--data", place.data, "--index", "meaning",
               "--kind", "hnsw", "--embedder", "hashing", "--embed",
               "--embed-label", "<urn:skg:label>"});
  CHECK(Contains(made, "4 vectors"));
  CHECK(place.Found({"--similar", "a hard stone", "--vector-index", "meaning",
                     "--top-k", "1"}) == "stone");
  MustRun({"index", "create", "--data", place.data, "--index", "types",
           "--kind", "flat", "--embedder", "hashing", "--embed-type", "Fruit",
           "--embed-statements", "3", "--embed-no-name"});
  CHECK(place.Found({"--similar", "pear grows near", "--vector-index",
                     "types"}) == "pear");
  CHECK(place.Found({"sweet", "--similar", "apple", "--vector-index", "meaning",
                     "--top-k", "1"}) == "apple");
  CHECK(RunSkg({"search", "--data", place.data, "--similar", "x"}).status == 1);
  CHECK(RunSkg({"search", "--data", place.data, "--similar", "x", "--near",
                "apple"})
            .status == 2);
  CHECK(RunSkg({"index", "create", "--data", place.data, "--index", "no",
                "--kind", "text", "--embed"})
            .status == 2);
}

TEST_CASE("search makes one ranking of several", "[search]") {
  const Indexed place;
  const json found =
      json::parse(MustRun({"search", "sweet", "--near", "apple", "--from",
                           "river", "--max-distance", "1", "--data", place.data,
                           "--results", "json", "--text-weight", "2"}));
  REQUIRE(found["results"].size() >= 3);
  CHECK(found["results"][0]["entity"] == "pear");
  CHECK(found["results"][0]["parts"].size() == 3);
  CHECK(place.Found({"--from", "river", "--max-distance", "1", "--fusion",
                     "weighted", "--top-k", "1"}) == "river");
  CHECK(Contains(MustRun({"search", "sweet", "--near", "apple", "--data",
                          place.data, "--results", "csv"}),
                 "entity,score,text_rank,vector_rank,proximity_rank,text"));
}

TEST_CASE("search asks past states", "[search]") {
  const Indexed place;
  const json before =
      json::parse(MustRun({"index", "stats", "--data", place.data, "--kind",
                           "vector", "--results", "json"}));
  CHECK(before["vectors"] == 3);
  const uint64_t made = before["created_commit"];
  MustRun({"query", "--data", place.data, "--update",
           "DELETE WHERE { :stone :label ?l }"});
  CHECK(place.Found({"hard"}).empty());
  CHECK(place.Found({"hard", "--as-of", std::to_string(made)}) == "stone");
  CHECK(Contains(
      MustFail({"search", "hard", "--data", place.data, "--as-of", "1"}),
      "default"));
}

TEST_CASE("indexes are listed, rebuilt and dropped", "[index]") {
  const Indexed place;
  const json list = json::parse(
      MustRun({"index", "list", "--data", place.data, "--results", "json"}));
  CHECK(list["total"] == 2);
  CHECK(list["indexes"][0]["kind"] == "text");
  CHECK(list["indexes"][1]["kind"] == "flat");
  const std::string table =
      MustRun({"index", "list", "--data", place.data, "--results", "table"});
  CHECK(Contains(table, "2 dimensions, cosine"));
  CHECK(Contains(MustRun({"index", "stats", "--data", place.data, "--kind",
                          "text", "--results", "table"}),
                 "documents"));
  CHECK(Contains(MustRun({"index", "rebuild", "--data", place.data, "--index",
                          "default", "--kind", "text"}),
                 "rebuilt"));
  CHECK(Contains(MustRun({"index", "rebuild", "--data", place.data, "--index",
                          "default", "--kind", "vector"}),
                 "rebuilt"));
  CHECK(place.Found({"--near", "apple"}) == "pear stone");
  // Which of the two is to be said.
  CHECK(Contains(
      MustFail({"index", "drop", "--data", place.data, "--index", "default"}),
      "--kind"));
  MustRun({"index", "drop", "--data", place.data, "--index", "default",
           "--kind", "vector"});
  MustRun({"index", "drop", "--data", place.data, "--index", "default"});
  CHECK(json::parse(MustRun({"index", "list", "--data", place.data, "--results",
                             "json"}))["total"] == 0);
  CHECK(Contains(
      MustFail({"index", "drop", "--data", place.data, "--index", "default"}),
      "default"));
  CHECK(
      Contains(MustFail({"search", "hard", "--data", place.data}), "default"));
}

TEST_CASE("an index finds statements by their metadata, unless it shall not",
          "[index]") {
  const Indexed place;
  MustRun({"query", "--data", place.data, "--update",
           "INSERT DATA { << :river :flows_by :stone >> "
           "<urn:skg-vocabulary:meta/note> \"since the flood\" }"});
  const auto create = [&](const std::string& name, Arguments more) {
    more.insert(more.begin(),
                {"index", "create", "--data", place.data, "--kind", "text",
                 "--over", "statements", "--index", name});
    MustRun(more);
    const json stats =
        json::parse(MustRun({"index", "stats", "--data", place.data, "--kind",
                             "text", "--index", name, "--results", "json"}));
    return stats["metadata"].get<bool>();
  };
  CHECK(create("facts", {}));
  CHECK_FALSE(create("objects", {"--no-metadata"}));
  CHECK_FALSE(place.Found({"flood", "--index", "facts"}).empty());
  CHECK(place.Found({"flood", "--index", "objects"}).empty());
}

TEST_CASE("wrong lines of vectors are told by their number", "[index]") {
  const Indexed place;
  const auto fails = [&](const std::string& text) {
    return MustFail(
        {"index", "put", "--data", place.data, place.File("wrong", text)});
  };
  const std::string good = R"({"entity":"a","vector":[1,0]})";
  CHECK(Contains(fails(good + "\n\n{\n"), "wrong:3: "));
  CHECK(Contains(fails(good + "\n{\"entity\":\"b\",\"vector\":[1]}"),
                 "wrong:2: "));
  CHECK(Contains(fails(R"({"entity":"b","vector":[1,"x"]})"), "wrong:1: "));
  CHECK(Contains(fails(R"({"entity":"b"})"), "vector"));
  CHECK(Contains(fails(R"({"id":"b","vector":[1,0]})"), "id"));
  CHECK(Contains(fails(std::string(3 << 20, ' ')), "longer"));
  CHECK(Contains(MustFail({"index", "put", "--data", place.data, "--index",
                           "none", place.File("good", good)}),
                 "none"));
  // Of a batch with a wrong line nothing is stored, of those before all.
  std::string lines;
  for (int i = 0; i < 1000; ++i)
    lines += "{\"entity\":\"n" + std::to_string(i) + "\",\"vector\":[1,2]}\n";
  CHECK(Contains(fails(lines + good + "\n[]\n"), "wrong:1002: "));
  CHECK(json::parse(MustRun({"index", "stats", "--data", place.data, "--kind",
                             "vector", "--results", "json"}))["vectors"] ==
        1003);
}

TEST_CASE("wrong command lines of search and index", "[search]") {
  const CliPlace place;
  const auto fails = [&](Arguments arguments) {
    arguments.insert(arguments.end(), {"--data", place.data});
    const ProcessResult result = RunSkg(arguments);
    INFO(result.err);
    CHECK(result.status == 2);
    CHECK(LineCount(result.err) <= 2);
    return result.err;
  };
  CHECK(Contains(fails({"search"}), "--near"));
  CHECK(Contains(fails({"search", "a", "--top-k", "0"}), "top-k"));
  CHECK(Contains(fails({"search", "a", "--fusion", "sum"}), "rrf"));
  CHECK(Contains(fails({"search", "a", "--threshold", "high"}), "threshold"));
  CHECK(
      Contains(fails({"search", "--near", "a", "--all-words"}), "--all-words"));
  CHECK(Contains(fails({"search", "a", "--text-weight", "2"}), "several"));
  CHECK(Contains(fails({"search", "--near", "a", "--vector", "b"}), "--near"));
  CHECK(Contains(fails({"search", "a", "--results", "xml"}), "table"));
  const ProcessResult nothing = RunSkg({"index"});
  CHECK(nothing.status == 2);
  CHECK(Contains(nothing.err, "create"));
  CHECK(Contains(fails({"index", "create"}), "--kind"));
  CHECK(Contains(fails({"index", "create", "--kind", "btree"}), "hnsw"));
  CHECK(
      Contains(fails({"index", "create", "--kind", "text", "--dimension", "3"}),
               "--dimension"));
  CHECK(
      Contains(fails({"index", "create", "--kind", "flat", "--predicate", "p"}),
               "--predicate"));
  CHECK(
      Contains(fails({"index", "create", "--kind", "flat", "--metric", "near"}),
               "cosine"));
  CHECK(Contains(fails({"index", "put"}), "FILE"));
  CHECK(Contains(fails({"index", "drop"}), "--index"));
}

}  // namespace
}  // namespace skg::test
