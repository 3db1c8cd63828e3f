#include "workloads/workloads.h"

#include <array>

namespace skg::bench {
namespace {

constexpr std::array kWorkloads = {
    Workload{"batch_insert", "commits of 1000 statements into a fresh graph", &PrepareBatchInsert},
    Workload{"single_insert", "commits of one statement, by 1 and by 16 threads",
             &PrepareSingleInsert},
};

}  // namespace

std::span<const Workload> Workloads() { return kWorkloads; }

}  // namespace skg::bench
