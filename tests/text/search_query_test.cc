#include "text/search_query.h"

#include <catch2/catch.hpp>
#include <random>

#include "absl/strings/match.h"
#include "support/test_support.h"

namespace skg::text {
namespace {

// One line a clause: sign, kind, text.
std::string Shown(const SearchQuery& query) {
  std::string shown;
  for (const QueryClause& clause : query.clauses) {
    shown += clause.occur == Occur::kMust      ? "+"
             : clause.occur == Occur::kMustNot ? "-"
                                               : "";
    shown += clause.text;
    if (clause.kind == QueryClause::Kind::kPrefix) shown += "*";
    if (clause.kind == QueryClause::Kind::kFuzzy) {
      shown += "~" + std::to_string(clause.edits);
    }
    shown += "|";
  }
  return shown;
}

TEST_CASE("Queries are read", "[search_query]") {
  const struct {
    std::string text, want;
    QuerySyntax syntax = {};
  } cases[] = {
      {"", ""},
      {"  \t\n", ""},
      {"two words", "two|words|"},
      {"+must -not maybe", "+must|-not|maybe|"},
      {"\"a phrase\" word", "a phrase|word|"},
      {"+\"a phrase\" -\"not this\"", "+a phrase|-not this|"},
      {"pre* wrod~ wrod~1 wrod~2", "pre*|wrod~1|wrod~1|wrod~2|"},
      {"word\"a phrase\"word", "word|a phrase|word|"},
      {"covid-19 C++ a*b a~b", "covid-19|C++|a*b|a~b|"},
      {"+ - * ~ ... a", "a|"},
      {"\\+a \\\"b\\\" c\\* d\\~ e\\", "+a|\"b\"|c*|d~|e\\|"},
      {"two words -not +must", "+two|+words|-not|+must|", {.all_words = true}},
      {"+a \"b c* -d", "a|b|c|d|", {.plain = true}},
      {"a b", "+a|+b|", {.all_words = true, .plain = true}},
      {"Häuser~ 漢字*", "Häuser~1|漢字*|"},
  };
  for (const auto& c : cases) {
    INFO(c.text);
    const auto query = ParseSearchQuery(c.text, c.syntax);
    REQUIRE_OK(query);
    CHECK(Shown(*query) == c.want);
  }
}

TEST_CASE("What is wrong with a query is told with its column",
          "[search_query]") {
  const struct {
    std::string text, want;
  } cases[] = {
      {"a \"b c", "column 3"},
      {"é é \"b c", "column 5"},
      {"word~3", "column 5"},
      {"word~12", "column 5"},
      {"a b-c* d", "column 3"},
      {"b-c~", "column 1"},
      {"\"a b\"*", "column 6"},
      {"\"a b\"~2", "column 6"},
      {"-a -b", "only says what must not"},
      {std::string(kMaxQueryBytes + 1, 'a'), "bytes"},
  };
  for (const auto& c : cases) {
    INFO(c.text.substr(0, 100));
    const auto query = ParseSearchQuery(c.text);
    REQUIRE(query.status().code() == absl::StatusCode::kInvalidArgument);
    CHECK(absl::StrContains(query.status().message(), c.want));
  }
  std::string many;
  for (size_t i = 0; i <= kMaxQueryClauses; ++i) many += "a ";
  REQUIRE(ParseSearchQuery(many).status().code() ==
          absl::StatusCode::kInvalidArgument);
  REQUIRE(ParseSearchQuery(many, {.plain = true})->clauses.size() ==
          kMaxQueryClauses);
}

TEST_CASE("Any bytes are a query or an error", "[search_query]") {
  auto random = test::Random();
  constexpr std::string_view kBytes = "ab \"*~+-\\12\t\xC3\xA9\xff";
  for (int i = 0; i < 20000; ++i) {
    std::string text;
    for (auto n = random() % 16; n > 0; --n) {
      text += kBytes[random() % kBytes.size()];
    }
    const auto query = ParseSearchQuery(text);
    if (query.ok()) continue;
    REQUIRE(query.status().code() == absl::StatusCode::kInvalidArgument);
  }
}

}  // namespace
}  // namespace skg::text
