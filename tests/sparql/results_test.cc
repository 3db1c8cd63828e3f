// Result formats, both ways.
#include "sparql/results.h"

#include <catch2/catch.hpp>
#include <filesystem>
#include <string>
#include <vector>

#include "rdf/name.h"
#include "rdf/random_term.h"
#include "support/test_support.h"

namespace skg::sparql {
namespace {

using rdf::Term;
using Row = std::vector<std::optional<Term>>;

struct Results {
  std::vector<std::string> variables;
  std::vector<Row> rows;
  std::optional<bool> answer;
  absl::Status status;
};

Results Read(ResultFormat format, std::string_view text,
             std::string_view base = {}) {
  Results results;
  const ResultHandler handler{
      .on_variables =
          [&](const std::vector<std::string>& variables) {
            results.variables = variables;
            return absl::OkStatus();
          },
      .on_row =
          [&](std::span<const std::optional<Term>> row) {
            results.rows.emplace_back(row.begin(), row.end());
            return absl::OkStatus();
          },
      .on_boolean =
          [&](bool answer) {
            results.answer = answer;
            return absl::OkStatus();
          }};
  results.status = ReadResults(format, text, handler, base);
  return results;
}

absl::Status WriteTo(ResultFormat format, const Results& results,
                     const rdf::ByteSink& sink) {
  const auto writer = MakeResultWriter(format, sink, results.variables);
  for (const Row& row : results.rows) {
    std::vector<const Term*> terms;
    for (const std::optional<Term>& term : row)
      terms.push_back(term ? &*term : nullptr);
    if (absl::Status status = writer->Write(terms); !status.ok()) return status;
  }
  return writer->Finish();
}

std::string Written(ResultFormat format, const Results& results) {
  std::string text;
  const absl::Status status =
      WriteTo(format, results, [&](std::string_view bytes) {
        text.append(bytes);
        return absl::OkStatus();
      });
  REQUIRE_OK(status);
  return text;
}

constexpr ResultFormat kFormats[] = {ResultFormat::kJson, ResultFormat::kXml,
                                     ResultFormat::kTsv};

Results Sample() {
  return {.variables = {"x", "long_name"},
          .rows = {
              {Term::Iri("urn:a"), std::nullopt},
              {Term::BlankNode("b1"), Term::Literal("a,\"b\"\r\n\t<&>")},
              {Term::LanguageString("x", "ar-eg", rdf::Direction::kRtl),
               Term::LanguageString("y", "en")},
              {Term::Literal("-5", std::string(rdf::iri::kXsdInteger)),
               Term::Literal("1.50", std::string(rdf::iri::kXsdDecimal))},
              {std::nullopt, std::nullopt},
              {Term::Literal("1 ", std::string(rdf::iri::kXsdInteger)),
               Term::Triple(Term::BlankNode("b1"), Term::Iri("urn:p"),
                            Term::Triple(Term::Iri("urn:s"), Term::Iri("urn:p"),
                                         Term::Literal("")))}}};
}

}  // namespace

TEST_CASE("results as JSON", "[sparql]") {
  CHECK(
      Written(ResultFormat::kJson, Sample()) ==
      R"({"head":{"vars":["x","long_name"]},"results":{"bindings":[)"
      "\n"
      R"({"x":{"type":"uri","value":"urn:a"}},)"
      "\n"
      R"({"x":{"type":"bnode","value":"b1"},"long_name":{"type":"literal","value":"a,\"b\"\r\n\t<&>"}},)"
      "\n"
      R"({"x":{"type":"literal","xml:lang":"ar-eg","its:dir":"rtl","value":"x"},"long_name":{"type":"literal","xml:lang":"en","value":"y"}},)"
      "\n"
      R"({"x":{"type":"literal","datatype":"http://www.w3.org/2001/XMLSchema#integer","value":"-5"},"long_name":{"type":"literal","datatype":"http://www.w3.org/2001/XMLSchema#decimal","value":"1.50"}},)"
      "\n{},\n"
      R"({"x":{"type":"literal","datatype":"http://www.w3.org/2001/XMLSchema#integer","value":"1 "},"long_name":{"type":"triple","value":{"subject":{"type":"bnode","value":"b1"},"predicate":{"type":"uri","value":"urn:p"},"object":{"type":"triple","value":{"subject":{"type":"uri","value":"urn:s"},"predicate":{"type":"uri","value":"urn:p"},"object":{"type":"literal","value":""}}}}}})"
      "\n]}}\n");
  CHECK(Written(ResultFormat::kJson, {}) ==
        "{\"head\":{\"vars\":[]},\"results\":{\"bindings\":[\n]}}\n");
}

