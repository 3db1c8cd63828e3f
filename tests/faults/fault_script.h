// A script of changes to a store, each of which must be all there or absent
// whatever fails: commits of every kind, folds and merges, cuts of the log and
// of the past, graphs that come and go.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "storage/store.h"

namespace skg::test {

// One change, and how much of it (0 to `whole`) is to be seen afterwards.
struct Step {
  std::string name;
  std::function<absl::Status(storage::Store&)> run;
  size_t whole;
  std::function<size_t(storage::Store&)> seen;
};
[[nodiscard]] std::vector<Step> Script();
// So small that the background folds and merges amid the script too.
[[nodiscard]] storage::StoreOptions ScriptOptions();

// What became of each step; unset: it was not tried.
using Results = std::vector<std::optional<absl::Status>>;
// Fails the test where a change is there in part, or was acknowledged and is
// not there, or Check finds something.
void CompareWithResults(storage::Store& store, const std::vector<Step>& steps,
                        const Results& results);

}  // namespace skg::test
