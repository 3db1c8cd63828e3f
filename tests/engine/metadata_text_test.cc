// Text indexes over statements: the metadata of these.
#include <algorithm>
#include <atomic>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "engine/metadata_text_support.h"
#include "engine/update_fixture.h"

namespace skg::test {
namespace {

using Lines = std::vector<std::string>;

TEST_CASE("statements are found by the strings of their metadata",
          "[metadata]") {
  TestGraph t;
  MakeIndex(t.graph);
  MustAdd(t.graph, With(R"({"note":"first seen","n":7,"by":{"who":"Ann Lee",
      "where":["in Ulm",3,null,["a \"tower\""]]},"empty":""})",
                        Triple("a", "knows", "b")));
  for (const char* word : {"seen", "lee", "ulm", "tower", "\"ann lee\""})
    CHECK(Found(t.graph, word) == Lines{"a knows b"});
  // Keys, numbers and names of the statement are no texts of it.
  for (const char* word : {"note", "who", "7", "3", "null", "knows", "b"})
    CHECK(Found(t.graph, word).empty());
  TextSearchOptions options;
  options.mark_begin = "[";
  options.mark_end = "]";
  const auto hits = t.graph.Latest()->SearchText("default", "ulm", options);
  REQUIRE_OK(hits);
  REQUIRE(hits->size() == 1);
  CHECK((*hits)[0].text == "first seen\nAnn Lee\nin Ulm\na \"tower\"");
  CHECK((*hits)[0].highlighted == "first seen\nAnn Lee\nin [Ulm]\na \"tower\"");
}

TEST_CASE("a phrase stands in one string of the metadata", "[metadata]") {
  TestGraph t;
  MakeIndex(t.graph);
  MustAdd(t.graph, With(R"({"a":"seen first","b":["by night","","and day"]})",
                        Triple("a", "knows", "b")));
  MustAdd(t.graph, With(R"({"a":"seen\nfirst by\nnight and","b":"day"})",
                        Triple("b", "knows", "c")));
  const auto check = [&] {
    for (const char* inside : {"\"seen first\"", "\"by night\""})
      CHECK(Found(t.graph, inside) == Lines{"a knows b", "b knows c"});
    for (const char* across : {"\"first by\"", "\"night and\""})
      CHECK(Found(t.graph, across) == Lines{"b knows c"});
    CHECK(Found(t.graph, "\"and day\"") == Lines{"a knows b"});
  };
  check();
  REQUIRE_OK(t.graph.RebuildTextIndex("default"));
  check();
  TextSearchOptions options;
  options.mark_begin = "[";
  options.mark_end = "]";
  const auto hits =
      t.graph.Latest()->SearchText("default", "\"first by\" night", options);
  REQUIRE_OK(hits);
  REQUIRE(hits->size() == 2);
  CHECK((*hits)[0].highlighted == "seen\n[first by]\n[night] and\nday");
  CHECK((*hits)[1].highlighted == "seen first\nby [night]\nand day");
}

TEST_CASE("each view finds the metadata that it shows", "[metadata]") {
  TestGraph t;
  MakeIndex(t.graph);
  std::vector<ReadView> views;
  const auto keep = [&] { views.push_back(*t.graph.Latest()); };
  const NewStatement fact = Triple("a", "knows", "b");
  MustAdd(t.graph, With(R"({"note":"old words"})", fact));
  keep();
  MustAdd(t.graph, With(R"({"note":"new words"})", fact));
  keep();
  MustAdd(t.graph, fact);  // without metadata, it has none
  keep();
  MustAdd(t.graph, With(R"({"note":"old words","n":1})", fact));
  keep();
  MustUpdate(t.graph,
             "INSERT DATA { << :a :knows :b >> <urn:skg-vocabulary:weight> .5 "
             "; <urn:skg-vocabulary:meta/more> \"added\" }");
  keep();
  REQUIRE_OK(t.graph.Remove("a", "knows", "b"));
  keep();
  MustAdd(t.graph, With(R"({"note":"new words"})", fact));
  keep();
  const std::vector<Lines> expected = {
      {"old", "words"}, {"new", "words"},          {},
      {"old", "words"}, {"old", "words", "added"}, {},
      {"new", "words"}};
  const auto check = [&](const ReadView& view, const Lines& words) {
    for (const char* word : {"old", "new", "words", "added"}) {
      const bool there =
          std::find(words.begin(), words.end(), word) != words.end();
      INFO(word);
      CHECK(Found(view, word) == (there ? Lines{"a knows b"} : Lines()));
    }
  };
  REQUIRE_OK(t.graph.Compact());
  for (size_t i = 0; i < views.size(); ++i) {
    INFO("view " << i);
    check(views[i], expected[i]);
    const auto past = t.graph.AsOf(PointInTime{views[i].commit()});
    REQUIRE_OK(past);
    check(*past, expected[i]);
  }
}

