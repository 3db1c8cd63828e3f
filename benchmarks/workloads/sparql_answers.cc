#include "workloads/sparql_answers.h"

#include <fstream>
#include <iostream>
#include <sstream>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "base/strings.h"
#include "harness/stopwatch.h"
#include "nlohmann/json.hpp"
#include "skg/query.h"
#include "skg/update.h"
#include "workloads/dblp_store.h"

namespace skg::bench {
namespace {

absl::StatusOr<std::string> ReadText(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  if (file) return std::move(text).str();
  return absl::NotFoundError("cannot read " + path);
}

absl::StatusOr<nlohmann::json> Answer(SparqlStore& store,
                                      const std::string& line) {
  std::istringstream words(line);
  std::string kind;
  std::string path;
  std::string output;
  words >> kind >> path >> output;
  SKG_ASSIGN_OR_RETURN(const std::string text, ReadText(path));
  std::ofstream out;
  if (!output.empty()) out.open(output, std::ios::binary);
  if (kind == "profile") {
    SKG_ASSIGN_OR_RETURN(std::string profile, store.Profile(text));
    nlohmann::json reply;
    reply["profile"] = std::move(profile);
    return reply;
  }
  absl::StatusOr<SparqlAnswer> answer =
      absl::InvalidArgumentError("\"" + kind + "\" is no kind of question");
  if (kind == "update") answer = store.Update(text);
  if (kind == "query") {
    answer = store.Query(text, [&](std::string_view bytes) {
      if (out.is_open())
        out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
      return out ? absl::OkStatus() : absl::DataLossError(output);
    });
  }
  if (!answer.ok()) return answer.status();
  nlohmann::json reply;
  reply["seconds"] = answer->seconds;
  reply["cpu"] = answer->cpu_seconds;
  reply["rows"] = answer->rows;
  return reply;
}

}  // namespace

absl::StatusOr<SparqlStore> SparqlStore::Open(const Options& options,
                                              const std::string& path) {
  SKG_ASSIGN_OR_RETURN(
      std::unique_ptr<Engine> engine,
      Engine::Open(path, {.memory_budget_bytes = options.memory_bytes}));
  SKG_ASSIGN_OR_RETURN(Graph graph, engine->OpenGraph(DblpGraphName()));
  return SparqlStore(std::move(engine), std::move(graph));
}

absl::StatusOr<SparqlAnswer> SparqlStore::Query(
    std::string_view text,
    const std::function<absl::Status(std::string_view)>& sink) {
  const Stopwatch watch;
  SKG_ASSIGN_OR_RETURN(QueryResult result,
                       graph_.Query(text, {.memory_bytes = size_t{1} << 30}));
  const bool graph = result.form() == QueryResult::Form::kGraph;
  SparqlAnswer answer;
  SKG_RETURN_IF_ERROR(
      result.Write(graph ? ResultFormat::kNTriples : ResultFormat::kJson,
                   [&](std::string_view bytes) {
                     answer.bytes += bytes.size();
                     return sink(bytes);
                   }));
  answer.seconds = watch.Seconds();
  answer.cpu_seconds = watch.CpuSeconds();
  answer.rows = result.form() == QueryResult::Form::kBoolean
                    ? uint64_t{result.boolean()}
                    : result.rows();
  return answer;
}

absl::StatusOr<SparqlAnswer> SparqlStore::Update(std::string_view text) {
  const Stopwatch watch;
  SKG_ASSIGN_OR_RETURN(const UpdateResult result, graph_.Update(text));
  return SparqlAnswer{.seconds = watch.Seconds(),
                      .cpu_seconds = watch.CpuSeconds(),
                      .rows = result.inserted + result.removed};
}

absl::StatusOr<std::string> SparqlStore::Profile(std::string_view text) {
  SKG_ASSIGN_OR_RETURN(
      QueryResult result,
      graph_.Query(text, {.memory_bytes = size_t{1} << 30, .profile = true}));
  std::vector<std::vector<std::string>> rows;
  for (;;) {
    SKG_ASSIGN_OR_RETURN(const bool more, result.Next(rows));
    if (!more) return result.Explain();
  }
}

int AnswerLines(const Options& options, const std::string& path) {
  absl::StatusOr<SparqlStore> store = SparqlStore::Open(options, path);
  if (!store.ok()) {
    std::cerr << "skg-bench: " << store.status().message() << "\n";
    return 1;
  }
  std::cout << "ready" << std::endl;
  std::string line;
  while (std::getline(std::cin, line)) {
    const absl::StatusOr<nlohmann::json> answer = Answer(*store, line);
    nlohmann::json reply;
    if (answer.ok()) {
      reply = *answer;
    } else {
      reply["error"] = std::string(sv(answer.status().message()));
    }
    std::cout << reply.dump() << std::endl;
  }
  return 0;
}

}  // namespace skg::bench
