// A graph that was loaded, closed and opened again, so that its rows lie in
// table files as those of a graph in use do.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "harness/dataset.h"
#include "harness/options.h"
#include "harness/scratch_directory.h"
#include "skg/engine.h"

namespace skg::bench {

inline constexpr char kLoadedTenant[] = "public";
inline constexpr char kLoadedGraph[] = "main";

// A directory that holds the data set, closed.
[[nodiscard]] absl::StatusOr<ScratchDirectory> MakeLoadedDirectory(
    const Options& options, const Dataset& dataset);

class LoadedStore {
 public:
  [[nodiscard]] static absl::StatusOr<std::shared_ptr<LoadedStore>> Make(
      const Options& options, const Dataset& dataset);

  [[nodiscard]] const Graph& graph() const { return graph_; }

 private:
  LoadedStore(ScratchDirectory directory, std::unique_ptr<Engine> engine,
              Graph graph)
      : directory_(std::move(directory)),
        engine_(std::move(engine)),
        graph_(std::move(graph)) {}

  // Destroyed last to first.
  ScratchDirectory directory_;
  std::unique_ptr<Engine> engine_;
  Graph graph_;
};

}  // namespace skg::bench
