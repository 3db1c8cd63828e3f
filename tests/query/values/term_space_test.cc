#include "query/values/term_space.h"

#include <catch2/catch.hpp>
#include <string>
#include <thread>
#include <vector>

#include "query/values/values_fixture.h"
#include "rdf/random_term.h"

namespace skg::query {
namespace {

using rdf::Term;
using rdf::TermId;
using test::T;
using test::ValuesGraph;

TEST_CASE("equal terms have equal ids, and ids give back their terms",
          "[terms]") {
  skg::test::RandomTerms random(skg::test::Random(30));
  std::vector<Term> terms;
  for (int i = 0; i < 400; ++i) terms.push_back(random.Any());
  ValuesGraph graph(std::vector<Term>(terms.begin(), terms.begin() + 100));
  std::vector<TermId> ids;
  for (const Term& term : terms) ids.push_back(graph.Id(term));
  std::vector<Term> decoded;
  REQUIRE_OK(graph.terms().Decode(ids, &decoded));
  CHECK(decoded == terms);
  for (size_t i = 0; i < terms.size(); ++i) {
    CHECK(graph.Id(terms[i]) == ids[i]);
    const auto known = graph.view().Lookup(terms[i]);
    REQUIRE_OK(known);
    CHECK(known->bound() == !ids[i].in_arena());
    if (known->bound()) CHECK(*known == ids[i]);
    for (size_t j = 0; j < i; ++j)
      CHECK((ids[i] == ids[j]) == (terms[i] == terms[j]));
  }
}

TEST_CASE("ids of no term are refused", "[terms]") {
  ValuesGraph graph;
  std::vector<Term> terms;
  for (const TermId id :
       {TermId{}, TermId::Make(rdf::TermTag::kArena, 5),
        TermId::Make(rdf::TermTag::kArena, (uint64_t{1} << 59) | 5)}) {
    CHECK(graph.terms().Decode({&id, 1}, &terms).code() ==
          absl::StatusCode::kInternal);
  }
}

TEST_CASE("the arena's memory is charged and bounded", "[terms]") {
  ValuesGraph graph({}, size_t{4} << 20);
  CHECK(graph.memory_bytes() == 0);
  absl::Status status;
  size_t added = 0;
  for (; added < 100 && status.ok(); ++added) {
    status = graph.terms()
                 .IdOf(Term::Literal(std::string(100'000, 'x') +
                                     std::to_string(added)))
                 .status();
  }
  CHECK(status.code() == absl::StatusCode::kResourceExhausted);
  CHECK(added > 35);
  CHECK(added < 44);
  CHECK(graph.memory_bytes() >= (added - 1) * 100'000);
  // What is there already costs nothing.
  CHECK(
      graph.terms().IdOf(Term::Literal(std::string(100'000, 'x') + "0")).ok());
  CHECK(graph.terms().IdOf(T(R"("1"^^xsd:integer)")).ok());
}

TEST_CASE("what is reserved is given back", "[terms]") {
  ValuesGraph graph({}, size_t{8} << 20);
  (void)graph.Id(Term::Literal(std::string(1'000'000, 'x')));
  CHECK(graph.memory_bytes() >= 1'000'000);
  graph.Restart();
  CHECK(graph.memory_bytes() == 0);
  for (int i = 0; i < 10; ++i) {
    REQUIRE_OK(graph.terms().Reserve(size_t{6} << 20));
    CHECK_FALSE(graph.terms().Reserve(size_t{6} << 20).ok());
    graph.terms().Release(size_t{6} << 20);
  }
  CHECK(graph.memory_bytes() <= size_t{1} << 20);
}

TEST_CASE("threads agree on ids", "[terms]") {
  ValuesGraph graph;
  constexpr size_t kThreads = 4, kTerms = 2000;
  std::vector<std::vector<TermId>> ids(kThreads);
  std::vector<std::thread> threads;
  for (size_t t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      std::vector<Term> decoded;
      for (size_t i = 0; i < kTerms; ++i) {
        const Term term = Term::Literal("computed value " + std::to_string(i));
        const auto id = graph.terms().IdOf(term);
        if (!id.ok()) return;
        ids[t].push_back(*id);
        if (!graph.terms().Decode({&ids[t].back(), 1}, &decoded).ok() ||
            decoded[0] != term) {
          return;
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (size_t t = 0; t < kThreads; ++t) {
    REQUIRE(ids[t].size() == kTerms);
    CHECK(ids[t] == ids[0]);
  }
}

TEST_CASE("in a transaction new terms are the transaction's", "[terms]") {
  ValuesGraph graph;
  auto transaction = graph.graph().Begin();
  REQUIRE_OK(transaction);
  const Term term = Term::Literal("a string that nobody knows");
  TermSpace terms(transaction->view());
  const auto id = terms.IdOf(term);
  REQUIRE_OK(id);
  const auto interned = transaction->Intern(term);
  REQUIRE_OK(interned);
  CHECK(*id == *interned);
  std::vector<Term> decoded;
  REQUIRE_OK(terms.Decode({&*id, 1}, &decoded));
  CHECK(decoded[0] == term);
}

}  // namespace
}  // namespace skg::query
