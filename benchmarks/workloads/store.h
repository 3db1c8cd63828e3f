// A fresh engine with one graph, in a directory of its own.
#pragma once

#include <memory>

#include "absl/status/statusor.h"
#include "harness/options.h"
#include "harness/scratch_directory.h"
#include "skg/engine.h"

namespace skg::bench {

class FreshStore {
 public:
  [[nodiscard]] static absl::StatusOr<FreshStore> Make(const Options& options,
                                                       bool statement_ids);

  [[nodiscard]] Engine& engine() { return *engine_; }
  [[nodiscard]] Graph& graph() { return graph_; }

 private:
  FreshStore(ScratchDirectory directory, std::unique_ptr<Engine> engine,
             Graph graph)
      : directory_(std::move(directory)),
        engine_(std::move(engine)),
        graph_(std::move(graph)) {}

  // Destroyed last to first: graph, engine, directory.
  ScratchDirectory directory_;
  std::unique_ptr<Engine> engine_;
  Graph graph_;
};

// kInternal unless the graph holds exactly so many statements.
[[nodiscard]] absl::StatusOr<uint64_t> CountedRows(const Graph& graph,
                                                   uint64_t expected);

}  // namespace skg::bench
