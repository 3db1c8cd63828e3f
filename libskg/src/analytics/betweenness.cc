#include <algorithm>
#include <atomic>
#include <cmath>
#include <memory>
#include <random>
#include <utility>
#include <vector>

#include "analytics/brandes.h"
#include "analytics/csr.h"
#include "analytics/kernel_run.h"
#include "analytics/lengths.h"
#include "analytics/option_checks.h"
#include "analytics/ordered_pieces.h"
#include "base/status.h"
#include "skg/centrality.h"

namespace skg {
namespace analytics {
namespace {

// A source and how often it was drawn.
using Source = std::pair<Vertex, uint32_t>;

// Sums over the sources so far, by vertex.
struct DependencySums {
  std::vector<double> sums;
  std::vector<double> squares;  // empty where exact
};

enum class Counting : uint8_t { kSteps, kLengths, kManyPaths };

std::unique_ptr<SourceDependencies> NewSearch(Counting counting,
                                              const Adjacency& out,
                                              const Adjacency& in) {
  switch (counting) {
    case Counting::kSteps:
      return StepDependencies(out, in);
    case Counting::kLengths:
      return LengthDependencies(out);
    case Counting::kManyPaths:
      break;
  }
  return ManyPathDependencies(out);
}

size_t SearchBytes(Counting counting, const Adjacency& out) {
  switch (counting) {
    case Counting::kSteps:
      return StepDependenciesBytes(out);
    case Counting::kLengths:
      return LengthDependenciesBytes(out);
    case Counting::kManyPaths:
      break;
  }
  return ManyPathDependenciesBytes(out);
}

// What workers share while they add up some sources.
struct SourceRound {
  const Adjacency out, in;
  const Counting counting;
  const std::vector<Source>& sources;
  const size_t batch;  // sources in a piece
  std::atomic<uint64_t>& sources_done;
  std::atomic<bool>& too_many_paths;
  DependencySums& whole;
};

// Adds up a piece of the sources.
class BetweennessWorker final : public PieceWorker {
 public:
  explicit BetweennessWorker(const SourceRound& round)
      : round_(round), search_(NewSearch(round.counting, round.out, round.in)) {
    part_.sums.resize(round.whole.sums.size());
    part_.squares.resize(round.whole.squares.size());
  }

  bool Work(uint64_t piece, StopSign stop) override {
    const size_t begin = piece * round_.batch;
    const size_t end = std::min(begin + round_.batch, round_.sources.size());
    for (size_t i = begin; i < end; ++i) {
      if (round_.too_many_paths) return false;
      const auto [source, times] = round_.sources[i];
      const double weight = times;
      const SourceEnd how =
          part_.squares.empty()
              ? search_->Run(source, stop,
                             [&](Vertex v, double dependency) {
                               part_.sums[v] += dependency;
                             })
              : search_->Run(source, stop, [&](Vertex v, double dependency) {
                  part_.sums[v] += weight * dependency;
                  part_.squares[v] += weight * dependency * dependency;
                });
      if (how == SourceEnd::kTooManyPaths) round_.too_many_paths = true;
      if (how != SourceEnd::kDone) return false;
      ++round_.sources_done;
    }
    return true;
  }

  void Merge() override {
    AddAndForget(part_.sums, round_.whole.sums);
    AddAndForget(part_.squares, round_.whole.squares);
  }

 private:
  const SourceRound& round_;
  const std::unique_ptr<SourceDependencies> search_;
  DependencySums part_;
};

class BetweennessCall {
 public:
  BetweennessCall(const BetweennessOptions& options, KernelRun& run,
                  const Adjacency& out, const Adjacency& in, bool lengths)
      : options_(options),
        run_(run),
        out_(out),
        in_(in),
        vertices_(out.vertices()),
        most_(options.sources == 0
                  ? vertices_
                  : std::min<uint64_t>(options.sources, vertices_)),
        exact_(most_ == vertices_ && options.epsilon == 0),
        counting_(lengths ? Counting::kLengths : Counting::kSteps) {}

  [[nodiscard]] absl::StatusOr<SampledScores> Result() {
    SKG_RETURN_IF_ERROR(run_.Take(Bytes()));
    SKG_RETURN_IF_ERROR(Hire());
    absl::StatusOr<SampledScores> result = Attempt();
    if (!result.ok() || !too_many_paths_) return result;
    // All once more: sums must not depend on which source was met first.
    too_many_paths_ = false;
    counting_ = Counting::kManyPaths;
    SKG_RETURN_IF_ERROR(Hire());
    return Attempt();
  }

 private:
  [[nodiscard]] absl::StatusOr<SampledScores> Attempt() {
    whole_.sums.assign(vertices_, 0);
    if (!exact_) whole_.squares.assign(vertices_, 0);
    SampledScores result;
    result.exact = exact_;
    if (exact_) {
      std::vector<Source> all;
      all.reserve(vertices_);
      for (Vertex v = 0; v < vertices_; ++v) all.emplace_back(v, 1);
      SKG_RETURN_IF_ERROR(Add(all));
      result.sources = vertices_;
    } else {
      SKG_ASSIGN_OR_RETURN(result.error_bound, Sample(result.sources));
    }
    Scale(result);
    result.scores = std::move(whole_.sums);
    return result;
  }

  // Sums and sources.
  [[nodiscard]] size_t Bytes() const {
    return vertices_ * sizeof(double) * (exact_ ? 1 : 2) +
           most_ * (sizeof(Source) + sizeof(Vertex));
  }

  // Takes the memory of as many workers as there is room for.
  absl::Status Hire() {
    const size_t bytes = SearchBytes(counting_, out_) +
                         vertices_ * sizeof(double) * (exact_ ? 1 : 2);
    const double edges = static_cast<double>(most_) *
                         static_cast<double>(out_.edges() + vertices_);
    SKG_ASSIGN_OR_RETURN(
        workers_,
        TakeWorkers(run_, std::min(run_.team().most(), most_), edges, bytes));
    return absl::OkStatus();
  }

