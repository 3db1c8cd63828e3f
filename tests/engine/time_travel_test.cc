// Views of the past, differences, versions, valid times and limits of history,
// through the public headers.
#include "skg/time_travel.h"

#include <catch2/catch.hpp>
#include <map>
#include <random>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "engine/open_graph.h"
#include "skg/field_error.h"
#include "skg/pattern_query.h"

namespace skg::test {
namespace {

using Kind = Difference::Kind;

absl::Time Year(int year) {
  return absl::FromCivil(absl::CivilYear(year), absl::UTCTimeZone());
}

ReadView MustAsOf(const Graph& graph, PointInTime point) {
  auto view = graph.AsOf(point);
  REQUIRE_OK(view);
  return *std::move(view);
}

std::vector<std::string> DiffTexts(const Graph& graph, const ReadView& from,
                                   const ReadView& to,
                                   const StatementPattern& pattern = {}) {
  auto cursor = graph.Diff(from, to, pattern);
  REQUIRE_OK(cursor);
  auto differences = cursor->ToVector();
  REQUIRE_OK(differences);
  std::vector<std::string> texts;
  for (const Difference& one : *differences) {
    switch (one.kind) {
      case Kind::kAdded:
        texts.push_back("+ " + Text(one.after));
        break;
      case Kind::kRemoved:
        texts.push_back("- " + Text(one.before));
        break;
      case Kind::kChanged:
        REQUIRE(one.before.id == one.after.id);
        texts.push_back("= " + Text(one.after));
        break;
    }
  }
  return texts;
}

TEST_CASE("a past view shows what was, by commit and by time") {
  TestGraph test;
  Graph& graph = test.graph;
  const CommitResult first = MustAdd(graph, Triple("a", "p", "b"));
  const CommitResult second = MustAdd(graph, Triple("a", "p", "c", 0.5f));
  REQUIRE_OK(graph.Remove("a", "p", "b"));
  MustAdd(graph, Triple("a", "p", "c", 0.9f));

  ReadView then = MustAsOf(graph, 2);
  REQUIRE(then.commit() == 2);
  REQUIRE(then.time() == second.time);
  REQUIRE(Texts(Matches(then)) == List({"a p b", "a p c"}));
  REQUIRE(Matches(then)[1].weight == 0.5f);
  REQUIRE(MustCount(then) == 2);
  REQUIRE(MustCount(then, Where({}, "p")) == 2);
  REQUIRE(then.Stats()->objects == 2);
  const std::string id = Matches(then)[0].id;
  REQUIRE(then.Get(id)->object == "b");
  REQUIRE(absl::IsNotFound(graph.Get(id).status()));

  REQUIRE(MustAsOf(graph, first.time).commit() == 1);
  REQUIRE(MustAsOf(graph, second.time - absl::Nanoseconds(1)).commit() == 1);
  REQUIRE(MustAsOf(graph, absl::Now() + absl::Hours(1)).commit() == 4);
  ReadView nothing = MustAsOf(graph, 0);
  REQUIRE(MustCount(nothing) == 0);
  REQUIRE(absl::IsOutOfRange(graph.AsOf(5).status()));
  REQUIRE(absl::IsOutOfRange(graph.AsOf(first.time - absl::Hours(1)).status()));
}

TEST_CASE("what differs between two states") {
  TestGraph test;
  Graph& graph = test.graph;
  NewStatement noted = Triple("a", "p", "noted");
  noted.metadata = R"({"n":1})";
  MustAddAll(graph, {Triple("a", "p", "kept"), Triple("a", "p", "gone"),
                     Triple("a", "p", "weighed"), Triple("a", "p", "restored"),
                     noted});
  noted.metadata = R"({"n":2})";
  MustAddAll(graph, {Triple("a", "p", "weighed", 0.2f), noted,
                     Triple("a", "p", "restored", 0.1f),
                     In("g", Triple("a", "p", "kept"))});
  REQUIRE_OK(graph.Remove("a", "p", "gone"));
  MustAddAll(graph, {Triple("a", "p", "new"), Triple("a", "p", "restored")});

  const ReadView then = MustAsOf(graph, 1);
  const ReadView now = *graph.Latest();
  REQUIRE(DiffTexts(graph, then, now) ==
          List({"+ a p kept @g", "- a p gone", "= a p weighed", "= a p noted",
                "+ a p new"}));
  REQUIRE(DiffTexts(graph, now, then) ==
          List({"- a p kept @g", "+ a p gone", "= a p weighed", "= a p noted",
                "- a p new"}));
  REQUIRE(DiffTexts(graph, then, then).empty());
  REQUIRE(DiffTexts(graph, then, now, Where("unheard of")).empty());
  REQUIRE(DiffTexts(graph, then, now, Where({}, {}, "new", "")) ==
          List({"+ a p new"}));
  // Who leaves the range of weights is gone from what matches.
  StatementPattern heavy;
  heavy.weight_min = 0.5f;
  heavy.object = "weighed";
  REQUIRE(DiffTexts(graph, then, now, heavy) == List({"- a p weighed"}));

  auto other = OpenGraph(*test.engine, "other");
  const auto mixed = graph.Diff(then, *other.Latest());
  REQUIRE(absl::IsInvalidArgument(mixed.status()));
  StatementPattern wrong;
  wrong.weight_min = 2;
  REQUIRE(absl::IsInvalidArgument(graph.Diff(then, now, wrong).status()));
}

TEST_CASE("a difference ends when it is stopped") {
  TestGraph test;
  MustAdd(test.graph, Triple("a", "p", "b"));
  std::stop_source stop;
  auto cursor = test.graph.Diff(MustAsOf(test.graph, 0), *test.graph.Latest(),
                                {}, {.stop = stop.get_token()});
  REQUIRE_OK(cursor);
  stop.request_stop();
  std::vector<Difference> batch;
  CHECK(absl::IsCancelled(cursor->Next(batch).status()));
}

TEST_CASE("the versions of one statement") {
  TestGraph test;
  Graph& graph = test.graph;
  NewStatement statement = Triple("a", "p", "b", 0.5f);
  statement.metadata = R"({"by":"me"})";
  MustAdd(graph, statement);
  MustAdd(graph, Triple("x", "p", "y"));
  MustAdd(graph, Triple("a", "p", "b", 0.7f));
  REQUIRE_OK(graph.Remove("a", "p", "b"));
  const CommitResult last = MustAdd(graph, Triple("a", "p", "b"));

  auto versions = graph.History("a", "p", "b");
  REQUIRE_OK(versions);
  REQUIRE(versions->size() == 4);
  REQUIRE((*versions)[0].kind == Change::Kind::kInserted);
  REQUIRE((*versions)[0].statement.metadata == R"({"by":"me"})");
  REQUIRE((*versions)[1].kind == Change::Kind::kReplaced);
  REQUIRE((*versions)[1].commit == 3);
  REQUIRE((*versions)[1].statement.weight == 0.7f);
  REQUIRE((*versions)[1].statement.created_commit == 1);
  REQUIRE((*versions)[2].kind == Change::Kind::kRemoved);
  REQUIRE((*versions)[2].statement.metadata.empty());
  REQUIRE((*versions)[3].kind == Change::Kind::kInserted);
  REQUIRE((*versions)[3].time == last.time);
  REQUIRE((*versions)[3].statement.created_commit == 5);

  const std::string id = (*versions)[0].statement.id;
  REQUIRE_OK(graph.Remove("a", "p", "b"));
  versions = graph.History(id);  // removed by now
  REQUIRE_OK(versions);
  REQUIRE(versions->size() == 5);
  REQUIRE_OK(graph.ForgetHistoryBefore(4));
  REQUIRE(graph.History(id)->size() == 2);
  REQUIRE(graph.History(id)->front().commit == 5);
  REQUIRE(absl::IsNotFound(graph.History("a", "p", "z").status()));
  REQUIRE(absl::IsNotFound(
      graph.History("123e4567-e89b-12d3-a456-426614174000").status()));
  REQUIRE(absl::IsInvalidArgument(graph.History("no id").status()));
}

TEST_CASE("history is forgotten for good, and says from where it is kept") {
  TestGraph test;
  Graph& graph = test.graph;
  std::vector<CommitResult> commits;
  for (int i = 0; i < 5; ++i)
    commits.push_back(MustAdd(graph, Triple("a", "p", std::to_string(i))));
  REQUIRE(graph.history_limits()->first_state == 0);
  REQUIRE(graph.history_limits()->first_change == 1);
  REQUIRE(!graph.history_limits()->kept_for.has_value());
  REQUIRE_OK(graph.ForgetHistoryBefore(commits[2].time));
  REQUIRE(graph.history_limits()->first_state == 3);
  const auto refused = graph.AsOf(2).status();
  REQUIRE(absl::IsOutOfRange(refused));
  REQUIRE_THAT(Message(refused), Catch::Contains("from commit 3 on"));
  const auto early = graph.AsOf(commits[1].time).status();
  REQUIRE(absl::IsOutOfRange(early));
  REQUIRE_THAT(Message(early), Catch::Contains("commit 3"));
  REQUIRE(MustAsOf(graph, 3).commit() == 3);
  REQUIRE(absl::IsInvalidArgument(graph.ForgetHistoryBefore(1)));
  REQUIRE_OK(graph.KeepHistoryFor(absl::Hours(24)));
  REQUIRE(*graph.history_limits()->kept_for == absl::Hours(24));
  REQUIRE_OK(graph.KeepHistoryFor(std::nullopt));
  REQUIRE(!graph.history_limits()->kept_for.has_value());
}

TEST_CASE("a document may ask the past") {
  TestGraph test;
  Graph& graph = test.graph;
  const CommitResult first = MustAdd(graph, Triple("a", "p", "b"));
  MustAdd(graph, Triple("a", "p", "c"));
  const auto rows = [&](const std::string& more,
                        const PatternQueryOptions& options = {}) {
    auto result = graph.QueryJson(R"({"patterns":[{}])" + more + "}", options);
    REQUIRE_OK(result);
    return Texts(result->statements);
  };
  REQUIRE(rows("") == List({"a p b", "a p c"}));
  REQUIRE(rows(R"(,"as_of":1)") == List({"a p b"}));
  REQUIRE(rows(R"(,"as_of":"1")") == List({"a p b"}));
  REQUIRE(rows(R"(,"as_of":null)").size() == 2);
  REQUIRE(rows(R"(,"as_of":")" +
               absl::FormatTime(absl::RFC3339_full, first.time,
                                absl::FixedTimeZone(3600)) +
               R"(")") == List({"a p b"}));
  REQUIRE(rows(R"(,"as_of":"2999-01-01")").size() == 2);
  REQUIRE(rows("", {.as_of = 1}) == List({"a p b"}));
  auto walk = graph.QueryJson(R"({"start_entity":"a","as_of":1})");
  REQUIRE_OK(walk);
  REQUIRE(walk->edges.size() == 1);

  for (const std::string value : {"3", R"("2000-01-01")"}) {
    const auto status =
        graph.QueryJson(R"({"patterns":[{}],"as_of":)" + value + "}").status();
    REQUIRE(absl::IsOutOfRange(status));
    REQUIRE(FieldErrors(status).size() == 1);
    REQUIRE(FieldErrors(status)[0].path == List({"as_of"}));
  }
  for (const std::string value :
       {R"("yesterday")", "1.5", "-1", "true", "[]", R"("")"}) {
    const auto status =
        graph.QueryJson(R"({"patterns":[{}],"as_of":)" + value + "}").status();
    INFO(value);
    REQUIRE(absl::IsInvalidArgument(status));
    REQUIRE(FieldErrors(status)[0].path == List({"as_of"}));
  }
  REQUIRE(absl::IsInvalidArgument(
      graph.QueryJson(R"({"patterns":[{}],"as_of":1})", {.as_of = 1})
          .status()));
  REQUIRE(
      FieldErrors(
          graph.QueryJson(R"({"patterns":[{}],"valid_at":"soon"})").status())
          .front()
          .path == List({"valid_at"}));
}

TEST_CASE("only what holds at a time matches") {
  TestGraph test;
  Graph& graph = test.graph;
  const auto holding = [](const char* o, std::optional<absl::Time> from,
                          std::optional<absl::Time> to) {
    NewStatement statement = Triple("a", "p", o);
    statement.valid_from = from;
    statement.valid_to = to;
    return statement;
  };
  MustAddAll(graph,
             {Triple("a", "p", "always"), holding("from", Year(2000), {}),
              holding("to", {}, Year(2010)),
              holding("between", Year(2000), Year(2010))});
  const auto at = [&](absl::Time time) {
    StatementPattern pattern;
    pattern.valid_at = time;
    REQUIRE(MustCount(graph, pattern) == Matches(graph, pattern).size());
    return Texts(Matches(graph, pattern));
  };
  REQUIRE(at(Year(1999)) == List({"a p always", "a p to"}));
  REQUIRE(at(Year(2000)).size() == 4);  // the beginning belongs to it
  REQUIRE(at(Year(2010)) == List({"a p always", "a p from"}));  // the end not
  const auto changes = [&](const char* time) {
    auto result = graph.QueryJson(
        std::string(R"({"patterns":[{}],"valid_at":")") + time + R"("})");
    REQUIRE_OK(result);
    return result->statements.size();
  };
  REQUIRE(changes("2005-06-01") == 4);
  REQUIRE(changes("2010-01-01T00:00:00Z") == 2);
}

// Random statements with valid times and weights, also in named graphs.
std::vector<NewStatement> RandomStatements(std::mt19937_64& random) {
  std::vector<NewStatement> statements;
  const size_t count = 1 + random() % 8;
  for (size_t i = 0; i < count; ++i) {
    NewStatement statement = Triple("e" + std::to_string(random() % 6),
                                    "p" + std::to_string(random() % 3),
                                    "e" + std::to_string(random() % 6),
                                    static_cast<float>(random() % 5) / 4);
    if (random() % 4 == 0) statement.graph = "g" + std::to_string(random() % 2);
    const int from = 2000 + static_cast<int>(random() % 10);
    if (random() % 2 == 0) statement.valid_from = Year(from);
    if (random() % 2 == 0)
      statement.valid_to = Year(from + 1 + static_cast<int>(random() % 5));
    statements.push_back(std::move(statement));
  }
  return statements;
}

// Queries of all forms, with `more` members in each.
std::vector<std::string> Documents(const std::string& more) {
  std::vector<std::string> documents;
  for (const char* document :
       {R"({"pattern":[null,"p1",null],"k":1000,"min_weight":0.5)",
        R"({"patterns":[{"subject":"?a","predicate":"p0","object":"?b"},
               {"subject":"?b","predicate":"p1","object":"?c"}],"limit":1000)",
        R"({"patterns":[{"predicate":"p0"},{"object":"e1","weight_min":0.5},
               {"graph":"g1"}],"operator":"OR","limit":1000)",
        R"({"patterns":[{},{"predicate":"p2"}],"operator":"NOT","limit":1000)",
        R"({"patterns":[{"subject":"?a","predicate":"p0"},
               {"subject":"?a","predicate":"p2","weight_max":0.5}],
               "operator":"NOT","limit":1000)",
        R"({"patterns":[{"subject":"e1"},{"predicate":"p1"}],"limit":1000)",
        R"({"start_entity":"e0","max_depth":4,"limit":1000)",
        R"({"start_entity":"e0","direction":"out","strategy":"dfs")"}) {
    documents.push_back(std::string(document) + more + "}");
  }
  return documents;
}

