// Hostile documents: the fuzzing corpus as it is and with random damage. Every
// one gives an answer or a status that blames the caller.

#include <catch2/catch.hpp>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <vector>

#include "query_fixture.h"
#include "skg/statement_json.h"

namespace skg::query {
namespace {

using test::TestGraph;
using Json = nlohmann::json;

std::vector<std::string> Corpus() {
  std::vector<std::string> documents;
  for (const auto& entry :
       std::filesystem::directory_iterator(SKG_PATTERN_QUERY_CORPUS)) {
    auto text = skg::test::ReadFile(entry.path());
    REQUIRE_OK(text);
    documents.push_back(*std::move(text));
  }
  REQUIRE(documents.size() >= 15);
  return documents;
}

TestGraph SmallGraph() {
  TestGraph graph;
  graph.Add(
      {{"Curie", "discovered", "Radium", 0.9f, "", R"({"source":"book"})"},
       {"Curie", "knows", "Einstein"},
       {"Bohr", "knows", "Bohr", 0.5f, "people"},
       {"Einstein", "born",
        "\"1879\"^^<http://www.w3.org/2001/XMLSchema#gYear>"},
       {"Bohr", "field", "Physics"}});
  return graph;
}

// True: the document was taken by some reader.
bool Feed(const TestGraph& graph, const std::string& document) {
  const PatternQueryOptions options = {
      .deadline = absl::Now() + absl::Seconds(60), .memory_bytes = 1 << 20};
  bool taken = false;
  const auto check = [&](const absl::Status& status) {
    taken = taken || status.ok();
    if (status.ok()) return;
    CHECK((status.code() == absl::StatusCode::kInvalidArgument ||
           status.code() == absl::StatusCode::kResourceExhausted));
    CHECK_FALSE(status.message().empty());
    // What goes back to the caller is text.
    CHECK_NOTHROW(
        Json(std::string(status.message().data(), status.message().size()))
            .dump());
    for (const FieldError& error : FieldErrors(status)) {
      CHECK_FALSE(error.type.empty());
      CHECK_FALSE(error.message.empty());
      CHECK_NOTHROW(Json(error.path).dump());
    }
  };
  const auto result = graph.Query(document, options);
  check(result.status());
  if (result.ok()) CHECK(Json::accept(PatternResultJson(*result, true)));
  check(ParseStatementJson(document).status());
  check(ParseBatchJson(document).status());
  return taken;
}

TEST_CASE("the corpus gives answers or the caller's errors") {
  const TestGraph graph = SmallGraph();
  size_t taken = 0;
  for (const std::string& document : Corpus()) {
    INFO(document);
    taken += Feed(graph, document) ? 1u : 0u;
  }
  CHECK(taken >= 10);
}

TEST_CASE("damaged bytes") {
  const TestGraph graph = SmallGraph();
  const std::vector<std::string> corpus = Corpus();
  std::mt19937_64 random = skg::test::Random(4);
  constexpr char kInteresting[] =
      "{}[]\",:\\?*<>_0129-+.eE \n\x00\x7f\x80\xc3\xff";
  for (int round = 0; round < 6000; ++round) {
    std::string document = corpus[random() % corpus.size()];
    for (uint64_t edits = 1 + random() % 4; edits > 0 && !document.empty();
         --edits) {
      const size_t at = random() % document.size();
      const char byte = kInteresting[random() % (sizeof kInteresting - 1)];
      switch (random() % 5) {
        case 0:
          document[at] = byte;
          break;
        case 1:
          document.insert(at, 1, byte);
          break;
        case 2:
          document.erase(at, 1 + random() % 8);
          break;
        case 3:
          document.resize(at);
          break;
        case 4:
          document.insert(
              at, document.substr(random() % document.size(), random() % 30));
          break;
      }
    }
    INFO(document);
    (void)Feed(graph, document);
  }
}

Json RandomValue(std::mt19937_64& random, int depth) {
  switch (random() % (depth > 3 ? 7 : 9)) {
    case 0:
      return nullptr;
    case 1:
      return random() % 2 == 0;
    case 2:
      return static_cast<int64_t>(random());
    case 3:
      return random() % 3;
    case 4:
      return static_cast<double>(random() % 1000) / 500.0;
    case 5: {
      constexpr const char* kTexts[] = {
          "",         "*",    "?x",   "? ",        "Curie", "<a b>",      "_:b",
          "\"x\"@en", "\\",   "\\<a", "AND",       "NOT",   "weight_asc", "dfs",
          "\u0085",   "both", "a\nb", "<urn:x:y>", "knows", "Bohr"};
      return kTexts[random() % 20];
    }
    case 6:
      return std::string(random() % 3 == 0 ? 6000 : random() % 20, 'x');
    case 7: {
      Json array = Json::array();
      for (uint64_t i = random() % 4; i > 0; --i)
        array.push_back(RandomValue(random, depth + 1));
      return array;
    }
    default: {
      Json object = Json::object();
      constexpr const char* kKeys[] = {"value",   "type",      "lang",
                                       "subject", "predicate", "object"};
      for (uint64_t i = random() % 4; i > 0; --i) {
        object[kKeys[random() % 6]] = RandomValue(random, depth + 1);
      }
      return object;
    }
  }
}

// Replaces, adds or removes somewhere in the tree.
void Damage(Json& json, std::mt19937_64& random, int depth = 0) {
  if (json.is_structured() && !json.empty() && random() % 4 != 0) {
    auto it = json.begin();
    std::advance(it, static_cast<std::ptrdiff_t>(random() % json.size()));
    if (random() % 8 == 0) {
      json.erase(it);
    } else {
      Damage(*it, random, depth + 1);
    }
    return;
  }
  if (json.is_object() && random() % 2 == 0) {
    constexpr const char* kKeys[] = {
        "pattern", "patterns", "start_entity", "k",        "limit",
        "graph",   "operator", "weight",       "metadata", "triples"};
    json[kKeys[random() % 10]] = RandomValue(random, depth);
    return;
  }
  json = RandomValue(random, depth);
}

TEST_CASE("damaged structure") {
  const TestGraph graph = SmallGraph();
  std::vector<Json> corpus;
  for (const std::string& document : Corpus()) {
    if (Json json = Json::parse(document, nullptr, false);
        !json.is_discarded()) {
      corpus.push_back(std::move(json));
    }
  }
  REQUIRE(corpus.size() >= 12);
  std::mt19937_64 random = skg::test::Random(5);
  size_t taken = 0;
  for (int round = 0; round < 6000; ++round) {
    Json json = corpus[random() % corpus.size()];
    for (uint64_t edits = 1 + random() % 3; edits > 0; --edits)
      Damage(json, random);
    const std::string document = json.dump();
    INFO(document);
    taken += Feed(graph, document) ? 1u : 0u;
  }
  // Enough get past the parser to matter.
  CHECK(taken > 300);
}

}  // namespace
}  // namespace skg::query
