#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "engine/open_graph.h"
#include "skg/field_error.h"

namespace skg::test {
namespace {

TEST_CASE("adding inserts, replaces, or changes nothing") {
  TestGraph t;
  const CommitResult first =
      MustAdd(t.graph, Triple("Curie", "discovered", "Radium", 0.5f));
  CHECK(first.commit == 1);
  CHECK(first.inserted == 1);
  CHECK(first.replaced == 0);

  const CommitResult same =
      MustAdd(t.graph, Triple("Curie", "discovered", "Radium", 0.5f));
  CHECK(same.commit == 2);
  CHECK(same.time > first.time);
  CHECK(same.duplicates == 1);
  CHECK(same.replaced == 0);

  const CommitResult other =
      MustAdd(t.graph, Triple("Curie", "discovered", "Radium", 0.75f));
  CHECK(other.replaced == 1);
  CHECK(other.inserted == 0);

  const auto found = Matches(t.graph);
  REQUIRE(found.size() == 1);
  CHECK(found[0].weight == 0.75f);
  CHECK(found[0].created_commit == first.commit);
  CHECK(found[0].version == other.commit);
  CHECK(found[0].created_at == first.time);
  CHECK(found[0].updated_at == other.time);
}

TEST_CASE("with skip_duplicates what is stored stays") {
  TestGraph t;
  MustAdd(t.graph, Triple("a", "b", "c", 0.25f));
  CommitOptions skip;
  skip.skip_duplicates = true;
  const CommitResult result =
      MustAdd(t.graph, Triple("a", "b", "c", 1.0f), skip);
  CHECK(result.duplicates == 1);
  CHECK(Matches(t.graph)[0].weight == 0.25f);
}

TEST_CASE("a batch tells what became of each statement") {
  TestGraph t;
  MustAddAll(t.graph,
             {Triple("a", "p", "stored", 0.5f), Triple("a", "p", "same")});
  const std::vector<NewStatement> batch = {
      Triple("a", "p", "new"),
      Triple("a", "p", "stored", 0.75f),
      Triple("a", "p", "same"),
  };
  std::vector<Outcome> outcomes = {Outcome::kAbsent};
  auto result = t.graph.AddBatch(batch, {}, &outcomes);
  REQUIRE_OK(result);
  CHECK(outcomes == std::vector<Outcome>{Outcome::kInserted, Outcome::kReplaced,
                                         Outcome::kDuplicate});
  CHECK(result->inserted == 1);
  CHECK(result->replaced == 1);
  CHECK(result->duplicates == 1);
  CHECK(MustCount(t.graph) == 3);
}

TEST_CASE(
    "of equal statements in a batch the last wins, with skip_duplicates the "
    "first") {
  TestGraph t;
  const std::vector<NewStatement> batch = {
      Triple("a", "p", "b", 0.25f), Triple("<urn:skg:a>", "p", "b", 0.75f)};
  SECTION("last") {
    MustAddAll(t.graph, batch);
    CHECK(Matches(t.graph)[0].weight == 0.75f);
  }
  SECTION("first") {
    CommitOptions skip;
    skip.skip_duplicates = true;
    const CommitResult result = MustAddAll(t.graph, batch, skip);
    CHECK(result.inserted == 1);
    CHECK(result.duplicates == 1);
    CHECK(Matches(t.graph)[0].weight == 0.25f);
  }
  CHECK(MustCount(t.graph) == 1);
  auto report = t.engine->Check(true);
  REQUIRE_OK(report);
  CHECK(report->findings.empty());
}

TEST_CASE("an empty batch is a commit that changes nothing") {
  TestGraph t;
  std::vector<Outcome> outcomes;
  auto result = t.graph.AddBatch({}, {}, &outcomes);
  REQUIRE_OK(result);
  CHECK(result->inserted == 0);
  CHECK(outcomes.empty());
  CHECK(MustCount(t.graph) == 0);
}

TEST_CASE("removing takes a triple with all its edges from one named graph") {
  TestGraph t;
  NewStatement parallel = Triple("a", "knows", "b");
  parallel.edge = 1;
  MustAddAll(t.graph,
             {Triple("a", "knows", "b"), parallel,
              In("g", Triple("a", "knows", "b")), Triple("a", "knows", "c")});
  auto removed = t.graph.Remove("a", "knows", "b");
  REQUIRE_OK(removed);
  CHECK(removed->removed == 1);  // one remove, two edges
  CHECK(Texts(Matches(t.graph)) == List({"a knows c", "a knows b @g"}));
  removed = t.graph.Remove("a", "knows", "b", "g");
  REQUIRE_OK(removed);
  CHECK(removed->removed == 1);
  removed = t.graph.Remove("a", "knows", "b");
  REQUIRE_OK(removed);
  CHECK(removed->absent == 1);
  CHECK(removed->removed == 0);
  removed = t.graph.Remove("never", "seen", "before");
  REQUIRE_OK(removed);
  CHECK(removed->absent == 1);
  CHECK(Texts(Matches(t.graph)) == List({"a knows c"}));
}

TEST_CASE("a removed statement that comes back is created anew") {
  TestGraph t;
  MustAdd(t.graph, Triple("a", "b", "c"));
  const std::string id = Matches(t.graph)[0].id;
  REQUIRE_OK(t.graph.Remove("a", "b", "c"));
  const CommitResult again = MustAdd(t.graph, Triple("a", "b", "c"));
  CHECK(again.inserted == 1);
  const auto found = Matches(t.graph);
  CHECK(found[0].created_commit == again.commit);
  CHECK(found[0].id == id);
}

TEST_CASE("records come back as they were given") {
  TestGraph t;
  NewStatement full = Triple("Curie", "professorAt", "Sorbonne", 0.875f);
  full.metadata =
      " {\"certainty\" : 1.50, \"big\": 123456789012345678901234567890,\n"
      "\"text\": \"a \\\" b  c\"} ";
  full.valid_from = absl::FromUnixSeconds(-2000000000);
  full.valid_to = absl::FromUnixMicros(1500000000000001);
  full.source = "Nobel \xE2\x98\xA2";
  MustAdd(t.graph, full);
  MustAdd(t.graph, Triple("Curie", "bornIn", "Warsaw"));

  MatchOptions options;
  options.include_metadata = true;
  const auto found = Matches(t.graph, {}, options);
  REQUIRE(found.size() == 2);
  CHECK(
      found[0].metadata ==
      R"({"certainty":1.50,"big":123456789012345678901234567890,"text":"a \" b  c"})");
  CHECK(found[0].valid_from == full.valid_from);
  CHECK(found[0].valid_to == full.valid_to);
  CHECK(found[0].source == full.source);
  CHECK(found[0].weight == 0.875f);
  CHECK(found[1].metadata == "{}");
  CHECK_FALSE(found[1].valid_from.has_value());
  const auto plain = Matches(t.graph);
  CHECK(plain[0].metadata.empty());
  CHECK(plain[0].source.empty());

