// Graph files through the public API: saved and restored in memory.
#pragma once

#include <algorithm>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "engine/open_graph.h"
#include "skg/backup.h"

namespace skg::test {

inline LoadSource SourceOf(std::string bytes) {
  auto shared = std::make_shared<std::string>(std::move(bytes));
  return {
      .name = "memory",
      .read = [shared, at = size_t{0}](
                  char* out, size_t size) mutable -> absl::StatusOr<size_t> {
        size = std::min(size, shared->size() - at);
        std::memcpy(out, shared->data() + at, size);
        at += size;
        return size;
      }};
}

inline std::string MustSave(const Graph& graph,
                            const SaveOptions& options = {}) {
  std::string bytes;
  const auto saved = graph.Save({.write =
                                     [&](std::string_view piece) {
                                       bytes += piece;
                                       return absl::OkStatus();
                                     }},
                                options);
  REQUIRE_OK(saved);
  CHECK(saved->bytes == bytes.size());
  return bytes;
}

inline Graph MustRestore(Engine& engine, std::string_view name,
                         const std::string& bytes,
                         const RestoreGraphOptions& options = {}) {
  auto graph = engine.RestoreGraph(name, SourceOf(bytes), options);
  REQUIRE_OK(graph);
  return *std::move(graph);
}

}  // namespace skg::test
