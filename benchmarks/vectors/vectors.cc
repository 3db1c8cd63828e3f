#include "vectors/vectors.h"

#include <algorithm>
#include <chrono>
#include <ctime>
#include <exception>
#include <iostream>
#include <iterator>
#include <optional>
#include <random>
#include <utility>

#include "harness/stopwatch.h"
#include "nlohmann/json.hpp"
#include "vectors/vector_candidate.h"
#include "vectors/vector_data.h"

namespace skg::bench {
namespace {

using nlohmann::json;
using Neighbours = std::vector<std::vector<uint32_t>>;

constexpr size_t kEfs[] = {10, 12, 14, 16, 18, 20,  24,  28,  32,  40,
                           48, 56, 64, 80, 96, 128, 160, 200, 300, 400};
constexpr double kRecalls[] = {0.97, 0.99, 0.999};
constexpr double kShares[] = {0.01, 0.1, 0.5};
constexpr size_t kFilteredEfs[] = {16, 32, 64, 128};

double ThreadSeconds() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) +
         static_cast<double>(time.tv_nsec) * 1e-9;
}

double Median(std::vector<double> values) {
  std::nth_element(values.begin(),
                   values.begin() + static_cast<ptrdiff_t>(values.size() / 2),
                   values.end());
  return values[values.size() / 2];
}

struct Measured {
  double recall = 0;
  double qps = 0;  // by the processor's time: others may be at work
  double p50_ms = 0;
  double found = 0;  // rows a query
};

// `keep`: rows that an answer may hold, the rest of it is thrown away.
Measured Measure(VectorCandidate& index, const VectorData& data,
                 const Neighbours& truth, size_t k, size_t ef, int repeat,
                 std::span<const uint64_t> keep) {
  std::vector<double> seconds, each;
  std::vector<uint32_t> found;
  Measured measured;
  for (int run = 0; run <= repeat; ++run) {
    size_t right = 0, rows = 0;
    const double begin = ThreadSeconds();
    for (uint32_t q = 0; q < data.query_count(); ++q) {
      const Stopwatch watch;
      index.Search(data.query(q).data(), k, ef, found);
      if (run > 0) each.push_back(watch.Seconds() * 1e3);
      if (!keep.empty()) {
        std::erase_if(found, [&](uint32_t row) {
          return (keep[row / 64] >> (row % 64) & 1) == 0;
        });
      }
      if (found.size() > kNearest) found.resize(kNearest);
      rows += found.size();
      for (const uint32_t row : truth[q]) {
        right +=
            static_cast<size_t>(std::count(found.begin(), found.end(), row));
      }
    }
    if (run > 0) seconds.push_back(ThreadSeconds() - begin);
    size_t wanted = 0;
    for (const auto& nearest : truth) wanted += nearest.size();
    measured.recall = static_cast<double>(right) / static_cast<double>(wanted);
    measured.found = static_cast<double>(rows) / data.query_count();
  }
  measured.qps = data.query_count() / Median(seconds);
  measured.p50_ms = Median(each);
  return measured;
}

json Line(const std::string& index, const Measured& measured) {
  return {{"index", index},
          {"recall", measured.recall},
          {"qps", measured.qps},
          {"p50_ms", measured.p50_ms}};
}

// Between the two measurements around `recall`, on a straight line.
std::optional<Measured> At(const std::vector<Measured>& sweep, double recall) {
  for (size_t i = 0; i < sweep.size(); ++i) {
    if (sweep[i].recall < recall) continue;
    if (i == 0 || sweep[i].recall == recall) return sweep[i];
    const Measured &below = sweep[i - 1], &above = sweep[i];
    const double part = (recall - below.recall) / (above.recall - below.recall);
    Measured between;
    between.recall = recall;
    between.qps = below.qps + part * (above.qps - below.qps);
    between.p50_ms = below.p50_ms + part * (above.p50_ms - below.p50_ms);
    return between;
  }
  return std::nullopt;
}

