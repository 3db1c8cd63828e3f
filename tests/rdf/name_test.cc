#include "rdf/name.h"

#include <catch2/catch.hpp>
#include <string>

#include "rdf/random_term.h"
#include "support/test_support.h"

namespace skg::rdf {
namespace {

NameSpace Base(std::string_view base = "urn:skg:") {
  auto made = NameSpace::Make(base);
  REQUIRE_OK(made);
  return *made;
}

}  // namespace

TEST_CASE("names stand for IRIs of the base namespace", "[rdf]") {
  const NameSpace names = Base();
  struct Case {
    const char* name;
    const char* iri;
  };
  const Case cases[] = {
      {"Einstein", "urn:skg:Einstein"},
      {"Albert Einstein", "urn:skg:Albert%20Einstein"},
      {"100%", "urn:skg:100%25"},
      {"a<b>\"c\"{d}|e^f`g\\h",
       "urn:skg:a%3Cb%3E%22c%22%7Bd%7D%7Ce%5Ef%60g%5Ch"},
      {"\xC3\xA9t\xC3\xA9", "urn:skg:\xC3\xA9t\xC3\xA9"},
      {"tab\tline\n", "urn:skg:tab%09line%0A"},
      {"http://example.org/x", "urn:skg:http://example.org/x"},
      {"_x", "urn:skg:_x"},
      {"\\<tag>", "urn:skg:%3Ctag%3E"},
      {"\\\"quoted\"", "urn:skg:%22quoted%22"},
      {"\\_:x", "urn:skg:_:x"},
      {"\\\\n", "urn:skg:%5Cn"},
  };
  for (const Case& c : cases) {
    INFO(c.name);
    const auto term = names.ToTerm(c.name);
    REQUIRE_OK(term);
    CHECK(*term == Term::Iri(c.iri));
    CHECK(names.ToName(*term) == c.name);
  }
}

TEST_CASE("what is not a name is a term in N-Triples form", "[rdf]") {
  const NameSpace names = Base();
  struct Case {
    const char* text;
    Term term;
    const char* shown;
  };
  const Term x = Term::Iri("urn:x:s");
  const Case cases[] = {
      {"<https://schema.org/Person>", Term::Iri("https://schema.org/Person"),
       nullptr},
      {"<urn:skg:Einstein>", Term::Iri("urn:skg:Einstein"), "Einstein"},
      {"<urn:skg:>", Term::Iri("urn:skg:"), nullptr},
      {"<urn:skg:%41>", Term::Iri("urn:skg:%41"), nullptr},
      {"<urn:skg:a%3cb>", Term::Iri("urn:skg:a%3cb"), nullptr},
      {"<urn:skg:a%>", Term::Iri("urn:skg:a%"), nullptr},
      {"\"1879\"^^<http://www.w3.org/2001/XMLSchema#integer>",
       Term::Literal("1879", std::string(iri::kXsdInteger)), nullptr},
      {"\"Physik\"@de", Term::LanguageString("Physik", "de"), nullptr},
      {"\"x\"@ar--rtl", Term::LanguageString("x", "ar", Direction::kRtl),
       nullptr},
      {"\"x\"@EN", Term::LanguageString("x", "en"), "\"x\"@en"},
      {"\"x\"^^<http://www.w3.org/2001/XMLSchema#string>", Term::Literal("x"),
       "\"x\""},
      {"\"\\u0041\\n\"", Term::Literal("A\n"), "\"A\\n\""},
      {"_:b1", Term::BlankNode("b1"), nullptr},
      {"<<( <urn:x:s> <urn:x:s> \"o\" )>>",
       Term::Triple(x, x, Term::Literal("o")), nullptr},
  };
  for (const Case& c : cases) {
    INFO(c.text);
    const auto term = names.ToTerm(c.text);
    REQUIRE_OK(term);
    CHECK(*term == c.term);
    CHECK(names.ToName(*term) == (c.shown != nullptr ? c.shown : c.text));
  }
}

TEST_CASE("malformed names say what would be right", "[rdf]") {
  const NameSpace names = Base();
  struct Case {
    std::string name;
    const char* says;
  };
  const Case cases[] = {
      {"", "empty"},
      {"\\", "leading \\"},
      {"\\Einstein", "leading \\"},
      {"a\xFF", "UTF-8"},
      {"\xED\xA0\x80", "UTF-8"},
      {"<relative>", "relative IRI"},
      {"<urn:a b>", "percent-encode"},
      {"<urn:a\\u0020b>", "not even escaped"},
      {"<urn:a", "no closing '>'"},
      {"\"open", "no closing '\"'"},
      {"\"a\" ", "expected the end"},
      {"\"a\"@", "language tag"},
      {"\"a\"@en--up", "--ltr or --rtl"},
      {"\"a\"@waytoolongtag", "1 to 8"},
      {"\"a\"^^b", "datatype"},
      {"\"a\"^^<http://www.w3.org/1999/02/22-rdf-syntax-ns#langString>",
       "language tag"},
      {"\"\\q\"", "unknown escape"},
      {"\"\\uD800\"", "surrogates"},
      {"\"\\U00110000\"", "not a character"},
      {"\"\\u12\"", "4 hexadecimal digits"},
      {"\"a\xC3\"", "UTF-8"},
      {"_:", "blank node label"},
      {"_:-", "blank node label"},
      {"_:a.", "expected the end"},
      {"<<( <urn:s> <urn:p> )>>", "expected"},
      {"<<( \"s\" <urn:p> <urn:o> )>>", "expected"},
      {"<< <urn:s> <urn:p> <urn:o> >>", "Turtle"},
  };
  for (const Case& c : cases) {
    INFO(c.name);
    const auto term = names.ToTerm(c.name);
    REQUIRE(term.status().code() == absl::StatusCode::kInvalidArgument);
    INFO(term.status().ToString());
    CHECK(term.status().ToString().find(c.says) != std::string::npos);
  }
}

TEST_CASE("names and terms are inverse", "[rdf]") {
  for (const std::string_view base :
       {"urn:skg:", "http://example.org/", "x-y+z.1:a%41"}) {
    const NameSpace names = Base(base);
    test::RandomTerms terms(test::Random(20));
    for (int i = 0; i < 20'000; ++i) {
      const Term term = terms.Any();
      REQUIRE_OK(CheckTerm(term));
      const std::string name = names.ToName(term);
      INFO(name);
      const auto back = names.ToTerm(name);
      REQUIRE_OK(back);
      REQUIRE(*back == term);
      const auto parsed = FromNTriples(ToNTriples(term));
      REQUIRE_OK(parsed);
      REQUIRE(*parsed == term);
    }
    for (int i = 0; i < 20'000; ++i) {
      const std::string name = terms.Text(8);
      const auto term = names.ToTerm(name);
      if (!term.ok() || name.front() == '<' || name.front() == '"' ||
          name.starts_with("_:")) {
        continue;
      }
      REQUIRE(names.ToName(*term) == name);
    }
  }
}

TEST_CASE("a base namespace is an absolute IRI", "[rdf]") {
  for (const char* bad :
       {"", "skg", ":x", "1a:", "urn:a b", "http://<x>", "urn:\xFF"}) {
    INFO(bad);
    CHECK(NameSpace::Make(bad).status().code() ==
          absl::StatusCode::kInvalidArgument);
  }
  CHECK(Base("https://example.org/").base() == "https://example.org/");
}

TEST_CASE("terms built from parts can be checked", "[rdf]") {
  const Term ok = Term::Iri("urn:x");
  const Term bad[] = {
      Term::Iri(""),
      Term::Iri("relative"),
      Term::Iri("urn:a b"),
      Term::Iri("urn:\xFF"),
      Term::BlankNode(""),
      Term::BlankNode("a b"),
      Term::BlankNode("a."),
      Term::BlankNode("a:b"),
      Term::Literal("\xFF"),
      Term::Literal("x", "relative"),
      Term::Literal("x", std::string(iri::kRdfLangString)),
      Term::LanguageString("x", "not a tag"),
      Term::LanguageString("x", "en--ltr"),
      Term::Triple(Term::Literal("s"), ok, ok),
      Term::Triple(ok, Term::BlankNode("p"), ok),
      Term::Triple(ok, ok, Term::Iri("relative")),
  };
  for (const Term& term : bad) {
    INFO(ToNTriples(term));
    CHECK(CheckTerm(term).code() == absl::StatusCode::kInvalidArgument);
  }
  Term nested = ok;
  for (int i = 0; i < 1000; ++i) nested = Term::Triple(ok, ok, nested);
  REQUIRE_OK(CheckTerm(nested));
  const auto back = FromNTriples(ToNTriples(nested));
  REQUIRE_OK(back);
  CHECK(*back == nested);
  nested = Term::Triple(ok, ok, nested);
  CHECK_FALSE(CheckTerm(nested).ok());
  CHECK_FALSE(FromNTriples(ToNTriples(nested)).ok());
}

}  // namespace skg::rdf
