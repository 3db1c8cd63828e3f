// Centralities, communities, paths and all other analyses of a graph.
#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "http/error_reply.h"
#include "routes/request_parts.h"
#include "routes/routes.h"
#include "skg/analyze.h"
#include "skg/engine.h"

namespace skg::server {
namespace {

using Json = nlohmann::ordered_json;

// What a GET asks for: which analysis, of which view of which state.
struct Question {
  AnalysisJob job;
  std::optional<PointInTime> as_of;
};

absl::Status Wrong(std::string field, std::string message, std::string type) {
  return FieldErrorStatus(
      {{{std::move(field)}, std::move(message), std::move(type)}});
}

// `aliases`: other names of parameters, as older clients send them.
absl::StatusOr<Question> ReadQuestion(
    const ApiRequest& request, std::string algorithm,
    AnalysisParameters parameters,
    const std::vector<std::pair<std::string, std::string>>& aliases = {}) {
  Question question;
  question.job.algorithm = std::move(algorithm);
  for (const auto& [name, value] : request.query) {
    if (name == "graph" || name == "algorithm") continue;
    if (name == "as_of") {
      const absl::StatusOr<PointInTime> point = ParsePointInTime(value);
      if (!point.ok())
        return Wrong(name, std::string(point.status().message()), "malformed");
      question.as_of = *point;
      continue;
    }
    const absl::StatusOr<bool> of_view =
        SetViewOption(name, value, question.job.view);
    if (!of_view.ok()) return of_view.status();
    if (*of_view) continue;
    const auto alias =
        std::find_if(aliases.begin(), aliases.end(),
                     [&](const auto& one) { return one.first == name; });
    parameters[alias == aliases.end() ? name : alias->second] = value;
  }
  question.job.parameters = std::move(parameters);
  return question;
}

// Whole numbers within the door's own, narrower limits.
absl::Status CheckRange(const AnalysisParameters& parameters, const char* name,
                        uint64_t least, uint64_t most) {
  const auto found = parameters.find(name);
  uint64_t value = 0;
  if (found == parameters.end() || !absl::SimpleAtoi(found->second, &value) ||
      (value >= least && value <= most)) {
    return absl::OkStatus();  // what is no number the library refuses
  }
  return Wrong(
      name, absl::StrCat("must be a whole number from ", least, " to ", most),
      "out_of_range");
}

absl::StatusOr<std::string> AnswerText(Services& services,
                                       const ApiRequest& request,
                                       const Question& question) {
  const absl::StatusOr<Graph> graph = RequestGraph(services, request);
  if (!graph.ok()) return graph.status();
  const absl::StatusOr<ReadView> state = RequestView(*graph, question.as_of);
  if (!state.ok()) return state.status();
  const absl::Time deadline =
      request.received + services.settings.query_timeout;
  GraphViewOptions options = question.job.view;
  options.deadline = deadline;
  const absl::StatusOr<GraphView> view = state->View(options);
  if (!view.ok()) return view.status();
  const absl::StatusOr<AnalysisTable> table =
      Analyze(*view, question.job.algorithm, question.job.parameters,
              {.deadline = deadline});
  if (!table.ok()) return table.status();
  std::string text;
  const absl::Status written =
      WriteAnalysisJson(*view, *table, [&](std::string_view part) {
        text += part;
        return absl::OkStatus();
      });
  if (!written.ok()) return written;
  return text;
}

ApiResponse Reply(Services& services, const ApiRequest& request,
                  const absl::StatusOr<Question>& question) {
  if (!question.ok())
    return Failed(services, request, question.status(), "query");
  absl::StatusOr<std::string> text = AnswerText(services, request, *question);
  if (absl::IsDeadlineExceeded(text.status())) {
    return ErrorReply(
        504,
        ErrorDetail{.hint = "POST /analytics/tasks runs it without a time "
                            "limit"},
        request.request_id);
  }
  if (!text.ok()) return Failed(services, request, text.status(), "query");
  ApiResponse response;
  response.body = *std::move(text);
  return response;
}

// The `algorithm` of a route that has a choice of them.
absl::StatusOr<std::string> AlgorithmOf(const ApiRequest& request,
                                        const char* fallback,
                                        AnalysisKind kind) {
  std::string name = request.Parameter("algorithm").value_or(fallback);
  const AnalysisInfo* const info = FindAnalysis(name);
  if (info != nullptr && info->kind == kind) return name;
  std::string names;
  for (const AnalysisInfo& one : Analyses()) {
    if (one.kind != kind) continue;
    absl::StrAppend(&names, names.empty() ? "" : ", ", std::string(one.name));
  }
  return Wrong("algorithm", absl::StrCat("must be one of ", names),
               "out_of_range");
}

// A member of the body that has text, numbers, flags: as Analyze wants it.
absl::StatusOr<std::string> ParameterText(const std::string& name,
                                          const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_number() || value.is_boolean()) return value.dump();
  return FieldErrorStatus({{{"parameters", name},
                            "must be text, a number, true or false",
                            "wrong_type"}});
}

// Reads the body of a job member by member; `errors` of wrong types are told
// with their place.
class JobReader {
 public:
  absl::StatusOr<AnalysisJob> Read(const std::string& body) {
    const Json document =
        Json::parse(body, nullptr, /*allow_exceptions=*/false);
    if (!document.is_object()) {
      return FieldErrorStatus(
          {{{},
            R"(send a JSON object such as {"algorithm": "pagerank"})",
            "malformed"}});
    }
    for (const auto& [name, value] : document.items()) {
      if (name == "algorithm") {
        Take({name}, value, job_.algorithm);
      } else if (name == "parameters") {
        ReadParameters(value);
      } else if (name == "view") {
        ReadView(value);
      } else if (name == "output") {
        ReadOutput(value);
      } else if (name == "result_rows") {
        TakeCount({name}, value, job_.result_rows);
      } else {
        Refuse({name}, "no such field", "unknown_field");
      }
    }
    if (job_.algorithm.empty())
      Refuse({"algorithm"}, "name an algorithm", "missing");
    if (!errors_.empty()) return FieldErrorStatus(errors_);
    return std::move(job_);
  }

