// Graph::Export: what is written, and that it loads back as the same graph.
#include <filesystem>

#include "engine/load_support.h"

namespace skg::test {
namespace {

using Lines = std::vector<std::string>;

Lines SplitLines(const std::string& text) {
  Lines lines;
  size_t begin = 0;
  while (begin < text.size()) {
    const size_t end = text.find('\n', begin);
    lines.push_back(text.substr(begin, end - begin));
    if (end == std::string::npos) break;
    begin = end + 1;
  }
  return lines;
}

// All statements of the dataset, each with its graph, edge and record.
Lines Dataset(const Graph& graph, const Lines& graphs, bool records) {
  Lines lines;
  for (const std::string& in : graphs) {
    const auto found =
        Matches(graph, Where({}, {}, {}, in),
                {.order_by = OrderField::kKey, .include_metadata = true});
    for (const Statement& s : found) {
      std::string line = absl::StrCat(s.graph, " | ", s.subject, " | ",
                                      s.predicate, " | ", s.object);
      if (records) {
        absl::StrAppend(&line, " | ", s.edge, " | ", s.weight, " | ",
                        s.metadata, " | ", s.source);
        if (s.valid_from)
          absl::StrAppend(&line, " from ", absl::FormatTime(*s.valid_from));
        if (s.valid_to)
          absl::StrAppend(&line, " to ", absl::FormatTime(*s.valid_to));
      }
      lines.push_back(std::move(line));
    }
  }
  std::sort(lines.begin(), lines.end());
  return lines;
}

const Lines kGraphs = {"", "g1", "<http://example.org/g2>"};

// Terms in name form that every syntax must carry.
const std::vector<std::string> kResources = {"Einstein",
                                             "Marie Curie",
                                             "100%",
                                             "a/b#c",
                                             "tab\there",
                                             "line\nend",
                                             "return\r",
                                             "<http://example.org/x>",
                                             "<http://example.org/ns#local>",
                                             "<https://schema.org/Person>",
                                             "caf\xC3\xA9",
                                             "\\\"quoted\"",
                                             "\\<angle>",
                                             "\\_:b",
                                             "dots...",
                                             "-dash",
                                             "\xEF\xBB\xBF"
                                             "bom",
                                             "_:skg00c0ffee00c0ffeex1",
                                             "_:skg00c0ffee00c0ffeex2"};
const std::vector<std::string> kPredicates = {
    "discovered",
    "has part",
    "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>",
    "<http://example.org/ns#p>",
    "<https://schema.org/name>",
    "<urn:uuid:1>"};
const std::vector<std::string> kLiterals = {
    "\"plain\"",
    "\"\"",
    "\"quote \\\" and \\\\ back\"",
    "\"tab\\tline\\nreturn\\r\"",
    "\"caf\xC3\xA9 \xF0\x9F\x98\x80\"@fr",
    "\"x\"@en-gb",
    "\"12\"^^<http://www.w3.org/2001/XMLSchema#integer>",
    "\"012\"^^<http://www.w3.org/2001/XMLSchema#integer>",
    "\"1.50\"^^<http://www.w3.org/2001/XMLSchema#decimal>",
    "\"1.5E0\"^^<http://www.w3.org/2001/XMLSchema#double>",
    "\"true\"^^<http://www.w3.org/2001/XMLSchema#boolean>",
    "\"1879\"^^<http://www.w3.org/2001/XMLSchema#gYear>",
    "\"2024-01-15T10:30:00Z\"^^<http://www.w3.org/2001/XMLSchema#dateTime>",
    "\"{\\\"a\\\": 1}\"^^<http://www.w3.org/1999/02/22-rdf-syntax-ns#JSON>"};

struct RandomGraph {
  bool named_graphs = false;
  bool weights = false;
  bool records = false;
  bool xml_names = false;  // predicates end in a name
};

std::vector<NewStatement> MakeStatements(std::mt19937_64& random,
                                         const RandomGraph& kind) {
  const auto pick = [&random](const std::vector<std::string>& from) {
    return from[random() % from.size()];
  };
  std::vector<NewStatement> statements;
  for (size_t count = random() % 200; count > 0; --count) {
    NewStatement& s = statements.emplace_back();
    s.subject = pick(kResources);
    s.predicate = pick(kPredicates);
    if (kind.xml_names && s.predicate.ends_with("1>")) s.predicate = "is";
    s.object = random() % 2 == 0 ? pick(kResources) : pick(kLiterals);
    if (random() % 3 == 0) s.object = absl::StrCat("n", random() % 1000);
    if (kind.named_graphs) s.graph = pick(kGraphs);
    if (kind.weights)
      s.weight = static_cast<float>(random() % 100001) / 100000.0f;
    if (!kind.records) continue;
    if (random() % 3 == 0)
      s.metadata = R"({"k": [1, {"deep": "va\nl"}], "z": null})";
    if (random() % 3 == 0) s.source = "a \"source\"\n";
    if (random() % 4 == 0)
      s.valid_from = absl::FromUnixMicros(1700000000123456);
    if (random() % 4 == 0) s.valid_to = absl::FromUnixSeconds(1900000000);
    if (random() % 4 == 0) s.edge = static_cast<uint32_t>(random() % 3);
  }
  return statements;
}

void CheckRoundTrip(TestGraphs& graphs, Format format, const RandomGraph& kind,
                    uint64_t stream) {
  auto random = Random(stream);
  Graph graph = graphs.Next();
  const auto statements = MakeStatements(random, kind);
  if (!statements.empty()) MustAddAll(graph, statements);
  const std::string document = MustExport(graph, format);
  INFO(FormatName(format) << "\n" << document);
  Graph copy = graphs.Next();
  MustLoad(copy, document, {.format = format});
  const bool records = kind.weights || kind.records;
  CHECK(Dataset(copy, kGraphs, records) == Dataset(graph, kGraphs, records));
  // The same graph is written as the same document.
  const std::string again = MustExport(copy, format);
  Lines first = SplitLines(document), second = SplitLines(again);
  std::sort(first.begin(), first.end());
  std::sort(second.begin(), second.end());
  if (format == Format::kNTriples || format == Format::kNQuads)
    CHECK(first == second);
}

TEST_CASE("what is exported loads back as the same graph") {
  TestGraphs graphs;
  for (uint64_t round = 0; round < 12; ++round) {
    for (const Format format :
         {Format::kNTriples, Format::kTurtle, Format::kNQuads, Format::kTriG}) {
      CheckRoundTrip(graphs, format, {}, round);
    }
    CheckRoundTrip(graphs, Format::kRdfXml, {.xml_names = true}, round);
    for (const Format format : {Format::kNQuads, Format::kTriG}) {
      CheckRoundTrip(graphs, format, {.named_graphs = true}, 100 + round);
    }
    CheckRoundTrip(graphs, Format::kTsv, {.weights = true}, 200 + round);
    CheckRoundTrip(graphs, Format::kJson,
                   {.named_graphs = true, .weights = true, .records = true},
                   300 + round);
  }
}

TEST_CASE("a graph larger than a batch loads back") {
  TestGraph test;
  std::string document;
  for (int i = 0; i < 9000; ++i) {
    absl::StrAppend(&document, "<urn:skg:s", i % 700, "> <urn:skg:p", i % 11,
                    "> <urn:skg:o", i, "> <urn:skg:g", i % 3, "> .\n");
  }
  MustLoad(test.graph, document, {.format = Format::kNQuads});
  for (const Format format : {Format::kNQuads, Format::kTriG, Format::kJson}) {
    INFO(FormatName(format));
    Graph copy = OpenGraph(*test.engine, std::string(FormatName(format)));
    const LoadResult result =
        MustLoad(copy, MustExport(test.graph, format), {.format = format});
    CHECK(result.inserted == 9000);
    CHECK(Dataset(copy, {"g0", "g1", "g2"}, false) ==
          Dataset(test.graph, {"g0", "g1", "g2"}, false));
  }
}

TEST_CASE("named graphs are refused where they cannot be carried") {
  TestGraph test;
  MustAdd(test.graph, In("g", Triple("a", "p", "b")));
  for (const Format format : {Format::kNTriples, Format::kTurtle,
                              Format::kRdfXml, Format::kTsv, Format::kCsv}) {
    INFO(FormatName(format));
    bool written = false;
    const auto result = test.graph.Export({.write =
                                               [&](std::string_view) {
                                                 written = true;
                                                 return absl::OkStatus();
                                               }},
                                          {.format = format});
    REQUIRE_FALSE(result.ok());
    CHECK(result.status().code() == absl::StatusCode::kFailedPrecondition);
    CHECK(Message(result.status()).find("nquads") != std::string::npos);
    CHECK_FALSE(written);
  }
}

TEST_CASE("what RDF/XML cannot say ends its export") {
  TestGraph test;
  MustAdd(test.graph, Triple("a", "<http://e/1>", "b"));
  const auto result = test.graph.Export(
      {.write = [](std::string_view) { return absl::OkStatus(); }},
      {.format = Format::kRdfXml});
  CHECK(result.status().code() == absl::StatusCode::kInvalidArgument);
  CHECK(Message(result.status()).find("http://e/1") != std::string::npos);
}

TEST_CASE("tables") {
  TestGraph test;
  MustAdd(test.graph, Triple("Marie Curie", "said", "\"a, \\\"b\\\"\"", 0.5f));
  CHECK(MustExport(test.graph, Format::kCsv) ==
        "subject,predicate,object,weight\r\nMarie Curie,said,\"\"\"a, "
        "\\\"\"b\\\"\"\"\"\",0.5\r\n");
  CHECK(MustExport(test.graph, Format::kTsv) ==
        "Marie Curie\tsaid\t\"a, \\\"b\\\"\"\t0.5\n");
  TestGraph empty;
  CHECK(MustExport(empty.graph, Format::kCsv) ==
        "subject,predicate,object,weight\r\n");
  CHECK(MustExport(empty.graph, Format::kTsv).empty());
  CHECK(MustExport(empty.graph, Format::kJson).empty());
  CHECK(MustExport(empty.graph, Format::kNTriples).empty());
}

TEST_CASE("json carries the record, and only what it has") {
  TestGraph test;
  MustAdd(test.graph, Triple("a", "p", "b"));
  CHECK(MustExport(test.graph, Format::kJson) ==
        "{\"subject\":\"a\",\"predicate\":\"p\",\"object\":\"b\",\"weight\":1}"
        "\n");
  NewStatement s = In("g", Triple("a", "q", "\"x\"@en", 0.1f));
  s.metadata = "{ \"k\": 1 }";
  s.edge = 2;
  s.source = "book";
  s.valid_from = absl::FromUnixSeconds(0);
  MustAdd(test.graph, s);
  CHECK(
      SplitLines(MustExport(test.graph, Format::kJson)).at(1) ==
      R"({"subject":"a","predicate":"q","object":"\"x\"@en","graph":"g","edge":2,"weight":0.1,)"
      R"("metadata":{"k":1},"valid_from":"1970-01-01T00:00:00+00:00","source":"book"})");
}

TEST_CASE("parallel relationships are one triple, and two statements in json") {
  TestGraph test;
  NewStatement s = Triple("a", "knows", "b");
  MustAdd(test.graph, s);
  s.edge = 1;
  MustAdd(test.graph, s);
  CHECK(SplitLines(MustExport(test.graph, Format::kNTriples)).size() == 1);
  CHECK(SplitLines(MustExport(test.graph, Format::kJson)).size() == 2);
}

TEST_CASE("turtle has the prefixes that the graph uses, and groups") {
  TestGraph test;
  MustAdd(test.graph, Triple("a", "<https://schema.org/name>", "\"A\""));
  MustAdd(test.graph, Triple("a", "<http://vocab.example/odd#p>", "b"));
  MustAdd(test.graph, Triple("a", "knows", "b"));
  const std::string document = MustExport(test.graph, Format::kTurtle);
  INFO(document);
  CHECK(document.find("@prefix : <urn:skg:>") != std::string::npos);
  CHECK(document.find("@prefix schema: <https://schema.org/>") !=
        std::string::npos);
  CHECK(document.find("@prefix ns1: <http://vocab.example/odd#>") !=
        std::string::npos);
  CHECK(document.find("foaf:") == std::string::npos);
  CHECK(document.find("schema:name") != std::string::npos);
  // One subject, written once.
  size_t times = 0;
  for (size_t at = document.find("\n:a"); at != std::string::npos;
       at = document.find("\n:a", at + 1)) {
    ++times;
  }
  CHECK(times == 1);
}

TEST_CASE(
    "an export sees one snapshot, can be cancelled, and passes errors on") {
  TestGraph test;
  std::string document;
  for (int i = 0; i < 5000; ++i) absl::StrAppend(&document, "s", i, "\tp\to\n");
  MustLoad(test.graph, document, {.format = Format::kTsv});
  std::string out;
  bool added = false;
  const auto result =
      test.graph.Export({.write =
                             [&](std::string_view bytes) {
                               out += bytes;
                               // What is written meanwhile does not appear.
                               if (!added)
                                 MustAdd(test.graph, Triple("zz", "p", "o"));
                               added = true;
                               return absl::OkStatus();
                             }},
                        {.format = Format::kTsv});
  REQUIRE_OK(result);
  CHECK(result->statements == 5000);
  CHECK(SplitLines(out).size() == 5000);

  uint64_t seen = 0;
  ExportOptions cancelling{.format = Format::kNTriples};
  cancelling.progress = [&seen](uint64_t statements) {
    return (seen = statements) < 3000;
  };
  const auto cancelled = test.graph.Export(
      {.write = [](std::string_view) { return absl::OkStatus(); }}, cancelling);
  CHECK(cancelled.status().code() == absl::StatusCode::kCancelled);
  CHECK(seen >= 3000);

  for (const Format format :
       {Format::kNTriples, Format::kTurtle, Format::kCsv, Format::kJson}) {
    const auto failed = test.graph.Export(
        {.write =
             [](std::string_view) {
               return absl::ResourceExhaustedError("disk full");
             }},
        {.format = format});
    CHECK(failed.status().code() == absl::StatusCode::kResourceExhausted);
  }
  CHECK(test.graph.Export({}, {}).status().code() ==
        absl::StatusCode::kInvalidArgument);
  CHECK(
      test.graph
          .Export({.write = [](std::string_view) { return absl::OkStatus(); }},
                  {.format = static_cast<Format>(99)})
          .status()
          .code() == absl::StatusCode::kInvalidArgument);
}

TEST_CASE("schema.org loads from three syntaxes and exports back equal") {
  const auto shared = SharedFolder();
  if (!shared ||
      !std::filesystem::is_directory(*shared / "data" / "schema-org")) {
    WARN("skipped: the folder `shared` is not beside the checkout");
    return;
  }
  const std::string graph_name = "<https://schema.org/30.0>";
  TestGraph test;
  Lines expected;
  for (const char* ending : {"nt", "nq", "ttl"}) {
    INFO(ending);
    const Format format = *FormatFromName(ending);
    Graph graph = OpenGraph(*test.engine, ending);
    auto source =
        OpenLoadFile((*shared / "data" / "schema-org" /
                      absl::StrCat("schemaorg-all-https.", ending, ".gz"))
                         .string());
    REQUIRE_OK(source);
    auto loaded = graph.Load(*source, {.format = format});
    REQUIRE_OK(loaded);
    CHECK(loaded->statements == 18061);
    CHECK(loaded->inserted == 18061);
    const bool named = format == Format::kNQuads;
    const Lines graphs = {named ? graph_name : ""};
    const Lines contents = Dataset(graph, graphs, false);
    REQUIRE(contents.size() == 18061);

    Graph back = OpenGraph(*test.engine, absl::StrCat(ending, "-back"));
    const LoadResult again =
        MustLoad(back, MustExport(graph, format), {.format = format});
    CHECK(again.inserted == 18061);
    CHECK(Dataset(back, graphs, false) == contents);

    // The three syntaxes say the same.
    Lines triples;
    for (const std::string& line : contents)
      triples.push_back(line.substr(line.find('|')));
    std::sort(triples.begin(), triples.end());
    if (expected.empty()) expected = triples;
    CHECK(triples == expected);
  }
}

}  // namespace
}  // namespace skg::test
