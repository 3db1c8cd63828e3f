// Kernels by name, with parameters as text: what `skg analyze`, the HTTP API
// and SERVICE in SPARQL run. C++ programs that know what they want call the
// kernels themselves (centrality.h, communities.h, structure.h, paths.h).
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "skg/export.h"
#include "skg/graph_view.h"
#include "skg/kernel.h"

namespace skg {

// What the rows of an analysis are.
enum class AnalysisKind : uint8_t {
  kScores,       // a node and numbers about it, the most important first
  kDistances,    // a node and how far it is, the nearest first
  kCommunities,  // a node and its community, the largest community first
  kComponents,   // the same of connected components
  kPaths,        // path, step and node, the first path first
  kFigures,      // none: the summary says it all
};

// Whether its rows are a single node and numbers about it: what
// Graph::WriteAnalysis can keep as statements.
[[nodiscard]] constexpr bool GivesNodes(AnalysisKind kind) {
  return kind != AnalysisKind::kPaths && kind != AnalysisKind::kFigures;
}

enum class ParameterType : uint8_t {
  kNumber,
  kInteger,
  kFlag,    // true or false
  kChoice,  // one of `choices`
  kNode,    // its name
  kName,    // of a predicate, a type or a graph
};

struct AnalysisParameter {
  std::string_view name;
  ParameterType type = ParameterType::kNumber;
  // What it is unless given; empty: it must be given.
  std::string_view fallback;
  double least = 0, most = 0;  // of numbers and integers, inclusive
  std::string_view choices;    // of kChoice: "in|out|both"
  std::string_view meaning;
  bool repeats = false;  // may be given several times
};

struct AnalysisInfo {
  std::string_view name;
  AnalysisKind kind = AnalysisKind::kScores;
  std::string_view meaning;
  std::span<const AnalysisParameter> parameters;
};

// All there are, by name.
[[nodiscard]] SKG_EXPORT std::span<const AnalysisInfo> Analyses();
// Null: there is none of this name.
[[nodiscard]] SKG_EXPORT const AnalysisInfo* FindAnalysis(
    std::string_view name);

// Name to text. Unset: the parameter's fallback.
using AnalysisParameters = std::map<std::string, std::string>;

// What is wrong with them in whatever graph, without one: the algorithm's name,
// parameters that it does not have, that are missing, or whose text is none of
// their type or out of range. Not whether text is the name of a node. Errors:
// kInvalidArgument, as of Analyze.
[[nodiscard]] SKG_EXPORT absl::Status CheckAnalysis(
    std::string_view algorithm, const AnalysisParameters& parameters = {});

// Which statements are edges: the GraphViewOptions that a caller chooses, by
// the names that they have at every door. None must be given; where one has no
// fallback, nothing is chosen by it. No analysis has a parameter of these
// names.
[[nodiscard]] SKG_EXPORT std::span<const AnalysisParameter> ViewParameters();

// Sets one of them, or adds to the list of one that repeats. False: there is
// none of this name. Errors: kInvalidArgument with the name as field, as of
// CheckAnalysis; then the options are as they were.
[[nodiscard]] SKG_EXPORT absl::StatusOr<bool> SetViewOption(
    std::string_view name, std::string_view value, GraphViewOptions& options);

struct AnalysisColumn {
  std::string name;
  // Nodes, whole numbers or numbers; one entry a row.
  std::variant<std::vector<Vertex>, std::vector<uint64_t>, std::vector<double>>
      values;
};

struct AnalysisTable {
  std::string algorithm;
  AnalysisKind kind = AnalysisKind::kScores;
  std::vector<AnalysisColumn> columns;  // all of `rows` entries
  size_t rows = 0;
  // About the whole: "iterations", "converged", "modularity", ...
  std::vector<std::pair<std::string, std::variant<uint64_t, double, bool>>>
      summary;
  // Names as the caller gave them: "source", "target".
  std::vector<std::pair<std::string, std::string>> nodes;
};

// Runs the analysis of this name. Errors: kInvalidArgument (FieldErrors() says
// which parameter; "algorithm": there is none of that name), those of the
// kernel. A node that the graph does not have is no error: there are no rows.
[[nodiscard]] SKG_EXPORT absl::StatusOr<AnalysisTable> Analyze(
    const GraphView& view, std::string_view algorithm,
    const AnalysisParameters& parameters = {}, const KernelOptions& run = {});

// The answer as JSON, some text at a time. kScores: {"algorithm", "results":
// [{"entity", "score"}]}; kDistances: {"source", "results": [{"entity",
// "distance"}]}; kCommunities: {"algorithm", "communities": [[entity]]};
// kComponents: the same as "components"; kPaths: {"source", "target", "paths":
// [[entity]]} and "lengths" where edges have lengths; each with the summary.
// What is no number (an infinite distance) is null. Errors: those of
// GraphView::Names and of the sink.
[[nodiscard]] SKG_EXPORT absl::Status WriteAnalysisJson(
    const GraphView& view, const AnalysisTable& table,
    const std::function<absl::Status(std::string_view text)>& sink);

// Where an analysis is kept: as statements of its nodes.
struct AnalysisOutput {
  // A named graph, which is cleared before: a result that has a name. Empty:
  // the default graph, where the statements of these predicates are replaced.
  std::string graph;
  // A name or <IRI>; empty: the algorithm's name. Where there are several
  // columns of numbers, each has the predicate of this name with /column.
  std::string predicate;
};

// An analysis that outlives the call: see Graph::StartAnalysis.
struct AnalysisJob {
  std::string algorithm;
  AnalysisParameters parameters = {};
  GraphViewOptions view = {};  // but for its deadline and progress
  size_t threads = 0;          // as KernelOptions::threads
  // The task's result has so many rows, at most 1000; fewer where they would
  // take more than 60,000 bytes, and of paths only those that are whole. Its
  // "rows" tells how many there are in all.
  size_t result_rows = 100;
  // All rows are written there; unset: nothing is.
  std::optional<AnalysisOutput> output = std::nullopt;
};

}  // namespace skg
