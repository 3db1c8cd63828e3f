// skg diff: what differs between two states of a graph.
#include <nlohmann/json.hpp>
#include <utility>

#include "absl/strings/str_cat.h"
#include "cli/data_directory.h"
#include "cli/interrupt.h"
#include "cli/result_text.h"
#include "cli/terminal.h"
#include "cli/verbs.h"
#include "routes/statement_text.h"
#include "skg/engine.h"

namespace skg::cli {
namespace {

using Json = nlohmann::ordered_json;

const char* KindText(Difference::Kind kind) {
  switch (kind) {
    case Difference::Kind::kAdded:
      return "added";
    case Difference::Kind::kRemoved:
      return "removed";
    case Difference::Kind::kChanged:
      break;
  }
  return "changed";
}

// Writes differences as they come.
class DifferenceText {
 public:
  DifferenceText(ResultFormat format, uint64_t from, uint64_t to)
      : json_(format == ResultFormat::kJson),
        from_(from),
        to_(to),
        rows_({"change", "subject", "predicate", "object", "graph", "edge",
               "weight before", "weight after", "metadata before",
               "metadata after"},
              format) {}

  std::string Add(const std::vector<Difference>& batch) {
    if (json_) return AddJson(batch);
    std::vector<std::vector<std::string>> rows;
    for (const Difference& difference : batch) rows.push_back(Row(difference));
    return rows_.Add(std::move(rows));
  }
  std::string Finish() {
    if (!json_) return rows_.Finish();
    return absl::StrCat(Head(), any_ ? "\n" : "", "]}\n");
  }

 private:
  static std::vector<std::string> Row(const Difference& difference) {
    const bool before = difference.kind != Difference::Kind::kAdded;
    const bool after = difference.kind != Difference::Kind::kRemoved;
    const Statement& terms = after ? difference.after : difference.before;
    return {KindText(difference.kind),
            terms.subject,
            terms.predicate,
            terms.object,
            terms.graph,
            std::to_string(terms.edge),
            before ? WeightText(difference.before.weight) : "",
            after ? WeightText(difference.after.weight) : "",
            before ? difference.before.metadata : "",
            after ? difference.after.metadata : ""};
  }

  std::string AddJson(const std::vector<Difference>& batch) {
    std::string text = Head();
    for (const Difference& difference : batch) {
      Json json = {{"change", KindText(difference.kind)}};
      if (difference.kind != Difference::Kind::kAdded)
        json["before"] = server::StatementJson(difference.before, true);
      if (difference.kind != Difference::Kind::kRemoved)
        json["after"] = server::StatementJson(difference.after, true);
      absl::StrAppend(&text, any_ ? ",\n" : "\n", json.dump());
      any_ = true;
    }
    return text;
  }

  // What comes before all differences; empty from the second time on.
  std::string Head() {
    if (std::exchange(begun_, true)) return {};
    return absl::StrCat("{\"from\": ", from_, ", \"to\": ", to_,
                        ", \"differences\": [");
  }

  const bool json_;
  const uint64_t from_, to_;
  RowText rows_;
  bool begun_ = false, any_ = false;
};

absl::Status Print(DifferenceCursor& cursor, DifferenceText& text) {
  std::vector<Difference> batch;
  while (true) {
    const absl::StatusOr<bool> more = cursor.Next(batch);
    if (!more.ok()) return more.status();
    if (!*more) break;
    const absl::Status written = StandardOutput().Write(text.Add(batch));
    if (!written.ok()) return written;
  }
  const absl::Status written = StandardOutput().Write(text.Finish());
  return written.ok() ? StandardOutput().Flush() : written;
}

absl::Status Diff(const DiffVerb& verb, const std::string& directory) {
  const absl::StatusOr<std::unique_ptr<Engine>> engine =
      OpenToRead(directory, verb.target.read_only);
  if (!engine.ok()) return engine.status();
  const absl::StatusOr<Graph> graph = (*engine)->OpenGraph(verb.target.graph);
  if (!graph.ok()) return graph.status();
  const absl::StatusOr<ReadView> from = graph->AsOf(verb.from);
  if (!from.ok()) return from.status();
  const absl::StatusOr<ReadView> to =
      verb.to ? graph->AsOf(*verb.to) : graph->Latest();
  if (!to.ok()) return to.status();
  absl::StatusOr<DifferenceCursor> cursor =
      graph->Diff(*from, *to, verb.pattern, {.include_metadata = true});
  if (!cursor.ok()) return cursor.status();
  DifferenceText text(ChosenFormat(verb.results), from->commit(), to->commit());
  return Print(*cursor, text);
}

}  // namespace

int RunDiff(const DiffVerb& verb) {
  const absl::StatusOr<std::string> directory =
      DataDirectoryOf(verb.target.data);
  if (!directory.ok())
    return FailUsage("diff", std::string(directory.status().message()));
  ExitOnInterrupt();
  const absl::Status status = Diff(verb, *directory);
  return status.ok() ? kExitOk : Fail(status);
}

}  // namespace skg::cli
