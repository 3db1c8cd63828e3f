#include "cli/command_line.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

#include "absl/strings/str_join.h"
#include "cli/analyze_options.h"
#include "cli/help_text.h"
#include "cli/options.h"
#include "cli/search_options.h"
#include "cli/terminal.h"
#include "cli/verbs.h"
#include "skg/time_travel.h"
#include "skg/version.h"

namespace skg::cli {
namespace {

std::string CheckParameter(const std::string& text) {
  const size_t split = text.find('=');
  return split != std::string::npos && split > 0
             ? ""
             : "must be the name of a variable, = and its value";
}

std::string CheckTenant(const std::string& text) {
  const auto plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
  };
  const bool ok = !text.empty() && text.size() <= 50 && text[0] != '_' &&
                  text[0] != '-' &&
                  std::all_of(text.begin(), text.end(), plain);
  return ok ? ""
            : "\"" + text +
                  "\" is no tenant's name; it is 1 to 50 of a-z, 0-9, _ and -, "
                  "and begins with a "
                  "letter or digit";
}

std::string CheckRoles(const std::string& text) {
  const auto plain = [](char c) {
    return (c >= 'a' && c <= 'z') || c == '_' || c == ':';
  };
  for (const std::string& role : Split(text)) {
    const bool ok = std::all_of(role.begin(), role.end(), plain) &&
                    std::count(role.begin(), role.end(), ':') == 1 &&
                    role.front() != ':' && role.back() != ':';
    if (!ok) return "\"" + role + "\" is no role; roles look like read:triples";
  }
  return "";
}

void AddServe(CLI::App& app, Chosen& chosen) {
  CLI::App* verb =
      AddVerb(app, "serve", "Serve the data directory over HTTP", kServeFooter);
  auto flags = std::make_shared<server::FlagValues>();
  const auto option = [&](const char* name, std::optional<std::string>& value,
                          const char* type, const char* description) {
    verb->add_option_function<std::string>(
            name, [&value](const std::string& text) { value = text; },
            description)
        ->type_name(type);
  };
  option("--data", flags->data_dir, "DIR",
         "Data directory; made if there is none");
  option("--host", flags->host, "HOST", "Address to listen on [127.0.0.1]");
  option("--port", flags->port, "PORT",
         "Port to listen on, 0 for any free one [7777]");
  option("--config", flags->config_file, "FILE", "Settings as TOML");
  verb->add_flag("--no-auth", flags->no_auth, "Ask for no key (loopback only)");
  option("--rate-limit", flags->rate_limit, "N",
         "Requests a minute and key, 0 for no limit [100]");
  option("--durability", flags->durability, "sync|group|none",
         "What a write waits for: its fsync, a shared one, or none [sync]");
  option("--log-format", flags->log_format, "json|console",
         "Form of the log [json]");
  option("--log-level", flags->log_level, "LEVEL",
         "debug, info, warning or error [info]");
  verb->callback(
      [flags, &chosen] { chosen = [flags] { return RunServe(*flags); }; });
}

void AddLoad(CLI::App& app, Chosen& chosen) {
  static const std::map<std::string, Durability> kDurabilities = {
      {"sync", Durability::kSync},
      {"group", Durability::kGroup},
      {"none", Durability::kNone}};
  CLI::App* verb = AddVerb(app, "load", "Load files into a graph", kLoadFooter);
  auto load = std::make_shared<LoadVerb>();
  AddTarget(*verb, load->target);
  verb->add_option_function<std::string>(
          "--format",
          [load](const std::string& text) {
            load->format = FormatFromName(text);
          },
          std::string("Format of all files (else by their names): ") + kFormats)
      ->check(Checked(CheckFormat))
      ->type_name("FORMAT");
  verb->add_option("--base", load->base_iri,
                   "What relative IRIs are relative to")
      ->type_name("IRI");
  verb->add_option("--named-graph", load->named_graph,
                   "Put what names no graph into this one of the dataset")
      ->type_name("NAME");
  verb->add_option(
          "--key", load->csv_key,
          "csv: header or number of the subject's column (else rows are named "
          "FILE:LINE)")
      ->type_name("COLUMN");
  verb->add_option_function<std::string>(
          "--columns",
          [load](const std::string& text) { load->csv_columns = Split(text); },
          "csv: names of the columns, where the file has no header line")
      ->type_name("A,B,C");
  verb->add_flag("--skip-duplicates", load->skip_duplicates,
                 "Leave statements that are there already as they are");
  verb->add_flag("--no-statement-ids", load->no_statement_ids,
                 "Of a graph that this makes: keep no index from statement id "
                 "to statement (36 bytes a statement)");
  verb->add_flag("--continue-on-error", load->continue_on_error,
                 "Skip what is malformed, list it, and load the rest");
  verb->add_option_function<std::string>(
          "--durability",
          [load](const std::string& text) {
            load->durability = kDurabilities.at(text);
          },
          "What each commit waits for: its fsync, a shared one, or none [sync]")
      ->check(OneOf({"sync", "group", "none"}))
      ->type_name("sync|group|none");
  verb->add_option("FILE", load->files, "Files to load, - for standard input")
      ->required();
  verb->callback(
      [load, &chosen] { chosen = [load] { return RunLoad(*load); }; });
}

void AddQuery(CLI::App& app, Chosen& chosen) {
  static const std::map<std::string, QueryLanguage> kLanguages = {
      {"sparql", QueryLanguage::kSparql}, {"pattern", QueryLanguage::kPattern}};
  CLI::App* verb = AddVerb(app, "query", "Ask a graph", kQueryFooter);
  auto query = std::make_shared<QueryVerb>();
  AddTarget(*verb, query->target);
  AddReadOnly(*verb, query->target.read_only);
  verb->add_option_function<std::string>(
          "--language",
          [query](const std::string& text) {
            query->language = kLanguages.at(text);
          },
          "Language of the query [pattern if it begins with {, else sparql]")
      ->check(OneOf({"sparql", "pattern"}))
      ->type_name("sparql|pattern");
  AddResults(
      *verb, query->results,
      "Form of the answer [table on a terminal, else json; turtle for graphs]",
      {"json", "xml", "csv", "tsv", "table", "turtle", "ntriples", "rdfxml"});
  verb->add_flag("--union-default-graph", query->union_default_graph,
                 "SPARQL: the default graph is all graphs together");
  CLI::Option* explain = verb->add_flag("--explain", query->explain,
                                        "print the plan instead of running");
  verb->add_flag("--profile", query->profile,
                 "run, and print the plan with what its steps did")
      ->excludes(explain);
  verb->add_option(
          "--threads", query->threads,
          "SPARQL: threads for the query [as many as the machine runs]")
      ->check(CLI::PositiveNumber)
      ->type_name("N");
  verb->add_flag("--update", query->update,
                 "The text is SPARQL Update: one commit of all its operations");
  verb->add_option(
          "--param", query->parameters,
          "SPARQL: the value of a variable of the text, a name or a term; "
          "again for more")
      ->check(Checked(CheckParameter))
      ->allow_extra_args(false)
      ->type_name("NAME=TERM");
  verb->add_option(
          "--service", query->services,
          "SPARQL: SERVICE may ask the endpoint at URL; again for more")
      ->type_name("URL");
  verb->add_option("--timeout", query->timeout_seconds,
                   "End the query after so long, 0: never [0]")
      ->check(Checked(CheckSeconds))
      ->type_name("SECONDS");
  AddAsOf(*verb, query->as_of);
  verb->add_option_function<std::string>(
          "--valid-at",
          [query](const std::string& text) {
            query->valid_at = ParsePointInTime(text)->time();
          },
          "SPARQL: only what holds in the world at a time (ISO 8601)")
      ->check(Checked(CheckTime))
      ->type_name("TIME");
  verb->add_option("--min-weight", query->min_weight,
                   "SPARQL: only statements of at least this weight [0]")
      ->check(CLI::Range(0.0, 1.0))
      ->type_name("WEIGHT");
  CLI::Option* file =
      verb->add_option("--file", query->file,
                       "Read the query from FILE, - for standard input")
          ->type_name("FILE");
  CLI::Option* text =
      verb->add_option("QUERY", query->query, "The query")->excludes(file);
  verb->callback([query, file, text, &chosen] {
    if (file->count() + text->count() == 0) {
      throw CLI::RequiredError("a query is required: QUERY or --file FILE",
                               CLI::ExitCodes::RequiredError);
    }
    chosen = [query] { return RunQuery(*query); };
  });
}

void AddDiff(CLI::App& app, Chosen& chosen) {
  CLI::App* verb =
      AddVerb(app, "diff", "Show what differs between two states", kDiffFooter);
  auto diff = std::make_shared<DiffVerb>();
  AddTarget(*verb, diff->target);
  AddReadOnly(*verb, diff->target.read_only);
  AddPoint(
      *verb, "--from", [diff](PointInTime at) { diff->from = at; },
      "The state after a commit (a number), or at a time (ISO 8601)")
      ->required();
  AddPoint(
      *verb, "--to", [diff](PointInTime at) { diff->to = at; },
      "The other state [now]");
  const auto term = [&](const char* name, std::optional<std::string>& value,
                        const char* description) {
    verb->add_option_function<std::string>(
            name, [&value](const std::string& text) { value = text; },
            description)
        ->type_name("NAME");
  };
  term("--subject", diff->pattern.subject, "Only statements with this subject");
  term("--predicate", diff->pattern.predicate, "Only with this predicate");
  term("--object", diff->pattern.object, "Only with this object");
  term("--named-graph", diff->pattern.graph,
       "Only of this graph of the dataset; empty: of the default graph");
  AddResults(*verb, diff->results);
  verb->callback(
      [diff, &chosen] { chosen = [diff] { return RunDiff(*diff); }; });
}

void AddHistory(CLI::App& app, Chosen& chosen) {
  CLI::App* verb = AddVerb(app, "history", "Show the versions of a statement",
                           kHistoryFooter);
  auto history = std::make_shared<HistoryVerb>();
  AddTarget(*verb, history->target);
  AddReadOnly(*verb, history->target.read_only);
  CLI::Option* id = verb->add_option("--id", history->id, "The statement's id")
                        ->check(Checked(CheckNotEmpty))
                        ->type_name("UUID");
  verb->add_option("--named-graph", history->named_graph,
                   "The statement of this graph of the dataset")
      ->excludes(id)
      ->type_name("NAME");
  verb->add_option("--edge", history->edge, "That of parallel statements [0]")
      ->excludes(id)
      ->type_name("N");
  verb->add_option("SUBJECT", history->subject, "The statement's terms")
      ->excludes(id);
  verb->add_option("PREDICATE", history->predicate)->excludes(id);
  CLI::Option* object =
      verb->add_option("OBJECT", history->object)->excludes(id);
  AddResults(*verb, history->results);
  verb->callback([history, id, object, &chosen] {
    if (id->count() + object->count() == 0) {
      throw CLI::RequiredError(
          "a statement is required: SUBJECT PREDICATE OBJECT or --id UUID",
          CLI::ExitCodes::RequiredError);
    }
    chosen = [history] { return RunHistory(*history); };
  });
}

void AddExport(CLI::App& app, Chosen& chosen) {
  CLI::App* verb =
      AddVerb(app, "export", "Write a graph as a document", kExportFooter);
  auto ex = std::make_shared<ExportVerb>();
  AddTarget(*verb, ex->target);
  AddReadOnly(*verb, ex->target.read_only);
  verb->add_option_function<std::string>(
          "--format",
          [ex](const std::string& text) { ex->format = FormatFromName(text); },
          std::string("Format (else by the output's name, else turtle): ") +
              kFormats)
      ->check(Checked(CheckFormat))
      ->type_name("FORMAT");
  AddAsOf(*verb, ex->as_of);
  verb->add_option("--output", ex->output,
                   "File to write (else standard output)")
      ->type_name("FILE");
  verb->callback([ex, &chosen] { chosen = [ex] { return RunExport(*ex); }; });
}

void AddStats(CLI::App& app, Chosen& chosen) {
  CLI::App* verb =
      AddVerb(app, "stats", "Show exact figures of the graphs", kStatsFooter);
  auto stats = std::make_shared<StatsVerb>();
  AddTarget(*verb, stats->target);
  AddReadOnly(*verb, stats->target.read_only);
  verb->get_option("--graph")->default_str("all");
  verb->add_option_function<std::string>(
          "--results",
          [stats](const std::string& text) { stats->json = text == "json"; },
          "Form of the figures [table]")
      ->check(OneOf({"json", "table"}))
      ->type_name("json|table");
  verb->callback([stats, verb, &chosen] {
    stats->all_graphs = verb->get_option("--graph")->count() == 0;
    chosen = [stats] { return RunStats(*stats); };
  });
}

void AddCheck(CLI::App& app, Chosen& chosen) {
  CLI::App* verb =
      AddVerb(app, "check", "Verify every invariant of the data directory",
              kCheckFooter);
  auto check = std::make_shared<CheckVerb>();
  verb->add_option("--data", check->target.data,
                   "Data directory (else SKG_DATA_DIR)")
      ->type_name("DIR");
  AddReadOnly(*verb, check->target.read_only);
  verb->add_flag("--deep", check->deep, "Also decode every term and record");
  verb->callback(
      [check, &chosen] { chosen = [check] { return RunCheck(*check); }; });
}

void AddCompact(CLI::App& app, Chosen& chosen) {
  CLI::App* verb =
      AddVerb(app, "compact",
              "Pack a graph into one run of its present and one of its past",
              kCompactFooter);
  auto compact = std::make_shared<CompactVerb>();
  AddTarget(*verb, compact->target);
  verb->callback([compact, &chosen] {
    chosen = [compact] { return RunCompact(*compact); };
  });
}

void AddClear(CLI::App& app, Chosen& chosen) {
  using Part = ClearTarget::Part;
  CLI::App* verb =
      AddVerb(app, "clear", "Remove all statements of a graph, or of a part",
              kClearFooter);
  auto clear = std::make_shared<ClearVerb>();
  AddTarget(*verb, clear->target);
  CLI::Option_group* what = verb->add_option_group("What goes");
  what->require_option(1);
  const auto flag = [&](const char* name, Part part, const char* description) {
    what->add_flag_callback(
        name, [clear, part] { clear->what.part = part; }, description);
  };
  flag("--default", Part::kDefaultGraph, "The default graph");
  flag("--named", Part::kNamedGraphs, "All named graphs");
  flag("--all", Part::kEverything, "The default graph and all named graphs");
  what->add_option_function<std::string>(
          "--named-graph",
          [clear](const std::string& name) {
            clear->what = {Part::kNamedGraph, name};
          },
          "This named graph")
      ->check(Checked(CheckNotEmpty))
      ->type_name("NAME");
  verb->callback(
      [clear, &chosen] { chosen = [clear] { return RunClear(*clear); }; });
}

std::string CheckTaskId(const std::string& text) {
  return CountingNumberOf(text) > 0 ? ""
                                    : "\"" + text + "\" is no task's number";
}

// Options that say which of two things a verb does: exactly one is given, and
// what belongs to the other one is not.
void RequireOneWay(const CLI::App& verb, const char* one, const char* other,
                   const std::vector<const char*>& only_with_one,
                   const std::vector<const char*>& only_with_other) {
  const auto given = [&](const char* name) {
    return verb.get_option(name)->count() > 0;
  };
  if (given(one) == given(other)) {
    throw CLI::RequiredError(
        std::string("either ") + one + " or " + other + " is required",
        CLI::ExitCodes::RequiredError);
  }
  const char* chosen = given(one) ? one : other;
  for (const char* name : given(one) ? only_with_other : only_with_one) {
    if (given(name))
      throw CLI::ExcludesError(
          std::string(name) + " does not go with " + chosen,
          CLI::ExitCodes::ExcludesError);
  }
}

void AddBackup(CLI::App& app, Chosen& chosen) {
  CLI::App* verb = AddVerb(
      app, "backup", "Back up the data directory, or one graph", kBackupFooter);
  auto backup = std::make_shared<BackupVerb>();
  AddTarget(*verb, backup->target);
  AddReadOnly(*verb, backup->target.read_only);
  verb->add_option("--to", backup->to,
                   "Add a backup of all graphs to this directory")
      ->check(Checked(CheckNotEmpty))
      ->type_name("BACKUPS");
  AddCountingNumber(*verb, "--keep", backup->keep,
                    "Then remove all backups but the N newest");
  CLI::Option* list = verb->add_flag("--list", backup->list,
                                     "Only show the backups in BACKUPS");
  verb->add_flag("--verify", backup->verify,
                 "Only compare the backups in BACKUPS with their checksums")
      ->excludes(list)
      ->excludes(verb->get_option("--keep"));
  list->excludes(verb->get_option("--keep"));
  verb->add_option_function<std::string>(
          "--results",
          [backup](const std::string& text) { backup->json = text == "json"; },
          "Form of the list [table]")
      ->check(OneOf({"json", "table"}))
      ->needs(list)
      ->type_name("json|table");
  verb->add_option("--output", backup->output,
                   "Write one graph to FILE, - for standard output")
      ->check(Checked(CheckNotEmpty))
      ->type_name("FILE");
  AddAsOf(*verb, backup->as_of);
  verb->callback([backup, verb, &chosen] {
    RequireOneWay(*verb, "--to", "--output", {"--keep", "--list", "--verify"},
                  {"--graph", "--as-of", "--read-only"});
    chosen = [backup] { return RunBackup(*backup); };
  });
}

void AddRestore(CLI::App& app, Chosen& chosen) {
  CLI::App* verb = AddVerb(
      app, "restore", "Restore a data directory, or one graph", kRestoreFooter);
  auto restore = std::make_shared<RestoreVerb>();
  AddTarget(*verb, restore->target);
  CLI::Option* graph = verb->get_option("--graph")->default_str("");
  graph->description("The new graph's name");
  verb->add_option("--from", restore->from,
                   "Make DIR of a backup in this directory")
      ->check(Checked(CheckNotEmpty))
      ->type_name("BACKUPS");
  AddCountingNumber(*verb, "--number", restore->number,
                    "Which backup [the newest]");
  verb->add_option("--input", restore->input,
                   "Make a graph of FILE, - for standard input")
      ->needs(graph)
      ->check(Checked(CheckNotEmpty))
      ->type_name("FILE");
  verb->add_flag("--new-uuid", restore->new_uuid,
                 "Give the graph and its statements ids of their own");
  verb->add_flag("--no-check", restore->no_check,
                 "Trust FILE: look at its checksums only");
  verb->callback([restore, verb, &chosen] {
    RequireOneWay(*verb, "--from", "--input", {"--number"},
                  {"--graph", "--new-uuid", "--no-check"});
    chosen = [restore] { return RunRestore(*restore); };
  });
}

void AddTasksAction(CLI::App& tasks, const std::shared_ptr<TasksVerb>& verb,
                    TasksVerb::Action action, const char* name,
                    const char* description) {
  CLI::App* word = AddVerb(tasks, name, description, kTasksActionFooter);
  word->fallthrough();  // to --data and --json
  if (action == TasksVerb::Action::kShow ||
      action == TasksVerb::Action::kCancel) {
    word->add_option_function<std::string>(
            "ID",
            [verb](const std::string& text) {
              verb->id = CountingNumberOf(text);
            },
            "The task's number")
        ->check(Checked(CheckTaskId))
        ->required();
  }
  word->callback([verb, action] { verb->action = action; });
}

void AddTasks(CLI::App& app, Chosen& chosen) {
  CLI::App* tasks = AddVerb(
      app, "tasks", "Show, cancel and forget background work", kTasksFooter);
  tasks->require_subcommand(0, 1);
  auto verb = std::make_shared<TasksVerb>();
  tasks->add_option("--data", verb->data, "Data directory (else SKG_DATA_DIR)")
      ->type_name("DIR");
  tasks
      ->add_option_function<std::string>(
          "--results",
          [verb](const std::string& text) { verb->json = text == "json"; },
          "Form of the answer [table]")
      ->check(OneOf({"json", "table"}))
      ->type_name("json|table");
  tasks->add_flag("--json", verb->json, "The same as --results json");
  AddReadOnly(*tasks, verb->read_only);
  using Action = TasksVerb::Action;
  AddTasksAction(*tasks, verb, Action::kList, "list", "List all (the default)");
  AddTasksAction(*tasks, verb, Action::kShow, "show", "Show one");
  AddTasksAction(*tasks, verb, Action::kCancel, "cancel", "Cancel one");
  AddTasksAction(*tasks, verb, Action::kPrune, "prune",
                 "Forget those that have ended");
  // After that of the word that was given, if any.
  tasks->callback(
      [verb, &chosen] { chosen = [verb] { return RunTasks(*verb); }; });
}

std::string CheckLimit(const std::string& text) {
  const bool digits = !text.empty() && text.size() <= 18 &&
                      text.find_first_not_of("0123456789") == std::string::npos;
  return digits || text == "none"
             ? ""
             : "\"" + text + "\" is no limit; it is a number or none";
}

void AddTenants(CLI::App& app, Chosen& chosen) {
  CLI::App* tenants = AddVerb(app, "tenants",
                              "Show who has graphs, and set how much they may "
                              "hold",
                              kTenantsFooter);
  tenants->require_subcommand(0, 1);
  auto verb = std::make_shared<TenantsVerb>();
  tenants
      ->add_option("--data", verb->data, "Data directory (else SKG_DATA_DIR)")
      ->type_name("DIR");
  tenants->add_flag("--json", verb->json, "The answer as JSON");
  AddVerb(*tenants, "list", "List all (the default)", kTenantsFooter)
      ->fallthrough();
  CLI::App* quota =
      AddVerb(*tenants, "quota", "Show or change a quota", kTenantsFooter);
  quota->fallthrough();
  quota->add_option("NAME", verb->name, "TENANT or TENANT/GRAPH")->required();
  const auto limit = [&](const char* name,
                         std::optional<TenantsVerb::Limit>& value,
                         const char* description) {
    quota
        ->add_option_function<std::string>(
            name,
            [&value](const std::string& text) {
              value.emplace();
              if (text != "none") value->value = std::stoull(text);
            },
            description)
        ->check(Checked(CheckLimit))
        ->type_name("N|none");
  };
  limit("--max-statements", verb->max_statements, "Statements it may hold");
  limit("--max-bytes", verb->max_bytes, "Bytes on disk it may take, about");
  quota->callback([verb] { verb->action = TenantsVerb::Action::kQuota; });
  tenants->callback(
      [verb, &chosen] { chosen = [verb] { return RunTenants(*verb); }; });
}

void AddKeys(CLI::App& app, Chosen& chosen) {
  CLI::App* keys = AddVerb(app, "keys", "Manage API keys", "");
  keys->require_subcommand(0, 1);
  CLI::App* verb =
      AddVerb(*keys, "create", "Make an API key", kKeysCreateFooter);
  auto create = std::make_shared<KeysCreateVerb>();
  verb->add_option("--data", create->data,
                   "Store the key's hash in this data directory")
      ->type_name("DIR");
  verb->add_option("--tenant", create->tenant, "Whose key it is")
      ->check(Checked(CheckTenant))
      ->type_name("TENANT")
      ->capture_default_str();
  verb->add_option_function<std::string>(
          "--roles",
          [create](const std::string& text) { create->roles = Split(text); },
          "What it may do [read:triples,write:triples]")
      ->check(Checked(CheckRoles))
      ->type_name("ROLE,...");
  verb->callback([create, &chosen] {
    chosen = [create] { return RunKeysCreate(*create); };
  });
}

// "keys create" of a command line that got so far.
std::string VerbOf(const CLI::App& app) {
  std::string names;
  const CLI::App* at = &app;
  while (!at->get_subcommands().empty()) {
    at = at->get_subcommands().front();
    names += (names.empty() ? "" : " ") + at->get_name();
  }
  return names;
}

// ": serve, load or ..." after the verbs of the command line.
std::string VerbsOf(const CLI::App& app) {
  const CLI::App* at = &app;
  while (!at->get_subcommands().empty()) at = at->get_subcommands().front();
  std::string names;
  for (const CLI::App* verb : at->get_subcommands(nullptr)) {
    names += (names.empty() ? ": " : ", ") + verb->get_name();
  }
  return names;
}

}  // namespace

