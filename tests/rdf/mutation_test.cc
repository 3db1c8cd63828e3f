// Damaged documents: no crash, no hang, and the same answer whatever the size
// of the pieces they come in.
#include <catch2/catch.hpp>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "rdf/name.h"
#include "rdf/random_term.h"
#include "rdf/reading.h"
#include "support/test_support.h"

namespace skg::rdf {
namespace {

using Document = std::pair<Syntax, std::string>;

std::vector<Document> Documents() {
  std::vector<Document> documents = {
      {Syntax::kNQuads,
       "_:a <urn:p> \"x\\u00E9\\n\"@en--ltr <urn:g> . # c\n<urn:s> <urn:p> <<( "
       "<urn:s> <urn:p> \"1\"^^<urn:t> )>> .\r\n"},
      {Syntax::kTriG,
       "@prefix : <urn:> .\nGRAPH :g { :s :p [ :q ( 1 2.5e0 'x'@en ) ], "
       "\"\"\"l\n\"\"\" "
       "~ :r {| :a true |} . }\n<< :s :p <<( :s :p :o )>> >> a :T .\n"},
      {Syntax::kRdfXml,
       "<?xml version='1.0'?>\n<!DOCTYPE r:RDF [<!ENTITY e 'urn:e:'>]>\n"
       "<r:RDF xmlns:r='http://www.w3.org/1999/02/22-rdf-syntax-ns#' "
       "xmlns:e='urn:e:' xml:lang='en'>\n<e:T r:about='&e;s' e:p='x'><!-- c "
       "-->\n<e:p r:parseType='Collection'><r:Bag r:nodeID='n'><r:li>y</r:li>"
       "</r:Bag></e:p>\n<e:p r:parseType='Literal'><b a='&lt;'>&amp;</b></e:p>"
       "<e:p r:parseType='Triple' r:version='1.2'><e:T/></e:p>\r\n<e:p "
       "r:annotation='urn:r' r:datatype='urn:d'>z</e:p></e:T></r:RDF>"}};
  const auto shared = test::SharedFolder();
  if (!shared) return documents;
  const std::pair<const char*, Syntax> suites[] = {
      {"rdf11-ntriples", Syntax::kNTriples}, {"rdf11-nquads", Syntax::kNQuads},
      {"rdf11-turtle", Syntax::kTurtle},     {"rdf11-trig", Syntax::kTriG},
      {"rdf12-turtle", Syntax::kTurtle},     {"rdf12-trig", Syntax::kTriG},
      {"rdf11-xml", Syntax::kRdfXml},        {"rdf12-xml", Syntax::kRdfXml}};
  for (const auto& [suite, syntax] : suites) {
    const auto folder = *shared / "conformance" / suite;
    if (!std::filesystem::is_directory(folder)) continue;
    for (const auto& entry :
         std::filesystem::recursive_directory_iterator(folder)) {
      const std::string extension = entry.path().extension().string();
      if (extension != ".nt" && extension != ".nq" && extension != ".ttl" &&
          extension != ".trig" && extension != ".rdf") {
        continue;
      }
      const auto text = test::ReadFile(entry.path());
      REQUIRE_OK(text);
      // Beside a document of RDF/XML lies what it means.
      if (syntax == Syntax::kRdfXml && extension != ".rdf") continue;
      if (text->size() < 20'000) documents.emplace_back(syntax, *text);
    }
  }
  return documents;
}

void Damage(test::RandomTerms& terms, const std::vector<Document>& documents,
            std::string& text) {
  const auto at = [&] { return terms.Below(text.size() + 1); };
  switch (terms.Below(6)) {
    case 0:  // flip
      if (!text.empty())
        text[terms.Below(text.size())] ^=
            static_cast<char>(1 << terms.Below(8));
      break;
    case 1:  // insert what has a meaning
      text.insert(
          at(),
          terms.Choose(
              {"\"",      "'",    "'''",         "\"\"\"",
               "<",       ">",    "<<",          "<<(",
               ")>>",     "{",    "}",           "{|",
               "|}",      "[",    "]",           "(",
               ")",       ".",    ";",           ",",
               "\\",      "\\u",  "\\U0010FFFF", "@",
               "@prefix", "^^",   "_:",          ":",
               "#",       "\n",   "\r",          "~",
               "%",       "\xFF", "\xC3",        "\xEF\xBF\xBE",
               "GRAPH",   "a",    "1e",          "/>",
               "</",      "&",    "rdf:ID='a'",  "rdf:parseType='Resource'",
               "<e>",     "]]>",  "<![CDATA["}));
      break;
    case 2:  // cut out
      text.erase(at(), terms.Below(10));
      break;
    case 3:  // cut off
      text.resize(at());
      break;
    case 4: {  // splice
      const std::string& other =
          documents[terms.Below(documents.size())].second;
      if (other.empty()) break;
      text.insert(at(),
                  other.substr(terms.Below(other.size()), terms.Below(60)));
      break;
    }
    default:
      text.insert(at(), 1, static_cast<char>(terms.Below(256)));
  }
}

}  // namespace

TEST_CASE("damaged documents are read or refused, the same in any pieces",
          "[rdf]") {
  const std::vector<Document> documents = Documents();
  test::RandomTerms terms(test::Random(50));
  for (int i = 0; i < 6'000; ++i) {
    auto [syntax, text] = documents[terms.Below(documents.size())];
    for (size_t times = terms.Below(4); times > 0; --times)
      Damage(terms, documents, text);
    const std::string base =
        terms.Below(2) == 0 ? "http://example.org/base" : "";
    INFO(text);
    const auto strict = test::ReadAll(text, syntax, {.base = base});
    const auto whole =
        test::ReadAll(text, syntax, {.recover = true, .base = base});
    const size_t chunk = 1 + terms.Below(terms.Below(2) == 0 ? 3 : 64);
    const auto pieces = test::ReadAll(
        text, syntax, {.recover = true, .chunk = chunk, .base = base});

    REQUIRE(whole.status == pieces.status);
    REQUIRE(whole.quads == pieces.quads);
    REQUIRE(whole.errors.size() == pieces.errors.size());
    for (size_t e = 0; e < whole.errors.size(); ++e) {
      REQUIRE(whole.errors[e].line == pieces.errors[e].line);
      REQUIRE(whole.errors[e].column == pieces.errors[e].column);
      REQUIRE(whole.errors[e].message == pieces.errors[e].message);
    }
    // Strict reading stops at the first error and agrees up to there.
    REQUIRE(strict.status.ok() == (whole.status.ok() && whole.errors.empty()));
    REQUIRE(strict.quads.size() <= whole.quads.size());
    for (size_t q = 0; q < strict.quads.size(); ++q)
      REQUIRE(strict.quads[q] == whole.quads[q]);
    // Whatever comes out is valid.
    for (const Quad& quad : whole.quads) {
      for (const Term* term : {&quad.subject, &quad.predicate, &quad.object}) {
        REQUIRE_OK(CheckTerm(*term));
      }
    }
  }
}

}  // namespace skg::rdf
