// Graph::Load: what a document of each format becomes.
#include <filesystem>
#include <fstream>

#include "engine/load_support.h"

namespace skg::test {
namespace {

using Lines = std::vector<std::string>;

// ---- what documents mean --------------------------------------------------

TEST_CASE("formats are known by name and by file name") {
  CHECK(FormatFromName("turtle") == Format::kTurtle);
  CHECK(FormatFromName("TTL") == Format::kTurtle);
  CHECK(FormatFromName("nt") == Format::kNTriples);
  CHECK(FormatFromName("ntriples") == Format::kNTriples);
  CHECK(FormatFromName("nq") == Format::kNQuads);
  CHECK(FormatFromName("trig") == Format::kTriG);
  CHECK(FormatFromName("ndjson") == Format::kJson);
  CHECK(FormatFromName("rdfxml") == Format::kRdfXml);
  // Not every XML is RDF.
  CHECK_FALSE(FormatFromName("xml"));
  CHECK_FALSE(FormatFromName(""));
  CHECK(FormatFromPath("a/b.v2/people.nq.gz") == Format::kNQuads);
  CHECK(FormatFromPath("people.TTL") == Format::kTurtle);
  CHECK(FormatFromPath("x.tsv.GZ") == Format::kTsv);
  CHECK(FormatFromPath("schema.owl.gz") == Format::kRdfXml);
  CHECK(FormatFromPath("a/foaf.RDF") == Format::kRdfXml);
  CHECK_FALSE(FormatFromPath("a.ttl/people"));
  CHECK_FALSE(FormatFromPath(".ttl"));
  CHECK_FALSE(FormatFromPath("people.gz"));
  CHECK_FALSE(FormatFromPath("people"));
  for (const Format format :
       {Format::kNTriples, Format::kNQuads, Format::kTurtle, Format::kTriG,
        Format::kRdfXml, Format::kTsv, Format::kCsv, Format::kJson}) {
    CHECK(FormatFromName(FormatName(format)) == format);
  }
}

struct MeaningCase {
  std::string name;
  LoadOptions options;
  std::string document;
  Lines want;  // graph | subject | predicate | object
};

std::vector<MeaningCase> MeaningCases() {
  const auto csv = [](std::string key, std::vector<std::string> columns = {}) {
    return LoadOptions{.format = Format::kCsv,
                       .csv_key = std::move(key),
                       .csv_columns = std::move(columns)};
  };
  const std::string xsd = "^^<http://www.w3.org/2001/XMLSchema#";
  return {
      {"ntriples",
       {.format = Format::kNTriples},
       "<urn:skg:a> <urn:skg:p> \"x\"@en .\n# note\n\n<urn:skg:a> <urn:skg:p> "
       "<http://e/o> .",
       {" | a | p | \"x\"@en", " | a | p | <http://e/o>"}},
      {"nquads",
       {.format = Format::kNQuads},
       "<urn:skg:a> <urn:skg:p> <urn:skg:b> <urn:skg:g> .\n<urn:skg:a> "
       "<urn:skg:p> <urn:skg:c> .\n",
       {" | a | p | c", "g | a | p | b"}},
      {"turtle",
       {.format = Format::kTurtle},
       "@prefix : <urn:skg:> .\n:a :p 1, 2.50 ; :q \"\"\"two\nlines\"\"\" .",
       {" | a | p | \"1\"" + xsd + "integer>",
        " | a | p | \"2.50\"" + xsd + "decimal>",
        " | a | q | \"two\\nlines\""}},
      {"turtle with a base",
       {.format = Format::kTurtle, .base_iri = "urn:skg:dir/"},
       "<a> <p> <#b> .",
       {" | dir/a | dir/p | dir/#b"}},
      {"trig",
       {.format = Format::kTriG},
       "@prefix : <urn:skg:> .\n:a :p :b . :g { :a :p :c }",
       {" | a | p | b", "g | a | p | c"}},
      {"rdfxml",
       {.format = Format::kRdfXml, .base_iri = "urn:skg:dir/"},
       "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' "
       "xmlns='urn:skg:'><rdf:Description rdf:about='urn:skg:a'><p "
       "xml:lang='en'>x</p><p rdf:resource='b'/></rdf:Description></rdf:RDF>",
       {" | a | p | \"x\"@en", " | a | p | dir/b"}},
      {"a graph for what names none",
       {.format = Format::kTriG, .graph = "h"},
       "@prefix : <urn:skg:> .\n:a :p :b . :g { :a :p :c }",
       {"g | a | p | c", "h | a | p | b"}},
      {"tsv",
       {.format = Format::kTsv},
       "Q1\tP1\tQ2\r\n\nAda "
       "L\tname\t\"Ada\"@en\t0.5\n<http://e/s>\tp\t\\\"quoted\" name",
       {" | <http://e/s> | p | \\\"quoted\" name",
        " | Ada L | name | \"Ada\"@en", " | Q1 | P1 | Q2"}},
      {"tsv with a byte-order mark",
       {.format = Format::kTsv},
       "\xEF\xBB\xBF"
       "a\tp\tb\n",
       {" | a | p | b"}},
      {"tsv into a named graph",
       {.format = Format::kTsv, .graph = "<http://e/g>"},
       "a\tp\tb\n",
       {"<http://e/g> | a | p | b"}},
      {"csv with a header",
       csv("iata"),
       "\xEF\xBB\xBFiata,name,alt,note\r\nGKA,\"Goroka, "
       "\"\"PNG\"\"\",5282,\r\nMAG,Madang,\\N,\"two\n"
       "lines\"\r\n",
       {" | GKA | alt | \"5282\"" + xsd + "integer>",
        " | GKA | name | \"Goroka, \\\"PNG\\\"\"", " | MAG | name | \"Madang\"",
        " | MAG | note | \"two\\nlines\""}},
      {"csv with given columns, the key by number",
       csv("2", {"id", "code", "city"}),
       "1,GKA,Goroka\n2,MAG,Madang",
       {" | GKA | city | \"Goroka\"", " | GKA | id | \"1\"" + xsd + "integer>",
        " | MAG | city | \"Madang\"",
        " | MAG | id | \"2\"" + xsd + "integer>"}},
      {"csv rows named by their lines",
       csv(""),
       "name,x\n\"a\nb\",1\nc,\n",
       {" | in:2 | name | \"a\\nb\"", " | in:2 | x | \"1\"" + xsd + "integer>",
        " | in:4 | name | \"c\""}},
      {"csv with line ends of one carriage return",
       csv("a"),
       "a,b\rx,1\ry,2\r",
       {" | x | b | \"1\"" + xsd + "integer>",
        " | y | b | \"2\"" + xsd + "integer>"}},
      {"csv numbers",
       csv("k", {"k", "v", "w"}),
       "a,-12,007\nb,19.90,+49\nc,6.02E23,1e5\nd,-0,0\ne,1.,.5\nf,-0.5,1.5E-"
       "07\ng,1.5E-7,NaN\n"
       "h, 1,1 \n",
       {" | a | v | \"-12\"" + xsd + "integer>", " | a | w | \"007\"",
        " | b | v | \"19.90\"" + xsd + "decimal>", " | b | w | \"+49\"",
        " | c | v | \"6.02E23\"" + xsd + "double>", " | c | w | \"1e5\"",
        " | d | v | \"-0\"", " | d | w | \"0\"" + xsd + "integer>",
        " | e | v | \"1.\"", " | e | w | \".5\"",
        " | f | v | \"-0.5\"" + xsd + "decimal>", " | f | w | \"1.5E-07\"",
        " | g | v | \"1.5E-7\"" + xsd + "double>", " | g | w | \"NaN\"",
        " | h | v | \" 1\"", " | h | w | \"1 \""}},
      {"csv: a quoted \\N is text, backslashes are text",
       csv("k", {"k", "v"}),
       "a,\"\\N\"\nb,ST MARY\\'S\n",
       {" | a | v | \"\\\\N\"", " | b | v | \"ST MARY\\\\'S\""}},
      {"csv: header and key as terms",
       csv("<http://e/id>"),
       "<http://e/id>,<http://e/p>\n<http://e/1>,x\n",
       {" | <http://e/1> | <http://e/p> | \"x\""}},
      {"csv: only a header", csv("a"), "a,b\n", {}},
      {"json: a batch document",
       {.format = Format::kJson},
       R"({"skip_duplicates": false, "triples": [
            {"subject": "a", "predicate": "p", "object": "b", "weight": 0.5},
            {"subject": "a", "predicate": "p", "object": {"value": "x", "lang": "EN"}}]})",
       {" | a | p | \"x\"@en", " | a | p | b"}},
      {"json: an array",
       {.format = Format::kJson},
       R"([{"subject": "a", "predicate": "p", "object": "b"},
           {"subject": "a", "predicate": "p", "object": "c", "graph": "g"}])",
       {" | a | p | b", "g | a | p | c"}},
      {"json: statements, documents and arrays a line",
       {.format = Format::kJson},
       "{\"subject\":\"a\",\"predicate\":\"p\",\"object\":\"}{\\\\\\\"\"}\n"
       "{\"triples\":[{\"subject\":\"a\",\"predicate\":\"p\",\"object\":\"c\"}]"
       "}\r\n\n"
       "[]\n[{\"subject\":\"a\",\"predicate\":\"p\",\"object\":\"d\"}]",
       {" | a | p | c", " | a | p | d", " | a | p | }{\\\""}},
      {"json: empty", {.format = Format::kJson}, " \n", {}},
      {"turtle: empty", {.format = Format::kTurtle}, "", {}},
  };
}

