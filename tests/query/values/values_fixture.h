// A graph in memory, the ids of one query on it, and short ways to write terms
// and expressions.
#pragma once

#include <algorithm>
#include <catch2/catch.hpp>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/memory_budget.h"
#include "query/values/evaluator.h"
#include "query/values/term_space.h"
#include "rdf/name.h"
#include "storage/memory_kv.h"
#include "storage/store.h"
#include "support/test_support.h"

namespace skg::query::test {

// In N-Triples form, with `xsd:` for its IRI: `"1"^^xsd:integer`.
inline rdf::Term T(std::string_view text) {
  std::string full(text);
  for (size_t place = full.find("^^xsd:"); place != std::string::npos;
       place = full.find("^^xsd:", place)) {
    const size_t end = std::min(full.find_first_of(" )", place), full.size());
    full = full.substr(0, place) + "^^<" + std::string(rdf::iri::kXsd) +
           full.substr(place + 6, end - place - 6) + ">" + full.substr(end);
  }
  INFO(full);
  auto term = rdf::FromNTriples(full);
  REQUIRE_OK(term);
  return *std::move(term);
}

// The same form back; `unbound`.
inline std::string Shown(const std::optional<rdf::Term>& term) {
  if (!term) return "unbound";
  std::string text = rdf::ToNTriples(*term);
  const std::string begin = "^^<" + std::string(rdf::iri::kXsd);
  for (size_t place = text.find(begin); place != std::string::npos;
       place = text.find(begin, place)) {
    text.erase(text.find('>', place), 1);
    text.replace(place, begin.size(), "^^xsd:");
  }
  return text;
}

inline Expression C(std::string_view text) {
  Expression expression;
  expression.kind = Expression::Kind::kConstant;
  expression.constant = T(text);
  return expression;
}
inline Expression V(Variable variable) {
  Expression expression;
  expression.kind = Expression::Kind::kVariable;
  expression.variable = variable;
  return expression;
}
inline Expression E(Expression::Kind kind, std::vector<Expression> arguments) {
  Expression expression;
  expression.kind = kind;
  expression.arguments = std::move(arguments);
  return expression;
}
inline Expression F(Function function, std::vector<Expression> arguments) {
  Expression expression = E(Expression::Kind::kFunction, std::move(arguments));
  expression.function = function;
  return expression;
}
inline Expression Named(std::string iri, std::vector<Expression> arguments) {
  Expression expression = E(Expression::Kind::kCall, std::move(arguments));
  expression.constant = rdf::Term::Iri(std::move(iri));
  return expression;
}
inline Expression Cast(std::string_view type, Expression argument) {
  return Named(std::string(rdf::iri::kXsd) + std::string(type),
               {std::move(argument)});
}

using Row = std::vector<std::optional<rdf::Term>>;

class ValuesGraph {
 public:
  // `known`: terms that the graph's dictionary has.
  explicit ValuesGraph(const std::vector<rdf::Term>& known = {},
                       size_t memory_bytes = size_t{1} << 30)
      : budget_(memory_bytes) {
    auto store = storage::Store::Open(storage::MakeMemoryKv(), {});
    REQUIRE_OK(store);
    store_ = *std::move(store);
    const storage::Store::CreateOptions create;
    auto graph = store_->OpenGraph("public", "main", &create);
    REQUIRE_OK(graph);
    graph_.emplace(*std::move(graph));
    Learn(known);
    auto view = graph_->Latest();
    REQUIRE_OK(view);
    view_.emplace(*std::move(view));
    auto reservation = budget_.Reserve("query", 0);
    REQUIRE_OK(reservation);
    memory_ = *std::move(reservation);
    Restart();
  }

