// Text indexes through the public headers.
#include "skg/text_index.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <map>
#include <set>
#include <thread>

#include "engine/open_graph.h"
#include "skg/field_error.h"

using namespace skg;
using namespace skg::test;

namespace {

std::vector<TextHit> MustSearch(const ReadView& view, std::string_view query,
                                const TextSearchOptions& options = {}) {
  auto hits = view.SearchText("default", query, options);
  REQUIRE_OK(hits);
  return *std::move(hits);
}

std::vector<TextHit> MustSearch(const Graph& graph, std::string_view query,
                                const TextSearchOptions& options = {}) {
  auto view = graph.Latest();
  REQUIRE_OK(view);
  return MustSearch(*view, query, options);
}

template <typename Source>
std::vector<std::string> Found(const Source& source, std::string_view query,
                               TextSearchOptions options = {}) {
  options.top_k = 10'000;
  std::vector<std::string> owners;
  for (const TextHit& hit : MustSearch(source, query, options))
    owners.push_back(hit.owner);
  std::sort(owners.begin(), owners.end());
  return owners;
}

TextIndexOptions Plain() {
  TextIndexOptions options;
  options.names = false;
  options.stemming = false;
  return options;
}

std::string Quoted(const std::string& text) { return "\"" + text + "\""; }

}  // namespace

TEST_CASE("nodes are found by the words of their texts", "[text]") {
  TestGraph t;
  REQUIRE_OK(t.graph.CreateTextIndex("default"));
  MustAdd(t.graph, Triple("Einstein", "label", "\"Albert Einstein\"@en"));
  MustAdd(t.graph, Triple("Einstein", "description",
                          "\"developed the theories of relativity\"@en"));
  MustAdd(t.graph, Triple("Curie", "label", "\"Marie Curie\""));
  CHECK(Found(t.graph, "albert") == List({"Einstein"}));
  CHECK(Found(t.graph, "theory") == List({"Einstein"}));  // stemmed
  CHECK(Found(t.graph, "\"marie curie\"") == List({"Curie"}));
  CHECK(Found(t.graph, "\"curie marie\"").empty());
  CHECK(Found(t.graph, "einst*") == List({"Einstein"}));
  CHECK(Found(t.graph, "einstien~") == List({"Einstein"}));
  CHECK(Found(t.graph, "marie albert") == List({"Curie", "Einstein"}));
  CHECK(Found(t.graph, "+marie +albert").empty());
  CHECK(Found(t.graph, "nobody").empty());
  const auto hits = MustSearch(t.graph, "albert einstein");
  REQUIRE(hits.size() == 1);
  CHECK(hits[0].text == "Albert Einstein");
  CHECK(hits[0].score > 0);
}

TEST_CASE("what was found is marked, if that is asked for", "[text]") {
  TestGraph t;
  REQUIRE_OK(t.graph.CreateTextIndex("default"));
  MustAdd(t.graph, Triple("a", "label", "\"the theories of <Newton>\"@en"));
  TextSearchOptions options;
  options.mark_begin = "[";
  options.mark_end = "]";
  const auto hits = MustSearch(t.graph, "theory newton", options);
  REQUIRE(hits.size() == 1);
  CHECK(hits[0].highlighted == "the [theories] of <[Newton]>");
  CHECK(MustSearch(t.graph, "theory")[0].highlighted.empty());
}

TEST_CASE("names of nodes are texts, if that is asked for", "[text]") {
  TestGraph t;
  REQUIRE_OK(t.graph.CreateTextIndex("default"));
  REQUIRE_OK(t.graph.CreateTextIndex("labels", Plain()));
  MustAdd(t.graph, Triple("theory of gravity", "by",
                          "<http://example.org/people#Isaac_Newton>"));
  CHECK(Found(t.graph, "gravity") == List({"theory of gravity"}));
  CHECK(Found(t.graph, "newton") ==
        List({"<http://example.org/people#Isaac_Newton>"}));
  CHECK(t.graph.Latest()->SearchText("labels", "gravity")->empty());
  REQUIRE_OK(t.graph.Remove("theory of gravity", "by",
                            "<http://example.org/people#Isaac_Newton>"));
  CHECK(Found(t.graph, "gravity").empty());
  CHECK(Found(t.graph, "newton").empty());
}