Lines Meaning(const Graph& graph) {
  Lines lines;
  for (const std::string in : {"", "g", "h", "<http://e/g>"}) {
    auto found =
        Matches(graph, Where({}, {}, {}, in), {.order_by = OrderField::kKey});
    for (const Statement& s : found) {
      lines.push_back(absl::StrCat(s.graph, " | ", s.subject, " | ",
                                   s.predicate, " | ", s.object));
    }
  }
  std::sort(lines.begin(), lines.end());
  return lines;
}

TEST_CASE("documents become statements") {
  TestGraphs graphs;
  for (MeaningCase& c : MeaningCases()) {
    // However the bytes arrive, and packed too.
    for (const size_t piece : {size_t{1} << 16, size_t{1}}) {
      for (const bool packed : {false, true}) {
        INFO(c.name << ", pieces of " << piece << (packed ? ", gzip" : ""));
        Graph graph = graphs.Next();
        auto result = graph.Load(
            TextSource(packed ? Gzip(c.document) : c.document, "in", piece),
            c.options);
        REQUIRE_OK(result);
        Lines want = c.want;
        std::sort(want.begin(), want.end());
        CHECK(Meaning(graph) == want);
        CHECK(result->statements == want.size());
        CHECK(result->inserted == want.size());
        CHECK((result->commit == 0) == want.empty());
        CHECK(result->errors.empty());
      }
    }
  }
}

