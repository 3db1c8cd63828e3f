#include "routes/graph_content.h"

#include <utility>

#include "absl/time/clock.h"
#include "http/negotiation.h"

namespace skg::server {
namespace {

LoadOptions OptionsOf(const GraphPart& part, const Document& document,
                      absl::Time deadline) {
  LoadOptions options;
  options.format = document.format;
  options.base_iri = part.base;
  options.graph = part.name();
  options.progress = [deadline](uint64_t, uint64_t) {
    return absl::Now() < deadline;
  };
  return options;
}

absl::Status TooLate(const absl::Status& status) {
  // Only the deadline cancels.
  return absl::IsCancelled(status)
             ? absl::DeadlineExceededError("the document came too slowly")
             : status;
}

absl::Status LoadAll(Transaction& transaction, const GraphPart& part,
                     const std::vector<Document>& documents,
                     absl::Time deadline) {
  for (const Document& document : documents) {
    const absl::Status status =
        transaction.Load(document.source, OptionsOf(part, document, deadline))
            .status();
    if (!status.ok()) return TooLate(status);
  }
  return absl::OkStatus();
}

absl::StatusOr<ContentChange> Apply(Graph& graph, Transaction transaction) {
  const absl::StatusOr<CommitResult> result =
      graph.Apply(std::move(transaction));
  if (!result.ok()) return result.status();
  return ContentChange{result->commit, result->inserted, result->removed};
}

}  // namespace

const std::vector<MediaFormat>& ContentFormats(bool everything) {
  static const std::vector<MediaFormat> of_dataset = {
      {"application/trig", Format::kTriG, "application/trig; charset=utf-8"},
      {"application/n-quads", Format::kNQuads,
       "application/n-quads; charset=utf-8"},
  };
  static const std::vector<MediaFormat> of_graph = {
      {"text/turtle", Format::kTurtle, "text/turtle; charset=utf-8"},
      {"application/n-triples", Format::kNTriples,
       "application/n-triples; charset=utf-8"},
      {"application/rdf+xml", Format::kRdfXml, "application/rdf+xml"},
      of_dataset[0],
      of_dataset[1],
  };
  return everything ? of_dataset : of_graph;
}

std::optional<Format> FormatOfContent(std::string_view content_type,
                                      bool everything) {
  if (!IsUtf8(content_type)) return std::nullopt;
  for (const MediaFormat& media : ContentFormats(false)) {
    if (!IsMediaType(content_type, media.type)) continue;
    const bool quads =
        media.format == Format::kTriG || media.format == Format::kNQuads;
    // What says graphs of its own is no content of one.
    if (quads && !everything) return std::nullopt;
    return media.format;
  }
  return std::nullopt;
}

absl::StatusOr<bool> HasContent(const Graph& graph, const GraphPart& part,
                                absl::Time deadline) {
  StatementPattern pattern;
  if (!part.everything()) pattern.graph = part.name();
  MatchOptions options;
  options.order_by = OrderField::kKey;
  options.include_identity = false;
  options.limit = 1;
  options.deadline = deadline;
  absl::StatusOr<StatementCursor> cursor = graph.Match(pattern, options);
  if (!cursor.ok()) return cursor.status();
  std::vector<Statement> batch;
  return cursor->Next(batch);
}

absl::StatusOr<ContentChange> AddContent(Graph graph, const GraphPart& part,
                                         const std::vector<Document>& documents,
                                         absl::Time deadline) {
  if (documents.size() == 1) {
    LoadOptions options = OptionsOf(part, documents[0], deadline);
    options.skip_duplicates = true;
    const absl::StatusOr<LoadResult> loaded =
        graph.Load(documents[0].source, options);
    if (!loaded.ok()) return TooLate(loaded.status());
    return ContentChange{loaded->commit, loaded->inserted, 0};
  }
  absl::StatusOr<Transaction> transaction = graph.Begin();
  if (!transaction.ok()) return transaction.status();
  const absl::Status loaded = LoadAll(*transaction, part, documents, deadline);
  if (!loaded.ok()) return loaded;
  return Apply(graph, *std::move(transaction));
}

absl::StatusOr<ContentChange> ReplaceContent(
    Graph graph, const GraphPart& part, const std::vector<Document>& documents,
    absl::Time deadline) {
  absl::StatusOr<Transaction> transaction = graph.Begin();
  if (!transaction.ok()) return transaction.status();
  const absl::Status cleared =
      transaction->Clear({.part = part.part, .graph = part.name()});
  if (!cleared.ok()) return cleared;
  const absl::Status loaded = LoadAll(*transaction, part, documents, deadline);
  if (!loaded.ok()) return loaded;
  return Apply(graph, *std::move(transaction));
}

}  // namespace skg::server
