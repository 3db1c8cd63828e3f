// A store for one test and short ways to write to it.
#pragma once

#include <catch2/catch.hpp>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "storage/memory_kv.h"
#include "storage/rocksdb_kv.h"
#include "storage/store.h"
#include "support/test_support.h"

namespace skg::storage::test {

inline std::unique_ptr<Store> OpenMemoryStore(
    const StoreOptions& options = {}) {
  auto store = Store::Open(MakeMemoryKv(), options);
  REQUIRE_OK(store);
  return *std::move(store);
}

inline std::unique_ptr<Store> OpenRocksStore(const std::string& directory,
                                             const StoreOptions& options = {}) {
  auto kv = OpenRocksDb(directory, {});
  REQUIRE_OK(kv);
  auto store = Store::Open(*std::move(kv), options);
  REQUIRE_OK(store);
  return *std::move(store);
}

inline GraphStore CreateGraph(Store& store, std::string_view name = "main",
                              Store::CreateOptions options = {}) {
  auto graph = store.OpenGraph("public", name, &options);
  REQUIRE_OK(graph);
  return *std::move(graph);
}

inline rdf::Term Name(std::string_view name) {
  return rdf::Term::Iri("urn:skg:" + std::string(name));
}

// Builds a request from terms; unknown terms become new ones of the request.
class RequestBuilder {
 public:
  explicit RequestBuilder(GraphStore graph) : graph_(std::move(graph)) {}

  TermId Id(const rdf::Term& term) {
    auto known = graph_.Lookup(term);
    REQUIRE_OK(known);
    if (known->bound()) return *known;
    request_.new_terms.push_back(term);
    return TermId::Make(rdf::TermTag::kArena, request_.new_terms.size() - 1);
  }
  WriteOperation& Add(const rdf::Term& s, const rdf::Term& p,
                      const rdf::Term& o, float weight = 1.0f,
                      const rdf::Term* graph = nullptr, uint32_t edge = 0) {
    WriteOperation operation;
    operation.key = {graph != nullptr ? Id(*graph) : TermId{}, Id(s), Id(p),
                     Id(o), edge};
    operation.weight = weight;
    return request_.operations.emplace_back(operation);
  }
  WriteOperation& Remove(const rdf::Term& s, const rdf::Term& p,
                         const rdf::Term& o, const rdf::Term* graph = nullptr) {
    WriteOperation& operation = Add(s, p, o, 1.0f, graph);
    operation.kind = WriteOperation::Kind::kRemoveTriple;
    return operation;
  }
  CommitRequest& request() { return request_; }
  CommitOutcome Commit() {
    request_.want_outcomes = true;
    auto outcome = graph_.Commit(request_);
    REQUIRE_OK(outcome);
    return *std::move(outcome);
  }

 private:
  GraphStore graph_;
  CommitRequest request_;
};

inline CommitOutcome AddOne(const GraphStore& graph, std::string_view s,
                            std::string_view p, std::string_view o,
                            float weight = 1.0f) {
  RequestBuilder builder(graph);
  builder.Add(Name(s), Name(p), Name(o), weight);
  return builder.Commit();
}

inline std::vector<StatementRow> AllRows(const ReadView& view,
                                         const ScanPattern& pattern = {},
                                         const ScanOptions& options = {}) {
  auto cursor = view.Scan(pattern, options);
  REQUIRE_OK(cursor);
  std::vector<StatementRow> rows;
  StatementBatch batch;
  for (;;) {
    auto more = (*cursor)->Next(batch);
    REQUIRE_OK(more);
    if (!*more) return rows;
    REQUIRE(batch.size() <= StatementBatch::kBatchRows);
    for (size_t i = 0; i < batch.size(); ++i) rows.push_back(batch.Row(i));
  }
}

inline void RequireClean(const Store& store) {
  auto summary = store.Check(true);
  REQUIRE_OK(summary);
  for (const CheckProblem& problem : summary->problems) {
    FAIL_CHECK(problem.graph << ": " << problem.message);
  }
}

}  // namespace skg::storage::test
