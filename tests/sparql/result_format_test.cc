// Results as bytes, and back.
#include <catch2/catch.hpp>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "rdf/random_term.h"
#include "sparql/result_reader.h"
#include "sparql/result_writer.h"
#include "support/test_support.h"

namespace skg::sparql {
namespace {

using rdf::Direction;
using rdf::Term;
using Row = std::vector<std::optional<Term>>;

std::string Written(ResultFormat format,
                    const std::vector<std::string>& variables,
                    const std::vector<Row>& rows) {
  std::string out;
  const auto writer =
      MakeResultWriter(format, variables, [&](std::string_view bytes) {
        out += bytes;
        return absl::OkStatus();
      });
  for (const Row& row : rows) {
    std::vector<const Term*> values;
    for (const auto& value : row) values.push_back(value ? &*value : nullptr);
    REQUIRE_OK(writer->Row(values));
  }
  REQUIRE_OK(writer->Finish());
  return out;
}

const std::vector<std::string> kVariables = {"x", "y"};

std::vector<Row> Sample() {
  return {
      {Term::Iri("http://e/a?b&c"), Term::Literal("a \"b\",\n<c>")},
      {Term::BlankNode("b0"), std::nullopt},
      {Term::LanguageString("chat", "fr"),
       Term::LanguageString("x", "ar", Direction::kRtl)},
      {Term::Literal("1", std::string(rdf::iri::kXsdInteger)),
       Term::Triple(Term::Iri("http://e/s"), Term::Iri("http://e/p"),
                    Term::Literal("o"))},
  };
}

TEST_CASE("results as JSON", "[sparql]") {
  CHECK(Written(ResultFormat::kJson, kVariables, Sample()) ==
        R"({"head":{"vars":["x","y"]},"results":{"bindings":[
{"x":{"type":"uri","value":"http://e/a?b&c"},"y":{"type":"literal","value":"a \"b\",\n<c>"}},
{"x":{"type":"bnode","value":"b0"}},
{"x":{"type":"literal","value":"chat","xml:lang":"fr"},"y":{"type":"literal","value":"x","xml:lang":"ar","its:dir":"rtl"}},
{"x":{"type":"literal","value":"1","datatype":"http://www.w3.org/2001/XMLSchema#integer"},"y":{"type":"triple","value":{"subject":{"type":"uri","value":"http://e/s"},"predicate":{"type":"uri","value":"http://e/p"},"object":{"type":"literal","value":"o"}}}}
]}}
)");
  CHECK(Written(ResultFormat::kJson, {}, {{}, {}}) ==
        "{\"head\":{\"vars\":[]},\"results\":{\"bindings\":[\n{},\n{}\n]}}\n");
}

TEST_CASE("results as XML", "[sparql]") {
  CHECK(Written(ResultFormat::kXml, kVariables, Sample()) ==
        R"(<?xml version="1.0"?>
<sparql xmlns="http://www.w3.org/2005/sparql-results#" xmlns:its="http://www.w3.org/2005/11/its" its:version="2.0">
<head>
<variable name="x"/>
<variable name="y"/>
</head>
<results>
<result><binding name="x"><uri>http://e/a?b&amp;c</uri></binding><binding name="y"><literal>a &quot;b&quot;,&#xA;&lt;c&gt;</literal></binding></result>
<result><binding name="x"><bnode>b0</bnode></binding></result>
<result><binding name="x"><literal xml:lang="fr">chat</literal></binding><binding name="y"><literal xml:lang="ar" its:dir="rtl">x</literal></binding></result>
<result><binding name="x"><literal datatype="http://www.w3.org/2001/XMLSchema#integer">1</literal></binding><binding name="y"><triple><subject><uri>http://e/s</uri></subject><predicate><uri>http://e/p</uri></predicate><object><literal>o</literal></object></triple></binding></result>
</results>
</sparql>
)");
}

