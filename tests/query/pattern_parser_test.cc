#include <catch2/catch.hpp>
#include <string>

#include "query/patterns/pattern_query.h"
#include "query_fixture.h"

namespace skg::query {
namespace {

using test::ErrorsOf;
using test::Lines;
using Form = PatternResult::Form;
using Kind = TextTerm::Kind;

PatternQuery Parse(std::string_view json,
                   const PatternQueryOptions& options = {}) {
  INFO(json);
  auto query = ParsePatternQuery(json, options);
  REQUIRE_OK(query);
  return *std::move(query);
}

TEST_CASE("the form pattern") {
  const PatternQuery query = Parse(
      R"({"pattern":["Curie",null,"*"],"k":5,"min_weight":0.5,"include_metadata":true})");
  CHECK(query.form == Form::kPattern);
  CHECK(query.order == PatternOrder::kStrongest);
  REQUIRE(query.patterns.size() == 1);
  CHECK(query.patterns[0].terms[0] == TextTerm{Kind::kTerm, "Curie"});
  CHECK(query.patterns[0].terms[1] == TextTerm{});
  CHECK(query.patterns[0].terms[2] == TextTerm{});
  CHECK(query.patterns[0].weight_min == 0.5f);
  CHECK(query.patterns[0].weight_max == 1.0f);
  CHECK(query.limit == 5);
  CHECK(query.include_metadata);
  CHECK(Parse(R"({"pattern":[null,null,null]})").limit == 10);
  CHECK(Parse(R"({"pattern":[null,null,null]})", {.max_results = 3}).limit ==
        3);
}

TEST_CASE("the form patterns") {
  const PatternQuery query = Parse(R"({"patterns":[
      {"subject":"?who","predicate":"born","object":{"value":"1867","type":"xsd:gYear"},
       "weight_min":0.25,"weight_max":0.75,"graph":"people"},
      {"subject":null,"object":"\\?who","graph":""},
      {"predicate":"\\*","graph":"*"}],
    "operator":"OR","limit":7,"offset":3,"order_by":"created_at_desc"})");
  CHECK(query.form == Form::kPatterns);
  CHECK(query.op == PatternOperator::kOr);
  CHECK(query.limit == 7);
  CHECK(query.offset == 3);
  CHECK(query.order == PatternOrder::kCreatedAt);
  CHECK(query.descending);
  CHECK_FALSE(query.include_metadata);
  REQUIRE(query.patterns.size() == 3);
  const TextPattern& first = query.patterns[0];
  CHECK(first.terms[0] == TextTerm{Kind::kVariable, "who"});
  CHECK(first.terms[1] == TextTerm{Kind::kTerm, "born"});
  CHECK(first.terms[2] ==
        TextTerm{Kind::kTerm,
                 "\"1867\"^^<http://www.w3.org/2001/XMLSchema#gYear>"});
  CHECK(first.weight_min == 0.25f);
  CHECK(first.weight_max == 0.75f);
  CHECK(first.graph == "people");
  CHECK(query.patterns[1].terms[0] == TextTerm{});
  CHECK(query.patterns[1].terms[2] == TextTerm{Kind::kTerm, "?who"});
  CHECK(query.patterns[1].graph == "");
  CHECK(query.patterns[2].terms[1] == TextTerm{Kind::kTerm, "*"});
  CHECK_FALSE(query.patterns[2].graph.has_value());

  const PatternQuery plain =
      Parse(R"({"patterns":[{}],"operator":null,"order_by":null})");
  CHECK(plain.op == PatternOperator::kAnd);
  CHECK(plain.order == PatternOrder::kDefault);
  CHECK(plain.limit == 100);
  CHECK(plain.offset == 0);
}

TEST_CASE("every order_by is known") {
  const std::pair<std::string, PatternOrder> orders[] = {
      {"weight", PatternOrder::kWeight},
      {"subject", PatternOrder::kSubject},
      {"predicate", PatternOrder::kPredicate},
      {"object", PatternOrder::kObject},
      {"created_at", PatternOrder::kCreatedAt}};
  for (const auto& [name, order] : orders) {
    for (const bool descending : {false, true}) {
      const PatternQuery query =
          Parse(R"({"patterns":[{}],"order_by":")" + name +
                (descending ? "_desc\"}" : "_asc\"}"));
      CHECK(query.order == order);
      CHECK(query.descending == descending);
    }
  }
}

