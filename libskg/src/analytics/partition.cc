// Partitions: numbering, sizes and how much two of them agree.
#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "analytics/labels.h"
#include "skg/communities.h"

namespace skg {
namespace analytics {

Vertex Compact(std::span<Vertex> community, std::span<Vertex> scratch) {
  const auto none = static_cast<Vertex>(community.size());
  std::fill_n(scratch.begin(), community.size(), none);
  Vertex communities = 0;
  for (Vertex& c : community) {
    if (scratch[c] == none) scratch[c] = communities++;
    c = scratch[c];
  }
  return communities;
}

void Compose(std::span<Vertex> community, std::span<const Vertex> next) {
  for (Vertex& c : community) c = next[c];
}

void SumBy(std::span<const double> values, std::span<const Vertex> community,
           std::span<double> sums) {
  std::fill(sums.begin(), sums.end(), 0.0);
  for (size_t v = 0; v < values.size(); ++v) sums[community[v]] += values[v];
}

absl::Status CheckPartition(const GraphView& view, const Partition& partition) {
  if (partition.community.size() != view.vertices()) {
    return absl::InvalidArgumentError(
        absl::StrCat("partition is of ", partition.community.size(),
                     " vertices, but the graph has ", view.vertices()));
  }
  for (size_t v = 0; v < partition.community.size(); ++v) {
    if (partition.community[v] < partition.communities) continue;
    return absl::InvalidArgumentError(absl::StrCat(
        "partition has vertex ", v, " in community ", partition.community[v],
        ", but its communities are numbered from 0 to below ",
        partition.communities));
  }
  return absl::OkStatus();
}

}  // namespace analytics

namespace {

double Entropy(std::span<const Vertex> counts, double all) {
  double entropy = 0;
  for (const Vertex count : counts) {
    if (count == 0) continue;
    const double share = count / all;
    entropy -= share * std::log(share);
  }
  return entropy;
}

double Mean(double a, double b, NmiMean mean) {
  switch (mean) {
    case NmiMean::kArithmetic:
      return (a + b) / 2;
    case NmiMean::kGeometric:
      return std::sqrt(a * b);
    case NmiMean::kGreater:
      return std::max(a, b);
    case NmiMean::kLess:
      return std::min(a, b);
  }
  return 0;
}

// Of partitions whose numbers leave none out.
double MutualInformation(const Partition& a, std::span<const Vertex> a_sizes,
                         const Partition& b, std::span<const Vertex> b_sizes) {
  std::vector<std::pair<Vertex, Vertex>> pairs(a.community.size());
  for (size_t v = 0; v < pairs.size(); ++v) {
    pairs[v] = {a.community[v], b.community[v]};
  }
  std::sort(pairs.begin(), pairs.end());
  const auto all = static_cast<double>(pairs.size());
  double information = 0;
  for (size_t i = 0; i < pairs.size();) {
    const auto [in_a, in_b] = pairs[i];
    const size_t begin = i;
    while (i < pairs.size() && pairs[i] == std::pair(in_a, in_b)) ++i;
    const auto count = static_cast<double>(i - begin);
    information +=
        count / all *
        std::log(count * all / (double{1} * a_sizes[in_a] * b_sizes[in_b]));
  }
  return information;
}

}  // namespace

Partition PartitionOf(std::span<const Vertex> labels) {
  // Numbers by the first vertex, and then by size: the sort is stable.
  Partition partition;
  partition.community.resize(labels.size());
  std::vector<Vertex> sizes;
  const auto number = [&](size_t v, Vertex& known) {
    if (known == sizes.size()) sizes.push_back(0);
    partition.community[v] = known;
    ++sizes[known];
  };
  const auto none = static_cast<Vertex>(labels.size());
  if (std::all_of(labels.begin(), labels.end(),
                  [&](Vertex label) { return label < labels.size(); })) {
    std::vector<Vertex> numbers(labels.size(), none);
    for (size_t v = 0; v < labels.size(); ++v) {
      Vertex& known = numbers[labels[v]];
      if (known == none) known = static_cast<Vertex>(sizes.size());
      number(v, known);
    }
  } else {
    absl::flat_hash_map<Vertex, Vertex> numbers;
    for (size_t v = 0; v < labels.size(); ++v) {
      const auto next = static_cast<Vertex>(sizes.size());
      number(v, numbers.try_emplace(labels[v], next).first->second);
    }
  }
  partition.communities = static_cast<Vertex>(sizes.size());
  std::vector<Vertex> order(sizes.size()), rank(sizes.size());
  for (Vertex c = 0; c < order.size(); ++c) order[c] = c;
  std::stable_sort(order.begin(), order.end(),
                   [&](Vertex a, Vertex b) { return sizes[a] > sizes[b]; });
  for (Vertex i = 0; i < order.size(); ++i) rank[order[i]] = i;
  analytics::Compose(partition.community, rank);
  return partition;
}

std::vector<Vertex> CommunitySizes(const Partition& partition) {
  std::vector<Vertex> sizes(partition.communities);
  for (const Vertex c : partition.community) {
    if (c < sizes.size()) ++sizes[c];
  }
  return sizes;
}

absl::StatusOr<double> NormalizedMutualInformation(const Partition& a,
                                                   const Partition& b,
                                                   NmiMean mean) {
  if (a.community.size() != b.community.size()) {
    return absl::InvalidArgumentError(
        absl::StrCat("partitions are of different numbers of vertices, ",
                     a.community.size(), " and ", b.community.size()));
  }
  const Partition first = PartitionOf(a.community),
                  second = PartitionOf(b.community);
  if (first == second) return 1.0;
  if (first.communities == 1 || second.communities == 1) return 0.0;
  const std::vector<Vertex> first_sizes = CommunitySizes(first),
                            second_sizes = CommunitySizes(second);
  const auto all = static_cast<double>(a.community.size());
  const double information =
      MutualInformation(first, first_sizes, second, second_sizes);
  return std::clamp(information / Mean(Entropy(first_sizes, all),
                                       Entropy(second_sizes, all), mean),
                    0.0, 1.0);
}

}  // namespace skg