class Bench {
 public:
  explicit Bench(const VectorBench& bench)
      : bench_(bench),
        data_(MakeVectors(bench.rows, bench.queries, bench.dimension,
                          bench.seed)),
        truth_(TrueNeighbours(data_, {})) {
    std::cout << json{{"rows", bench.rows},
                      {"queries", bench.queries},
                      {"dimension", bench.dimension},
                      {"seed", bench.seed}}
              << std::endl;
    for (const double share : kShares) {
      std::mt19937_64 random(bench.seed + 3);
      std::vector<uint64_t> words((bench.rows + 63) / 64);
      for (uint32_t row = 0; row < bench.rows; ++row) {
        if (static_cast<double>(random() >> 11) * 0x1p-53 >= share) continue;
        words[row / 64] |= uint64_t{1} << (row % 64);
      }
      allowed_truth_.push_back(TrueNeighbours(data_, words));
      allowed_.push_back(std::move(words));
    }
  }

  void Run(const NamedCandidate& candidate) {
    std::unique_ptr<VectorCandidate> index;
    // The least number of threads last: its index is the one that is searched.
    std::vector<int> threads = bench_.threads;
    std::sort(threads.rbegin(), threads.rend());
    for (const int count : threads) {
      index.reset();  // one at a time
      index = candidate.make();
      const Stopwatch watch;
      index->Build(data_, count);
      std::cout << json{{"index", candidate.name},
                        {"threads", count},
                        {"build_seconds", watch.Seconds()},
                        {"build_cpu_seconds", watch.CpuSeconds()},
                        {"hot_mib",
                         static_cast<double>(index->hot_bytes()) / (1 << 20)}}
                << std::endl;
    }
    Sweep(candidate.name, *index);
    if (index->filters()) Filters(candidate.name, *index);
  }

 private:
  void Sweep(const std::string& name, VectorCandidate& index) {
    std::vector<Measured> sweep;
    for (const size_t ef : kEfs) {
      sweep.push_back(
          Measure(index, data_, truth_, kNearest, ef, bench_.repeat, {}));
      json line = Line(name, sweep.back());
      line["ef"] = ef;
      std::cout << line << std::endl;
      if (sweep.back().recall >= 0.9999) break;
    }
    for (const double recall : kRecalls) {
      const std::optional<Measured> at = At(sweep, recall);
      json line =
          at ? Line(name, *at)
             : json{{"index", name}, {"recall", recall}, {"qps", nullptr}};
      line["interpolated"] = true;
      std::cout << line << std::endl;
    }
  }

  void Filters(const std::string& name, VectorCandidate& index) {
    for (size_t i = 0; i < std::size(kShares); ++i) {
      for (const size_t ef : kFilteredEfs) {
        index.Allow(allowed_[i]);
        json line = Line(name, Measure(index, data_, allowed_truth_[i],
                                       kNearest, ef, bench_.repeat, {}));
        line["ef"] = ef;
        line["allowed"] = kShares[i];
        // What people do who have no filter: ask for more, keep what may stay.
        index.Allow({});
        const Measured after = Measure(index, data_, allowed_truth_[i], ef, ef,
                                       bench_.repeat, allowed_[i]);
        line["post_filter"] = {{"recall", after.recall},
                               {"qps", after.qps},
                               {"rows", after.found}};
        std::cout << line << std::endl;
      }
    }
  }

  const VectorBench& bench_;
  const VectorData data_;
  const Neighbours truth_;
  std::vector<std::vector<uint64_t>> allowed_;
  std::vector<Neighbours> allowed_truth_;
};

std::vector<NamedCandidate> Candidates(const std::string& directory) {
  std::vector<NamedCandidate> all = SegmentCandidates(directory);
  for (auto* peers : {&HnswlibCandidates, &FaissCandidates}) {
    for (NamedCandidate& peer : peers()) all.push_back(std::move(peer));
  }
  return all;
}

}  // namespace

int RunVectors(const VectorBench& bench) {
  try {
    Bench run(bench);
    for (const NamedCandidate& candidate : Candidates(bench.data)) {
      if (bench.indexes.empty() ||
          std::find(bench.indexes.begin(), bench.indexes.end(),
                    candidate.name) != bench.indexes.end()) {
        run.Run(candidate);
      }
    }
    return 0;
  } catch (const std::exception& error) {
    std::cerr << "skg-bench: " << error.what() << "\n";
    return 1;
  }
}

}  // namespace skg::bench
