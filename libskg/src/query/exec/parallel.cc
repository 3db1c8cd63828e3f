// Steps that several threads run on the batches of one input, in turn.
#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "base/status.h"
#include "base/thread_quota.h"
#include "query/exec/key_table.h"
#include "query/exec/operators.h"

namespace skg::query::exec {
namespace {

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
    std::unique_ptr<Parallel> made(new Parallel(node, given, context));
    SKG_ASSIGN_OR_RETURN(made->source_, MakeOperator(*made->source_node_, given,
                                                     *made->source_context_));
    SKG_RETURN_IF_ERROR(made->MakeTables());
    const size_t wanted =
        context.options.threads == 0
            ? HardwareThreads()
            : std::min(context.options.threads, MostThreads());
    for (size_t i = 0; i < wanted; ++i) {
      SKG_ASSIGN_OR_RETURN(Chain chain, made->MakeChain());
      made->chains_.push_back(std::move(chain));
    }
    made->window_ = 4 * wanted;
    return made;
  }

  ~Parallel() override { Finish(); }

 protected:
  absl::StatusOr<bool> Pull(Batch& batch) override {
    if (finished_) return false;
    if (!built_) {
      SKG_ASSIGN_OR_RETURN(built_, BuildTables());
      if (!built_) {
        Finish();
        return false;
      }
    }
    SKG_ASSIGN_OR_RETURN(const bool more, Await(batch));
    if (!more) Finish();
    return more;
  }

 private:
  // The steps, as one thread runs them.
  struct Chain {
    std::unique_ptr<Context> context;
    OneBatch* input = nullptr;
    OperatorPtr top;
    bool busy = false;    // with the rows
    uint64_t number = 0;  // of this batch of the source
  };
  // What the steps make of one batch of the source.
  struct Result {
    bool done = false;  // no more will come
    std::deque<Batch> batches;
  };
  // Of a join whose rows all threads look for partners of.
  struct Table {
    const plan::PlanNode* join = nullptr;
    OperatorPtr input;  // null once it is built
    std::shared_ptr<KeyTable> rows;
  };