std::vector<std::string> Answers(const Graph& graph, const std::string& more) {
  std::vector<std::string> answers;
  for (const std::string& document : Documents(more)) {
    INFO(document);
    auto result = graph.QueryJson(document);
    REQUIRE_OK(result);
    answers.push_back(PatternResultJson(*result));
  }
  return answers;
}

bool HoldsIn(const NewStatement& statement, absl::Time time) {
  return (!statement.valid_from || *statement.valid_from <= time) &&
         (!statement.valid_to || time < *statement.valid_to);
}

// The same commits in a second graph, but for what does not hold, are the same
// answers; and those of each moment come back later.
TEST_CASE("queries of the past and of a valid time find what they should") {
  std::mt19937_64 random = Random(700);
  for (int round = 0; round < 6; ++round) {
    TestGraph test;
    Graph& graph = test.graph;
    Graph valid = OpenGraph(*test.engine, "valid");
    const int year = 2000 + static_cast<int>(random() % 14);
    const std::string valid_at =
        R"(,"valid_at":")" + std::to_string(year) + R"(-01-01")";
    std::vector<std::vector<std::string>> answers, valid_answers;
    for (int commit = 1; commit <= 12; ++commit) {
      std::vector<NewStatement> statements = RandomStatements(random);
      MustAddAll(graph, statements);
      // One commit too, so that commits and term numbers are those of the
      // first graph.
      auto transaction = valid.Begin();
      REQUIRE_OK(transaction);
      for (const NewStatement& statement : statements)
        REQUIRE_OK(transaction->Add(statement));
      for (const NewStatement& statement : statements) {
        bool last_holds = false;
        for (const NewStatement& same : statements) {
          if (same.subject == statement.subject &&
              same.predicate == statement.predicate &&
              same.object == statement.object && same.graph == statement.graph)
            last_holds = HoldsIn(same, Year(year));
        }
        if (!last_holds)
          REQUIRE_OK(transaction->Remove(statement.subject, statement.predicate,
                                         statement.object, statement.graph));
      }
      REQUIRE_OK(valid.Apply(*std::move(transaction)));
      answers.push_back(Answers(graph, ""));
      valid_answers.push_back(Answers(graph, valid_at));
    }
    for (size_t i = 0; i < answers.size(); ++i) {
      const std::string as_of = R"(,"as_of":)" + std::to_string(i + 1);
      REQUIRE(Answers(graph, as_of) == answers[i]);
      REQUIRE(Answers(graph, as_of + valid_at) == valid_answers[i]);
    }
    StatementPattern holding;
    holding.valid_at = Year(year);
    MatchOptions by_subject{.order_by = OrderField::kSubject};
    REQUIRE(Texts(Matches(graph, holding, by_subject)) ==
            Texts(Matches(valid, {}, by_subject)));
    REQUIRE(MustCount(graph, holding) == MustCount(valid));
    const std::string ordered = R"(,"order_by":"subject_asc")";
    for (
        const char* patterns :
        {R"({"patterns":[{}],"limit":1000)",
         R"({"patterns":[{"subject":"?a","predicate":"p0","object":"?b"},
              {"subject":"?b","predicate":"p1"}],"limit":1000)",
         R"({"patterns":[{},{"predicate":"p1"}],"operator":"NOT","limit":1000)",
         R"({"patterns":[{"weight_min":0.3},{"graph":"g0"}],"operator":"NOT")"}) {
      auto here = graph.QueryJson(patterns + ordered + valid_at + "}");
      auto there = valid.QueryJson(patterns + ordered + "}");
      REQUIRE_OK(here);
      REQUIRE_OK(there);
      REQUIRE(Texts(here->statements) == Texts(there->statements));
    }
  }
}

