// skg-bench: measures libskg, and peers beside it, in named workloads.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <exception>
#include <fstream>
#include <iostream>
#include <string>
#include <system_error>
#include <vector>

#include "embedding/embedding.h"
#include "harness/dblp_graph.h"
#include "harness/machine.h"
#include "harness/report.h"
#include "harness/runner.h"
#include "harness/stopwatch.h"
#include "harness/workload.h"
#include "kernels/kernels.h"
#include "kernels/scores.h"
#include "nlohmann/json.hpp"
#include "peers/httplib_bare/httplib_bare.h"
#include "skg/version.h"
#include "text_search/hybrid_bench.h"
#include "text_search/text_bench.h"
#include "vectors/stored_vectors.h"
#include "vectors/vectors.h"
#include "workloads/sparql_answers.h"

namespace skg::bench {
namespace {

constexpr int kFewestRunsToQuote = 5;
constexpr uint64_t kMiB = uint64_t{1} << 20;

struct RunVerb {
  std::vector<std::string> names;
  Options options;
  uint64_t memory_mib = 1024;
  std::string data;
  std::string stores;
  std::string skg_program;
  std::string json;
  bool no_peers = false;
  bool quiet = false;
};

const Workload* FindWorkload(const std::string& name) {
  for (const Workload& workload : Workloads()) {
    if (workload.name == name) return &workload;
  }
  return nullptr;
}

std::string CheckName(const std::string& name) {
  if (name == "all" || FindWorkload(name) != nullptr) return "";
  return "\"" + name + "\" is no workload; `skg-bench list` names them";
}

// Leaves the number of the enumerator, which is what CLI11 reads.
std::string ReadDurability(std::string& text) {
  for (const Durability durability :
       {Durability::kSync, Durability::kGroup, Durability::kNone}) {
    if (text != DurabilityName(durability)) continue;
    text = std::to_string(static_cast<int>(durability));
    return "";
  }
  return "\"" + text + "\" is not one of sync, group, none";
}

int Fail(const absl::Status& status) {
  std::cerr << "skg-bench: " << status.message() << "\n";
  return 1;
}

int List() {
  for (const Workload& workload : Workloads()) {
    std::cout << workload.name
              << std::string(16 - std::min<size_t>(workload.name.size(), 15),
                             ' ')
              << workload.summary << "\n";
  }
  return 0;
}

std::vector<const Workload*> Chosen(const std::vector<std::string>& names) {
  std::vector<const Workload*> chosen;
  for (const std::string& name : names) {
    if (name != "all") {
      chosen.push_back(FindWorkload(name));
      continue;
    }
    for (const Workload& workload : Workloads()) chosen.push_back(&workload);
  }
  return chosen;
}

int WriteJson(const std::string& path, const nlohmann::json& report) {
  const std::string text = report.dump(2) + "\n";
  if (path == "-") {
    std::cout << text;
    return 0;
  }
  std::ofstream out(path, std::ios::binary);
  out << text << std::flush;
  if (out) return 0;
  std::cerr << "skg-bench: cannot write " << path << "\n";
  return 1;
}

int RunChosen(RunVerb& verb) {
  Options& options = verb.options;
  options.memory_bytes = verb.memory_mib * kMiB;
  options.peers = !verb.no_peers;
  options.skg_program = verb.skg_program;
  options.stores = verb.stores;
  options.data = verb.data.empty() ? std::string(".") : verb.data;
  std::error_code made;
  std::filesystem::create_directories(options.data, made);
  if (made) {
    return Fail(absl::InvalidArgumentError(verb.data + ": " + made.message()));
  }

  absl::StatusOr<Machine> machine = LookAtMachine(options.data);
  if (!machine.ok()) return Fail(machine.status());
  if (options.repeat < kFewestRunsToQuote) {
    machine->warnings.emplace_back(
        "fewer than 5 runs: these figures are not to be quoted");
  }
  // The table gives way where standard output is the JSON's.
  std::ostream& table = verb.json == "-" ? std::cerr : std::cout;
  PrintMachine(*machine, table);
  const Progress progress = [&](const std::string& line) {
    if (!verb.quiet) std::cerr << line << "\n";
  };
  std::vector<WorkloadResult> results;
  for (const Workload* workload : Chosen(verb.names)) {
    absl::StatusOr<WorkloadResult> result = Run(*workload, options, progress);
    if (!result.ok()) {
      return Fail(
          {result.status().code(), std::string(workload->name) + ": " +
                                       std::string(result.status().message())});
    }
    PrintWorkload(*result, table);
    table.flush();
    results.push_back(*std::move(result));
  }
  return verb.json.empty()
             ? 0
             : WriteJson(verb.json, ReportJson(*machine, options, results));
}

void AddRun(CLI::App& app, RunVerb& verb) {
  CLI::App* run =
      app.add_subcommand("run", "Run workloads; `all` is every one of them");
  Options& options = verb.options;
  run->add_option("NAME", verb.names, "Names of workloads")
      ->required()
      ->check(CLI::Validator([](std::string& name) { return CheckName(name); },
                             ""));
  run->add_option("--repeat", options.repeat,
                  "Counted runs of each series, after one warm-up")
      ->check(CLI::Range(1, 1000).description(""))
      ->capture_default_str();
  run->add_option("--seconds", options.seconds,
                  "Length of a run that goes by time")
      ->check(CLI::Range(0.01, 600.0).description(""))
      ->capture_default_str();
  run->add_option("--statements", options.statements,
                  "Length of a run that goes by statements")
      ->check(CLI::Range(uint64_t{1}, uint64_t{100'000'000}).description(""))
      ->capture_default_str();
  run->add_option("--batch", options.statements_per_commit,
                  "Statements a commit of batch_insert")
      ->check(CLI::Range(uint64_t{1}, uint64_t{1'000'000}).description(""))
      ->capture_default_str();
  run->add_option("--triples", options.triples,
                  "Size of the DBLP-like graph of scan and lookup")
      ->check(
          CLI::Range(uint64_t{100}, uint64_t{1'000'000'000}).description(""))
      ->capture_default_str();
  run->add_option("--stores", verb.stores,
                  "Keep loaded stores of that graph here, for the next time")
      ->type_name("DIR");
  run->add_option("--series", options.series,
                  "Only the series whose name has this in it")
      ->type_name("TEXT");
  run->add_option("--threads", options.threads,
                  "Numbers of threads (else the workload's own)")
      ->delimiter(',')
      ->check(CLI::Range(1, 1024).description(""))
      ->type_name("N");
  run->add_option("--connections", options.connections,
                  "Numbers of HTTP connections (else the workload's own)")
      ->delimiter(',')
      ->check(CLI::Range(1, 4096).description(""))
      ->type_name("N");
  run->add_option("--durability", options.durabilities,
                  "sync, group, none (else the workload's own)")
      ->delimiter(',')
      ->transform(CLI::Validator(ReadDurability, ""))
      ->type_name("NAME");
  run->add_option("--seed", options.seed, "Seed of the data")
      ->capture_default_str();
  run->add_option("--memory", verb.memory_mib,
                  "Memory budget of a store, in MiB")
      ->check(CLI::Range(uint64_t{16}, uint64_t{1'000'000}).description(""))
      ->capture_default_str();
  run->add_option("--data", verb.data,
                  "Where stores are made and removed again [.]")
      ->type_name("DIR");
  run->add_option("--skg", verb.skg_program,
                  "The skg program [beside this one]")
      ->type_name("PROGRAM");
  run->add_option("--json", verb.json,
                  "Write the report there too; - is standard output")
      ->type_name("FILE");
  run->add_flag("--no-peers", verb.no_peers, "Measure libskg alone");
  run->add_flag("--quiet", verb.quiet,
                "Do not tell of every run on standard error");
}

struct GenerateVerb {
  DblpShape shape = {.triples = 5'000'000};
  std::string output;
};

const CLI::App* AddGenerate(CLI::App& app, GenerateVerb& verb) {
  CLI::App* generate = app.add_subcommand(
      "generate", "Write a graph like that of DBLP as N-Triples");
  generate->add_option("--triples", verb.shape.triples, "How many")
      ->check(CLI::Range(uint64_t{1}, kMostDblpTriples).description(""))
      ->capture_default_str();
  generate->add_option("--seed", verb.shape.seed, "Seed of the graph")
      ->capture_default_str();
  generate->add_option("--output", verb.output, "The file")
      ->required()
      ->type_name("FILE");
  return generate;
}

int Generate(const GenerateVerb& verb) {
  const DblpGraph graph(verb.shape);
  const Stopwatch watch;
  const absl::StatusOr<uint64_t> bytes = graph.WriteFile(verb.output);
  if (!bytes.ok()) return Fail(bytes.status());
  const double seconds = watch.Seconds();
  std::cout << verb.output << ": " << graph.Describe() << "\n"
            << *bytes << " bytes, " << *bytes / verb.shape.triples
            << " a line; " << seconds << " s\n";
  return 0;
}

struct AnswerVerb {
  std::string store;
  uint64_t memory_mib = 4096;
};

// The part of libskg in peers/sparql.py.
const CLI::App* AddAnswer(CLI::App& app, AnswerVerb& verb) {
  CLI::App* answer =
      app.add_subcommand("answer", "Our side of peers/sparql.py")->group("");
  answer->add_option("--store", verb.store)->required();
  answer->add_option("--memory", verb.memory_mib);
  return answer;
}

// Graphs, kernels and peers of analytics: see kernels/kernels.h.
const CLI::App* AddKernels(CLI::App& app, KernelBench& bench) {
  CLI::App* kernels = app.add_subcommand(
      "kernels", "Time kernels on a generated graph, or write its edges");
  kernels
      ->add_option("graph", bench.graph,
                   "rmat:SCALE, rmat-both:SCALE, sbm:V:E:GROUPS:MIX, "
                   "random:V:E, or a file of edges")
      ->required();
  kernels->add_option("--kernels", bench.kernels, "Only these")->delimiter(',');
  kernels->add_option("--threads", bench.threads, "One run for each")
      ->delimiter(',');
  kernels->add_option("--repeat", bench.repeat, "Runs of each")
      ->check(CLI::Range(1, 1000));
  kernels->add_option("--seed", bench.seed, "Of the generator");
  kernels->add_flag("--weighted", bench.weighted, "Use the file's weights");
  kernels->add_option("--write", bench.write_edges,
                      "Write the edges to this file and time nothing");
  return kernels;
}

// Indexes of vectors and their peers: see vectors/vectors.h.
const CLI::App* AddVectors(CLI::App& app, VectorBench& bench) {
  CLI::App* vectors = app.add_subcommand(
      "vectors", "Time indexes of vectors, beside hnswlib and FAISS");
  vectors->add_option("--rows", bench.rows, "Vectors")
      ->check(CLI::Range(100u, 100'000'000u).description(""))
      ->capture_default_str();
  vectors->add_option("--queries", bench.queries, "Queries of a run")
      ->check(CLI::Range(1u, 1'000'000u).description(""))
      ->capture_default_str();
  vectors->add_option("--dimension", bench.dimension, "Components")
      ->check(CLI::Range(1u, 4096u).description(""))
      ->capture_default_str();
  vectors->add_option("--seed", bench.seed, "Of the generator");
  vectors
      ->add_option("--indexes", bench.indexes,
                   "Only these: skg hnsw, skg hnsw_quantized, skg ivf_pq, "
                   "skg flat, hnswlib, faiss")
      ->delimiter(',');
  vectors->add_option("--threads", bench.threads, "One build for each")
      ->delimiter(',')
      ->check(CLI::Range(1, 1024).description(""));
  vectors->add_option("--repeat", bench.repeat, "Runs of each")
      ->check(CLI::Range(1, 1000).description(""));
  vectors->add_option("--data", bench.data, "Where segments are written")
      ->type_name("DIR");
  return vectors;
}

const CLI::App* AddText(CLI::App& app, TextBench& bench) {
  CLI::App* text = app.add_subcommand(
      "text", "Build, search and commit to a text index of short texts");
  text->add_option("--texts", bench.texts, "How many")
      ->check(CLI::Range(uint64_t{1}, uint64_t{100'000'000}).description(""))
      ->capture_default_str();
  text->add_option("--vocabulary", bench.vocabulary, "Of so many words")
      ->check(CLI::Range(uint64_t{20}, uint64_t{10'000'000}).description(""))
      ->capture_default_str();
  text->add_option("--queries", bench.queries, "Queries of each class")
      ->check(CLI::Range(uint64_t{1}, uint64_t{1'000'000}).description(""))
      ->capture_default_str();
  text->add_option("--seed", bench.seed, "Of texts and queries")
      ->capture_default_str();
  text->add_option("--memory", bench.memory_mib, "Of the store, in MiB")
      ->check(CLI::Range(uint64_t{16}, uint64_t{1'000'000}).description(""))
      ->capture_default_str();
  text->add_option("--data", bench.data, "Where the store is made [.]")
      ->type_name("DIR");
  text->add_option("--codex", bench.codex,
                   "Labels and descriptions of this file instead")
      ->type_name("FILE");
  text->add_option("--write", bench.write_texts,
                   "Write texts and queries there and time nothing")
      ->type_name("DIR");
  return text;
}

const CLI::App* AddHybrid(CLI::App& app, HybridBench& bench) {
  CLI::App* hybrid = app.add_subcommand(
      "hybrid", "Search a graph by words, meaning and nearness at once");
  const auto number = [&](const char* option, uint64_t& value, uint64_t most,
                          const char* description) {
    hybrid->add_option(option, value, description)
        ->check(CLI::Range(uint64_t{1}, most).description(""))
        ->capture_default_str();
  };
  number("--nodes", bench.nodes, 100'000'000, "Labelled nodes");
  number("--links", bench.links, 1000, "From each node");
  number("--types", bench.types, 1'000'000, "Of nodes");
  number("--queries", bench.queries, 1'000'000, "Queries of each class");
  number("--memory", bench.memory_mib, 1'000'000, "Of the engine, in MiB");
  hybrid->add_option("--seed", bench.seed, "Of graph and queries");
  hybrid->add_option("--data", bench.data, "Where the store is made [.]")
      ->type_name("DIR");
  return hybrid;
}

const CLI::App* AddStoredVectors(CLI::App& app, StoredVectorsBench& bench) {
  CLI::App* vectors = app.add_subcommand(
      "stored-vectors", "Put vectors into a graph, open it again and search");
  const auto number = [&](const char* option, uint64_t& value, uint64_t most,
                          const char* description) {
    vectors->add_option(option, value, description)
        ->check(CLI::Range(uint64_t{1}, most).description(""))
        ->capture_default_str();
  };
  number("--rows", bench.rows, 100'000'000, "Vectors");
  number("--dimension", bench.dimension, 4096, "Components");
  number("--batch", bench.batch, 1'000'000, "Vectors of a commit");
  number("--queries", bench.queries, 1'000'000, "Queries of a run");
  number("--memory", bench.memory_mib, 1'000'000, "Of the engine, in MiB");
  vectors->add_option("--seed", bench.seed, "Of the generator");
  vectors->add_option("--data", bench.data, "Where the store is made [.]")
      ->type_name("DIR");
  return vectors;
}

const CLI::App* AddEmbedding(CLI::App& app, EmbeddingBench& bench) {
  CLI::App* embedding = app.add_subcommand(
      "embedding", "Find labels by descriptions and by labels with a typo");
  embedding
      ->add_option("file", bench.file,
                   "A JSON object of objects with label and description")
      ->required()
      ->check(CLI::ExistingFile);
  embedding->add_option("--dimension", bench.dimension, "Of the vectors");
  embedding->add_option("--seed", bench.seed, "Of the typos");
  embedding->add_option("--repeat", bench.repeat, "Runs that are timed")
      ->check(CLI::Range(1, 1000));
  return embedding;
}

// For peers/centrality.py.
const CLI::App* AddScores(CLI::App& app, ScoresVerb& verb) {
  CLI::App* scores =
      app.add_subcommand("scores", "All scores of a centrality kernel")
          ->group("");
  scores->add_option("graph", verb.graph)->required();
  scores->add_option("--kernel", verb.kernel)->required();
  scores->add_option("--threads", verb.threads);
  return scores;
}

struct BareHttpVerb {
  size_t body_bytes = 0;
  int threads = 8;
};

// The peer of http_point, which this program starts as a process of its own.
const CLI::App* AddBareHttp(CLI::App& app, BareHttpVerb& verb) {
  CLI::App* bare =
      app.add_subcommand("bare-http", "The peer of http_point")->group("");
  bare->add_option("--body-bytes", verb.body_bytes);
  bare->add_option("--threads", verb.threads)->check(CLI::Range(1, 4104));
  return bare;
}

int Main(int argc, char** argv) {
  CLI::App app("Measures libskg, and peers beside it, in named workloads",
               "skg-bench");
  app.set_version_flag("--version", SKG_VERSION);
  app.require_subcommand(1);
  const CLI::App* list = app.add_subcommand("list", "Name the workloads");
  RunVerb verb;
  AddRun(app, verb);
  GenerateVerb generate_verb;
  const CLI::App* generate = AddGenerate(app, generate_verb);
  BareHttpVerb bare_verb;
  const CLI::App* bare = AddBareHttp(app, bare_verb);
  KernelBench kernel_bench;
  const CLI::App* kernels = AddKernels(app, kernel_bench);
  VectorBench vector_bench;
  const CLI::App* vectors = AddVectors(app, vector_bench);
  TextBench text_bench;
  const CLI::App* text = AddText(app, text_bench);
  StoredVectorsBench stored_vectors;
  const CLI::App* stored = AddStoredVectors(app, stored_vectors);
  HybridBench hybrid_bench;
  const CLI::App* hybrid = AddHybrid(app, hybrid_bench);
  EmbeddingBench embedding_bench;
  const CLI::App* embedding = AddEmbedding(app, embedding_bench);
  ScoresVerb scores_verb;
  const CLI::App* scores = AddScores(app, scores_verb);
  AnswerVerb answer_verb;
  const CLI::App* answer = AddAnswer(app, answer_verb);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  if (bare->parsed()) {
    return ServeBareHttp(bare_verb.body_bytes, bare_verb.threads);
  }
  if (answer->parsed()) {
    Options options;
    options.memory_bytes = answer_verb.memory_mib * kMiB;
    return AnswerLines(options, answer_verb.store);
  }
  if (kernels->parsed()) return RunKernels(kernel_bench);
  if (vectors->parsed()) return RunVectors(vector_bench);
  if (text->parsed()) return RunTextBench(text_bench);
  if (stored->parsed()) return RunStoredVectors(stored_vectors);
  if (hybrid->parsed()) return RunHybridBench(hybrid_bench);
  if (embedding->parsed()) return RunEmbedding(embedding_bench);
  if (scores->parsed()) return PrintScores(scores_verb);
  if (generate->parsed()) return Generate(generate_verb);
  return list->parsed() ? List() : RunChosen(verb);
}

}  // namespace
}  // namespace skg::bench

int main(int argc, char** argv) {
  try {
    return skg::bench::Main(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "skg-bench: %s\n", error.what());
    return 1;
  }
}
