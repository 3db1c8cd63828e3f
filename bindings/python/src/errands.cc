#include "errands.h"

#include <pybind11/pybind11.h>

#include <chrono>
#include <utility>

namespace skg::python {

namespace py = pybind11;

absl::StatusOr<std::string> Errands::Do(Errand errand) {
  std::unique_lock lock(mutex_);
  errand_ = std::move(errand);
  changed_.notify_all();
  changed_.wait(lock, [this] { return answer_ || stopped_; });
  if (!answer_) return absl::CancelledError("the call was cancelled");
  return *std::exchange(answer_, std::nullopt);
}

// Unset: none came so far.
std::optional<Errand> Errands::Next() {
  constexpr auto kPatience = std::chrono::milliseconds(20);
  const py::gil_scoped_release release;
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, kPatience, [this] { return stopped_ || errand_; });
  if (stopped_) return std::nullopt;
  return std::exchange(errand_, std::nullopt);
}

bool Errands::Serve(
    const std::function<std::string(const Errand& errand)>& how) {
  const std::optional<Errand> errand = Next();
  std::optional<std::string> answer;
  if (errand) answer = how(*errand);
  const std::lock_guard lock(mutex_);
  if (answer) {
    answer_ = std::move(answer);
    changed_.notify_all();
  }
  return !stopped_;
}

void Errands::Stop() {
  const std::lock_guard lock(mutex_);
  stopped_ = true;
  changed_.notify_all();
}

}  // namespace skg::python