TEST_CASE("results as XML", "[sparql]") {
  CHECK(Written(ResultFormat::kXml, Sample()) ==
        R"(<?xml version="1.0"?>
<sparql xmlns="http://www.w3.org/2005/sparql-results#" xmlns:its="http://www.w3.org/2005/11/its" its:version="2.0">
<head><variable name="x"/><variable name="long_name"/></head>
<results>
<result><binding name="x"><uri>urn:a</uri></binding></result>
<result><binding name="x"><bnode>b1</bnode></binding><binding name="long_name"><literal>a,&quot;b&quot;&#13;&#10;&#9;&lt;&amp;&gt;</literal></binding></result>
<result><binding name="x"><literal xml:lang="ar-eg" its:dir="rtl">x</literal></binding><binding name="long_name"><literal xml:lang="en">y</literal></binding></result>
<result><binding name="x"><literal datatype="http://www.w3.org/2001/XMLSchema#integer">-5</literal></binding><binding name="long_name"><literal datatype="http://www.w3.org/2001/XMLSchema#decimal">1.50</literal></binding></result>
<result></result>
<result><binding name="x"><literal datatype="http://www.w3.org/2001/XMLSchema#integer">1 </literal></binding><binding name="long_name"><triple><subject><bnode>b1</bnode></subject><predicate><uri>urn:p</uri></predicate><object><triple><subject><uri>urn:s</uri></subject><predicate><uri>urn:p</uri></predicate><object><literal></literal></object></triple></object></triple></binding></result>
</results>
</sparql>
)");
}

TEST_CASE("results as CSV and TSV", "[sparql]") {
  CHECK(Written(ResultFormat::kCsv, Sample()) ==
        "x,long_name\r\nurn:a,\r\n_:b1,\"a,\"\"b\"\"\r\n\t<&>\"\r\nx,y\r\n-5,"
        "1.50\r\n,\r\n1 ,\"<<( _:b1 <urn:p> <<( <urn:s> <urn:p> \"\"\"\" )>> "
        ")>>\"\r\n");
  CHECK(
      Written(ResultFormat::kTsv, Sample()) ==
      "?x\t?long_name\n<urn:a>\t\n_:b1\t\"a,\\\"b\\\"\\r\\n\\t<&>\"\n\"x\"@ar-"
      "eg--rtl\t\"y\"@en\n-5\t1.50\n\t\n\"1 "
      "\"^^<http://www.w3.org/2001/XMLSchema#integer>\t<<( _:b1 <urn:p> <<( "
      "<urn:s> <urn:p> \"\" )>> )>>\n");
  // What is empty is not what is unbound.
  const Results empty{.variables = {"x"},
                      .rows = {{Term::Literal("")}, {std::nullopt}}};
  CHECK(Written(ResultFormat::kCsv, empty) == "x\r\n\"\"\r\n\r\n");
  CHECK(Read(ResultFormat::kCsv, "x\r\n\"\"\r\n\r\n").rows == empty.rows);
}

TEST_CASE("the answer of ASK", "[sparql]") {
  for (const bool answer : {true, false}) {
    for (const ResultFormat format :
         {ResultFormat::kJson, ResultFormat::kXml}) {
      std::string text;
      REQUIRE_OK(WriteBoolean(format, answer, [&](std::string_view bytes) {
        text.append(bytes);
        return absl::OkStatus();
      }));
      const Results read = Read(format, text);
      REQUIRE_OK(read.status);
      CHECK(read.answer == answer);
      CHECK(read.rows.empty());
    }
  }
  for (const ResultFormat format : {ResultFormat::kCsv, ResultFormat::kTsv}) {
    CHECK(WriteBoolean(format, true, [](std::string_view) {
            return absl::OkStatus();
          }).code() == absl::StatusCode::kInvalidArgument);
  }
}

