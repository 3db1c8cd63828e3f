// An engine in a directory of its own, and shorthands for what tests do all the
// time. Everything goes through the public headers.
#pragma once

#include <catch2/catch.hpp>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "skg/engine.h"
#include "support/test_support.h"

namespace skg::test {

inline std::unique_ptr<Engine> OpenEngine(std::string_view directory) {
  EngineOptions options;
  options.durability = Durability::kNone;  // tests need no fsync
  options.memory_budget_bytes = size_t{64} << 20;
  auto engine = Engine::Open(directory, options);
  REQUIRE_OK(engine);
  return *std::move(engine);
}

inline Graph OpenGraph(Engine& engine, std::string_view name = {}) {
  OpenGraphOptions options;
  options.create = true;
  auto graph = engine.OpenGraph(name, options);
  REQUIRE_OK(graph);
  return *std::move(graph);
}

// A directory, an engine in it and its graph `public/main`.
struct TestGraph {
  TemporaryDirectory directory;
  std::unique_ptr<Engine> engine = OpenEngine(directory / "data");
  Graph graph = OpenGraph(*engine);
};

inline NewStatement Triple(std::string s, std::string p, std::string o,
                           float weight = 1.0f) {
  NewStatement statement;
  statement.subject = std::move(s);
  statement.predicate = std::move(p);
  statement.object = std::move(o);
  statement.weight = weight;
  return statement;
}

inline NewStatement In(std::string graph, NewStatement statement) {
  statement.graph = std::move(graph);
  return statement;
}

inline CommitResult MustAdd(Graph& graph, const NewStatement& statement,
                            const CommitOptions& options = {}) {
  auto result = graph.Add(statement, options);
  REQUIRE_OK(result);
  return *result;
}

inline CommitResult MustAddAll(Graph& graph,
                               const std::vector<NewStatement>& statements,
                               const CommitOptions& options = {}) {
  auto result = graph.AddBatch(statements, options);
  REQUIRE_OK(result);
  return *result;
}

// Graphs, views and transactions all match alike.
template <typename Source>
std::vector<Statement> Matches(Source& source,
                               const StatementPattern& pattern = {},
                               const MatchOptions& options = {}) {
  auto cursor = source.Match(pattern, options);
  REQUIRE_OK(cursor);
  auto statements = cursor->ToVector();
  REQUIRE_OK(statements);
  return *std::move(statements);
}

template <typename Source>
uint64_t MustCount(Source& source, const StatementPattern& pattern = {}) {
  auto count = source.Count(pattern);
  REQUIRE_OK(count);
  return *count;
}

inline std::string Text(const Statement& s) {
  std::string text = s.subject + " " + s.predicate + " " + s.object;
  if (!s.graph.empty()) text += " @" + s.graph;
  if (s.edge != 0) text += " #" + std::to_string(s.edge);
  return text;
}

inline std::vector<std::string> Texts(
    const std::vector<Statement>& statements) {
  std::vector<std::string> texts;
  for (const Statement& statement : statements)
    texts.push_back(Text(statement));
  return texts;
}

inline std::vector<std::string> List(std::initializer_list<std::string> texts) {
  return texts;
}

inline StatementPattern Where(std::optional<std::string> s,
                              std::optional<std::string> p = {},
                              std::optional<std::string> o = {},
                              std::optional<std::string> graph = {}) {
  StatementPattern pattern;
  pattern.subject = std::move(s);
  pattern.predicate = std::move(p);
  pattern.object = std::move(o);
  pattern.graph = std::move(graph);
  return pattern;
}

inline std::string Message(const absl::Status& status) {
  return std::string(status.message().data(), status.message().size());
}

}  // namespace skg::test
