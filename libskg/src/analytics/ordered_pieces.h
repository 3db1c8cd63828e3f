// Pieces of work whose results are put together in the sequence of the pieces,
// whichever thread does them and whenever.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <thread>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "analytics/kernel_run.h"
#include "base/status.h"

namespace skg::analytics {

// Whether the work is to be left; to be asked every millisecond or so.
using StopSign = absl::FunctionRef<bool()>;

// What one thread works with. Its memory is asked for before it is made.
class PieceWorker {
 public:
  virtual ~PieceWorker() = default;
  // Does a piece on its own. False: `stop` said so, and nobody calls this
  // object again.
  [[nodiscard]] virtual bool Work(uint64_t piece, StopSign stop) = 0;
  // Adds the last piece to the whole, and forgets it. Never two at a time.
  virtual void Merge() = 0;
};

// For Merge: adds a worker's sums to those of the whole, entry by entry, and
// sets them to 0. `whole` has no fewer entries.
inline void AddAndForget(std::vector<double>& part,
                         std::vector<double>& whole) {
  for (size_t i = 0; i < part.size(); ++i) {
    whole[i] += part[i];
    part[i] = 0;
  }
}

// Takes the memory of workers of so many bytes each, of `most` of them or as
// many as there is room for, one at least. Gives how many. One for `edges` to
// follow that are sooner done than another thread wakes up.
[[nodiscard]] inline absl::StatusOr<size_t> TakeWorkers(KernelRun& run,
                                                        size_t most,
                                                        double edges,
                                                        size_t bytes) {
  SKG_RETURN_IF_ERROR(run.Take(bytes));
  if (edges < 1e5) return 1;
  size_t workers = 1;
  while (workers < most && run.Take(bytes).ok()) ++workers;
  return workers;
}

// Calls Work and then Merge for pieces 0 to pieces - 1, Merge in this order, on
// at most `workers` of the run's threads, each with a worker of its own. Ends
// early where Work gives false. `done` gives what progress is told.
[[nodiscard]] inline absl::Status WorkInOrder(
    KernelRun& run, uint64_t pieces, size_t workers,
    absl::FunctionRef<std::unique_ptr<PieceWorker>()> make,
    absl::FunctionRef<double()> done) {
  std::atomic<uint64_t> next{0}, merged{0};
  std::atomic<bool> left{false};
  const auto work = [&](size_t thread) {
    if (thread >= workers) return;
    const auto stop = [&] {
      return thread == 0 ? !run.Check(done()).ok() : run.Stopped();
    };
    const std::unique_ptr<PieceWorker> worker = make();
    while (!left) {
      const uint64_t piece = next.fetch_add(1);
      if (piece >= pieces) return;
      if (stop() || !worker->Work(piece, stop)) left = true;
      // Pieces are alike: who is early is early by little.
      while (!left && merged.load(std::memory_order_acquire) != piece) {
        std::this_thread::yield();
        if (stop()) left = true;
      }
      if (left) return;
      worker->Merge();
      merged.store(piece + 1, std::memory_order_release);
    }
  };
  if (workers == 1 || pieces == 1) {
    work(0);
  } else {
    run.team().Run(work);
  }
  return run.Check(done());
}

}  // namespace skg::analytics