TEST_CASE("an add that finds the statement leaves its metadata", "[metadata]") {
  TestGraph t;
  MakeIndex(t.graph);
  const NewStatement fact = Triple("a", "knows", "b");
  MustAdd(t.graph, With(R"({"note":"kept"})", fact));
  CommitOptions skip;
  skip.skip_duplicates = true;
  MustAdd(t.graph, With(R"({"note":"ignored"})", fact), skip);
  CHECK(Found(t.graph, "kept") == Lines{"a knows b"});
  CHECK(Found(t.graph, "ignored").empty());
  REQUIRE_OK(t.graph.Remove("a", "knows", "b"));
  MustAdd(t.graph, With(R"({"note":"ignored"})", fact), skip);
  CHECK(Found(t.graph, "kept").empty());
  CHECK(Found(t.graph, "ignored") == Lines{"a knows b"});
  // Of equal statements of one commit the last one counts.
  MustAddAll(t.graph, {With(R"({"note":"first"})", fact),
                       With(R"({"note":"second"})", fact)});
  CHECK(Found(t.graph, "first").empty());
  CHECK(Found(t.graph, "second") == Lines{"a knows b"});
}

TEST_CASE("a statement is found once, by the better of its texts",
          "[metadata]") {
  TestGraph t;
  MakeIndex(t.graph);
  const std::string label = "\"red among several other words\"";
  MustAdd(t.graph, With(R"({"note":"red"})", Triple("short", "label", label)));
  MustAdd(t.graph, With(R"({"note":"red and so on and on and on and on"})",
                        Triple("long", "label", label)));
  const auto hits = t.graph.Latest()->SearchText("default", "red");
  REQUIRE_OK(hits);
  REQUIRE(hits->size() == 2);
  CHECK((*hits)[0].text == "red");
  CHECK((*hits)[1].text == "red among several other words");
  CHECK((*hits)[0].score > (*hits)[1].score);
  CHECK((*hits)[0].owner != (*hits)[1].owner);
}

TEST_CASE("equal metadata of several statements find them all", "[metadata]") {
  TestGraph t;
  MakeIndex(t.graph);
  const std::string note = R"({"note":"same"})";
  NewStatement parallel = With(note, Triple("a", "knows", "b"));
  parallel.edge = 3;
  MustAddAll(t.graph, {With(note, Triple("a", "knows", "b")), parallel,
                       In("g", With(note, Triple("a", "knows", "b"))),
                       With(note, Triple("c", "knows", "d"))});
  CHECK(Found(t.graph, "same") ==
        Lines{"a knows b", "a knows b #3", "a knows b @g", "c knows d"});
  REQUIRE_OK(t.graph.Remove("a", "knows", "b", "g"));
  CHECK(Found(t.graph, "same") ==
        Lines{"a knows b", "a knows b #3", "c knows d"});
}

