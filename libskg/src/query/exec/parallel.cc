// Steps that several threads run on the batches of one input, in turn.
#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "base/status.h"
#include "query/exec/operators.h"

namespace skg::query::exec {
namespace {

size_t HardwareThreads() {
  return std::max<size_t>(1, std::thread::hardware_concurrency());
}

// Threads that all queries of the process have started and not ended.
std::atomic<size_t> running_threads{0};

// False: there are enough of them.
bool TakeThread() {
  const size_t most = 2 * HardwareThreads();
  size_t running = running_threads.load();
  while (running < most) {
    if (running_threads.compare_exchange_weak(running, running + 1))
      return true;
  }
  return false;
}

// Gives one batch, and then says that there are no more until the next one.
class OneBatch final : public Operator {
 public:
  OneBatch(const plan::PlanNode& node, Context& context)
      : Operator(node, context) {}
  void Give(Batch batch) {
    batch_ = std::move(batch);
    full_ = true;
  }

 protected:
  absl::StatusOr<bool> Pull(Batch& batch) override {
    if (!full_) return false;
    full_ = false;
    batch = std::move(batch_);
    return true;
  }

 private:
  Batch batch_;
  bool full_ = false;
};

class Parallel final : public Operator {
 public:
  static OperatorResult Make(const plan::PlanNode& node,
                             const Parameters& given, Context& context) {
    std::unique_ptr<Parallel> made(new Parallel(node, context));
    SKG_ASSIGN_OR_RETURN(made->source_, MakeOperator(*made->source_node_, given,
                                                     *made->source_context_));
    const size_t wanted = context.options.threads == 0
                              ? HardwareThreads()
                              : context.options.threads;
    for (size_t i = 0; i < wanted; ++i) {
      SKG_ASSIGN_OR_RETURN(Chain chain, made->MakeChain(given));
      made->chains_.push_back(std::move(chain));
    }
    made->window_ = 4 * wanted;
    return made;
  }

  ~Parallel() override { Finish(); }

 protected:
  absl::StatusOr<bool> Pull(Batch& batch) override {
    if (finished_) return false;
    SKG_ASSIGN_OR_RETURN(const bool more, Await(batch));
    if (!more) Finish();
    return more;
  }

 private:
  // False: there are no more.
  absl::StatusOr<bool> Await(Batch& batch) {
    for (;;) {
      {
        const std::lock_guard lock(mutex_);
        if (!status_.ok()) return status_;
        if (!results_.empty() && results_.front().done) {
          batch = std::move(results_.front().batch);
          results_.pop_front();
          ++next_out_;
          changed_.notify_all();
          return true;
        }
        if (results_.empty() && ended_) return false;
      }
      // A few rows are not worth a thread.
      if (threads_.empty() && taken_ >= batches_alone_ && !started_) Start();
      ++taken_;
      if (RunNext(chains_[0])) continue;
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] {
        return !status_.ok() || (results_.empty() && ended_) ||
               (!results_.empty() && results_.front().done);
      });
    }
  }

  // Ends the threads.
  void Finish() {
    if (finished_) return;
    finished_ = true;
    {
      const std::lock_guard lock(mutex_);
      stop_ = true;
    }
    changed_.notify_all();
    for (std::thread& thread : threads_) thread.join();
    running_threads -= threads_.size();
    threads_.clear();
    AddProfiles();
  }

  // The steps, as one thread runs them.
  struct Chain {
    std::unique_ptr<Context> context;
    OneBatch* input = nullptr;
    OperatorPtr top;
  };
  struct Result {
    bool done = false;
    Batch batch;
  };

  Parallel(const plan::PlanNode& node, Context& context)
      : Operator(node, context), source_context_(context.ForThread()) {
    const size_t steps = std::get<plan::ParallelStep>(node.step).steps;
    const plan::PlanNode* at = node.inputs[0].get();
    for (size_t i = 0; i < steps; ++i) {
      steps_.push_back(at);
      at = at->inputs[0].get();
    }
    source_node_ = at;
    // Not the source's own: that one keeps its profile.
    leaf_.schema = at->schema;
    leaf_.certain = at->certain;
    leaf_.order = at->order;
    leaf_.repeats = at->repeats;
    batches_alone_ =
        context.options.plan.parallel_rows / (2 * Batch::kMostRows);
  }

