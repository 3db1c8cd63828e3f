// Token soup and damaged queries: no crash and no hang; what is refused has a
// place, and what is accepted can be printed.
#include <catch2/catch.hpp>
#include <filesystem>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "base/strings.h"
#include "query/algebra_text.h"
#include "sparql/lexer.h"
#include "sparql/translate.h"
#include "support/test_support.h"

namespace skg::sparql::test {
namespace {

const std::vector<std::string>& Tokens() {
  static const std::vector<std::string> tokens = {
      "SELECT",   "*",       "{",       "}",        "(",        ")",
      "?x",       "?y",      "$z",      ":a",       ":b",       "<c>",
      "1",        "-2.5",    "3e1",     "'s'",      "\"t\"@en", "'u'^^:v",
      "_:b",      "[",       "]",       "a",        ".",        ";",
      ",",        "<<",      ">>",      "<<(",      ")>>",      "{|",
      "|}",       "~",       "+",       "-",        "/",        "|",
      "^",        "?",       "!",       "=",        "<",        "&&",
      "||",       "FILTER",  "BIND",    "AS",       "OPTIONAL", "UNION",
      "MINUS",    "GRAPH",   "SERVICE", "SILENT",   "VALUES",   "UNDEF",
      "EXISTS",   "NOT",     "IN",      "GROUP",    "BY",       "HAVING",
      "ORDER",    "DESC",    "LIMIT",   "OFFSET",   "COUNT",    "SUM",
      "STR",      "IF",      "BOUND",   "DISTINCT", "ASK",      "CONSTRUCT",
      "DESCRIBE", "WHERE",   "FROM",    "NAMED",    "PREFIX",   "BASE",
      "INSERT",   "DELETE",  "DATA",    "WITH",     "USING",    "LOAD",
      "INTO",     "CLEAR",   "ALL",     "DEFAULT",  "COPY",     "TO",
      "true",     "'''l'''", "\\",      "\xFF",     "#",        "\n"};
  return tokens;
}

void CheckOne(const std::string& text) {
  INFO(text);
  const auto check_error = [](const absl::Status& status) {
    if (sv(status.message()).starts_with("SPARQL ")) {
      const bool known = status.code() == absl::StatusCode::kInvalidArgument ||
                         status.code() == absl::StatusCode::kResourceExhausted;
      if (known) return;
    }
    FAIL_CHECK(status.ToString());
  };
  if (const auto query = ParseQuery(text, Options()); query.ok()) {
    if (query::AlgebraText(*query->pattern, query->variables).empty())
      FAIL_CHECK("no text");
  } else {
    check_error(query.status());
  }
  if (const auto update = ParseUpdate(text, Options()); !update.ok())
    check_error(update.status());
}

std::vector<std::string> Texts() {
  std::vector<std::string> texts = {
      "SELECT ?x (SUM(?y) AS ?z) { ?x :p/:q* ?y ; :r [ :s ( 1 2 ) ] OPTIONAL { "
      "?x a ?t FILTER(?t != 1 && NOT EXISTS { ?x :u _:v }) } } GROUP BY ?x "
      "HAVING(COUNT(*) > 1) ORDER BY DESC(?z) LIMIT 3 VALUES ?x { UNDEF }",
      "PREFIX p: <urn:p:> CONSTRUCT { << ?s p:a 1 ~ _:r >> :b 2 {| :c 3 |} } "
      "WHERE { GRAPH ?g { ?s ?p <<( :a :b ?o )>> } BIND(IF(?o, 1, 2) AS ?b) }",
      "WITH :g DELETE { ?s ?p 1 } INSERT { ?s ?p 2 } WHERE { { ?s ?p 1 } UNION "
      "{ SERVICE :e { ?s ?p 'x'@en } } MINUS { ?s ^:q ?o } } ; CLEAR ALL"};
  const auto shared = skg::test::SharedFolder();
  if (!shared) return texts;
  for (const char* suite : {"sparql11-query", "sparql11-update", "sparql12"}) {
    const auto folder = *shared / "conformance" / suite;
    if (!std::filesystem::is_directory(folder)) continue;
    for (const auto& entry :
         std::filesystem::recursive_directory_iterator(folder)) {
      const std::string extension = entry.path().extension().string();
      if (extension != ".rq" && extension != ".ru") continue;
      const auto text = skg::test::ReadFile(entry.path());
      REQUIRE_OK(text);
      if (text->size() < 4000) texts.push_back(*text);
    }
  }
  return texts;
}

// The same tokens with other space between them and keywords in another case.
std::string Rewritten(std::string_view text) {
  std::string out;
  Lexer lexer(text, 0, text.size());
  for (lexer.Advance(); lexer.token() != Token::kEnd; lexer.Advance()) {
    if (lexer.token() == Token::kError) return {};
    std::string raw(lexer.raw());
    if (lexer.token() == Token::kWord && raw != "a" && raw != "A") {
      for (char& c : raw)
        c = static_cast<char>(
            absl::ascii_isupper(static_cast<uint8_t>(c))
                ? absl::ascii_tolower(static_cast<uint8_t>(c))
                : absl::ascii_toupper(static_cast<uint8_t>(c)));
    }
    out += raw + "\r\n# \"<{ \t";
    out += "\n";
  }
  return out;
}

std::string Meaning(std::string_view text) {
  const auto query = ParseQuery(text, Options());
  if (!query.ok()) return "is refused";
  std::string meaning = query::AlgebraText(*query->pattern, query->variables);
  query::Algebra construct{query::Bgp{query->construct}};
  return meaning + query::AlgebraText(construct, query->variables);
}

}  // namespace

TEST_CASE("space, comments and the case of keywords mean nothing", "[sparql]") {
  size_t accepted = 0;
  for (const std::string& text : Texts()) {
    const std::string rewritten = Rewritten(text);
    if (rewritten.empty()) continue;
    const std::string meaning = Meaning(text);
    if (meaning != "is refused") ++accepted;
    INFO(text);
    CHECK(Meaning(rewritten) == meaning);
  }
  CHECK(accepted > 1);
}

TEST_CASE("token soup", "[sparql]") {
  std::mt19937_64 random = skg::test::Random(1);
  const auto below = [&](size_t n) { return random() % n; };
  const char* const starts[] = {"",
                                "SELECT * {",
                                "ASK { ?x :a ",
                                "ASK { FILTER(",
                                "INSERT DATA {",
                                "SELECT ?x {} "};
  for (int round = 0; round < 20'000; ++round) {
    std::string text = starts[below(std::size(starts))];
    for (size_t i = below(30); i > 0; --i)
      text += Tokens()[below(Tokens().size())] + (below(5) > 0 ? " " : "");
    CheckOne(text);
  }
}

TEST_CASE("damaged queries", "[sparql]") {
  std::mt19937_64 random = skg::test::Random(2);
  const auto below = [&](size_t n) { return random() % n; };
  const std::vector<std::string> texts = Texts();
  for (int round = 0; round < 10'000; ++round) {
    std::string text = texts[below(texts.size())];
    for (size_t i = 1 + below(4); i > 0; --i) {
      const size_t at = below(text.size() + 1);
      switch (below(4)) {
        case 0:
          text.insert(at, Tokens()[below(Tokens().size())]);
          break;
        case 1:
          text.erase(at, below(10));
          break;
        case 2:
          if (at < text.size()) text[at] = static_cast<char>(below(256));
          break;
        default: {
          const std::string& other = texts[below(texts.size())];
          text.insert(at, other.substr(below(other.size() + 1), below(60)));
        }
      }
    }
    CheckOne(text);
  }
}

}  // namespace skg::sparql::test