  // A new query on the same view.
  void Restart() {
    context = {};
    terms_.reset();
    terms_ = std::make_unique<TermSpace>(*view_, &memory_);
    context.terms = terms_.get();
    context.now = absl::FromUnixSeconds(1'700'000'000);
    context.base_iri = "http://example.org/base/";
    context.seed = 7;
  }

  [[nodiscard]] TermSpace& terms() { return *terms_; }
  [[nodiscard]] const storage::ReadView& view() const { return *view_; }
  [[nodiscard]] storage::GraphStore& graph() { return *graph_; }
  [[nodiscard]] size_t memory_bytes() const { return memory_.bytes(); }

  [[nodiscard]] rdf::TermId Id(const std::optional<rdf::Term>& term) {
    if (!term) return {};
    auto id = terms_->IdOf(*term);
    REQUIRE_OK(id);
    return *id;
  }
  [[nodiscard]] std::optional<rdf::Term> Term(rdf::TermId id) const {
    if (!id.bound()) return std::nullopt;
    std::vector<rdf::Term> terms;
    REQUIRE_OK(terms_->Decode({&id, 1}, &terms));
    return terms[0];
  }

  // Rows of variables 0, 1, ...
  [[nodiscard]] Batch MakeBatch(const std::vector<Row>& rows) {
    Batch batch;
    batch.rows = rows.size();
    if (rows.empty()) return batch;
    batch.columns.resize(rows[0].size());
    for (const Row& row : rows) {
      for (size_t i = 0; i < row.size(); ++i)
        batch.columns[i].push_back(Id(row[i]));
    }
    return batch;
  }
  [[nodiscard]] static std::vector<Variable> Schema(const Batch& batch) {
    std::vector<Variable> schema;
    for (Variable i = 0; i < batch.columns.size(); ++i) schema.push_back(i);
    return schema;
  }

  [[nodiscard]] absl::StatusOr<std::vector<rdf::TermId>> TryEvaluate(
      const Expression& expression, const Batch& batch) {
    auto evaluator = MakeEvaluator(expression, Schema(batch), context);
    if (!evaluator.ok()) return evaluator.status();
    std::vector<rdf::TermId> ids;
    absl::Status status = (*evaluator)->Evaluate(batch, &ids);
    if (!status.ok()) return status;
    return ids;
  }
  // One shown value for each row.
  [[nodiscard]] std::vector<std::string> Evaluate(
      const Expression& expression, const std::vector<Row>& rows) {
    const auto ids = TryEvaluate(expression, MakeBatch(rows));
    REQUIRE_OK(ids);
    std::vector<std::string> values;
    for (const rdf::TermId id : *ids) values.push_back(Shown(Term(id)));
    return values;
  }
  // Of an expression without variables; the same must come of the arguments
  // given by variables, so that nothing rests on constant folding.
  [[nodiscard]] std::string Value(const Expression& expression) {
    const std::string folded = Evaluate(expression, {Row{}})[0];
    Expression open = expression;
    Row row;
    for (Expression& argument : open.arguments) {
      if (argument.kind != Expression::Kind::kConstant) continue;
      row.push_back(argument.constant);
      argument = V(static_cast<Variable>(row.size() - 1));
    }
    CHECK(Evaluate(open, {row})[0] == folded);
    return folded;
  }
  [[nodiscard]] std::vector<uint32_t> Select(const Expression& expression,
                                             const std::vector<Row>& rows) {
    const Batch batch = MakeBatch(rows);
    auto evaluator = MakeEvaluator(expression, Schema(batch), context);
    REQUIRE_OK(evaluator);
    std::vector<uint32_t> selected;
    REQUIRE_OK((*evaluator)->Select(batch, &selected));
    return selected;
  }

  EvaluationContext context;

 private:
  void Learn(const std::vector<rdf::Term>& known) {
    storage::CommitRequest request;
    const auto id = [&](const rdf::Term& term) {
      auto found = graph_->Lookup(term);
      REQUIRE_OK(found);
      if (found->bound()) return *found;
      request.new_terms.push_back(term);
      return rdf::TermId::Make(rdf::TermTag::kArena,
                               request.new_terms.size() - 1);
    };
    for (const rdf::Term& term : known) {
      storage::WriteOperation operation;
      operation.key = {rdf::TermId{}, id(rdf::Term::Iri("urn:s")),
                       id(rdf::Term::Iri("urn:p")), id(term), 0};
      request.operations.push_back(operation);
      auto outcome = graph_->Commit(request);
      REQUIRE_OK(outcome);
      request = {};
    }
  }

  MemoryBudget budget_;
  MemoryReservation memory_;
  std::unique_ptr<storage::Store> store_;
  std::optional<storage::GraphStore> graph_;
  std::optional<storage::ReadView> view_;
  std::unique_ptr<TermSpace> terms_;
};

}  // namespace skg::query::test