TEST_CASE("metadata of any size and shape", "[metadata]") {
  TestGraph t;
  MakeIndex(t.graph);
  MustAdd(t.graph, With("{}", Triple("none", "p", "o")));
  MustAdd(t.graph,
          With(R"({"n":1.5,"b":true,"s":""})", Triple("numbers", "p", "o")));
  CHECK(t.graph.Latest()->TextIndexes()->front().documents == 0);
  std::string deep = "\"deepest\"";
  for (int i = 0; i < 90; ++i)
    deep = i % 2 == 0 ? "[" + deep + "]" : "{\"k\":" + deep + "}";
  MustAdd(t.graph, With("{\"d\":" + deep + "}", Triple("deep", "p", "o")));
  CHECK(Found(t.graph, "deepest") == Lines{"deep p o"});
  std::string long_text;
  while (long_text.size() < 1'000'000)
    long_text += "word" + std::to_string(long_text.size()) + " again ";
  MustAdd(t.graph, With("{\"text\":\"" + long_text + " last\"}",
                        Triple("long", "p", "o")));
  CHECK(Found(t.graph, "last") == Lines{"long p o"});
  CHECK(Found(t.graph, "\"again last\"") == Lines{"long p o"});
  // Escapes, also of what is no word.
  MustAdd(t.graph, With(R"({"a":"\u0072ot \ud83d\ude80 \u0000 gr\u00fcn"})",
                        Triple("escapes", "p", "o")));
  CHECK(Found(t.graph, "rot") == Lines{"escapes p o"});
  CHECK(Found(t.graph, "grün") == Lines{"escapes p o"});
  for (const char* wrong : {"{\"a\":\"open", "[\"a\"]", "\"a\"", "{\"a\" 1}"}) {
    CHECK(absl::IsInvalidArgument(
        t.graph.Add(With(wrong, Triple("wrong", "p", "o"))).status()));
  }
}

TEST_CASE("which metadata are texts is the index's choice", "[metadata]") {
  TestGraph t;
  TextIndexOptions options = OverStatements();
  options.predicates = {"knows", "likes"};
  REQUIRE_OK(t.graph.CreateTextIndex("some", options));
  options.metadata = false;
  REQUIRE_OK(t.graph.CreateTextIndex("none", options));
  options = {};
  REQUIRE_OK(t.graph.CreateTextIndex("nodes", options));
  const auto add = [&](const std::string& subject) {
    MustAddAll(t.graph,
               {With(R"({"note":"the words"})", Triple(subject, "knows", "b")),
                With(R"({"note":"the words"})", Triple(subject, "hates", "b")),
                Triple(subject, "likes", "\"words\"")});
  };
  const auto check = [&](const Lines& some, const Lines& none) {
    const ReadView view = *t.graph.Latest();
    CHECK(Found(view, "words", "some") == some);
    CHECK(Found(view, "words", "none") == none);
  };
  add("a");
  check({"a knows b", "a likes \"words\""}, {"a likes \"words\""});
  REQUIRE_OK(t.graph.RebuildTextIndex("some"));
  REQUIRE_OK(t.graph.RebuildTextIndex("none"));
  add("c");
  check({"a knows b", "a likes \"words\"", "c knows b", "c likes \"words\""},
        {"a likes \"words\"", "c likes \"words\""});
  CHECK(t.graph.Latest()->SearchText("nodes", "the")->empty());
  const auto infos = t.graph.Latest()->TextIndexes();
  REQUIRE_OK(infos);
  REQUIRE(infos->size() == 3);
  for (const TextIndexInfo& info : *infos)
    CHECK(info.options.metadata == (info.name != "none"));
}

TEST_CASE("metadata in the language of the index", "[metadata]") {
  TestGraph t;
  TextIndexOptions options;
  options.over = IndexOver::kStatements;
  options.language = "de";
  REQUIRE_OK(t.graph.CreateTextIndex("default", options));
  MustAdd(t.graph,
          With(R"({"note":"alte Bücher"})", Triple("a", "knows", "b")));
  CHECK(Found(t.graph, "buch") == Lines{"a knows b"});
}

