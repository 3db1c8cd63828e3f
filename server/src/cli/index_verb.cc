// skg index: indexes of texts and vectors.
#include <unistd.h>

#include <nlohmann/json.hpp>
#include <utility>

#include "absl/strings/str_cat.h"
#include "cli/data_directory.h"
#include "cli/interrupt.h"
#include "cli/result_text.h"
#include "cli/search_verbs.h"
#include "cli/terminal.h"
#include "cli/vector_lines.h"
#include "routes/json_object.h"
#include "routes/search_json.h"
#include "skg/engine.h"

namespace skg::cli {
namespace {

using Json = nlohmann::ordered_json;
using Action = IndexVerb::Action;
using Family = IndexVerb::Family;

constexpr const char* kActionNames[] = {"create",  "list", "stats",
                                        "rebuild", "drop", "put"};

std::string NameOf(const IndexVerb& verb) {
  return absl::StrCat("index ", kActionNames[static_cast<size_t>(verb.action)]);
}

struct Indexes {
  std::vector<TextIndexInfo> texts;
  std::vector<VectorIndexInfo> vectors;
};

absl::StatusOr<Indexes> ReadIndexes(const ReadView& view) {
  absl::StatusOr<std::vector<TextIndexInfo>> texts = view.TextIndexes();
  if (!texts.ok()) return texts.status();
  absl::StatusOr<std::vector<VectorIndexInfo>> vectors = view.VectorIndexes();
  if (!vectors.ok()) return vectors.status();
  return Indexes{*std::move(texts), *std::move(vectors)};
}

// Only those of the name, and of the family if one is said.
absl::StatusOr<Indexes> Named(const IndexVerb& verb, Indexes all) {
  const auto other = [&](const auto& index) { return index.name != verb.name; };
  std::erase_if(all.texts, other);
  std::erase_if(all.vectors, other);
  if (verb.family == Family::kText) all.vectors.clear();
  if (verb.family == Family::kVector) all.texts.clear();
  if (!all.texts.empty() || !all.vectors.empty()) return all;
  return absl::NotFoundError(absl::StrCat(
      "there is no ",
      !verb.family                   ? ""
      : verb.family == Family::kText ? "text "
                                     : "vector ",
      "index \"", verb.name, "\"; `skg index list` shows those there are"));
}

std::string Text(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (!value.is_array()) return value.dump();
  std::string text;
  for (const Json& one : value)
    absl::StrAppend(&text, text.empty() ? "" : ", ", Text(one));
  return text;
}

ResultTable ListTable(const Indexes& all) {
  ResultTable table{
      .columns = {"name", "kind", "over", "entries", "created", "about"}};
  for (const TextIndexInfo& index : all.texts) {
    const Json json = server::IndexJson(index);
    const std::string predicates = Text(json["predicates"]);
    table.rows.push_back(
        {index.name, "text", Text(json["over"]), absl::StrCat(index.documents),
         Text(json["created_at"]),
         absl::StrCat(predicates.empty() ? "all predicates" : predicates,
                      index.complete_since == 0 ? ", being built" : "")});
  }
  for (const VectorIndexInfo& index : all.vectors) {
    const Json json = server::IndexJson(index);
    table.rows.push_back({index.name, Text(json["kind"]), Text(json["over"]),
                          absl::StrCat(index.vectors), Text(json["created_at"]),
                          absl::StrCat(index.options.dimension, " dimensions, ",
                                       Text(json["metric"]))});
  }
  return table;
}

Json ListJson(const Indexes& all) {
  auto list = Json::array();
  for (const TextIndexInfo& index : all.texts)
    list.push_back(server::IndexJson(index));
  for (const VectorIndexInfo& index : all.vectors)
    list.push_back(server::IndexJson(index));
  return list;
}

// One line a figure.
ResultTable FiguresTable(const Json& list) {
  ResultTable table{.columns = {"figure", "value"}};
  for (const Json& index : list) {
    for (const auto& [name, value] : index.items())
      table.rows.push_back({name, Text(value)});
  }
  return table;
}

std::string InFormat(const ResultTable& table, const Json& json,
                     ResultFormat format) {
  switch (ChosenFormat(format)) {
    case ResultFormat::kCsv:
      return CsvText(table);
    case ResultFormat::kTsv:
      return TsvText(table);
    case ResultFormat::kTable:
      return AlignedText(table);
    default:
      return server::JsonText(json) + "\n";
  }
}

absl::StatusOr<std::string> Show(const IndexVerb& verb, const Graph& graph) {
  const absl::StatusOr<ReadView> view =
      verb.as_of ? graph.AsOf(*verb.as_of) : graph.Latest();
  if (!view.ok()) return view.status();
  absl::StatusOr<Indexes> all = ReadIndexes(*view);
  if (!all.ok()) return all.status();
  if (verb.action == Action::kList) {
    const Json list = ListJson(*all);
    return InFormat(ListTable(*all),
                    {{"indexes", list}, {"total", list.size()}}, verb.results);
  }
  const absl::StatusOr<Indexes> named = Named(verb, *std::move(all));
  if (!named.ok()) return named.status();
  const Json list = ListJson(*named);
  return InFormat(FiguresTable(list), list.size() == 1 ? list[0] : list,
                  verb.results);
}

// Until the index has a vector of every text that is there. What is left at an
// interrupt is made by whoever opens the data next.
absl::StatusOr<std::string> AwaitEmbeddings(const IndexVerb& verb,
                                            const Graph& graph) {
  ProgressLine line;
  while (true) {
    const absl::Status there = graph.WaitForEmbeddings(
        verb.name, 0, absl::Now() + absl::Milliseconds(200));
    if (!there.ok() && !absl::IsDeadlineExceeded(there)) return there;
    const absl::StatusOr<ReadView> view = graph.Latest();
    if (!view.ok()) return view.status();
    const absl::StatusOr<std::vector<VectorIndexInfo>> all =
        view->VectorIndexes();
    if (!all.ok()) return all.status();
    std::string so_far;
    for (const VectorIndexInfo& index : *all) {
      if (index.name != verb.name) continue;
      so_far = Counted(index.vectors, "vector");
      if (!index.embedding_error.empty())
        absl::StrAppend(&so_far, "; ", index.embedding_error);
    }
    if (there.ok()) return so_far;
    if (InterruptSignal() != 0) return absl::CancelledError("interrupted");
    if (line.Due()) line.Show(absl::StrCat(Printable(verb.name), ": ", so_far));
  }
}

absl::StatusOr<std::string> CreateOfVectors(const IndexVerb& verb,
                                            Graph& graph) {
  VectorIndexOptions options = verb.vectors;
  options.over = verb.over;
  const auto made = graph.CreateVectorIndex(verb.name, options);
  if (!made.ok()) return made.status();
  std::string embedded;
  if (options.auto_embedding) {
    absl::StatusOr<std::string> there = AwaitEmbeddings(verb, graph);
    if (!there.ok()) return there.status();
    embedded = absl::StrCat(", ", *there);
  }
  return absl::StrCat(Printable(verb.name), ": made (commit ", made->commit,
                      ")", embedded, "\n");
}

absl::StatusOr<std::string> Create(const IndexVerb& verb, Graph& graph) {
  if (verb.family == Family::kVector) return CreateOfVectors(verb, graph);
  TextIndexOptions options = verb.texts;
  options.over = verb.over;
  const auto made = graph.CreateTextIndex(verb.name, options);
  if (!made.ok()) return made.status();
  const absl::StatusOr<ReadView> view = graph.Latest();
  if (!view.ok()) return view.status();
  const absl::StatusOr<std::vector<TextIndexInfo>> all = view->TextIndexes();
  if (!all.ok()) return all.status();
  uint64_t documents = 0;
  for (const TextIndexInfo& index : *all)
    if (index.name == verb.name) documents = index.documents;
  return absl::StrCat(Printable(verb.name), ": ", Counted(documents, "text"),
                      " indexed (commit ", made->commit, ")\n");
}

// Which of the two families is meant by a name.
absl::StatusOr<Family> FamilyOf(const IndexVerb& verb, const Graph& graph) {
  const absl::StatusOr<ReadView> view = graph.Latest();
  if (!view.ok()) return view.status();
  absl::StatusOr<Indexes> all = ReadIndexes(*view);
  if (!all.ok()) return all.status();
  const absl::StatusOr<Indexes> named = Named(verb, *std::move(all));
  if (!named.ok()) return named.status();
  if (!named->texts.empty() && !named->vectors.empty()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "there are two indexes \"", verb.name,
        "\", of texts and of vectors; say --kind text or --kind vector"));
  }
  return named->texts.empty() ? Family::kVector : Family::kText;
}

