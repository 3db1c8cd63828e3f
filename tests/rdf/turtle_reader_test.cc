#include <catch2/catch.hpp>
#include <string>

#include "rdf/isomorphism.h"
#include "rdf/reader.h"
#include "rdf/reading.h"
#include "support/test_support.h"

namespace skg::rdf {
namespace {

using test::ReadAll;
using std::string_literals::operator""s;

// Reads both and compares up to blank node labels.
void CheckSame(const std::string& text, Syntax syntax,
               const std::string& lines) {
  INFO(text);
  const auto got = ReadAll(text, syntax);
  const auto want = ReadAll(lines, Syntax::kNQuads);
  REQUIRE_OK(got.status);
  REQUIRE_OK(want.status);
  INFO(test::Lines(got.quads));
  CHECK(test::AreIsomorphic(got.quads, want.quads));
}

const std::string kPrefixes = "PREFIX : <urn:>\n@prefix r: <urn:r/> .\n";
const std::string kRdf = "http://www.w3.org/1999/02/22-rdf-syntax-ns#";

}  // namespace

TEST_CASE("Turtle statements become triples", "[rdf]") {
  struct Case {
    const char* turtle;
    std::string lines;
  };
  const Case cases[] = {
      {":s a r:T, :U ; :p :o ; .",
       "<urn:s> <" + kRdf + "type> <urn:r/T> .\n<urn:s> <" + kRdf +
           "type> <urn:U> .\n<urn:s> <urn:p> <urn:o> .\n"},
      {":s :p 1, -1.50, 2e0, true.",
       "<urn:s> <urn:p> \"1\"^^<http://www.w3.org/2001/XMLSchema#integer> .\n"
       "<urn:s> <urn:p> \"-1.50\"^^<http://www.w3.org/2001/XMLSchema#decimal> "
       ".\n"
       "<urn:s> <urn:p> \"2e0\"^^<http://www.w3.org/2001/XMLSchema#double> .\n"
       "<urn:s> <urn:p> \"true\"^^<http://www.w3.org/2001/XMLSchema#boolean> "
       ".\n"},
      {":s :p '''a\n'b''\\t''', \"\"\"\"x\"\"\"@en--ltr, ''^^r:t .",
       "<urn:s> <urn:p> \"a\\n'b''\\t\" .\n<urn:s> <urn:p> \"\\\"x\"@en--ltr "
       ".\n"
       "<urn:s> <urn:p> \"\"^^<urn:r/t> .\n"},
      {":s :p [ :q [] ; :r ( ) ] .",
       "<urn:s> <urn:p> _:a .\n_:a <urn:q> _:b .\n_:a <urn:r> <" + kRdf +
           "nil> .\n"},
      {"[ :p :o ] .", "_:a <urn:p> <urn:o> .\n"},
      {"[ :p :o ] :q _:x .", "_:a <urn:p> <urn:o> .\n_:a <urn:q> _:x .\n"},
      {"(1 [ :p :o ]) :q () .",
       "_:a <" + kRdf +
           "first> \"1\"^^<http://www.w3.org/2001/XMLSchema#integer> .\n_:a <" +
           kRdf + "rest> _:b .\n_:b <" + kRdf +
           "first> _:c .\n_:c <urn:p> <urn:o> .\n_:b <" + kRdf + "rest> <" +
           kRdf + "nil> .\n_:a <urn:q> <" + kRdf + "nil> .\n"},
      {"r:a\\,b%20c\\%.d.e :p :: .",
       "<urn:r/a,b%20c%.d.e> <urn:p> <urn::> .\n"},
      {"@base <http://h/a/b> . <c> <#d> <?e> . BASE <../f/> <g> :p <> .",
       "<http://h/a/c> <http://h/a/b#d> <http://h/a/b?e> .\n<http://h/f/g> "
       "<urn:p> <http://h/f/> .\n"},
      {"PREFIX : <urn:new/> :s :p :o .",
       "<urn:new/s> <urn:new/p> <urn:new/o> .\n"},
      {":s :p <\\u00e9:\\U0001F600> .", ""},
      {":s :p <urn:\\u00e9\\U0001F600> .",
       "<urn:s> <urn:p> <urn:\xC3\xA9\xF0\x9F\x98\x80> .\n"},
      // RDF 1.2
      {":s :p :o ~ :r {| :q :z |} .",
       "<urn:s> <urn:p> <urn:o> .\n<urn:r> <" + kRdf +
           "reifies> <<( <urn:s> <urn:p> <urn:o> )>> .\n<urn:r> <urn:q> "
           "<urn:z> .\n"},
      {"<< :s :p << _:a :q 'x' ~ :i >> >> :t <<( :s :p true )>> .",
       "<urn:i> <" + kRdf + "reifies> <<( _:a <urn:q> \"x\" )>> .\n_:r <" +
           kRdf +
           "reifies> <<( <urn:s> <urn:p> <urn:i> )>> .\n"
           "_:r <urn:t> <<( <urn:s> <urn:p> "
           "\"true\"^^<http://www.w3.org/2001/XMLSchema#boolean> )>> .\n"},
  };
  for (const Case& c : cases) {
    if (c.lines.empty()) {
      CHECK_FALSE(ReadAll(kPrefixes + c.turtle, Syntax::kTurtle).status.ok());
      continue;
    }
    CheckSame(kPrefixes + c.turtle, Syntax::kTurtle, c.lines);
    CheckSame(kPrefixes + c.turtle, Syntax::kTriG, c.lines);
  }
}

TEST_CASE("TriG blocks name graphs", "[rdf]") {
  CheckSame(
      kPrefixes +
          "{ :a :p :o } :g { :b :p :o . :c :p :o . } GRAPH _:x {} "
          "GRAPH :h { [ :p :o ] } [] { :d :p :o } :e :p :o . _:x { :f :p _:x }",
      Syntax::kTriG,
      "<urn:a> <urn:p> <urn:o> .\n<urn:b> <urn:p> <urn:o> <urn:g> .\n"
      "<urn:c> <urn:p> <urn:o> <urn:g> .\n_:n <urn:p> <urn:o> <urn:h> .\n"
      "<urn:d> <urn:p> <urn:o> _:m .\n<urn:e> <urn:p> <urn:o> .\n<urn:f> "
      "<urn:p> _:x _:x .\n");
}

TEST_CASE("generated labels differ from those of the document", "[rdf]") {
  const auto result = ReadAll(kPrefixes +
                                  "_:anon-1 :p [] . _:anon-doc-1 :p [] . "
                                  "_:anon-doc-doc-1 :p _:anon-2 .",
                              Syntax::kTurtle);
  REQUIRE_OK(result.status);
  CheckSame(kPrefixes +
                "_:anon-1 :p [] . _:anon-doc-1 :p [] . _:anon-doc-doc-1 :p "
                "_:anon-2 .",
            Syntax::kTurtle,
            "_:a <urn:p> _:b .\n_:c <urn:p> _:d .\n_:e <urn:p> _:f .\n");
}

TEST_CASE("malformed Turtle is named by line and column", "[rdf]") {
  struct Case {
    Syntax syntax;
    std::string text;
    const char* place;
    const char* says;
  };
  const Syntax turtle = Syntax::kTurtle;
  const Syntax trig = Syntax::kTriG;
  const Case cases[] = {
      {turtle, ":s :p :o .", "1:1", "not declared"},
      {turtle, "\r\n\r\n  <urn:s> <urn:p> <o> .", "3:19", "no base"},
      {turtle, "<urn:s> <urn:p> <urn:o>", "1:24", "end of the input"},
      {turtle, "<urn:s> <urn:p> .", "1:17", "object"},
      {turtle, "<urn:s> a a .", "1:11", "'a'"},
      {turtle, "<urn:s> \"p\" 1 .", "1:9", "predicate"},
      {turtle, "<urn:s> a 1 , .", "1:15", "object"},
      {turtle, "<urn:s> a [ a 1 .", "1:17", "']'"},
      {turtle, "<urn:s> a ( 1 .", "1:15", "object"},
      {turtle, "<urn:s> a 'x\ny' .", "1:11", "three quotes"},
      {turtle, "<urn:s> a '''x\ny' .", "1:11", "closing three quotes"},
      {turtle, "<urn:s> a 'x\\y' .", "1:13", "unknown escape"},
      {turtle, "<urn:s> a '\xC3(' .", "1:12", "UTF-8"},
      {turtle, "<urn:s> a \xFF .", "1:11", "byte 0xff"},
      {turtle, "<urn:s> a \0 ."s, "1:11", "byte 0x00"},
      {turtle, "<urn:s> a <urn:\0> ."s, "1:16", "byte 0x00"},
      {turtle, "<urn:s> a 'x'@waytoolongtag .", "1:15", "1 to 8"},
      {turtle, "<urn:s> a 'x'@ .", "1:15", "language tag"},
      {turtle, "<urn:s> a 'x'^^1 .", "1:16", "datatype"},
      {turtle, "@PREFIX x: <urn:> .", "1:1", "lower case"},
      {turtle, "@prefix x <urn:> .", "1:9", "prefix"},
      {turtle, "PREFIX x: <urn:> . ", "1:18", "subject"},
      {turtle, "{ <urn:s> a 1 }", "1:1", "subject"},
      {turtle, "<urn:s> a _:-x .", "1:11", "blank node label"},
      {turtle, "<urn:s> a +x .", "1:11", "digits"},
      {turtle, "@prefix x: <urn:> . x:a%4 a 1 .", "1:24", "hexadecimal"},
      {turtle, "@prefix x: <urn:> . x:a\\b a 1 .", "1:24", "backslash"},
      {turtle, "<urn:s> a << <urn:s> a 1 .", "1:26", "'>>'"},
      {turtle, "<urn:s> a 1 {| |} .", "1:16", "predicate"},
      {trig, "<urn:g> { <urn:s> a 1", "1:22", "'.' or '}'"},
      {trig, "<urn:g> { <urn:s> a 1 .", "1:24", "'}'"},
      {trig, "<urn:g> { PREFIX x: <urn:> }", "1:11", "'PREFIX'"},
      {trig, "GRAPH <urn:g> <urn:s> a 1 .", "1:15", "'{'"},
      {trig, "GRAPH [ a 1 ] { }", "1:9", "empty []"},
      {trig, "<urn:g> { { <urn:s> a 1 } }", "1:11", "subject"},
      {trig, "}", "1:1", "subject"},
  };
  for (const Case& c : cases) {
    for (const size_t chunk : {size_t{0}, size_t{1}}) {
      INFO(c.text);
      const auto result = ReadAll(c.text, c.syntax, {.chunk = chunk});
      REQUIRE(result.status.code() == absl::StatusCode::kInvalidArgument);
      const std::string message(result.status.message());
      INFO(message);
      CHECK(message.find("test:"s + c.place + ": ") == 0);
      CHECK(message.find(c.says) != std::string::npos);
    }
  }
}

TEST_CASE("reading goes on behind a malformed statement if it is told to",
          "[rdf]") {
  struct Case {
    Syntax syntax;
    const char* name;
    std::string text;
    std::vector<uint64_t> error_lines;
    std::string want;  // subjects read
  };
  const Case cases[] = {
      {Syntax::kTurtle,
       "unknown prefix",
       "<urn:1> a 1 .\nx:y a 1 .\n<urn:2> a 1 .",
       {2},
       "12"},
      {Syntax::kTurtle,
       "dots that end nothing",
       "x:a.b <urn:c.d> 1.5 , 'e. f' , \"\"\"g. \n h.\"\"\" # i.\n . <urn:2> a "
       "1 .",
       {1},
       "2"},
      {Syntax::kTurtle,
       "open string",
       "<urn:1> a 'x .\n<urn:2> a 1 .\n<urn:3> a 1 .",
       {1},
       "3"},
      {Syntax::kTurtle,
       "error at the dot",
       "<urn:1> a .<urn:2> a 1 .",
       {1},
       "2"},
      {Syntax::kTurtle,
       "braces",
       "<urn:g> { <urn:1> a 1 . <urn:2> a 2 . }\n<urn:3> a 1 .",
       {1},
       "3"},
      {Syntax::kTurtle,
       "inside brackets",
       "<urn:1> a [ a ; ; a ?x . ] .\n<urn:2> a 1 .",
       {1, 1},
       "12"},
      {Syntax::kTurtle,
       "directive",
       "@prefix x <urn:> .\n<urn:2> a 1 .",
       {1},
       "2"},
      {Syntax::kTurtle,
       "several",
       "? .\n! .\n<urn:1> a 1 .\n; .\n<urn:2> a 1 .",
       {1, 2, 4},
       "12"},
      {Syntax::kTurtle, "at the end", "<urn:1> a 1 .\n<urn:2>", {2}, "1"},
      {Syntax::kTriG,
       "in a graph",
       "<urn:g> { <urn:1> a 1 . x:y a 1 . <urn:2> a 1 }\n<urn:3> a 1 .",
       {1},
       "123"},
      {Syntax::kTriG,
       "last in a graph",
       "<urn:g> { <urn:1> a 1 . x:y }\n<urn:3> a 1 .",
       {1},
       "13"},
      {Syntax::kTriG,
       "name of a graph",
       "x:g { <urn:1> a 1 . <urn:2> a 1 . }\n<urn:3> a 1 .",
       {1},
       "3"},
      {Syntax::kTriG,
       "a graph keyword",
       "GRAPH <urn:g> ; .\n<urn:3> a 1 .",
       {1},
       "3"},
  };
  for (const Case& c : cases) {
    for (const size_t chunk : {size_t{0}, size_t{1}, size_t{7}}) {
      INFO(c.name << " " << chunk);
      const auto result =
          ReadAll(c.text, c.syntax, {.recover = true, .chunk = chunk});
      REQUIRE_OK(result.status);
      std::string subjects;
      for (const Quad& quad : result.quads) {
        if (quad.subject.kind == TermKind::kIri &&
            (subjects.empty() ||
             subjects.back() != quad.subject.value.back())) {
          subjects += quad.subject.value.back();
        }
        // What stands outside the block is in the default graph.
        if (quad.subject.value == "urn:3") CHECK(quad.in_default_graph());
      }
      CHECK(subjects == c.want);
      std::vector<uint64_t> lines;
      for (const SyntaxError& error : result.errors)
        lines.push_back(error.line);
      CHECK(lines == c.error_lines);
    }
  }
}

TEST_CASE("what nests too deep is refused, whatever it is", "[rdf]") {
  struct Case {
    const char* open;
    const char* middle;
    const char* close;
  };
  const Case cases[] = {
      {"[ a ", "1", " ]"},           {"( ", "1", " )"},
      {"<< <urn:s> a ", "1", " >>"}, {"<<( <urn:s> a ", "1", " )>>"},
      {"1 {| a ", "1", " |}"},       {"([ a ", "1", " ])"},
  };
  for (const Case& c : cases) {
    for (const int depth : {400, 1001, 200'000}) {
      INFO(c.open << " " << depth);
      std::string text = "<urn:s> a ";
      for (int i = 0; i < depth; ++i) text += c.open;
      text += c.middle;
      for (int i = 0; i < depth; ++i) text += c.close;
      text += " .";
      const auto result = ReadAll(text, Syntax::kTurtle);
      if (depth == 400) {
        REQUIRE_OK(result.status);
      } else {
        CHECK(result.status.code() == absl::StatusCode::kResourceExhausted);
      }
    }
  }
}

TEST_CASE("a base that is no IRI is refused", "[rdf]") {
  for (const char* base : {"x", "urn:a b"}) {
    const absl::Status status =
        ReadText("", {.syntax = Syntax::kTurtle, .base_iri = base},
                 [](const Quad&) { return absl::OkStatus(); });
    CHECK(status.code() == absl::StatusCode::kInvalidArgument);
  }
}

}  // namespace skg::rdf
