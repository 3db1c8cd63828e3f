// Any text, as a query and as an update of a small graph, with small limits: it
// ends, with an answer or with an error that a caller's text may cause, and
// gives back what it took.
#pragma once

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/time/clock.h"
#include "base/cancellation.h"
#include "base/memory_budget.h"
#include "base/strings.h"
#include "query/exec/run.h"
#include "query/exec/update.h"
#include "query/parameters.h"
#include "sparql/parser.h"
#include "storage/memory_kv.h"
#include "storage/store.h"

namespace skg::test {

// Not thread-safe.
class TextEvaluator {
 public:
  TextEvaluator() {
    store_ = Taken(storage::Store::Open(storage::MakeMemoryKv(), {}));
    const storage::Store::CreateOptions create;
    graph_.emplace(Taken(store_->OpenGraph("public", "main", &create)));
    const auto filled = graph_->Run(
        [this](storage::Transaction& transaction) {
          const auto update = sparql::ParseUpdate(kData, Parsing());
          Require(update.ok());
          return query::ApplyUpdate(*update, transaction, Execution(nullptr));
        },
        {});
    Require(filled.ok());
  }

  // Ends the program where it does not.
  void Check(std::string_view text) {
    CheckQuery(text);
    CheckUpdate(text);
    Require(budget_.free_bytes() == budget_.limit_bytes());
  }

 private:
  // Paths with a loop, numbers, languages, a named graph, blank nodes, triple
  // terms, and what no number is.
  static constexpr std::string_view kData =
      "INSERT DATA { :a :p :b . :b :p :c . :c :p :a , :d . :a :n 1 , 2.5 . "
      ":b :n 3 , 1e1 . :c :n \"x\"^^<http://www.w3.org/2001/XMLSchema#integer> "
      ". :a :l 'one'@en , 'eins'@de , 'text' . _:x :p _:y . _:y :n 7 . "
      ":a :t <<( :a :p :b )>> . :d a :Thing . "
      ":d :w '2024-01-15T10:30:00Z'^^"
      "<http://www.w3.org/2001/XMLSchema#dateTime> , true . "
      "GRAPH :g { :a :p :c . :c :q :a } GRAPH :h { :a :p :b } }";
  static constexpr uint64_t kMostRows = 2000;

  static void Require(bool condition) {
    if (!condition) std::abort();
  }
  template <typename T>
  static T Taken(absl::StatusOr<T> value) {
    Require(value.ok());
    return *std::move(value);
  }

  // What the text of a caller may bring about.
  static void RequireKnown(const absl::Status& status) {
    switch (status.code()) {
      case absl::StatusCode::kOk:
      case absl::StatusCode::kInvalidArgument:
      case absl::StatusCode::kResourceExhausted:
      case absl::StatusCode::kDeadlineExceeded:
      case absl::StatusCode::kFailedPrecondition:
      case absl::StatusCode::kAlreadyExists:
      case absl::StatusCode::kNotFound:
        Require(!status.ok() == !status.message().empty());
        return;
      default:
        std::abort();
    }
  }

  static sparql::ParseOptions Parsing() {
    return {.base_iri = "http://example.org/a/b?c",
            .prefixes = {{"", "urn:x:"}}};
  }

  // No text is given so much time that it could not be in it.
  struct Clock {
    static constexpr absl::Duration kGiven = absl::Milliseconds(300);
    // Sanitizers and other programs beside this one.
    static constexpr absl::Duration kGrace = absl::Seconds(5);
    const absl::Time begin = absl::Now();
    const Cancellation cancellation{begin + kGiven};
    ~Clock() { Require(absl::Now() < begin + kGiven + kGrace); }
  };

  query::QueryOptions Options(const Clock& clock) {
    query::QueryOptions options;
    options.cancellation = &clock.cancellation;
    options.memory = &budget_;
    options.memory_bytes = size_t{4} << 20;
    options.max_rows = kMostRows;
    options.threads = 1;
    options.seed = 7;
    return options;
  }
  query::UpdateExecution Execution(const Cancellation* cancellation) {
    query::UpdateExecution execution;
    execution.labels = {
        [this] { return "skg" + std::to_string(++labels_); },
        [](std::string_view label) { return label.starts_with("skg"); }};
    execution.cancellation = cancellation;
    execution.memory_bytes = size_t{4} << 20;
    return execution;
  }

