// A graph, updates of it, and what it holds then.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/open_graph.h"

namespace skg::test {

inline UpdateResult MustUpdate(Graph& graph, const std::string& text,
                               const UpdateOptions& options = {}) {
  auto result = graph.Update(text, options);
  REQUIRE_OK(result);
  return *result;
}

inline absl::StatusCode CodeOf(Graph& graph, const std::string& text,
                               const UpdateOptions& options = {}) {
  return graph.Update(text, options).status().code();
}

// An integer without what says that it is one.
inline std::string ShortIntegers(std::string text) {
  constexpr std::string_view kEnd =
      "\"^^<http://www.w3.org/2001/XMLSchema#integer>";
  for (size_t end; (end = text.find(kEnd)) != std::string::npos;) {
    text.erase(end, kEnd.size());
    text.erase(text.rfind('"', end), 1);
  }
  return text;
}

// All statements of the default graph and of those that these tests name,
// sorted; integers as SPARQL writes them.
inline std::vector<std::string> Contents(Graph& graph) {
  std::vector<std::string> texts;
  // A match of all graphs would show each triple once.
  for (const char* name : {"", "a", "b", "c", "g", "g1", "g2", "h", "n", "new",
                           "old", "people", "shelf"}) {
    for (const std::string& text :
         Texts(Matches(graph, Where({}, {}, {}, name)))) {
      texts.push_back(ShortIntegers(text));
    }
  }
  std::sort(texts.begin(), texts.end());
  return texts;
}

}  // namespace skg::test
