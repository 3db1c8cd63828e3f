// Rows by the order of terms, or only the first of them.
#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "base/status.h"
#include "query/exec/operators.h"
#include "query/exec/polled_sort.h"
#include "query/exec/row_set.h"
#include "query/exec/row_table.h"
#include "query/exec/term_ranks.h"

namespace skg::query::exec {
namespace {

using rdf::TermId;

class SortOperator final : public Operator {
 public:
  SortOperator(const plan::PlanNode& node, Context& context, OperatorPtr input)
      : Operator(node, context),
        step_(std::get<plan::SortStep>(node.step)),
        input_(std::move(input)),
        charge_(context, "sort"),
        table_(input_->schema().size(), charge_) {
    for (const plan::SortStep::Key& key : step_.keys)
      keys_.push_back(*input_->node().Column(key.variable));
    for (const Variable v : node.schema)
      columns_.push_back(*input_->node().Column(v));
    if (step_.first_of) {
      for (const Variable v : *step_.first_of)
        apart_.push_back(*input_->node().Column(v));
    }
  }

 protected:
  absl::StatusOr<bool> Pull(Batch& batch) override {
    if (input_ != nullptr) SKG_RETURN_IF_ERROR(ReadInput());
    const size_t end = std::min(order_.size(), next_ + Batch::kMostRows);
    for (size_t c = 0; c < columns_.size(); ++c) {
      const auto& from = table_.column(columns_[c]);
      for (size_t i = next_; i < end; ++i)
        batch.columns[c].push_back(from[order_[i]]);
    }
    batch.rows = end - next_;
    next_ = end;
    return batch.rows > 0;
  }

 private:
  absl::Status ReadInput() {
    // Of a limited sort no more is held than that many rows, and some to sort
    // in one go.
    const uint64_t most =
        step_.limit > UINT64_MAX / 4 ? UINT64_MAX : 2 * step_.limit + Slack();
    Batch batch;
    for (;;) {
      if (step_.stops_early) batch.wanted = Missing();
      SKG_ASSIGN_OR_RETURN(const bool more, input_->Next(batch));
      if (!more) break;
      if (step_.stops_early && batch.rows > 0)
        newest_ = batch.columns[keys_[0]].back();
      LeaveOutLate(batch);
      SKG_RETURN_IF_ERROR(table_.Append(batch));
      SKG_ASSIGN_OR_RETURN(const bool enough, HasEnough());
      if (enough) break;
      if (table_.rows() <= most) continue;
      SKG_RETURN_IF_ERROR(Select());
      FindLast();
    }
    input_ = nullptr;  // gives back what it held
    SKG_RETURN_IF_ERROR(Sort());
    NoteMemory(charge_);
    return absl::OkStatus();
  }

  // How many rows more to ask for where rows descend by the first key: one
  // tells that those before it are all.
  [[nodiscard]] size_t Missing() const {
    constexpr uint64_t kLeast = 16;
    const uint64_t held = table_.rows();
    return static_cast<size_t>(
        std::clamp<uint64_t>(step_.limit < held ? 0 : step_.limit - held + 1,
                             kLeast, Batch::kMostRows));
  }
  // Of rows that descend by the first key: as many as are wanted are held, and
  // what is equal to the last of them has been read.
  absl::StatusOr<bool> HasEnough() {
    if (!step_.stops_early || table_.rows() < step_.limit) return false;
    if (step_.limit == 0) return true;
    if (step_.first_of) {
      SKG_RETURN_IF_ERROR(Select());
      if (table_.rows() < step_.limit) return false;
    }
    return table_.At(step_.limit - 1, keys_[0]) != newest_;
  }

