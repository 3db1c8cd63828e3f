// SPARQL requests against a store, in this process.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "harness/options.h"
#include "skg/engine.h"

namespace skg::bench {

struct SparqlAnswer {
  double seconds = 0, cpu_seconds = 0;
  uint64_t rows = 0;  // of an update: the triples it changed
  uint64_t bytes = 0;
};

// A directory of DblpDirectory, opened for queries. Not thread-safe.
class SparqlStore {
 public:
  [[nodiscard]] static absl::StatusOr<SparqlStore> Open(
      const Options& options, const std::string& path);

  // From the text to the last byte of its answer as SPARQL JSON (N-Triples of
  // CONSTRUCT), which goes to `sink`.
  [[nodiscard]] absl::StatusOr<SparqlAnswer> Query(
      std::string_view text,
      const std::function<absl::Status(std::string_view)>& sink);
  [[nodiscard]] absl::StatusOr<SparqlAnswer> Update(std::string_view text);
  // The plan of a query, with what each step did.
  [[nodiscard]] absl::StatusOr<std::string> Profile(std::string_view text);

 private:
  SparqlStore(std::unique_ptr<Engine> engine, Graph graph)
      : engine_(std::move(engine)), graph_(std::move(graph)) {}

  std::unique_ptr<Engine> engine_;  // destroyed after its graph
  Graph graph_;
};

// Answers what peers/sparql.py asks on standard input, a line each, by a line
// of JSON. Lines: KIND FILE [OUTPUT], KIND being query, update or profile.
// Returns the program's exit status.
[[nodiscard]] int AnswerLines(const Options& options, const std::string& path);

}  // namespace skg::bench