TEST_CASE("what is written reads back equal", "[sparql]") {
  skg::test::RandomTerms random(skg::test::Random(3));
  for (int round = 0; round < 300; ++round) {
    Results results;
    const size_t width = random.Below(4);
    for (size_t i = 0; i < width; ++i)
      results.variables.push_back("v" + std::to_string(i));
    for (size_t i = random.Below(5); i > 0; --i) {
      Row& row = results.rows.emplace_back();
      for (size_t j = 0; j < width; ++j) {
        if (random.Below(4) == 0) {
          row.emplace_back();
        } else {
          row.emplace_back(random.Any());
        }
      }
    }
    for (const ResultFormat format : kFormats) {
      std::string text;
      const absl::Status written =
          WriteTo(format, results, [&](std::string_view bytes) {
            text.append(bytes);
            return absl::OkStatus();
          });
      // XML has no way to write some controls.
      if (format == ResultFormat::kXml &&
          written.code() == absl::StatusCode::kInvalidArgument) {
        continue;
      }
      REQUIRE_OK(written);
      const Results read = Read(format, text);
      INFO(text);
      REQUIRE_OK(read.status);
      REQUIRE(read.variables == results.variables);
      REQUIRE(read.rows == results.rows);
    }
  }
}

TEST_CASE("writers stream", "[sparql]") {
  Results results{.variables = {"x"}};
  results.rows.assign(100'000, {Term::Iri("http://example.org/something")});
  for (const ResultFormat format : {ResultFormat::kJson, ResultFormat::kXml,
                                    ResultFormat::kCsv, ResultFormat::kTsv}) {
    size_t largest = 0;
    size_t calls = 0;
    REQUIRE_OK(WriteTo(format, results, [&](std::string_view bytes) {
      largest = std::max(largest, bytes.size());
      ++calls;
      return absl::OkStatus();
    }));
    CHECK(calls > 50);
    CHECK(largest < 40'000);
    size_t left = 3;
    const absl::Status refused =
        WriteTo(format, results, [&](std::string_view) {
          return left-- > 0 ? absl::OkStatus() : absl::AbortedError("enough");
        });
    CHECK(refused.message() == "enough");
  }
}

TEST_CASE("XML refuses what it cannot hold", "[sparql]") {
  for (const char* text : {"\x01", "\xEF\xBF\xBE"}) {
    const Results results{.variables = {"x"}, .rows = {{Term::Literal(text)}}};
    const absl::Status status =
        WriteTo(ResultFormat::kXml, results,
                [](std::string_view) { return absl::OkStatus(); });
    CHECK(status.code() == absl::StatusCode::kInvalidArgument);
    CHECK(status.message().find("XML cannot hold U+") != std::string::npos);
  }
}

TEST_CASE("readers take what others write", "[sparql]") {
  const Results json = Read(ResultFormat::kJson, R"({
    "link": [1, {"a": [null]}],
    "results": { "distinct": false, "bindings": [
      { "s": { "value": "a/b", "type": "uri", "more": { "x": 1 } },
        "o": { "type": "typed-literal", "value": "1",
               "datatype": "http://www.w3.org/2001/XMLSchema#string" } } ] },
    "head": { "link": ["x"], "vars": ["o", "s"] } })",
                            "http://b/c");
  REQUIRE_OK(json.status);
  CHECK(json.variables == std::vector<std::string>{"o", "s"});
  CHECK(json.rows ==
        std::vector<Row>{{Term::Literal("1"), Term::Iri("http://b/a/b")}});
  CHECK(Read(ResultFormat::kJson, R"({"head":{"vars":[]},"boolean":true})")
            .answer == true);

  const Results xml = Read(ResultFormat::kXml,
                           "<?xml version='1.0' encoding='ISO-8859-1'?><!-- c "
                           "--><r:sparql "
                           "xmlns:r='http://www.w3.org/2005/sparql-results#' "
                           "xmlns:o='urn:o'><r:head><r:variable "
                           "name='x'/><r:link href='a'/></r:head><r:results "
                           "ordered='false'><r:result><r:binding "
                           "name='x'><r:literal>a<![CDATA[<b>]]>&#233;<o:x>no"
                           "</o:x></r:literal></r:binding></r:result>"
                           "</r:results></r:sparql>");
  REQUIRE_OK(xml.status);
  CHECK(xml.rows == std::vector<Row>{{Term::Literal("a<b>\xC3\xA9")}});

  const Results tsv = Read(ResultFormat::kTsv,
                           "?x\ty\r\n1e0\t'a'@EN\r\ntrue\t'b'^^<urn:t>\r\n");
  REQUIRE_OK(tsv.status);
  CHECK(tsv.variables == std::vector<std::string>{"x", "y"});
  CHECK(tsv.rows ==
        std::vector<Row>{
            {Term::Literal("1e0", std::string(rdf::iri::kXsdDouble)),
             Term::LanguageString("a", "en")},
            {Term::Literal("true", std::string(rdf::iri::kXsdBoolean)),
             Term::Literal("b", "urn:t")}});
  const Results csv = Read(ResultFormat::kCsv, "x,y\na,\"b\n\"\"\"\n,c");
  REQUIRE_OK(csv.status);
  CHECK(csv.rows ==
        std::vector<Row>{{Term::Literal("a"), Term::Literal("b\n\"")},
                         {std::nullopt, Term::Literal("c")}});
}