  // By ids alone it is cheap to tell most rows that come too late.
  [[nodiscard]] bool bounded() const {
    return !keys_.empty() && step_.keys[0].collation == Collation::kId;
  }
  // The last of the first keys, once as many rows are held as are wanted.
  void FindLast() {
    if (!bounded() || table_.rows() < step_.limit) return;
    const std::vector<TermId>& column = table_.column(keys_[0]);
    last_ = step_.keys[0].descending
                ? *std::min_element(column.begin(), column.end())
                : *std::max_element(column.begin(), column.end());
  }
  // Rows behind it cannot be among the first.
  void LeaveOutLate(Batch& batch) {
    if (!last_) return;
    const std::vector<TermId>& column = batch.columns[keys_[0]];
    const bool descending = step_.keys[0].descending;
    chosen_.clear();
    for (size_t row = 0; row < batch.rows; ++row) {
      if (descending ? column[row] >= *last_ : column[row] <= *last_)
        chosen_.push_back(static_cast<uint32_t>(row));
    }
    KeepRows(batch, chosen_);
  }

  // Few where the query may hold little.
  [[nodiscard]] uint64_t Slack() const {
    const uint64_t most = uint64_t{1} << (bounded() ? 12 : 15);
    constexpr uint64_t kPart = 64;  // of the memory
    const uint64_t row_bytes = 8 * (table_.width() + keys_.size() + 4);
    return std::clamp<uint64_t>(
        context().memory.limit_bytes() / kPart / row_bytes,
        Batch::kMostRows / 2, most);
  }

  // Leaves the rows that may still be wanted.
  absl::Status Select() {
    if (!step_.first_of) return SelectFirst();
    // A row that is cut off here comes behind as many as are wanted, and so
    // does whatever agrees with it, unless a better one of these comes later.
    SKG_RETURN_IF_ERROR(Sort());
    std::sort(order_.begin(), order_.end());
    table_.Keep(order_);
    order_ = {};
    return absl::OkStatus();
  }

  // Leaves of rows that agree the first, and as many of these as the limit.
  absl::Status KeepApart() {
    MemoryCharge charge(context(), "sort");
    RowSet seen(apart_.size(), charge);
    std::vector<TermId> row(apart_.size());
    size_t kept = 0;
    for (const uint32_t at : order_) {
      if (kept >= step_.limit) break;
      SKG_RETURN_IF_ERROR(context().Tick());
      for (size_t c = 0; c < row.size(); ++c) row[c] = table_.At(at, apart_[c]);
      SKG_ASSIGN_OR_RETURN(const RowSet::Place place, seen.Add(row));
      if (place.is_new) order_[kept++] = at;
    }
    order_.resize(kept);
    return absl::OkStatus();
  }

  // Leaves the rows that come first, as many as the limit. Later keys are
  // looked at only where earlier ones do not decide: most of their terms are
  // never decoded.
  absl::Status SelectFirst() {
    std::vector<uint32_t> first, tied(table_.rows());
    for (size_t i = 0; i < tied.size(); ++i) tied[i] = static_cast<uint32_t>(i);
    auto open = static_cast<size_t>(step_.limit);
    std::vector<uint64_t> ranks, ordered;
    std::vector<TermId> column;
    const size_t bytes = table_.rows() * (4 * 2 + 8 * 3);
    SKG_RETURN_IF_ERROR(charge_.Add(bytes));
    for (size_t k = 0; k < keys_.size() && open > 0 && open < tied.size();
         ++k) {
      column.clear();
      for (const uint32_t row : tied)
        column.push_back(table_.At(row, keys_[k]));
      const bool descending = step_.keys[k].descending;
      SKG_RETURN_IF_ERROR(RankTerms(column,
                                    {open, descending, step_.keys[k].collation},
                                    charge_, &ranks));
      if (descending) {
        for (uint64_t& rank : ranks) rank = ~rank;
      }
      ordered = ranks;
      const auto nth = ordered.begin() + static_cast<std::ptrdiff_t>(open - 1);
      std::nth_element(ordered.begin(), nth, ordered.end());
      const uint64_t last = *nth;
      size_t kept = 0;
      for (size_t i = 0; i < tied.size(); ++i) {
        if (ranks[i] < last) first.push_back(tied[i]);
        if (ranks[i] == last) tied[kept++] = tied[i];
      }
      tied.resize(kept);
      open = static_cast<size_t>(step_.limit) - first.size();
    }
    // Equal rows stay as they came.
    if (tied.size() > open) tied.resize(open);
    first.insert(first.end(), tied.begin(), tied.end());
    std::sort(first.begin(), first.end());
    table_.Keep(first);
    charge_.Release(bytes);
    return absl::OkStatus();
  }

