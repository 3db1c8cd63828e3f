#include "storage/scan.h"

#include <algorithm>
#include <utility>

#include "base/bytes.h"
#include "base/status.h"

namespace skg::storage {

namespace {

IndexOrder DefaultIndex(TermOrder order) {
  return static_cast<IndexOrder>(order);
}
IndexOrder NamedIndex(TermOrder order) {
  return static_cast<IndexOrder>(static_cast<size_t>(order) +
                                 kDefaultGraphOrders);
}

// Adds the bound terms that lead the order.
void AddLeadingTerms(TermOrder order, const ScanPattern& pattern,
                     TermPrefix* prefix) {
  for (const TermId id :
       InSequence(order, pattern.subject, pattern.predicate, pattern.object)) {
    if (!id.bound()) return;
    prefix->Add(id);
  }
}

// Every row of the leading terms' prefix matches: nothing is left to check.
bool PrefixIsPattern(TermOrder order, const ScanPattern& pattern) {
  bool open = false;
  for (const TermId id :
       InSequence(order, pattern.subject, pattern.predicate, pattern.object)) {
    if (id.bound() && open) return false;
    open = open || !id.bound();
  }
  return true;
}

class UnionScan final : public ScanCursor {
 public:
  UnionScan(std::shared_ptr<const Snapshot> snapshot, const Overlay* overlay,
            const ScanPattern& pattern, const ScanOptions& options)
      : snapshot_(std::move(snapshot)),
        overlay_(overlay != nullptr && overlay->changed() ? overlay : nullptr),
        last_commit_(overlay != nullptr ? overlay->last_commit : UINT64_MAX),
        pattern_(pattern),
        order_(options.order.value_or(NaturalOrder(pattern))),
        cancellation_(options.cancellation) {
    OpenSources(options.counters);
    if (overlay_ != nullptr) written_ = overlay_->Written(pattern_, order_);
  }

  absl::StatusOr<bool> Next(StatementBatch& batch) override {
    batch.Clear();
    if (cancellation_ != nullptr) {
      if (absl::Status stop = cancellation_->Check(); !stop.ok()) return stop;
    }
    if (only_ != nullptr) {
      only_->Fill(std::min(batch.wanted, StatementBatch::kBatchRows), batch);
      if (!only_->status().ok()) return only_->status();
      if (snapshot_->commit() > last_commit_) {
        for (uint64_t& commit : batch.commit) {
          if (commit > last_commit_) commit = 0;
        }
      }
      return batch.size() > 0;
    }
    // Rows that a forced order makes us pass over must not outlast a deadline.
    size_t passed_over = 0;
    const size_t most = std::min(batch.wanted, StatementBatch::kBatchRows);
    while (batch.size() < most) {
      StatementRow row;
      if (!Smallest(&row)) break;
      if (pattern_.Matches(row.key)) {
        batch.Append(row);
      } else if (++passed_over % StatementBatch::kBatchRows == 0 &&
                 cancellation_ != nullptr) {
        if (absl::Status stop = cancellation_->Check(); !stop.ok()) return stop;
      }
    }
    SKG_RETURN_IF_ERROR(stopped_);
    for (const auto& source : {&default_, &named_}) {
      if (*source != nullptr && !(*source)->status().ok())
        return (*source)->status();
    }
    return batch.size() > 0;
  }

  absl::Status Seek(TermId first, TermId second, TermId third) override {
    if (default_ != nullptr)
      default_->Seek({default_graph_, first.bits, second.bits, third.bits});
    if (named_ != nullptr)
      named_->Seek({first.bits, second.bits, third.bits, 0});
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
  void OpenSources(ReadCounters* counters) {
    const Head& head = snapshot_->head();
    // The head's counts are those of the present.
    const bool has_named =
        snapshot_->as_of() || head.statements > head.default_statements;
    for (const OrderPrefix& part : PrefixesOf(pattern_, order_)) {
      if (Cleared(part)) continue;
      if (static_cast<size_t>(part.order) < kDefaultGraphOrders) {
        default_graph_ = part.prefix.terms[0];
        default_ = std::make_unique<LiveCursor>(*snapshot_, part.order,
                                                part.prefix, counters);
      } else if (has_named) {
        named_ = std::make_unique<LiveCursor>(*snapshot_, part.order,
                                              part.prefix, counters);
      }
    }
    // Of the past it is not known before whether there are named graphs.
    for (auto* source : {&default_, &named_}) {
      if (*source != nullptr && !(*source)->Valid() && (*source)->status().ok())
        source->reset();
    }
    // One sorted source and nothing to check: whole slices may be copied.
    if (overlay_ == nullptr && PrefixIsPattern(order_, pattern_) &&
        (default_ == nullptr) != (named_ == nullptr)) {
      only_ = default_ != nullptr ? default_.get() : named_.get();
    }
  }

  // The transaction has cleared all that the source would give.
  bool Cleared(const OrderPrefix& part) const {
    if (overlay_ == nullptr || overlay_->drafted) return false;
    return static_cast<size_t>(part.order) < kDefaultGraphOrders
               ? overlay_->Cleared(TermId{part.prefix.terms[0]})
               : overlay_->ClearedNamed();
  }

  // Drops rows of the snapshot that the transaction has rewritten or removed.
  bool Current(LiveCursor* source) {
    if (source == nullptr) return false;
    while (source->Valid()) {
      if (!stopped_.ok()) return false;
      if (overlay_ == nullptr || !overlay_->Hides(source->row())) return true;
      source->Next();
      // A graph that was cleared may be long.
      if (++dropped_ % StatementBatch::kBatchRows == 0 &&
          cancellation_ != nullptr) {
        stopped_ = cancellation_->Check();
      }
    }
    return false;
  }

  // Takes the smallest row of the three sources.
  bool Smallest(StatementRow* row) {
    LiveCursor* from = Current(default_.get()) ? default_.get() : nullptr;
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
    if (row->commit > last_commit_) row->commit = 0;
    from->Next();
    return true;
  }

  std::shared_ptr<const Snapshot> snapshot_;
  const Overlay* overlay_;
  const uint64_t last_commit_;  // rows of later ones are of no commit yet
  const ScanPattern pattern_;
  const TermOrder order_;
  const Cancellation* cancellation_;
  uint64_t default_graph_ = 0;
  std::unique_ptr<LiveCursor> default_, named_;
  LiveCursor* only_ = nullptr;
  std::vector<StatementRow> written_;
  size_t next_written_ = 0;
  size_t dropped_ = 0;
  absl::Status stopped_;
};

}  // namespace

std::vector<OrderPrefix> PrefixesOf(const ScanPattern& pattern,
                                    TermOrder order) {
  std::vector<OrderPrefix> parts;
  // A named graph that nobody has heard of; unbound means the default one.
  if (pattern.scope == GraphScope::kOne && !pattern.graph.bound()) return parts;
  if (pattern.scope != GraphScope::kNamed) {
    OrderPrefix& part = parts.emplace_back();
    part.order = DefaultIndex(order);
    part.prefix.Add(pattern.scope == GraphScope::kOne ? pattern.graph
                                                      : TermId{});
    AddLeadingTerms(order, pattern, &part.prefix);
  }
  if (pattern.scope == GraphScope::kNamed ||
      pattern.scope == GraphScope::kUnion) {
    OrderPrefix& part = parts.emplace_back();
    part.order = NamedIndex(order);
    AddLeadingTerms(order, pattern, &part.prefix);
  }
  return parts;
}

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
