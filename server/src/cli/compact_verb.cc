// skg compact: packs a graph now instead of bit by bit.
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "cli/data_directory.h"
#include "cli/interrupt.h"
#include "cli/result_text.h"
#include "cli/terminal.h"
#include "cli/verbs.h"
#include "skg/engine.h"

namespace skg::cli {
namespace {

struct Sizes {
  uint64_t before = 0, after = 0;
};

absl::StatusOr<Sizes> Compact(const CompactVerb& verb,
                              const std::string& directory) {
  const absl::StatusOr<std::unique_ptr<Engine>> engine =
      OpenEngine(directory, /*create=*/false);
  if (!engine.ok()) return engine.status();
  absl::StatusOr<Graph> graph = (*engine)->OpenGraph(verb.target.graph);
  if (!graph.ok()) return graph.status();
  const absl::StatusOr<uint64_t> before = (*engine)->DiskBytes();
  if (!before.ok()) return before.status();
  if (absl::Status status = graph->Compact(); !status.ok()) return status;
  const absl::StatusOr<uint64_t> after = (*engine)->DiskBytes();
  if (!after.ok()) return after.status();
  return Sizes{*before, *after};
}

}  // namespace

int RunCompact(const CompactVerb& verb) {
  const absl::StatusOr<std::string> directory =
      DataDirectoryOf(verb.target.data);
  if (!directory.ok())
    return FailUsage("compact", std::string(directory.status().message()));
  ExitOnInterrupt();
  const absl::StatusOr<Sizes> sizes = Compact(verb, *directory);
  if (!sizes.ok()) return Fail(sizes.status());
  return PrintResult(
      absl::StrCat(Printable(*directory), ": ", WithSeparators(sizes->before),
                   " -> ", WithSeparators(sizes->after), " bytes on disk\n"));
}

}  // namespace skg::cli