TEST_CASE("rows without key are named by the file and the line") {
  TestGraph test;
  auto result =
      test.graph.Load(TextSource("x\n1\n", "/data/sub dir/table.csv.gz"),
                      {.format = Format::kCsv});
  REQUIRE_OK(result);
  CHECK(Matches(test.graph).at(0).subject == "table.csv:2");
}

TEST_CASE("blank nodes belong to their document") {
  TestGraph test;
  const std::string document = "_:b <urn:skg:p> _:b .\n_:b <urn:skg:p> _:c .\n";
  MustLoad(test.graph, document, {.format = Format::kNTriples});
  CHECK(MustCount(test.graph) == 2);
  MustLoad(test.graph, document, {.format = Format::kNTriples});
  CHECK(MustCount(test.graph) == 4);
  MustLoad(test.graph, "_:b\tp\t_:b\n_:b\tp\t_:c\n", {.format = Format::kTsv});
  CHECK(MustCount(test.graph) == 6);
  // What the engine has shown means that node.
  const std::string shown = Matches(test.graph).at(0).subject;
  const auto again =
      MustLoad(test.graph, shown + " <urn:skg:p> " + shown + " .\n",
               {.format = Format::kNTriples});
  CHECK(again.duplicates == 1);
}

// ---- records --------------------------------------------------------------

