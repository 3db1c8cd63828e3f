// A graph with indexes, asked in SPARQL.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "engine/open_graph.h"

namespace skg::test {

using Rows = std::vector<std::vector<std::string>>;

// Asks with the prefix skg: declared.
struct AskedGraph : TestGraph {
  absl::StatusOr<Rows> Ask(const std::string& group,
                           const QueryOptions& options = {}) {
    auto result =
        graph.Query("PREFIX skg: <urn:skg-vocabulary:>\n" + group, options);
    if (!result.ok()) return result.status();
    Rows all, some;
    while (true) {
      const auto more = result->Next(some);
      if (!more.ok()) return more.status();
      if (!*more) return all;
      all.insert(all.end(), some.begin(), some.end());
    }
  }
  Rows MustAsk(const std::string& query, const QueryOptions& options = {}) {
    auto rows = Ask(query, options);
    REQUIRE_OK(rows);
    return *std::move(rows);
  }
};

}  // namespace skg::test
