// Updates.
#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "query/algebra_text.h"
#include "sparql/translate.h"
#include "support/test_support.h"

namespace skg::sparql::test {
namespace {

using query::GraphTarget;

query::Update Parse(const std::string& text) {
  auto parsed = ParseUpdate(text, Options());
  REQUIRE_OK(parsed);
  return *std::move(parsed);
}

std::string Text(const std::vector<query::QuadPattern>& quads,
                 const query::VariableTable& variables) {
  std::string text;
  for (const query::QuadPattern& quad : quads) {
    if (!text.empty()) text += " ";
    if (quad.graph)
      text += query::PatternTermText(*quad.graph, variables) + ": ";
    for (const auto* term :
         {&quad.triple.subject, &quad.triple.predicate, &quad.triple.object}) {
      text += query::PatternTermText(*term, variables) + " ";
    }
    text += ".";
  }
  return Shorten(text);
}

std::string Where(const query::Update& update, size_t i) {
  const auto& modify = std::get<query::Modify>(update.operations[i]);
  return Shorten(query::AlgebraText(*modify.where, update.variables));
}

}  // namespace

TEST_CASE("data", "[sparql]") {
  const query::Update update = Parse(
      "INSERT DATA { :s :p 1 , [ :q _:a ] GRAPH :g { _:a :p ( 2 ) } :s :p <<( "
      "_:a :b :c )>> . GRAPH <h> { } . } ; DELETE DATA { GRAPH :g { :s :p 'x' "
      "~ :r } }");
  REQUIRE(update.operations.size() == 2);
  CHECK(Text(std::get<query::InsertData>(update.operations[0]).quads,
             update.variables) ==
        ":s :p 1 . _:anon-1 :q _:a . :s :p _:anon-1 . :g: _:anon-2 rdf:first 2 "
        ". :g: _:anon-2 rdf:rest rdf:nil . :g: _:a :p _:anon-2 . :s :p <<( "
        "_:a :b :c )>> .");
  CHECK(Text(std::get<query::DeleteData>(update.operations[1]).quads,
             update.variables) ==
        ":g: :s :p \"x\" . :g: :r rdf:reifies <<( :s :p \"x\" )>> .");
}

TEST_CASE("templates and WHERE", "[sparql]") {
  const query::Update update = Parse(
      "WITH :w DELETE { ?s ?p 1 } INSERT { GRAPH ?g { ?s :p _:b } } USING :u "
      "USING NAMED :n WHERE { ?s ?p _:b GRAPH ?g { } } ;"
      "BASE <http://other/> INSERT { ?s :p <x> } WHERE { ?s :q 1 } ;"
      "DELETE { ?s :p 2 } WHERE { } ;"
      "DELETE WHERE { ?s :p 3 . ?s :p 4 GRAPH ?g { ?s :p 5 . ?s :p 6 } GRAPH "
      ":h { ?s :p 7 } }");
  REQUIRE(update.operations.size() == 4);
  const auto& both = std::get<query::Modify>(update.operations[0]);
  CHECK(both.with == "urn:x:w");
  CHECK(Text(both.remove, update.variables) == "?s ?p 1 .");
  CHECK(Text(both.insert, update.variables) == "?g: ?s :p _:b .");
  CHECK(both.usings.default_graphs ==
        std::vector<rdf::Term>{rdf::Term::Iri("urn:x:u")});
  CHECK(both.usings.named_graphs ==
        std::vector<rdf::Term>{rdf::Term::Iri("urn:x:n")});
  CHECK(Where(update, 0) ==
        "(join (bgp (triple ?s ?p ?.b1)) (graph ?g (bgp)))");
  CHECK(both.base_iri == "http://example.org/dir/file");

  const auto& insert = std::get<query::Modify>(update.operations[1]);
  CHECK(Text(insert.insert, update.variables) == "?s :p <http://other/x> .");
  CHECK_FALSE(insert.with.has_value());
  CHECK(insert.remove.empty());
  CHECK(insert.base_iri == "http://other/");
  CHECK(Where(update, 2) == "(bgp)");

  const auto& short_form = std::get<query::Modify>(update.operations[3]);
  CHECK(Text(short_form.remove, update.variables) ==
        "?s :p 3 . ?s :p 4 . ?g: ?s :p 5 . ?g: ?s :p 6 . :h: ?s :p 7 .");
  CHECK(short_form.insert.empty());
  CHECK(Where(update, 3) ==
        "(join (bgp (triple ?s :p 3) (triple ?s :p 4)) (graph ?g (bgp (triple "
        "?s :p 5) (triple ?s :p 6))) (graph :h (bgp (triple ?s :p 7))))");
}

TEST_CASE("operations on graphs", "[sparql]") {
  const query::Update update = Parse(
      "LOAD SILENT <doc> INTO GRAPH :g ; LOAD <doc> ; CLEAR GRAPH :g ; CLEAR "
      "SILENT DEFAULT ; DROP NAMED ; DROP SILENT ALL ; CREATE SILENT GRAPH :g "
      "; ADD :a TO DEFAULT ; MOVE SILENT DEFAULT TO GRAPH :b ; COPY GRAPH :a "
      "TO :b ;");
  REQUIRE(update.operations.size() == 10);
  const auto& load = std::get<query::LoadDocument>(update.operations[0]);
  CHECK(load.silent);
  CHECK(load.source == "http://example.org/dir/doc");
  CHECK(load.into.kind == GraphTarget::Kind::kNamed);
  CHECK(load.into.iri == "urn:x:g");
  CHECK(std::get<query::LoadDocument>(update.operations[1]).into.kind ==
        GraphTarget::Kind::kDefault);
  const auto& clear = std::get<query::Clear>(update.operations[2]);
  CHECK(clear.target.iri == "urn:x:g");
  CHECK_FALSE(clear.silent);
  CHECK(std::get<query::Clear>(update.operations[3]).silent);
  CHECK(std::get<query::Clear>(update.operations[3]).target.kind ==
        GraphTarget::Kind::kDefault);
  CHECK(std::get<query::Drop>(update.operations[4]).target.kind ==
        GraphTarget::Kind::kAllNamed);
  CHECK(std::get<query::Drop>(update.operations[5]).target.kind ==
        GraphTarget::Kind::kAll);
  CHECK(std::get<query::Drop>(update.operations[5]).silent);
  CHECK(std::get<query::Create>(update.operations[6]).iri == "urn:x:g");
  using Kind = query::Transfer::Kind;
  const auto& add = std::get<query::Transfer>(update.operations[7]);
  CHECK(add.kind == Kind::kAdd);
  CHECK(add.from.iri == "urn:x:a");
  CHECK(add.to.kind == GraphTarget::Kind::kDefault);
  const auto& move = std::get<query::Transfer>(update.operations[8]);
  CHECK(move.kind == Kind::kMove);
  CHECK(move.silent);
  CHECK(move.from.kind == GraphTarget::Kind::kDefault);
  CHECK(move.to.iri == "urn:x:b");
  CHECK(std::get<query::Transfer>(update.operations[9]).kind == Kind::kCopy);
}

TEST_CASE("an update may be empty", "[sparql]") {
  for (const char* text : {"", " # nothing\n", "BASE <http://a/>",
                           "PREFIX a: <urn:a> VERSION '1.1'"}) {
    CHECK(Parse(text).operations.empty());
  }
}

}  // namespace skg::sparql::test