TEST_CASE("results as CSV and TSV", "[sparql]") {
  CHECK(Written(ResultFormat::kCsv, kVariables, Sample()) ==
        "x,y\r\nhttp://e/a?b&c,\"a \"\"b\"\",\n<c>\"\r\n_:b0,\r\nchat,x\r\n"
        "1,\"<<( <http://e/s> <http://e/p> \"\"o\"\" )>>\"\r\n");
  CHECK(Written(ResultFormat::kTsv, kVariables, Sample()) ==
        "?x\t?y\n<http://e/a?b&c>\t\"a \\\"b\\\",\\n<c>\"\n_:b0\t\n"
        "\"chat\"@fr\t\"x\"@ar--rtl\n"
        "\"1\"^^<http://www.w3.org/2001/XMLSchema#integer>\t"
        "<<( <http://e/s> <http://e/p> \"o\" )>>\n");
}

TEST_CASE("the answer to an ASK", "[sparql]") {
  for (const bool value : {false, true}) {
    for (const auto format : {ResultFormat::kJson, ResultFormat::kXml}) {
      const auto read = ReadResults(format, BooleanResult(format, value));
      REQUIRE_OK(read);
      CHECK(read->boolean == value);
    }
    CHECK(BooleanResult(ResultFormat::kCsv, value) ==
          (value ? "true\n" : "false\n"));
  }
}

// What XML cannot hold is replaced: such terms are not asked here.
bool XmlHolds(const Term& term) {
  if (term.kind == rdf::TermKind::kTripleTerm) {
    return XmlHolds(term.triple->subject) && XmlHolds(term.triple->predicate) &&
           XmlHolds(term.triple->object);
  }
  const std::string text = term.value + term.datatype;
  for (size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<uint8_t>(text[i]);
    if (byte < 0x20 && byte != '\n' && byte != '\t' && byte != '\r')
      return false;
    const std::string three = text.substr(i, 3);
    if (three == "\xEF\xBF\xBE" || three == "\xEF\xBF\xBF") return false;
  }
  return true;
}

TEST_CASE("what is written is read back", "[sparql]") {
  test::RandomTerms terms(test::Random(60));
  for (int round = 0; round < 200; ++round) {
    std::vector<std::string> variables;
    const size_t width = terms.Below(4);
    for (size_t i = 0; i < width; ++i)
      variables.push_back(absl::StrCat("v", i));
    std::vector<Row> rows(terms.Below(20));
    for (Row& row : rows) {
      for (size_t i = 0; i < width; ++i) {
        row.emplace_back();
        if (terms.Below(4) != 0) row.back() = terms.Any(3);
        if (row.back() && !XmlHolds(*row.back())) row.back().reset();
      }
    }
    for (const auto format :
         {ResultFormat::kJson, ResultFormat::kXml, ResultFormat::kTsv}) {
      const std::string text = Written(format, variables, rows);
      const auto read = ReadResults(format, text);
      INFO(text);
      REQUIRE_OK(read);
      CHECK(read->variables == variables);
      CHECK(read->rows == rows);
      CHECK_FALSE(read->boolean.has_value());
    }
    const auto csv = ReadResults(ResultFormat::kCsv,
                                 Written(ResultFormat::kCsv, variables, rows));
    REQUIRE_OK(csv);
    CHECK(csv->rows.size() == rows.size());
  }
}

TEST_CASE("controls, and what is no character of XML", "[sparql]") {
  const std::vector<Row> rows = {
      {Term::Literal(std::string("a\0b\x01", 4) + "\xEF\xBF\xBE\r")}};
  const auto json = ReadResults(ResultFormat::kJson,
                                Written(ResultFormat::kJson, {"x"}, rows));
  REQUIRE_OK(json);
  CHECK(json->rows == rows);
  const auto xml =
      ReadResults(ResultFormat::kXml, Written(ResultFormat::kXml, {"x"}, rows));
  REQUIRE_OK(xml);
  CHECK(xml->rows[0][0]->value ==
        "a\xEF\xBF\xBD"
        "b\xEF\xBF\xBD\xEF\xBF\xBD\r");
}