TEST_CASE("an index of metadata is made over what is there", "[metadata]") {
  TemporaryDirectory directory;
  for (const bool ids : {true, false}) {
    INFO("ids " << ids);
    auto engine = OpenEngine(directory / "data");
    OpenGraphOptions open;
    open.create = true;
    open.statement_ids = ids;
    auto graph = engine->OpenGraph(ids ? "ids" : "plain", open);
    REQUIRE_OK(graph);
    MustAdd(*graph, With(R"({"note":"before"})", Triple("a", "knows", "b")));
    MakeIndex(*graph);
    CHECK(Found(*graph, "before") == Lines{"a knows b"});
    MustAdd(*graph, With(R"({"note":"after"})", Triple("c", "knows", "d")));
    MustAdd(*graph, With(R"({"note":"after"})", Triple("a", "knows", "b")));
    const ReadView kept = *graph->Latest();
    REQUIRE_OK(graph->RebuildTextIndex("default"));
    CHECK(Found(*graph, "before").empty());
    CHECK(Found(*graph, "after") == Lines{"a knows b", "c knows d"});
    // It says of whom it is the index: documents of the past are gone.
    CHECK(graph->Latest()->TextIndexes()->front().documents == 2);
    REQUIRE_OK(graph->DropTextIndex("default"));
    CHECK(Found(kept, "after") == Lines{"a knows b", "c knows d"});
    MakeIndex(*graph);
    CHECK(Found(*graph, "after") == Lines{"a knows b", "c knows d"});
  }
  auto engine = OpenEngine(directory / "data");
  for (const char* name : {"ids", "plain"}) {
    Graph graph = OpenGraph(*engine, name);
    CHECK(graph.Latest()->TextIndexes()->front().options.metadata);
    CHECK(Found(graph, "after") == Lines{"a knows b", "c knows d"});
  }
}

TEST_CASE("metadata of bulk loads are found with them", "[metadata]") {
  TestGraph t;
  TextIndexOptions options = OverStatements();
  options.predicates = {"knows"};
  REQUIRE_OK(t.graph.CreateTextIndex("default", options));
  MustAdd(t.graph, With(R"({"note":"early 7"})", Triple("n7", "knows", "b")));
  const ReadView before = *t.graph.Latest();
  int i = 0;
  REQUIRE_OK(t.graph.BulkLoad([&](NewStatement* statement) {
    if (i == 5000) return absl::StatusOr<bool>(false);
    const std::string number = std::to_string(i);
    *statement = With("{\"note\":\"loaded " + number + "\"}",
                      Triple("n" + number, i % 2 == 0 ? "hates" : "knows",
                             i % 3 == 0 ? "b" : "\"text\""));
    if (i == 7)
      *statement = With(R"({"note":"late 7"})", Triple("n7", "knows", "b"));
    ++i;
    return absl::StatusOr<bool>(true);
  }));
  CHECK(Found(t.graph, "+loaded +4321") == Lines{"n4321 knows \"text\""});
  CHECK(Found(t.graph, "+loaded +4323") == Lines{"n4323 knows b"});
  CHECK(Found(t.graph, "4322").empty());
  CHECK(Found(before, "early") == Lines{"n7 knows b"});
  CHECK(Found(before, "loaded").empty());
  // What a load does with a statement that is there is its own business.
  const auto now = StatementsWith(*t.graph.Latest(), "early");
  CHECK(Found(t.graph, "early") == now);
  CHECK(Found(t.graph, "late") == StatementsWith(*t.graph.Latest(), "late"));
}