 private:
  using Path = std::vector<std::string>;

  void Refuse(Path path, std::string message, std::string type) {
    errors_.push_back({std::move(path), std::move(message), std::move(type)});
  }
  void Take(Path path, const Json& value, std::string& text) {
    if (value.is_string()) {
      text = value.get<std::string>();
    } else {
      Refuse(std::move(path), "a string is wanted", "wrong_type");
    }
  }
  void TakeCount(Path path, const Json& value, size_t& count) {
    if (value.is_number_unsigned()) {
      count = value.get<size_t>();
    } else {
      Refuse(std::move(path), "a whole number is wanted", "wrong_type");
    }
  }

  void ReadParameters(const Json& value) {
    if (!value.is_object())
      return Refuse({"parameters"}, "an object is wanted", "wrong_type");
    for (const auto& [name, one] : value.items()) {
      absl::StatusOr<std::string> text = ParameterText(name, one);
      if (text.ok()) {
        job_.parameters[name] = *std::move(text);
      } else {
        for (FieldError& error : FieldErrors(text.status()))
          errors_.push_back(std::move(error));
      }
    }
  }

  void ReadView(const Json& value) {
    if (!value.is_object())
      return Refuse({"view"}, "an object is wanted", "wrong_type");
    for (const auto& [name, one] : value.items()) ReadViewMember(name, one);
  }

  // Options that may come several times are lists here: "predicates".
  void ReadViewMember(const std::string& name, const Json& value) {
    for (const AnalysisParameter& one : ViewParameters()) {
      if (name != std::string(one.name) + (one.repeats ? "s" : "")) continue;
      if (!one.repeats) return SetOfView({"view", name}, one, value);
      if (!value.is_array()) {
        return Refuse({"view", name}, "a list of names is wanted",
                      "wrong_type");
      }
      for (size_t i = 0; i < value.size(); ++i)
        SetOfView({"view", name, std::to_string(i)}, one, value[i]);
      return;
    }
    Refuse({"view", name}, "no such field", "unknown_field");
  }

  void SetOfView(const Path& path, const AnalysisParameter& parameter,
                 const Json& value) {
    const bool number = parameter.type == ParameterType::kNumber;
    const bool flag = parameter.type == ParameterType::kFlag;
    const bool right = number ? value.is_number()
                       : flag ? value.is_boolean()
                              : value.is_string();
    if (!right) {
      return Refuse(path,
                    number ? "a number is wanted"
                    : flag ? "true or false is wanted"
                           : "a string is wanted",
                    "wrong_type");
    }
    const std::string text =
        value.is_string() ? value.get<std::string>() : value.dump();
    const absl::Status status =
        SetViewOption(parameter.name, text, job_.view).status();
    for (FieldError& error : FieldErrors(status))
      Refuse(path, std::move(error.message), std::move(error.type));
  }