TEST_CASE("changes that are forgotten cannot be watched, but shown") {
  TestGraph test;
  Graph& graph = test.graph;
  for (int i = 1; i <= 5; ++i)
    MustAdd(graph, Triple("a", "p", "b" + std::to_string(i)));
  REQUIRE_OK(graph.ForgetChangesBefore(4));
  REQUIRE(graph.history_limits()->first_change == 4);
  const auto watch = [&](uint64_t after) {
    return graph.Watch({}, after, [](const Change&) {}).status();
  };
  REQUIRE(absl::IsOutOfRange(watch(2)));
  REQUIRE_THAT(Message(watch(2)), Catch::Contains("first one is commit 4"));
  REQUIRE_OK(watch(3));
  ReadView then = MustAsOf(graph, 2);
  REQUIRE(MustCount(then) == 2);
  const std::vector<Statement> all = Matches(graph);
  REQUIRE(all.size() == 5);
  for (size_t i = 0; i < all.size(); ++i)
    REQUIRE(all[i].created_at == MustAsOf(graph, i + 1).time());
  auto transaction = graph.Begin();
  REQUIRE_OK(transaction);
  REQUIRE(Matches(*transaction).size() == 5);
  MustAdd(graph, Triple("x", "p", "y"));
  MustAdd(graph, Triple("x", "p", "z"));
  REQUIRE_OK(graph.ForgetChangesBefore(UINT64_MAX));
  REQUIRE(graph.history_limits()->first_change == 7);
}