absl::StatusOr<std::string> Drop(const IndexVerb& verb, Graph& graph) {
  const absl::StatusOr<Family> family = FamilyOf(verb, graph);
  if (!family.ok()) return family.status();
  const auto dropped = *family == Family::kText
                           ? graph.DropTextIndex(verb.name)
                           : graph.DropVectorIndex(verb.name);
  if (!dropped.ok()) return dropped.status();
  return absl::StrCat(Printable(verb.name), ": dropped (commit ",
                      dropped->commit, ")\n");
}

absl::StatusOr<std::string> Rebuild(const IndexVerb& verb, Graph& graph) {
  const absl::StatusOr<Family> family = FamilyOf(verb, graph);
  if (!family.ok()) return family.status();
  const absl::Status rebuilt = *family == Family::kText
                                   ? graph.RebuildTextIndex(verb.name).status()
                                   : graph.RebuildVectorIndex(verb.name);
  if (!rebuilt.ok()) return rebuilt;
  return absl::StrCat(Printable(verb.name), ": rebuilt\n");
}

absl::StatusOr<std::string> Put(const IndexVerb& verb, Graph& graph) {
  LoadSource source{.name = "standard input",
                    .read = [](char* buffer, size_t size) {
                      return InterruptibleRead(STDIN_FILENO, buffer, size);
                    }};
  if (verb.file != "-") {
    absl::StatusOr<LoadSource> file = OpenLoadFile(verb.file);
    if (!file.ok()) return file.status();
    source = *std::move(file);
  }
  ProgressLine line;
  const absl::StatusOr<uint64_t> put =
      PutVectorLines(source, graph, verb.name, [&](uint64_t so_far) {
        if (line.Due())
          line.Show(absl::StrCat(source.name, ": ", Counted(so_far, "vector")));
        return InterruptSignal() == 0;
      });
  line.Clear();
  if (!put.ok()) return put.status();
  return absl::StrCat(Printable(source.name), ": ", Counted(*put, "vector"),
                      "\n");
}

