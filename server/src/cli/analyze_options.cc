#include "cli/analyze_options.h"

#include <algorithm>
#include <map>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "cli/help_text.h"
#include "skg/analyze.h"

namespace skg::cli {
namespace {

std::string TypeName(const AnalysisParameter& parameter) {
  switch (parameter.type) {
    case ParameterType::kNumber:
      return "NUMBER";
    case ParameterType::kInteger:
      return "N";
    case ParameterType::kFlag:
      return "true|false";
    case ParameterType::kChoice:
      return std::string(parameter.choices);
    case ParameterType::kNode:
      return "NAME";
  }
  return "";
}

// max_iterations is --max-iterations.
void AddParameter(CLI::App& verb, const std::shared_ptr<AnalyzeVerb>& analyze,
                  const AnalysisParameter& parameter) {
  std::string description(parameter.meaning);
  description[0] = static_cast<char>(
      std::toupper(static_cast<unsigned char>(description[0])));
  if (!parameter.fallback.empty())
    absl::StrAppend(&description, " [", std::string(parameter.fallback), "]");
  const std::string name(parameter.name);
  CLI::Option* option =
      verb.add_option_function<std::string>(
              absl::StrCat("--", absl::StrReplaceAll(name, {{"_", "-"}})),
              [analyze, name](const std::string& text) {
                analyze->job.parameters[name] = text;
              },
              description)
          ->type_name(TypeName(parameter));
  if (parameter.fallback.empty()) option->required();
}

void AddNames(CLI::App& verb, const char* name, std::vector<std::string>& names,
              const char* description) {
  verb.add_option(name, names, description)
      ->check(Checked(CheckNotEmpty))
      ->type_name("NAME")
      ->allow_extra_args(false);
}

void AddView(CLI::App& verb, GraphViewOptions& view) {
  static const std::map<std::string, ParallelEdges> kRules = {
      {"sum", ParallelEdges::kSum},
      {"greatest", ParallelEdges::kGreatest},
      {"least", ParallelEdges::kLeast},
      {"mean", ParallelEdges::kMean}};
  AddNames(
      verb, "--predicate", view.predicates,
      "Only statements of this predicate are edges; may come several times");
  AddNames(verb, "--without-predicate", view.without_predicates,
           "Statements of this predicate are none; may come several times");
  AddNames(verb, "--node-type", view.node_types,
           "Only nodes of this rdf:type; may come several times");
  verb.add_option_function<std::string>(
          "--named-graph",
          [&view](const std::string& text) { view.graph = text; },
          "Only this graph of the dataset; empty: its default graph")
      ->type_name("NAME");
  verb.add_option("--min-weight", view.min_weight,
                  "Only statements of at least this weight [0]")
      ->type_name("NUMBER");
  verb.add_flag("--literals", view.literals, "Literals are nodes, too");
  verb.add_flag("--weighted", view.weighted,
                "Edges weigh what their statements do; else each weighs 1");
  verb.add_option_function<std::string>(
          "--parallel",
          [&view](const std::string& text) {
            view.parallel_edges = kRules.at(text);
          },
          "Weight of an edge that several statements make [sum]")
      ->check(OneOf({"sum", "greatest", "least", "mean"}))
      ->type_name("sum|greatest|least|mean");
}

AnalysisOutput& OutputOf(AnalyzeVerb& analyze) {
  if (!analyze.job.output) analyze.job.output.emplace();
  return *analyze.job.output;
}

void AddOutput(CLI::App& verb, const std::shared_ptr<AnalyzeVerb>& analyze) {
  verb.add_option_function<std::string>(
          "--write-graph",
          [analyze](const std::string& text) {
            OutputOf(*analyze).graph = text;
          },
          "Also write the answer into this named graph, in place of what it "
          "has")
      ->check(Checked(CheckNotEmpty))
      ->type_name("NAME");
  verb.add_option_function<std::string>(
          "--write-predicate",
          [analyze](const std::string& text) {
            OutputOf(*analyze).predicate = text;
          },
          "Write it as statements of this predicate [the algorithm's name]; "
          "without --write-graph into the default graph")
      ->check(Checked(CheckNotEmpty))
      ->type_name("NAME");
}

void AddAnalysis(CLI::App& parent, const AnalysisInfo& info, Chosen& chosen) {
  std::string meaning(info.meaning);
  meaning[0] =
      static_cast<char>(std::toupper(static_cast<unsigned char>(meaning[0])));
  CLI::App* verb = AddVerb(parent, std::string(info.name).c_str(),
                           meaning.c_str(), kAnalyzeFooter);
  auto analyze = std::make_shared<AnalyzeVerb>();
  analyze->job.algorithm = std::string(info.name);
  for (const AnalysisParameter& parameter : info.parameters)
    AddParameter(*verb, analyze, parameter);
  AddTarget(*verb, analyze->target);
  AddReadOnly(*verb, analyze->target.read_only);
  AddView(*verb, analyze->job.view);
  AddAsOf(*verb, analyze->as_of);
  if (info.kind != AnalysisKind::kPaths && info.kind != AnalysisKind::kFigures)
    AddOutput(*verb, analyze);
  verb->add_option("--threads", analyze->job.threads,
                   "How many threads may work [as many as the machine runs]")
      ->type_name("N");
  verb->add_option("--timeout", analyze->timeout_seconds,
                   "Give up after so long; 0: never [0]")
      ->check(Checked(CheckSeconds))
      ->type_name("SECONDS");
  AddResults(*verb, analyze->results);
  verb->callback([analyze, &chosen] {
    chosen = [analyze] { return RunAnalyze(*analyze); };
  });
}

}  // namespace

void AddAnalyze(CLI::App& app, Chosen& chosen) {
  CLI::App* verb =
      AddVerb(app, "analyze", "Centralities, communities, paths and more",
              kAnalyzeFooter);
  verb->require_subcommand(0, 1);
  for (const AnalysisInfo& info : Analyses()) AddAnalysis(*verb, info, chosen);
}

}  // namespace skg::cli