  absl::StatusOr<Chain> MakeChain(const Parameters& given) {
    Chain chain;
    chain.context = context().ForThread();
    auto input = std::make_unique<OneBatch>(leaf_, *chain.context);
    chain.input = input.get();
    OperatorResult top(std::move(input));
    for (size_t i = steps_.size(); i-- > 0;) {
      const plan::PlanNode& step = *steps_[i];
      if (std::holds_alternative<plan::FilterStep>(step.step)) {
        top = MakeFilter(step, given, *chain.context, *std::move(top));
      } else if (std::holds_alternative<plan::ExtendStep>(step.step)) {
        top = MakeExtend(step, given, *chain.context, *std::move(top));
      } else {
        top = MakeProject(step, *chain.context, *std::move(top));
      }
      if (!top.ok()) return top.status();
    }
    chain.top = *std::move(top);
    return chain;
  }

  // Called by the thread that asks for rows.
  void Start() {
    started_ = true;
    for (size_t i = 1; i < chains_.size() && TakeThread(); ++i) {
      try {
        threads_.emplace_back([this, i] { Work(chains_[i]); });
      } catch (const std::system_error&) {
        --running_threads;  // the system has no more: fewer will do
        break;
      }
    }
  }

  void Work(Chain& chain) {
    for (;;) {
      if (RunNext(chain)) continue;
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] { return Over() || HasRoom(); });
      if (Over()) return;
    }
  }
  bool Over() const { return stop_ || ended_ || !status_.ok(); }
  bool HasRoom() const { return next_in_ - next_out_ < window_; }

  // Runs the steps on the next batch of the source. False: there is none to
  // run now.
  bool RunNext(Chain& chain) {
    uint64_t number = 0;
    Batch rows;
    {
      const std::lock_guard source(source_mutex_);
      {
        const std::lock_guard lock(mutex_);
        if (Over() || !HasRoom()) return false;
      }
      const absl::StatusOr<bool> more = source_->Next(rows);
      const std::lock_guard lock(mutex_);
      if (!more.ok() || !*more) {
        if (more.ok()) {
          ended_ = true;
        } else {
          status_ = more.status();
        }
        changed_.notify_all();
        return false;
      }
      number = next_in_++;
      results_.emplace_back();
    }
    chain.input->Give(std::move(rows));
    Batch made;
    const absl::StatusOr<bool> some = chain.top->Next(made);
    const std::lock_guard lock(mutex_);
    if (some.ok()) {
      Result& result = results_[number - next_out_];
      result.done = true;
      if (*some) {
        result.batch = std::move(made);
      } else {
        ResetBatch(result.batch, schema().size());
      }
    } else if (status_.ok()) {
      status_ = some.status();
    }
    changed_.notify_all();
    return true;
  }

  void AddProfiles() {
    if (profile() == nullptr) return;
    for (const Chain& chain : chains_) {
      for (const plan::PlanNode* step : steps_) Add(*chain.context, *step);
    }
    AddAll(*source_node_);
  }
  void Add(const Context& from, const plan::PlanNode& node) {
    const OperatorProfile* done = from.FindProfile(node);
    if (done == nullptr) return;
    OperatorProfile* sum = context().ProfileOf(node);
    sum->Add(*done);
    sum->runs = std::max(sum->runs, done->runs);
  }
  void AddAll(const plan::PlanNode& node) {
    Add(*source_context_, node);
    for (const plan::PlanPtr& input : node.inputs) AddAll(*input);
  }

  std::vector<const plan::PlanNode*> steps_;  // the topmost first
  const plan::PlanNode* source_node_ = nullptr;
  plan::PlanNode leaf_;
  uint64_t batches_alone_ = 0, taken_ = 0;
  bool started_ = false, finished_ = false;
  size_t window_ = 0;  // batches that may wait for their turn

  // Held while the source is asked; taken before mutex_.
  std::mutex source_mutex_;
  std::unique_ptr<Context> source_context_;
  OperatorPtr source_;

  std::vector<Chain> chains_;  // the first one is the asking thread's

  std::mutex mutex_;  // guards what follows
  std::condition_variable changed_;
  std::deque<Result> results_;  // of batch next_out_ and those after it
  uint64_t next_in_ = 0, next_out_ = 0;
  bool ended_ = false, stop_ = false;
  absl::Status status_;

  std::vector<std::thread> threads_;  // ended first
};

}  // namespace

OperatorResult MakeParallel(const plan::PlanNode& node, const Parameters& given,
                            Context& context) {
  return Parallel::Make(node, given, context);
}

}  // namespace skg::query::exec
