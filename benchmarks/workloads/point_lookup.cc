// Questions with one answer or none: what a call costs beside the reading.
#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <numeric>
#include <random>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "harness/dataset.h"
#include "harness/threads.h"
#include "workloads/loaded_store.h"
#include "workloads/workloads.h"

namespace skg::bench {
namespace {

using Clock = std::chrono::steady_clock;

struct Question {
  StatementPattern pattern;
  uint64_t answers = 0;
};

uint64_t PairOf(const TripleNumbers& triple) {
  return uint64_t{triple.subject} << 32 | triple.predicate;
}

// Shared by the series; never changes.
struct Questions {
  std::vector<Question> bound;   // subject, predicate and object
  std::vector<Question> pairs;   // subject and predicate
  std::vector<Question> absent;  // three terms that are there, but not together
  std::vector<std::string> ids;  // of statements
};

// In an order that has nothing to do with that of the data.
Questions MakeQuestions(const Dataset& dataset) {
  absl::flat_hash_map<uint64_t, uint64_t> pairs;
  absl::flat_hash_set<uint64_t> triples;
  const auto number = [&](const TripleNumbers& t) {
    return (uint64_t{t.subject} * dataset.shape.predicates + t.predicate) *
               dataset.shape.objects +
           t.object;
  };
  for (const TripleNumbers& triple : dataset.triples) {
    ++pairs[PairOf(triple)];
    triples.insert(number(triple));
  }
  std::vector<size_t> order(dataset.triples.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::shuffle(order.begin(), order.end(), std::mt19937_64(dataset.shape.seed));

  Questions questions;
  TripleNumbers last = dataset.triples[order.back()];
  for (const size_t i : order) {
    const NewStatement& statement = dataset.statements[i];
    questions.bound.push_back({{.subject = statement.subject,
                                .predicate = statement.predicate,
                                .object = statement.object},
                               1});
    questions.pairs.push_back(
        {{.subject = statement.subject, .predicate = statement.predicate},
         pairs[PairOf(dataset.triples[i])]});
    TripleNumbers other = dataset.triples[i];
    other.object = std::exchange(last, dataset.triples[i]).object;
    if (triples.contains(number(other))) continue;
    questions.absent.push_back({{.subject = statement.subject,
                                 .predicate = statement.predicate,
                                 .object = ObjectName(other.object)},
                                0});
  }
  return questions;
}

// Asks `ask(i)`, i = 0, 1, ... below `count` and round again, on several
// threads until the time is over.
absl::StatusOr<Sample> AskUntil(
    const Options& options, int threads, size_t count,
    const std::function<absl::StatusOr<uint64_t>(size_t)>& ask) {
  if (count == 0) {
    return absl::InvalidArgumentError("no question; give more --statements");
  }
  std::atomic<uint64_t> asked{0};
  std::atomic<uint64_t> rows{0};
  SKG_ASSIGN_OR_RETURN(
      const ThreadTimes times,
      TimeThreads(threads, [&](int thread) -> absl::Status {
        const auto end =
            Clock::now() + std::chrono::duration_cast<Clock::duration>(
                               std::chrono::duration<double>(options.seconds));
        size_t next =
            count / static_cast<size_t>(threads) * static_cast<size_t>(thread);
        uint64_t own = 0;
        uint64_t found = 0;
        for (; Clock::now() < end; ++own) {
          SKG_ASSIGN_OR_RETURN(const uint64_t answers, ask(next));
          found += answers;
          if (++next == count) next = 0;
        }
        asked += own;
        rows += found;
        return absl::OkStatus();
      }));
  return Sample{.operations = static_cast<double>(asked.load()),
                .seconds = times.seconds,
                .cpu_seconds = times.cpu_seconds,
                .rows = rows};
}

absl::Status Check(uint64_t answers, uint64_t expected) {
  if (answers == expected) return absl::OkStatus();
  return absl::InternalError(
      absl::StrCat(answers, " rows for a question that has ", expected));
}

// Match on a view made before (or on a new one each time).
absl::StatusOr<Sample> RunMatch(const Options& options, int threads,
                                const LoadedStore& store,
                                const std::vector<Question>& questions,
                                bool identity, bool new_view) {
  SKG_ASSIGN_OR_RETURN(const ReadView view, store.graph().Latest());
  const MatchOptions match = {.order_by = OrderField::kKey,
                              .include_identity = identity};
  return AskUntil(options, threads, questions.size(),
                  [&](size_t i) -> absl::StatusOr<uint64_t> {
                    const Question& question = questions[i];
                    SKG_ASSIGN_OR_RETURN(
                        StatementCursor cursor,
                        new_view ? store.graph().Match(question.pattern, match)
                                 : view.Match(question.pattern, match));
                    std::vector<Statement> batch;
                    uint64_t answers = 0;
                    for (;;) {
                      SKG_ASSIGN_OR_RETURN(const bool more, cursor.Next(batch));
                      if (!more) break;
                      answers += batch.size();
                    }
                    SKG_RETURN_IF_ERROR(Check(answers, question.answers));
                    return answers;
                  });
}

absl::StatusOr<Sample> RunCount(const Options& options, int threads,
                                const LoadedStore& store,
                                const std::vector<Question>& questions) {
  SKG_ASSIGN_OR_RETURN(const ReadView view, store.graph().Latest());
  return AskUntil(options, threads, questions.size(),
                  [&](size_t i) -> absl::StatusOr<uint64_t> {
                    SKG_ASSIGN_OR_RETURN(const uint64_t answers,
                                         view.Count(questions[i].pattern));
                    SKG_RETURN_IF_ERROR(Check(answers, questions[i].answers));
                    return answers;
                  });
}

absl::StatusOr<Sample> RunGet(const Options& options, int threads,
                              const LoadedStore& store,
                              const std::vector<std::string>& ids) {
  SKG_ASSIGN_OR_RETURN(const ReadView view, store.graph().Latest());
  return AskUntil(
      options, threads, ids.size(), [&](size_t i) -> absl::StatusOr<uint64_t> {
        SKG_ASSIGN_OR_RETURN(const Statement statement, view.Get(ids[i]));
        SKG_RETURN_IF_ERROR(Check(statement.id == ids[i] ? 1 : 0, 1));
        return uint64_t{1};
      });
}

absl::StatusOr<std::vector<std::string>> IdsOf(const LoadedStore& store,
                                               uint64_t most) {
  SKG_ASSIGN_OR_RETURN(
      StatementCursor cursor,
      store.graph().Match({}, {.order_by = OrderField::kKey, .limit = most}));
  SKG_ASSIGN_OR_RETURN(const std::vector<Statement> statements,
                       cursor.ToVector());
  std::vector<std::string> ids;
  ids.reserve(statements.size());
  for (const Statement& statement : statements) ids.push_back(statement.id);
  std::shuffle(ids.begin(), ids.end(), std::mt19937_64(1));
  return ids;
}

}  // namespace

absl::StatusOr<Plan> PreparePointLookup(const Options& options) {
  constexpr uint64_t kMostIds = 20'000;
  const Dataset dataset =
      MakeDataset({.statements = options.statements, .seed = options.seed});
  SKG_ASSIGN_OR_RETURN(const std::shared_ptr<LoadedStore> store,
                       LoadedStore::Make(options, dataset));
  auto made = std::make_shared<Questions>(MakeQuestions(dataset));
  SKG_ASSIGN_OR_RETURN(made->ids, IdsOf(*store, kMostIds));
  const std::shared_ptr<const Questions> questions = std::move(made);

  Plan plan;
  plan.facts = {{"data", dataset.Describe()},
                {"store", "loaded, closed and opened again; caches are warm"},
                {"run", absl::StrCat(options.seconds,
                                     " s of questions in random order")}};
  for (const int threads :
       options.threads.empty() ? std::vector<int>{1} : options.threads) {
    const std::string suffix =
        threads == 1 ? "" : absl::StrCat(" ", threads, " threads");
    const auto add = [&](const std::string& name,
                         std::function<absl::StatusOr<Sample>()> run) {
      plan.series.push_back(
          {.name = name + suffix, .unit = "calls", .run = std::move(run)});
    };
    add("Match s p o", [=] {
      return RunMatch(options, threads, *store, questions->bound, false, false);
    });
    add("Match s p o, with identity", [=] {
      return RunMatch(options, threads, *store, questions->bound, true, false);
    });
    add("Match s p o, new view each", [=] {
      return RunMatch(options, threads, *store, questions->bound, false, true);
    });
    add("Match s p ?", [=] {
      return RunMatch(options, threads, *store, questions->pairs, false, false);
    });
    add("Match s p o, absent", [=] {
      return RunMatch(options, threads, *store, questions->absent, false,
                      false);
    });
    add("Count s p ?",
        [=] { return RunCount(options, threads, *store, questions->pairs); });
    add("Get by id",
        [=] { return RunGet(options, threads, *store, questions->ids); });
  }
  return plan;
}

}  // namespace skg::bench
