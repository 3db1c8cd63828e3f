#include "cli/analyze_options.h"

#include <cctype>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "cli/help_text.h"
#include "skg/analyze.h"
#include "skg/field_error.h"

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
    case ParameterType::kName:
      return "NAME";
  }
  return "";
}

// max_iterations is --max-iterations.
std::string OptionName(const AnalysisParameter& parameter) {
  return absl::StrCat(
      "--", absl::StrReplaceAll(std::string(parameter.name), {{"_", "-"}}));
}

std::string Capitalised(std::string_view text) {
  std::string changed(text);
  changed[0] =
      static_cast<char>(std::toupper(static_cast<unsigned char>(changed[0])));
  return changed;
}

std::string Description(const AnalysisParameter& parameter) {
  std::string text = Capitalised(parameter.meaning);
  if (!parameter.fallback.empty())
    absl::StrAppend(&text, " [", std::string(parameter.fallback), "]");
  if (parameter.repeats) absl::StrAppend(&text, "; may come several times");
  return text;
}

void AddParameter(CLI::App& verb, const std::shared_ptr<AnalyzeVerb>& analyze,
                  const AnalysisParameter& parameter) {
  const std::string name(parameter.name);
  CLI::Option* option = verb.add_option_function<std::string>(
                                OptionName(parameter),
                                [analyze, name](const std::string& text) {
                                  analyze->job.parameters[name] = text;
                                },
                                Description(parameter))
                            ->type_name(TypeName(parameter));
  if (parameter.fallback.empty()) option->required();
}

// A usage error where the text is wrong, as CLI11 tells them.
void SetOption(const AnalysisParameter& parameter, const std::string& text,
               GraphViewOptions& view) {
  const absl::StatusOr<bool> set = SetViewOption(parameter.name, text, view);
  if (set.ok()) return;
  throw CLI::ValidationError(OptionName(parameter),
                             FieldErrors(set.status()).at(0).message);
}

// `parameter` is one of ViewParameters(), which are there for good.
void AddViewOption(CLI::App& verb, const AnalysisParameter& parameter,
                   GraphViewOptions& view) {
  const std::string name = OptionName(parameter);
  if (parameter.type == ParameterType::kFlag) {
    verb.add_flag_function(
        name,
        [&parameter, &view](int64_t /*times*/) {
          SetOption(parameter, "true", view);
        },
        Capitalised(parameter.meaning));
  } else if (parameter.repeats) {
    verb.add_option_function<std::vector<std::string>>(
            name,
            [&parameter, &view](const std::vector<std::string>& texts) {
              for (const std::string& text : texts)
                SetOption(parameter, text, view);
            },
            Description(parameter))
        ->check(Checked(CheckNotEmpty))
        ->type_name(TypeName(parameter))
        ->allow_extra_args(false);
  } else {
    verb.add_option_function<std::string>(
            name,
            [&parameter, &view](const std::string& text) {
              SetOption(parameter, text, view);
            },
            Description(parameter))
        ->type_name(TypeName(parameter));
  }
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
  CLI::App* verb = AddVerb(parent, std::string(info.name).c_str(),
                           Capitalised(info.meaning).c_str(), kAnalyzeFooter);
  auto analyze = std::make_shared<AnalyzeVerb>();
  analyze->job.algorithm = std::string(info.name);
  for (const AnalysisParameter& parameter : info.parameters)
    AddParameter(*verb, analyze, parameter);
  AddTarget(*verb, analyze->target);
  AddReadOnly(*verb, analyze->target.read_only);
  for (const AnalysisParameter& parameter : ViewParameters())
    AddViewOption(*verb, parameter, analyze->job.view);
  AddAsOf(*verb, analyze->as_of);
  if (GivesNodes(info.kind)) AddOutput(*verb, analyze);
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