TEST_CASE("a load that names no record field keeps the stored record") {
  TestGraphs graphs;
  struct Case {
    std::string name;
    LoadOptions options;
    std::string document;
    float weight;  // afterwards
  };
  const std::string json =
      R"({"subject":"a","predicate":"p","object":"\"o\"","weight":0.75})";
  const std::vector<Case> cases = {
      {"ntriples",
       {.format = Format::kNTriples},
       "<urn:skg:a> <urn:skg:p> \"o\" .\n",
       0.25f},
      {"turtle",
       {.format = Format::kTurtle},
       "<urn:skg:a> <urn:skg:p> \"o\" .\n",
       0.25f},
      {"tsv of three", {.format = Format::kTsv}, "a\tp\t\"o\"\n", 0.25f},
      {"tsv of four", {.format = Format::kTsv}, "a\tp\t\"o\"\t0.75\n", 0.75f},
      {"tsv of four, skipping",
       {.format = Format::kTsv, .skip_duplicates = true},
       "a\tp\t\"o\"\t0.75\n",
       0.25f},
      {"csv", {.format = Format::kCsv, .csv_key = "k"}, "k,p\na,o\n", 0.25f},
      {"json", {.format = Format::kJson}, json, 0.75f},
      {"json, skipping",
       {.format = Format::kJson, .skip_duplicates = true},
       json,
       0.25f},
      {"json batch that skips",
       {.format = Format::kJson},
       "{\"triples\":[" + json + "],\"skip_duplicates\":true}",
       0.25f},
      {"json batch that skips, said first",
       {.format = Format::kJson},
       "{\"skip_duplicates\":true,\"triples\":[" + json + "]}",
       0.25f},
      {"json batch that skips, then one that does not",
       {.format = Format::kJson},
       "{\"triples\":[" + json + "],\"skip_duplicates\":true}\n" + json,
       0.75f},
  };
  for (const Case& c : cases) {
    INFO(c.name);
    Graph graph = graphs.Next();
    NewStatement old = Triple("a", "p", "\"o\"", 0.25f);
    old.metadata = R"({"from":"hand"})";
    MustAdd(graph, old);
    const LoadResult result = MustLoad(graph, c.document, c.options);
    const auto found = Matches(graph, {}, {.include_metadata = true});
    REQUIRE(found.size() == 1);
    CHECK(found[0].weight == c.weight);
    const bool kept = c.weight == 0.25f;
    CHECK((found[0].metadata == R"({"from":"hand"})") == kept);
    CHECK(result.inserted == 0);
    CHECK(result.replaced == (kept ? 0 : 1));
  }
}

TEST_CASE("within a document") {
  TestGraph test;
  LoadResult result =
      MustLoad(test.graph, "a\tp\to\t0.1\na\tp\to\t0.2\n",
               {.format = Format::kTsv, .skip_duplicates = true});
  CHECK(result.statements == 2);
  CHECK(result.inserted == 1);
  CHECK(result.duplicates == 1);
  CHECK(Matches(test.graph).at(0).weight == 0.1f);
  result = MustLoad(test.graph, "b\tp\to\t0.1\nb\tp\to\t0.2\n",
                    {.format = Format::kTsv});
  CHECK(Matches(test.graph, Where("b")).at(0).weight == 0.2f);
}

