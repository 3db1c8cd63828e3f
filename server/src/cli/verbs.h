// The verbs of `skg`: what each is told, and the function that does it and
// gives the exit status.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "config/settings.h"
#include "skg/analyze.h"
#include "skg/load.h"
#include "skg/statement.h"
#include "skg/time_travel.h"

namespace skg::cli {

// Of all verbs that work on a data directory; as typed.
struct Target {
  std::string data;        // --data
  std::string graph;       // --graph; empty: public/main
  bool read_only = false;  // --read-only; of verbs that only read
};

struct LoadVerb {
  Target target;
  std::optional<Format> format;  // else by each file's name
  std::string base_iri;
  std::string named_graph;
  std::string csv_key;
  std::vector<std::string> csv_columns;
  bool skip_duplicates = false;
  bool no_statement_ids = false;
  bool continue_on_error = false;
  Durability durability = Durability::kSync;
  std::vector<std::string> files;  // "-": standard input
};
[[nodiscard]] int RunLoad(const LoadVerb& verb);

enum class ResultFormat {
  kAutomatic,
  kTable,
  kJson,
  kXml,
  kCsv,
  kTsv,
  kTurtle,
  kNTriples,
  kRdfXml
};
// What kAutomatic means: a table on a terminal, else JSON.
[[nodiscard]] ResultFormat ChosenFormat(ResultFormat format);
enum class QueryLanguage { kAutomatic, kSparql, kPattern };

struct QueryVerb {
  Target target;
  // kAutomatic: a text that begins with `{` is a pattern document.
  QueryLanguage language = QueryLanguage::kAutomatic;
  // SPARQL only, down to `profile`.
  size_t threads = 0;  // 0: as many as the machine runs
  std::optional<absl::Time> valid_at;
  float min_weight = 0;
  bool union_default_graph = false;
  bool explain = false, profile = false;
  bool update = false;  // the text is SPARQL Update
  // For variables of a query or an update: NAME=TERM, as typed.
  std::vector<std::string> parameters;
  // Endpoints that SERVICE may ask.
  std::vector<std::string> services;
  ResultFormat results = ResultFormat::kAutomatic;
  double timeout_seconds = 0;  // 0: none
  std::optional<PointInTime> as_of;
  std::string file;  // "-": standard input
  std::string query;
};
[[nodiscard]] int RunQuery(const QueryVerb& verb);

struct AnalyzeVerb {
  Target target;
  AnalysisJob job;  // algorithm, parameters, view, threads, output
  ResultFormat results = ResultFormat::kAutomatic;
  double timeout_seconds = 0;  // 0: none
  std::optional<PointInTime> as_of;
};
[[nodiscard]] int RunAnalyze(const AnalyzeVerb& verb);

struct DiffVerb {
  Target target;
  PointInTime from{uint64_t{0}};
  std::optional<PointInTime> to;  // else the present
  StatementPattern pattern;
  ResultFormat results = ResultFormat::kAutomatic;
};
[[nodiscard]] int RunDiff(const DiffVerb& verb);

struct HistoryVerb {
  Target target;
  std::string id;  // empty: by its terms
  std::string subject, predicate, object;
  std::string named_graph;  // empty: the default graph
  uint32_t edge = 0;
  ResultFormat results = ResultFormat::kAutomatic;
};
[[nodiscard]] int RunHistory(const HistoryVerb& verb);

struct ExportVerb {
  Target target;
  std::optional<Format> format;  // else by the output's name, else Turtle
  std::string output;            // empty or "-": standard output
  std::optional<PointInTime> as_of;
};
[[nodiscard]] int RunExport(const ExportVerb& verb);

struct StatsVerb {
  Target target;
  bool all_graphs = true;  // no --graph was given
  bool json = false;
};
[[nodiscard]] int RunStats(const StatsVerb& verb);

struct CheckVerb {
  Target target;
  bool deep = false;
};
[[nodiscard]] int RunCheck(const CheckVerb& verb);

struct CompactVerb {
  Target target;
};
[[nodiscard]] int RunCompact(const CompactVerb& verb);

struct ClearVerb {
  Target target;
  ClearTarget what;
};
[[nodiscard]] int RunClear(const ClearVerb& verb);

struct BackupVerb {
  Target target;
  std::string to;      // a backup directory; empty: a graph goes to `output`
  std::string output;  // "-": standard output
  std::optional<PointInTime> as_of;
  uint64_t keep = 0;  // 0: all
  bool list = false;
  bool verify = false;
  bool json = false;  // the list
};
[[nodiscard]] int RunBackup(const BackupVerb& verb);

struct RestoreVerb {
  Target target;
  std::string from;     // a backup directory; empty: a graph comes from `input`
  uint64_t number = 0;  // 0: the newest
  std::string input;    // "-": standard input
  bool new_uuid = false;
  bool no_check = false;
};
[[nodiscard]] int RunRestore(const RestoreVerb& verb);

struct TasksVerb {
  enum class Action : uint8_t { kList, kShow, kCancel, kPrune };
  std::string data;
  Action action = Action::kList;
  uint64_t id = 0;  // of kShow and kCancel
  bool json = false;
  bool read_only = false;
};
[[nodiscard]] int RunTasks(const TasksVerb& verb);

struct TenantsVerb {
  enum class Action : uint8_t { kList, kQuota };
  // What a limit becomes; none: it is lifted.
  struct Limit {
    std::optional<uint64_t> value;
  };
  std::string data;
  Action action = Action::kList;
  std::string name;  // of kQuota: TENANT or TENANT/GRAPH
  std::optional<Limit> max_statements, max_bytes;
  bool json = false;
};
[[nodiscard]] int RunTenants(const TenantsVerb& verb);

struct KeysCreateVerb {
  std::string data;  // empty: the key is not stored
  std::string tenant = "public";
  std::vector<std::string> roles;
};
[[nodiscard]] int RunKeysCreate(const KeysCreateVerb& verb);

[[nodiscard]] int RunServe(const server::FlagValues& flags);

}  // namespace skg::cli
