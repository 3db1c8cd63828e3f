// GET /query for one statement, by wrk, against `skg serve` and against a bare
// cpp-httplib handler whose answer has the same size.
#include <httplib.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <sstream>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "harness/child_process.h"
#include "harness/dataset.h"
#include "nlohmann/json.hpp"
#include "workloads/loaded_store.h"
#include "workloads/workloads.h"

namespace skg::bench {
namespace {

constexpr uint32_t kEntities = 2000;
constexpr char kPredicate[] = "worksAt";
constexpr absl::Duration kStartTimeout = absl::Seconds(30);

// One statement an entity, so that each question has one answer.
Dataset MakeEntities(uint64_t seed) {
  Dataset dataset{.shape = {.statements = kEntities, .seed = seed}};
  for (uint32_t i = 0; i < kEntities; ++i) {
    dataset.statements.push_back(
        {.subject = SubjectName(i),
         .predicate = kPredicate,
         .object = absl::StrCat("University_", i % 100)});
  }
  return dataset;
}

std::string PathOf(const std::string& subject) {
  return absl::StrCat("/query?pattern=", subject, "&pattern=", kPredicate,
                      "&pattern=");
}

std::string Script(const Dataset& dataset) {
  std::ostringstream script;
  script << "local paths = {";
  for (const NewStatement& statement : dataset.statements) {
    script << "\"" << PathOf(statement.subject) << "\",\n";
  }
  script << R"(}
local next = 0
request = function()
  next = next % #paths + 1
  return wrk.format("GET", paths[next])
end
done = function(summary, latency, requests)
  local e = summary.errors
  io.write(string.format("skg-bench %d %d %d %d %d %d %d\n",
    summary.requests, summary.duration, summary.bytes, e.status,
    e.connect + e.read + e.write + e.timeout,
    latency:percentile(50), latency:percentile(99)))
end
)";
  return script.str();
}

struct WrkReport {
  uint64_t requests = 0, micros = 0, bytes = 0, wrong_status = 0, broken = 0;
  uint64_t p50_micros = 0, p99_micros = 0;
};

absl::StatusOr<WrkReport> RunWrk(const std::string& url, const std::string& key,
                                 const std::string& script, int connections,
                                 double seconds) {
  // wrk takes whole seconds.
  const int duration = std::max(1, static_cast<int>(seconds));
  SKG_ASSIGN_OR_RETURN(
      ChildProcess wrk,
      ChildProcess::Start({"wrk", "-t", connections < 2 ? "1" : "2", "-c",
                           absl::StrCat(connections), "-d",
                           absl::StrCat(duration, "s"), "-s", script, "-H",
                           "Authorization: Bearer " + key, url}));
  SKG_ASSIGN_OR_RETURN(const std::string output,
                       wrk.Finish(absl::Seconds(duration + 30)));
  const size_t at = output.find("skg-bench ");
  std::istringstream line(at == std::string::npos ? ""
                                                  : output.substr(at + 10));
  WrkReport report;
  if (!(line >> report.requests >> report.micros >> report.bytes >>
        report.wrong_status >> report.broken >> report.p50_micros >>
        report.p99_micros)) {
    return absl::InternalError("wrk printed no summary: " + output);
  }
  if (report.wrong_status != 0 || report.broken != 0) {
    return absl::InternalError(absl::StrCat(
        report.wrong_status, " answers without success and ", report.broken,
        " broken connections of ", report.requests));
  }
  return report;
}

struct HttpServer {
  ChildProcess process;
  std::string url;
};

absl::StatusOr<HttpServer> StartServer(
    const std::vector<std::string>& command) {
  constexpr std::string_view kBeginning = "listening on ";
  SKG_ASSIGN_OR_RETURN(ChildProcess process, ChildProcess::Start(command));
  SKG_ASSIGN_OR_RETURN(
      const std::string line,
      process.WaitForLine(std::string(kBeginning), kStartTimeout));
  return HttpServer{std::move(process), line.substr(kBeginning.size())};
}

struct Setup {
  Setup(ScratchDirectory scratch, HttpServer server)
      : directory(std::move(scratch)), skg(std::move(server)) {}
  ScratchDirectory directory;
  std::string key;
  std::string script;
  HttpServer skg;
  std::optional<HttpServer> bare;
  size_t body_bytes = 0;
};

// Asks one question a hundredth of the entities and looks at the answers.
absl::Status CheckAnswers(const Dataset& dataset, Setup& setup) {
  constexpr size_t kStep = 100;
  httplib::Client client(setup.skg.url);
  client.set_keep_alive(true);
  client.set_tcp_nodelay(true);
  client.set_bearer_token_auth(setup.key);
  for (size_t i = 0; i < dataset.statements.size(); i += kStep) {
    const NewStatement& statement = dataset.statements[i];
    const httplib::Result result = client.Get(PathOf(statement.subject));
    if (!result || result->status != 200) {
      return absl::InternalError(
          absl::StrCat("GET ", PathOf(statement.subject), ": ",
                       result ? result->body : std::string("no answer")));
    }
    const auto answer = nlohmann::json::parse(result->body, nullptr, false);
    const auto results = answer.is_object() && answer.contains("results")
                             ? answer["results"]
                             : nlohmann::json::array();
    if (results.size() != 1 ||
        results[0].value("object", "") != statement.object) {
      return absl::InternalError("a wrong answer: " + result->body);
    }
    setup.body_bytes = result->body.size();
  }
  return absl::OkStatus();
}

absl::StatusOr<std::filesystem::path> BesideThisProgram(const char* name) {
  std::error_code error;
  const std::filesystem::path self =
      std::filesystem::read_symlink("/proc/self/exe", error);
  if (error) {
    return absl::UnavailableError("/proc/self/exe: " + error.message());
  }
  return std::string(name).empty() ? self : self.parent_path() / name;
}

absl::StatusOr<std::filesystem::path> SkgProgram(const Options& options) {
  std::filesystem::path program = options.skg_program;
  if (program.empty()) {
    SKG_ASSIGN_OR_RETURN(program, BesideThisProgram("skg"));
  }
  std::error_code ignored;
  if (std::filesystem::is_regular_file(program, ignored)) return program;
  return absl::UnavailableError(
      program.string() +
      ": no such program; build target skg_program or give --skg");
}

absl::StatusOr<std::string> CreateKey(const std::string& program,
                                      const std::string& data) {
  SKG_ASSIGN_OR_RETURN(
      ChildProcess keys,
      ChildProcess::Start({program, "keys", "create", "--data", data}));
  SKG_ASSIGN_OR_RETURN(const std::string output, keys.Finish(kStartTimeout));
  constexpr std::string_view kLabel = "key:";
  const size_t at = output.find(kLabel);
  std::istringstream words(
      at == std::string::npos ? "" : output.substr(at + kLabel.size()));
  std::string key;
  if (words >> key) return key;
  return absl::InternalError("skg keys create printed no key");
}

absl::StatusOr<std::shared_ptr<Setup>> MakeSetup(const Options& options,
                                                 int connections) {
  SKG_ASSIGN_OR_RETURN(const std::filesystem::path program,
                       SkgProgram(options));
  // Told apart from a failure before anything else is done.
  if (const auto wrk = ChildProcess::Start({"wrk", "-v"}); !wrk.ok()) {
    return absl::UnavailableError(
        absl::StrCat(wrk.status().message(), "; install wrk (Debian: wrk)"));
  }
  const Dataset dataset = MakeEntities(options.seed);
  SKG_ASSIGN_OR_RETURN(ScratchDirectory directory,
                       MakeLoadedDirectory(options, dataset));
  SKG_ASSIGN_OR_RETURN(const std::string key,
                       CreateKey(program, directory.store()));
  SKG_ASSIGN_OR_RETURN(
      HttpServer skg,
      StartServer({program, "serve", "--data", directory.store(), "--host",
                   "127.0.0.1", "--port", "0", "--rate-limit", "0"}));
  auto setup = std::make_shared<Setup>(std::move(directory), std::move(skg));
  setup->key = key;
  setup->script = setup->directory.path() / "point.lua";
  std::ofstream script(setup->script);
  script << Script(dataset) << std::flush;
  if (!script) {
    return absl::ResourceExhaustedError(setup->script + ": cannot be written");
  }
  SKG_RETURN_IF_ERROR(CheckAnswers(dataset, *setup));
  if (options.peers) {
    SKG_ASSIGN_OR_RETURN(const std::filesystem::path self,
                         BesideThisProgram(""));
    SKG_ASSIGN_OR_RETURN(
        HttpServer bare,
        StartServer({self, "bare-http", "--body-bytes",
                     absl::StrCat(setup->body_bytes), "--threads",
                     absl::StrCat(connections + 8)}));
    setup->bare.emplace(std::move(bare));
  }
  return setup;
}

absl::StatusOr<Sample> RunRequests(const Options& options, const Setup& setup,
                                   const HttpServer& server, int connections) {
  const double cpu = server.process.CpuSeconds();
  SKG_ASSIGN_OR_RETURN(const WrkReport report,
                       RunWrk(server.url, setup.key, setup.script, connections,
                              options.seconds));
  return Sample{
      .operations = static_cast<double>(report.requests),
      .seconds = static_cast<double>(report.micros) * 1e-6,
      .cpu_seconds = server.process.CpuSeconds() - cpu,
      .rows = report.requests,
      .figures = {{"p50 us", static_cast<double>(report.p50_micros)},
                  {"p99 us", static_cast<double>(report.p99_micros)},
                  {"bytes/answer", static_cast<double>(report.bytes) /
                                       static_cast<double>(std::max<uint64_t>(
                                           1, report.requests))}}};
}

}  // namespace