// ---- streams --------------------------------------------------------------

std::string ManyLines(int count) {
  std::string text;
  for (int i = 0; i < count; ++i)
    absl::StrAppend(&text, "s", i, "\tp\to", i % 7, "\n");
  return text;
}

TEST_CASE("progress is told, and can cancel") {
  TestGraph test;
  const std::string text = ManyLines(50000);
  uint64_t calls = 0, bytes = 0, statements = 0;
  LoadOptions options{.format = Format::kTsv};
  options.progress = [&](uint64_t b, uint64_t s) {
    CHECK(b >= bytes);
    CHECK(s >= statements);
    bytes = b, statements = s, ++calls;
    return true;
  };
  MustLoad(test.graph, text, options);
  CHECK(calls > 5);
  CHECK(bytes == text.size());
  CHECK(statements == 50000);

  const uint64_t commit = test.graph.Latest()->commit();
  for (const bool packed : {false, true}) {
    options.progress = [](uint64_t, uint64_t s) { return s < 20000; };
    const std::string more = "new\tp\to\n" + text;
    const auto cancelled =
        LoadText(test.graph, packed ? Gzip(more) : more, options);
    CHECK(cancelled.status().code() == absl::StatusCode::kCancelled);
    CHECK(MustCount(test.graph) == 50000);
    CHECK(test.graph.Latest()->commit() == commit);
  }
}

TEST_CASE("an end of the source that comes with a cancellation is no end") {
  TestGraph test;
  bool wanted = true;
  LoadSource source = TextSource("a\tp\to\n");
  const auto read = source.read;
  source.read = [&, read](char* buffer, size_t size) {
    auto got = read(buffer, size);
    if (got.ok() && *got == 0) wanted = false;
    return got;
  };
  LoadOptions options{.format = Format::kTsv};
  options.progress = [&](uint64_t, uint64_t) { return wanted; };
  CHECK(test.graph.Load(source, options).status().code() ==
        absl::StatusCode::kCancelled);
  CHECK(MustCount(test.graph) == 0);
}

TEST_CASE("an error of the source ends every format") {
  TestGraphs graphs;
  for (const Format format :
       {Format::kNTriples, Format::kNQuads, Format::kTurtle, Format::kTriG,
        Format::kRdfXml, Format::kTsv, Format::kCsv, Format::kJson}) {
    INFO(FormatName(format));
    Graph graph = graphs.Next();
    LoadSource source = TextSource("<urn:a> <urn:p> ");
    const auto read = source.read;
    source.read = [read](char* buffer, size_t size) -> absl::StatusOr<size_t> {
      auto got = read(buffer, size);
      if (got.ok() && *got == 0)
        return absl::UnavailableError("the disk is gone");
      return got;
    };
    const auto result =
        graph.Load(source, {.format = format, .continue_on_error = true});
    CHECK(result.status().code() == absl::StatusCode::kUnavailable);
    CHECK(MustCount(graph) == 0);
  }
}

TEST_CASE("a source that claims more than it was asked for is refused") {
  TestGraph test;
  LoadSource source{.name = "x", .read = [](char*, size_t size) {
                      return absl::StatusOr<size_t>(size + 1);
                    }};
  CHECK_FALSE(test.graph.Load(source, {.format = Format::kTsv}).ok());
}

TEST_CASE("gzip of several members, with padding") {
  TestGraph test;
  const std::string text =
      Gzip("a\tp\to\nb\tp") + Gzip("") + Gzip("\to\n") + std::string(512, '\0');
  const LoadResult result =
      MustLoad(test.graph, text, {.format = Format::kTsv});
  CHECK(result.inserted == 2);
}