TEST_CASE("metadata of a transaction that spills are found", "[metadata]") {
  TestGraph t;
  MakeIndex(t.graph);
  for (int i = 0; i < 3; ++i) {
    MustAdd(t.graph, With(R"({"note":"before"})",
                          Triple("t" + std::to_string(i), "knows", "b")));
  }
  const ReadView before = *t.graph.Latest();
  auto transaction = t.graph.Begin();
  REQUIRE_OK(transaction);
  REQUIRE_OK(transaction->Remove("t1", "knows", "b"));
  REQUIRE_OK(transaction->AddIfAbsent(
      With(R"({"note":"ignored"})", Triple("t2", "knows", "b"))));
  for (int i = 3; i < 70'000; ++i) {
    const std::string number = std::to_string(i);
    REQUIRE_OK(transaction->Add(With("{\"note\":\"spilled x" + number + "\"}",
                                     Triple("t" + number, "knows", "b"))));
  }
  // One that was spilled before, and one that was there.
  REQUIRE_OK(transaction->Add(
      With(R"({"note":"again"})", Triple("t5", "knows", "b"))));
  REQUIRE_OK(transaction->Add(
      With(R"({"note":"again"})", Triple("t0", "knows", "b"))));
  REQUIRE_OK(t.graph.Apply(*std::move(transaction)));
  CHECK(Found(t.graph, "before") == Lines{"t2 knows b"});
  CHECK(Found(t.graph, "again") == Lines{"t0 knows b", "t5 knows b"});
  CHECK(Found(t.graph, "ignored").empty());
  CHECK(Found(t.graph, "x5").empty());
  CHECK(Found(t.graph, "+spilled +x69999") == Lines{"t69999 knows b"});
  CHECK(Found(before, "before").size() == 3);
  CHECK(Found(before, "again").empty());
}

TEST_CASE("texts that change often are folded, and the last is found",
          "[metadata]") {
  TestGraph t;
  MakeIndex(t.graph);
  for (int round = 0; round < 10; ++round) {
    std::vector<NewStatement> statements;
    for (int i = 0; i < 1000; ++i) {
      statements.push_back(With("{\"round\":\"r" + std::to_string(round) +
                                    " n" + std::to_string(i) + "\"}",
                                Triple("n" + std::to_string(i), "knows", "b")));
    }
    MustAddAll(t.graph, statements);
  }
  for (const TaskInfo& task : t.engine->Tasks()) {
    if (task.kind == "text-fold") REQUIRE_OK(t.engine->WaitTask(task.id));
  }
  CHECK(t.graph.Latest()->TextIndexes()->front().documents >= 10'000);
  CHECK(Found(t.graph, "r8").empty());
  CHECK(Found(t.graph, "r9").size() == 1000);
  CHECK(Found(t.graph, "+n77") == Lines{"n77 knows b"});
}

TEST_CASE("no metadata are missed that are written while an index is made",
          "[metadata]") {
  TestGraph t;
  std::atomic<bool> stop = false;
  std::atomic<int> written = 0;
  std::thread writer([&] {
    for (int i = 0; !stop; ++i) {
      // Of 100 statements in turn.
      const auto added = t.graph.Add(
          With("{\"note\":\"word v" + std::to_string(i) + "\"}",
               Triple("n" + std::to_string(i % 100), "knows", "b")));
      if (added.ok()) ++written;
    }
  });
  std::thread loader([&] {
    for (int i = 0; !stop; ++i) {
      bool done = false;
      const auto loaded = t.graph.BulkLoad(
          [&](NewStatement* statement) -> absl::StatusOr<bool> {
            if (std::exchange(done, true)) return false;
            *statement = With(R"({"note":"load"})",
                              Triple("l" + std::to_string(i), "knows", "b"));
            return true;
          });
      if (loaded.ok()) ++written;
    }
  });
  while (written < 150) std::this_thread::yield();
  const auto made = t.graph.CreateTextIndex("default", OverStatements());
  const int then = written;
  while (written < then + 50) std::this_thread::yield();
  stop = true;
  writer.join();
  loader.join();
  REQUIRE_OK(made);
  const ReadView view = *t.graph.Latest();
  CHECK(Found(view, "word") == StatementsWith(view, "word"));
  CHECK(Found(view, "load") == StatementsWith(view, "load"));
}

}  // namespace
}  // namespace skg::test