TEST_CASE("an export of the past") {
  TestGraph test;
  Graph& graph = test.graph;
  MustAdd(graph, Triple("a", "p", "b"));
  MustAdd(graph, In("g", Triple("a", "p", "c")));
  const auto text = [&](std::optional<PointInTime> point) {
    std::string written;
    const ExportSink sink{.write = [&](std::string_view bytes) {
      written.append(bytes);
      return absl::OkStatus();
    }};
    auto result =
        graph.Export(sink, {.format = Format::kNTriples, .as_of = point});
    return result.ok() ? written : std::string(Message(result.status()));
  };
  REQUIRE(text(1) == "<urn:skg:a> <urn:skg:p> <urn:skg:b> .\n");
  REQUIRE_THAT(text({}), Catch::Contains("named graphs"));
  REQUIRE_THAT(text(7), Catch::Contains("no commit 7"));
}

TEST_CASE("points in time as text") {
  REQUIRE(ParsePointInTime("17")->commit() == 17);
  REQUIRE(ParsePointInTime("0")->commit() == 0);
  REQUIRE(ParsePointInTime("2024-01-15")->time() ==
          absl::FromCivil(absl::CivilDay(2024, 1, 15), absl::UTCTimeZone()));
  REQUIRE(ParsePointInTime("2024-01-15T10:30:00.5+01:00")->time() ==
          absl::FromCivil(absl::CivilSecond(2024, 1, 15, 9, 30, 0),
                          absl::UTCTimeZone()) +
              absl::Milliseconds(500));
  for (const char* text :
       {"", "-1", "+1", "1.0", "now", "2024-13-01", "2024-01-15 10:30:00Z",
        "18446744073709551616", " 1", "2024-01-15T"}) {
    INFO(text);
    REQUIRE(absl::IsInvalidArgument(ParsePointInTime(text).status()));
  }
}

