#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <stop_token>
#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "engine/open_graph.h"
#include "skg/field_error.h"

namespace skg::test {
namespace {

// Five statements whose orders by each field all differ.
struct ScienceGraph : TestGraph {
  ScienceGraph() {
    MustAdd(graph, Triple("Curie", "discovered", "Radium", 0.9f));
    MustAdd(graph, Triple("Bohr", "proposed", "BohrModel", 0.5f));
    MustAdd(graph, Triple("Einstein", "proposed", "\"relativity\"@en", 0.9f));
    MustAdd(graph, Triple("Curie", "bornIn", "Warsaw", 0.1f));
    MustAdd(graph, Triple("Einstein", "bornIn", "Ulm", 0.7f));
  }
};

std::vector<std::string> Ordered(Graph& graph, OrderField field,
                                 bool descending, uint64_t limit = UINT64_MAX,
                                 uint64_t offset = 0) {
  MatchOptions options;
  options.order_by = field;
  options.descending = descending;
  options.limit = limit;
  options.offset = offset;
  return Texts(Matches(graph, {}, options));
}

TEST_CASE("each bound position narrows a match") {
  ScienceGraph t;
  struct Case {
    std::string name;
    StatementPattern pattern;
    std::vector<std::string> want;
  };
  const std::vector<Case> cases = {
      {"subject",
       Where("Curie"),
       {"Curie discovered Radium", "Curie bornIn Warsaw"}},
      {"predicate",
       Where({}, "bornIn"),
       {"Curie bornIn Warsaw", "Einstein bornIn Ulm"}},
      {"object", Where({}, {}, "Ulm"), {"Einstein bornIn Ulm"}},
      {"literal",
       Where({}, {}, "\"relativity\"@EN"),
       {"Einstein proposed \"relativity\"@en"}},
      {"subject and predicate",
       Where("Curie", "bornIn"),
       {"Curie bornIn Warsaw"}},
      {"subject and object",
       Where("Curie", {}, "Radium"),
       {"Curie discovered Radium"}},
      {"predicate and object",
       Where({}, "proposed", "BohrModel"),
       {"Bohr proposed BohrModel"}},
      {"all",
       Where("Bohr", "proposed", "BohrModel"),
       {"Bohr proposed BohrModel"}},
      {"all, absent", Where("Bohr", "proposed", "Radium"), {}},
      {"unknown term", Where("Planck"), {}},
      {"known term in another place", Where("bornIn"), {}},
      {"literal never seen", Where({}, {}, "\"x\""), {}},
      {"as an IRI", Where("<urn:skg:Bohr>"), {"Bohr proposed BohrModel"}},
  };
  for (const Case& c : cases) {
    DYNAMIC_SECTION(c.name) {
      CHECK(Texts(Matches(t.graph, c.pattern)) == c.want);
      CHECK(MustCount(t.graph, c.pattern) == c.want.size());
    }
  }
}

TEST_CASE("each order, its reverse, and ties") {
  ScienceGraph t;
  const std::string radium = "Curie discovered Radium",
                    warsaw = "Curie bornIn Warsaw",
                    model = "Bohr proposed BohrModel",
                    ulm = "Einstein bornIn Ulm",
                    relativity = "Einstein proposed \"relativity\"@en";
  using Order = OrderField;
  CHECK(Ordered(t.graph, Order::kCommit, false) ==
        List({radium, model, relativity, warsaw, ulm}));
  CHECK(Ordered(t.graph, Order::kCommit, true) ==
        List({ulm, warsaw, relativity, model, radium}));
  CHECK(Ordered(t.graph, Order::kCreatedAt, false) ==
        List({radium, model, relativity, warsaw, ulm}));
  CHECK(Ordered(t.graph, Order::kCreatedAt, true) ==
        List({ulm, warsaw, relativity, model, radium}));
  // Ties ascend by subject, predicate, object in both directions.
  CHECK(Ordered(t.graph, Order::kWeight, false) ==
        List({warsaw, model, ulm, radium, relativity}));
  CHECK(Ordered(t.graph, Order::kWeight, true) ==
        List({radium, relativity, ulm, model, warsaw}));
  CHECK(Ordered(t.graph, Order::kSubject, false) ==
        List({model, warsaw, radium, ulm, relativity}));
  CHECK(Ordered(t.graph, Order::kSubject, true) ==
        List({ulm, relativity, warsaw, radium, model}));
  CHECK(Ordered(t.graph, Order::kPredicate, false) ==
        List({warsaw, ulm, radium, model, relativity}));
  CHECK(Ordered(t.graph, Order::kPredicate, true) ==
        List({model, relativity, radium, warsaw, ulm}));
  CHECK(Ordered(t.graph, Order::kObject, false) ==
        List({relativity, model, radium, ulm, warsaw}));
  CHECK(Ordered(t.graph, Order::kObject, true) ==
        List({warsaw, ulm, radium, model, relativity}));
  std::vector<std::string> by_key = Ordered(t.graph, Order::kKey, false);
  std::vector<std::string> reversed = Ordered(t.graph, Order::kKey, true);
  std::reverse(reversed.begin(), reversed.end());
  CHECK(by_key == reversed);
  std::sort(by_key.begin(), by_key.end());
  CHECK(by_key == List({model, warsaw, radium, ulm, relativity}));
}

TEST_CASE("the created commit orders, not the last one") {
  ScienceGraph t;
  NewStatement touched = Triple("Curie", "discovered", "Radium", 0.2f);
  touched.metadata = "{\"a\":1}";
  MustAdd(t.graph, touched);
  CHECK(Ordered(t.graph, OrderField::kCommit, false).front() ==
        "Curie discovered Radium");
  CHECK(Ordered(t.graph, OrderField::kCreatedAt, true).back() ==
        "Curie discovered Radium");
}

TEST_CASE("pages are cut from the whole order") {
  TestGraph t;
  std::vector<NewStatement> many;
  auto random = Random(1);
  for (int i = 0; i < 20000; ++i) {
    many.push_back(Triple("s" + std::to_string(random() % 500),
                          "p" + std::to_string(random() % 7),
                          "o" + std::to_string(random() % 900),
                          static_cast<float>(random() % 5) / 4.0f));
  }
  MustAddAll(t.graph, many);
  for (const OrderField field :
       {OrderField::kCommit, OrderField::kWeight, OrderField::kSubject,
        OrderField::kPredicate, OrderField::kObject, OrderField::kCreatedAt,
        OrderField::kKey}) {
    for (const bool descending : {false, true}) {
      INFO("order " << static_cast<int>(field) << " descending " << descending);
      const auto all = Ordered(t.graph, field, descending);
      REQUIRE(all.size() == MustCount(t.graph));
      for (const auto& [limit, offset] : std::vector<std::pair<size_t, size_t>>{
               {10, 0}, {1, 9999}, {3000, 5000}, {50, 19990}}) {
        const size_t begin = std::min(offset, all.size());
        const size_t end = std::min(begin + limit, all.size());
        CHECK(Ordered(t.graph, field, descending, limit, offset) ==
              std::vector<std::string>(
                  all.begin() + static_cast<std::ptrdiff_t>(begin),
                  all.begin() + static_cast<std::ptrdiff_t>(end)));
      }
    }
  }
  CHECK(Ordered(t.graph, OrderField::kWeight, false, 0, 0).empty());
  CHECK(Ordered(t.graph, OrderField::kWeight, false, 5, UINT64_MAX).empty());
  CHECK(Ordered(t.graph, OrderField::kKey, false, UINT64_MAX, UINT64_MAX - 1)
            .empty());
}

TEST_CASE("a cursor gives batches and then the end, again and again") {
  TestGraph t;
  std::vector<NewStatement> many;
  for (int i = 0; i < 5000; ++i)
    many.push_back(Triple("s", "p", "o" + std::to_string(i)));
  MustAddAll(t.graph, many);
  for (const OrderField field : {OrderField::kKey, OrderField::kCommit}) {
    auto cursor = t.graph.Match({}, {.order_by = field});
    REQUIRE_OK(cursor);
    std::vector<Statement> batch;
    size_t seen = 0;
    while (true) {
      auto more = cursor->Next(batch);
      REQUIRE_OK(more);
      if (!*more) break;
      CHECK(!batch.empty());
      CHECK(batch.size() <= 2048);
      seen += batch.size();
    }
    CHECK(seen == 5000);
    CHECK(batch.empty());
    auto after = cursor->Next(batch);
    REQUIRE_OK(after);
    CHECK_FALSE(*after);
  }
}

TEST_CASE("weights are filtered inclusively") {
  ScienceGraph t;
  const auto between = [&t](float low, float high) {
    StatementPattern pattern;
    pattern.weight_min = low;
    pattern.weight_max = high;
    const size_t matched = Matches(t.graph, pattern).size();
    CHECK(MustCount(t.graph, pattern) == matched);
    return matched;
  };
  CHECK(between(0.0f, 1.0f) == 5);
  CHECK(between(0.9f, 1.0f) == 2);
  CHECK(between(0.5f, 0.7f) == 2);
  CHECK(between(0.7f, 0.7f) == 1);
  CHECK(between(0.11f, 0.49f) == 0);
}

TEST_CASE("a pattern that makes no sense is refused with its field") {
  ScienceGraph t;
  struct Case {
    std::string field;
    StatementPattern pattern;
  };
  const auto weights = [](float low, float high) {
    StatementPattern pattern;
    pattern.weight_min = low;
    pattern.weight_max = high;
    return pattern;
  };
  const std::vector<Case> cases = {
      {"weight_min", weights(-0.1f, 1.0f)},
      {"weight_max", weights(0.0f, 1.5f)},
      {"weight_min", weights(0.6f, 0.5f)},
      {"weight_min", weights(std::nanf(""), 1.0f)},
      {"weight_max", weights(0.0f, std::nanf(""))},
      {"subject", Where("")},
      {"predicate", Where({}, "<open")},
      {"object", Where({}, {}, "\"x\"^^")},
      {"graph", Where({}, {}, {}, "<no iri>")},
  };
  const auto view = t.graph.Latest();
  REQUIRE_OK(view);
  for (const Case& c : cases) {
    const absl::Status status = t.graph.Match(c.pattern).status();
    CHECK(status.code() == absl::StatusCode::kInvalidArgument);
    REQUIRE(FieldErrors(status).size() == 1);
    CHECK(FieldErrors(status)[0].path == List({c.field}));
    CHECK(view->Count(c.pattern).status().code() ==
          absl::StatusCode::kInvalidArgument);
  }
}

TEST_CASE("named graphs and the default one are seen as one, or each alone") {
  TestGraph t;
  MustAddAll(t.graph, {
                          Triple("a", "p", "b", 0.5f),
                          In("g1", Triple("a", "p", "b", 0.75f)),
                          In("g2", Triple("a", "p", "b", 0.25f)),
                          In("g2", Triple("a", "p", "c", 0.25f)),
                          In("_:blank", Triple("x", "y", "z")),
                      });
  const auto all = Matches(t.graph, {}, {.order_by = OrderField::kSubject});
  CHECK(Texts(all).size() == 3);
  CHECK(Text(all[0]) == "a p b");  // shown from the default graph
  CHECK(Text(all[1]) == "a p c @g2");
  CHECK(MustCount(t.graph) == 3);
  CHECK(MustCount(t.graph, Where("a")) == 2);
  CHECK(MustCount(t.graph, Where({}, "p")) == 2);

  CHECK(Texts(Matches(t.graph, Where({}, {}, {}, ""))) == List({"a p b"}));
  CHECK(Texts(Matches(t.graph, Where({}, {}, {}, "g1"))) ==
        List({"a p b @g1"}));
  CHECK(Texts(Matches(t.graph, Where({}, {}, {}, "<urn:skg:g2>"))) ==
        List({"a p b @g2", "a p c @g2"}));
  CHECK(MustCount(t.graph, Where("a", {}, {}, "g2")) == 2);
  CHECK(MustCount(t.graph, Where({}, {}, {}, "")) == 1);
  CHECK(Matches(t.graph, Where({}, {}, {}, "g3")).empty());
  const std::string blank = all[2].graph;
  CHECK_THAT(blank, Catch::StartsWith("_:skg"));
  CHECK(MustCount(t.graph, Where({}, {}, {}, blank)) == 1);

  // A triple is in the union if one of its statements has the weight.
  StatementPattern heavy;
  heavy.weight_min = 0.6f;
  const auto found =
      Matches(t.graph, heavy, {.order_by = OrderField::kSubject});
  CHECK(Text(found[0]) == "a p b @g1");
  CHECK(found.size() == 2);
  CHECK(MustCount(t.graph, heavy) == 2);
}

TEST_CASE(
    "parallel edges are statements of their own in a graph, one triple in the "
    "union") {
  TestGraph t;
  std::vector<NewStatement> edges(3, Triple("a", "knows", "b"));
  for (uint32_t i = 0; i < 3; ++i) edges[i].edge = i;
  MustAddAll(t.graph, edges);
  CHECK(Texts(Matches(t.graph, Where({}, {}, {}, ""))) ==
        List({"a knows b", "a knows b #1", "a knows b #2"}));
  CHECK(MustCount(t.graph, Where({}, {}, {}, "")) == 3);
  CHECK(Texts(Matches(t.graph)) == List({"a knows b"}));
  CHECK(MustCount(t.graph) == 1);
  const auto view = t.graph.Latest();
  REQUIRE_OK(view);
  auto stats = view->Stats();
  REQUIRE_OK(stats);
  CHECK(stats->statements == 3);
  CHECK(stats->triples == 1);
}

TEST_CASE("a statement is found by its id") {
  ScienceGraph t;
  NewStatement elsewhere = In("g", Triple("Curie", "discovered", "Radium"));
  elsewhere.edge = 7;
  elsewhere.metadata = "{\"a\":1}";
  MustAdd(t.graph, elsewhere);
  std::vector<std::string> ids;
  for (const char* graph : {"", "g"}) {
    for (const Statement& s : Matches(t.graph, Where({}, {}, {}, graph))) {
      auto got = t.graph.Get(s.id);
      REQUIRE_OK(got);
      CHECK(Text(*got) == Text(s));
      CHECK(got->version == s.version);
      CHECK(got->metadata == (s.edge == 7 ? "{\"a\":1}" : "{}"));
      ids.push_back(s.id);
    }
  }
  std::sort(ids.begin(), ids.end());
  CHECK(std::unique(ids.begin(), ids.end()) == ids.end());
  CHECK(ids.size() == 6);

  std::string upper = ids[0];
  std::transform(
      upper.begin(), upper.end(), upper.begin(),
      [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  REQUIRE_OK(t.graph.Get(upper));
  CHECK(t.graph.Get("not-a-uuid").status().code() ==
        absl::StatusCode::kInvalidArgument);
  CHECK(t.graph.Get("").status().code() == absl::StatusCode::kInvalidArgument);
  CHECK(t.graph.Get("123e4567-e89b-12d3-a456-426614174000").status().code() ==
        absl::StatusCode::kNotFound);
  const std::string gone = Matches(t.graph, Where("Einstein", "bornIn"))[0].id;
  REQUIRE_OK(t.graph.Remove("Einstein", "bornIn", "Ulm"));
  CHECK(t.graph.Get(gone).status().code() == absl::StatusCode::kNotFound);
}

TEST_CASE("a view never changes") {
  ScienceGraph t;
  auto view = t.graph.Latest();
  REQUIRE_OK(view);
  auto cursor = view->Match({}, {.order_by = OrderField::kKey});
  REQUIRE_OK(cursor);
  MustAdd(t.graph, Triple("new", "p", "o"));
  REQUIRE_OK(t.graph.Remove("Curie", "discovered", "Radium"));
  CHECK(view->commit() == 5);
  CHECK(Matches(*view).size() == 5);
  CHECK(MustCount(*view) == 5);
  CHECK(cursor->ToVector()->size() == 5);
  CHECK(MustCount(t.graph) == 5);
  CHECK(t.graph.Latest()->commit() == 7);
  CHECK(t.graph.Latest()->time() > view->time());
}

TEST_CASE("a cursor keeps its view and its graph's handle alive") {
  TestGraph t;
  MustAdd(t.graph, Triple("a", "b", "c"));
  auto cursor = [&t] {
    const Graph handle = OpenGraph(*t.engine);
    return *handle.Latest()->Match({}, {.order_by = OrderField::kKey});
  }();
  auto found = cursor.ToVector();
  REQUIRE_OK(found);
  CHECK(Texts(*found) == List({"a b c"}));
}

TEST_CASE("a match past its deadline ends") {
  ScienceGraph t;
  MatchOptions options;
  options.deadline = absl::Now() - absl::Seconds(1);
  CHECK(t.graph.Match({}, options).status().code() ==
        absl::StatusCode::kDeadlineExceeded);

  // On a busy machine even a long time may pass before the match has begun.
  absl::Duration allowed = absl::Milliseconds(50);
  auto cursor = t.graph.Match({}, options);
  for (; absl::IsDeadlineExceeded(cursor.status()); allowed *= 2) {
    options.deadline = absl::Now() + allowed;
    cursor = t.graph.Match({}, options);
  }
  REQUIRE_OK(cursor);
  absl::SleepFor(options.deadline - absl::Now() + absl::Milliseconds(10));
  std::vector<Statement> batch;
  CHECK(cursor->Next(batch).status().code() ==
        absl::StatusCode::kDeadlineExceeded);
  CHECK(cursor->Next(batch).status().code() ==
        absl::StatusCode::kDeadlineExceeded);
  CHECK(batch.empty());
}

TEST_CASE("a match ends when it is stopped") {
  ScienceGraph t;
  std::stop_source source;
  auto cursor = t.graph.Match({}, {.stop = source.get_token()});
  REQUIRE_OK(cursor);
  source.request_stop();
  std::vector<Statement> batch;
  CHECK(absl::IsCancelled(cursor->Next(batch).status()));
  CHECK(absl::IsCancelled(
      t.graph.Match({}, {.stop = source.get_token()}).status()));
}

TEST_CASE("identity is left out where it is not wanted") {
  ScienceGraph t;
  MatchOptions options;
  options.include_identity = false;
  const auto found = Matches(t.graph, Where("Bohr"), options);
  REQUIRE(found.size() == 1);
  CHECK(found[0].id.empty());
  CHECK(found[0].created_at == absl::Time());
  CHECK(found[0].weight == 0.5f);
  CHECK(found[0].version == 2);
}

TEST_CASE("an empty graph matches nothing and counts nothing") {
  TestGraph t;
  CHECK(Matches(t.graph).empty());
  CHECK(MustCount(t.graph) == 0);
  auto view = t.graph.Latest();
  REQUIRE_OK(view);
  CHECK(view->commit() == 0);
  auto stats = view->Stats();
  REQUIRE_OK(stats);
  CHECK(stats->statements == 0);
  CHECK(stats->subjects == 0);
}

}  // namespace
}  // namespace skg::test
