#include "vectors/stored_vectors.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "harness/scratch_directory.h"
#include "harness/stopwatch.h"
#include "nlohmann/json.hpp"
#include "skg/engine.h"
#include "vectors/vector_data.h"

namespace skg::bench {
namespace {

void Print(const nlohmann::json& line) { std::cout << line << std::endl; }

// A line of /proc/self/status in MiB; 0 where there is none.
double MemoryMib(const std::string& field) {
  std::ifstream status("/proc/self/status");
  std::string name;
  double kib = 0;
  while (status >> name) {
    if (name == field + ":" && status >> kib) return kib / 1024;
    status.ignore(4096, '\n');
  }
  return 0;
}

double DiskMib(const std::string& directory) {
  double bytes = 0;
  for (const auto& entry :
       std::filesystem::recursive_directory_iterator(directory)) {
    if (entry.is_regular_file())
      bytes += static_cast<double>(entry.file_size());
  }
  return bytes / (1 << 20);
}

class Run {
 public:
  Run(const StoredVectorsBench& bench, std::string store)
      : bench_(bench), store_(std::move(store)) {}

  [[nodiscard]] absl::Status All() {
    SKG_RETURN_IF_ERROR(Open());
    SKG_RETURN_IF_ERROR(Put());
    const Stopwatch sealing;
    SKG_RETURN_IF_ERROR(graph_->RebuildVectorIndex("default"));
    Print({{"step", "rebuild as one segment"},
           {"seconds", sealing.Seconds()},
           {"cpu_seconds", sealing.CpuSeconds()}});
    SKG_RETURN_IF_ERROR(Search("before closing"));
    graph_.reset();
    engine_.reset();
    Print({{"step", "closed"}, {"disk_mib", DiskMib(store_)}});
    const Stopwatch watch;
    SKG_RETURN_IF_ERROR(Open());
    const double opened = watch.Seconds();
    SKG_RETURN_IF_ERROR(SearchOne(0));
    Print({{"step", "opened again"},
           {"seconds", opened},
           {"to_first_answer_seconds", watch.Seconds()}});
    return Search("after opening");
  }

 private:
  [[nodiscard]] absl::Status Open() {
    EngineOptions options;
    options.memory_budget_bytes = bench_.memory_mib << 20;
    SKG_ASSIGN_OR_RETURN(engine_, Engine::Open(store_, options));
    SKG_ASSIGN_OR_RETURN(Graph graph, engine_->OpenGraph("", {.create = true}));
    graph_.emplace(std::move(graph));
    return absl::OkStatus();
  }

  [[nodiscard]] absl::Status Put() {
    VectorIndexOptions options;
    options.dimension = static_cast<uint32_t>(bench_.dimension);
    SKG_RETURN_IF_ERROR(graph_->CreateVectorIndex("default", options).status());
    double seconds = 0, first_seen = 0;
    for (uint64_t done = 0; done < bench_.rows;) {
      // Of some mixtures, so that not all need to be in memory.
      const uint64_t count = std::min(bench_.batch, bench_.rows - done);
      const VectorData data =
          MakeVectors(static_cast<uint32_t>(count), 0, options.dimension,
                      bench_.seed + done / (10 * bench_.batch));
      std::vector<VectorEntry> entries(count);
      for (uint64_t i = 0; i < count; ++i) {
        const auto row = data.row(i);
        entries[i] = {absl::StrCat("n", done + i), {row.begin(), row.end()}};
      }
      const Stopwatch watch;
      SKG_RETURN_IF_ERROR(graph_->PutVectors("default", entries).status());
      seconds += watch.Seconds();
      // What was just put is found by the next view.
      queries_.assign(1, entries.back().vector);
      const Stopwatch seen;
      SKG_RETURN_IF_ERROR(SearchOne(0));
      first_seen = std::max(first_seen, seen.Seconds());
      done += count;
    }
    Print({{"step", "put"},
           {"vectors", bench_.rows},
           {"seconds", seconds},
           {"slowest_search_beside_ms", first_seen * 1e3}});
    const VectorData data =
        MakeVectors(1, static_cast<uint32_t>(bench_.queries), options.dimension,
                    bench_.seed);
    queries_.clear();
    for (uint64_t i = 0; i < bench_.queries; ++i) {
      const auto query = data.query(i);
      queries_.emplace_back(query.begin(), query.end());
    }
    return absl::OkStatus();
  }

  [[nodiscard]] absl::Status SearchOne(size_t query) {
    SKG_ASSIGN_OR_RETURN(const ReadView view, graph_->Latest());
    SKG_ASSIGN_OR_RETURN(
        const auto hits,
        view.SearchVectors("default", queries_[query], {.top_k = kNearest}));
    if (hits.size() == kNearest) return absl::OkStatus();
    return absl::InternalError(absl::StrCat(hits.size(), " hits"));
  }

  [[nodiscard]] absl::Status Search(const char* when) {
    std::vector<double> times;
    for (size_t i = 0; i < queries_.size(); ++i) {
      const Stopwatch watch;
      SKG_RETURN_IF_ERROR(SearchOne(i));
      times.push_back(watch.Seconds() * 1e3);
    }
    std::sort(times.begin(), times.end());
    Print({{"searches", when},
           {"p50_ms", times[times.size() / 2]},
           {"p99_ms", times[times.size() * 99 / 100]},
           {"anonymous_mib", MemoryMib("RssAnon")},
           {"file_pages_mib", MemoryMib("RssFile")}});
    return absl::OkStatus();
  }

  const StoredVectorsBench& bench_;
  const std::string store_;
  std::unique_ptr<Engine> engine_;
  std::optional<Graph> graph_;
  std::vector<std::vector<float>> queries_;
};

absl::Status RunInScratch(const StoredVectorsBench& bench) {
  SKG_ASSIGN_OR_RETURN(const auto scratch, ScratchDirectory::Make(bench.data));
  return Run(bench, scratch.store()).All();
}

}  // namespace

int RunStoredVectors(const StoredVectorsBench& bench) {
  const absl::Status status = RunInScratch(bench);
  if (status.ok()) return 0;
  std::cerr << "skg-bench: " << status.message() << "\n";
  return 1;
}

}  // namespace skg::bench