TEST_CASE("the sink's error ends the writing", "[sparql]") {
  const auto writer = MakeResultWriter(
      ResultFormat::kJson, {"x"},
      [](std::string_view) { return absl::ResourceExhaustedError("full"); });
  CHECK(writer->Finish().code() == absl::StatusCode::kResourceExhausted);
}

TEST_CASE("what others write", "[sparql]") {
  const auto json = ReadResults(ResultFormat::kJson, R"({
    "results": {"bindings": [
      {"x": {"datatype": "http://www.w3.org/2001/XMLSchema#string",
             "value": "a", "type": "typed-literal"}}]},
    "head": {"link": ["http://e/meta"], "vars": ["x"]}, "more": 1})");
  REQUIRE_OK(json);
  CHECK(json->rows == std::vector<Row>{{Term::Literal("a")}});
  const auto xml = ReadResults(
      ResultFormat::kXml,
      "<?xml version='1.0' encoding='ISO-8859-1'?><r:sparql xmlns:r="
      "'http://www.w3.org/2005/sparql-results#'><r:head><r:variable name='x'/>"
      "<r:link href='m'/></r:head><r:results ordered='true'><r:result>\n"
      "<r:binding name='x'>\n<r:literal><![CDATA[<\xE9>]]></r:literal>\n"
      "</r:binding></r:result></r:results></r:sparql>");
  REQUIRE_OK(xml);
  CHECK(xml->rows == std::vector<Row>{{Term::Literal("<\xC3\xA9>")}});
  const auto tsv =
      ReadResults(ResultFormat::kTsv, "?x\t$y\r\n2.2\t'a'\r\n-1e6\ttrue\r\n");
  REQUIRE_OK(tsv);
  CHECK(tsv->variables == std::vector<std::string>{"x", "y"});
  CHECK(tsv->rows[0][0] ==
        Term::Literal("2.2", std::string(rdf::iri::kXsdDecimal)));
  CHECK(tsv->rows[0][1] == Term::Literal("a"));
  CHECK(tsv->rows[1][1] ==
        Term::Literal("true", std::string(rdf::iri::kXsdBoolean)));
  const auto csv =
      ReadResults(ResultFormat::kCsv, "x,y\n\"a\r\n\"\"b\",\n_:c,d\"e");
  REQUIRE_OK(csv);
  CHECK(csv->rows[0][0] == Term::Literal("a\r\n\"b"));
  CHECK_FALSE(csv->rows[0][1].has_value());
  CHECK(csv->rows[1][0] == Term::BlankNode("c"));
  CHECK(csv->rows[1][1] == Term::Literal("d\"e"));
}