int RunCommandLine(int argc, char** argv) {
  Chosen chosen;
  CLI::App app(kProgramHelp, "skg");
  app.footer(kProgramFooter);
  app.set_help_flag("-h,--help", "Print this and exit");
  app.set_version_flag("--version", "skg " SKG_VERSION,
                       "Print the version and exit");
  app.require_subcommand(0, 1);
  AddServe(app, chosen);
  AddLoad(app, chosen);
  AddQuery(app, chosen);
  AddDiff(app, chosen);
  AddHistory(app, chosen);
  AddExport(app, chosen);
  AddStats(app, chosen);
  AddCheck(app, chosen);
  AddCompact(app, chosen);
  AddClear(app, chosen);
  AddBackup(app, chosen);
  AddRestore(app, chosen);
  AddAnalyze(app, chosen);
  AddSearch(app, chosen);
  AddIndex(app, chosen);
  AddTasks(app, chosen);
  AddTenants(app, chosen);
  AddKeys(app, chosen);
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    return PrintResult(app.help());
  } catch (const CLI::CallForVersion& version) {
    return PrintResult(std::string(version.what()) + "\n");
  } catch (const CLI::ParseError& error) {
    return FailUsage(VerbOf(app), error.what());
  }
  if (!chosen) return FailUsage(VerbOf(app), "say what to do" + VerbsOf(app));
  return chosen();
}

}  // namespace skg::cli
