#include "skg/statement_json.h"

#include <catch2/catch.hpp>
#include <string>

#include "query_fixture.h"

namespace skg::query {
namespace {

using test::ErrorsOf;
using test::Lines;

const StatementJsonLimits kPlain = {.max_subject_length = 500,
                                    .max_predicate_length = 100,
                                    .max_object_length = 500,
                                    .max_batch = 100,
                                    .plain_names_only = true};

NewStatement Parse(std::string_view text,
                   const StatementJsonLimits& limits = {}) {
  INFO(text);
  auto statement = ParseStatementJson(text, limits);
  REQUIRE_OK(statement);
  return *std::move(statement);
}

Lines Errors(std::string_view text, const StatementJsonLimits& limits = {}) {
  INFO(text);
  const auto statement = ParseStatementJson(text, limits);
  REQUIRE_FALSE(statement.ok());
  CHECK(statement.status().code() == absl::StatusCode::kInvalidArgument);
  return ErrorsOf(statement.status());
}

TEST_CASE("a statement with all its fields") {
  const NewStatement s =
      Parse(R"({"subject": "Curie", "predicate": "discovered",
    "object": "Radium", "graph": "chemistry", "weight": 0.9,
    "metadata": {"source": "book", "page": 1.10}, "edge": 2,
    "valid_from": "1898-12-26", "valid_to": "2024-01-15T10:30:00+01:00", "source": "LoC"})");
  CHECK(s.subject == "Curie");
  CHECK(s.predicate == "discovered");
  CHECK(s.object == "Radium");
  CHECK(s.graph == "chemistry");
  CHECK(s.weight == 0.9f);
  CHECK(s.metadata == R"({"source": "book", "page": 1.10})");
  CHECK(s.edge == 2);
  CHECK(s.valid_from ==
        absl::FromCivil(absl::CivilDay(1898, 12, 26), absl::UTCTimeZone()));
  CHECK(s.valid_to == absl::FromCivil(absl::CivilSecond(2024, 1, 15, 9, 30, 0),
                                      absl::UTCTimeZone()));
  CHECK(s.source == "LoC");
}

TEST_CASE("optional fields have defaults, also where they are null") {
  for (
      const char* text :
      {R"({"subject":"a","predicate":"b","object":"c"})",
       R"({"subject":"a","predicate":"b","object":"c","weight":null,"metadata":null,"graph":null,
            "edge":null,"valid_from":null,"valid_to":null,"source":null})"}) {
    const NewStatement s = Parse(text);
    CHECK(s.weight == 1.0f);
    CHECK(s.metadata.empty());
    CHECK(s.graph.empty());
    CHECK(s.edge == 0);
    CHECK_FALSE(s.valid_from.has_value());
    CHECK_FALSE(s.valid_to.has_value());
    CHECK(s.source.empty());
  }
}

TEST_CASE("literal objects become terms") {
  struct Case {
    const char* object;
    const char* want;
  };
  const Case cases[] = {
      {R"({"value":"1879","type":"http://www.w3.org/2001/XMLSchema#gYear"})",
       "\"1879\"^^<http://www.w3.org/2001/XMLSchema#gYear>"},
      {R"({"value":"1879","type":"xsd:gYear"})",
       "\"1879\"^^<http://www.w3.org/2001/XMLSchema#gYear>"},
      {R"({"value":"1879","type":"<xsd:gYear>"})", "\"1879\"^^<xsd:gYear>"},
      {R"({"value":"Ulm","lang":"DE"})", "\"Ulm\"@de"},
      {R"({"value":"Ulm","lang":"ar--rtl"})", "\"Ulm\"@ar--rtl"},
      {R"({"value":"a\n\"b\""})", R"("a\n\"b\"")"},
      {R"({"value":"","type":null,"lang":null})", R"("")"},
      {R"("\"1879\"^^<http://www.w3.org/2001/XMLSchema#gYear>")",
       "\"1879\"^^<http://www.w3.org/2001/XMLSchema#gYear>"},
      {R"("\\<a")", "\\<a"},
  };
  for (const Case& c : cases) {
    const NewStatement s = Parse(R"({"subject":"s","predicate":"p","object":)" +
                                 std::string(c.object) + "}");
    CHECK(s.object == c.want);
  }
}