  Parallel(const plan::PlanNode& node, const Parameters& given,
           Context& context)
      : Operator(node, context),
        given_(given),
        source_context_(context.ForThread()),
        charge_(context, "threads") {
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

  absl::Status MakeTables() {
    for (const plan::PlanNode* step : steps_) {
      if (!std::holds_alternative<plan::HashJoinStep>(step->step)) continue;
      Table& table = tables_.emplace_back();
      table.join = step;
      SKG_ASSIGN_OR_RETURN(table.input, MakeOperator(*step->inputs[1], given_,
                                                     *source_context_));
      table.rows = std::make_shared<KeyTable>(*step, *source_context_);
    }
    return absl::OkStatus();
  }

  // False: one of them is empty, so that nothing can come of any row.
  absl::StatusOr<bool> BuildTables() {
    for (Table& table : tables_) {
      SKG_RETURN_IF_ERROR(table.rows->Build(*table.input));
      table.input = nullptr;  // gives back what it held
      if (OperatorProfile* own = context().ProfileOf(*table.join))
        own->most_bytes = table.rows->charge().used();
      const auto kind = std::get<plan::HashJoinStep>(table.join->step).kind;
      if (table.rows->empty() &&
          (kind == plan::JoinKind::kInner || kind == plan::JoinKind::kSemi)) {
        return false;
      }
    }
    return true;
  }

  absl::StatusOr<Chain> MakeChain() {
    Chain chain;
    chain.context = context().ForThread();
    auto input = std::make_unique<OneBatch>(leaf_, *chain.context);
    chain.input = input.get();
    chain.top = std::move(input);
    for (size_t i = steps_.size(); i-- > 0;) {
      SKG_ASSIGN_OR_RETURN(chain.top, MakeStep(*steps_[i], std::move(chain.top),
                                               *chain.context));
    }
    return chain;
  }
  OperatorResult MakeStep(const plan::PlanNode& step, OperatorPtr input,
                          Context& context) {
    if (std::holds_alternative<plan::FilterStep>(step.step))
      return MakeFilter(step, given_, context, std::move(input));
    if (std::holds_alternative<plan::ExtendStep>(step.step))
      return MakeExtend(step, given_, context, std::move(input));
    if (std::holds_alternative<plan::BindJoinStep>(step.step))
      return MakeBindJoin(step, given_, context, std::move(input));
    for (const Table& table : tables_) {
      if (table.join == &step)
        return MakeKeyJoin(step, context, std::move(input), table.rows);
    }
    return MakeProject(step, context, std::move(input));
  }

  // False: there are no more.
  absl::StatusOr<bool> Await(Batch& batch) {
    for (;;) {
      {
        const std::lock_guard lock(mutex_);
        if (!status_.ok()) return status_;
        if (TakeFront(batch)) return true;
        if (results_.empty() && ended_) return false;
      }
      // A few rows are not worth a thread.
      if (threads_.empty() && taken_ >= batches_alone_ && !started_) Start();
      if (RunStep(chains_[0])) continue;
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] {
        const bool is_more =
            !results_.empty() &&
            (results_.front().done || !results_.front().batches.empty());
        return is_more || !status_.ok() || (results_.empty() && ended_) ||
               (!Stopped(chains_[0]) && MayRun(chains_[0]));
      });
    }
  }
  // The next batch, if it is there. Under the lock.
  bool TakeFront(Batch& batch) {
    while (!results_.empty()) {
      Result& front = results_.front();
      if (!front.batches.empty()) {
        batch = std::move(front.batches.front());
        front.batches.pop_front();
        charge_.Release(BytesOf(batch));
        changed_.notify_all();
        return true;
      }
      if (!front.done) return false;
      results_.pop_front();
      ++next_out_;
      changed_.notify_all();
    }
    return false;
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
    GiveBackThreads(threads_.size());
    threads_.clear();
    AddProfiles();
  }

  // Called by the thread that asks for rows.
  void Start() {
    started_ = true;
    for (size_t i = 1; i < chains_.size() && TakeThread(); ++i) {
      try {
        threads_.emplace_back([this, i] { Work(chains_[i]); });
      } catch (const std::system_error&) {
        GiveBackThreads(1);  // the system has no more: fewer will do
        break;
      }
    }
  }

  void Work(Chain& chain) {
    for (;;) {
      if (RunStep(chain)) continue;
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [&] { return Stopped(chain) || MayRun(chain); });
      if (Stopped(chain)) return;
    }
  }
  // Under the lock: whether the chain has nothing more to do,
  bool Stopped(const Chain& chain) const {
    return stop_ || !status_.ok() || (ended_ && !chain.busy);
  }
  // or may do something now: what waits for its turn is bounded.
  bool MayRun(const Chain& chain) const {
    if (starved_) {
      // In turn, as one thread would.
      return chain.busy
                 ? chain.number == next_out_ && results_.front().batches.empty()
                 : results_.empty();
    }
    return chain.busy ? results_[chain.number - next_out_].batches.size() <
                            kMostWaiting
                      : next_in_ - next_out_ < window_;
  }

  // Makes one more batch. False: there is nothing to do now.
  bool RunStep(Chain& chain) {
    if (!chain.busy && !TakeRows(chain)) return false;
    {
      const std::lock_guard lock(mutex_);
      if (Stopped(chain) || !MayRun(chain)) return false;
    }
    Batch made;
    const absl::StatusOr<bool> some = chain.top->Next(made);
    const std::lock_guard lock(mutex_);
    // A query that has no memory for what waits needs none with one thread.
    if (some.ok() && *some && !charge_.Add(BytesOf(made)).ok()) starved_ = true;
    if (!some.ok()) {
      if (status_.ok()) status_ = some.status();
    } else {
      Result& result = results_[chain.number - next_out_];
      if (*some) {
        result.batches.push_back(std::move(made));
      } else {
        result.done = true;
        chain.busy = false;
      }
    }
    changed_.notify_all();
    return true;
  }

  // Gives the chain the next batch of the source. False: there is none now.
  bool TakeRows(Chain& chain) {
    Batch rows;
    const std::lock_guard source(source_mutex_);
    {
      const std::lock_guard lock(mutex_);
      if (Stopped(chain) || !MayRun(chain)) return false;
    }
    const absl::StatusOr<bool> more = source_->Next(rows);
    const std::lock_guard lock(mutex_);
    if (!more.ok() || !*more) {
      if (more.ok()) {
        ended_ = true;
      } else if (status_.ok()) {
        status_ = more.status();
      }
      changed_.notify_all();
      return false;
    }
    ++taken_;
    chain.number = next_in_++;
    chain.busy = true;
    results_.emplace_back();
    chain.input->Give(std::move(rows));
    return true;
  }

  static size_t BytesOf(const Batch& batch) {
    return batch.rows * (batch.columns.size() + 1) * sizeof(rdf::TermId);
  }

  void AddProfiles() {
    if (profile() == nullptr) return;
    for (const Chain& chain : chains_) {
      for (const plan::PlanNode* step : steps_) {
        Add(*chain.context, *step, /*same_run=*/true);
        // What it runs again and again for its rows.
        if (std::holds_alternative<plan::BindJoinStep>(step->step))
          AddAll(*chain.context, *step->inputs[1]);
      }
    }
    for (const Table& table : tables_)
      AddAll(*source_context_, *table.join->inputs[1]);
    AddAll(*source_context_, *source_node_);
  }
  void Add(const Context& from, const plan::PlanNode& node, bool same_run) {
    const OperatorProfile* done = from.FindProfile(node);
    if (done == nullptr) return;
    OperatorProfile* sum = context().ProfileOf(node);
    sum->Add(*done);
    sum->runs =
        same_run ? std::max(sum->runs, done->runs) : sum->runs + done->runs;
  }
  void AddAll(const Context& from, const plan::PlanNode& node) {
    Add(from, node, /*same_run=*/false);
    for (const plan::PlanPtr& input : node.inputs) AddAll(from, *input);
  }

  // Batches that one batch of the source may have made before its turn.
  static constexpr size_t kMostWaiting = 4;

  const Parameters given_;
  std::vector<const plan::PlanNode*> steps_;  // the topmost first
  const plan::PlanNode* source_node_ = nullptr;
  plan::PlanNode leaf_;
  uint64_t batches_alone_ = 0;
  bool started_ = false, finished_ = false, built_ = false;
  size_t window_ = 0;  // batches of the source that may be under way

  // Held while the source is asked; taken before mutex_.
  std::mutex source_mutex_;
  std::unique_ptr<Context> source_context_;
  OperatorPtr source_;
  std::vector<Table> tables_;  // built before any thread starts

  std::vector<Chain> chains_;  // the first one is the asking thread's

  std::mutex mutex_;  // guards what follows, and `busy` and `number` of chains
  std::condition_variable changed_;
  std::deque<Result> results_;  // of batch next_out_ and those after it
  uint64_t next_in_ = 0, next_out_ = 0;
  MemoryCharge charge_;   // of what waits
  bool starved_ = false;  // there is no more memory for that
  bool ended_ = false, stop_ = false;
  absl::Status status_;

  std::atomic<uint64_t> taken_{0};
  std::vector<std::thread> threads_;  // ended first
};

}  // namespace

OperatorResult MakeParallel(const plan::PlanNode& node, const Parameters& given,
                            Context& context) {
  return Parallel::Make(node, given, context);
}

}  // namespace skg::query::exec
