#include "cli/options.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <system_error>
#include <utility>

#include "absl/strings/str_join.h"

namespace skg::cli {
namespace {

std::string CheckOneOf(const std::string& text,
                       const std::vector<std::string>& choices) {
  if (std::find(choices.begin(), choices.end(), text) != choices.end())
    return "";
  std::string message = "\"" + text + "\" is not one of ";
  for (size_t i = 0; i < choices.size(); ++i)
    message += (i > 0 ? ", " : "") + choices[i];
  return message;
}

std::string CheckPoint(const std::string& text) {
  const absl::StatusOr<PointInTime> point = ParsePointInTime(text);
  return point.ok() ? "" : std::string(point.status().message());
}

}  // namespace

std::string CheckFormat(const std::string& text) {
  return FormatFromName(text)
             ? ""
             : "\"" + text + "\" is no format; it is one of " + kFormats;
}

std::string CheckSeconds(const std::string& text) {
  char* end = nullptr;
  const double seconds = std::strtod(text.c_str(), &end);
  const bool number = end != text.c_str() && *end == '\0';
  return number && seconds >= 0 && seconds <= 1e9
             ? ""
             : "\"" + text + "\" is no number of seconds";
}

std::string CheckTime(const std::string& text) {
  const absl::StatusOr<PointInTime> point = ParsePointInTime(text);
  return point.ok() && !point->commit()
             ? ""
             : "must be an ISO 8601 time such as 2024-01-15T10:30:00Z";
}

std::string CheckNotEmpty(const std::string& text) {
  return text.empty() ? "its value is empty" : "";
}

uint64_t CountingNumberOf(const std::string& text) {
  uint64_t id = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, id);
  return error == std::errc() && stop == end ? id : 0;
}

std::string CheckCountingNumber(const std::string& text) {
  return CountingNumberOf(text) > 0
             ? ""
             : "\"" + text + "\" is no number; give 1 or more";
}

CLI::Validator OneOf(const std::vector<std::string>& choices) {
  return CLI::Validator(
      [choices](std::string& text) { return CheckOneOf(text, choices); }, "");
}

CLI::Validator Checked(std::string (*check)(const std::string&)) {
  return CLI::Validator([check](std::string& text) { return check(text); }, "");
}

std::vector<std::string> Split(const std::string& text) {
  std::vector<std::string> parts;
  size_t begin = 0;
  while (true) {
    const size_t comma = text.find(',', begin);
    parts.push_back(text.substr(begin, comma - begin));
    if (comma == std::string::npos) return parts;
    begin = comma + 1;
  }
}

CLI::App* AddVerb(CLI::App& app, const char* name, const char* description,
                  const char* footer) {
  CLI::App* verb = app.add_subcommand(name, description);
  verb->footer(footer);
  verb->set_help_flag("-h,--help", "Print this and exit");
  return verb;
}

void AddTarget(CLI::App& verb, Target& target) {
  verb.add_option("--data", target.data, "Data directory (else SKG_DATA_DIR)")
      ->type_name("DIR");
  verb.add_option("--graph", target.graph,
                  "Graph; a name without tenant is one of public")
      ->type_name("TENANT/GRAPH")
      ->default_str("public/main");
}

void AddReadOnly(CLI::App& verb, bool& read_only) {
  verb.add_flag("--read-only", read_only,
                "Read beside a process that has the directory open");
}

CLI::Option* AddPoint(CLI::App& verb, const char* name,
                      std::function<void(PointInTime)> set,
                      const char* description) {
  return verb
      .add_option_function<std::string>(
          name,
          [set = std::move(set)](const std::string& text) {
            set(*ParsePointInTime(text));
          },
          description)
      ->check(Checked(CheckPoint))
      ->type_name("TIME|COMMIT");
}

void AddAsOf(CLI::App& verb, std::optional<PointInTime>& point) {
  AddPoint(
      verb, "--as-of", [&point](PointInTime at) { point = at; },
      "The state after a commit (a number), or at a time (ISO 8601) [now]");
}

void AddResults(CLI::App& verb, ResultFormat& results, const std::string& what,
                const std::vector<std::string>& names) {
  static const std::map<std::string, ResultFormat> kResults = {
      {"json", ResultFormat::kJson},         {"xml", ResultFormat::kXml},
      {"csv", ResultFormat::kCsv},           {"tsv", ResultFormat::kTsv},
      {"table", ResultFormat::kTable},       {"turtle", ResultFormat::kTurtle},
      {"ntriples", ResultFormat::kNTriples}, {"rdfxml", ResultFormat::kRdfXml}};
  verb.add_option_function<std::string>(
          "--results",
          [&results](const std::string& text) { results = kResults.at(text); },
          what)
      ->check(OneOf(names))
      ->type_name(absl::StrJoin(names, "|"));
}

void AddCountingNumber(CLI::App& verb, const char* name, uint64_t& number,
                       const char* description) {
  verb.add_option_function<std::string>(
          name,
          [&number](const std::string& text) {
            number = CountingNumberOf(text);
          },
          description)
      ->check(Checked(CheckCountingNumber))
      ->type_name("N");
}

}  // namespace skg::cli