TEST_CASE("gzip that was cut off or damaged loads nothing") {
  TestGraphs graphs;
  const std::string whole = Gzip(ManyLines(20000));
  for (const size_t size :
       {size_t{3}, size_t{10}, size_t{20}, whole.size() / 2, whole.size() - 9,
        whole.size() - 8, whole.size() - 1}) {
    INFO(size << " of " << whole.size());
    Graph graph = graphs.Next();
    const auto result =
        LoadText(graph, whole.substr(0, size),
                 {.format = Format::kTsv, .continue_on_error = true});
    CHECK(result.status().code() == absl::StatusCode::kDataLoss);
    CHECK(Message(result.status()).find("cut off") != std::string::npos);
    CHECK(MustCount(graph) == 0);
  }
  auto random = Random();
  for (int round = 0; round < 20; ++round) {
    std::string damaged = whole;
    damaged[10 + random() % (damaged.size() - 10)] ^=
        static_cast<char>(1 << (random() % 8));
    Graph graph = graphs.Next();
    const auto result = LoadText(graph, damaged, {.format = Format::kTsv});
    CHECK_FALSE(result.ok());
    CHECK(MustCount(graph) == 0);
  }
  Graph graph = graphs.Next();
  CHECK(LoadText(graph, Gzip("a\tp\to\n") + "rest", {.format = Format::kTsv})
            .status()
            .code() == absl::StatusCode::kDataLoss);
}

TEST_CASE("no bytes crash a reader") {
  TestGraphs graphs;
  auto random = Random(1);
  const std::vector<std::string> seeds = {
      "@prefix : <urn:skg:> .\n:a :p \"x\"@en, 1.5, [ :q ( 1 2 ) ] .\n:g { :a "
      ":b <<:c :d :e>> }\n",
      "a\tp\t\"o\"^^<urn:t>\t0.5\n_:b\tp\t<urn:x>\n",
      "id,n,m\na,\"x,\"\"y\",1\nb,\\N,2.5\n",
      "{\"triples\":[{\"subject\":\"a\",\"predicate\":\"p\",\"object\":{"
      "\"value\":\"1\",\"type\":"
      "\"urn:t\"}}],\"skip_duplicates\":true}\n[]\n"};
  for (int round = 0; round < 400; ++round) {
    std::string text = seeds[random() % seeds.size()];
    for (uint64_t edits = random() % 6; edits > 0; --edits) {
      const size_t at = random() % text.size();
      switch (random() % 3) {
        case 0:
          text[at] = static_cast<char>(random());
          break;
        case 1:
          text.erase(at, random() % 5);
          break;
        default:
          text.insert(at, text.substr(random() % text.size(), random() % 9));
      }
      if (text.empty()) text = "x";
    }
    Graph graph = graphs.Next();
    const auto format = static_cast<Format>(random() % 7);
    const bool on = random() % 2 == 0;
    const auto result =
        LoadText(graph, text,
                 {.format = format, .continue_on_error = on, .csv_key = "1"});
    INFO(FormatName(format) << ": " << text);
    if (!result.ok()) {
      CHECK(result.status().code() == absl::StatusCode::kInvalidArgument);
      CHECK(MustCount(graph) == 0);
    } else {
      CHECK(result->inserted + result->replaced + result->duplicates ==
            result->statements);
    }
  }
}

// ---- files ----------------------------------------------------------------

TEST_CASE("files open, or say why not") {
  TemporaryDirectory directory;
  const std::string path = directory / "a.tsv";
  std::ofstream(path) << "a\tp\to\n";
  auto source = OpenLoadFile(path);
  REQUIRE_OK(source);
  CHECK(source->name == path);
  TestGraph test;
  auto result = test.graph.Load(*source, {.format = Format::kTsv});
  REQUIRE_OK(result);
  CHECK(result->inserted == 1);

  const auto missing = OpenLoadFile(directory / "none").status();
  CHECK(missing.code() == absl::StatusCode::kNotFound);
  CHECK(Message(missing).rfind(directory / "none", 0) == 0);
  CHECK(OpenLoadFile(path + "/x").status().code() ==
        absl::StatusCode::kNotFound);
  CHECK(OpenLoadFile(directory.path().string()).status().code() ==
        absl::StatusCode::kInvalidArgument);
}