  // How many rows there are; unset: an error.
  std::optional<uint64_t> Run(const query::Query& query,
                              const query::QueryOptions& options) {
    const storage::ReadView view = Taken(graph_->Latest());
    const bool graph = query.form == query::Query::Form::kConstruct ||
                       query.form == query::Query::Form::kDescribe;
    uint64_t rows = 0;
    absl::StatusOr<bool> more = true;
    if (graph) {
      const auto answer = query::RunGraph(query, view, options);
      RequireKnown(answer.status());
      if (!answer.ok()) return std::nullopt;
      std::vector<rdf::TripleTerm> triples;
      for (; more.ok() && *more; rows += triples.size())
        more = (*answer)->Next(&triples);
    } else {
      const auto solutions =
          query::RunPattern(query, query.result, view, options);
      RequireKnown(solutions.status());
      if (!solutions.ok()) return std::nullopt;
      Require(!(*solutions)->ExplainText().empty());
      query::Batch batch;
      std::vector<std::vector<std::optional<rdf::Term>>> terms;
      while (more.ok() && *more) {
        more = (*solutions)->Next(batch);
        if (!more.ok() || !*more) break;
        RequireKnown((*solutions)->Decode(batch, &terms));
        rows += batch.rows;
      }
    }
    RequireKnown(more.status());
    return more.ok() ? std::optional(rows) : std::nullopt;
  }

  // Which of several equally right answers is given may depend on the plan.
  static bool IsDeterministic(std::string_view text) {
    const std::string lower = absl::AsciiStrToLower(av(text));
    for (const char* const word :
         {"limit", "offset", "rand", "uuid", "bnode", "sample", "group_concat",
          "reduced", "group", "describe", "service"}) {
      if (lower.find(word) != std::string::npos) return false;
    }
    return true;
  }

  void CheckQuery(std::string_view text) {
    const auto query = sparql::ParseQuery(text, Parsing());
    if (!query.ok()) return RequireKnown(query.status());
    std::optional<uint64_t> planned;
    {
      const Clock clock;
      planned = Run(*query, Options(clock));
    }
    CheckWithoutPlanning(text, *query, planned);
    CheckParameters(*query);
  }

  // The joins as they are written give as many rows.
  void CheckWithoutPlanning(std::string_view text, const query::Query& query,
                            std::optional<uint64_t> planned) {
    const Clock clock;
    query::QueryOptions options = Options(clock);
    options.plan.merge_join = options.plan.index_join = false;
    options.plan.semi_join = options.plan.reorder = false;
    options.plan.shortcuts = options.plan.push_filters = false;
    options.plan.merge_repeats = false;
    const std::optional<uint64_t> written = Run(query, options);
    if (planned && written && IsDeterministic(text))
      Require(*planned == *written);
  }

  void CheckParameters(const query::Query& query) {
    query::VariableValues values;
    const rdf::Term terms[] = {rdf::Term::Iri("urn:x:a"),
                               rdf::Term::Literal("text"),
                               rdf::Term::BlankNode("x")};
    for (size_t v = 0; v < query.variables.names.size(); v += 2) {
      const auto variable = static_cast<query::Variable>(v);
      if (query.variables.internal(variable)) continue;
      values.emplace_back(variable, terms[v / 2 % std::size(terms)]);
    }
    const auto bound = query::WithParameters(query, values);
    RequireKnown(bound.status());
    if (!bound.ok()) return;
    const Clock clock;
    (void)Run(*bound, Options(clock));
  }

  // Its changes are given up.
  void CheckUpdate(std::string_view text) {
    const auto update = sparql::ParseUpdate(text, Parsing());
    if (!update.ok()) return RequireKnown(update.status());
    storage::Transaction transaction = Taken(graph_->Begin());
    const Clock clock;
    RequireKnown(query::ApplyUpdate(*update, transaction,
                                    Execution(&clock.cancellation)));
  }

  MemoryBudget budget_{size_t{64} << 20};
  uint64_t labels_ = 0;
  std::unique_ptr<storage::Store> store_;
  std::optional<storage::GraphStore> graph_;
};

}  // namespace skg::test