TEST_CASE("a view finds the texts of its state", "[text]") {
  TestGraph t;
  const uint64_t before =
      MustAdd(t.graph, Triple("a", "label", "\"old words\"")).commit;
  REQUIRE_OK(t.graph.CreateTextIndex("default", Plain()));
  auto first = t.graph.Latest();
  REQUIRE_OK(first);
  MustAdd(t.graph, Triple("b", "label", "\"new words\""));
  REQUIRE_OK(t.graph.Remove("a", "label", "\"old words\""));
  CHECK(Found(*first, "words") == List({"a"}));
  CHECK(Found(t.graph, "words") == List({"b"}));
  const uint64_t then = t.graph.Latest()->commit();
  // The same text again, of another node; and back.
  MustAdd(t.graph, Triple("c", "label", "\"old words\""));
  CHECK(Found(t.graph, "words") == List({"b", "c"}));
  CHECK(Found(t.graph, "old") == List({"c"}));
  auto past = t.graph.AsOf(PointInTime{then});
  REQUIRE_OK(past);
  CHECK(Found(*past, "words") == List({"b"}));
  past = t.graph.AsOf(PointInTime{first->commit()});
  REQUIRE_OK(past);
  CHECK(Found(*past, "words") == List({"a"}));
  past = t.graph.AsOf(PointInTime{before - 1});
  REQUIRE_OK(past);
  CHECK(absl::IsOutOfRange(past->SearchText("default", "words").status()));
}

TEST_CASE("only declared predicates make texts", "[text]") {
  TestGraph t;
  TextIndexOptions options = Plain();
  options.predicates = {"label", "<http://example.org/title>"};
  REQUIRE_OK(t.graph.CreateTextIndex("default", options));
  // As one commit, so that the terms are new together.
  MustAddAll(t.graph,
             {Triple("a", "label", "\"one word\""),
              Triple("b", "comment", "\"one word\""),
              Triple("c", "<http://example.org/title>", "\"two words\"")});
  CHECK(Found(t.graph, "one") == List({"a"}));
  CHECK(Found(t.graph, "words") == List({"c"}));
  // A text that was there as a comment only, long before it is a label.
  MustAdd(t.graph, Triple("d", "comment", "\"hidden\""));
  CHECK(Found(t.graph, "hidden").empty());
  MustAdd(t.graph, Triple("e", "label", "\"hidden\""));
  CHECK(Found(t.graph, "hidden") == List({"e"}));
  auto infos = t.graph.Latest()->TextIndexes();
  REQUIRE_OK(infos);
  REQUIRE(infos->size() == 1);
  CHECK((*infos)[0].options.predicates == options.predicates);
  CHECK((*infos)[0].documents == 3);
}

TEST_CASE("statements are found by their texts", "[text]") {
  TestGraph t;
  TextIndexOptions options = Plain();
  options.over = IndexOver::kStatements;
  REQUIRE_OK(t.graph.CreateTextIndex("default", options));
  Statement first, second;
  REQUIRE_OK(t.graph.Add(Triple("a", "said", "\"hello world\""), {}, &first));
  REQUIRE_OK(t.graph.Add(Triple("b", "said", "\"hello moon\""), {}, &second));
  CHECK(Found(t.graph, "world") == std::vector{first.id});
  CHECK(Found(t.graph, "hello").size() == 2);
  REQUIRE_OK(t.graph.Remove("a", "said", "\"hello world\""));
  CHECK(Found(t.graph, "hello") == std::vector{second.id});
  TextSearchOptions filtered;
  filtered.node_types = {"T"};
  CHECK(absl::IsInvalidArgument(
      t.graph.Latest()->SearchText("default", "hello", filtered).status()));
}

