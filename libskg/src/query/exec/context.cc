#include "query/exec/context.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/status.h"
#include "base/strings.h"

namespace skg::query::exec {

Context::Context(const storage::ReadView& view_in, TermSpace& terms_in,
                 MemoryBudget& memory_in, const QueryOptions& options_in,
                 Dataset dataset_in, VariableTable variables)
    : view(view_in),
      terms(terms_in),
      memory(memory_in),
      options(options_in),
      dataset(std::move(dataset_in)),
      variables_(std::move(variables)) {
  evaluation.terms = &terms;
  evaluation.cancellation = options.cancellation;
  evaluation.base_iri = options.base_iri;
  evaluation.now =
      options.now == absl::InfinitePast() ? absl::Now() : options.now;
  evaluation.seed = options.seed;
}

OperatorProfile* Context::ProfileOf(const plan::PlanNode& node) {
  if (!options.profile) return nullptr;
  auto& profile = profiles_[&node];
  if (profile == nullptr) profile = std::make_unique<OperatorProfile>();
  return profile.get();
}

const OperatorProfile* Context::FindProfile(const plan::PlanNode& node) const {
  const auto found = profiles_.find(&node);
  return found == profiles_.end() ? nullptr : found->second.get();
}

absl::Status MemoryCharge::Grow() {
  // Small operators of small queries should not fight for the budget's lock.
  constexpr size_t kStep = size_t{64} << 10;
  const size_t want = used_ + std::max(kStep, used_ / 8);
  absl::Status status;
  for (const size_t bytes : {want, used_}) {
    if (reserved_) {
      status = reservation_.Resize(bytes);
    } else {
      auto made = context_.memory.Reserve(use_, bytes);
      status = made.status();
      if (made.ok()) {
        reservation_ = *std::move(made);
        reserved_ = true;
      }
    }
    if (status.ok()) {
      taken_ = bytes;
      return status;
    }
  }
  return absl::ResourceExhaustedError(
      absl::StrCat("the query's ", av(use_), " needs ", used_,
                   " bytes, and of the ", context_.memory.limit_bytes(),
                   " that the query may hold ", context_.memory.free_bytes(),
                   " are free; ask for less, or allow the query more memory"));
}

}  // namespace skg::query::exec
