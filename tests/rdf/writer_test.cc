#include "rdf/writer.h"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "rdf/isomorphism.h"
#include "rdf/random_term.h"
#include "rdf/reading.h"
#include "rdf/turtle_writer.h"
#include "support/test_support.h"

namespace skg::rdf {
namespace {

std::string Written(const std::vector<Quad>& quads,
                    const WriterOptions& options) {
  std::string out;
  auto writer = MakeWriter(
      [&](std::string_view bytes) {
        out.append(bytes);
        return absl::OkStatus();
      },
      options);
  for (const Quad& quad : quads) REQUIRE_OK(writer->Write(quad));
  REQUIRE_OK(writer->Finish());
  return out;
}

Quad Make(std::string s, std::string p, Term object, std::string g = {}) {
  return {Term::Iri(std::move(s)), Term::Iri(std::move(p)), std::move(object),
          Term::Iri(std::move(g))};
}

Term Xsd(std::string lexical, const std::string& type) {
  return Term::Literal(std::move(lexical), std::string(iri::kXsd) + type);
}

}  // namespace

TEST_CASE("Turtle groups statements and shortens terms", "[rdf]") {
  const std::vector<Quad> quads = {
      Make("urn:s", std::string(iri::kRdfType), Term::Iri("http://e/T")),
      Make("urn:s", "http://e/p", Xsd("1", "integer")),
      Make("urn:s", "http://e/p", Xsd("1.50", "decimal")),
      Make("urn:s", "http://e/p", Xsd("1e0", "double")),
      Make("urn:s", "http://e/p", Xsd("true", "boolean")),
      Make("urn:s", "http://e/p", Xsd("1", "boolean")),
      Make("urn:s", "http://e/p", Xsd("x", "integer")),
      Make("urn:t", "http://e/p",
           Term::LanguageString("a\"b", "en", Direction::kLtr)),
      Make("http://e/", "http://e/-a.", Term::Iri("http://e/a b")),
  };
  const std::map<std::string, std::string> prefixes = {
      {"", "http://e/"}, {"xsd", std::string(iri::kXsd)}};
  CHECK(Written(quads, {.syntax = Syntax::kTurtle, .prefixes = prefixes}) ==
        "@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .\n"
        "@prefix : <http://e/> .\n"
        "\n"
        "<urn:s> a :T ;\n"
        "    :p 1,\n"
        "        1.50,\n"
        "        1e0,\n"
        "        true,\n"
        "        \"1\"^^xsd:boolean,\n"
        "        \"x\"^^xsd:integer .\n"
        "<urn:t> :p \"a\\\"b\"@en--ltr .\n"
        ": :\\-a\\. <http://e/a\\u0020b> .\n");
}

TEST_CASE("TriG groups statements by graph", "[rdf]") {
  const Term o = Term::Iri("urn:o");
  CHECK(Written({Make("urn:s", "urn:p", o), Make("urn:s", "urn:p", o, "urn:g"),
                 Make("urn:s", "urn:q", o, "urn:g"),
                 Make("urn:t", "urn:q", o, "urn:g"), Make("urn:t", "urn:q", o)},
                {.syntax = Syntax::kTriG}) ==
        "<urn:s> <urn:p> <urn:o> .\n"
        "<urn:g> {\n"
        "    <urn:s> <urn:p> <urn:o> ;\n"
        "        <urn:q> <urn:o> .\n"
        "    <urn:t> <urn:q> <urn:o> .\n"
        "}\n"
        "<urn:t> <urn:q> <urn:o> .\n");
}

TEST_CASE("strings are escaped canonically", "[rdf]") {
  std::string controls;
  for (char c = 0; c < 0x20; ++c) controls += c;
  CHECK(Written({Make("urn:s", "urn:p",
                      Term::Literal(
                          controls +
                          "\x7F\"\\'\xEF\xBF\xBD\xEF\xBF\xBE\xEF\xBF\xBF"))},
                {.syntax = Syntax::kNTriples}) ==
        "<urn:s> <urn:p> "
        "\"\\u0000\\u0001\\u0002\\u0003\\u0004\\u0005\\u0006\\u0007\\b\\t\\n\\u"
        "000B\\f\\r"
        "\\u000E\\u000F\\u0010\\u0011\\u0012\\u0013\\u0014\\u0015\\u0016\\u0017"
        "\\u0018\\u0019\\u001A"
        "\\u001B\\u001C\\u001D\\u001E\\u001F\\u007F\\\"\\\\'"
        "\xEF\xBF\xBD\\uFFFE\\uFFFF\" .\n");
}

TEST_CASE("local names take escapes where they need them", "[rdf]") {
  struct Case {
    const char* local;
    const char* written;  // null: cannot be a local name
  };
  const Case cases[] = {
      {"", ""},
      {"a", "a"},
      {"1a", "1a"},
      {"a.b", "a.b"},
      {".a", "\\.a"},
      {"a.", "a\\."},
      {"-a", "\\-a"},
      {"a-", "a-"},
      {"a:b", "a:b"},
      {"a/b", "a\\/b"},
      {"a%20", "a%20"},
      {"a%2", "a\\%2"},
      {"100%", "100\\%"},
      {"a b", nullptr},
      {"a|b", nullptr},
      {"\xC3\xA9", "\xC3\xA9"},
      {"\xC2\xB7", nullptr},
      {"a\xC2\xB7", "a\xC2\xB7"},
      {"a\xE2\x80\xA8", nullptr},
      {"~.-!$&'()*+,;=/?#@_",
       "\\~.-\\!\\$\\&\\'\\(\\)\\*\\+\\,\\;\\=\\/\\?\\#\\@_"},
  };
  for (const Case& c : cases) {
    INFO(c.local);
    std::string out;
    CHECK(AppendLocalName(c.local, out) == (c.written != nullptr));
    CHECK(out == (c.written != nullptr ? c.written : ""));
  }
}

TEST_CASE("what is written reads back equal, in every syntax", "[rdf]") {
  test::RandomTerms terms(test::Random(40));
  const std::map<std::string, std::string> prefixes = {
      {"", "urn:skg:"},
      {"e", "http://example.org/"},
      {"ns", "http://example.org/ns#"},
      {"u.1-x", "urn:"},
      {"\xC3\xA9", "urn:skg:Einstein"}};
  for (int round = 0; round < 300; ++round) {
    for (const Syntax syntax :
         {Syntax::kNTriples, Syntax::kNQuads, Syntax::kTurtle, Syntax::kTriG}) {
      std::vector<Quad> quads;
      for (size_t left = terms.Below(30); left > 0; --left) {
        Quad quad =
            terms.Quad(syntax == Syntax::kNQuads || syntax == Syntax::kTriG);
        // Runs of equal fronts.
        if (!quads.empty() && terms.Below(2) == 0) {
          quad.graph = quads.back().graph;
          quad.subject = quads.back().subject;
          if (terms.Below(2) == 0) quad.predicate = quads.back().predicate;
        }
        quads.push_back(quad);
      }
      const std::string text =
          Written(quads, {.syntax = syntax, .prefixes = prefixes});
      INFO(text);
      const auto back = test::ReadAll(text, syntax);
      REQUIRE_OK(back.status);
      if (syntax == Syntax::kNTriples || syntax == Syntax::kNQuads) {
        REQUIRE(back.quads == quads);
        // Canonical: reading and writing changes nothing.
        REQUIRE(Written(back.quads, {.syntax = syntax}) == text);
        continue;
      }
      // Labels may be changed, one to one; order is kept.
      REQUIRE(back.quads.size() == quads.size());
      for (size_t i = 0; i < quads.size(); ++i) {
        REQUIRE(test::AreIsomorphic({back.quads[i]}, {quads[i]}));
      }
      const auto small =
          test::ReadAll(text, syntax, {.chunk = 1 + terms.Below(9)});
      REQUIRE_OK(small.status);
      REQUIRE(small.quads == back.quads);
    }
  }
}

TEST_CASE("whole datasets read back isomorphic", "[rdf]") {
  test::RandomTerms terms(test::Random(41));
  for (int round = 0; round < 100; ++round) {
    std::vector<Quad> quads;
    for (size_t left = terms.Below(12); left > 0; --left)
      quads.push_back(terms.Quad(true));
    const auto back =
        test::ReadAll(Written(quads, {.syntax = Syntax::kTriG}), Syntax::kTriG);
    REQUIRE_OK(back.status);
    REQUIRE(test::AreIsomorphic(back.quads, quads));
  }
}

TEST_CASE("the writer refuses what a syntax cannot say", "[rdf]") {
  const Term o = Term::Iri("urn:o");
  const auto sink = [](std::string_view) { return absl::OkStatus(); };
  for (const Syntax syntax :
       {Syntax::kNTriples, Syntax::kNQuads, Syntax::kTurtle, Syntax::kTriG}) {
    const bool triples =
        syntax == Syntax::kNTriples || syntax == Syntax::kTurtle;
    auto writer = MakeWriter(sink, {.syntax = syntax});
    CHECK(writer->Write(Make("urn:s", "urn:p", o, "urn:g")).ok() == !triples);
    Quad quad = Make("urn:s", "urn:p", o);
    quad.subject = Term::Literal("s");
    CHECK(writer->Write(quad).code() == absl::StatusCode::kInvalidArgument);
    quad = Make("urn:s", "urn:p", o);
    quad.predicate = Term::BlankNode("p");
    CHECK(writer->Write(quad).code() == absl::StatusCode::kInvalidArgument);
    // A refused statement leaves the writer usable.
    REQUIRE_OK(writer->Write(Make("urn:s", "urn:p", o)));
    REQUIRE_OK(writer->Finish());
    CHECK(writer->Write(Make("urn:s", "urn:p", o)).code() ==
          absl::StatusCode::kFailedPrecondition);
    CHECK(writer->Finish().code() == absl::StatusCode::kFailedPrecondition);
  }
  for (const auto& [name, iri] : {std::pair{"a b", "urn:x"},
                                  {"1", "urn:x"},
                                  {"_", "urn:x"},
                                  {"a.", "urn:x"},
                                  {"a", "x"}}) {
    auto writer = MakeWriter(
        sink, {.syntax = Syntax::kTurtle, .prefixes = {{name, iri}}});
    CHECK(writer->Write(Make("urn:s", "urn:p", o)).code() ==
          absl::StatusCode::kInvalidArgument);
  }
}

TEST_CASE("a failing sink fails the writer for good", "[rdf]") {
  for (const Syntax syntax : {Syntax::kNTriples, Syntax::kTriG}) {
    auto writer = MakeWriter(
        [](std::string_view) { return absl::ResourceExhaustedError("full"); },
        {.syntax = syntax});
    absl::Status status;
    for (int i = 0; i < 100'000 && status.ok(); ++i) {
      status = writer->Write(Make("urn:s", "urn:p", Term::Literal("x")));
    }
    CHECK(status.message() == "full");
    CHECK(writer->Finish().message() == "full");
  }
}

}  // namespace skg::rdf