absl::StatusOr<std::string> Act(const IndexVerb& verb,
                                const std::string& directory) {
  const bool reads =
      verb.action == Action::kList || verb.action == Action::kStats;
  const absl::StatusOr<std::unique_ptr<Engine>> engine =
      reads ? OpenToRead(directory, verb.target.read_only)
            : OpenEngine(directory, /*create=*/false);
  if (!engine.ok()) return engine.status();
  absl::StatusOr<Graph> graph = (*engine)->OpenGraph(verb.target.graph);
  if (!graph.ok()) return graph.status();
  switch (verb.action) {
    case Action::kCreate:
      return Create(verb, *graph);
    case Action::kRebuild:
      return Rebuild(verb, *graph);
    case Action::kDrop:
      return Drop(verb, *graph);
    case Action::kPut:
      return Put(verb, *graph);
    case Action::kList:
    case Action::kStats:
      break;
  }
  return Show(verb, *graph);
}

}  // namespace

int RunIndex(const IndexVerb& verb) {
  const absl::StatusOr<std::string> directory =
      DataDirectoryOf(verb.target.data);
  if (!directory.ok())
    return FailUsage(NameOf(verb), std::string(directory.status().message()));
  // What takes long elsewhere ends at once: it is undone, or goes on, when the
  // data are opened next.
  const bool notes =
      verb.action == Action::kPut || (verb.action == Action::kCreate &&
                                      verb.vectors.auto_embedding.has_value());
  if (notes) {
    NoteInterrupts();
  } else {
    ExitOnInterrupt();
  }
  const absl::StatusOr<std::string> answer = Act(verb, *directory);
  return answer.ok() ? PrintResult(*answer) : Fail(answer.status());
}

}  // namespace skg::cli
