// Reading N-Triples and N-Quads, and what all four readers share.
#include "rdf/reader.h"

#include <catch2/catch.hpp>
#include <string>

#include "rdf/line_parser.h"
#include "rdf/reading.h"
#include "support/test_support.h"

namespace skg::rdf {
namespace {

using test::ReadAll;
using std::string_literals::operator""s;

constexpr Syntax kAllSyntaxes[] = {Syntax::kNTriples, Syntax::kNQuads,
                                   Syntax::kTurtle, Syntax::kTriG};

std::string Message(const absl::Status& status) {
  return std::string(status.message());
}

}  // namespace

TEST_CASE("N-Triples lines become triples", "[rdf]") {
  const auto result = ReadAll(
      "\xEF\xBB\xBF# a comment\r\n"
      "<urn:s><urn:p>_:o.\n"
      "\t _:s.x <urn:p> \"a \\\"b\\\" \\u00E9\\U0001F600 \xC3\xA9\"@EN-gb .# "
      "end\r"
      "<urn:s> <urn:p> \"1\" ^^ <http://www.w3.org/2001/XMLSchema#string> .\n"
      "VERSION \"1.2\" # directive\n"
      "\n"
      "<urn:s> <urn:p> <<( _:a <urn:p> <<( _:b <urn:p> \"x\"@ar--rtl )>> )>> .",
      Syntax::kNTriples);
  REQUIRE_OK(result.status);
  CHECK(test::Lines(result.quads) ==
        "<urn:s> <urn:p> _:o .\n"
        "_:s.x <urn:p> \"a \\\"b\\\" \xC3\xA9\xF0\x9F\x98\x80 \xC3\xA9\"@en-gb "
        ".\n"
        "<urn:s> <urn:p> \"1\" .\n"
        "<urn:s> <urn:p> <<( _:a <urn:p> <<( _:b <urn:p> \"x\"@ar--rtl )>> )>> "
        ".\n");
}

TEST_CASE("N-Quads lines may name a graph", "[rdf]") {
  const auto result = ReadAll(
      "<urn:s> <urn:p> <urn:o> .\n<urn:s> <urn:p> \"o\" <urn:g> .\n<urn:s> "
      "<urn:p> _:o _:g.\n",
      Syntax::kNQuads);
  REQUIRE_OK(result.status);
  REQUIRE(result.quads.size() == 3);
  CHECK(result.quads[0].in_default_graph());
  CHECK(result.quads[1].graph == Term::Iri("urn:g"));
  CHECK(result.quads[2].graph == Term::BlankNode("g"));
}

TEST_CASE("a malformed line is named by line and column", "[rdf]") {
  struct Case {
    Syntax syntax;
    std::string text;
    const char* place;
    const char* says;
  };
  const Case cases[] = {
      {Syntax::kNTriples, "<urn:s> <urn:p> <urn:o>", "1:24", "expected '.'"},
      {Syntax::kNTriples, "\n\r\n\r<urn:s> <urn:p> x .", "4:17", "found 'x'"},
      {Syntax::kNTriples, "<urn:s> <urn:p> <urn:o> <urn:g> .", "1:25",
       "expected '.'"},
      {Syntax::kNTriples, "<urn:s> <urn:p> <urn:o> . <urn:s>", "1:27",
       "end of the line"},
      {Syntax::kNTriples, "<urn:s> <urn:p> \"a\nb\" .", "1:17", "no closing"},
      {Syntax::kNTriples, "<urn:s> <urn:p> \"a\\\nb\" .", "1:17", "no closing"},
      {Syntax::kNTriples, "<urn:s> _:p <urn:o> .", "1:9", "predicate"},
      {Syntax::kNTriples, "\"s\" <urn:p> <urn:o> .", "1:1", "expected <IRI>"},
      {Syntax::kNTriples, "<s> <urn:p> <urn:o> .", "1:2", "relative"},
      {Syntax::kNTriples, "<urn:s> <urn:p> \"a\\x\" .", "1:19",
       "unknown escape"},
      {Syntax::kNTriples, "<urn:s> <urn:p> \"a\xFF\" .", "1:19",
       "0xff is not UTF-8"},
      {Syntax::kNTriples, "<urn:\0> <urn:p> <urn:o> ."s, "1:6", "byte 0x00"},
      {Syntax::kNTriples, "\0"s, "1:1", "byte 0x00"},
      {Syntax::kNTriples, "<urn:s> <urn:p> \"a\"@en--LTR .", "1:23", "--ltr"},
      {Syntax::kNTriples, "VERSION 1.2", "1:9", "version"},
      {Syntax::kNQuads, "<urn:s> <urn:p> <urn:o> \"g\" .", "1:25",
       "expected '.'"},
      {Syntax::kNQuads, "<urn:s> <urn:p> <urn:o> <urn:g> <urn:h> .", "1:33",
       "expected '.'"},
      {Syntax::kNQuads, "<urn:s> <urn:p> <urn:o> <<( _:s <urn:p> _:o )>> .",
       "1:25", "only as an object"},
  };
  for (const Case& c : cases) {
    INFO(c.text);
    const auto result = ReadAll(c.text, c.syntax);
    REQUIRE(result.status.code() == absl::StatusCode::kInvalidArgument);
    INFO(Message(result.status));
    CHECK(Message(result.status).find("test:"s + c.place + ": ") == 0);
    CHECK(Message(result.status).find(c.says) != std::string::npos);
  }
}

TEST_CASE("line reading goes on behind a malformed line if it is told to",
          "[rdf]") {
  const auto result = ReadAll(
      "<urn:1> <urn:p> <urn:o> .\nwhat\n<urn:2> <urn:p> \"\\q\" .\r<urn:3> "
      "<urn:p> <urn:o> .\n"
      "<urn:4> <urn:p> <urn:o> . junk\r\n<urn:5> <urn:p> <urn:o> .",
      Syntax::kNTriples, {.recover = true});
  REQUIRE_OK(result.status);
  CHECK(test::Lines(result.quads) ==
        "<urn:1> <urn:p> <urn:o> .\n<urn:3> <urn:p> <urn:o> .\n<urn:5> <urn:p> "
        "<urn:o> .\n");
  REQUIRE(result.errors.size() == 3);
  CHECK(result.errors[0].line == 2);
  CHECK(result.errors[0].column == 1);
  CHECK(result.errors[1].line == 3);
  CHECK(result.errors[2].line == 5);
  CHECK(result.errors[2].column == 27);
}

TEST_CASE("on_error can end the reading", "[rdf]") {
  for (const Syntax syntax : kAllSyntaxes) {
    int calls = 0;
    const absl::Status status =
        ReadText("? .\n? .\n? .\n",
                 {.syntax = syntax,
                  .source_name = "f.x",
                  .on_error = [&](const SyntaxError&) { return ++calls < 2; }},
                 [](const Quad&) { return absl::OkStatus(); });
    CHECK(status.code() == absl::StatusCode::kInvalidArgument);
    CHECK(Message(status).find("f.x:2:1: ") == 0);
    CHECK(calls == 2);
  }
}

TEST_CASE("a status of the source or of the consumer ends the reading",
          "[rdf]") {
  for (const Syntax syntax : kAllSyntaxes) {
    const absl::Status from_quad = ReadText(
        "<urn:s> <urn:p> <urn:o> .\n", {.syntax = syntax},
        [](const Quad&) { return absl::ResourceExhaustedError("enough"); });
    CHECK(Message(from_quad) == "enough");

    // The source fails after some bytes, recovery or not.
    int calls = 0;
    const ByteSource source = [&](char* buffer,
                                  size_t) -> absl::StatusOr<size_t> {
      if (calls++ > 0) return absl::DataLossError("disk");
      *buffer = '<';
      return size_t{1};
    };
    const absl::Status from_source = Read(
        source,
        {.syntax = syntax, .on_error = [](const SyntaxError&) { return true; }},
        [](const Quad&) { return absl::OkStatus(); });
    CHECK(Message(from_source) == "disk");
  }
}

TEST_CASE("lines that end with CR alone need no large window", "[rdf]") {
  std::string text;
  for (int i = 0; i < 1000; ++i) text += "<urn:s> <urn:p> <urn:o> .\r";
  const auto result = ReadAll(text + "<urn:s> <urn:p> .\r", Syntax::kNTriples,
                              {.recover = true, .chunk = 1});
  REQUIRE_OK(result.status);
  CHECK(result.quads.size() == 1000);
  REQUIRE(result.errors.size() == 1);
  CHECK(result.errors[0].line == 1001);
}

TEST_CASE("empty inputs hold nothing", "[rdf]") {
  for (const Syntax syntax : kAllSyntaxes) {
    for (const char* text :
         {"", "\n", "  \r\n\t", "# comment", "# comment\n", "\xEF\xBB\xBF"}) {
      for (const size_t chunk : {size_t{0}, size_t{1}}) {
        const auto result = ReadAll(text, syntax, {.chunk = chunk});
        REQUIRE_OK(result.status);
        CHECK(result.quads.empty());
      }
    }
  }
}

TEST_CASE("a term of 64 MiB is read, a longer one is an error", "[rdf][slow]") {
  const size_t limit = size_t{64} << 20;
  const std::string fits =
      "<urn:s> <urn:p> \"" + std::string(limit, 'x') + "\" .\n";
  const std::string too_long =
      "<urn:s> <urn:p> \"" + std::string(limit + 1, 'x') + "\" .\n";
  const std::string behind = "<urn:a> <urn:b> <urn:c> .\n";
  for (const Syntax syntax : {Syntax::kNTriples, Syntax::kTriG}) {
    for (const size_t chunk : {size_t{0}, size_t{1} << 16}) {
      const auto good = ReadAll(fits, syntax, {.chunk = chunk});
      REQUIRE_OK(good.status);
      REQUIRE(good.quads.size() == 1);
      CHECK(good.quads[0].object.value.size() == limit);
      const auto bad =
          ReadAll(too_long + behind, syntax, {.recover = true, .chunk = chunk});
      REQUIRE_OK(bad.status);
      REQUIRE(bad.errors.size() == 1);
      CHECK(bad.errors[0].message.find("64 MiB") != std::string::npos);
      CHECK(test::Lines(bad.quads) == behind);
    }
  }
}

TEST_CASE("a comment may be longer than any buffer", "[rdf]") {
  // The window stays small: it would double for a token of this size.
  const std::string text =
      "#" + std::string(1 << 20, '#') + "\n<urn:s> <urn:p> <urn:o> .\n";
  for (const Syntax syntax : kAllSyntaxes) {
    const auto result = ReadAll(text, syntax, {.chunk = 64});
    REQUIRE_OK(result.status);
    CHECK(result.quads.size() == 1);
  }
}

TEST_CASE("triple terms nest 1000 deep and no deeper", "[rdf]") {
  const auto nested = [](int depth) {
    std::string text = "<urn:s> <urn:p> ";
    for (int i = 0; i < depth; ++i) text += "<<( <urn:s> <urn:p> ";
    text += "<urn:o> ";
    for (int i = 0; i < depth; ++i) text += ")>> ";
    return text + ".\n";
  };
  for (const Syntax syntax : kAllSyntaxes) {
    const auto good = ReadAll(nested(1000), syntax);
    REQUIRE_OK(good.status);
    CHECK(good.quads.size() == 1);
    for (const int depth : {1001, 100'000}) {
      const auto bad = ReadAll(nested(depth), syntax);
      CHECK(bad.status.code() == absl::StatusCode::kResourceExhausted);
      CHECK(Message(bad.status).find("1000") != std::string::npos);
    }
  }
}

TEST_CASE("lines parse one by one, and a quad's memory leaves no trace",
          "[rdf]") {
  std::string_view text =
      "<urn:s> <urn:p> \"a\"@en--ltr <urn:g> .\r\n\n_:s <urn:p> \"b\" .";
  Quad quad;
  LexicalError error;
  REQUIRE(ParseLine(text, true, quad, error) == LineContent::kStatement);
  CHECK(quad.object == Term::LanguageString("a", "en", Direction::kLtr));
  REQUIRE(ParseLine(text, true, quad, error) == LineContent::kNothing);
  REQUIRE(ParseLine(text, true, quad, error) == LineContent::kNothing);
  REQUIRE(ParseLine(text, true, quad, error) == LineContent::kStatement);
  CHECK(quad == Quad{Term::BlankNode("s"), Term::Iri("urn:p"),
                     Term::Literal("b"), Term()});
  CHECK(text.empty());
}

}  // namespace skg::rdf