TEST_CASE("malformed results", "[sparql]") {
  const auto json = [](const std::string& rows) {
    return R"({"head":{"vars":["x"]},"results":{"bindings":[)" + rows + "]}}";
  };
  const auto xml = [](const std::string& rows) {
    return "<sparql xmlns='http://www.w3.org/2005/sparql-results#'><head>"
           "<variable name='x'/></head><results>" +
           rows + "</results></sparql>";
  };
  struct Case {
    ResultFormat format;
    std::string text;
    std::string want;
  };
  const Case cases[] = {
      {ResultFormat::kJson, "", "not JSON at byte 1"},
      {ResultFormat::kJson, "{\"head\":{\"vars\":[\"x\"]},", "not JSON at"},
      {ResultFormat::kJson, "[]", "neither head.vars nor boolean"},
      {ResultFormat::kJson, "{\"head\":{\"vars\":[1]}}", "wrong type"},
      {ResultFormat::kJson, "{\"head\":{\"vars\":[\"x\"]}}", "no results.bind"},
      {ResultFormat::kJson, "{\"head\":{\"vars\":[\"x\",\"x\"]}}",
       "the variable x is named twice"},
      {ResultFormat::kJson, json(R"({"y":{"type":"uri","value":"a:b"}})"),
       "row 1: the variable y is not among"},
      {ResultFormat::kJson,
       json(
           R"({},{"x":{"type":"uri","value":"a:b"},"x":{"type":"uri","value":"a:b"}})"),
       "row 2: the variable x has two values"},
      {ResultFormat::kJson, json(R"({"x":{"type":"uri","value":"b"}})"),
       "'b' is no absolute IRI"},
      {ResultFormat::kJson, json(R"({"x":{"type":"uri","value":"a:b c"}})"),
       "'a:b c' is no absolute IRI"},
      {ResultFormat::kJson, json(R"({"x":{"type":"uri"}})"), "has no value"},
      {ResultFormat::kJson, json(R"({"x":{"value":"a"}})"), "'' is no type"},
      {ResultFormat::kJson, json(R"({"x":{"type":"uri","value":1}})"),
       "wrong type"},
      {ResultFormat::kJson, json(R"({"x":{"type":"triple","value":{}}})"),
       "a triple needs a subject"},
      {ResultFormat::kJson,
       json(R"({"x":{"type":"literal","value":"a","xml:lang":"1"}})"),
       "'1' is no language tag"},
      {ResultFormat::kJson,
       json(
           R"({"x":{"type":"literal","value":"a","xml:lang":"en","its:dir":"up"}})"),
       "a base direction is ltr or rtl"},
      {ResultFormat::kJson, json(R"({"x":[]})"), "a list stands where none"},
      {ResultFormat::kJson, json("1"), "wrong type"},
      {ResultFormat::kXml, "", "not XML at line 1, column 1"},
      {ResultFormat::kXml, "<a/>", "neither <results> nor <boolean>"},
      {ResultFormat::kXml, xml("<result>"), "not XML at line 1"},
      {ResultFormat::kXml, "<!DOCTYPE a [<!ENTITY b 'c'>]>" + xml(""),
       "declaration is refused"},
      {ResultFormat::kXml, xml("<result><binding/></result>"),
       "row 1: <binding> has no name"},
      {ResultFormat::kXml,
       xml("<result><binding name='y'><uri>a:b</uri></binding></result>"),
       "the variable y is not among"},
      {ResultFormat::kXml, xml("<result><uri>a:b</uri></result>"),
       "a term is outside <binding>"},
      {ResultFormat::kXml, xml("</results><results>"), "more than one result"},
      {ResultFormat::kXml,
       "<sparql xmlns='http://www.w3.org/2005/sparql-results#'><boolean>maybe"
       "</boolean></sparql>",
       "neither true nor false"},
      {ResultFormat::kTsv, "?x\n1\t2\n", "row 1: has 2 fields; the head has 1"},
      {ResultFormat::kTsv, "?x\nword\n", "'word' is no RDF term"},
      {ResultFormat::kTsv, "?x\n1 2\n", "'1 2' is no RDF term"},
      {ResultFormat::kTsv, "?x\t?x\n", "the variable x is named twice"},
      {ResultFormat::kCsv, "x\n\"a\n", "row 1: a quoted field is malformed"},
      {ResultFormat::kCsv, "x\n\"a\"b\n", "a quoted field is malformed"},
      {ResultFormat::kCsv, "x,y\na\n", "has 1 fields; the head has 2"},
  };
  for (const Case& c : cases) {
    INFO(c.text);
    const absl::Status status = Read(c.format, c.text).status;
    INFO(status.ToString());
    CHECK(status.code() == absl::StatusCode::kInvalidArgument);
    CHECK(status.message().find(c.want) != std::string::npos);
  }
}