// ---- real data ------------------------------------------------------------

LoadResult LoadShared(Graph& graph, const std::filesystem::path& path,
                      LoadOptions options) {
  auto source = OpenLoadFile(path.string());
  REQUIRE_OK(source);
  auto result = graph.Load(*source, options);
  REQUIRE_OK(result);
  return *result;
}

std::optional<std::filesystem::path> SharedData() {
  const auto shared = SharedFolder();
  if (!shared || !std::filesystem::is_directory(*shared / "data")) {
    WARN("skipped: the folder `shared` is not beside the checkout");
    return std::nullopt;
  }
  return *shared / "data";
}

TEST_CASE("CoDEx-m loads as tsv") {
  const auto data = SharedData();
  if (!data) return;
  TestGraph test;
  const LoadOptions options{.format = Format::kTsv};
  uint64_t statements = 0, inserted = 0;
  for (const char* name : {"train.txt.gz", "valid.txt", "test.txt"}) {
    const LoadResult result =
        LoadShared(test.graph, *data / "codex-m" / name, options);
    statements += result.statements;
    inserted += result.inserted;
  }
  CHECK(statements == 206205);
  CHECK(inserted == 206205);
  CHECK(MustCount(test.graph) == 206205);
  CHECK(MustCount(test.graph, Where("Q108946", "P161", "Q39792")) == 1);
}

TEST_CASE("the airports load as csv") {
  const auto data = SharedData();
  if (!data) return;
  TestGraph test;
  const LoadResult result = LoadShared(
      test.graph, *data / "places" / "openflights-airports.dat.gz",
      {.format = Format::kCsv,
       .csv_key = "id",
       .csv_columns = {"id", "name", "city", "country", "iata", "icao",
                       "latitude", "longitude", "altitude", "utc_offset", "dst",
                       "time_zone", "type", "source"}});
  CHECK(result.statements == result.inserted);
  CHECK(MustCount(test.graph, Where({}, "name")) == 7698);
  CHECK(MustCount(
            test.graph,
            Where("1", "altitude",
                  "\"5282\"^^<http://www.w3.org/2001/XMLSchema#integer>")) ==
        1);
  CHECK(MustCount(test.graph, Where("1", "city", "\"Goroka\"")) == 1);
  // \N is no code.
  CHECK(MustCount(test.graph, Where({}, "iata")) < 7698);
  CHECK(MustCount(test.graph, Where({}, {}, "\"\\\\N\"")) == 0);
}

TEST_CASE("tables with a header and with CRLF load") {
  const auto data = SharedData();
  if (!data) return;
  TestGraph test;
  const LoadResult cities =
      LoadShared(test.graph, *data / "places" / "world-cities.csv.gz",
                 {.format = Format::kCsv, .csv_key = "geonameid"});
  CHECK(cities.errors.empty());
  CHECK(MustCount(test.graph, Where("3040051", "name", "\"les Escaldes\"")) ==
        1);
  Graph routes = OpenGraph(*test.engine, "routes");
  auto text = ReadFile(*data / "places" / "openflights-routes.dat");
  REQUIRE_OK(text);
  REQUIRE(text->find("\r\n") != std::string::npos);
  size_t end = 0;
  for (int line = 0; line < 3000; ++line) end = text->find('\n', end) + 1;
  MustLoad(routes, text->substr(0, end),
           {.format = Format::kCsv,
            .csv_columns = {"airline", "airline_id", "from", "from_id", "to",
                            "to_id", "codeshare", "stops", "equipment"}});
  CHECK(MustCount(routes, Where({}, "airline")) == 3000);
  CHECK(MustCount(routes, Where("in:1", "equipment", "\"CR2\"")) == 1);
}

}  // namespace
}  // namespace skg::test
