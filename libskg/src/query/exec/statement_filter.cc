#include "query/exec/statement_filter.h"

#include <optional>
#include <utility>

#include "absl/time/time.h"
#include "base/status.h"

namespace skg::query::exec {
namespace {

using storage::StatementBatch;

class FilteredScan final : public storage::ScanCursor {
 public:
  FilteredScan(std::unique_ptr<storage::ScanCursor> scan,
               const storage::ReadView& view, const QueryOptions& options)
      : scan_(std::move(scan)),
        view_(view),
        valid_at_(options.valid_at),
        min_weight_(options.min_weight),
        cancellation_(options.cancellation) {}

  absl::StatusOr<bool> Next(StatementBatch& batch) override {
    batch.Clear();
    while (batch.size() == 0) {
      SKG_ASSIGN_OR_RETURN(const bool more, scan_->Next(all_));
      if (!more) return false;
      for (size_t i = 0; i < all_.size(); ++i) {
        SKG_ASSIGN_OR_RETURN(const bool kept, Keeps(i));
        if (kept) batch.Append(all_.Row(i));
      }
    }
    return true;
  }
  absl::Status Seek(rdf::TermId first, rdf::TermId second,
                    rdf::TermId third) override {
    return scan_->Seek(first, second, third);
  }

 private:
  absl::StatusOr<bool> Keeps(size_t i) {
    if (all_.weight[i] < min_weight_) return false;
    if (!valid_at_ || all_.has_record[i] == 0) return true;
    // Each of these is a read of its own.
    constexpr uint32_t kReadsPerCheck = 256;
    if (++reads_ % kReadsPerCheck == 0 && cancellation_ != nullptr)
      SKG_RETURN_IF_ERROR(cancellation_->Check());
    return view_.HoldsAt(all_.Row(i), *valid_at_);
  }

  std::unique_ptr<storage::ScanCursor> scan_;
  const storage::ReadView& view_;
  const std::optional<absl::Time> valid_at_;
  const float min_weight_;
  const Cancellation* const cancellation_;
  StatementBatch all_;
  uint32_t reads_ = 0;
};

}  // namespace

std::unique_ptr<storage::ScanCursor> FilterStatements(
    std::unique_ptr<storage::ScanCursor> scan, const storage::ReadView& view,
    const QueryOptions& options) {
  if (!FiltersStatements(options)) return scan;
  return std::make_unique<FilteredScan>(std::move(scan), view, options);
}

}  // namespace skg::query::exec