TEST_CASE("the form start_entity") {
  const PatternQuery query = Parse(R"({"start_entity":"Curie","max_depth":2,
    "relationship_types":["discovered","<http://a/b>"],"direction":"in","limit":4,
    "strategy":"dfs"})");
  CHECK(query.form == Form::kTraversal);
  CHECK(query.traversal.start == "Curie");
  CHECK(query.traversal.max_depth == 2);
  CHECK(query.traversal.relationship_types ==
        Lines{"discovered", "<http://a/b>"});
  CHECK(query.traversal.direction == TraversalQuery::Direction::kIn);
  CHECK(query.traversal.strategy == TraversalQuery::Strategy::kDepthFirst);
  CHECK(query.limit == 4);

  const PatternQuery plain =
      Parse(R"({"start_entity":"\\*","relationship_types":null})");
  CHECK(plain.traversal.start == "*");
  CHECK(plain.traversal.max_depth == 3);
  CHECK(plain.traversal.direction == TraversalQuery::Direction::kBoth);
  CHECK(plain.traversal.strategy == TraversalQuery::Strategy::kBreadthFirst);
  CHECK(plain.limit == 100);
}

TEST_CASE("every bad field of a query is named with its kind of error") {
  struct Case {
    const char* name;
    std::string text;
    Lines want;
  };
  const Case cases[] = {
      {"not an object", "[]", {": wrong_type"}},
      {"no form", "{}", {": missing"}},
      {"no form but fields", R"({"limit":1})", {": missing"}},
      {"two forms",
       R"({"pattern":[null,null,null],"start_entity":"a"})",
       {"start_entity: not_allowed"}},
      {"given twice",
       R"({"pattern":[null,null,null],"k":1,"k":2})",
       {"k: not_allowed"}},

      {"pattern null", R"({"pattern":null})", {"pattern: wrong_type"}},
      {"pattern text", R"({"pattern":"a b c"})", {"pattern: wrong_type"}},
      {"pattern of two", R"({"pattern":[null,null]})", {"pattern: too_short"}},
      {"pattern of four",
       R"({"pattern":[null,null,null,null]})",
       {"pattern: too_long"}},
      {"pattern members",
       R"({"pattern":[1,"",["a"]]})",
       {"pattern.0: wrong_type", "pattern.1: too_short",
        "pattern.2: wrong_type"}},
      {"k and others",
       R"({"pattern":[null,null,null],"k":0,"min_weight":1.5,"include_metadata":"yes","limit":3})",
       {"limit: unknown_field", "k: out_of_range",
        "include_metadata: wrong_type", "min_weight: out_of_range"}},
      {"k too large",
       R"({"pattern":[null,null,null],"k":10001})",
       {"k: out_of_range"}},
      {"k a fraction",
       R"({"pattern":[null,null,null],"k":1.5})",
       {"k: wrong_type"}},
      {"k text", R"({"pattern":[null,null,null],"k":"1"})", {"k: wrong_type"}},
      {"min_weight text",
       R"({"pattern":[null,null,null],"min_weight":"0"})",
       {"min_weight: wrong_type"}},

      {"patterns null", R"({"patterns":null})", {"patterns: wrong_type"}},
      {"patterns object", R"({"patterns":{}})", {"patterns: wrong_type"}},
      {"no patterns", R"({"patterns":[]})", {"patterns: too_short"}},
      {"too many patterns",
       R"({"patterns":[{},{},{},{},{}]})",
       {"patterns: too_long"}},
      {"pattern not an object",
       R"({"patterns":[{},null,"a"]})",
       {"patterns.1: wrong_type", "patterns.2: wrong_type"}},
      {"in patterns",
       R"({"patterns":[{"subject":false,"predicate":"","objekt":"x","weight_min":-1,
           "weight_max":"1"}]})",
       {"patterns.0.objekt: unknown_field", "patterns.0.subject: wrong_type",
        "patterns.0.predicate: too_short",
        "patterns.0.weight_min: out_of_range",
        "patterns.0.weight_max: wrong_type"}},
      {"weights crossed",
       R"({"patterns":[{"weight_min":0.5,"weight_max":0.4}]})",
       {"patterns.0.weight_max: out_of_range"}},
      {"graph variable",
       R"({"patterns":[{"graph":"?g"}]})",
       {"patterns.0.graph: not_allowed"}},
      {"graph number",
       R"({"patterns":[{"graph":1}]})",
       {"patterns.0.graph: wrong_type"}},
      {"operator",
       R"({"patterns":[{}],"operator":"XOR"})",
       {"operator: not_allowed"}},
      {"operator in lower case",
       R"({"patterns":[{}],"operator":"and"})",
       {"operator: not_allowed"}},
      {"operator number",
       R"({"patterns":[{}],"operator":1})",
       {"operator: wrong_type"}},
      {"limit", R"({"patterns":[{}],"limit":0})", {"limit: out_of_range"}},
      {"limit too large",
       R"({"patterns":[{}],"limit":10001})",
       {"limit: out_of_range"}},
      {"offset negative",
       R"({"patterns":[{}],"offset":-1})",
       {"offset: out_of_range"}},
      {"offset huge",
       R"({"patterns":[{}],"offset":100000000000000000000})",
       {"offset: out_of_range"}},
      {"order_by",
       R"({"patterns":[{}],"order_by":"weight"})",
       {"order_by: not_allowed"}},
      {"order_by array",
       R"({"patterns":[{}],"order_by":["weight_asc"]})",
       {"order_by: wrong_type"}},
      {"unknown", R"({"patterns":[{}],"k":1})", {"k: unknown_field"}},

      {"variable without name",
       R"({"patterns":[{"subject":"?"}]})",
       {"patterns.0.subject: malformed"}},
      {"variable with blank",
       R"({"patterns":[{"subject":"?a b"}]})",
       {"patterns.0.subject: malformed"}},
      {"variable too long",
       R"({"patterns":[{"subject":"?)" + std::string(101, 'a') + "\"}]}",
       {"patterns.0.subject: malformed"}},
      {"term too long",
       R"({"patterns":[{"subject":")" + std::string(51, 'a') + "\"}]}",
       {"patterns.0.subject: too_long"}},
      {"malformed term",
       R"({"patterns":[{"subject":"<a b>","object":"\"x"}]})",
       {"patterns.0.subject: malformed", "patterns.0.object: malformed"}},
      {"malformed literal",
       R"({"patterns":[{"object":{"value":"x","lang":"!"}}]})",
       {"patterns.0.object.lang: malformed"}},

      {"start null", R"({"start_entity":null})", {"start_entity: wrong_type"}},
      {"start empty", R"({"start_entity":""})", {"start_entity: too_short"}},
      {"start wildcard",
       R"({"start_entity":"*"})",
       {"start_entity: not_allowed"}},
      {"start variable",
       R"({"start_entity":"?x"})",
       {"start_entity: not_allowed"}},
      {"traversal fields",
       R"({"start_entity":"a","max_depth":0,"direction":"up","strategy":1,"limit":0,"hops":2})",
       {"hops: unknown_field", "max_depth: out_of_range",
        "direction: not_allowed", "strategy: wrong_type",
        "limit: out_of_range"}},
      {"depth too large",
       R"({"start_entity":"a","max_depth":11})",
       {"max_depth: out_of_range"}},
      {"types text",
       R"({"start_entity":"a","relationship_types":"p"})",
       {"relationship_types: wrong_type"}},
      {"types members",
       R"({"start_entity":"a","relationship_types":[null,"","*","?x",{}]})",
       {"relationship_types.0: wrong_type", "relationship_types.1: too_short",
        "relationship_types.2: not_allowed",
        "relationship_types.3: not_allowed",
        "relationship_types.4: wrong_type"}},
  };
  for (const Case& c : cases) {
    INFO(c.name);
    const auto query =
        ParsePatternQuery(c.text, {.max_string_length = 50, .max_patterns = 4});
    if (c.want.front() == "patterns.0.subject: malformed" &&
        c.text.size() > 100) {
      // The variable is longer than a string may be here.
      CHECK(ErrorsOf(ParsePatternQuery(c.text, {}).status()) == c.want);
      continue;
    }
    REQUIRE_FALSE(query.ok());
    CHECK(query.status().code() == absl::StatusCode::kInvalidArgument);
    CHECK(ErrorsOf(query.status()) == c.want);
  }
}