TEST_CASE("every bad field is named with its kind of error") {
  struct Case {
    const char* name;
    std::string text;
    Lines want;
  };
  const std::string spo = R"({"subject":"s","predicate":"p","object":"o",)";
  const Case cases[] = {
      {"not an object", "[1]", {": wrong_type"}},
      {"empty object",
       "{}",
       {"subject: missing", "predicate: missing", "object: missing"}},
      {"null terms",
       R"({"subject":null,"predicate":"p","object":"o"})",
       {"subject: missing"}},
      {"several at once",
       R"({"subject":1,"predicate":"","object":["x"],"weight":"1","colour":"red"})",
       {"colour: unknown_field", "subject: wrong_type", "predicate: too_short",
        "object: wrong_type", "weight: wrong_type"}},
      {"blank",
       R"({"subject":" \t ","predicate":"\u00a0","object":"\u2003"})",
       {"subject: too_short", "predicate: too_short", "object: too_short"}},
      {"too long",
       R"({"subject":"s","predicate":"p","object":")" + std::string(5001, 'x') +
           "\"}",
       {"object: too_long"}},
      {"control characters",
       R"({"subject":"a\u0000","predicate":"a\nb","object":"a\u0085"})",
       {"subject: malformed", "predicate: malformed", "object: malformed"}},
      {"unclosed IRI",
       R"({"subject":"<http://a","predicate":"p","object":"o"})",
       {"subject: malformed"}},
      {"relative IRI",
       R"({"subject":"<a>","predicate":"p","object":"o"})",
       {"subject: malformed"}},
      {"needless escape",
       R"({"subject":"\\a","predicate":"p","object":"o"})",
       {"subject: malformed"}},
      {"literal subject",
       R"({"subject":"\"x\"","predicate":"p","object":"o"})",
       {"subject: not_allowed"}},
      {"blank node predicate",
       R"({"subject":"s","predicate":"_:p","object":"o"})",
       {"predicate: not_allowed"}},
      {"literal graph", spo + R"("graph":"\"g\""})", {"graph: not_allowed"}},
      {"object subject",
       R"({"subject":{"value":"x"},"predicate":"p","object":"o"})",
       {"subject: wrong_type"}},
      {"literal without value",
       R"({"subject":"s","predicate":"p","object":{"type":"xsd:int"}})",
       {"object.value: missing"}},
      {"literal with number",
       R"({"subject":"s","predicate":"p","object":{"value":1879}})",
       {"object.value: wrong_type"}},
      {"type and lang",
       R"({"subject":"s","predicate":"p","object":{"value":"x","type":"xsd:int","lang":"de"}})",
       {"object.lang: not_allowed"}},
      {"bad type",
       R"({"subject":"s","predicate":"p","object":{"value":"x","type":"a b"}})",
       {"object.type: malformed"}},
      {"relative type",
       R"({"subject":"s","predicate":"p","object":{"value":"x","type":"int"}})",
       {"object.type: malformed"}},
      {"langString type",
       R"({"subject":"s","predicate":"p","object":{"value":"x",
          "type":"http://www.w3.org/1999/02/22-rdf-syntax-ns#langString"}})",
       {"object.type: not_allowed"}},
      {"bad lang",
       R"({"subject":"s","predicate":"p","object":{"value":"x","lang":"de_AT"}})",
       {"object.lang: malformed"}},
      {"empty lang",
       R"({"subject":"s","predicate":"p","object":{"value":"x","lang":""}})",
       {"object.lang: malformed"}},
      {"unknown in literal",
       R"({"subject":"s","predicate":"p","object":{"value":"x","t":"y"}})",
       {"object.t: unknown_field"}},
      {"weight above",
       spo + R"("weight":1.0000001})",
       {"weight: out_of_range"}},
      {"weight below", spo + R"("weight":-0.1})", {"weight: out_of_range"}},
      {"weight huge", spo + R"("weight":1e300})", {"weight: out_of_range"}},
      {"weight true", spo + R"("weight":true})", {"weight: wrong_type"}},
      {"metadata text", spo + R"("metadata":"{}"})", {"metadata: wrong_type"}},
      {"metadata array", spo + R"("metadata":[]})", {"metadata: wrong_type"}},
      {"metadata too long",
       spo + R"("metadata":{"a":")" + std::string((1 << 20) - 7, 'x') +
           R"("}})",
       {"metadata: too_long"}},
      {"edge negative", spo + R"("edge":-1})", {"edge: out_of_range"}},
      {"edge too large", spo + R"("edge":4294967296})", {"edge: out_of_range"}},
      {"edge a fraction", spo + R"("edge":1.5})", {"edge: wrong_type"}},
      {"edge beyond 64 bits",
       spo + R"("edge":100000000000000000000})",
       {"edge: out_of_range"}},
      {"time in words",
       spo + R"("valid_from":"yesterday"})",
       {"valid_from: malformed"}},
      {"infinite time",
       spo + R"("valid_from":"infinite-future"})",
       {"valid_from: malformed"}},
      {"no such day",
       spo + R"("valid_from":"2023-02-30"})",
       {"valid_from: malformed"}},
      {"time number",
       spo + R"("valid_from":2023})",
       {"valid_from: wrong_type"}},
      {"time with blanks",
       spo + R"("valid_to":"2023-02-01T 10:00:00Z"})",
       {"valid_to: malformed"}},
      {"empty interval",
       spo + R"("valid_from":"2023-02-01","valid_to":"2023-02-01"})",
       {"valid_to: out_of_range"}},
      {"source too long",
       spo + "\"source\":\"" + std::string(5001, 'x') + "\"}",
       {"source: too_long"}},
      {"given twice",
       R"({"subject":"s","predicate":"p","object":"o","object":"q"})",
       {"object: not_allowed"}},
      {"metadata key twice",
       spo + R"("metadata":{"a":1,"a":2}})",
       {"metadata.a: not_allowed"}},
  };
  for (const Case& c : cases) {
    INFO(c.name);
    CHECK(Errors(c.text) == c.want);
  }
}

