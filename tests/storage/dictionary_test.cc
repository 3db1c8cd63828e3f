// The dictionary: a bijection for terms of every kind and size.
#include "storage/dictionary.h"

#include <algorithm>
#include <atomic>
#include <map>
#include <numeric>
#include <thread>

#include "base/bytes.h"
#include "storage/keys.h"
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

// Numbers to terms and back, as the rows say it.
void CheckBijection(KvStore& kv, uint32_t graph, size_t expected) {
  const std::string prefix = GraphPrefix(graph);
  const auto rows_of = [&](Family family) {
    auto rows = kv.NewIterator(
        family,
        {.snapshot = nullptr, .lower = prefix, .upper = PrefixEnd(prefix)});
    rows->SeekToFirst();
    return rows;
  };
  std::map<uint64_t, std::string> terms;
  for (const auto rows = rows_of(Family::kTerms); rows->Valid(); rows->Next())
    terms[LoadBigEndian<uint64_t>(rows->key().data() + prefix.size())] =
        std::string(rows->value());
  std::set<uint64_t> numbers;
  size_t back = 0;
  for (const auto rows = rows_of(Family::kTermIds); rows->Valid();
       rows->Next(), ++back) {
    REQUIRE(rows->value().size() == 9);
    numbers.insert(LoadBigEndian<uint64_t>(rows->value().data() + 1));
  }
  std::set<std::string> texts;
  for (const auto& [number, text] : terms) {
    CHECK(texts.insert(text).second);
    CHECK(numbers.contains(number));
  }
  CHECK(terms.size() == expected);
  CHECK(numbers.size() == expected);
  CHECK(back == expected);
}

// All threads bring the same new terms, each in a sequence of its own, with
// triple terms over them.
TEST_CASE("concurrent commits never number a term twice") {
  constexpr size_t kThreads = 6, kNames = 150;
  auto store = OpenMemoryStore();
  GraphStore graph = CreateGraph(*store);
  std::vector<std::thread> threads;
  std::atomic<size_t> failed = 0;
  for (size_t t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      auto random = skg::test::Random(t);
      std::vector<size_t> order(kNames);
      std::iota(order.begin(), order.end(), size_t{0});
      std::shuffle(order.begin(), order.end(), random);
      for (size_t i = 0; i < kNames; i += 3) {
        CommitRequest request;
        request.durability = Durability::kNone;
        for (size_t j = 0; j < 3; ++j) {
          const rdf::Term name = Name("n" + std::to_string(order[i + j]));
          request.new_terms.push_back(name);
          request.new_terms.push_back(rdf::Term::Triple(
              name, Name("n0"),
              rdf::Term::Literal("a text of its own, number " +
                                 std::to_string(order[i + j]))));
          const TermId id = TermId::Make(rdf::TermTag::kArena, 2 * j);
          const TermId triple = TermId::Make(rdf::TermTag::kArena, 2 * j + 1);
          WriteOperation operation;
          operation.key = {TermId{}, id, id, triple, static_cast<uint32_t>(t)};
          request.operations.push_back(operation);
        }
        if (!graph.Commit(request).ok()) ++failed;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(failed == 0);
  CheckBijection(store->kv(), graph.description().number, 3 * kNames);
  CHECK(AllRows(*graph.Latest()).size() == kThreads * kNames);
  RequireClean(*store);
}

TEST_CASE("a term over the limit is refused by the writer") {
  StoreOptions options;
  options.max_term_bytes = 2000;
  auto store = OpenMemoryStore(options);
  GraphStore graph = CreateGraph(*store);
  const rdf::Term fits = rdf::Term::Literal(std::string(2000, 'x'));
  const rdf::Term longer = rdf::Term::Literal(std::string(2200, 'x'));
  REQUIRE_OK(graph.CheckTermSize(fits));
  CHECK(absl::IsInvalidArgument(graph.CheckTermSize(longer)));
  CHECK(absl::IsInvalidArgument(
      graph.CheckTermSize(rdf::Term::Triple(Name("a"), Name("b"), fits))));
  RequestBuilder builder(graph);
  builder.Add(Name("s"), Name("p"), fits);
  builder.Commit();
  RequestBuilder refused(graph);
  refused.Add(Name("s2"), Name("p"), longer);
  const absl::Status status = graph.Commit(refused.request()).status();
  CHECK(absl::IsInvalidArgument(status));
  CHECK(std::string(status.message()).find("2000") != std::string::npos);
  CHECK(!graph.Lookup(Name("s2"))->bound());
  // What is only removed or looked for needs no number.
  RequestBuilder remove(graph);
  remove.Remove(Name("s"), Name("p"), longer);
  CHECK(remove.Commit().result.absent == 1);
  RequireClean(*store);
}

TEST_CASE("the cache of terms keeps within its budget") {
  constexpr size_t kBudget = 4 << 20;
  TermCache cache(kBudget);
  const auto encoded = [](size_t i) {
    return std::string(10 + i % 500, 'x') + std::to_string(i);
  };
  const auto id_of = [](size_t i) {
    return TermId::Make(rdf::TermTag::kString, i + 1);
  };
  for (size_t i = 0; i < 50'000; ++i) {
    cache.InsertTerm(1, id_of(i), {rdf::TermTag::kString, encoded(i)});
    cache.InsertId(1, rdf::TermTag::kString, encoded(i), id_of(i));
    if (i % 1000 == 0) REQUIRE(cache.used_bytes() <= kBudget);
  }
  CHECK(cache.used_bytes() > kBudget / 4);
  // The last ones are there, the first are not, and graphs are kept apart.
  std::vector<TermId> ids;
  for (size_t i = 0; i < 50'000; ++i) ids.push_back(id_of(i));
  std::set<size_t> found;
  cache.FindTerms(1, ids, [&](size_t i, const DictionaryTerm& term) {
    CHECK(term.bytes == encoded(i));
    found.insert(i);
  });
  CHECK(found.contains(49'999));
  CHECK(!found.contains(0));
  CHECK(found.size() > 1000);
  cache.FindTerms(2, ids, [&](size_t, const DictionaryTerm&) { FAIL(); });
  TermId id;
  CHECK(cache.FindId(1, rdf::TermTag::kString, encoded(49'999), &id));
  CHECK(id == id_of(49'999));
  CHECK(!cache.FindId(2, rdf::TermTag::kString, encoded(49'999), &id));
  CHECK(!cache.FindId(1, rdf::TermTag::kIri, encoded(49'999), &id));
  // One term must not push out all others.
  cache.InsertTerm(1, id_of(60'000),
                   {rdf::TermTag::kString, std::string(kBudget, 'y')});
  DictionaryTerm term;
  CHECK(!cache.FindTerm(1, id_of(60'000), &term));
  CHECK(cache.FindTerm(1, id_of(49'999), &term));
}

}  // namespace
}  // namespace skg::storage::test
