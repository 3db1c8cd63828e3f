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

// Removes one graph's statements. The view is younger than the transaction:
// what came between the two is a conflict, because the transaction has read.
absl::Status RemoveGraph(Transaction& transaction, const ReadView& view,
                         const std::string& name, absl::Time deadline) {
  const StatementPattern pattern{.graph = name};
  MatchOptions options;
  options.order_by = OrderField::kKey;
  options.include_identity = false;
  options.deadline = deadline;
  const absl::StatusOr<uint64_t> count = transaction.Count(pattern);
  if (!count.ok()) return count.status();
  absl::StatusOr<StatementCursor> cursor = view.Match(pattern, options);
  if (!cursor.ok()) return cursor.status();
  std::vector<Statement> batch;
  for (;;) {
    const absl::StatusOr<bool> more = cursor->Next(batch);
    if (!more.ok()) return more.status();
    if (!*more) return absl::OkStatus();
    for (const Statement& statement : batch) {
      absl::Status removed = transaction.Remove(
          statement.subject, statement.predicate, statement.object, name);
      if (!removed.ok()) return removed;
    }
  }
}

absl::StatusOr<std::vector<std::string>> NamedGraphs(const ReadView& view,
                                                     absl::Time deadline) {
  skg::QueryOptions options;
  options.deadline = deadline;
  absl::StatusOr<QueryResult> result =
      view.Query("SELECT ?g { GRAPH ?g {} }", options);
  if (!result.ok()) return result.status();
  std::vector<std::string> names;
  std::vector<std::vector<std::string>> rows;
  for (;;) {
    const absl::StatusOr<bool> more = result->Next(rows);
    if (!more.ok()) return more.status();
    if (!*more) return names;
    for (auto& row : rows) names.push_back(std::move(row[0]));
  }
}

absl::Status RemoveContent(Transaction& transaction, const ReadView& view,
                           const GraphPart& part, absl::Time deadline) {
  absl::Status status = RemoveGraph(transaction, view, part.name(), deadline);
  if (!part.everything() || !status.ok()) return status;
  const auto graphs = NamedGraphs(view, deadline);
  if (!graphs.ok()) return graphs.status();
  for (const std::string& name : *graphs) {
    status = RemoveGraph(transaction, view, name, deadline);
    if (!status.ok()) return status;
  }
  // A named graph that came after the transaction began is a conflict, too.
  return transaction.Count().status();
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
  const absl::StatusOr<ReadView> view = graph.Latest();
  if (!view.ok()) return view.status();
  const absl::Status removed =
      RemoveContent(*transaction, *view, part, deadline);
  if (!removed.ok()) return removed;
  const absl::Status loaded = LoadAll(*transaction, part, documents, deadline);
  if (!loaded.ok()) return loaded;
  return Apply(graph, *std::move(transaction));
}

}  // namespace skg::server
