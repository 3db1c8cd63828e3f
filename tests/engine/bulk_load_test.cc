// Graph::Load of inputs that are sorted outside of the store, and
// Graph::BulkLoad: they give what small loads of the same give.
#include <atomic>
#include <set>

#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "engine/load_support.h"
#include "skg/field_error.h"

namespace skg::test {
namespace {

constexpr size_t kLarge = (size_t{1} << 20) + (size_t{1} << 18);

using Lines = std::set<std::string>;

Statement Only(const Graph& graph, const StatementPattern& pattern) {
  auto cursor = graph.Match(pattern, {.include_metadata = true});
  REQUIRE_OK(cursor);
  std::vector<Statement> statements;
  auto more = cursor->Next(statements);
  REQUIRE_OK(more);
  REQUIRE(statements.size() == 1);
  return statements.front();
}

Lines LinesOf(const std::string& text) {
  Lines lines;
  for (const auto line : absl::StrSplit(text, '\n', absl::SkipEmpty()))
    lines.emplace(line);
  return lines;
}

// Lines of N-Triples with every kind of term, some of them twice.
std::string ManyLines(std::mt19937_64& random, bool quads) {
  std::string text;
  while (text.size() < kLarge) {
    const auto some = [&](uint64_t n) { return std::to_string(random() % n); };
    text += "<http://e/s" + some(4000) + "> <http://e/p" + some(9) + "> ";
    switch (random() % 6) {
      case 0:
        text += "\"" + some(100000) +
                "\"^^<http://www.w3.org/2001/XMLSchema#integer>";
        break;
      case 1:
        text += "\"a name of some length " + some(3000) + "\"@en-gb";
        break;
      case 2:
        text += "\"1999-0" + std::to_string(1 + random() % 9) +
                "-11\"^^<http://www.w3.org/2001/XMLSchema#date>";
        break;
      case 3:
        text += "<<( <http://e/s" + some(50) +
                "> <http://e/p1> <<( "
                "<http://e/a> <http://e/b> \"" +
                some(9) + "\" )>> )>>";
        break;
      case 4:
        text += "\"" + std::string(random() % 90, 'x') + some(30) + "\"";
        break;
      default:
        text += "<http://e/o" + some(5000) + ">";
    }
    if (quads && random() % 2 == 0) text += " <http://e/g" + some(5) + ">";
    text += " .\n";
  }
  return text;
}

TEST_CASE("a large document gives back its lines") {
  TestGraphs graphs;
  auto random = Random(1);
  for (const bool ids : {true, false}) {
    for (const Format format : {Format::kNTriples, Format::kNQuads}) {
      const std::string text = ManyLines(random, format == Format::kNQuads);
      const Lines want = LinesOf(text);
      auto graph =
          graphs.engine->OpenGraph(absl::StrCat("b", ++graphs.count),
                                   {.create = true, .statement_ids = ids});
      REQUIRE_OK(graph);
      const LoadResult result = MustLoad(*graph, text, {.format = format});
      CHECK(result.inserted == want.size());
      CHECK(result.inserted + result.duplicates == result.statements);
      CHECK(result.commit == 1);
      CHECK(LinesOf(MustExport(*graph, format)) == want);
      // Again, packed, beside what is there.
      auto other =
          graph->Add({.subject = "a", .predicate = "b", .object = "c"});
      REQUIRE_OK(other);
      const LoadResult again = MustLoad(*graph, Gzip(text), {.format = format});
      CHECK(again.inserted == 0);
      CHECK(again.statements == result.statements);
      const auto count = graph->Count();
      REQUIRE_OK(count);
      // Of a triple in several graphs one counts.
      if (format == Format::kNTriples) CHECK(*count == want.size() + 1);
    }
  }
  const auto report = graphs.engine->Check(true);
  REQUIRE_OK(report);
  for (const CheckFinding& finding : report->findings)
    FAIL_CHECK(finding.graph << ": " << finding.message);
}

TEST_CASE("statements of a large document have their ids") {
  TestGraphs graphs;
  Graph graph = graphs.Next();
  std::string text;
  for (int i = 0; text.size() < kLarge; ++i) {
    absl::StrAppend(&text, "<urn:skg:s", i, "> <urn:skg:knows> <urn:skg:o", i,
                    "> <urn:skg:g> .\n");
  }
  MustLoad(graph, text, {.format = Format::kNQuads});
  const Statement statement = Only(graph, {.subject = "s77"});
  const auto found = graph.Get(statement.id);
  REQUIRE_OK(found);
  CHECK(found->object == "o77");
  CHECK(found->graph == "g");
  const auto history = graph.History(statement.id);
  REQUIRE_OK(history);
  CHECK(history->size() == 1);
}

TEST_CASE("labels of blank nodes hold through a large document and no longer") {
  TestGraphs graphs;
  Graph graph = graphs.Next();
  std::string text;
  for (int i = 0; text.size() < kLarge; ++i) {
    absl::StrAppend(&text, "_:n", i % 1000, " <http://e/next> _:n",
                    (i + 1) % 1000, " .\n");
  }
  const LoadResult first = MustLoad(graph, text, {.format = Format::kNTriples});
  CHECK(first.inserted == 1000);
  const LoadResult second =
      MustLoad(graph, text, {.format = Format::kNTriples});
  CHECK(second.inserted == 1000);
  // What an export says means the same nodes.
  std::string exported = MustExport(graph, Format::kNTriples);
  const Lines lines = LinesOf(exported);
  CHECK(lines.size() == 2000);
  exported += std::string(kLarge, '\n');
  CHECK(MustLoad(graph, exported, {.format = Format::kNTriples}).inserted == 0);
}

TEST_CASE("a malformed line of a large document is named by its number") {
  TestGraphs graphs;
  Graph graph = graphs.Next();
  std::string text;
  uint64_t lines = 0;
  while (text.size() < kLarge) {
    absl::StrAppend(&text, "<http://e/s", lines, "> <http://e/p> <http://e/o",
                    lines, "> .\r\n");
    ++lines;
  }
  text += "<http://e/s> <http://e/p> oops .\n";
  text += "# a comment\n<http://e/s> <http://e/p> \"fine\" .\nand again";
  const auto failed = LoadText(graph, text, {.format = Format::kNTriples});
  REQUIRE(absl::IsInvalidArgument(failed.status()));
  CHECK_THAT(std::string(failed.status().message()),
             Catch::StartsWith(absl::StrCat("in:", lines + 1, ":27: ")));
  CHECK(*graph.Count() == 0);
  const LoadResult skipped = MustLoad(
      graph, text, {.format = Format::kNTriples, .continue_on_error = true});
  CHECK(skipped.skipped == 2);
  CHECK(skipped.inserted == lines + 1);
  REQUIRE(skipped.errors.size() == 2);
  CHECK(skipped.errors[0].line == lines + 1);
  CHECK(skipped.errors[1].line == lines + 4);
}

TEST_CASE("of equal statements the last wins, or the first that is asked for") {
  TestGraphs graphs;
  std::string text;
  for (int i = 0; text.size() < kLarge; ++i)
    absl::StrAppend(&text, "s", i % 20000, "\tp\to\t0.", 1 + i / 20000, "\n");
  const auto weight_of = [](const Graph& graph) {
    return Only(graph, {.subject = "s5"}).weight;
  };
  Graph last = graphs.Next();
  const LoadResult result = MustLoad(last, text, {.format = Format::kTsv});
  CHECK(result.inserted == 20000);
  CHECK(result.replaced + result.inserted == result.statements);
  CHECK(weight_of(last) > 0.35f);
  Graph first = graphs.Next();
  MustLoad(first, text, {.format = Format::kTsv, .skip_duplicates = true});
  CHECK(weight_of(first) == 0.1f);
  // The stored ones, too, are replaced or kept.
  MustLoad(last, text, {.format = Format::kTsv, .skip_duplicates = true});
  CHECK(weight_of(last) > 0.35f);
  MustLoad(first, text, {.format = Format::kTsv});
  CHECK(weight_of(first) == weight_of(last));
}

TEST_CASE("large documents of the other formats load too") {
  TestGraphs graphs;
  Graph turtle = graphs.Next();
  std::string text = "@prefix e: <http://e/> .\n";
  int n = 0;
  for (; text.size() < kLarge; ++n)
    absl::StrAppend(&text, "e:s", n, " a e:Thing ; e:size ", n, " .\n");
  CHECK(MustLoad(turtle, text, {.format = Format::kTurtle}).inserted ==
        2 * static_cast<uint64_t>(n));
  Graph xml = graphs.Next();
  text =
      "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' "
      "xmlns='http://e/'>";
  for (n = 0; text.size() < kLarge; ++n)
    absl::StrAppend(&text, "<T rdf:about='http://e/s", n, "'><p>", n,
                    "</p></T>\n");
  text += "</rdf:RDF>";
  CHECK(MustLoad(xml, text, {.format = Format::kRdfXml}).inserted ==
        2 * static_cast<uint64_t>(n));
  Graph json = graphs.Next();
  text.clear();
  for (n = 0; text.size() < kLarge; ++n) {
    absl::StrAppend(&text, R"({"subject":"s)", n,
                    R"(","predicate":"p","object":"o","metadata":{"n":)", n,
                    "}}\n");
  }
  CHECK(MustLoad(json, text, {.format = Format::kJson}).inserted ==
        static_cast<uint64_t>(n));
  const Statement statement = Only(json, {.subject = "s3"});
  CHECK(statement.metadata == "{\"n\":3}");
  CHECK(statement.created_commit == 1);
  Graph csv = graphs.Next();
  text = "id,name\n";
  for (n = 0; text.size() < kLarge; ++n)
    absl::StrAppend(&text, "x", n, ",some name ", n, "\n");
  CHECK(
      MustLoad(csv, text, {.format = Format::kCsv, .csv_key = "id"}).inserted ==
      static_cast<uint64_t>(n));
}

TEST_CASE("a cancelled load leaves the graph as it was and is remembered") {
  TestGraphs graphs;
  Graph graph = graphs.Next();
  REQUIRE_OK(graph.Add({.subject = "a", .predicate = "b", .object = "c"}));
  auto random = Random(2);
  LoadOptions options{.format = Format::kNTriples};
  options.progress = [](uint64_t, uint64_t) { return false; };
  // It never ends by itself.
  const std::string lines = ManyLines(random, false);
  const LoadSource source{
      .name = "endless",
      .read = [&lines, at = size_t{0}](char* buffer, size_t size) mutable {
        const size_t count = std::min(size, lines.size() - at);
        lines.copy(buffer, count, at);
        at = (at + count) % lines.size();
        return absl::StatusOr<size_t>(count);
      }};
  const auto result = graph.Load(source, options);
  CHECK(absl::IsCancelled(result.status()));
  CHECK(*graph.Count() == 1);
  bool found = false;
  for (const TaskInfo& task : graphs.engine->Tasks()) {
    if (task.kind != "load") continue;
    found = true;
    CHECK(task.state == TaskState::kCancelled);
    CHECK_THAT(task.title, Catch::StartsWith("endless into public/"));
  }
  CHECK(found);
}

TEST_CASE("a load is cancelled by who cancels its task") {
  TestGraphs graphs;
  Graph graph = graphs.Next();
  std::atomic<bool> told{false};
  const auto result = graph.BulkLoad(
      [&, n = 0](NewStatement* statement) mutable -> absl::StatusOr<bool> {
        *statement = {
            .subject = absl::StrCat("s", n++), .predicate = "p", .object = "o"};
        if (n == 20000) {
          for (const TaskInfo& task : graphs.engine->Tasks()) {
            if (task.kind == "load")
              told = graphs.engine->CancelTask(task.id).ok();
          }
        }
        return true;
      });
  CHECK(told);
  CHECK(absl::IsCancelled(result.status()));
  CHECK(*graph.Count() == 0);
}

TEST_CASE("a load whose statements say that it is cancelled is cancelled") {
  TestGraphs graphs;
  Graph graph = graphs.Next();
  struct Case {
    absl::Status status;
    TaskState state;
  };
  const Case cases[] = {
      {absl::CancelledError("no more"), TaskState::kCancelled},
      {absl::DataLossError("no more"), TaskState::kFailed},
  };
  for (const Case& one : cases) {
    int n = 0;
    const auto result =
        graph.BulkLoad([&](NewStatement* statement) -> absl::StatusOr<bool> {
          if (n == 20000) return one.status;
          *statement = {.subject = absl::StrCat("s", n++),
                        .predicate = "p",
                        .object = "o"};
          return true;
        });
    CHECK(result.status().code() == one.status.code());
    const std::vector<TaskInfo> tasks = graphs.engine->Tasks();
    REQUIRE(!tasks.empty());
    const auto last = std::max_element(
        tasks.begin(), tasks.end(),
        [](const TaskInfo& a, const TaskInfo& b) { return a.id < b.id; });
    CHECK(last->kind == "load");
    CHECK(last->state == one.state);
  }
  CHECK(*graph.Count() == 0);
}

TEST_CASE("statements from anywhere are loaded as one commit that is watched") {
  TestGraphs graphs;
  Graph graph = graphs.Next();
  REQUIRE_OK(graph.Add({.subject = "s7", .predicate = "p", .object = "o"}));
  constexpr int kMany = 5000;
  int next = 0;
  const auto result =
      graph.BulkLoad([&](NewStatement* statement) -> absl::StatusOr<bool> {
        if (next == kMany) return false;
        *statement = {.subject = absl::StrCat("s", next++),
                      .predicate = "p",
                      .object = "o",
                      .weight = 0.5f,
                      .metadata = "{\"x\":1}"};
        return true;
      });
  REQUIRE_OK(result);
  CHECK(result->statements == kMany);
  CHECK(result->inserted == kMany - 1);
  CHECK(result->replaced == 1);
  CHECK(result->commit == 2);

  std::atomic<int> inserted{0}, replaced{0}, without_metadata{0};
  auto subscription = graph.Watch({}, 1, [&](const Change& change) {
    if (change.statement.metadata != "{\"x\":1}") ++without_metadata;
    ++(change.kind == Change::Kind::kReplaced ? replaced : inserted);
  });
  REQUIRE_OK(subscription);
  while (subscription->position() < 2 && subscription->status().ok())
    absl::SleepFor(absl::Milliseconds(2));
  REQUIRE_OK(subscription->status());
  CHECK(inserted == kMany - 1);
  CHECK(replaced == 1);
  CHECK(without_metadata == 0);
  // The past is kept through it.
  const auto before = graph.AsOf(uint64_t{1});
  REQUIRE_OK(before);
  CHECK(*before->Count({}) == 1);
  const Statement statement = Only(graph, {.subject = "s7"});
  CHECK(statement.created_commit == 1);
  CHECK(statement.version == 2);
}

TEST_CASE("a statement that cannot be is named by its place") {
  TestGraphs graphs;
  Graph graph = graphs.Next();
  int next = 0;
  const auto result =
      graph.BulkLoad([&](NewStatement* statement) -> absl::StatusOr<bool> {
        *statement = {.subject = "s", .predicate = "p", .object = "o"};
        if (next++ == 3) statement->weight = 7;
        return true;
      });
  REQUIRE(absl::IsInvalidArgument(result.status()));
  const std::vector<FieldError> errors = FieldErrors(result.status());
  REQUIRE(errors.size() == 1);
  CHECK(errors[0].path == std::vector<std::string>{"3", "weight"});
  const auto given = graph.BulkLoad([](NewStatement*) -> absl::StatusOr<bool> {
    return absl::UnavailableError("the pipe broke");
  });
  CHECK(absl::IsUnavailable(given.status()));
  CHECK(*graph.Count() == 0);
}

}  // namespace
}  // namespace skg::test
