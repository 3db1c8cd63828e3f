#include "query/exec/service_feed.h"

#include <algorithm>
#include <utility>

#include "base/status.h"

namespace skg::query::exec {

class FedOperator final : public Operator {
 public:
  FedOperator(OperatorPtr input, std::shared_ptr<ServiceFeed> feed,
              Context& context)
      : Operator(input->node(), context, Unprofiled()),
        input_(std::move(input)),
        feed_(std::move(feed)),
        charge_(context, "rows that a service is asked about"),
        ahead_(schema().size(), charge_) {
    for (const Variable v : feed_->columns())
      columns_.push_back(*node().Column(v));
    feed_->reader_ = this;
  }
  ~FedOperator() override { feed_->reader_ = nullptr; }
  FedOperator(const FedOperator&) = delete;
  FedOperator& operator=(const FedOperator&) = delete;

  void SkipTo(rdf::TermId key) override { input_->SkipTo(key); }
  [[nodiscard]] std::optional<uint64_t> solution_scope() const override {
    return input_->solution_scope();
  }

  absl::Status ReadAhead() {
    Batch batch;
    while (!feed_->complete_ && !feed_->too_many_) {
      SKG_ASSIGN_OR_RETURN(const bool more, ReadInput(batch));
      if (!more) return absl::OkStatus();
      SKG_RETURN_IF_ERROR(ahead_.Append(batch));
      counted_ = counted_ || !batch.counts.empty();
      for (size_t row = 0; row < batch.rows; ++row)
        ahead_counts_.push_back(batch.CountOf(row));
      if (ahead_.rows() > ServiceFeed::kMostRows) feed_->too_many_ = true;
    }
    return absl::OkStatus();
  }

 protected:
  absl::StatusOr<bool> Pull(Batch& batch) override {
    if (next_ == ahead_.rows()) {
      ahead_.Clear();
      ahead_counts_.clear();
      next_ = 0;
      return ReadInput(batch);
    }
    const size_t end = std::min(ahead_.rows(), next_ + Batch::kMostRows);
    for (size_t c = 0; c < batch.columns.size(); ++c) {
      const auto begin = ahead_.column(c).begin();
      batch.columns[c].assign(begin + static_cast<std::ptrdiff_t>(next_),
                              begin + static_cast<std::ptrdiff_t>(end));
    }
    batch.counts.clear();
    if (counted_) {
      const auto begin = ahead_counts_.begin();
      batch.counts.assign(begin + static_cast<std::ptrdiff_t>(next_),
                          begin + static_cast<std::ptrdiff_t>(end));
    }
    batch.rows = end - next_;
    next_ = end;
    return true;
  }

 private:
  absl::StatusOr<bool> ReadInput(Batch& batch) {
    if (ended_) return false;
    SKG_ASSIGN_OR_RETURN(const bool more, input_->Next(batch));
    if (more) {
      feed_->Collect(batch, columns_);
    } else {
      ended_ = true;
      feed_->complete_ = true;
    }
    return more;
  }

  OperatorPtr input_;
  const std::shared_ptr<ServiceFeed> feed_;
  std::vector<size_t> columns_;
  MemoryCharge charge_;
  RowTable ahead_;
  std::vector<uint64_t> ahead_counts_;  // as Batch::counts
  bool counted_ = false;
  size_t next_ = 0;  // of ahead_
  bool ended_ = false;
};

absl::StatusOr<const absl::flat_hash_set<ServiceFeed::Tuple>*>
ServiceFeed::Values() {
  if (!complete_ && reader_ != nullptr)
    SKG_RETURN_IF_ERROR(reader_->ReadAhead());
  return complete_ && !too_many_ ? &tuples_ : nullptr;
}

void ServiceFeed::Collect(const Batch& batch,
                          const std::vector<size_t>& columns) {
  if (too_many_) return;
  Tuple tuple(columns.size());
  for (size_t row = 0; row < batch.rows; ++row) {
    for (size_t c = 0; c < columns.size(); ++c)
      tuple[c] = batch.columns[columns[c]][row];
    tuples_.insert(tuple);
  }
  if (tuples_.size() <= kMostTuples) return;
  too_many_ = true;
  tuples_.clear();
}

OperatorPtr MakeFed(OperatorPtr input, std::shared_ptr<ServiceFeed> feed,
                    Context& context) {
  return std::make_unique<FedOperator>(std::move(input), std::move(feed),
                                       context);
}

void FeedServices(const plan::HashJoinStep& step, Context& context,
                  OperatorPtr& left, OperatorPtr& right) {
  // MINUS asks what a row binds by itself, which VALUES would change.
  if (step.kind == plan::JoinKind::kMinus) return;
  std::vector<Variable> columns;
  for (const Variable v : step.shared) {
    if (!context.internal(v)) columns.push_back(v);
  }
  const auto feed = std::make_shared<ServiceFeed>(std::move(columns));
  if (right->TakeFeed(feed)) {
    left = MakeFed(std::move(left), feed, context);
    // Left rows without a partner may be wanted: only an inner join may leave
    // them out.
  } else if (step.kind == plan::JoinKind::kInner && left->TakeFeed(feed)) {
    right = MakeFed(std::move(right), feed, context);
  }
}

}  // namespace skg::query::exec
