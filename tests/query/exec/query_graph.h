// A graph in memory that holds a naive dataset, and queries of it.
#pragma once

#include <catch2/catch.hpp>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "query/exec/run.h"
#include "query/plan/variables.h"
#include "storage/memory_kv.h"
#include "storage/store.h"
#include "support/naive_evaluator.h"
#include "support/test_support.h"

namespace skg::query::test {

using skg::test::NaiveDataset;
using skg::test::NaiveGraph;
using skg::test::NaiveSolution;
using skg::test::NaiveSolutions;
using skg::test::NaiveTerm;

class QueryGraph {
 public:
  QueryGraph() {
    auto store = storage::Store::Open(storage::MakeMemoryKv(), {});
    REQUIRE_OK(store);
    store_ = *std::move(store);
    const storage::Store::CreateOptions create;
    auto graph = store_->OpenGraph("public", "main", &create);
    REQUIRE_OK(graph);
    graph_.emplace(*std::move(graph));
  }
  explicit QueryGraph(const NaiveDataset& dataset) : QueryGraph() {
    Add(dataset);
  }

  // Whether statements have the records that NaiveRecord says.
  enum class Records { kNone, kNaive };

  // One commit for each graph.
  void Add(const NaiveDataset& dataset, Records records = Records::kNone) {
    Add(dataset.default_graph, {}, 0, records);
    for (const auto& [name, triples] : dataset.named)
      Add(triples, name, 0, records);
  }
  void Add(const NaiveGraph& triples, const NaiveTerm& name, uint32_t edge = 0,
           Records records = Records::kNone) {
    if (triples.empty()) return;
    storage::CommitRequest request;
    std::map<NaiveTerm, rdf::TermId> known;
    const auto id = [&](const NaiveTerm& naive) {
      const auto [at, is_new] = known.try_emplace(naive);
      if (!is_new) return at->second;
      const rdf::Term term = skg::test::FromNaive(naive);
      auto stored = graph_->Lookup(term);
      REQUIRE_OK(stored);
      at->second = *stored;
      if (!stored->bound()) {
        at->second =
            rdf::TermId::Make(rdf::TermTag::kArena, request.new_terms.size());
        request.new_terms.push_back(term);
      }
      return at->second;
    };
    for (const auto& triple : triples) {
      storage::WriteOperation operation;
      operation.key = {name.empty() ? rdf::TermId{} : id(name), id(triple[0]),
                       id(triple[1]), id(triple[2]), edge};
      const auto record = skg::test::NaiveRecord(triple);
      if (records == Records::kNaive && record) {
        storage::Record& added = request.records.emplace_back();
        added.metadata = "{\"" + std::string(skg::test::kRecordMember) +
                         "\":" + *record + "}";
        operation.record = static_cast<uint32_t>(request.records.size());
      }
      request.operations.push_back(operation);
    }
    REQUIRE_OK(graph_->Commit(request));
  }

  [[nodiscard]] storage::ReadView view() const {
    auto view = graph_->Latest();
    REQUIRE_OK(view);
    return *std::move(view);
  }

 private:
  std::unique_ptr<storage::Store> store_;
  std::optional<storage::GraphStore> graph_;
};

constexpr size_t kInternalVariables = 64;

// Variables 0 to n - 1, ?v0 to ?v(n-1), and kInternalVariables after them.
inline VariableTable Variables(size_t n) {
  VariableTable table;
  for (size_t i = 0; i < n; ++i) table.names.push_back("v" + std::to_string(i));
  // What comes after them no text can name.
  for (size_t i = 0; i < kInternalVariables; ++i) table.names.emplace_back(".");
  return table;
}

inline Query QueryOf(AlgebraPtr pattern, size_t variables = 10) {
  Query query;
  query.variables = Variables(variables);
  query.pattern = std::move(pattern);
  query.result = plan::VisibleVariables(*query.pattern).values();
  return query;
}

// All solutions, or the first error.
inline absl::StatusOr<NaiveSolutions> Solve(const Query& query,
                                            const storage::ReadView& view,
                                            const QueryOptions& options = {},
                                            std::string* plan = nullptr) {
  auto solutions = RunPattern(query, query.result, view, options);
  if (!solutions.ok()) return solutions.status();
  if (plan != nullptr) *plan = (*solutions)->ExplainText();
  NaiveSolutions out;
  Batch batch;
  std::vector<std::vector<std::optional<rdf::Term>>> rows;
  for (;;) {
    auto more = (*solutions)->Next(batch);
    if (!more.ok()) return more.status();
    if (!*more) break;
    REQUIRE(batch.rows > 0);
    REQUIRE(batch.rows <= Batch::kMostRows);
    const absl::Status decoded = (*solutions)->Decode(batch, &rows);
    if (!decoded.ok()) return decoded;
    for (const auto& row : rows) {
      NaiveSolution& mu = out.emplace_back();
      for (size_t c = 0; c < row.size(); ++c) {
        if (row[c]) mu[query.result[c]] = skg::test::ToNaive(*row[c]);
      }
    }
  }
  if (plan != nullptr) *plan = (*solutions)->ExplainText();
  return out;
}

inline std::multiset<NaiveSolution> AsMultiset(const NaiveSolutions& rows) {
  return {rows.begin(), rows.end()};
}

}  // namespace skg::query::test