TEST_CASE("a search of few nodes finds as one of many", "[text]") {
  TestGraph t;
  REQUIRE_OK(t.graph.CreateTextIndex("default", Plain()));
  const std::string type = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>";
  std::vector<NewStatement> statements;
  for (int i = 0; i < 3000; ++i) {
    const std::string name = "n" + std::to_string(i);
    statements.push_back(Triple(name, type, i % 1000 == 7 ? "Rare" : "Common"));
    statements.push_back(
        Triple(name, "label", Quoted("thing number " + std::to_string(i))));
  }
  MustAddAll(t.graph, statements);
  TextSearchOptions options;
  options.node_types = {"Rare"};
  CHECK(Found(t.graph, "thing", options) == List({"n1007", "n2007", "n7"}));
  options.node_types = {"Common"};
  CHECK(Found(t.graph, "thing", options).size() == 2997);
  options.node_types = {};
  options.filter = "SELECT ?n { ?n :label ?l FILTER(CONTAINS(?l, \"99\")) }";
  CHECK(Found(t.graph, "number", options).size() == 57);
  options.threshold = 1000;
  CHECK(MustSearch(t.graph, "number", options).empty());
}

TEST_CASE("an index of what is there is made, dropped, made again", "[text]") {
  TestGraph t;
  MustAdd(t.graph, Triple("a", "label", "\"some words\"@en"));
  MustAdd(t.graph, Triple("b", "label", "\"short\""));
  REQUIRE_OK(t.graph.CreateTextIndex("default", Plain()));
  CHECK(Found(t.graph, "words short") == List({"a", "b"}));
  CHECK(absl::IsAlreadyExists(t.graph.CreateTextIndex("default").status()));
  REQUIRE_OK(t.graph.DropTextIndex("default"));
  CHECK(absl::IsNotFound(
      t.graph.Latest()->SearchText("default", "words").status()));
  CHECK(absl::IsNotFound(t.graph.DropTextIndex("default").status()));
  CHECK(absl::IsNotFound(t.graph.RebuildTextIndex("default").status()));
  MustAdd(t.graph, Triple("c", "label", "\"more words\""));
  REQUIRE_OK(t.graph.CreateTextIndex("default", Plain()));
  CHECK(Found(t.graph, "words") == List({"a", "c"}));
  REQUIRE_OK(t.graph.RebuildTextIndex("default"));
  CHECK(Found(t.graph, "words") == List({"a", "c"}));
  MustAdd(t.graph, Triple("d", "label", "\"words after\""));
  CHECK(Found(t.graph, "words") == List({"a", "c", "d"}));
  CHECK(t.graph.Latest()->TextIndexes()->size() == 1);
}

TEST_CASE("what is wrong with an index or a query is told", "[text]") {
  TestGraph t;
  TextIndexOptions options;
  options.predicates = {"label", "\"a literal\""};
  options.language = "xx-none";
  const auto errors =
      FieldErrors(t.graph.CreateTextIndex("a b", options).status());
  REQUIRE(errors.size() == 3);
  CHECK(errors[0].path == List({"name"}));
  CHECK(errors[1].path == List({"predicates", "1"}));
  CHECK(errors[2].path == List({"language"}));
  REQUIRE_OK(t.graph.CreateTextIndex("default"));
  auto view = t.graph.Latest();
  CHECK(absl::IsInvalidArgument(
      view->SearchText("default", "\"not closed").status()));
  CHECK(view->SearchText("default", "")->empty());
  TextSearchOptions none;
  none.top_k = 0;
  CHECK(
      absl::IsInvalidArgument(view->SearchText("default", "a", none).status()));
  const auto late =
      t.graph.CreateTextIndex("late", {}, {}, absl::InfinitePast());
  CHECK(absl::IsDeadlineExceeded(late.status()));
  CHECK(t.graph.Latest()->TextIndexes()->size() == 1);
}

