// skg search: hits by words, by vectors, by nearness, or by several at once.
#include <unistd.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "absl/strings/str_cat.h"
#include "cli/data_directory.h"
#include "cli/interrupt.h"
#include "cli/result_text.h"
#include "cli/search_verbs.h"
#include "cli/terminal.h"
#include "routes/json_object.h"
#include "routes/search_json.h"
#include "skg/engine.h"

namespace skg::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr size_t kMaxVectorBytes = size_t{1} << 20;

// What was found, in both forms.
struct Hits {
  ResultTable table;
  Json list = Json::array();
};

absl::StatusOr<std::string> ReadText(const std::string& path) {
  LoadSource source{.name = "standard input",
                    .read = [](char* buffer, size_t size) {
                      return InterruptibleRead(STDIN_FILENO, buffer, size);
                    }};
  if (path != "-") {
    absl::StatusOr<LoadSource> file = OpenLoadFile(path);
    if (!file.ok()) return file.status();
    source = *std::move(file);
  }
  std::string text;
  std::string piece(size_t{16} << 10, '\0');
  while (true) {
    const absl::StatusOr<size_t> got = source.read(piece.data(), piece.size());
    if (!got.ok()) return got.status();
    if (*got == 0) return text;
    text.append(piece, 0, *got);
    if (text.size() > kMaxVectorBytes) {
      return absl::InvalidArgumentError(
          absl::StrCat(source.name, ": too long for one vector"));
    }
  }
}

absl::StatusOr<std::vector<float>> VectorOf(const std::string& path) {
  const absl::StatusOr<std::string> text = ReadText(path);
  if (!text.ok()) return text.status();
  const auto array = nlohmann::json::parse(*text, nullptr,
                                           /*allow_exceptions=*/false);
  const nlohmann::json document = {{"vector", array}};
  std::vector<FieldError> errors;
  auto vector = server::JsonObject(document, {}, errors).Vector("vector");
  if (array.is_array() && vector) return *std::move(vector);
  return absl::InvalidArgumentError(absl::StrCat(
      path == "-" ? "standard input" : path,
      ": must be a JSON array of numbers such as [0.1, -0.5]",
      errors.empty() ? "" : absl::StrCat("; it ", errors[0].message)));
}

bool ByVector(const SearchVerb& verb) {
  return !verb.near.empty() || !verb.vector_file.empty() ||
         !verb.similar.empty();
}

const std::string& Either(const std::string& one, const std::string& other) {
  return one.empty() ? other : one;
}

absl::Time DeadlineOf(const SearchVerb& verb) {
  return verb.timeout_seconds > 0
             ? absl::Now() + absl::Seconds(verb.timeout_seconds)
             : absl::InfiniteFuture();
}

absl::StatusOr<Hits> FindWords(const SearchVerb& verb, const ReadView& view) {
  TextSearchOptions options{.top_k = verb.top_k,
                            .all_words = verb.all_words,
                            .threshold = verb.threshold.value_or(0),
                            .node_types = verb.types,
                            .filter = verb.filter,
                            .deadline = DeadlineOf(verb)};
  if (verb.highlight) {
    options.mark_begin = "<em>";
    options.mark_end = "</em>";
  }
  const auto found =
      view.SearchText(Either(verb.text_index, verb.index), verb.text, options);
  if (!found.ok()) return found.status();
  Hits hits{.table = {.columns = {"entity", "score", "text"}}};
  for (const TextHit& hit : *found) {
    hits.table.rows.push_back(
        {hit.owner, WeightText(hit.score),
         hit.highlighted.empty() ? hit.text : hit.highlighted});
    hits.list.push_back(server::HitJson(hit));
  }
  return hits;
}

// The vector that is asked about; that of --near is one of the index.
absl::StatusOr<std::vector<float>> AskedVector(const SearchVerb& verb,
                                               const ReadView& view) {
  if (verb.near.empty()) return VectorOf(verb.vector_file);
  return view.GetVector(Either(verb.vector_index, verb.index), verb.near);
}

absl::StatusOr<std::vector<VectorHit>> FindVectors(
    const SearchVerb& verb, const ReadView& view,
    const VectorSearchOptions& options) {
  const std::string& index = Either(verb.vector_index, verb.index);
  if (!verb.similar.empty())
    return view.SearchSimilar(index, verb.similar, options);
  const absl::StatusOr<std::vector<float>> vector = AskedVector(verb, view);
  if (!vector.ok()) return vector.status();
  return view.SearchVectors(index, *vector, options);
}

absl::StatusOr<Hits> FindNear(const SearchVerb& verb, const ReadView& view) {
  // One more, as itself is left out.
  const bool itself = !verb.near.empty() && verb.top_k < 10'000;
  VectorSearchOptions options{.top_k = verb.top_k + (itself ? 1 : 0),
                              .ef = verb.ef,
                              .node_types = verb.types,
                              .filter = verb.filter,
                              .deadline = DeadlineOf(verb)};
  if (verb.threshold) options.threshold = *verb.threshold;
  const auto found = FindVectors(verb, view, options);
  if (!found.ok()) return found.status();
  Hits hits{.table = {.columns = {"entity", "score"}}};
  for (const VectorHit& hit : *found) {
    if (hit.owner == verb.near || hits.list.size() == verb.top_k) continue;
    hits.table.rows.push_back({hit.owner, WeightText(hit.score)});
    hits.list.push_back(server::HitJson(hit));
  }
  return hits;
}

