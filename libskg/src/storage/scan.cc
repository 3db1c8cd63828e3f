#include "storage/scan.h"

#include <utility>

#include "base/bytes.h"

namespace skg::storage {

namespace {

IndexOrder DefaultIndex(TermOrder order) {
  return static_cast<IndexOrder>(order);
}
IndexOrder NamedIndex(TermOrder order) {
  return static_cast<IndexOrder>(static_cast<size_t>(order) +
                                 kDefaultGraphOrders);
}

std::array<TermId, 3> InSequence(TermOrder order, TermId s, TermId p,
                                 TermId o) {
  switch (order) {
    case TermOrder::kSpo:
      return {s, p, o};
    case TermOrder::kPos:
      return {p, o, s};
    case TermOrder::kOsp:
      return {o, s, p};
  }
  return {};
}

// The bound terms that lead the order, as key bytes.
std::string LeadingTerms(TermOrder order, const ScanPattern& pattern,
                         bool* all_bound) {
  std::string prefix;
  for (const TermId id :
       InSequence(order, pattern.subject, pattern.predicate, pattern.object)) {
    if (!id.bound()) {
      *all_bound = false;
      return prefix;
    }
    AppendBigEndian(id.bits, prefix);
  }
  *all_bound = true;
  return prefix;
}

class UnionScan final : public ScanCursor {
 public:
  UnionScan(std::shared_ptr<const Snapshot> snapshot, const Overlay* overlay,
            const ScanPattern& pattern, const ScanOptions& options)
      : snapshot_(std::move(snapshot)),
        overlay_(overlay != nullptr && overlay->changed() ? overlay : nullptr),
        pattern_(pattern),
        order_(options.order.value_or(NaturalOrder(pattern))),
        cancellation_(options.cancellation) {
    OpenSources();
    if (overlay_ != nullptr) written_ = overlay_->Written(pattern_, order_);
  }

  absl::StatusOr<bool> Next(StatementBatch& batch) override {
    batch.Clear();
    if (cancellation_ != nullptr) {
      if (absl::Status stop = cancellation_->Check(); !stop.ok()) return stop;
    }
    // Rows that a forced order makes us pass over must not outlast a deadline.
    size_t passed_over = 0;
    while (batch.size() < StatementBatch::kBatchRows) {
      StatementRow row;
      if (!Smallest(&row)) break;
      if (pattern_.Matches(row.key)) {
        batch.Append(row);
      } else if (++passed_over % StatementBatch::kBatchRows == 0 &&
                 cancellation_ != nullptr) {
        if (absl::Status stop = cancellation_->Check(); !stop.ok()) return stop;
      }
    }
    for (const auto& source : {&default_, &named_}) {
      if (*source != nullptr && !(*source)->status().ok())
        return (*source)->status();
    }
    return batch.size() > 0;
  }

  absl::Status Seek(TermId first, TermId second, TermId third) override {
    std::string terms;
    for (const TermId id : {first, second, third})
      AppendBigEndian(id.bits, terms);
    if (default_ != nullptr)
      default_->Seek(std::string(default_graph_prefix_).append(terms));
    if (named_ != nullptr) named_->Seek(terms);
    while (next_written_ < written_.size()) {
      const OrderedTerms at = InOrder(written_[next_written_].key, order_);
      if (std::tie(at.first, at.second, at.third) >=
          std::tie(first, second, third))
        break;
      ++next_written_;
    }
    for (const auto& source : {&default_, &named_}) {
      if (*source != nullptr && !(*source)->status().ok())
        return (*source)->status();
    }
    return absl::OkStatus();
  }

 private:
  void OpenSources() {
    // A named graph that nobody has heard of; unbound means the default one.
    if (pattern_.scope == GraphScope::kOne && !pattern_.graph.bound()) return;
    bool triple_bound = false;
    const std::string terms = LeadingTerms(order_, pattern_, &triple_bound);
    if (pattern_.scope == GraphScope::kDefault ||
        pattern_.scope == GraphScope::kUnion ||
        pattern_.scope == GraphScope::kOne) {
      AppendBigEndian(
          pattern_.scope == GraphScope::kOne ? pattern_.graph.bits : 0,
          default_graph_prefix_);
      default_ = std::make_unique<DeltaCursor>(*snapshot_, DefaultIndex(order_),
                                               default_graph_prefix_ + terms);
    }
    const Head& head = snapshot_->head();
    // The head's counts are those of the present.
    const bool has_named =
        snapshot_->as_of() || head.statements > head.default_statements;
    if (has_named && (pattern_.scope == GraphScope::kNamed ||
                      pattern_.scope == GraphScope::kUnion)) {
      named_ =
          std::make_unique<DeltaCursor>(*snapshot_, NamedIndex(order_), terms);
    }
  }

  // Drops rows of the snapshot that the transaction has rewritten or removed.
  bool Current(DeltaCursor* source) const {
    if (source == nullptr) return false;
    while (source->Valid()) {
      StatementRow ignored;
      if (overlay_ == nullptr || overlay_->Ask(source->row().key, &ignored) ==
                                     Overlay::Verdict::kUntouched) {
        return true;
      }
      source->Next();
    }
    return false;
  }

  // Takes the smallest row of the three sources.
  bool Smallest(StatementRow* row) {
    DeltaCursor* from = Current(default_.get()) ? default_.get() : nullptr;
    if (Current(named_.get()) &&
        (from == nullptr || InOrder(named_->row().key, order_) <
                                InOrder(from->row().key, order_))) {
      from = named_.get();
    }
    if (next_written_ < written_.size() &&
        (from == nullptr || InOrder(written_[next_written_].key, order_) <
                                InOrder(from->row().key, order_))) {
      *row = written_[next_written_++];
      return true;
    }
    if (from == nullptr) return false;
    *row = from->row();
    from->Next();
    return true;
  }

  std::shared_ptr<const Snapshot> snapshot_;
  const Overlay* overlay_;
  const ScanPattern pattern_;
  const TermOrder order_;
  const Cancellation* cancellation_;
  std::string default_graph_prefix_;
  std::unique_ptr<DeltaCursor> default_, named_;
  std::vector<StatementRow> written_;
  size_t next_written_ = 0;
};

}  // namespace

TermOrder NaturalOrder(const ScanPattern& pattern) {
  if (pattern.subject.bound()) {
    return pattern.object.bound() && !pattern.predicate.bound()
               ? TermOrder::kOsp
               : TermOrder::kSpo;
  }
  if (pattern.predicate.bound()) return TermOrder::kPos;
  return pattern.object.bound() ? TermOrder::kOsp : TermOrder::kSpo;
}

std::unique_ptr<ScanCursor> MakeScan(std::shared_ptr<const Snapshot> snapshot,
                                     const Overlay* overlay,
                                     const ScanPattern& pattern,
                                     const ScanOptions& options) {
  return std::make_unique<UnionScan>(std::move(snapshot), overlay, pattern,
                                     options);
}

}  // namespace skg::storage