TEST_CASE("lengths count characters, not bytes") {
  std::string name;
  for (int i = 0; i < 5000; ++i) name += "é";
  CHECK(Parse(R"({"subject":"s","predicate":"p","object":")" + name + "\"}")
            .object == name);
  CHECK(Errors(R"({"subject":"s","predicate":"p","object":")" + name +
               "é\"}") == Lines{"object: too_long"});
}

TEST_CASE("metadata of exactly 1 MiB is taken") {
  const std::string metadata =
      R"({"a":")" + std::string((1 << 20) - 8, 'x') + R"("})";
  REQUIRE(metadata.size() == 1 << 20);
  CHECK(Parse(R"({"subject":"s","predicate":"p","object":"o","metadata":)" +
              metadata + "}")
            .metadata == metadata);
}

TEST_CASE(
    "the plain profile takes letters, digits, underscore, blank and hyphen") {
  const NewStatement s = Parse(
      R"({"subject":"  Marie Curie ","predicate":" born_in\t","object":"Łódź-2"})",
      kPlain);
  CHECK(s.subject == "Marie Curie");
  CHECK(s.predicate == "born_in");
  CHECK(s.object == "Łódź-2");
  for (const char* bad :
       {"a;b", "a'b", "<urn:a>", "\\\"x\\\"", "_:b", "a\\tb", "a.b", "a/b"}) {
    CHECK(Errors(R"({"subject":"s","predicate":"p","object":")" +
                     std::string(bad) + "\"}",
                 kPlain) == Lines{"object: malformed"});
  }
  CHECK(Errors(R"({"subject":"s","predicate":"p","object":{"value":"x"}})",
               kPlain) == Lines{"object: wrong_type"});
  CHECK(Errors(R"({"subject":")" + std::string(501, 'x') +
                   R"(","predicate":")" + std::string(101, 'x') +
                   R"(","object":" ")" + "}",
               kPlain) ==
        Lines{"subject: too_long", "predicate: too_long", "object: too_short"});
}

