// skg check: does the data directory hold what it must?
#include "absl/strings/str_cat.h"
#include "cli/data_directory.h"
#include "cli/interrupt.h"
#include "cli/terminal.h"
#include "cli/verbs.h"
#include "skg/engine.h"

namespace skg::cli {
namespace {

absl::StatusOr<CheckReport> Check(const CheckVerb& verb,
                                  const std::string& directory) {
  const absl::StatusOr<std::unique_ptr<Engine>> engine =
      OpenToRead(directory, verb.target.read_only);
  if (!engine.ok()) return engine.status();
  return (*engine)->Check(verb.deep);
}

std::string ReportText(const CheckReport& report) {
  std::string text;
  for (const CheckFinding& finding : report.findings) {
    absl::StrAppend(&text,
                    finding.graph.empty() ? "store" : Printable(finding.graph),
                    ": ", Printable(finding.message), "\n");
  }
  absl::StrAppend(
      &text, Counted(report.graphs, "graph"), ", ",
      Counted(report.statements, "statement"), ", ",
      Counted(report.terms, "term"), ", ", Counted(report.commits, "commit"),
      report.findings.empty() ? ": no problem found\n" : ": damaged\n");
  return text;
}

}  // namespace

int RunCheck(const CheckVerb& verb) {
  const absl::StatusOr<std::string> directory =
      DataDirectoryOf(verb.target.data);
  if (!directory.ok())
    return FailUsage("check", std::string(directory.status().message()));
  ExitOnInterrupt();
  const absl::StatusOr<CheckReport> report = Check(verb, *directory);
  if (!report.ok()) return Fail(report.status());
  const int printed = PrintResult(ReportText(*report));
  if (report->findings.empty()) return printed;
  PrintFailure(absl::StrCat(*directory, ": the check found ",
                            Counted(report->findings.size(), "problem")));
  return kExitFailed;
}

}  // namespace skg::cli