TEST_CASE("texts of bulk loads are found with them", "[text]") {
  TestGraph t;
  REQUIRE_OK(t.graph.CreateTextIndex("default", Plain()));
  int i = 0;
  REQUIRE_OK(t.graph.BulkLoad([&](NewStatement* statement) {
    if (i == 20'000) return absl::StatusOr<bool>(false);
    *statement = Triple("n" + std::to_string(i), "label",
                        Quoted("loaded text " + std::to_string(i % 5000)));
    ++i;
    return absl::StatusOr<bool>(true);
  }));
  CHECK(Found(t.graph, "4321") == List({"n14321", "n19321", "n4321", "n9321"}));
  // Of named graphs.
  bool done = false;
  REQUIRE_OK(t.graph.BulkLoad([&](NewStatement* statement) {
    *statement = In("g", Triple("named", "label", "\"elsewhere\""));
    return absl::StatusOr<bool>(!std::exchange(done, true));
  }));
  CHECK(Found(t.graph, "elsewhere") == List({"named"}));
  // A transaction too large for memory.
  auto transaction = t.graph.Begin();
  REQUIRE_OK(transaction);
  for (int j = 0; j < 70'000; ++j) {
    REQUIRE_OK(
        transaction->Add(Triple("t" + std::to_string(j), "label",
                                Quoted("spilled " + std::to_string(j)))));
  }
  REQUIRE_OK(t.graph.Apply(*std::move(transaction)));
  CHECK(Found(t.graph, "spilled +69999") == List({"t69999"}));
  TextSearchOptions options;
  options.top_k = 3;
  CHECK(MustSearch(t.graph, "loaded", options).size() == 3);
}

TEST_CASE("many texts are folded in the background, and all are found",
          "[text]") {
  TestGraph t;
  REQUIRE_OK(t.graph.CreateTextIndex("default", Plain()));
  for (int batch = 0; batch < 10; ++batch) {
    std::vector<NewStatement> statements;
    for (int i = 0; i < 1000; ++i) {
      const std::string number = std::to_string(batch * 1000 + i);
      statements.push_back(
          Triple("n" + number, "label", Quoted("folded text " + number)));
    }
    MustAddAll(t.graph, statements);
    CHECK(Found(t.graph, "folded").size() ==
          static_cast<size_t>(batch + 1) * 1000);
  }
  for (const TaskInfo& task : t.engine->Tasks()) {
    if (task.kind == "text-fold") REQUIRE_OK(t.engine->WaitTask(task.id));
  }
  CHECK(Found(t.graph, "+folded +7654") == List({"n7654"}));
  REQUIRE_OK(t.graph.DropTextIndex("default"));
}

TEST_CASE("an index is searched as before in a reopened engine", "[text]") {
  TemporaryDirectory directory;
  {
    auto engine = OpenEngine(directory / "data");
    Graph graph = OpenGraph(*engine);
    REQUIRE_OK(graph.CreateTextIndex("default", Plain()));
    MustAdd(graph, Triple("a", "label", "\"before\""));
  }
  auto engine = OpenEngine(directory / "data");
  Graph graph = OpenGraph(*engine);
  CHECK(Found(graph, "before") == List({"a"}));
  MustAdd(graph, Triple("b", "label", "\"after\""));
  CHECK(Found(graph, "before after") == List({"a", "b"}));
}

TEST_CASE("no text is missed that is written while an index is made",
          "[text]") {
  TestGraph t;
  std::atomic<bool> stop = false;
  std::atomic<int> written = 0;
  std::vector<std::thread> writers;
  for (int w = 0; w < 2; ++w) {
    writers.emplace_back([&, w] {
      for (int i = 0; !stop; ++i) {
        const auto added = t.graph.Add(
            Triple("w" + std::to_string(w) + "n" + std::to_string(i), "label",
                   Quoted("word unique" + std::to_string(w) + "x" +
                          std::to_string(i))));
        if (added.ok()) ++written;
      }
    });
  }
  while (written < 200) std::this_thread::yield();
  auto made = t.graph.CreateTextIndex("default", Plain());
  const int then = written;
  while (written < then + 50) std::this_thread::yield();
  stop = true;
  for (std::thread& writer : writers) writer.join();
  REQUIRE_OK(made);
  CHECK(Found(t.graph, "word").size() == static_cast<size_t>(written));
}

// Against all texts of the view, word by word.
TEST_CASE("random changes: each view finds what a scan finds", "[text]") {
  TestGraph t;
  auto random = Random(61);
  const std::vector<std::string> words = {"red",  "green", "blue", "cat",
                                          "dog",  "horse", "sun",  "moon",
                                          "rain", "snow"};
  const auto pick = [&](size_t n) { return random() % n; };
  const auto some_words = [&] {
    std::string text;
    for (size_t n = 1 + pick(4); n > 0; --n)
      text += (text.empty() ? "" : " ") + words[pick(words.size())];
    return text;
  };
  TextIndexOptions options = Plain();
  options.predicates = {"label", "title"};
  if (pick(2) == 0) MustAdd(t.graph, Triple("n0", "label", Quoted("red cat")));
  REQUIRE_OK(t.graph.CreateTextIndex("default", options));
  std::vector<ReadView> views;
  for (int step = 0; step < 150; ++step) {
    const std::string node = "n" + std::to_string(pick(8));
    const std::string predicate =
        std::vector<std::string>{"label", "title", "comment"}[pick(3)];
    switch (pick(12)) {
      case 0: {
        auto all = Matches(t.graph);
        if (all.empty()) break;
        const Statement& one = all[pick(all.size())];
        REQUIRE_OK(t.graph.Remove(one.subject, one.predicate, one.object));
        break;
      }
      case 1:
        REQUIRE_OK(t.graph.Compact());
        break;
      case 2:
        if (pick(5) == 0) REQUIRE_OK(t.graph.Clear({}));
        break;
      case 3:
        REQUIRE_OK(t.graph.RebuildTextIndex("default"));
        break;
      case 4:
        REQUIRE_OK(t.graph.DropTextIndex("default"));
        // The views from before go on finding.
        REQUIRE_OK(t.graph.CreateTextIndex("default", options));
        break;
      default:
        MustAdd(t.graph, Triple(node, predicate, Quoted(some_words())));
    }
    auto view = t.graph.Latest();
    REQUIRE_OK(view);
    views.push_back(*view);
    const ReadView& looked = views[pick(views.size())];
    const std::string word = words[pick(words.size())];
    std::set<std::string> expected;
    for (const Statement& s : Matches(looked)) {
      if (s.predicate == "comment") continue;
      if ((" " + s.object.substr(1, s.object.size() - 2) + " ")
              .find(" " + word + " ") != std::string::npos) {
        expected.insert(s.subject);
      }
    }
    INFO("step " << step << ", word " << word);
    CHECK(Found(looked, word) ==
          std::vector<std::string>(expected.begin(), expected.end()));
  }
}

TEST_CASE("options that mean nothing to a text index are refused", "[text]") {
  TestGraph t;
  const CommitOptions key{.idempotency_key = "one"};
  CHECK(absl::IsInvalidArgument(
      t.graph.CreateTextIndex("default", {}, key).status()));
  REQUIRE_OK(t.graph.CreateTextIndex("default"));
  CHECK(absl::IsInvalidArgument(
      t.graph.RebuildTextIndex("default", key).status()));
  CHECK(absl::IsInvalidArgument(
      t.graph.DropTextIndex("default", {.skip_duplicates = true}).status()));
  auto view = t.graph.Latest();
  REQUIRE_OK(view);
  TextSearchOptions options;
  options.threshold = std::nanf("");
  CHECK(absl::IsInvalidArgument(
      view->SearchText("default", "x", options).status()));
}