TEST_CASE("the other profile keeps blanks at the ends") {
  CHECK(Parse(R"({"subject":" a ","predicate":"p","object":"o"})").subject ==
        " a ");
}

TEST_CASE("a malformed statement document has a place and no field errors") {
  const auto statement =
      ParseStatementJson("{\"subject\": \"a\",\n \"predicate\" \"p\"}");
  REQUIRE_FALSE(statement.ok());
  CHECK(FieldErrors(statement.status()).empty());
  CHECK(statement.status().ToString().find("line 2, column 16") !=
        std::string::npos);
}

TEST_CASE("a batch keeps the valid statements and names the others") {
  const auto batch = ParseBatchJson(R"({"skip_duplicates": true, "triples": [
    {"subject":"a","predicate":"p","object":"b"},
    {"subject":"a","predicate":"p"},
    "no",
    {"subject":"a","predicate":"p","object":"b","weight":2,"x":1},
    {"subject":"a","subject":"b","predicate":"p","object":"b"},
    {"subject":"c","predicate":"p","object":"d"}]})");
  REQUIRE_OK(batch);
  CHECK(batch->skip_duplicates);
  REQUIRE(batch->statements.size() == 2);
  CHECK(batch->statements[1].subject == "c");
  CHECK(batch->positions == std::vector<size_t>{0, 5});
  CHECK(batch->invalid == 4);
  CHECK(ErrorsOf(FieldErrorStatus(batch->errors)) ==
        Lines{"triples.1.object: missing", "triples.2: wrong_type",
              "triples.3.x: unknown_field", "triples.3.weight: out_of_range",
              "triples.4.subject: not_allowed"});
}

TEST_CASE("a batch that is wrong as a whole is refused") {
  struct Case {
    const char* text;
    Lines want;
  };
  const Case cases[] = {
      {"{}", {"triples: missing"}},
      {R"({"triples": null})", {"triples: missing"}},
      {R"({"triples": {}})", {"triples: wrong_type"}},
      {R"({"triples": []})", {"triples: too_short"}},
      {R"({"triples": [1,2,3]})", {"triples: too_long"}},
      {R"({"triples": [1], "skip_duplicates": 1, "x": 2})",
       {"x: unknown_field", "skip_duplicates: wrong_type"}},
      {R"({"triples": [1], "triples": {"x": {"y": 1, "y": 2}}})",
       {"triples: not_allowed", "triples.x.y: not_allowed"}},
      {R"({"triples": {"x": {"y": 1, "y": 2}}})",
       {"triples: wrong_type", "triples.x.y: not_allowed"}},
      {"[]", {": wrong_type"}},
  };
  for (const Case& c : cases) {
    INFO(c.text);
    const auto batch = ParseBatchJson(c.text, {.max_batch = 2});
    REQUIRE_FALSE(batch.ok());
    CHECK(ErrorsOf(batch.status()) == c.want);
  }
}

TEST_CASE("field errors travel in a status") {
  const std::vector<FieldError> errors = {
      {{"a", "0", "b"}, "is wrong", "malformed"}, {{}, "is worse", "missing"}};
  const absl::Status status = FieldErrorStatus(errors);
  CHECK(status.code() == absl::StatusCode::kInvalidArgument);
  CHECK(status.message() == "a.0.b: is wrong; is worse");
  const std::vector<FieldError> back = FieldErrors(status);
  REQUIRE(back.size() == 2);
  CHECK(back[0].path == errors[0].path);
  CHECK(back[0].message == "is wrong");
  CHECK(back[0].type == "malformed");
  CHECK(back[1].path.empty());
  CHECK(FieldErrors(absl::InvalidArgumentError("plain")).empty());
  CHECK(FieldErrors(absl::OkStatus()).empty());
}

}  // namespace
}  // namespace skg::query
