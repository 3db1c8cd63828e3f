// Statements with metadata, and what a text index over statements should find.
#pragma once

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "engine/open_graph.h"
#include "skg/text_index.h"

namespace skg::test {

inline NewStatement With(std::string metadata, NewStatement statement) {
  statement.metadata = std::move(metadata);
  return statement;
}

inline TextIndexOptions OverStatements() {
  TextIndexOptions options;
  options.over = IndexOver::kStatements;
  options.stemming = false;
  return options;
}

inline void MakeIndex(Graph& graph) {
  REQUIRE_OK(graph.CreateTextIndex("default", OverStatements()));
}

// All of all graphs, edge by edge.
inline std::vector<Statement> AllStatements(const ReadView& view) {
  MatchOptions options;
  options.include_metadata = true;
  std::vector<Statement> all;
  for (const char* graph : {"", "g"}) {
    for (Statement& s : Matches(view, Where({}, {}, {}, graph), options))
      all.push_back(std::move(s));
  }
  return all;
}

// What is found, as Text says it, sorted.
inline std::vector<std::string> Found(const ReadView& view,
                                      std::string_view query,
                                      std::string_view index = "default") {
  TextSearchOptions options;
  options.top_k = 10'000;
  const auto hits = view.SearchText(index, query, options);
  REQUIRE_OK(hits);
  std::vector<std::string> texts;
  std::vector<Statement> all;
  for (const TextHit& hit : *hits) {
    const auto statement = view.Get(hit.owner);
    if (statement.ok()) {
      texts.push_back(Text(*statement));
      continue;
    }
    // The graph has no index of ids, or there is no such statement.
    if (all.empty()) all = AllStatements(view);
    const auto owner = std::find_if(all.begin(), all.end(), [&](const auto& s) {
      return s.id == hit.owner;
    });
    texts.push_back(owner == all.end() ? hit.owner : Text(*owner));
  }
  std::sort(texts.begin(), texts.end());
  return texts;
}

inline std::vector<std::string> Found(const Graph& graph,
                                      std::string_view query,
                                      std::string_view index = "default") {
  const auto view = graph.Latest();
  REQUIRE_OK(view);
  return Found(*view, query, index);
}

inline bool Says(const nlohmann::json& value, const std::string& word) {
  if (value.is_string()) {
    return (" " + value.get<std::string>() + " ").find(" " + word + " ") !=
           std::string::npos;
  }
  return value.is_structured() &&
         std::any_of(value.begin(), value.end(),
                     [&](const auto& one) { return Says(one, word); });
}

// Those that an index should find by a word of lower case, as Found tells them.
// `predicates`: the declared ones; empty: all.
inline std::vector<std::string> StatementsWith(
    const ReadView& view, const std::string& word,
    const std::vector<std::string>& predicates = {}) {
  std::vector<std::string> texts;
  for (const Statement& s : AllStatements(view)) {
    if (!predicates.empty() && std::find(predicates.begin(), predicates.end(),
                                         s.predicate) == predicates.end()) {
      continue;
    }
    const bool by_object = s.object.starts_with('"') &&
                           Says(s.object.substr(1, s.object.size() - 2), word);
    if (by_object || Says(nlohmann::json::parse(s.metadata), word))
      texts.push_back(Text(s));
  }
  std::sort(texts.begin(), texts.end());
  return texts;
}

}  // namespace skg::test