absl::StatusOr<HybridQuery> HybridOf(const SearchVerb& verb,
                                     const ReadView& view) {
  HybridQuery query;
  if (!verb.text.empty()) {
    query.text = HybridQuery::Text{.index = Either(verb.text_index, verb.index),
                                   .query = verb.text,
                                   .weight = verb.text_weight.value_or(1)};
  }
  if (ByVector(verb)) {
    HybridQuery::Vector& part = query.vector.emplace();
    part.index = Either(verb.vector_index, verb.index);
    part.text = verb.similar;
    if (part.text.empty()) {
      absl::StatusOr<std::vector<float>> vector = AskedVector(verb, view);
      if (!vector.ok()) return vector.status();
      part.vector = *std::move(vector);
    }
    part.weight = verb.vector_weight.value_or(1);
    if (verb.threshold) part.threshold = *verb.threshold;
  }
  if (!verb.from.empty()) {
    query.proximity = HybridQuery::Proximity{
        .nodes = verb.from,
        .max_distance =
            static_cast<uint32_t>(std::min<uint64_t>(verb.max_distance, 1000)),
        .weight = verb.from_weight.value_or(1)};
  }
  query.fusion = verb.fusion;
  query.top_k = verb.top_k;
  query.node_types = verb.types;
  query.filter = verb.filter;
  query.deadline = DeadlineOf(verb);
  return query;
}

std::string RankText(const std::optional<HybridPart>& part) {
  return part ? absl::StrCat(part->rank) : "";
}

absl::StatusOr<Hits> FindBoth(const SearchVerb& verb, const ReadView& view) {
  const absl::StatusOr<HybridQuery> query = HybridOf(verb, view);
  if (!query.ok()) return query.status();
  const auto found = view.Search(*query);
  if (!found.ok()) return found.status();
  Hits hits{.table = {.columns = {"entity", "score", "text_rank", "vector_rank",
                                  "proximity_rank", "text"}}};
  for (const HybridHit& hit : *found) {
    hits.table.rows.push_back({hit.owner, WeightText(hit.score),
                               RankText(hit.text), RankText(hit.vector),
                               RankText(hit.proximity), hit.matched_text});
    hits.list.push_back(server::HitJson(hit));
  }
  return hits;
}

absl::StatusOr<Hits> Find(const SearchVerb& verb, const ReadView& view) {
  const bool words = !verb.text.empty();
  if (!verb.from.empty() || (words && ByVector(verb)))
    return FindBoth(verb, view);
  return words ? FindWords(verb, view) : FindNear(verb, view);
}

std::string AnswerText(const Hits& hits, ResultFormat format) {
  switch (ChosenFormat(format)) {
    case ResultFormat::kCsv:
      return CsvText(hits.table);
    case ResultFormat::kTsv:
      return TsvText(hits.table);
    case ResultFormat::kTable:
      return AlignedText(hits.table);
    default:
      return server::JsonText(
                 {{"results", hits.list}, {"total", hits.list.size()}}) +
             "\n";
  }
}

absl::StatusOr<std::string> Answer(const SearchVerb& verb,
                                   const std::string& directory) {
  const absl::StatusOr<std::unique_ptr<Engine>> engine =
      OpenToRead(directory, verb.target.read_only);
  if (!engine.ok()) return engine.status();
  const absl::StatusOr<Graph> graph = (*engine)->OpenGraph(verb.target.graph);
  if (!graph.ok()) return graph.status();
  const absl::StatusOr<ReadView> view =
      verb.as_of ? graph->AsOf(*verb.as_of) : graph->Latest();
  if (!view.ok()) return view.status();
  const absl::StatusOr<Hits> hits = Find(verb, *view);
  if (!hits.ok()) return hits.status();
  return AnswerText(*hits, verb.results);
}

// Options that do not go with what is searched for; empty: none.
std::string Misfit(const SearchVerb& verb) {
  const bool words = !verb.text.empty();
  const bool several = !verb.from.empty() || (words && ByVector(verb));
  if (verb.all_words && (several || !words))
    return "--all-words goes with TEXT alone";
  if (verb.highlight && (several || !words))
    return "--highlight goes with TEXT alone";
  if (verb.ef > 0 && (several || words))
    return "--ef goes with --vector, --near or --similar alone";
  if (!several && (verb.text_weight || verb.vector_weight || verb.from_weight))
    return "weights are for several rankings: TEXT, one by a vector, --from";
  return "";
}

}  // namespace

int RunSearch(const SearchVerb& verb) {
  const absl::StatusOr<std::string> directory =
      DataDirectoryOf(verb.target.data);
  if (!directory.ok())
    return FailUsage("search", std::string(directory.status().message()));
  if (const std::string misfit = Misfit(verb); !misfit.empty())
    return FailUsage("search", misfit);
  if (verb.vector_file == "-")
    NoteInterrupts();
  else
    ExitOnInterrupt();
  const absl::StatusOr<std::string> answer = Answer(verb, *directory);
  return answer.ok() ? PrintResult(*answer) : Fail(answer.status());
}

}  // namespace skg::cli