TEST_CASE("a door takes only the forms that it allows") {
  const PatternQueryOptions sparql = {.allow_pattern = false,
                                      .allow_traversal = false};
  CHECK(ParsePatternQuery(R"({"patterns":[{}]})", sparql).ok());
  CHECK(ErrorsOf(ParsePatternQuery(R"({"pattern":[null,null,null]})", sparql)
                     .status()) == Lines{"pattern: not_allowed"});
  CHECK(
      ErrorsOf(ParsePatternQuery(R"({"start_entity":"a"})", sparql).status()) ==
      Lines{"start_entity: not_allowed"});
  const PatternQueryOptions traverse = {.allow_pattern = false,
                                        .allow_patterns = false};
  CHECK(ParsePatternQuery(R"({"start_entity":"a"})", traverse).ok());
  CHECK(ErrorsOf(ParsePatternQuery(R"({"limit":1})", traverse).status()) ==
        Lines{": missing"});
}

TEST_CASE("a malformed query document has a place and no field errors") {
  const auto query = ParsePatternQuery("{\n\"pattern\": [}", {});
  REQUIRE_FALSE(query.ok());
  CHECK(query.status().code() == absl::StatusCode::kInvalidArgument);
  CHECK(FieldErrors(query.status()).empty());
  CHECK(query.status().ToString().find("line 2, column 13") !=
        std::string::npos);
}

TEST_CASE("an answer to a document wrong in many places stays small") {
  std::string many = R"({"patterns":[{}])";
  for (int i = 0; i < 5000; ++i)
    many += ",\"f" + std::to_string(i) + std::string(500, 'x') + "\":1";
  const auto query = ParsePatternQuery(many + "}", {});
  REQUIRE_FALSE(query.ok());
  CHECK(FieldErrors(query.status()).size() == 64);
  CHECK(query.status().message().size() < 4000);
}

}  // namespace
}  // namespace skg::query
