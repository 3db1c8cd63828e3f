// What the Graph Store Protocol does to a graph: writing documents into it as
// one commit, and which media types they have.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "skg/graph.h"

namespace skg::server {

// A part of a graph that a request is about: the default graph, a named one,
// or everything.
struct GraphPart {
  ClearTarget::Part part = ClearTarget::Part::kDefaultGraph;
  std::string iri;   // of a named graph
  std::string base;  // for relative IRIs of documents

  // As names are written: empty for the default graph.
  [[nodiscard]] std::string name() const {
    return iri.empty() ? "" : "<" + iri + ">";
  }
  [[nodiscard]] bool everything() const {
    return part == ClearTarget::Part::kEverything;
  }
};

struct MediaFormat {
  std::string_view type;
  Format format;
  std::string_view answer_type;
};
// Of what one graph, or with `everything` a dataset, is written as; the first
// is what a client gets that accepts anything.
[[nodiscard]] const std::vector<MediaFormat>& ContentFormats(bool everything);
// Of what may be sent as such; unset: another type.
[[nodiscard]] std::optional<Format> FormatOfContent(
    std::string_view content_type, bool everything);

struct Document {
  LoadSource source;
  Format format = Format::kTurtle;
};

struct ContentChange {
  uint64_t commit = 0;
  uint64_t inserted = 0;
  uint64_t removed = 0;
};

// Whether there is any statement in it.
[[nodiscard]] absl::StatusOr<bool> HasContent(const Graph& graph,
                                              const GraphPart& part,
                                              absl::Time deadline);

// Adds what the documents say, as one commit. Errors: those of Graph::Load,
// kDeadlineExceeded; the graph is as it was then.
[[nodiscard]] absl::StatusOr<ContentChange> AddContent(
    Graph graph, const GraphPart& part, const std::vector<Document>& documents,
    absl::Time deadline);
// The same in place of what there is when it commits.
[[nodiscard]] absl::StatusOr<ContentChange> ReplaceContent(
    Graph graph, const GraphPart& part, const std::vector<Document>& documents,
    absl::Time deadline);

}  // namespace skg::server
