#include "routes/entity_search.h"

#include <algorithm>
#include <array>
#include <utility>

#include "absl/strings/str_cat.h"
#include "routes/readable_text.h"

namespace skg::server {
namespace {

constexpr char kTypeTerm[] =
    "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>";
constexpr char kTextIndex[] = "default";
// Statements of an entity that are looked at for its label.
constexpr uint64_t kStatementsRead = 64;

constexpr std::array<std::string_view, 4> kLabels = {"label", "prefLabel",
                                                     "name", "title"};

bool IsLiteral(const std::string& term) {
  return !term.empty() && term.front() == '"';
}

std::string SentenceOf(const Statement& statement) {
  return absl::StrCat(ReadableText(statement.subject), " ",
                      ReadableText(statement.predicate), " ",
                      ReadableText(statement.object));
}

// Defaults where there is no such index: whoever searches it says so.
absl::StatusOr<VectorIndexOptions> OptionsOf(const ReadView& view,
                                             const std::string& index) {
  const absl::StatusOr<std::vector<VectorIndexInfo>> all = view.VectorIndexes();
  if (!all.ok()) return all.status();
  for (const VectorIndexInfo& one : *all) {
    if (one.name == index) return one.options;
  }
  return VectorIndexOptions();
}

absl::StatusOr<FoundEntities> WithTexts(const ReadView& view,
                                        const EntityQuestion& question,
                                        std::vector<VectorHit> hits,
                                        absl::Time deadline) {
  const absl::StatusOr<VectorIndexOptions> index =
      OptionsOf(view, question.index);
  if (!index.ok()) return index.status();
  FoundEntities found;
  for (VectorHit& hit : hits) {
    absl::StatusOr<std::string> text =
        EntityText(view, hit.owner, index->over, deadline);
    if (!text.ok()) return text.status();
    found.hits.push_back({std::move(hit.owner), *std::move(text), hit.score});
  }
  return found;
}

// Of a question with patterns: one part of a hybrid query.
HybridQuery HybridOf(const EntityQuestion& question, absl::Time deadline) {
  HybridQuery query;
  query.top_k = question.top_k;
  query.node_types = question.types;
  query.filter = question.filter;
  query.filter_patterns = question.graph_filter;
  query.deadline = deadline;
  return query;
}

absl::StatusOr<FoundEntities> FindByVector(const ReadView& view,
                                           const EntityQuestion& question,
                                           absl::Time deadline) {
  std::vector<VectorHit> hits;
  if (question.graph_filter.empty()) {
    VectorSearchOptions options{.top_k = question.top_k,
                                .ef = question.ef,
                                .node_types = question.types,
                                .filter = question.filter,
                                .deadline = deadline};
    if (question.threshold) options.threshold = *question.threshold;
    absl::StatusOr<std::vector<VectorHit>> near =
        view.SearchVectors(question.index, *question.vector, options);
    if (!near.ok()) return near.status();
    hits = *std::move(near);
  } else {
    HybridQuery query = HybridOf(question, deadline);
    HybridQuery::Vector& part = query.vector.emplace();
    part.index = question.index;
    part.vector = *question.vector;
    if (question.threshold) part.threshold = *question.threshold;
    const absl::StatusOr<std::vector<HybridHit>> near = view.Search(query);
    if (!near.ok()) return near.status();
    for (const HybridHit& hit : *near)
      hits.push_back({hit.owner, hit.vector ? hit.vector->score : 0});
  }
  return WithTexts(view, question, std::move(hits), deadline);
}

// By what the index's embedder makes of the text.
absl::StatusOr<FoundEntities> FindByMeaning(const ReadView& view,
                                            const EntityQuestion& question,
                                            absl::Time deadline) {
  absl::StatusOr<std::vector<VectorHit>> hits = view.SearchSimilar(
      question.index, *question.text,
      {.top_k = question.top_k,
       .threshold = question.threshold.value_or(kTextThreshold),
       .ef = question.ef,
       .node_types = question.types,
       .filter = question.filter,
       .filter_patterns = question.graph_filter,
       .deadline = deadline});
  if (!hits.ok()) return hits.status();
  return WithTexts(view, question, *std::move(hits), deadline);
}

absl::StatusOr<std::vector<FoundEntity>> FindWords(
    const ReadView& view, const EntityQuestion& question, absl::Time deadline) {
  std::vector<FoundEntity> found;
  if (question.graph_filter.empty()) {
    absl::StatusOr<std::vector<TextHit>> hits =
        view.SearchText(kTextIndex, *question.text,
                        {.top_k = question.top_k,
                         .node_types = question.types,
                         .filter = question.filter,
                         .deadline = deadline});
    if (!hits.ok()) return hits.status();
    for (TextHit& hit : *hits)
      found.push_back({std::move(hit.owner), std::move(hit.text), hit.score});
    return found;
  }
  HybridQuery query = HybridOf(question, deadline);
  query.text.emplace().query = *question.text;
  absl::StatusOr<std::vector<HybridHit>> hits = view.Search(query);
  if (!hits.ok()) return hits.status();
  for (HybridHit& hit : *hits) {
    found.push_back({std::move(hit.owner), std::move(hit.matched_text),
                     hit.text ? hit.text->score : 0});
  }
  return found;
}

// A text is no search expression here: its signs are only signs.
std::string PlainWords(std::string text) {
  std::replace_if(
      text.begin(), text.end(),
      [](char c) {
        return std::string_view("\"*~+-()^:").find(c) != std::string_view::npos;
      },
      ' ');
  return text;
}

absl::StatusOr<FoundEntities> FindByWords(const ReadView& view,
                                          EntityQuestion question,
                                          absl::Time deadline) {
  const absl::StatusOr<std::vector<TextIndexInfo>> indexes = view.TextIndexes();
  if (!indexes.ok()) return indexes.status();
  const bool there = std::any_of(
      indexes->begin(), indexes->end(),
      [](const TextIndexInfo& index) { return index.name == kTextIndex; });
  if (!there) {
    return absl::UnimplementedError(
        "Vector search by text is not enabled: nothing here makes a vector of "
        "query_text. Send `vector`, or make a text index named default (POST "
        "/text/indexes), whose words are searched instead");
  }
  question.text = PlainWords(*std::move(question.text));
  absl::StatusOr<std::vector<FoundEntity>> hits =
      FindWords(view, question, deadline);
  if (!hits.ok()) return hits.status();
  FoundEntities found{.hits = *std::move(hits), .fallback = true};
  const float best = found.hits.empty() ? 0 : found.hits.front().score;
  for (FoundEntity& hit : found.hits)
    hit.score = best > 0 ? std::clamp(hit.score / best, 0.0F, 1.0F) : 0;
  const float threshold = question.threshold.value_or(kTextThreshold);
  std::erase_if(found.hits,
                [&](const FoundEntity& hit) { return hit.score < threshold; });
  return found;
}

}  // namespace

EntityQuestion ReadEntityQuestion(JsonObject& object) {
  EntityQuestion question;
  question.text = object.Text("query_text", kMostQueryText);
  question.vector = object.Vector("vector");
  const bool asks_text = object.Find("query_text") != nullptr;
  const bool asks_vector = object.Find("vector") != nullptr;
  if (asks_text && asks_vector) {
    object.Refuse("vector", "give query_text or vector, not both",
                  "not_allowed");
  } else if (!asks_text && !asks_vector) {
    object.Refuse("query_text", "give query_text, or vector", "missing");
  }
  if (auto index = object.Text("index", 255)) question.index = *index;
  question.top_k = object.Count("top_k", 10, 1, kMostEntities);
  question.threshold =
      asks_vector ? object.Real("threshold") : object.Real("threshold", 0, 1);
  question.ef = static_cast<uint32_t>(object.Count("ef", 0, 0, 10'000));
  question.types = object.Names("entity_types", kMostTypes);
  question.filter = object.Text("filter", kMostFilterText).value_or("");
  return question;
}

absl::StatusOr<FoundEntities> FindEntities(const ReadView& view,
                                           const EntityQuestion& question,
                                           absl::Time deadline) {
  if (question.vector) return FindByVector(view, question, deadline);
  const absl::StatusOr<VectorIndexOptions> index =
      OptionsOf(view, question.index);
  if (!index.ok()) return index.status();
  return index->embedder.empty() ? FindByWords(view, question, deadline)
                                 : FindByMeaning(view, question, deadline);
}

absl::StatusOr<std::string> EntityText(const ReadView& view,
                                       const std::string& entity,
                                       IndexOver over, absl::Time deadline) {
  if (over == IndexOver::kStatements) {
    const absl::StatusOr<Statement> statement = view.Get(entity);
    if (!statement.ok()) return statement.status();
    return SentenceOf(*statement);
  }
  // Literals and triple terms are the subject of nothing.
  if (IsLiteral(entity) || entity.starts_with("<<"))
    return ReadableText(entity);
  StatementPattern pattern;
  pattern.subject = entity;
  MatchOptions options;
  options.limit = kStatementsRead;
  options.deadline = deadline;
  absl::StatusOr<StatementCursor> cursor = view.Match(pattern, options);
  if (!cursor.ok()) return cursor.status();
  const absl::StatusOr<std::vector<Statement>> rows = cursor->ToVector();
  if (!rows.ok()) return rows.status();
  for (const std::string_view label : kLabels) {
    for (const Statement& row : *rows) {
      if (IsLiteral(row.object) && ReadableText(row.predicate) == label)
        return ReadableText(row.object);
    }
  }
  return rows->empty() ? ReadableText(entity) : SentenceOf(rows->front());
}

absl::StatusOr<std::string> TypeOf(const ReadView& view,
                                   const std::string& node,
                                   absl::Time deadline) {
  if (IsLiteral(node)) return "";
  StatementPattern pattern;
  pattern.subject = node;
  pattern.predicate = kTypeTerm;
  MatchOptions options;
  options.limit = 1;
  options.deadline = deadline;
  absl::StatusOr<StatementCursor> cursor = view.Match(pattern, options);
  if (!cursor.ok()) return cursor.status();
  const absl::StatusOr<std::vector<Statement>> rows = cursor->ToVector();
  if (!rows.ok()) return rows.status();
  return rows->empty() ? "" : rows->front().object;
}

absl::Status InDocument(const absl::Status& status,
                        const std::vector<std::string>& prefix,
                        const char* field) {
  // What a hybrid query has of its own; other fields are those of the patterns.
  static constexpr std::array<std::string_view, 9> kOwn = {
      "top_k", "window",    "text",   "vector",       "proximity",
      "index", "threshold", "filter", "rank_constant"};
  std::vector<FieldError> errors = FieldErrors(status);
  const auto below = [&](std::vector<std::string> path) {
    std::vector<std::string> whole = prefix;
    whole.insert(whole.end(), path.begin(), path.end());
    return whole;
  };
  if (errors.empty()) {
    if (!absl::IsInvalidArgument(status)) return status;
    // Of all that a question holds only the filter is SPARQL.
    const std::string message(status.message());
    const bool filter = message.starts_with("SPARQL ");
    return FieldErrorStatus(
        {{below({filter ? "filter" : field}), message, "malformed"}});
  }
  for (FieldError& error : errors) {
    if (!error.path.empty() && error.path[0] == "node_types") {
      error.path[0] = "entity_types";
    } else if (!error.path.empty() && error.path[0] == "filter_patterns") {
      error.path = {"graph_filter"};
      continue;
    } else if (!error.path.empty() && std::find(kOwn.begin(), kOwn.end(),
                                                error.path[0]) == kOwn.end()) {
      error.path.insert(error.path.begin(), "graph_filter");
      continue;
    }
    error.path = below(std::move(error.path));
  }
  return FieldErrorStatus(errors, status.code());
}

}  // namespace skg::server
