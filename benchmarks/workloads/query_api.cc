// What a query through the C++ API costs beside its reading: a text each time,
// a prepared query with values, Match; and rows a second, as text and as
// columns.
#include <algorithm>
#include <chrono>
#include <functional>
#include <memory>
#include <numeric>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "harness/dataset.h"
#include "harness/threads.h"
#include "workloads/loaded_store.h"
#include "workloads/workloads.h"

namespace skg::bench {
namespace {

using Clock = std::chrono::steady_clock;
using Rows = std::vector<std::vector<std::string>>;

// The objects of a subject and a predicate.
struct Question {
  std::string subject, predicate;
  uint64_t answers = 0;
};

std::vector<Question> MakeQuestions(const Dataset& dataset) {
  absl::flat_hash_map<uint64_t, uint64_t> pairs;
  const auto pair_of = [](const TripleNumbers& t) {
    return uint64_t{t.subject} << 32 | t.predicate;
  };
  for (const TripleNumbers& triple : dataset.triples) ++pairs[pair_of(triple)];
  std::vector<size_t> order(dataset.triples.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::shuffle(order.begin(), order.end(), std::mt19937_64(dataset.shape.seed));
  std::vector<Question> questions;
  for (const size_t i : order) {
    questions.push_back({dataset.statements[i].subject,
                         dataset.statements[i].predicate,
                         pairs[pair_of(dataset.triples[i])]});
  }
  return questions;
}

// `work` says how many operations and rows it did.
absl::StatusOr<Sample> Timed(
    const std::function<absl::Status(Sample& sample)>& work) {
  Sample sample;
  SKG_ASSIGN_OR_RETURN(const ThreadTimes times,
                       TimeThreads(1, [&](int) { return work(sample); }));
  sample.seconds = times.seconds;
  sample.cpu_seconds = times.cpu_seconds;
  return sample;
}

absl::StatusOr<Sample> AskUntil(
    const Options& options, const std::vector<Question>& questions,
    const std::function<absl::StatusOr<uint64_t>(const Question&)>& ask) {
  return Timed([&](Sample& sample) -> absl::Status {
    const auto end =
        Clock::now() + std::chrono::duration_cast<Clock::duration>(
                           std::chrono::duration<double>(options.seconds));
    for (size_t i = 0; Clock::now() < end; i = (i + 1) % questions.size()) {
      SKG_ASSIGN_OR_RETURN(const uint64_t answers, ask(questions[i]));
      if (answers != questions[i].answers) {
        return absl::InternalError(absl::StrCat(
            answers, " rows for a question that has ", questions[i].answers));
      }
      sample.operations += 1;
      sample.rows += answers;
    }
    return absl::OkStatus();
  });
}

absl::StatusOr<uint64_t> CountRows(absl::StatusOr<QueryResult> result) {
  SKG_RETURN_IF_ERROR(result.status());
  Rows rows;
  for (;;) {
    SKG_ASSIGN_OR_RETURN(const bool more, result->Next(rows));
    if (!more) return result->rows();
  }
}

absl::StatusOr<uint64_t> AskByMatch(const ReadView& view,
                                    const Question& question) {
  SKG_ASSIGN_OR_RETURN(
      StatementCursor cursor,
      view.Match({.subject = question.subject, .predicate = question.predicate},
                 {.order_by = OrderField::kKey, .include_identity = false}));
  std::vector<Statement> batch;
  uint64_t answers = 0;
  for (;;) {
    SKG_ASSIGN_OR_RETURN(const bool more, cursor.Next(batch));
    if (!more) return answers;
    answers += batch.size();
  }
}

// What is taken of each batch.
enum class Taken { kRows, kIds, kTexts, kPlainTexts };

absl::StatusOr<Sample> ReadAll(const Graph& graph, const std::string& text,
                               uint64_t expected, Taken taken) {
  return Timed([&](Sample& sample) -> absl::Status {
    SKG_ASSIGN_OR_RETURN(QueryResult result, graph.Query(text));
    ColumnBatch batch;
    Rows rows;
    uint64_t seen = 0;
    for (;;) {
      SKG_ASSIGN_OR_RETURN(const bool more, taken == Taken::kRows
                                                ? result.Next(rows)
                                                : result.NextBatch(batch));
      if (!more) break;
      for (size_t c = 0; taken != Taken::kRows && c < batch.columns(); ++c) {
        const Column& column = batch.column(c);
        seen += column.ids.size();
        if (taken == Taken::kIds || column.kind != Column::Kind::kTerms)
          continue;
        SKG_ASSIGN_OR_RETURN(
            const TextColumn texts,
            batch.Texts(c, taken == Taken::kTexts ? TextForm::kName
                                                  : TextForm::kPlain));
        seen += texts.bytes.size();
      }
    }
    sample.operations = static_cast<double>(result.rows());
    sample.rows = result.rows();
    if (result.rows() == expected && (taken == Taken::kRows || seen > 0))
      return absl::OkStatus();
    return absl::InternalError(
        absl::StrCat(result.rows(), " rows instead of ", expected));
  });
}

void AddCalls(const Options& options, const std::shared_ptr<LoadedStore>& store,
              std::shared_ptr<const std::vector<Question>> questions,
              Plan& plan) {
  const auto add = [&](const char* name, auto make_ask) {
    plan.series.push_back(
        {.name = name, .unit = "calls", .run = [=]() -> absl::StatusOr<Sample> {
           SKG_ASSIGN_OR_RETURN(auto ask, make_ask(store->graph()));
           return AskUntil(options, *questions, ask);
         }});
  };
  using Ask = std::function<absl::StatusOr<uint64_t>(const Question&)>;
  add("Match s p ?", [](const Graph& graph) -> absl::StatusOr<Ask> {
    SKG_ASSIGN_OR_RETURN(const ReadView view, graph.Latest());
    return [view](const Question& q) { return AskByMatch(view, q); };
  });
  add("query, text each", [](const Graph& graph) -> absl::StatusOr<Ask> {
    return [graph](const Question& q) {
      return CountRows(
          graph.Query(absl::StrCat("SELECT ?o { <urn:skg:", q.subject,
                                   "> <urn:skg:", q.predicate, "> ?o }")));
    };
  });
  add("query with parameters", [](const Graph& graph) -> absl::StatusOr<Ask> {
    return [graph](const Question& q) {
      return CountRows(
          graph.Query("SELECT ?o { ?s ?p ?o }",
                      {.parameters = {{"s", q.subject}, {"p", q.predicate}}}));
    };
  });
  add("prepared", [](const Graph& graph) -> absl::StatusOr<Ask> {
    SKG_ASSIGN_OR_RETURN(const PreparedQuery query,
                         graph.Prepare("SELECT ?o { ?s ?p ?o }"));
    return [query](const Question& q) {
      return CountRows(query.Run({{"s", q.subject}, {"p", q.predicate}}));
    };
  });
  add("prepared, on a view", [](const Graph& graph) -> absl::StatusOr<Ask> {
    SKG_ASSIGN_OR_RETURN(const ReadView view, graph.Latest());
    SKG_ASSIGN_OR_RETURN(const PreparedQuery query,
                         view.Prepare("SELECT ?o { ?s ?p ?o }"));
    return [query](const Question& q) {
      return CountRows(query.Run({{"s", q.subject}, {"p", q.predicate}}));
    };
  });
  plan.comparisons.push_back(
      {.ours = "prepared, on a view", .peers = {"Match s p ?"}});
  plan.comparisons.push_back(
      {.ours = "prepared", .peers = {"query, text each"}});
}

void AddRows(const std::shared_ptr<LoadedStore>& store, uint64_t expected,
             Plan& plan) {
  const auto add = [&](const std::string& name, const std::string& text,
                       Taken taken) {
    plan.series.push_back({.name = name, .unit = "rows", .run = [=] {
                             return ReadAll(store->graph(), text, expected,
                                            taken);
                           }});
  };
  const std::string two = "SELECT ?s ?o { ?s ?p ?o }";
  const std::string weighed =
      "PREFIX skg: <urn:skg-vocabulary:> SELECT ?s ?o ?w "
      "{ << ?s ?p ?o >> skg:weight ?w }";
  add("Next, 2 terms", two, Taken::kRows);
  add("NextBatch, 2 columns of ids", two, Taken::kIds);
  add("NextBatch, 2 columns of names", two, Taken::kTexts);
  add("NextBatch, 2 columns of plain text", two, Taken::kPlainTexts);
  add("NextBatch, 1 column of ids", "SELECT ?o { ?s ?p ?o }", Taken::kIds);
  add("Next, 2 terms and a number", weighed, Taken::kRows);
  add("NextBatch, 2 plain texts and a number", weighed, Taken::kPlainTexts);
  add("NextBatch, a column of numbers",
      "PREFIX skg: <urn:skg-vocabulary:> SELECT ?w { << ?s ?p ?o >> "
      "skg:weight ?w }",
      Taken::kPlainTexts);
}

}  // namespace

absl::StatusOr<Plan> PrepareQueryApi(const Options& options) {
  constexpr int kWeights = 100;
  Dataset dataset =
      MakeDataset({.statements = options.statements, .seed = options.seed});
  for (size_t i = 0; i < dataset.statements.size(); ++i) {
    dataset.statements[i].weight =
        static_cast<float>(i % kWeights) / static_cast<float>(kWeights);
  }
  SKG_ASSIGN_OR_RETURN(const std::shared_ptr<LoadedStore> store,
                       LoadedStore::Make(options, dataset));
  const auto questions =
      std::make_shared<const std::vector<Question>>(MakeQuestions(dataset));
  Plan plan;
  plan.facts = {{"data", dataset.Describe()},
                {"store", "loaded, closed and opened again; caches are warm"},
                {"run", absl::StrCat(options.seconds,
                                     " s of calls, or all rows; one thread "
                                     "asks")}};
  AddCalls(options, store, questions, plan);
  AddRows(store, dataset.statements.size(), plan);
  return plan;
}

}  // namespace skg::bench