absl::StatusOr<Plan> PrepareHttpPoint(const Options& options) {
  constexpr double kWantedRatio = 0.4;
  const std::vector<int> connections_list = options.connections.empty()
                                                ? std::vector<int>{16, 64}
                                                : options.connections;
  SKG_ASSIGN_OR_RETURN(
      const std::shared_ptr<Setup> setup,
      MakeSetup(options, *std::max_element(connections_list.begin(),
                                           connections_list.end())));
  Plan plan;
  plan.facts = {
      {"data", absl::StrCat(kEntities, " statements, one a subject")},
      {"request",
       "GET /query?pattern=SUBJECT&pattern=" + std::string(kPredicate) +
           "&pattern= of every subject in turn, with a key; rate limit off"},
      {"answer", absl::StrCat(setup->body_bytes,
                              " bytes of body; the bare handler's too")},
      {"client",
       "wrk, 2 threads, on the same machine; processor time is the server's "
       "alone"}};
  for (const int connections : connections_list) {
    const std::string suffix = absl::StrCat(" ", connections, " connections");
    if (setup->bare) {
      plan.series.push_back(
          {.name = "httplib_bare" + suffix, .unit = "requests", .run = [=] {
             return RunRequests(options, *setup, *setup->bare, connections);
           }});
      plan.comparisons.push_back(
          {"skg" + suffix, {"httplib_bare" + suffix}, kWantedRatio});
    }
    plan.series.push_back(
        {.name = "skg" + suffix, .unit = "requests", .run = [=] {
           return RunRequests(options, *setup, setup->skg, connections);
         }});
  }
  return plan;
}

}  // namespace skg::bench
