#include <catch2/catch.hpp>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "rdf/isomorphism.h"
#include "rdf/name.h"
#include "rdf/rdfxml_parser.h"
#include "rdf/reader.h"
#include "rdf/reading.h"
#include "support/test_support.h"

namespace skg::rdf {
namespace {

using test::ReadAll;
using std::string_literals::operator""s;

const std::string kRdf = "http://www.w3.org/1999/02/22-rdf-syntax-ns#";
const std::string kDeclarations =
    "xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns:e='urn:e:' "
    "xmlns:its='http://www.w3.org/2005/11/its'";

// A document of node elements; the line is the second.
std::string Document(const std::string& nodes, const std::string& more = {}) {
  return "<rdf:RDF " + kDeclarations + " " + more + ">\n" + nodes +
         "</rdf:RDF>";
}

// One node with properties.
std::string Node(const std::string& properties, const std::string& more = {}) {
  return Document(
      "<rdf:Description rdf:about='urn:s'>" + properties + "</rdf:Description>",
      more);
}

// `r:x` stands for a name of RDF, `x:t` for a datatype.
std::string Want(std::string lines) {
  for (const auto& [prefix, space] :
       {std::pair{"<r:"s, kRdf}, {"<x:"s, std::string(iri::kXsd)}}) {
    for (size_t at = lines.find(prefix); at != std::string::npos;
         at = lines.find(prefix, at)) {
      lines.replace(at, prefix.size(), "<" + space);
    }
  }
  return lines;
}

void CheckSame(const std::string& text, const std::string& lines,
               const std::string& base = {}) {
  INFO(text);
  const auto want = ReadAll(Want(lines), Syntax::kNTriples);
  REQUIRE_OK(want.status);
  for (const size_t chunk : {0, 1, 5}) {
    const auto got =
        ReadAll(text, Syntax::kRdfXml, {.chunk = chunk, .base = base});
    REQUIRE_OK(got.status);
    INFO(test::Lines(got.quads));
    CHECK(test::AreIsomorphic(got.quads, want.quads));
  }
}

struct Example {
  std::string text;
  const char* lines;
};

}  // namespace

TEST_CASE("nodes and properties of RDF/XML become triples", "[rdf][rdfxml]") {
  const Example cases[] = {
      {Document(""), ""},
      {Document("<rdf:Description/>"), ""},
      {Document("<e:T rdf:about='urn:s'/>"), "<urn:s> <r:type> <urn:e:T> .\n"},
      {"<e:T xmlns:e='urn:e:' e:p='x'/>",
       "_:a <r:type> <urn:e:T> .\n_:a <urn:e:p> \"x\" .\n"},
      {Node("<e:p>x</e:p><e:q/><e:p> a&amp;b<![CDATA[<c>]]>&#x1F600; </e:p>"),
       "<urn:s> <urn:e:p> \"x\" .\n<urn:s> <urn:e:q> \"\" .\n<urn:s> "
       "<urn:e:p> \" a&b<c>\\U0001F600 \" .\n"},
      {Node("<e:p>a<!-- c -->b<?p i?>\r\nc</e:p>"),
       "<urn:s> <urn:e:p> \"ab\\nc\" .\n"},
      {Node("<e:p rdf:resource='urn:o'/><e:p rdf:resource='urn:o2'> </e:p>"),
       "<urn:s> <urn:e:p> <urn:o> .\n<urn:s> <urn:e:p> <urn:o2> .\n"},
      {Node("<e:p> <rdf:Description rdf:about='urn:o'><e:q>x</e:q>"
            "</rdf:Description> <!-- c --> </e:p>"),
       "<urn:s> <urn:e:p> <urn:o> .\n<urn:o> <urn:e:q> \"x\" .\n"},
      {Node("<e:p rdf:resource='urn:o' e:q='x' rdf:type='urn:t'/><e:p "
            "e:q='y'/>"),
       "<urn:s> <urn:e:p> <urn:o> .\n<urn:o> <urn:e:q> \"x\" .\n<urn:o> "
       "<r:type> <urn:t> .\n<urn:s> <urn:e:p> _:a .\n_:a <urn:e:q> \"y\" .\n"},
      {Node("<e:p rdf:datatype='http://www.w3.org/2001/XMLSchema#int'>1</e:p>"
            "<e:p rdf:datatype='http://www.w3.org/2001/XMLSchema#string'/>"),
       "<urn:s> <urn:e:p> \"1\"^^<x:int> .\n<urn:s> <urn:e:p> \"\" .\n"},
      {Node("<rdf:li>1</rdf:li><rdf:_7>2</rdf:_7><rdf:li rdf:resource='urn:o'/>"
            "<e:p><e:T><rdf:li/></e:T></e:p><rdf:li/>"),
       "<urn:s> <r:_1> \"1\" .\n<urn:s> <r:_7> \"2\" .\n<urn:s> <r:_2> "
       "<urn:o> .\n<urn:s> <urn:e:p> _:a .\n_:a <r:type> <urn:e:T> .\n_:a "
       "<r:_1> \"\" .\n<urn:s> <r:_3> \"\" .\n"},
      {Node("<e:p rdf:parseType='Resource'><e:q>x</e:q><e:q rdf:nodeID='n'/>"
            "</e:p><e:p rdf:nodeID='n'/>"),
       "<urn:s> <urn:e:p> _:a .\n_:a <urn:e:q> \"x\" .\n_:a <urn:e:q> _:n "
       ".\n<urn:s> <urn:e:p> _:n .\n"},
      {Node("<e:p rdf:parseType='Collection'/><e:p rdf:parseType='Collection'>"
            "<e:T rdf:about='urn:1'/> <rdf:Description rdf:nodeID='n'/></e:p>"),
       "<urn:s> <urn:e:p> <r:nil> .\n<urn:s> <urn:e:p> _:a .\n_:a <r:first> "
       "<urn:1> .\n<urn:1> <r:type> <urn:e:T> .\n_:a <r:rest> _:b .\n_:b "
       "<r:first> _:n .\n_:b <r:rest> <r:nil> .\n"},
      // The old form of some attributes, and those that XML keeps.
      {Document("<rdf:Description about='urn:s' type='urn:t' xmlX='1' "
                "xml:x='2'><e:p resource='urn:o'/></rdf:Description>"),
       "<urn:s> <r:type> <urn:t> .\n<urn:s> <urn:e:p> <urn:o> .\n"},
      {Node("<e:p rdf:ID='i'>x</e:p>", "xml:base='http://h/d/f'"),
       "<urn:s> <urn:e:p> \"x\" .\n<http://h/d/f#i> <r:type> <r:Statement> "
       ".\n<http://h/d/f#i> <r:subject> <urn:s> .\n<http://h/d/f#i> "
       "<r:predicate> <urn:e:p> .\n<http://h/d/f#i> <r:object> \"x\" .\n"},
  };
  for (const Example& c : cases) CheckSame(c.text, c.lines);
}

TEST_CASE("base and language are inherited", "[rdf][rdfxml]") {
  const Example cases[] = {
      {Document("<rdf:Description rdf:about='' xml:base='x/'><e:p "
                "rdf:resource='y'/><e:p xml:base='z/' rdf:resource=''/>"
                "</rdf:Description><rdf:Description rdf:ID='i' e:p='v'/>"),
       "<http://h/a/x/> <urn:e:p> <http://h/a/x/y> .\n<http://h/a/x/> "
       "<urn:e:p> <http://h/a/x/z/> .\n<http://h/a/b#i> <urn:e:p> \"v\" .\n"},
      {Document("<rdf:Description rdf:about='#f' xml:base='c?q#g'><e:p>v</e:p>"
                "</rdf:Description>"),
       "<http://h/a/c?q#f> <urn:e:p> \"v\" .\n"},
      {Node("<e:p xml:lang='EN-gb'>x</e:p><e:p>y</e:p><e:p xml:lang=''>z</e:p>"
            "<e:p xml:lang='fr' "
            "rdf:datatype='http://www.w3.org/2001/XMLSchema#int'>1</e:p>"
            "<e:p e:q='v' xml:lang='it'/>",
            "xml:lang='de'"),
       "<urn:s> <urn:e:p> \"x\"@en-gb .\n<urn:s> <urn:e:p> \"y\"@de .\n<urn:s> "
       "<urn:e:p> \"z\" .\n<urn:s> <urn:e:p> \"1\"^^<x:int> .\n<urn:s> "
       "<urn:e:p> _:a .\n_:a <urn:e:q> \"v\"@it .\n"},
  };
  for (const Example& c : cases) CheckSame(c.text, c.lines, "http://h/a/b");
}

TEST_CASE("RDF/XML 1.2 says triple terms, annotations and directions",
          "[rdf][rdfxml]") {
  const std::string triple =
      "<e:p rdf:parseType='Triple'><rdf:Description rdf:about='urn:a'><e:q "
      "rdf:parseType='Triple'><e:T rdf:about='urn:b'/></e:q></rdf:Description>"
      "</e:p>";
  const Example cases[] = {
      {Node(triple), ""},
      {Node(triple, "rdf:version='1.2'"),
       "<urn:s> <urn:e:p> <<( <urn:a> <urn:e:q> <<( <urn:b> <r:type> <urn:e:T> "
       ")>> )>> .\n"},
      {Node("<e:p rdf:annotation='urn:r' rdf:annotationNodeID='n'>x</e:p>"),
       "<urn:s> <urn:e:p> \"x\" .\n<urn:r> <r:reifies> <<( <urn:s> <urn:e:p> "
       "\"x\" )>> .\n_:n <r:reifies> <<( <urn:s> <urn:e:p> \"x\" )>> .\n"},
      {Node("<e:p>x</e:p><e:p its:dir='rtl' xml:lang='ar'>y</e:p><e:p "
            "its:dir='lro'>z</e:p><e:p rdf:version='1.1'>w</e:p>",
            "rdf:version='1.2-basic' its:version='2.0' its:dir='ltr' "
            "xml:lang='en'"),
       "<urn:s> <urn:e:p> \"x\"@en--ltr .\n<urn:s> <urn:e:p> \"y\"@ar--rtl "
       ".\n<urn:s> <urn:e:p> \"z\"@en .\n<urn:s> <urn:e:p> \"w\"@en .\n"},
  };
  for (const Example& c : cases) CheckSame(c.text, c.lines);
}

TEST_CASE("literals of XML are exclusive canonical XML", "[rdf][rdfxml]") {
  struct Case {
    const char* content;
    const char* want;
  };
  const Case cases[] = {
      {"", ""},
      {"x &amp; &lt;y&gt; \"z\"<![CDATA[<&>]]>&#13;",
       "x &amp; &lt;y&gt; \"z\"&lt;&amp;&gt;&#xD;"},
      {"<br/>", "<br></br>"},
      {"<b  z = '1' a='\"&#9;&lt;>&amp;'  >t</b >",
       "<b a=\"&quot;&#x9;&lt;>&amp;\" z=\"1\">t</b>"},
      // Declared where used, sorted by prefix; attributes by namespace.
      {"<e:a><e:b xmlns:u='urn:unused'/></e:a><e:a/>",
       "<e:a xmlns:e=\"urn:e:\"><e:b></e:b></e:a><e:a "
       "xmlns:e=\"urn:e:\"></e:a>"},
      {"<a xmlns:z='urn:1' xmlns:y='urn:2' y:b='1' z:b='2' b='3'/>",
       "<a xmlns:y=\"urn:2\" xmlns:z=\"urn:1\" b=\"3\" z:b=\"2\" "
       "y:b=\"1\"></a>"},
      {"<a xmlns='urn:1'><b xmlns=''><c/></b><d xmlns='urn:2'/><e/></a>",
       "<a xmlns=\"urn:1\"><b xmlns=\"\"><c></c></b><d "
       "xmlns=\"urn:2\"></d><e></e></a>"},
      {"<p:a xmlns:p='urn:1'><p:a xmlns:p='urn:2'/><p:b/></p:a>",
       "<p:a xmlns:p=\"urn:1\"><p:a xmlns:p=\"urn:2\"></p:a><p:b></p:b></p:a>"},
      {"<a xml:lang='en' xml:space='preserve'/>",
       "<a xml:lang=\"en\" xml:space=\"preserve\"></a>"},
      {"<!-- c --><?t  d e?><?t?>", "<!-- c --><?t d e?><?t?>"},
      {"<rdf:li rdf:about='x y'/>",
       "<rdf:li xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\" "
       "rdf:about=\"x y\"></rdf:li>"},
  };
  for (const Case& c : cases) {
    for (const char* type : {"Literal", "other"}) {
      for (const size_t chunk : {0, 1}) {
        INFO(c.content);
        const auto result = ReadAll(
            Node("<e:p rdf:parseType='"s + type + "'>" + c.content + "</e:p>",
                 "xml:lang='de'"),
            Syntax::kRdfXml, {.chunk = chunk});
        REQUIRE_OK(result.status);
        REQUIRE(result.quads.size() == 1);
        CHECK(result.quads[0].object.value == c.want);
        CHECK(result.quads[0].object.datatype == kRdf + "XMLLiteral");
        CHECK(result.quads[0].object.language.empty());
      }
    }
  }
}

TEST_CASE("labels of RDF/XML become labels of every syntax", "[rdf][rdfxml]") {
  std::string nodes;
  const std::vector<std::string> labels = {
      "a",        "a.",         "a..",         "anon-1", "anon-doc-1",
      "anon-end", "anon-end-a", "anon-end-a.", "a._",    "\xC3\xA9.b"};
  for (const std::string& label : labels) {
    nodes += "<rdf:Description rdf:nodeID='" + label +
             "'><e:p><rdf:Description/></e:p></rdf:Description>\n";
  }
  const auto result = ReadAll(Document(nodes), Syntax::kRdfXml);
  REQUIRE_OK(result.status);
  REQUIRE(result.quads.size() == labels.size());
  std::vector<std::string> seen;
  for (const Quad& quad : result.quads) {
    for (const Term* term : {&quad.subject, &quad.object}) {
      REQUIRE_OK(CheckTerm(*term));
      CHECK(std::find(seen.begin(), seen.end(), term->value) == seen.end());
      seen.push_back(term->value);
    }
  }
}

TEST_CASE("malformed RDF/XML is named by line and column", "[rdf][rdfxml]") {
  struct Case {
    std::string text;
    const char* place;
    const char* says;
  };
  const std::string node = "<rdf:Description rdf:about='urn:s'>";  // 35 bytes
  const Case cases[] = {
      // XML.
      {"", "1:1", "no element found"},
      {"x", "1:1", "not well-formed"},
      {"<a", "1:1", "unclosed token"},
      {"<a xmlns='urn:a'></b>", "1:20", "mismatched tag"},
      {Document("<e:T>"), "2:8", "mismatched tag"},
      {Document("<f:T/>"), "2:1", "unbound prefix"},
      {Document("<e:T a='1' a='2'/>"), "2:12", "duplicate attribute"},
      {Document("") + "<a/>", "2:11", "junk after document element"},
      {Document("&nbsp;"), "2:1", "not declared"},
      {Document("<e:T e:p='\xFF'/>"), "2:11", "not well-formed"},
      {"<a xmlns:p='u\xC3\xA9&#10;'/>", "1:1", "syntax error"},
      // RDF.
      {"<a/>", "1:1", "no namespace"},
      {"<T xmlns='rel/'/>", "1:1", "absolute IRI"},
      {"<T xmlns='urn: '/>", "1:1", "absolute IRI"},
      {"\r\n  <T xmlns='urn:' a='1'/>", "2:3", "'a' has no namespace"},
      {Document("x"), "2:1", "only elements"},
      {Document("\n  \xC3\xA9 \n"), "3:3", "only elements"},
      {Document("<rdf:li/>"), "2:1", "rdf:li cannot be a node"},
      {Document("<rdf:RDF/>"), "2:1", "rdf:RDF cannot be a node"},
      {Document("<rdf:annotation/>"), "2:1", "cannot be a node"},
      {Document("<e:T rdf:li='x'/>"), "2:1", "cannot be an attribute"},
      {Document("<e:T rdf:bagID='x'/>"), "2:1", "withdrawn"},
      {Document("<e:T about='urn:a' rdf:about='urn:b'/>"), "2:1", "twice"},
      {Document("<e:T rdf:about='urn:a' rdf:nodeID='b'/>"), "2:1", "several"},
      {Document("<e:T rdf:about='a'/>"), "2:1", "no base"},
      {Document("<e:T rdf:ID='a'/>"), "2:1", "no base"},
      {Document("<e:T rdf:about='urn:a b'/>"), "2:1", "cannot hold ' '"},
      {Document("<e:T rdf:about='urn:a\\u0020'/>"), "2:1", "cannot hold"},
      {Document("<e:T rdf:nodeID='1'/>"), "2:1", "XML name"},
      {Document("<e:T rdf:nodeID=''/>"), "2:1", "XML name"},
      {Document("<e:T rdf:ID='a:b'/>"), "2:1", "XML name"},
      {Document("<e:T rdf:ID='a'/><e:T rdf:ID='a'/>", "xml:base='urn:b'"),
       "2:18", "twice"},
      {Document("<e:T rdf:resource='urn:a'/>"), "2:1", "rdf:about"},
      {Document("<e:T xml:lang='en_US'/>"), "2:1", "1 to 8"},
      {Document("<e:T xml:lang='en--ltr'/>"), "2:1", "1 to 8"},
      {Document("<e:T rdf:version='2'/>"), "2:1", "1.2-basic"},
      {Document("", "e:p='x'"), "1:1", "rdf:RDF has no attributes"},
      {Node("x"), "2:36", "only elements"},
      {Node("<rdf:Description/>"), "2:36", "cannot be a property"},
      {Node("<rdf:resource/>"), "2:36", "cannot be a property"},
      {Node("<e:p rdf:about='urn:o'/>"), "2:36", "rdf:resource"},
      {Node("<e:p rdf:resource='urn:a' rdf:nodeID='b'/>"), "2:36", "not both"},
      {Node("<e:p rdf:parseType='Literal' rdf:resource='urn:a'/>"), "2:36",
       "rdf:parseType"},
      {Node("<e:p rdf:parseType='Resource' e:q='x'/>"), "2:36",
       "rdf:parseType"},
      {Node("<e:p rdf:datatype='urn:t' e:q='x'/>"), "2:36", "rdf:datatype"},
      {Node("<e:p rdf:datatype='t'/>"), "2:36", "no base"},
      {Node("<e:p "
            "rdf:datatype='http://www.w3.org/1999/02/"
            "22-rdf-syntax-ns#langString'/>"),
       "2:36", "language"},
      {Node("<e:p rdf:datatype='urn:t'><e:T/></e:p>"), "2:62", "text"},
      {Node("<e:p>x<e:T/></e:p>"), "2:42", "parseType"},
      {Node("<e:p><e:T/><e:T/></e:p>"), "2:47", "already"},
      {Node("<e:p><e:T/> x</e:p>"), "2:48", "already"},
      {Node("<e:p rdf:resource='urn:o'>x</e:p>"), "2:62", "already"},
      {Node("<e:p rdf:resource='urn:o'><e:T/></e:p>"), "2:62", "already"},
      {Node("<e:p rdf:parseType='Collection'>x</e:p>"), "2:68", "elements"},
      {Node("<e:p xmlns:r='http://www.w3.org/1999/02/22-rdf-syntax-ns#re' "
            "r:source='x'/>"),
       "2:36", "whole"},
      {Node("<e:p rdf:parseType='Triple'/>", "rdf:version='1.2'"), "2:36",
       "makes 0"},
      {Node("<e:p rdf:parseType='Triple'><e:T e:q='x'/></e:p>",
            "rdf:version='1.2'"),
       "2:36", "makes 2"},
      {Node("<e:p rdf:parseType='Triple'><e:T/><e:T/></e:p>",
            "rdf:version='1.2'"),
       "2:70", "one node"},
  };
  for (const Case& c : cases) {
    for (const size_t chunk : {size_t{0}, size_t{1}, size_t{7}}) {
      INFO(c.text);
      const auto result = ReadAll(c.text, Syntax::kRdfXml, {.chunk = chunk});
      REQUIRE(result.status.code() == absl::StatusCode::kInvalidArgument);
      const std::string message(result.status.message());
      INFO(message);
      CHECK(message.find("test:"s + c.place + ": ") == 0);
      CHECK(message.find(c.says) != std::string::npos);
    }
  }
}

TEST_CASE("reading goes on behind a malformed element if it is told to",
          "[rdf][rdfxml]") {
  struct Case {
    std::string text;
    std::vector<uint64_t> error_lines;
    const char* lines;
  };
  const std::string after = "\n<rdf:Description rdf:about='urn:t' e:p='1'/>";
  const std::string t = "<urn:t> <urn:e:p> \"1\" .\n";
  const Case cases[] = {
      {Document("<e:T rdf:about='rel'><e:p>x<e:q/></e:p></e:T>" + after),
       {2},
       "<urn:t> <urn:e:p> \"1\" .\n"},
      {Document("<rdf:Description rdf:about='urn:s'>\n<e:p rdf:about='x'>"
                "<e:T/></e:p>\n<e:q>1</e:q></rdf:Description>" +
                after),
       {3},
       "<urn:s> <urn:e:q> \"1\" .\n<urn:t> <urn:e:p> \"1\" .\n"},
      // The property of a malformed node says nothing.
      {Document("<rdf:Description rdf:about='urn:s'>\n<e:p> <e:T a='1'/> "
                "</e:p>\n<e:q> <e:T/>\n<e:T/> y</e:q></rdf:Description>" +
                after),
       {3, 5, 5},
       "<urn:s> <urn:e:q> _:a .\n_:a <r:type> <urn:e:T> .\n<urn:t> <urn:e:p> "
       "\"1\" .\n"},
      {Document("a<!-- -->b<rdf:li/>c\n<rdf:Bag rdf:about='urn:s'/>d" + after),
       {2, 2, 2, 3},
       "<urn:s> <r:type> <r:Bag> .\n<urn:t> <urn:e:p> \"1\" .\n"},
      {"<a><e:T " + kDeclarations + "/></a>", {1}, ""},
  };
  for (const Case& c : cases) {
    for (const size_t chunk : {size_t{0}, size_t{1}, size_t{7}}) {
      INFO(c.text);
      const auto result =
          ReadAll(c.text, Syntax::kRdfXml, {.recover = true, .chunk = chunk});
      REQUIRE_OK(result.status);
      std::vector<uint64_t> lines;
      for (const SyntaxError& error : result.errors)
        lines.push_back(error.line);
      CHECK(lines == c.error_lines);
      const auto want = ReadAll(Want(c.lines), Syntax::kNTriples);
      INFO(test::Lines(result.quads));
      CHECK(test::AreIsomorphic(result.quads, want.quads));
    }
  }
  // Nothing can be known behind what is not XML.
  const auto result = ReadAll(Document("<e:T rdf:about='x'/><e:T><e:p></e:T>"),
                              Syntax::kRdfXml, {.recover = true});
  CHECK(result.status.code() == absl::StatusCode::kInvalidArgument);
  CHECK(result.errors.size() == 1);
}

TEST_CASE("a status of the receiver ends reading RDF/XML", "[rdf][rdfxml]") {
  const std::string text = Node(
      "<e:p rdf:parseType='Collection'><e:T e:p='1' e:q='2'/><e:T/></e:p>");
  const size_t all = ReadAll(text, Syntax::kRdfXml).quads.size();
  REQUIRE(all == 9);
  for (size_t stop = 0; stop < all; ++stop) {
    size_t seen = 0;
    const absl::Status status =
        ReadText(text, {.syntax = Syntax::kRdfXml}, [&](const Quad&) {
          return seen++ == stop ? absl::AbortedError("stop") : absl::OkStatus();
        });
    CHECK(status.code() == absl::StatusCode::kAborted);
    CHECK(seen == stop + 1);
  }
}

TEST_CASE("RDF/XML comes in several encodings", "[rdf][rdfxml]") {
  const std::string body =
      "<T xmlns='urn:e:' xmlns:r='http://www.w3.org/1999/02/"
      "22-rdf-syntax-ns#' r:about='urn:s'><p>\xE9</p></T>";
  std::string utf8 = body;
  utf8.replace(utf8.find('\xE9'), 1, "\xC3\xA9");
  std::string utf16 = "\xFF\xFE";
  for (const char byte : body) utf16 += {byte, '\0'};
  for (const std::string& text :
       {utf8, "\xEF\xBB\xBF" + utf8,
        "<?xml version='1.0' encoding='ISO-8859-1'?>" + body, utf16}) {
    for (const size_t chunk : {0, 1, 3}) {
      const auto result = ReadAll(text, Syntax::kRdfXml, {.chunk = chunk});
      REQUIRE_OK(result.status);
      REQUIRE(result.quads.size() == 2);
      CHECK(result.quads[1].object.value == "\xC3\xA9");
    }
  }
  CHECK_FALSE(
      ReadAll("<?xml version='1.0' encoding='x'?>" + body, Syntax::kRdfXml)
          .status.ok());
}

}  // namespace skg::rdf
