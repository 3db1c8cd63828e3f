// What the command line asks of every workload.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "skg/statement.h"

namespace skg::bench {

struct Options {
  // Counted runs of each series, after one warm-up.
  int repeat = 5;
  // Length of a run of those workloads that run for a time.
  double seconds = 2;
  // Length of a run of those that run for a number of statements.
  uint64_t statements = 200'000;
  uint64_t statements_per_commit = 1000;
  // Size of the DBLP-like graph of those that read one.
  uint64_t triples = 5'000'000;
  // Where stores of it are kept for the next time; empty: they are not.
  std::filesystem::path stores;
  // Empty: the workload's own.
  std::vector<int> threads;
  std::vector<int> connections;
  std::vector<Durability> durabilities;
  uint64_t seed = 1;
  size_t memory_bytes = size_t{1} << 30;
  // Where stores are made, each in a new directory below it.
  std::filesystem::path data;
  // Only the series whose name has this in it; empty: all.
  std::string series;
  // Whether the peers run as well.
  bool peers = true;
  // The skg program; empty: the one beside this program.
  std::filesystem::path skg_program;
};

[[nodiscard]] std::string DurabilityName(Durability durability);

}  // namespace skg::bench
