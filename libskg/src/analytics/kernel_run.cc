#include "analytics/kernel_run.h"

#include <utility>

#include "analytics/graph_view_impl.h"
#include "base/status.h"

namespace skg::analytics {

KernelRun::KernelRun(const GraphView& view, const KernelOptions& options)
    : options_(options),
      budget_(GraphViewImpl::Of(view).budget()),
      cancellation_(options.deadline),
      team_(options.threads) {}

absl::Status KernelRun::Take(size_t bytes) {
  if (budget_ == nullptr) return absl::OkStatus();
  if (reservation_.bytes() > 0) {
    return reservation_.Resize(reservation_.bytes() + bytes);
  }
  SKG_ASSIGN_OR_RETURN(reservation_, budget_->Reserve("kernels", bytes));
  return absl::OkStatus();
}

absl::Status KernelRun::Check(double done) {
  if (!status_.ok()) return status_;
  status_ = cancellation_.Check();
  if (status_.ok() && options_.progress && !options_.progress(done)) {
    status_ = absl::CancelledError("the progress callback cancelled the call");
  }
  if (!status_.ok()) stopped_ = true;
  return status_;
}

bool KernelRun::Stopped() {
  if (stopped_.load(std::memory_order_relaxed)) return true;
  if (cancellation_.Check().ok()) return false;
  stopped_ = true;
  return true;
}

}  // namespace skg::analytics