class CountingHold : public HoldCheck {
 public:
  absl::Status MayForget(std::string_view graph, absl::Time before) override {
    asked.emplace_back(std::string(graph), before);
    return held ? absl::UnavailableError("case 7 needs it") : absl::OkStatus();
  }
  bool held = true;
  std::vector<std::pair<std::string, absl::Time>> asked;
};

TEST_CASE("what somebody holds is not forgotten") {
  TemporaryDirectory directory;
  EngineOptions options;
  options.durability = Durability::kNone;
  options.memory_budget_bytes = size_t{64} << 20;
  const auto hold = std::make_shared<CountingHold>();
  options.hold_check = hold;
  auto engine = Engine::Open(directory / "data", options);
  REQUIRE_OK(engine);
  Graph graph = OpenGraph(**engine, "acme/crm");
  std::vector<CommitResult> commits;
  for (int i = 0; i < 4; ++i)
    commits.push_back(MustAdd(graph, Triple("a", "p", std::to_string(i))));

  const absl::Status refused = graph.ForgetHistoryBefore(3);
  CHECK(absl::IsFailedPrecondition(refused));
  for (const char* part : {"acme/crm", "commit 3", "case 7 needs it"})
    CHECK_THAT(std::string(refused.message()), Catch::Contains(part));
  REQUIRE(hold->asked.size() == 1);
  CHECK(hold->asked[0] ==
        std::pair<std::string, absl::Time>("acme/crm", commits[2].time));
  CHECK(MustAsOf(graph, 1).commit() == 1);

  hold->held = false;
  REQUIRE_OK(graph.ForgetHistoryBefore(3));
  CHECK(absl::IsOutOfRange(graph.AsOf(1).status()));
  CHECK(MustAsOf(graph, 3).commit() == 3);
}

}  // namespace
}  // namespace skg::test