TEST_CASE("malformed results say what is wrong", "[sparql]") {
  struct Case {
    ResultFormat format;
    const char* text;
    const char* message;
  };
  const std::string head =
      "<sparql xmlns=\"http://www.w3.org/2005/sparql-results#\">";
  for (const auto& each : {
           Case{ResultFormat::kJson, "", "a JSON object is wanted"},
           Case{ResultFormat::kJson, "[]", "a JSON object is wanted"},
           Case{ResultFormat::kJson, "{}", "head"},
           Case{ResultFormat::kJson, R"({"boolean": 1})", "boolean"},
           Case{ResultFormat::kJson, R"({"head": {"vars": ["x"]}})",
                "results.bindings"},
           Case{ResultFormat::kJson,
                R"({"head": {"vars": []}, "results": {"bindings":
                [{"x": {"type": "uri", "value": "a"}}]}})",
                "a variable of head.vars"},
           Case{ResultFormat::kJson,
                R"({"head": {"vars": ["x"]}, "results": {"bindings":
                [{"x": {"type": "thing", "value": "a"}}]}})",
                "uri, bnode, literal or triple"},
           Case{ResultFormat::kXml, "<sparql", "XML:1:"},
           Case{ResultFormat::kXml, "<sparql/>", "neither"},
           Case{ResultFormat::kXml, "<!DOCTYPE a [<!ENTITY b 'c'>]><sparql/>",
                "not taken"},
           Case{ResultFormat::kTsv, "x\n", "?name"},
           Case{ResultFormat::kTsv, "?x\n<a\n", "TSV:2"},
           Case{ResultFormat::kTsv, "?x\t?y\n1\n", "1 fields"},
           Case{ResultFormat::kCsv, "x,y\na\n", "CSV:2"},
           Case{ResultFormat::kCsv, "x\n\"a\n", "no end"},
       }) {
    const auto read = ReadResults(each.format, each.text);
    INFO(each.text);
    CHECK(read.status().code() == absl::StatusCode::kInvalidArgument);
    CHECK_THAT(std::string(read.status().message()),
               Catch::Contains(each.message));
  }
  for (const char* body :
       {"<results><result><binding name=\"x\"/></result></results>",
        "<head><variable name=\"x\"/></head><results><binding name=\"x\">"
        "<uri>a</uri></binding></results>",
        "<head><variable name=\"x\"/></head><results><result><binding "
        "name=\"x\"></binding></result></results>",
        "<head><variable name=\"x\"/></head><results><result><binding "
        "name=\"x\"><uri>a</uri><uri>b</uri></binding></result></results>",
        "<head><variable name=\"x\"/></head><results><result><binding "
        "name=\"x\"><triple><subject><uri>a</uri></subject></triple>"
        "</binding></result></results>",
        "<uri>a</uri>", "<triple><subject/></triple>",
        "<boolean>maybe</boolean>"}) {
    const auto read =
        ReadResults(ResultFormat::kXml, head + body + "</sparql>");
    INFO(body);
    CHECK(read.status().code() == absl::StatusCode::kInvalidArgument);
  }
}

TEST_CASE("triple terms nest so deep and no deeper", "[sparql]") {
  std::string json = R"({"type":"uri","value":"a"})";
  std::string xml = "<uri>a</uri>";
  for (int depth = 0; depth < 2000; ++depth) {
    json = absl::StrCat(
        R"({"type":"triple","value":{"subject":{"type":"uri","value":"s"},)",
        R"("predicate":{"type":"uri","value":"p"},"object":)", json, "}}");
    xml = absl::StrCat(
        "<triple><subject><uri>s</uri></subject><predicate><uri>p</uri>"
        "</predicate><object>",
        xml, "</object></triple>");
  }
  const auto from_json = ReadResults(
      ResultFormat::kJson,
      absl::StrCat(R"({"head":{"vars":["x"]},"results":{"bindings":[{"x":)",
                   json, "}]}}"));
  CHECK(from_json.status().code() == absl::StatusCode::kResourceExhausted);
  const auto from_xml = ReadResults(
      ResultFormat::kXml,
      absl::StrCat("<sparql xmlns=\"http://www.w3.org/2005/sparql-results#\">"
                   "<head><variable name=\"x\"/></head><results><result>"
                   "<binding name=\"x\">",
                   xml, "</binding></result></results></sparql>"));
  CHECK(from_xml.status().code() == absl::StatusCode::kResourceExhausted);
}

TEST_CASE("results cut off anywhere are refused or read, never worse",
          "[sparql]") {
  for (const auto format : {ResultFormat::kJson, ResultFormat::kXml,
                            ResultFormat::kCsv, ResultFormat::kTsv}) {
    const std::string whole = Written(format, kVariables, Sample());
    for (size_t size = 0; size < whole.size(); ++size) {
      const auto read = ReadResults(format, whole.substr(0, size));
      const bool marked =
          format == ResultFormat::kJson || format == ResultFormat::kXml;
      if (marked && size + 1 < whole.size()) CHECK_FALSE(read.ok());
    }
  }
}

}  // namespace
}  // namespace skg::sparql
