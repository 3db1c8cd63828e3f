#include "http/worker_pool.h"

#include <algorithm>
#include <system_error>
#include <utility>

namespace skg::server {
namespace {

constexpr auto kTick = std::chrono::milliseconds(2);
constexpr int kIdleTicks = 50;  // then the monitor sleeps until there is work
constexpr auto kParkTime = std::chrono::seconds(5);

// The worker whose thread this is.
thread_local void* current_worker = nullptr;

}  // namespace

WorkerPool::WorkerPool(size_t base, size_t max, Take take, Handle handle)
    : base_(std::max<size_t>(1, std::min(base, max))),
      max_(std::max<size_t>(1, max)),
      take_(std::move(take)),
      handle_(std::move(handle)) {}

WorkerPool::~WorkerPool() { Stop(); }

absl::Status WorkerPool::Start() {
  try {
    const std::lock_guard lock(mutex_);
    while (workers_.size() < base_) StandIn();
    monitor_ = std::thread([this] { Watch(); });
  } catch (const std::system_error&) {
    return absl::ResourceExhaustedError("no more threads can be started");
  }
  return absl::OkStatus();
}

void WorkerPool::Stop() {
  Workers all;
  {
    const std::lock_guard lock(mutex_);
    stopping_.store(true);
    call_.notify_all();
    wake_monitor_.notify_all();
  }
  if (monitor_.joinable()) monitor_.join();
  // Nobody starts workers any more.
  for (Worker& worker : workers_) worker.thread.join();
  JoinGone();
  workers_.clear();
}

size_t WorkerPool::size() const {
  const std::lock_guard lock(mutex_);
  return workers_.size();
}

// --- Workers.

void WorkerPool::Run(Workers::iterator self) {
  current_worker = &*self;
  while (!stopping_.load()) {
    void* work = take_();
    if (work == nullptr) continue;
    self->busy_since.store(Clock::now().time_since_epoch().count());
    if (monitor_sleeps_.load()) {
      const std::lock_guard lock(mutex_);
      wake_monitor_.notify_one();
    }
    handle_(work);
    // Zeroed by whoever takes it first, so that the monitor does not find a
    // worker blocked that has just come back.
    if (self->busy_since.exchange(0) == 0) {
      Return(*self);
      if (ParkIfTooMany(self)) return;
    }
  }
}

// It has been stood in for, and is here again.
void WorkerPool::Return(Worker& self) {
  const std::lock_guard lock(mutex_);
  self.blocked = false;
  --blocked_;
}

// True: the worker ends.
bool WorkerPool::ParkIfTooMany(Workers::iterator self) {
  std::unique_lock lock(mutex_);
  if (workers_.size() - parked_ - blocked_ <= base_) return false;
  ++parked_;
  const bool called = call_.wait_for(
      lock, kParkTime, [this] { return called_ > 0 || stopping_.load(); });
  // Whoever calls has taken it off the parked ones already.
  if (called && called_ > 0) {
    --called_;
    return false;
  }
  --parked_;
  // At the end all stay in the list, to be joined there.
  if (!stopping_.load()) gone_.splice(gone_.end(), workers_, self);
  return true;
}

void WorkerPool::WillWait() {
  auto* worker = static_cast<Worker*>(current_worker);
  if (worker == nullptr || worker->busy_since.exchange(0) == 0) return;
  const std::lock_guard lock(worker->pool->mutex_);
  worker->pool->Block(*worker);
}

// --- Standing in. mutex_ is held.

void WorkerPool::Block(Worker& worker) {
  worker.blocked = true;
  ++blocked_;
  try {
    StandIn();
  } catch (const std::exception&) {
    // No thread to be had: the others go on.
  }
}

void WorkerPool::StandIn() {
  if (stopping_.load() || workers_.size() - parked_ - blocked_ >= base_) return;
  if (parked_ > 0) {
    --parked_;
    ++called_;
    call_.notify_one();
    return;
  }
  if (workers_.size() >= max_) return;
  const auto self = workers_.emplace(workers_.end());
  self->pool = this;
  try {
    self->thread = std::thread([this, self] { Run(self); });
  } catch (...) {
    workers_.erase(self);
    throw;
  }
}

// --- The monitor.

void WorkerPool::Watch() {
  int idle_ticks = 0;
  std::unique_lock lock(mutex_);
  while (!stopping_.load()) {
    if (idle_ticks < kIdleTicks) {
      wake_monitor_.wait_for(lock, kTick);
      idle_ticks = FindBlocked() ? 0 : idle_ticks + 1;
      JoinGone();
      continue;
    }
    // A worker marks itself busy and then looks whether this sleeps; this
    // says that it sleeps and then looks whether one is busy.
    monitor_sleeps_.store(true);
    if (!AnyBusy()) wake_monitor_.wait(lock);
    monitor_sleeps_.store(false);
    idle_ticks = 0;
  }
}

// False: no worker has work.
bool WorkerPool::FindBlocked() {
  const Clock::rep limit = (Clock::now() - kTick).time_since_epoch().count();
  bool any = false;
  for (Worker& worker : workers_) {
    Clock::rep since = worker.busy_since.load();
    any = any || since != 0 || worker.blocked;
    if (since != 0 && since < limit &&
        worker.busy_since.compare_exchange_strong(since, 0)) {
      Block(worker);
    }
  }
  return any;
}

bool WorkerPool::AnyBusy() const {
  return std::any_of(
      workers_.begin(), workers_.end(),
      [](const Worker& worker) { return worker.busy_since.load() != 0; });
}

void WorkerPool::JoinGone() {
  // They have nothing left to do but to return.
  for (Worker& worker : gone_) worker.thread.join();
  gone_.clear();
}

}  // namespace skg::server