  // The same record again is no change, another one is.
  CHECK(MustAdd(t.graph, full).duplicates == 1);
  full.metadata = "{}";
  CHECK(MustAdd(t.graph, full).replaced == 1);
  const auto replaced =
      Matches(t.graph, Where("Curie", "professorAt"), options);
  CHECK(replaced[0].metadata == "{}");
  CHECK(replaced[0].created_commit == 1);
}

struct Invalid {
  std::string name;
  NewStatement statement;
  std::string field;
};

std::vector<Invalid> InvalidStatements() {
  std::vector<Invalid> cases;
  const auto with = [&cases](std::string name, std::string field, auto change) {
    NewStatement statement = Triple("s", "p", "o");
    change(statement);
    cases.push_back({std::move(name), std::move(statement), std::move(field)});
  };
  using S = NewStatement&;
  with("empty subject", "subject", [](S s) { s.subject = ""; });
  with("empty predicate", "predicate", [](S s) { s.predicate = ""; });
  with("empty object", "object", [](S s) { s.object = ""; });
  with("literal subject", "subject", [](S s) { s.subject = "\"x\""; });
  with("literal predicate", "predicate", [](S s) { s.predicate = "\"x\"@en"; });
  with("blank predicate", "predicate", [](S s) { s.predicate = "_:b"; });
  with("literal graph", "graph", [](S s) { s.graph = "\"x\""; });
  with("triple term subject", "subject",
       [](S s) { s.subject = "<<( <urn:a> <urn:b> <urn:c> )>>"; });
  with("unclosed IRI", "subject", [](S s) { s.subject = "<urn:a"; });
  with("relative IRI", "object", [](S s) { s.object = "<relative>"; });
  with("unclosed literal", "object", [](S s) { s.object = "\"Ulm"; });
  with("not UTF-8", "object", [](S s) { s.object = "a\xFF"; });
  with("not UTF-8 in a literal", "object",
       [](S s) { s.object = "\"\xC0\x80\""; });
  with("weight above", "weight", [](S s) { s.weight = 1.5f; });
  with("weight below", "weight", [](S s) { s.weight = -0.001f; });
  with("weight NaN", "weight", [](S s) { s.weight = std::nanf(""); });
  with("weight infinite", "weight",
       [](S s) { s.weight = std::numeric_limits<float>::infinity(); });
  with("metadata an array", "metadata", [](S s) { s.metadata = "[1]"; });
  with("metadata a number", "metadata", [](S s) { s.metadata = "1"; });
  with("metadata cut off", "metadata", [](S s) { s.metadata = "{\"a\":"; });
  with("metadata with rest", "metadata", [](S s) { s.metadata = "{} {}"; });
  with("metadata blank", "metadata", [](S s) { s.metadata = "  "; });
  with("metadata not UTF-8", "metadata",
       [](S s) { s.metadata = "{\"a\":\"\xFF\"}"; });
  with("metadata too deep", "metadata", [](S s) {
    s.metadata =
        "{\"a\":" + std::string(200, '[') + std::string(200, ']') + "}";
  });
  with("metadata too large", "metadata", [](S s) {
    s.metadata = "{\"a\":\"" + std::string(size_t{1} << 20, 'x') + "\"}";
  });
  with("valid_to not after valid_from", "valid_to", [](S s) {
    s.valid_from = absl::FromUnixSeconds(10);
    s.valid_to = absl::FromUnixSeconds(10);
  });
  with("valid_from infinite", "valid_from",
       [](S s) { s.valid_from = absl::InfinitePast(); });
  with("source not UTF-8", "source", [](S s) { s.source = "\xE2\x28\xA1"; });
  with("source too long", "source",
       [](S s) { s.source = std::string(size_t{1} << 20, 'x'); });
  with("source and metadata too long", "metadata", [](S s) {
    s.source = std::string(size_t{1} << 18, 'x');
    s.metadata = "{\"a\":\"" + std::string(size_t{3} << 18, 'x') + "\"}";
  });
  return cases;
}

TEST_CASE("what is wrong is refused with its field, and changes nothing") {
  TestGraph t;
  MustAdd(t.graph, Triple("kept", "p", "o"));
  auto transaction = t.graph.Begin();
  REQUIRE_OK(transaction);
  for (const Invalid& invalid : InvalidStatements()) {
    INFO(invalid.name);
    const absl::Status alone = t.graph.Add(invalid.statement).status();
    CHECK(alone.code() == absl::StatusCode::kInvalidArgument);
    REQUIRE(FieldErrors(alone).size() == 1);
    CHECK(FieldErrors(alone)[0].path == List({invalid.field}));
    CHECK_THAT(Message(alone), Catch::StartsWith(invalid.field));

    const std::vector<NewStatement> batch = {Triple("good", "p", "o"),
                                             invalid.statement};
    const absl::Status batched = t.graph.AddBatch(batch).status();
    REQUIRE(FieldErrors(batched).size() == 1);
    CHECK(FieldErrors(batched)[0].path == List({"1", invalid.field}));

    const absl::Status in_transaction = transaction->Add(invalid.statement);
    REQUIRE(FieldErrors(in_transaction).size() == 1);
    CHECK(FieldErrors(in_transaction)[0].path == List({invalid.field}));
    CHECK(transaction->size() == 0);
  }
  CHECK(Texts(Matches(t.graph)) == List({"kept p o"}));
}

TEST_CASE("all that is wrong with a statement is told at once") {
  TestGraph t;
  NewStatement statement = Triple("", "p", "\"open", 2.0f);
  statement.metadata = "no";
  const auto errors = FieldErrors(t.graph.Add(statement).status());
  std::vector<std::string> fields;
  for (const FieldError& error : errors) fields.push_back(error.path.at(0));
  CHECK(fields == List({"subject", "object", "weight", "metadata"}));
}

TEST_CASE("limits themselves are allowed") {
  TestGraph t;
  NewStatement edge_of_range = Triple("s", "p", "o", 0.0f);
  edge_of_range.edge = std::numeric_limits<uint32_t>::max();
  edge_of_range.valid_from = absl::FromUnixSeconds(-62135596800);
  edge_of_range.valid_to = absl::FromUnixSeconds(253402300799);
  edge_of_range.source = std::string(100000, 's');
  const size_t rest = (size_t{1} << 20) - 256 - edge_of_range.source.size();
  edge_of_range.metadata = "{\"a\":\"" + std::string(rest - 8, 'x') + "\"}";
  REQUIRE(edge_of_range.metadata.size() == rest);
  MustAdd(t.graph, edge_of_range);
  MatchOptions options;
  options.include_metadata = true;
  const auto found = Matches(t.graph, Where({}, {}, {}, ""), options);
  REQUIRE(found.size() == 1);
  CHECK(found[0].metadata == edge_of_range.metadata);
  CHECK(found[0].source == edge_of_range.source);
  CHECK(found[0].edge == edge_of_range.edge);
  CHECK(found[0].weight == 0.0f);
}

TEST_CASE("an idempotency key makes one commit of a repeated request") {
  TestGraph t;
  CommitOptions once;
  once.idempotency_key = "order-17";
  const CommitResult first = MustAdd(t.graph, Triple("a", "b", "_:x"), once);
  CHECK_FALSE(first.replayed);
  const CommitResult again = MustAdd(t.graph, Triple("a", "b", "_:x"), once);
  CHECK(again.replayed);
  CHECK(again.commit == first.commit);
  CHECK(again.inserted == 1);
  CHECK(again.time == first.time);
  CHECK(MustCount(t.graph) == 1);

  // Another request under the same key is an error, whatever the difference.
  CHECK(t.graph.Add(Triple("a", "b", "_:y"), once).status().code() ==
        absl::StatusCode::kInvalidArgument);
  CHECK(t.graph.Add(Triple("a", "b", "_:x", 0.5f), once).status().code() ==
        absl::StatusCode::kInvalidArgument);
  CHECK(t.graph.Remove("a", "b", "_:x", {}, once).status().code() ==
        absl::StatusCode::kInvalidArgument);
  CHECK(MustCount(t.graph) == 1);

  once.idempotency_key = std::string(255, 'k');
  const std::vector<NewStatement> batch = {Triple("c", "d", "e"),
                                           Triple("c", "d", "e")};
  std::vector<Outcome> outcomes, replayed;
  REQUIRE_OK(t.graph.AddBatch(batch, once));
  CHECK(t.graph.AddBatch(batch, once, &outcomes)->replayed);
  CHECK(t.graph.AddBatch(batch, once, &replayed)->replayed);
  CHECK(outcomes ==
        std::vector<Outcome>{Outcome::kInserted, Outcome::kDuplicate});
  CHECK(replayed == outcomes);
  once.idempotency_key.push_back('k');
  CHECK(t.graph.Add(Triple("c", "d", "g"), once).status().code() ==
        absl::StatusCode::kInvalidArgument);
}

TEST_CASE("a batch under a key is bounded") {
  TestGraph t;
  CommitOptions once;
  once.idempotency_key = "k";
  const std::vector<NewStatement> huge(1'000'001, Triple("a", "b", "c"));
  CHECK(t.graph.AddBatch(huge, once).status().code() ==
        absl::StatusCode::kInvalidArgument);
  CHECK(t.graph.Latest()->commit() == 0);
}

TEST_CASE("an add can show the statement as it is stored") {
  TestGraph t;
  Statement stored;
  auto first = t.graph.Add(
      In("g", Triple("_:x", "<urn:skg:p>", "\"v\"@EN", 0.5f)), {}, &stored);
  REQUIRE_OK(first);
  CHECK(stored.id == Matches(t.graph)[0].id);
  CHECK(stored.subject == Matches(t.graph)[0].subject);
  CHECK(stored.predicate == "p");
  CHECK(stored.object == "\"v\"@en");
  CHECK(stored.graph == "g");
  CHECK(stored.created_at == first->time);

  // The second time it shows when it was created, and by whose weight it stays.
  NewStatement again = In("g", Triple(stored.subject, "p", "\"v\"@en", 0.75f));
  again.edge = 0;
  CommitOptions skip;
  skip.skip_duplicates = true;
  REQUIRE_OK(t.graph.Add(again, skip, &stored));
  CHECK(stored.weight == 0.5f);
  CHECK(stored.created_commit == 1);
  REQUIRE_OK(t.graph.Add(again, {}, &stored));
  CHECK(stored.weight == 0.75f);
  CHECK(stored.created_at == first->time);
  CHECK(stored.version == 3);
}

TEST_CASE("a repeated request shows the blank nodes that the first one made") {
  TestGraph t;
  CommitOptions once;
  once.idempotency_key = "k";
  Statement first, again;
  REQUIRE_OK(t.graph.Add(Triple("_:x", "knows", "_:y"), once, &first));
  auto replay = t.graph.Add(Triple("_:x", "knows", "_:y"), once, &again);
  REQUIRE_OK(replay);
  CHECK(replay->replayed);
  CHECK(again.id == first.id);
  CHECK(again.subject == first.subject);
  CHECK(again.subject != again.object);
  once.idempotency_key = "other";
  REQUIRE_OK(t.graph.Add(Triple("_:x", "knows", "_:y"), once, &again));
  CHECK(again.subject != first.subject);

  // Removed meanwhile: shown as it was written.
  REQUIRE_OK(t.graph.Remove(again.subject, "knows", again.object));
  Statement gone;
  REQUIRE_OK(t.graph.Add(Triple("_:x", "knows", "_:y"), once, &gone));
  CHECK(gone.id == again.id);
  CHECK(MustCount(t.graph) == 1);
}

TEST_CASE(
    "an idempotency key outlives the engine; a failed request is not kept") {
  TemporaryDirectory directory;
  CommitOptions once;
  once.idempotency_key = "k";
  {
    const auto engine = OpenEngine(directory / "data");
    Graph graph = OpenGraph(*engine);
    CHECK_FALSE(graph.Add(Triple("a", "b", "c", 7.0f), once).ok());
    CHECK_FALSE(MustAdd(graph, Triple("a", "b", "c"), once).replayed);
  }
  const auto engine = OpenEngine(directory / "data");
  Graph graph = OpenGraph(*engine);
  const CommitResult again = MustAdd(graph, Triple("a", "b", "c"), once);
  CHECK(again.replayed);
  CHECK(again.commit == 1);
}

TEST_CASE("every durability acknowledges and keeps") {
  TemporaryDirectory directory;
  {
    const auto engine = OpenEngine(directory / "data");
    Graph graph = OpenGraph(*engine);
    for (const Durability durability :
         {Durability::kSync, Durability::kGroup, Durability::kNone}) {
      CommitOptions options;
      options.durability = durability;
      MustAdd(
          graph,
          Triple("a", "b", "c" + std::to_string(static_cast<int>(durability))),
          options);
    }
  }
  const auto engine = OpenEngine(directory / "data");
  Graph graph = OpenGraph(*engine);
  CHECK(MustCount(graph) == 3);
}

}  // namespace
}  // namespace skg::test
