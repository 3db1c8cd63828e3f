#include "rdf/rdfxml_writer.h"

#include <catch2/catch.hpp>
#include <map>
#include <string>
#include <vector>

#include "rdf/characters.h"
#include "rdf/isomorphism.h"
#include "rdf/random_term.h"
#include "rdf/reading.h"
#include "support/test_support.h"

namespace skg::rdf {
namespace {

struct Writing {
  std::string text;
  std::vector<Quad> written;  // what was not refused
  absl::Status refused;       // the last refusal
};

Writing Write(const std::vector<Quad>& quads,
              const std::map<std::string, std::string>& prefixes = {}) {
  Writing writing;
  auto writer = MakeWriter(
      [&](std::string_view bytes) {
        writing.text.append(bytes);
        return absl::OkStatus();
      },
      {.syntax = Syntax::kRdfXml, .prefixes = prefixes});
  for (const Quad& quad : quads) {
    if (absl::Status status = writer->Write(quad); status.ok()) {
      writing.written.push_back(quad);
    } else {
      writing.refused = status;
    }
  }
  REQUIRE_OK(writer->Finish());
  return writing;
}

Quad Make(std::string predicate, Term object) {
  return {Term::Iri("urn:s"), Term::Iri(std::move(predicate)),
          std::move(object), Term()};
}

}  // namespace

TEST_CASE("RDF/XML groups statements by subject", "[rdf][rdfxml]") {
  const std::map<std::string, std::string> prefixes = {
      {"", "http://e/"}, {"f", "http://e/f#"}, {"xmlx", "urn:x:"}};
  std::vector<Quad> quads = {
      Make(std::string(iri::kRdfType), Term::Iri("http://e/T")),
      Make("http://e/p", Term::Literal("a<b>&\"\r")),
      Make("http://e/f#p", Term::LanguageString("x", "ar", Direction::kRtl)),
      Make("urn:x:y", Term::Literal("1", "urn:t")),
      Make("http://e/p",
           Term::Triple(Term::BlankNode("1"), Term::Iri("http://e/q"),
                        Term::Iri("urn:o&"))),
  };
  quads.back().subject = Term::BlankNode("b");
  CHECK(Write(quads, prefixes).text ==
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        "<rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\"\n"
        "    xmlns:f=\"http://e/f#\"\n"
        "    xmlns=\"http://e/\">\n"
        "  <rdf:Description rdf:about=\"urn:s\">\n"
        "    <rdf:type rdf:resource=\"http://e/T\"/>\n"
        "    <p>a&lt;b&gt;&amp;&quot;&#xD;</p>\n"
        "    <f:p xml:lang=\"ar\" xmlns:its=\"http://www.w3.org/2005/11/its\" "
        "its:dir=\"rtl\" its:version=\"2.0\" rdf:version=\"1.2\">x</f:p>\n"
        "    <n:y xmlns:n=\"urn:x:\" rdf:datatype=\"urn:t\">1</n:y>\n"
        "  </rdf:Description>\n"
        "  <rdf:Description rdf:nodeID=\"b\">\n"
        "    <p rdf:parseType=\"Triple\" rdf:version=\"1.2\"><rdf:Description "
        "rdf:nodeID=\"x-1\"><q rdf:resource=\"urn:o&amp;\"/>"
        "</rdf:Description></p>\n"
        "  </rdf:Description>\n"
        "</rdf:RDF>\n");
  CHECK(Write({}).text ==
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        "<rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">\n"
        "</rdf:RDF>\n");
}

TEST_CASE("what RDF/XML cannot say is refused, and the writer goes on",
          "[rdf][rdfxml]") {
  const std::string rdf = "http://www.w3.org/1999/02/22-rdf-syntax-ns#";
  const Term o = Term::Iri("urn:o");
  struct Case {
    Quad quad;
    const char* says;
  };
  Quad named = Make("urn:p", o);
  named.graph = o;
  const Case cases[] = {
      {Make("http://e/1", o), "XML name"},
      {Make("http://e/", o), "XML name"},
      {Make("http://e/p?", o), "XML name"},
      {Make("http://e/\xF0\x9F\x98\x80", o), "XML name"},
      {Make("http://www.w3.org/2000/xmlns/p", o), "XML name"},
      {Make(rdf + "li", o), "another meaning"},
      {Make(rdf + "Description", o), "another meaning"},
      {Make(rdf + "about", o), "another meaning"},
      {Make("urn:p", Term::Literal(std::string("a\0", 2))), "byte 0x00"},
      {Make("urn:p", Term::Literal("\xEF\xBF\xBE")), "XML 1.0"},
      {Make("urn:p", Term::Literal("x", "urn:\xEF\xBF\xBF")), "XML 1.0"},
      {Make("urn:\xEF\xBF\xBFp", o), "XML 1.0"},
      {Make("urn:p", Term::Triple(o, o, Term::Literal("\x01"))), "0x01"},
      {named, "named graphs"},
  };
  for (const Case& c : cases) {
    const Writing writing = Write({Make("urn:p", o), c.quad, Make("urn:q", o)});
    INFO(writing.text);
    CHECK(writing.refused.code() == absl::StatusCode::kInvalidArgument);
    const std::string message(writing.refused.message());
    INFO(message);
    CHECK(message.find(c.says) != std::string::npos);
    const auto back = test::ReadAll(writing.text, Syntax::kRdfXml);
    REQUIRE_OK(back.status);
    CHECK(back.quads.size() == 2);
  }
}

TEST_CASE("every letter that ends a predicate can be read again",
          "[rdf][rdfxml]") {
  std::vector<Quad> quads;
  for (char32_t character = 'A'; character < 0x11000; ++character) {
    if (!IsScalarValue(character)) continue;
    std::string name = "http://e/";
    AppendUtf8(character, name);
    Quad quad = Make(name, Term::Iri("urn:o"));
    if (IsAbsoluteIri(name)) quads.push_back(quad);
  }
  const Writing writing = Write(quads);
  CHECK(writing.written.size() > 30'000);
  const auto back = test::ReadAll(writing.text, Syntax::kRdfXml);
  REQUIRE_OK(back.status);
  CHECK(back.quads == writing.written);
}

TEST_CASE("RDF/XML that was written reads back equal", "[rdf][rdfxml]") {
  test::RandomTerms terms(test::Random(42));
  const std::map<std::string, std::string> prefixes = {
      {"", "urn:skg:"},
      {"e", "http://example.org/"},
      {"ns", "http://example.org/ns#"},
      {"\xC3\xA9", "urn:skg:Einstein"}};
  size_t written = 0;
  for (int round = 0; round < 300; ++round) {
    std::vector<Quad> quads;
    for (size_t left = terms.Below(30); left > 0; --left) {
      Quad quad = terms.Quad(false);
      if (!quads.empty() && terms.Below(2) == 0)
        quad.subject = quads.back().subject;
      // A name at the end, so that most can be written.
      if (terms.Below(4) > 0) quad.predicate.value += "a";
      quads.push_back(quad);
    }
    const Writing writing = Write(quads, prefixes);
    INFO(writing.text);
    const auto back = test::ReadAll(writing.text, Syntax::kRdfXml);
    REQUIRE_OK(back.status);
    REQUIRE(back.quads.size() == writing.written.size());
    written += back.quads.size();
    for (size_t i = 0; i < back.quads.size(); ++i) {
      REQUIRE(test::AreIsomorphic({back.quads[i]}, {writing.written[i]}));
    }
    const auto small = test::ReadAll(writing.text, Syntax::kRdfXml,
                                     {.chunk = 1 + terms.Below(9)});
    REQUIRE(small.quads == back.quads);
  }
  CHECK(written > 1'000);
}

TEST_CASE("labels stay different in RDF/XML", "[rdf][rdfxml]") {
  const std::vector<std::string> labels = {"a",     "1",   "x-1", "x--31",
                                           "x-x-1", "a.b", "0.1", "\xC3\xA9",
                                           "x-a",   "-",   "x",   "_"};
  std::vector<Quad> quads;
  for (const std::string& label : labels) {
    quads.push_back(Make("urn:p", Term::BlankNode(label)));
  }
  const auto back = test::ReadAll(Write(quads).text, Syntax::kRdfXml);
  REQUIRE_OK(back.status);
  CHECK(test::AreIsomorphic(back.quads, quads));
  CHECK(back.quads[0].object.value == "a");
}

}  // namespace skg::rdf
