// The generated DBLP-like graph in a store: loaded, compacted, closed, and
// opened again below the public API.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "harness/dblp_graph.h"
#include "harness/options.h"
#include "harness/scratch_directory.h"
#include "storage/store.h"

namespace skg::bench {

// Of the graph in its directory.
[[nodiscard]] std::string DblpGraphName();

// A closed directory of one loaded graph. With Options::stores it is kept
// there for the next time, else removed at the end.
class DblpDirectory {
 public:
  // Loads the graph unless it is there already. With more than one run each
  // holds an equal share of every part of the graph; else it is compacted.
  [[nodiscard]] static absl::StatusOr<std::shared_ptr<const DblpDirectory>>
  Make(const Options& options, const DblpShape& shape, int runs = 1);

  [[nodiscard]] const std::string& path() const { return path_; }
  // A copy that may be changed; table files, which never change, are linked.
  [[nodiscard]] absl::StatusOr<ScratchDirectory> Copy() const;

 private:
  DblpDirectory(std::string path, std::filesystem::path scratch_parent,
                std::shared_ptr<const ScratchDirectory> scratch)
      : path_(std::move(path)),
        scratch_parent_(std::move(scratch_parent)),
        scratch_(std::move(scratch)) {}

  const std::string path_;
  const std::filesystem::path scratch_parent_;
  const std::shared_ptr<const ScratchDirectory> scratch_;  // null: it is kept
};

// A directory, opened. Nothing is folded or merged unless asked for.
class DblpStore {
 public:
  [[nodiscard]] static absl::StatusOr<DblpStore> Open(const Options& options,
                                                      const std::string& path);

  [[nodiscard]] storage::Store& store() { return *store_; }
  [[nodiscard]] storage::GraphStore& graph() { return graph_; }
  [[nodiscard]] const storage::GraphStore& graph() const { return graph_; }

 private:
  DblpStore(std::unique_ptr<storage::Store> store, storage::GraphStore graph)
      : store_(std::move(store)), graph_(std::move(graph)) {}

  std::unique_ptr<storage::Store> store_;  // destroyed after its graph
  storage::GraphStore graph_;
};

// Writes every 1/share-th statement of the graph anew with another weight, in
// commits so small that their rows stay in the delta. Returns how many.
[[nodiscard]] absl::StatusOr<uint64_t> UpdateEvenly(DblpStore& store,
                                                    uint64_t share);

// Lets go of what the kernel has cached of a directory's files; they are
// written out first.
[[nodiscard]] absl::Status DropPageCache(const std::string& directory);

}  // namespace skg::bench
