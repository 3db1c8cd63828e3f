// The dictionary: a bijection for terms of every kind and size.
#include "storage/store_fixture.h"

namespace skg::storage::test {
namespace {

std::vector<rdf::Term> SampleTerms() {
  std::vector<rdf::Term> terms = {
      Name("a"),
      rdf::Term::Iri("http://example.org/" + std::string(60, 'x')),
      rdf::Term::BlankNode("b1"),
      rdf::Term::Literal("a text that does not fit into an id"),
      rdf::Term::Literal(""),
      rdf::Term::Literal("short"),
      rdf::Term::LanguageString("Gödel", "de"),
      rdf::Term::LanguageString("שלום", "he", rdf::Direction::kRtl),
      rdf::Term::Literal("01", std::string(rdf::iri::kXsdInteger)),
      rdf::Term::Literal("12", std::string(rdf::iri::kXsdInteger)),
      rdf::Term::Literal("x", "http://example.org/type"),
      rdf::Term::Literal(std::string(100, 'y')),
      rdf::Term::Literal(std::string(100, 'y') + "z"),
      rdf::Term::Literal(std::string(20 << 10, 'm')),
      rdf::Term::Literal(std::string(3 << 20, 'l')),
      rdf::Term::Triple(Name("a"), Name("p"),
                        rdf::Term::Literal("deep and not inline")),
  };
  terms.push_back(
      rdf::Term::Triple(Name("never alone"), Name("p"), terms.back()));
  return terms;
}

void CheckAll(const GraphStore& graph, const std::vector<rdf::Term>& terms) {
  auto view = graph.Latest();
  REQUIRE_OK(view);
  std::vector<TermId> ids;
  for (const rdf::Term& term : terms) {
    auto id = view->Lookup(term);
    REQUIRE_OK(id);
    REQUIRE(id->bound());
    for (const TermId other : ids) REQUIRE(other != *id);
    ids.push_back(*id);
  }
  std::vector<rdf::Term> back;
  REQUIRE_OK(view->Decode(ids, &back));
  REQUIRE(back == terms);
}

TEST_CASE("terms of every kind and size come back, also after reopening") {
  const skg::test::TemporaryDirectory directory;
  const std::vector<rdf::Term> terms = SampleTerms();
  {
    const auto store = OpenRocksStore(directory / "data");
    const GraphStore graph = CreateGraph(*store);
    RequestBuilder builder(graph);
    for (const rdf::Term& term : terms) builder.Add(Name("s"), Name("p"), term);
    CHECK(builder.Commit().result.inserted == terms.size());
    CheckAll(graph, terms);
    RequireClean(*store);
  }
  const auto store = OpenRocksStore(directory / "data");
  const GraphStore graph = CreateGraph(*store);
  CheckAll(graph, terms);
  RequireClean(*store);
}

TEST_CASE("an unknown term has no id and adding it again gives the same one") {
  const auto store = OpenMemoryStore();
  const GraphStore graph = CreateGraph(*store);
  auto id = graph.Lookup(Name("new"));
  REQUIRE_OK(id);
  CHECK_FALSE(id->bound());
  AddOne(graph, "new", "p", "o");
  id = graph.Lookup(Name("new"));
  REQUIRE_OK(id);
  REQUIRE(id->bound());
  AddOne(graph, "new", "p", "o2");
  CHECK(*graph.Lookup(Name("new")) == *id);
}

TEST_CASE("a request may name the same new term twice") {
  const auto store = OpenMemoryStore();
  const GraphStore graph = CreateGraph(*store);
  CommitRequest request;
  request.new_terms = {Name("x"), Name("x"), Name("p")};
  WriteOperation operation;
  operation.key = {{},
                   TermId::Make(rdf::TermTag::kArena, 0),
                   TermId::Make(rdf::TermTag::kArena, 2),
                   TermId::Make(rdf::TermTag::kArena, 1),
                   0};
  request.operations.push_back(operation);
  REQUIRE_OK(graph.Lookup(Name("x")));
  GraphStore writable = graph;
  REQUIRE_OK(writable.Commit(request));
  auto view = graph.Latest();
  REQUIRE_OK(view);
  const std::vector<StatementRow> rows = AllRows(*view);
  REQUIRE(rows.size() == 1);
  CHECK(rows[0].key.subject == rows[0].key.object);
  RequireClean(*store);
}

TEST_CASE("terms that are only removed or read are not numbered") {
  const auto store = OpenMemoryStore();
  const GraphStore graph = CreateGraph(*store);
  RequestBuilder builder(graph);
  builder.Remove(Name("never"), Name("seen"), Name("before"));
  const CommitOutcome outcome = builder.Commit();
  CHECK(outcome.result.absent == 1);
  CHECK_FALSE(graph.Lookup(Name("never"))->bound());
}

TEST_CASE("a request may remove what it has just added, spelled again") {
  const auto store = OpenMemoryStore();
  const GraphStore graph = CreateGraph(*store);
  const rdf::Term quoted = rdf::Term::Triple(Name("a"), Name("b"), Name("c"));
  for (const rdf::Term& object : {Name("o"), quoted}) {
    RequestBuilder builder(graph);
    builder.Add(Name("s"), Name("p"), object);
    builder.Remove(Name("s"), Name("p"), object);
    const CommitOutcome outcome = builder.Commit();
    CHECK(outcome.outcomes ==
          std::vector<Outcome>{Outcome::kInserted, Outcome::kRemoved});
    CHECK(AllRows(*graph.Latest()).empty());
  }
  RequireClean(*store);
}

TEST_CASE("an arena id that is no term of the request is refused") {
  const auto store = OpenMemoryStore();
  GraphStore graph = CreateGraph(*store);
  CommitRequest request;
  WriteOperation operation;
  const TermId missing = TermId::Make(rdf::TermTag::kArena, 4);
  operation.key = {{}, missing, missing, missing, 0};
  request.operations.push_back(operation);
  CHECK(absl::IsInvalidArgument(graph.Commit(request).status()));
}

}  // namespace
}  // namespace skg::storage::test