  // order_: the rows, sorted, at most the limit.
  absl::Status Sort() {
    if (step_.limit < table_.rows() && !step_.first_of)
      SKG_RETURN_IF_ERROR(SelectFirst());
    const size_t bytes =
        table_.rows() * (sizeof(Ranked) + sizeof(Stretch) + 8 + 8 + 4);
    SKG_RETURN_IF_ERROR(charge_.Add(bytes));
    order_.resize(table_.rows());
    for (size_t i = 0; i < order_.size(); ++i)
      order_[i] = static_cast<uint32_t>(i);
    // Only rows that are equal so far ask for what the next key ranks.
    std::vector<Stretch> tied = {{0, order_.size()}};
    std::vector<TermId> column;
    std::vector<uint64_t> ranks;
    for (size_t k = 0; k < keys_.size() && !tied.empty(); ++k) {
      column.clear();
      for (const Stretch& stretch : tied) {
        for (size_t i = stretch.begin; i < stretch.end; ++i)
          column.push_back(table_.At(order_[i], keys_[k]));
      }
      SKG_RETURN_IF_ERROR(RankTerms(
          column, {.collation = step_.keys[k].collation}, charge_, &ranks));
      SKG_RETURN_IF_ERROR(SortTied(ranks, step_.keys[k].descending, &tied));
    }
    charge_.Release(bytes);
    return step_.first_of ? KeepApart() : absl::OkStatus();
  }

  // Part of order_, all equal so far.
  struct Stretch {
    size_t begin, end;
  };
  struct Ranked {
    uint64_t rank;
    uint32_t row;
  };
  // Sorts each stretch by the ranks of its rows, which come one stretch after
  // the other, and leaves those that are tied still. Equal rows stay as they
  // came.
  absl::Status SortTied(const std::vector<uint64_t>& ranks, bool descending,
                        std::vector<Stretch>* tied) {
    std::vector<Stretch> left;
    std::vector<Ranked> rows;
    size_t at = 0;
    for (const auto& [begin, end] : *tied) {
      rows.clear();
      for (size_t i = begin; i < end; ++i, ++at)
        rows.push_back({descending ? ~ranks[at] : ranks[at], order_[i]});
      SKG_RETURN_IF_ERROR(
          SortRows(rows, charge_, [](const Ranked& a, const Ranked& b) {
            return a.rank != b.rank ? a.rank < b.rank : a.row < b.row;
          }));
      for (size_t i = begin; i < end; ++i) order_[i] = rows[i - begin].row;
      for (size_t i = 0, same = 1; i < rows.size(); i += same, same = 1) {
        while (i + same < rows.size() && rows[i + same].rank == rows[i].rank)
          ++same;
        if (same > 1) left.push_back({begin + i, begin + i + same});
      }
    }
    *tied = std::move(left);
    return absl::OkStatus();
  }

  const plan::SortStep& step_;
  OperatorPtr input_;
  MemoryCharge charge_;
  RowTable table_;
  std::vector<size_t> keys_, columns_, apart_;  // of the input
  std::optional<TermId> last_;
  TermId newest_;  // of the first key
  std::vector<uint32_t> chosen_;
  std::vector<uint32_t> order_;
  size_t next_ = 0;
};

}  // namespace

OperatorPtr MakeSort(const plan::PlanNode& node, Context& context,
                     OperatorPtr input) {
  return std::make_unique<SortOperator>(node, context, std::move(input));
}

}  // namespace skg::query::exec
