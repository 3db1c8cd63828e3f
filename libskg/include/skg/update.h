// SPARQL Update requests: SPARQL 1.1 Update, with the triple terms and base
// directions of SPARQL 1.2.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "skg/parameters.h"
#include "skg/service.h"
#include "skg/statement.h"

namespace skg {

struct UpdateOptions {
  // For relative IRIs of the request; empty: they are an error.
  std::string base_iri = {};
  // Values for variables of the text, in all of its operations that have them.
  ParameterValues parameters = {};
  // The default graph of WHERE is all graphs together, each triple once, where
  // neither WITH nor USING says what it is. Changes never go there.
  bool union_default_graph = false;
  // Graphs that WHERE sees (USING, USING NAMED): names, <IRI>s, blank nodes.
  // kInvalidArgument for a request that has WITH or USING of its own.
  std::vector<std::string> default_graphs = {}, named_graphs = {};
  // LOAD <file:///...> may read N-Triples, N-Quads, Turtle and TriG, also
  // gzipped, told by the file's name, below this folder; symbolic links are
  // followed before that is decided. Empty: LOAD is kFailedPrecondition. What
  // does not fit into memory is for Graph::Load.
  std::string load_folder = {};
  // Unset: as the engine was opened.
  std::optional<Durability> durability = std::nullopt;

  absl::Time deadline = absl::InfiniteFuture();  // for beginning to commit
  // Ends the call with kCancelled.
  std::stop_token stop = {};
  // What the call may hold in memory, taken from the engine's budget: half for
  // what WHERE computes, half for the changes, which are kept there until they
  // are committed; less where less is free. Beyond: kResourceExhausted.
  size_t memory_bytes = size_t{256} << 20;
  // Whom SERVICE asks; null: nobody, it is kFailedPrecondition (one empty
  // solution with SILENT). Must outlive the call. An answer
  // must fit into the memory that is left; more rows than max_service_rows for
  // one pattern are kResourceExhausted, also with SILENT.
  ServiceClient* services = nullptr;
  uint64_t max_service_rows = 1'000'000;
  // Text and nesting are limited, too: kResourceExhausted.
  size_t max_text_bytes = size_t{1} << 20;
};

struct UpdateResult {
  uint64_t commit = 0;
  absl::Time time;
  // What the operations did, one after the other: a statement that one inserts
  // and a later one deletes counts in both, one that goes with its graph
  // (CLEAR, DROP, COPY, MOVE) in neither.
  uint64_t inserted = 0;
  // Triples of a graph, edges and all; of a graph that went: its statements.
  uint64_t removed = 0;
};

}  // namespace skg
