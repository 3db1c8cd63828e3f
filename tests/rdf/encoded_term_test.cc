#include <catch2/catch.hpp>
#include <map>
#include <set>
#include <string>

#include "rdf/datatypes.h"
#include "rdf/random_term.h"
#include "rdf/term_id.h"
#include "support/test_support.h"

namespace skg::rdf {
namespace {

std::string Xsd(const std::string& name) {
  return std::string(iri::kXsd) + name;
}

EncodedTerm Encoded(const Term& term) {
  EncodedTerm out;
  EncodeTerm(term, out);
  return out;
}

}  // namespace

TEST_CASE("terms of the dictionary have the bytes that the format page shows",
          "[rdf]") {
  using std::string_literals::operator""s;
  struct Case {
    Term term;
    TermTag tag;
    std::string bytes;
  };
  const Case cases[] = {
      {Term::Iri("urn:skg:Einstein"), TermTag::kIri, "urn:skg:Einstein"},
      {Term::BlankNode("b1"), TermTag::kBlankNode, "b1"},
      {Term::Literal("Relativity"), TermTag::kString, "Relativity"},
      {Term::LanguageString("Physik", "de-CH"), TermTag::kLanguageString,
       "de-ch\0Physik"s},
      {Term::LanguageString("x", "ar", Direction::kRtl),
       TermTag::kLanguageString, "ar--rtl\0x"s},
      {Term::LanguageString("x", "en", Direction::kLtr),
       TermTag::kLanguageString, "en--ltr\0x"s},
      {Term::Literal("01", Xsd("integer")), TermTag::kOtherNumeric,
       "\1"
       "01"},
      {Term::Literal("1", Xsd("float")), TermTag::kOtherNumeric,
       "\4"
       "1"},
      {Term::Literal("junk", Xsd("unsignedByte")), TermTag::kOtherNumeric,
       "\x0F"
       "junk"},
      {Term::Literal("P1D", Xsd("duration")), TermTag::kOtherLiteral,
       "\x1B"
       "P1D"},
      {Term::Literal("{}", "http://www.w3.org/1999/02/22-rdf-syntax-ns#JSON"),
       TermTag::kOtherLiteral, "\x31{}"},
      {Term::Literal("x", "urn:t"), TermTag::kOtherLiteral, "\0urn:t\0x"s},
      {Term::Literal("a\0b"s, Xsd("notAType")), TermTag::kOtherLiteral,
       "\0http://www.w3.org/2001/XMLSchema#notAType\0a\0b"s},
  };
  for (const Case& c : cases) {
    INFO(c.term.value);
    REQUIRE_FALSE(InlineId(c.term).has_value());
    CHECK(Encoded(c.term) == EncodedTerm{c.tag, c.bytes});
  }
}

TEST_CASE("encoding terms is a bijection", "[rdf]") {
  test::RandomTerms terms(test::Random(10));
  std::map<std::pair<TermTag, std::string>, Term> seen;
  for (int i = 0; i < 20'000; ++i) {
    const Term term = terms.Any(0);
    if (InlineId(term)) continue;
    const EncodedTerm encoded = Encoded(term);
    const auto back = DecodeTerm(encoded.tag, encoded.bytes);
    REQUIRE_OK(back);
    REQUIRE(*back == term);
    const auto [at, is_new] =
        seen.try_emplace({encoded.tag, encoded.bytes}, term);
    REQUIRE(at->second == term);
  }
}

TEST_CASE("bytes of no term are data loss; others encode to themselves",
          "[rdf]") {
  using std::string_literals::operator""s;
  struct Case {
    TermTag tag;
    std::string bytes;
  };
  const Case damaged[] = {
      {TermTag::kLanguageString, ""},
      {TermTag::kLanguageString, "en"},
      {TermTag::kLanguageString, "\0x"s},
      {TermTag::kLanguageString, "--ltr\0x"s},
      {TermTag::kOtherLiteral, ""},
      {TermTag::kOtherLiteral, "\0urn:t"s},
      {TermTag::kOtherLiteral, "\0\0x"s},
      {TermTag::kOtherLiteral,
       "\1"
       "1"},  // numeric
      {TermTag::kOtherLiteral,
       "\xFF"
       "1"},
      {TermTag::kOtherLiteral, "\0http://www.w3.org/2001/XMLSchema#date\0x"s},
      {TermTag::kOtherLiteral, "\0http://www.w3.org/2001/XMLSchema#string\0x"s},
      {TermTag::kOtherNumeric, ""},
      {TermTag::kOtherNumeric,
       "\x1B"
       "P1D"},
      {TermTag::kOtherNumeric, "\0urn:t\0x"s},
      {TermTag::kTripleTerm, "x"},
      {TermTag::kUnbound, "x"},
      {TermTag::kInteger, "x"},
  };
  for (const Case& c : damaged) {
    INFO(static_cast<int>(c.tag) << " " << c.bytes);
    CHECK(DecodeTerm(c.tag, c.bytes).status().code() ==
          absl::StatusCode::kDataLoss);
  }
  test::RandomTerms terms(test::Random(11));
  for (int i = 0; i < 20'000; ++i) {
    const auto tag = static_cast<TermTag>(terms.Below(8));
    std::string bytes = terms.Text(3);
    if (terms.Below(2) == 0)
      bytes.insert(0, 1, static_cast<char>(terms.Below(60)));
    const auto term = DecodeTerm(tag, bytes);
    if (term.ok()) REQUIRE(Encoded(*term) == EncodedTerm{tag, bytes});
  }
}

TEST_CASE("every datatype code has an IRI that finds it", "[rdf]") {
  std::set<std::string_view> iris;
  for (uint8_t code = 1; code <= kLastDatatype; ++code) {
    const auto datatype = static_cast<Datatype>(code);
    CHECK(FindDatatype(DatatypeIri(datatype)) == datatype);
    CHECK(IsNumeric(datatype) == (code <= 16));
    iris.insert(DatatypeIri(datatype));
  }
  CHECK(iris.size() == kLastDatatype);
  CHECK(FindDatatype("") == Datatype::kOther);
  CHECK(FindDatatype("x") == Datatype::kOther);
  CHECK(FindDatatype(iri::kXsdString) == Datatype::kOther);
  CHECK(FindDatatype("http://www.w3.org/2001/XMLSchema#Integer") ==
        Datatype::kOther);
}

}  // namespace skg::rdf