TEST_CASE("triple terms of results nest within a limit", "[sparql]") {
  Term nested = Term::Iri("urn:o");
  for (int i = 0; i < 150; ++i)
    nested = Term::Triple(Term::Iri("urn:s"), Term::Iri("urn:p"), nested);
  const Results deep{.variables = {"x"}, .rows = {{nested}}};
  for (int i = 0; i < 100; ++i)
    nested = Term::Triple(Term::Iri("urn:s"), Term::Iri("urn:p"), nested);
  const Results deeper{.variables = {"x"}, .rows = {{nested}}};
  for (const ResultFormat format : {ResultFormat::kJson, ResultFormat::kXml}) {
    CHECK(Read(format, Written(format, deep)).rows == deep.rows);
    const absl::Status status = Read(format, Written(format, deeper)).status;
    CHECK(status.code() == absl::StatusCode::kResourceExhausted);
    CHECK(status.message() ==
          "SPARQL results: row 1: a triple term is nested more than 200 levels "
          "deep, which is the limit");
  }
}

TEST_CASE("the results of the suites read, and are written again", "[sparql]") {
  const auto shared = skg::test::SharedFolder();
  if (!shared) return;
  size_t documents = 0;
  for (const char* suite :
       {"sparql10-query", "sparql11-query", "sparql11-results",
        "sparql11-federation", "sparql11-entailment", "sparql12"}) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(
             *shared / "conformance" / suite)) {
      const std::string extension = entry.path().extension().string();
      const bool is_xml = extension == ".srx";
      if (!is_xml && extension != ".srj" && extension != ".tsv") continue;
      ++documents;
      INFO(entry.path().string());
      const auto text = skg::test::ReadFile(entry.path());
      REQUIRE_OK(text);
      const Results read = Read(is_xml                ? ResultFormat::kXml
                                : extension == ".srj" ? ResultFormat::kJson
                                                      : ResultFormat::kTsv,
                                *text, "http://example.org/base");
      REQUIRE_OK(read.status);
      for (const ResultFormat format : kFormats) {
        if (read.answer) break;
        const Results again = Read(format, Written(format, read));
        REQUIRE_OK(again.status);
        REQUIRE(again.variables == read.variables);
        REQUIRE(again.rows == read.rows);
      }
    }
  }
  CHECK(documents > 300);
}

}  // namespace skg::sparql