  void ReadOutput(const Json& value) {
    if (!value.is_object())
      return Refuse({"output"}, "an object is wanted", "wrong_type");
    AnalysisOutput& output = job_.output.emplace();
    for (const auto& [name, one] : value.items()) {
      if (name == "named_graph") {
        Take({"output", name}, one, output.graph);
      } else if (name == "predicate") {
        Take({"output", name}, one, output.predicate);
      } else {
        Refuse({"output", name}, "no such field", "unknown_field");
      }
    }
  }

  AnalysisJob job_;
  std::vector<FieldError> errors_;
};

Json Described(const AnalysisParameter& parameter, bool required) {
  Json described = {{"name", std::string(parameter.name)},
                    {"required", required},
                    {"meaning", std::string(parameter.meaning)}};
  if (parameter.repeats) described["repeats"] = true;
  if (!parameter.fallback.empty())
    described["default"] = std::string(parameter.fallback);
  if (!parameter.choices.empty())
    described["choices"] = std::string(parameter.choices);
  return described;
}

}  // namespace

ApiResponse Centrality(Services& services, const ApiRequest& request) {
  const absl::StatusOr<std::string> algorithm =
      AlgorithmOf(request, "pagerank", AnalysisKind::kScores);
  if (!algorithm.ok())
    return Failed(services, request, algorithm.status(), "query");
  absl::StatusOr<Question> question =
      ReadQuestion(request, *algorithm, {{"limit", "100"}});
  if (question.ok()) {
    const absl::Status range =
        CheckRange(question->job.parameters, "limit", 1, 1000);
    if (!range.ok()) question = range;
  }
  return Reply(services, request, question);
}

ApiResponse Communities(Services& services, const ApiRequest& request) {
  const absl::StatusOr<std::string> algorithm =
      AlgorithmOf(request, "louvain", AnalysisKind::kCommunities);
  if (!algorithm.ok())
    return Failed(services, request, algorithm.status(), "query");
  absl::StatusOr<Question> question = ReadQuestion(
      request, *algorithm, {{"min_size", "5"}}, {{"minSize", "min_size"}});
  if (question.ok()) {
    const absl::Status range =
        CheckRange(question->job.parameters, "min_size", 2, 4294967295);
    if (!range.ok()) question = range;
  }
  return Reply(services, request, question);
}

ApiResponse Paths(Services& services, const ApiRequest& request) {
  absl::StatusOr<Question> question =
      ReadQuestion(request, "shortest_paths", {{"max_length", "5"}});
  if (question.ok()) {
    const absl::Status range =
        CheckRange(question->job.parameters, "max_length", 1, 10);
    if (!range.ok()) question = range;
  }
  return Reply(services, request, question);
}

ApiResponse ListAlgorithms(Services& services, const ApiRequest& request) {
  if (absl::Status status = OnlyGraphParameter(request); !status.ok())
    return Failed(services, request, status, "query");
  auto algorithms = Json::array();
  for (const AnalysisInfo& info : Analyses()) {
    auto parameters = Json::array();
    for (const AnalysisParameter& one : info.parameters)
      parameters.push_back(Described(one, one.fallback.empty()));
    algorithms.push_back({{"name", std::string(info.name)},
                          {"meaning", std::string(info.meaning)},
                          {"parameters", std::move(parameters)}});
  }
  auto view = Json::array();
  for (const AnalysisParameter& one : ViewParameters())
    view.push_back(Described(one, /*required=*/false));
  ApiResponse response;
  response.body =
      Json{{"algorithms", std::move(algorithms)}, {"view", std::move(view)}}
          .dump();
  return response;
}

ApiResponse StartAnalysis(Services& services, const ApiRequest& request) {
  if (absl::Status status = OnlyGraphParameter(request); !status.ok())
    return Failed(services, request, status, "query");
  const absl::StatusOr<AnalysisJob> job = JobReader().Read(request.body);
  if (!job.ok()) return Failed(services, request, job.status());
  if (job->output && !request.principal->HasRole("write:triples")) {
    return ErrorReply(403, "an output needs the role write:triples",
                      request.request_id);
  }
  absl::StatusOr<Graph> graph = RequestGraph(services, request);
  if (!graph.ok()) return Failed(services, request, graph.status(), "query");
  const absl::StatusOr<uint64_t> id = graph->StartAnalysis(*job);
  if (!id.ok()) return Failed(services, request, id.status());
  ApiResponse response{.status = 202};
  response.body = Json{
      {"task_id", absl::StrCat("task_", *id)},
      {"status",
       "queued"}}.dump();
  return response;
}

}  // namespace skg::server
