// skg query: one query, answered.
#include <unistd.h>

#include <limits>

#include "absl/strings/str_cat.h"
#include "cli/data_directory.h"
#include "cli/interrupt.h"
#include "cli/result_text.h"
#include "cli/sparql_answer.h"
#include "cli/terminal.h"
#include "cli/verbs.h"
#include "skg/engine.h"

namespace skg::cli {
namespace {

constexpr size_t kMaxQueryBytes = size_t{16} << 20;

// The limits of the HTTP routes protect a server from its callers; the caller
// here owns the machine.
PatternQueryOptions OptionsOf(const QueryVerb& verb) {
  PatternQueryOptions options;
  options.max_results = std::numeric_limits<uint32_t>::max();
  options.max_depth = 1000;
  options.max_string_length = std::numeric_limits<uint32_t>::max();
  options.memory_bytes = uint64_t{1} << 30;
  options.as_of = verb.as_of;
  options.explain = verb.explain;
  options.profile = verb.profile;
  if (verb.timeout_seconds > 0) {
    options.deadline = absl::Now() + absl::Seconds(verb.timeout_seconds);
  }
  return options;
}

absl::StatusOr<std::string> ReadQuery(const QueryVerb& verb) {
  if (verb.file.empty() && verb.query != "-") return verb.query;
  LoadSource source{.name = "standard input",
                    .read = [](char* buffer, size_t size) {
                      return InterruptibleRead(STDIN_FILENO, buffer, size);
                    }};
  if (!verb.file.empty() && verb.file != "-") {
    absl::StatusOr<LoadSource> file = OpenLoadFile(verb.file);
    if (!file.ok()) return file.status();
    source = *std::move(file);
  }
  std::string text;
  std::string piece(size_t{64} << 10, '\0');
  while (true) {
    const absl::StatusOr<size_t> got = source.read(piece.data(), piece.size());
    if (!got.ok()) return got.status();
    if (*got == 0) return text;
    text.append(piece, 0, *got);
    if (text.size() > kMaxQueryBytes) {
      return absl::InvalidArgumentError(
          absl::StrCat(source.name, ": a query of more than ",
                       kMaxQueryBytes >> 20, " MiB"));
    }
  }
}

bool IsPattern(const QueryVerb& verb, const std::string& text) {
  if (verb.language != QueryLanguage::kAutomatic)
    return verb.language == QueryLanguage::kPattern;
  const size_t first = text.find_first_not_of(" \t\r\n");
  return first != std::string::npos && text[first] == '{';
}

// Options of the other language are mistakes.
absl::Status CheckPattern(const QueryVerb& verb) {
  if (verb.union_default_graph || verb.valid_at || verb.min_weight > 0 ||
      verb.threads > 0 || !verb.services.empty() || !verb.parameters.empty()) {
    return absl::InvalidArgumentError(
        "--union-default-graph, --valid-at, --min-weight, --threads, --param "
        "and --service are for SPARQL; this is a pattern document");
  }
  switch (verb.results) {
    case ResultFormat::kXml:
    case ResultFormat::kTurtle:
    case ResultFormat::kNTriples:
    case ResultFormat::kRdfXml:
      return absl::InvalidArgumentError(
          "the answer to a pattern document is json, csv, tsv or table");
    default:
      return absl::OkStatus();
  }
}

absl::Status AnswerPattern(const QueryVerb& verb, const Graph& graph,
                           const std::string& text) {
  const absl::StatusOr<PatternResult> result =
      graph.QueryJson(text, OptionsOf(verb));
  if (!result.ok()) return result.status();
  std::string answer;
  if (!verb.explain && !verb.profile) {
    answer = ResultText(*result, ChosenFormat(verb.results));
  } else if (verb.results == ResultFormat::kJson) {
    answer = result->plan_json + "\n";
  } else {
    answer = result->plan;
  }
  const absl::Status written = StandardOutput().Write(answer);
  return written.ok() ? StandardOutput().Flush() : written;
}

absl::Status Answer(const QueryVerb& verb, const std::string& directory,
                    const std::string& text, bool pattern) {
  ExitOnInterrupt();
  const absl::StatusOr<std::unique_ptr<Engine>> engine =
      OpenToRead(directory, verb.target.read_only);
  if (!engine.ok()) return engine.status();
  const absl::StatusOr<Graph> graph = (*engine)->OpenGraph(verb.target.graph);
  if (!graph.ok()) return graph.status();
  if (verb.update) return RunSparqlUpdate(verb, *graph, text);
  return pattern ? AnswerPattern(verb, *graph, text)
                 : AnswerSparql(verb, *graph, text);
}

}  // namespace

int RunQuery(const QueryVerb& verb) {
  const absl::StatusOr<std::string> directory =
      DataDirectoryOf(verb.target.data);
  if (!directory.ok())
    return FailUsage("query", std::string(directory.status().message()));
  NoteInterrupts();
  const absl::StatusOr<std::string> text = ReadQuery(verb);
  if (!text.ok()) return Fail(text.status());
  const bool pattern = !verb.update && IsPattern(verb, *text);
  if (verb.update &&
      (verb.target.read_only || verb.as_of || verb.valid_at ||
       verb.min_weight > 0 || verb.explain || verb.profile ||
       verb.threads > 0 || verb.language == QueryLanguage::kPattern ||
       verb.results != ResultFormat::kAutomatic)) {
    return FailUsage("query",
                     "--update goes with none of --read-only, --as-of, "
                     "--valid-at, --min-weight, "
                     "--explain, --profile, --threads, --results, "
                     "--language pattern");
  }
  if (pattern) {
    if (const absl::Status status = CheckPattern(verb); !status.ok())
      return FailUsage("query", std::string(status.message()));
  }
  const absl::Status status = Answer(verb, *directory, *text, pattern);
  return status.ok() ? kExitOk : Fail(status);
}

}  // namespace skg::cli