  // Adds the dependencies of these sources, if not too_many_paths_.
  absl::Status Add(const std::vector<Source>& sources) {
    // Depends on the sources alone, since sums do on it.
    const size_t batch = std::clamp<size_t>(sources.size() / 512, 1, 16);
    const SourceRound round{out_,  in_,           counting_,       sources,
                            batch, sources_done_, too_many_paths_, whole_};
    return WorkInOrder(
        run_, (sources.size() + batch - 1) / batch, workers_,
        [&] { return std::make_unique<BetweennessWorker>(round); },
        [&] { return Done(); });
  }

  // In [0, 1] also where sources were begun once more.
  [[nodiscard]] double Done() const {
    return std::min(
        1.0, static_cast<double>(sources_done_) / static_cast<double>(most_));
  }

  // Each vertex once, with its number.
  [[nodiscard]] static std::vector<Source> Counted(std::vector<Vertex> draws) {
    std::sort(draws.begin(), draws.end());
    std::vector<Source> sources;
    sources.reserve(draws.size());
    for (const Vertex v : draws) {
      if (sources.empty() || sources.back().first != v) {
        sources.emplace_back(v, 0);
      }
      ++sources.back().second;
    }
    return sources;
  }

  // Gives the bound of normalised scores.
  absl::StatusOr<double> Sample(size_t& drawn) {
    std::mt19937_64 random(options_.seed);
    double delta = options_.delta;
    for (;;) {
      size_t target = most_;
      if (options_.epsilon > 0) {
        target = std::min<size_t>(most_, drawn == 0 ? 64 : 2 * drawn);
        delta /= 2;
      }
      std::vector<Vertex> draws;
      draws.reserve(target - drawn);
      for (; drawn < target; ++drawn) {
        const double draw = static_cast<double>(random() >> 11) * 0x1p-53;
        draws.push_back(
            static_cast<Vertex>(draw * static_cast<double>(vertices_)));
      }
      SKG_RETURN_IF_ERROR(Add(Counted(std::move(draws))));
      if (too_many_paths_) return 0;
      const double bound = Bound(static_cast<double>(drawn), delta);
      if (drawn == most_ || bound <= options_.epsilon) return bound;
    }
  }

  // See Betweenness. X(s) = dependency(s, v) / (n - 2) is in [0, 1], and the
  // normalised score is n / (n - 1) times its mean.
  [[nodiscard]] double Bound(double k, double delta) const {
    const auto n = static_cast<double>(vertices_);
    const double hoeffding = std::sqrt(std::log(4 * n / delta) / (2 * k));
    double bernstein = hoeffding;
    if (k > 1) {
      double variance = 0;
      for (Vertex v = 0; v < vertices_; ++v) {
        const double sum = whole_.sums[v] / (n - 2);
        const double square = whole_.squares[v] / ((n - 2) * (n - 2));
        variance = std::max(variance, (square - sum * sum / k) / (k - 1));
      }
      const double log = std::log(8 * n / delta);
      bernstein = std::sqrt(2 * variance * log / k) + 7 * log / (3 * (k - 1));
    }
    return std::min(hoeffding, bernstein) * n / (n - 1);
  }

  void Scale(SampledScores& result) {
    const auto n = static_cast<double>(vertices_);
    // Undirected, each pair was met from both ends.
    const double of_pairs = options_.directed ? 1.0 : 0.5;
    const double pairs = (n - 1) * (n - 2);
    const double divisor = options_.normalised ? pairs : 1;
    double factor = options_.normalised ? 1 : of_pairs;
    if (!exact_) factor *= n / static_cast<double>(result.sources);
    for (double& sum : whole_.sums) sum = sum * factor / divisor;
    if (!options_.normalised) *result.error_bound *= pairs * of_pairs;
  }

  const BetweennessOptions& options_;
  KernelRun& run_;
  const Adjacency out_, in_;
  const size_t vertices_;
  const size_t most_;  // sources
  const bool exact_;
  Counting counting_;
  size_t workers_ = 1;
  std::atomic<uint64_t> sources_done_{0};
  std::atomic<bool> too_many_paths_{false};
  DependencySums whole_;
};

absl::Status CheckOptions(const BetweennessOptions& options) {
  SKG_RETURN_IF_ERROR(CheckDelta("BetweennessOptions::delta", options.delta));
  return CheckOption("BetweennessOptions::epsilon", options.epsilon,
                     options.epsilon >= 0 && options.epsilon < 1,
                     "at least 0 and below 1");
}

}  // namespace
}  // namespace analytics

absl::StatusOr<SampledScores> Betweenness(const GraphView& view,
                                          const BetweennessOptions& options) {
  analytics::KernelRun run(view, options.run);
  SKG_RETURN_IF_ERROR(run.Check(0));
  SKG_RETURN_IF_ERROR(analytics::CheckOptions(options));
  const bool lengths = options.weighted && view.weighted();
  if (lengths) SKG_RETURN_IF_ERROR(analytics::CheckLengths(view, run));
  if (view.vertices() < 3) {
    SampledScores result;
    result.scores.resize(view.vertices());
    result.sources = view.vertices();
    return result;
  }
  Adjacency out = view.out(), in = out;
  if (!options.directed) {
    SKG_ASSIGN_OR_RETURN(out, view.both());
    in = out;
  } else if (!lengths) {
    SKG_ASSIGN_OR_RETURN(in, view.in());
  }
  return analytics::BetweennessCall(options, run, out, in, lengths).Result();
}

}  // namespace skg
