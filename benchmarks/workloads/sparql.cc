// The queries and updates of benchmarks/sparql/, from text to bytes, one after
// the other in this process. Peers answer the same ones in peers/sparql.py.
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "harness/scratch_directory.h"
#include "workloads/dblp_store.h"
#include "workloads/sparql_answers.h"
#include "workloads/sparql_queries.h"
#include "workloads/workloads.h"

namespace skg::bench {
namespace {

struct Setup {
  Setup(ScratchDirectory directory, SparqlStore opened)
      : scratch(std::move(directory)), store(std::move(opened)) {}
  ScratchDirectory scratch;
  SparqlStore store;
};

// The same text has the same number of rows each time: updates leave the graph
// as they found it.
absl::StatusOr<Sample> RunText(Setup& setup, const SparqlText& text,
                               std::optional<uint64_t>& rows) {
  SKG_ASSIGN_OR_RETURN(const SparqlAnswer answer,
                       text.is_update
                           ? setup.store.Update(text.text)
                           : setup.store.Query(text.text, [](std::string_view) {
                               return absl::OkStatus();
                             }));
  if (rows && *rows != answer.rows) {
    return absl::InternalError(
        absl::StrCat(answer.rows, " rows where there were ", *rows));
  }
  rows = answer.rows;
  return Sample{.operations = 1,
                .seconds = answer.seconds,
                .cpu_seconds = answer.cpu_seconds,
                .rows = answer.rows,
                .figures = {{"ms", answer.seconds * 1e3},
                            {"rows", static_cast<double>(answer.rows)},
                            {"bytes", static_cast<double>(answer.bytes)}}};
}

}  // namespace

absl::StatusOr<Plan> PrepareSparql(const Options& options) {
  const DblpShape shape = {.triples = options.triples, .seed = options.seed};
  SKG_ASSIGN_OR_RETURN(const auto directory,
                       DblpDirectory::Make(options, shape));
  SKG_ASSIGN_OR_RETURN(ScratchDirectory copy, directory->Copy());
  SKG_ASSIGN_OR_RETURN(SparqlStore store,
                       SparqlStore::Open(options, copy.store()));
  const auto setup = std::make_shared<Setup>(std::move(copy), std::move(store));
  Plan plan;
  plan.facts = {
      {"data", DblpGraph(shape).Describe()},
      {"store", "loaded, compacted, closed and opened again; caches are warm"},
      {"run", "text to plan to the last byte of SPARQL JSON; one at a time"}};
  for (const SparqlText& text : SparqlTexts()) {
    const auto rows = std::make_shared<std::optional<uint64_t>>();
    plan.series.push_back(
        {.name = std::string(text.name),
         .unit = text.is_update ? "updates" : "queries",
         .run = [=, &text] { return RunText(*setup, text, *rows); }});
  }
  return plan;
}

}  // namespace skg::bench
