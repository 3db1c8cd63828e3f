// What hostile RDF/XML asks for: entities, depth, memory.
#include <catch2/catch.hpp>
#include <cstring>
#include <string>

#include "absl/strings/str_cat.h"
#include "rdf/reader.h"
#include "rdf/reading.h"
#include "support/test_support.h"

namespace skg::rdf {
namespace {

using test::ReadAll;
using std::string_literals::operator""s;

const std::string kSpaces =
    "xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns:e='urn:e:'";

// A document with a type in front.
std::string Typed(const std::string& type, const std::string& properties,
                  const std::string& declaration = {}) {
  return declaration + "<!DOCTYPE rdf:RDF " + type + ">\n<rdf:Description " +
         kSpaces + " rdf:about='urn:s'>" + properties + "</rdf:Description>";
}

std::string Objects(const test::ReadResult& result) {
  std::string out;
  for (const Quad& quad : result.quads) out += quad.object.value + ";";
  return out;
}

// Reads what `next` appends, piece by piece, and counts the statements.
absl::Status ReadPieces(const std::function<bool(std::string&)>& next,
                        uint64_t* statements) {
  std::string piece;
  size_t at = 0;
  const ByteSource source = [&](char* buffer,
                                size_t size) -> absl::StatusOr<size_t> {
    while (at == piece.size()) {
      piece.clear();
      at = 0;
      if (!next(piece)) return 0;
    }
    const size_t count = std::min(size, piece.size() - at);
    std::memcpy(buffer, piece.data() + at, count);
    at += count;
    return count;
  };
  return Read(source, {.syntax = Syntax::kRdfXml, .source_name = "test"},
              [&](const Quad&) {
                ++*statements;
                return absl::OkStatus();
              });
}

}  // namespace

TEST_CASE("entities of the internal subset stand for their text",
          "[rdf][rdfxml]") {
  struct Case {
    std::string text;
    const char* objects;  // null: refused
    const char* says;
  };
  const std::string subset = "[<!ENTITY e 'urn:e:'> <!ENTITY f '&e;f'>]";
  const Case cases[] = {
      {Typed(subset, "<e:p rdf:resource='&e;o'/><e:p>&f; &lt;</e:p>"),
       "urn:e:o;urn:e:f <;", ""},
      {Typed("[<!ENTITY x '<e:p>v</e:p>'>]", "&x;&x;"), "v;v;", ""},
      {Typed("[<!ENTITY a '1'><!ENTITY a '2'>]", "<e:p>&a;</e:p>"), "1;", ""},
      {Typed("[<!ATTLIST e:p e:q CDATA 'd'>]", "<e:p/>"), "anon-1;d;", ""},
      {Typed("[]", "<e:p>&x;</e:p>"), nullptr, "not declared"},
      {Typed("[<!ENTITY x '&y;'>]", "<e:p e:q='&x;'/>"), nullptr,
       "not declared"},
      {Typed("[<!ENTITY x '&y;'><!ENTITY y '&x;'>]", "<e:p>&x;</e:p>"), nullptr,
       "recursive"},
      // Nothing else is read, and nothing is taken for empty because of that.
      {Typed("SYSTEM 'x.dtd'", "<e:p>v</e:p>"), "v;", ""},
      {Typed("PUBLIC 'p' 'x.dtd' [<!ENTITY x 'y'>]",
             "<e:p e:q='&x;&amp;&#65;'/>"),
       "anon-1;y&A;", ""},
      {Typed("SYSTEM 'x.dtd'", "<e:p>&x;</e:p>"), nullptr, "not declared"},
      {Typed("SYSTEM 'x.dtd'", "<e:p rdf:resource='&x;o'/>"), nullptr,
       "not declared"},
      {Typed("SYSTEM 'x.dtd' [<!ENTITY x 'a&y;'>]", "<e:p e:q='&x;'/>"),
       nullptr, "not declared"},
      {Typed("SYSTEM 'x.dtd' [<!ATTLIST e:p e:q CDATA '&y;'>]", "<e:p/>"),
       nullptr, "default"},
      {Typed("SYSTEM 'x.dtd'", "<e:p>&x;</e:p>",
             "<?xml version='1.0' standalone='yes'?>"),
       nullptr, "not declared"},
      {Typed("[<!ENTITY x SYSTEM '/etc/hostname'>]", "<e:p>&x;</e:p>"), nullptr,
       "external entity"},
      {Typed("[<!ENTITY x SYSTEM '/etc/hostname'>]", "<e:p e:q='&x;'/>"),
       nullptr, "external entity"},
      {Typed("[<!ENTITY % p \"<!ENTITY x 'y'>\"> %p;]", "<e:p>&x;</e:p>"),
       nullptr, "parameter"},
      {Typed("[<!ENTITY % p SYSTEM 'x.dtd'> %p;]", "<e:p>v</e:p>"), nullptr,
       "parameter"},
  };
  for (const Case& c : cases) {
    for (const size_t chunk : {size_t{0}, size_t{1}, size_t{9}}) {
      INFO(c.text);
      const auto result = ReadAll(c.text, Syntax::kRdfXml, {.chunk = chunk});
      INFO(std::string(result.status.message()));
      if (c.objects != nullptr) {
        REQUIRE_OK(result.status);
        CHECK(Objects(result) == c.objects);
        continue;
      }
      CHECK(result.status.code() == absl::StatusCode::kInvalidArgument);
      CHECK(std::string(result.status.message()).find(c.says) !=
            std::string::npos);
    }
  }
}

TEST_CASE("entities cannot blow a document up", "[rdf][rdfxml]") {
  std::string laughs = "[<!ENTITY a0 'ha'>";
  for (int i = 1; i < 40; ++i) {
    absl::StrAppend(&laughs, "<!ENTITY a", i, " '&a", i - 1, ";&a", i - 1,
                    ";'>");
  }
  laughs += "]";
  std::string wide = "[<!ENTITY a '" + std::string(1 << 20, 'x') + "'>]";
  std::string references;
  for (int i = 0; i < 2000; ++i) references += "&a;";
  std::string chain = "[<!ENTITY a0 'x'>";
  for (int i = 1; i < 100'000; ++i) {
    absl::StrAppend(&chain, "<!ENTITY a", i, " '&a", i - 1, ";'>");
  }
  chain += "]";
  std::string defaults =
      "[<!ATTLIST e:p e:q CDATA '" + std::string(1 << 20, 'x') + "'>]";
  std::string defaulted;
  for (int i = 0; i < 2000; ++i) defaulted += "<e:p/>";
  for (const std::string& text :
       {Typed(laughs, "<e:p>&a39;</e:p>"), Typed(laughs, "<e:p e:q='&a39;'/>"),
        Typed(wide, "<e:p>" + references + "</e:p>"),
        Typed(wide, "<e:p e:q='" + references + "'/>"),
        Typed(chain, "<e:p>&a99999;</e:p>"), Typed(defaults, defaulted)}) {
    INFO(text.substr(0, 100));
    uint64_t bytes = 0;
    const absl::Status status =
        ReadText(text, {.syntax = Syntax::kRdfXml}, [&](const Quad& quad) {
          bytes += TextBytes(quad.object);
          return absl::OkStatus();
        });
    CHECK(status.code() == absl::StatusCode::kResourceExhausted);
    CHECK(bytes < (uint64_t{300} << 20));
  }
}

TEST_CASE("RDF/XML that nests too deep is refused", "[rdf][rdfxml]") {
  struct Case {
    const char* open;
    const char* close;
  };
  const Case cases[] = {
      {"<e:p><rdf:Description>", "</rdf:Description></e:p>"},
      {"<e:p rdf:parseType='Resource'>", "</e:p>"},
      {"<e:p rdf:parseType='Collection'><rdf:Description>",
       "</rdf:Description></e:p>"},
      {"<e:p rdf:parseType='Triple' rdf:version='1.2'><rdf:Description>",
       "</rdf:Description></e:p>"},
  };
  for (const Case& c : cases) {
    for (const int depth : {900, 2100, 100'000}) {
      INFO(c.open << depth);
      std::string text = "<rdf:Description " + kSpaces + ">";
      for (int i = 0; i < depth; ++i) text += c.open;
      text += "<e:p>x</e:p>";
      for (int i = 0; i < depth; ++i) text += c.close;
      text += "</rdf:Description>";
      const auto result = ReadAll(text, Syntax::kRdfXml);
      if (depth == 900) {
        REQUIRE_OK(result.status);
        CHECK_FALSE(result.quads.empty());
        continue;
      }
      CHECK(result.status.code() == absl::StatusCode::kResourceExhausted);
      // What is skipped takes no frames.
      const auto rest = ReadAll(text, Syntax::kRdfXml, {.recover = true});
      REQUIRE_OK(rest.status);
      CHECK_FALSE(rest.errors.empty());
    }
  }
}

TEST_CASE("names of elements that are open are bounded", "[rdf][rdfxml]") {
  // Each level repeats a base of a megabyte.
  std::string text = "<rdf:Description " + kSpaces +
                     " xml:base='urn:" + std::string(1 << 20, 'x') + "'>";
  for (int i = 0; i < 900; ++i) text += "<e:p><rdf:Description rdf:about='#a'>";
  for (int i = 0; i < 900; ++i) text += "</rdf:Description></e:p>";
  text += "</rdf:Description>";
  const absl::Status status =
      ReadText(text, {.syntax = Syntax::kRdfXml},
               [](const Quad&) { return absl::OkStatus(); });
  CHECK(status.code() == absl::StatusCode::kResourceExhausted);
}

TEST_CASE("long documents and long terms of RDF/XML are read as they come",
          "[rdf][rdfxml][slow]") {
  const std::string open =
      "<rdf:Description " + kSpaces + " rdf:about='urn:s'>";
  struct Case {
    const char* name;
    std::string first, last;
    size_t filling;  // bytes between
    absl::StatusCode code;
    uint64_t statements;
  };
  const size_t limit = size_t{64} << 20;
  const absl::StatusCode ok = absl::StatusCode::kOk;
  const absl::StatusCode invalid = absl::StatusCode::kInvalidArgument;
  const absl::StatusCode exhausted = absl::StatusCode::kResourceExhausted;
  const Case cases[] = {
      {"text", "<e:p>", "</e:p>", limit, ok, 1},
      {"too long text", "<e:p>", "</e:p>", limit + 1, invalid, 0},
      {"attribute", "<e:p e:q='", "'/>", limit, ok, 2},
      {"too long attribute", "<e:p e:q='", "'/>", limit + 1, invalid, 1},
      {"literal", "<e:p rdf:parseType='Literal'>", "</e:p>", limit, ok, 1},
      {"too long literal", "<e:p rdf:parseType='Literal'>", "</e:p>", limit + 1,
       invalid, 0},
      {"tag without end", "<e:p e:q='", "", 5 * limit, exhausted, 0},
      {"comment", "<!--", "-->", 5 * limit, exhausted, 0},
  };
  for (const Case& c : cases) {
    INFO(c.name);
    int step = 0;
    size_t left = c.filling;
    uint64_t statements = 0;
    const absl::Status status = ReadPieces(
        [&](std::string& piece) {
          if (step == 0) piece = open + c.first;
          if (step == 1) piece = c.last + "</rdf:Description>";
          if (step == 0 || left == 0) return step++ < 2;
          const size_t size = std::min(left, size_t{1} << 16);
          piece.assign(size, 'x');
          left -= size;
          return true;
        },
        &statements);
    INFO(std::string(status.message()));
    CHECK(status.code() == c.code);
    CHECK(statements == c.statements);
  }
}

}  // namespace skg::rdf
