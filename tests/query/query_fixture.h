// A graph in memory for one test, written to in names.
#pragma once

#include <array>
#include <catch2/catch.hpp>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "query/patterns/pattern_query.h"
#include "rdf/name.h"
#include "skg/field_error.h"
#include "skg/pattern_query.h"
#include "storage/memory_kv.h"
#include "storage/store.h"
#include "support/test_support.h"

namespace skg::query::test {

struct Fact {
  std::string subject, predicate, object;
  float weight = 1.0f;
  std::string graph = {};
  std::string metadata = {};
  uint32_t edge = 0;
};

class TestGraph {
 public:
  TestGraph() {
    auto store = storage::Store::Open(storage::MakeMemoryKv(), {});
    REQUIRE_OK(store);
    store_ = *std::move(store);
    const storage::Store::CreateOptions create;
    auto graph = store_->OpenGraph("public", "main", &create);
    REQUIRE_OK(graph);
    graph_.emplace(*std::move(graph));
  }

  [[nodiscard]] const rdf::NameSpace& names() const { return names_; }
  [[nodiscard]] storage::ReadView view() const {
    auto view = graph_->Latest();
    REQUIRE_OK(view);
    return *std::move(view);
  }

  // One commit.
  uint64_t Add(const std::vector<Fact>& facts) {
    return Write(facts, storage::WriteOperation::Kind::kAdd);
  }
  uint64_t Remove(const std::vector<Fact>& facts) {
    return Write(facts, storage::WriteOperation::Kind::kRemove);
  }

  [[nodiscard]] absl::StatusOr<PatternResult> Query(
      std::string_view document,
      const PatternQueryOptions& options = {}) const {
    const auto query = ParsePatternQuery(document, options);
    if (!query.ok()) return query.status();
    return RunPatternQuery(view(), names_, *query, options);
  }
  [[nodiscard]] PatternResult Run(
      std::string_view document,
      const PatternQueryOptions& options = {}) const {
    INFO(document);
    auto result = Query(document, options);
    REQUIRE_OK(result);
    return *std::move(result);
  }
  // "s p o" of every statement of the answer.
  [[nodiscard]] std::vector<std::string> Rows(std::string_view document) const {
    std::vector<std::string> rows;
    for (const Statement& s : Run(document).statements) {
      rows.push_back(s.subject + " " + s.predicate + " " + s.object);
    }
    return rows;
  }
  // "variable=value ..." of every solution.
  [[nodiscard]] std::vector<std::string> Bindings(
      std::string_view document) const {
    const PatternResult result = Run(document);
    std::vector<std::string> rows;
    for (const auto& values : result.bindings) {
      std::string row;
      for (size_t i = 0; i < result.variables.size(); ++i) {
        if (values[i].empty()) continue;
        if (!row.empty()) row += " ";
        row += result.variables[i] + "=" + values[i];
      }
      rows.push_back(row);
    }
    return rows;
  }
  // "source -predicate-> target @depth" of every edge.
  [[nodiscard]] std::vector<std::string> Edges(
      std::string_view document) const {
    std::vector<std::string> rows;
    for (const TraversalEdge& e : Run(document).edges) {
      rows.push_back(e.source + " -" + e.predicate + "-> " + e.target + " @" +
                     std::to_string(e.depth));
    }
    return rows;
  }

 private:
  uint64_t Write(const std::vector<Fact>& facts,
                 storage::WriteOperation::Kind kind) {
    storage::CommitRequest request;
    const auto id = [&](const std::string& name) {
      auto term = names_.ToTerm(name);
      REQUIRE_OK(term);
      auto known = graph_->Lookup(*term);
      REQUIRE_OK(known);
      if (known->bound()) return *known;
      request.new_terms.push_back(*std::move(term));
      return rdf::TermId::Make(rdf::TermTag::kArena,
                               request.new_terms.size() - 1);
    };
    for (const Fact& fact : facts) {
      storage::WriteOperation operation;
      operation.kind = kind;
      operation.key = {fact.graph.empty() ? rdf::TermId{} : id(fact.graph),
                       id(fact.subject), id(fact.predicate), id(fact.object),
                       fact.edge};
      operation.weight = fact.weight;
      if (!fact.metadata.empty()) {
        storage::Record record;
        record.metadata = fact.metadata;
        request.records.push_back(record);
        operation.record = static_cast<uint32_t>(request.records.size());
      }
      request.operations.push_back(operation);
    }
    auto outcome = graph_->Commit(request);
    REQUIRE_OK(outcome);
    return outcome->result.commit;
  }

  std::unique_ptr<storage::Store> store_;
  std::optional<storage::GraphStore> graph_;
  rdf::NameSpace names_ = *rdf::NameSpace::Make("urn:skg:");
};

// "path: type" of every field error, in order.
inline std::vector<std::string> ErrorsOf(const absl::Status& status) {
  std::vector<std::string> errors;
  for (const FieldError& error : FieldErrors(status)) {
    std::string text;
    for (const std::string& member : error.path) {
      if (!text.empty()) text += ".";
      text += member;
    }
    errors.push_back(text + ": " + error.type);
  }
  return errors;
}

using Lines = std::vector<std::string>;

}  // namespace skg::query::test
