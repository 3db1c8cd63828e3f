// Graph::Load: what is refused or skipped, and how it is told.
#include "base/memory_status.h"
#include "engine/commit_builder.h"
#include "engine/load_collector.h"
#include "engine/load_input.h"
#include "engine/load_support.h"
#include "storage/memory_kv.h"
#include "storage/store.h"

namespace skg::test {
namespace {

using Lines = std::vector<std::string>;

std::string PlacePrefix(uint64_t line, uint64_t column) {
  return absl::StrCat("in:", line, ":", column, ": ");
}

struct MalformedCase {
  std::string name;
  LoadOptions options;
  std::string document;
  uint64_t line;
  uint64_t column;      // 0: some column
  std::string message;  // a part of it
};

std::vector<MalformedCase> MalformedTables() {
  const LoadOptions tsv{.format = Format::kTsv};
  const LoadOptions csv{.format = Format::kCsv, .csv_key = "id"};
  return {
      {"tsv: two columns", tsv, "a\tp\tb\na\tp\n", 2, 1, "2 columns"},
      {"tsv: five columns", tsv, "a\tp\tb\t1\tx\n", 1, 1, "5 columns"},
      {"tsv: no weight", tsv, "x\ty\tz\tw\n", 1, 7, "weight"},
      {"tsv: weight above one", tsv, "x\ty\tz\t1.5\n", 1, 7, "weight"},
      {"tsv: weight below zero", tsv, "x\ty\tz\t-0.1\n", 1, 7, "weight"},
      {"tsv: weight not a number", tsv, "x\ty\tz\tnan\n", 1, 7, "weight"},
      {"tsv: empty weight", tsv, "x\ty\tz\t\n", 1, 7, "weight"},
      {"tsv: literal subject", tsv, "\"x\"\tp\to\n", 1, 1, "subject"},
      {"tsv: blank node predicate", tsv, "s\t_:p\to\n", 1, 3, "predicate"},
      {"tsv: malformed IRI", tsv, "s\t<no iri\to\n", 1, 3, "predicate"},
      {"tsv: malformed literal", tsv, "ok\tp\to\nlong\tp\t\"x\n", 2, 8,
       "object"},
      {"tsv: empty subject", tsv, "\tp\to\n", 1, 1, "subject"},
      {"tsv: empty predicate", tsv, "s\t\to\n", 1, 3, "predicate"},
      {"tsv: not UTF-8", tsv, "s\tp\t\xFF\n", 1, 5, "object"},
      {"csv: quoted cell without end", csv, "id,n\n1,\"a\nb", 2, 3,
       "never ends"},
      {"csv: text after a quoted cell", csv, "id,n\n1,\"a\"b\n", 2, 6,
       "closing quote"},
      {"csv: quote in a plain cell", csv, "id,n\n1,a\"b\n", 2, 4, "quote"},
      {"csv: too few cells", csv, "id,n,m\n1,x,y\n2,x\n", 3, 3, "2 cells"},
      {"csv: too many cells", csv, "id,n\n1,2,3\n", 2, 5, "3 cells"},
      {"csv: empty key", csv, "id,n\n,x\n", 2, 1, "key"},
      {"csv: \\N as key", csv, "id,n\n\\N,x\n", 2, 1, "key"},
      {"csv: literal as key", csv, "id,n\n\"\"\"l\"\"\",x\n", 2, 1, "literal"},
      {"csv: not UTF-8", csv, "id,n\n1,\"\n\xC3(\"\n", 2, 3, "UTF-8"},
      {"csv: header twice", csv, "id,name,name\n", 1, 9, "two columns"},
      {"csv: empty header", csv, "id,,x\n", 1, 4, "without a name"},
      {"csv: header is a literal", csv, "id,\"\"\"l\"\"\"\n", 1, 4,
       "predicate"},
      {"csv: malformed header", csv, "id,\"a\n", 1, 4, "header"},
  };
}

std::vector<MalformedCase> MalformedDocuments() {
  const LoadOptions json{.format = Format::kJson};
  const std::string good = R"({"subject":"a","predicate":"p","object":"b"})";
  return {
      {"ntriples",
       {.format = Format::kNTriples},
       "<urn:a> <urn:p> <urn:b> .\n<urn:a> <urn:p> .\n",
       2,
       0,
       ""},
      {"nquads",
       {.format = Format::kNQuads},
       "<urn:a> <urn:p> <urn:b> <urn:g> .\n\n<urn:a> <urn:p> \"x <urn:g> .\n",
       3,
       0,
       ""},
      {"turtle",
       {.format = Format::kTurtle},
       "@prefix : <urn:skg:> .\n:a :p :b .\n:a :p ;;.x\n",
       3,
       0,
       ""},
      {"turtle: unknown prefix",
       {.format = Format::kTurtle},
       "<urn:a> <urn:p>\n  x:b .\n",
       2,
       0,
       ""},
      {"turtle: relative IRI without base",
       {.format = Format::kTurtle},
       "<urn:a> <urn:p> <b> .\n",
       1,
       0,
       ""},
      {"trig",
       {.format = Format::kTriG},
       "@prefix : <urn:skg:> .\n:g { :a :p :b .\n",
       0,
       0,
       ""},
      {"rdfxml",
       {.format = Format::kRdfXml},
       "<e:T xmlns:e='urn:e:'>\n  <e:p>x</e:p>\n  <f:p/></e:T>",
       3,
       3,
       "unbound prefix"},
      {"rdfxml: relative IRI without base",
       {.format = Format::kRdfXml},
       "<e:T xmlns:e='urn:e:'\n  about='a'/>",
       1,
       1,
       "xml:base"},
      {"json: missing field", json, R"({"subject":"a","predicate":"p"})", 1, 1,
       "object"},
      {"json: the item, its field and its place", json,
       "[" + good + ",\n " +
           R"({"subject":"a","predicate":"p","object":"b","weight":2}])",
       2, 2, "1: weight"},
      {"json: in a batch document", json,
       "{\"triples\": [\n" + good +
           ",\n   {\"subject\": 5, \"predicate\":\"p\",\"object\":\"o\"}]}",
       3, 4, "triples.1: subject"},
      {"json: a word without quotes", json, R"({"subject": x})", 1, 13,
       "malformed JSON"},
      {"json: a malformed number", json,
       "[" + good + ",\n{\"subject\":\"a\",\n  \"weight\": 01}]", 3, 14,
       "malformed JSON"},
      {"json: a missing comma", json, R"({"subject": "a" "predicate": "p"})", 1,
       17, "comma"},
      {"json: a missing comma in an item", json,
       R"([{"subject": "a" "predicate": "p"}])", 1, 0, "malformed JSON"},
      {"json: a missing colon", json, R"({"subject" "a"})", 1, 12, "colon"},
      {"json: unknown batch field", json, R"({"triples":[],"bogus":1})", 1, 1,
       "bogus"},
      {"json: skip_duplicates of another type", json,
       R"({"triples":[],"skip_duplicates":1})", 1, 1, "skip_duplicates"},
      {"json: triples of another type", json, R"({"triples":{}})", 1, 1,
       "triples"},
      {"json: not an object", json, "hello", 1, 1, "expected"},
      {"json: a number in an array", json, "[\n 12]", 2, 2, "0: "},
      {"json: ends early", json, "[{\"subject\":\"a\"", 1, 16, "too early"},
      {"json: array ends early", json, "[" + good, 1, 46, "too early"},
      {"json: string without end", json, "{\"subject\":\"a\n\"}", 1, 12,
       "closing quote"},
      {"json: brackets that do not match", json, "[{\"subject\":[1}}]", 1, 15,
       "bracket"},
      {"json: not UTF-8", json,
       "{\"subject\":\"\xFF\",\"predicate\":\"p\",\"object\":\"o\"}", 1, 0,
       "UTF-8"},
      {"json: nested too deep", json, "[" + std::string(2000, '['), 1, 0,
       "deeper"},
  };
}

void CheckMalformed(Graph graph, const MalformedCase& c) {
  INFO(c.name);
  MustAdd(graph, Triple("old", "p", "o"));
  const auto before = graph.Latest();
  REQUIRE_OK(before);
  const auto result = LoadText(graph, c.document, c.options);
  REQUIRE_FALSE(result.ok());
  INFO(Message(result.status()));
  CHECK(result.status().code() == absl::StatusCode::kInvalidArgument);
  const std::string message = Message(result.status());
  if (c.column > 0) {
    CHECK(message.rfind(PlacePrefix(c.line, c.column), 0) == 0);
  } else if (c.line > 0) {
    CHECK(message.rfind(absl::StrCat("in:", c.line, ":"), 0) == 0);
  } else {
    CHECK(message.rfind("in:", 0) == 0);
  }
  CHECK(message.find(c.message) != std::string::npos);
  CHECK(message.find('\n') == std::string::npos);
  // Nothing of the document was loaded, and no commit happened.
  CHECK(MustCount(graph) == 1);
  CHECK(graph.Latest()->commit() == before->commit());
}

TEST_CASE("a malformed document names the place and loads nothing") {
  TestGraphs graphs;
  for (const MalformedCase& c : MalformedTables())
    CheckMalformed(graphs.Next(), c);
  for (const MalformedCase& c : MalformedDocuments())
    CheckMalformed(graphs.Next(), c);
}

TEST_CASE("malformed parts are skipped, counted and listed when asked") {
  TestGraphs graphs;
  struct Case {
    std::string name;
    LoadOptions options;
    std::string document;
    Lines want;                   // subjects, sorted
    std::vector<uint64_t> lines;  // of the errors
  };
  const std::string good = R"("predicate":"p","object":"o"})";
  const std::vector<Case> cases = {
      {"ntriples",
       {.format = Format::kNTriples},
       "<urn:skg:a> <urn:p> <urn:o> .\nnonsense\n<urn:skg:b> <urn:p> <urn:o> "
       ".\n"
       "<urn:skg:c> <urn:p> .\n<urn:skg:d> <urn:p> <urn:o> .\n",
       {"a", "b", "d"},
       {2, 4}},
      {"turtle",
       {.format = Format::kTurtle},
       "@prefix : <urn:skg:> .\n:a :p :o .\n:b :p x:unknown .\n:c :p :o .\n",
       {"a", "c"},
       {3}},
      {"tsv",
       {.format = Format::kTsv},
       "a\tp\to\nb\tp\nc\tp\to\t7\nd\tp\to\n",
       {"a", "d"},
       {2, 3}},
      {"csv",
       {.format = Format::kCsv, .csv_key = "id"},
       "id,n\na,1\nb,\"x\"y\nc,1,2\n,1\nd,4\n",
       {"a", "d"},
       {3, 4, 5}},
      {"json lines",
       {.format = Format::kJson},
       "{\"subject\":\"a\"," + good +
           "\n{\"subject\":\"b\"\n{\"subject\":\"c\"," + good +
           "\nnonsense\n{\"subject\":\"d\",\"extra\":1," + good +
           "\n{\"subject\":\"e\"," + good,
       {"a", "e"},
       {3, 4, 5}},
      {"json array",
       {.format = Format::kJson},
       "[{\"subject\":\"a\"," + good +
           ",\n{\"subject\":\"b\"},\n{\"subject\":\"c\"," + good + "]",
       {"a", "c"},
       {2}},
      {"json array that cannot be followed",
       {.format = Format::kJson},
       "[{\"subject\":\"a\"," + good +
           ",\n{\"subject\":\"b]},\n{\"subject\":\"c\"," + good +
           ",\n{\"subject\":\"d\"," + good + "]\n",
       {"a", "c", "d"},
       {2}},
  };
  for (const Case& c : cases) {
    INFO(c.name);
    Graph graph = graphs.Next();
    LoadOptions options = c.options;
    options.continue_on_error = true;
    const LoadResult result = MustLoad(graph, c.document, options);
    Lines subjects;
    for (const Statement& s : Matches(graph)) subjects.push_back(s.subject);
    std::sort(subjects.begin(), subjects.end());
    CHECK(subjects == c.want);
    CHECK(result.statements == c.want.size());
    CHECK(result.skipped == result.errors.size());
    std::vector<uint64_t> lines;
    for (const LoadError& error : result.errors) {
      lines.push_back(error.line);
      CHECK(error.column > 0);
      CHECK_FALSE(error.message.empty());
    }
    CHECK(lines == c.lines);
  }
}

TEST_CASE("of many errors a hundred are listed") {
  TestGraph test;
  std::string document;
  for (int i = 0; i < 1000; ++i) document += "bad\n";
  document += "a\tp\to\n";
  const LoadResult result =
      MustLoad(test.graph, document,
               {.format = Format::kTsv, .continue_on_error = true});
  CHECK(result.skipped == 1000);
  CHECK(result.errors.size() == 100);
  CHECK(result.errors[99].line == 100);
  CHECK(result.inserted == 1);
}

TEST_CASE("what is too long to hold is malformed") {
  const std::string huge(size_t{65} << 20, 'x');
  struct Case {
    Format format;
    std::string document;
  };
  TestGraphs graphs;
  for (const Case& c :
       {Case{Format::kTsv, "a\tp\to\n" + huge + "\tp\to\nb\tp\to\n"},
        Case{Format::kCsv, "k,v\na,1\nc," + huge + "\nb,2\n"},
        Case{Format::kCsv,
             "k,v\na,1\nc" + std::string(100000, ',') + "\nb,2\n"},
        Case{Format::kJson,
             "{\"subject\":\"a\",\"predicate\":\"p\",\"object\":\"o\"}\n"
             "{\"subject\":\"" +
                 huge +
                 "\"}\n"
                 "{\"subject\":\"b\",\"predicate\":\"p\",\"object\":\"o\"}"
                 "\n"}}) {
    INFO(FormatName(c.format) << " of " << c.document.size());
    Graph graph = graphs.Next();
    LoadOptions options{.format = c.format, .csv_key = "1"};
    CHECK(LoadText(graph, c.document, options).status().code() ==
          absl::StatusCode::kInvalidArgument);
    options.continue_on_error = true;
    const LoadResult result = MustLoad(graph, c.document, options);
    CHECK(result.inserted == 2);
    CHECK(result.skipped == 1);
    CHECK(MustCount(graph, Where("b")) == 1);
  }
}

TEST_CASE("what a load collects stops where the memory budget ends") {
  MemoryBudget budget(size_t{2} << 20);
  storage::StoreOptions store_options;
  store_options.commit_budget = &budget;
  auto store = storage::Store::Open(storage::MakeMemoryKv(), store_options);
  REQUIRE_OK(store);
  const storage::Store::CreateOptions create;
  auto graph = (*store)->OpenGraph("public", "main", &create);
  REQUIRE_OK(graph);
  const auto names = rdf::NameSpace::Make("urn:skg:");
  REQUIRE_OK(names);
  engine::CommitBuilder builder(*graph, *names);
  const LoadSource source = TextSource("");
  engine::LoadInput input(source, nullptr);
  engine::CommitCollector collector(builder, input, "", {});
  absl::Status status;
  int added = 0;
  for (; status.ok() && added < 20000; ++added) {
    status = collector.Add({rdf::Term::Iri(absl::StrCat("urn:s", added)),
                            rdf::Term::Iri("urn:p"),
                            rdf::Term::Iri("urn:o"),
                            {}});
  }
  CHECK(status.code() == absl::StatusCode::kResourceExhausted);
  CHECK(IsOutOfMemoryBudget(status));
  CHECK(added > 500);
  CHECK(budget.free_bytes() < budget.limit_bytes());
}

TEST_CASE("options that cannot be meant are refused") {
  TestGraph test;
  const auto code = [&](const LoadOptions& options,
                        std::string document = "id,n\na,1\n") {
    return LoadText(test.graph, std::move(document), options).status().code();
  };
  CHECK(code({.base_iri = "not absolute"}, "") ==
        absl::StatusCode::kInvalidArgument);
  CHECK(code({.graph = "\"literal\""}, "") ==
        absl::StatusCode::kInvalidArgument);
  CHECK(code({.graph = "<no iri"}, "") == absl::StatusCode::kInvalidArgument);
  CHECK(code({.format = static_cast<Format>(99)}, "") ==
        absl::StatusCode::kInvalidArgument);
  for (const std::string key : {"none", "3", "0", "-1", "1x"}) {
    CHECK(code({.format = Format::kCsv, .csv_key = key}) ==
          absl::StatusCode::kInvalidArgument);
  }
  CHECK(code({.format = Format::kCsv, .csv_columns = {"a", "a"}}) ==
        absl::StatusCode::kInvalidArgument);
  CHECK(code({.format = Format::kCsv, .csv_columns = {"a", ""}}) ==
        absl::StatusCode::kInvalidArgument);
  CHECK(test.graph.Load({.name = "x"}, {}).status().code() ==
        absl::StatusCode::kInvalidArgument);
  CHECK(MustCount(test.graph) == 0);
}

}  // namespace
}  // namespace skg::test
