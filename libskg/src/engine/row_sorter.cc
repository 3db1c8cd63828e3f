#include "engine/row_sorter.h"

#include <algorithm>
#include <array>
#include <bit>
#include <limits>
#include <span>
#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "base/status.h"

namespace skg::engine {
namespace {

constexpr size_t kMinCut = 4 * storage::StatementBatch::kBatchRows;
constexpr size_t kDecodeTerms = 4096;

bool ByKeys(OrderField field) { return field == OrderField::kCommit || field == OrderField::kKey; }

// The places of many terms in the order of their names.
class NameRanks {
 public:
  absl::Status Build(std::vector<rdf::TermId> ids, const storage::ReadView& view,
                     const rdf::NameSpace& names, const Cancellation& cancellation) {
    std::sort(ids.begin(), ids.end());
    ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
    std::vector<std::pair<std::string, uint64_t>> named;
    named.reserve(ids.size());
    std::vector<rdf::Term> terms;
    for (size_t begin = 0; begin < ids.size(); begin += kDecodeTerms) {
      SKG_RETURN_IF_ERROR(cancellation.Check());
      const auto chunk =
          std::span(ids).subspan(begin, std::min(kDecodeTerms, ids.size() - begin));
      SKG_RETURN_IF_ERROR(view.Decode(chunk, &terms));
      for (size_t i = 0; i < chunk.size(); ++i) {
        named.emplace_back(names.ToName(terms[i]), chunk[i].bits);
      }
    }
    std::sort(named.begin(), named.end());
    ranks_.reserve(named.size());
    for (size_t i = 0; i < named.size(); ++i) ranks_.emplace(named[i].second, i);
    return absl::OkStatus();
  }
  [[nodiscard]] uint64_t operator[](rdf::TermId id) const { return ranks_.find(id.bits)->second; }

 private:
  absl::flat_hash_map<uint64_t, uint64_t> ranks_;
};

}  // namespace

RowSorter::RowSorter(const storage::ReadView& view, const rdf::NameSpace& names, OrderField field,
                     bool descending, uint64_t keep, size_t budget_bytes)
    : view_(view),
      names_(names),
      field_(field),
      descending_(descending),
      keep_(keep),
      max_entries_(std::max<size_t>(budget_bytes / sizeof(Entry), 2 * kMinCut)) {
  cut_at_ = keep >= max_entries_ / 2
                ? max_entries_
                : std::max<size_t>(2 * static_cast<size_t>(keep), kMinCut);
}

absl::Status RowSorter::Add(const std::vector<storage::StatementRow>& rows,
                            const Cancellation& cancellation) {
  for (const storage::StatementRow& row : rows) {
    SKG_ASSIGN_OR_RETURN(const uint64_t primary, Primary(row));
    if (primary > worst_primary_) continue;
    entries_.push_back({primary, row});
  }
  if (entries_.size() < cut_at_) return absl::OkStatus();
  if (keep_ > max_entries_ / 2) {
    return absl::ResourceExhaustedError(
        absl::StrCat("sorting needs more than ", max_entries_,
                     " matches in memory; give a limit, or take them in the order kKey"));
  }
  return Cut(cancellation);
}

absl::StatusOr<std::vector<storage::StatementRow>> RowSorter::Finish(
    const Cancellation& cancellation) {
  SKG_RETURN_IF_ERROR(Cut(cancellation));
  std::vector<storage::StatementRow> rows;
  rows.reserve(entries_.size());
  for (const Entry& entry : entries_) rows.push_back(entry.row);
  std::vector<Entry>().swap(entries_);
  return rows;
}

absl::StatusOr<uint64_t> RowSorter::Primary(const storage::StatementRow& row) const {
  uint64_t value = 0;
  switch (field_) {
    case OrderField::kCommit:
    case OrderField::kCreatedAt:
      // Times of commits rise with their numbers.
      value = row.commit;
      if (row.has_record) {
        SKG_ASSIGN_OR_RETURN(const storage::Record record, view_.ReadRecord(row));
        value = record.created_commit;
      }
      break;
    case OrderField::kWeight:
      // The bits of floats that are not negative are in the floats' order.
      value = std::bit_cast<uint32_t>(row.weight);
      break;
    case OrderField::kSubject:
    case OrderField::kPredicate:
    case OrderField::kObject:
    case OrderField::kKey:
      return 0;
  }
  return descending_ ? std::numeric_limits<uint64_t>::max() - 1 - value : value;
}

absl::Status RowSorter::Cut(const Cancellation& cancellation) {
  if (ByKeys(field_)) {
    SortByKeys();
  } else {
    SKG_RETURN_IF_ERROR(SortByNames(cancellation));
  }
  if (entries_.size() > keep_) entries_.resize(static_cast<size_t>(keep_));
  if (entries_.size() == keep_ && !entries_.empty()) worst_primary_ = entries_.back().primary;
  return absl::OkStatus();
}

void RowSorter::SortByKeys() {
  const bool reverse = field_ == OrderField::kKey && descending_;
  std::sort(entries_.begin(), entries_.end(), [reverse](const Entry& a, const Entry& b) {
    if (a.primary != b.primary) return a.primary < b.primary;
    return reverse ? b.row.key < a.row.key : a.row.key < b.row.key;
  });
}

absl::Status RowSorter::SortByNames(const Cancellation& cancellation) {
  std::vector<rdf::TermId> ids;
  ids.reserve(entries_.size() * 3);
  for (const Entry& entry : entries_) {
    const storage::StatementKey& key = entry.row.key;
    ids.insert(ids.end(), {key.subject, key.predicate, key.object});
  }
  NameRanks ranks;
  SKG_RETURN_IF_ERROR(ranks.Build(std::move(ids), view_, names_, cancellation));

  struct Ranked {
    uint64_t primary;
    std::array<uint64_t, 4> ranks;  // the field's term (0: none), s, p, o
    size_t entry;
  };
  std::vector<Ranked> ranked;
  ranked.reserve(entries_.size());
  for (size_t i = 0; i < entries_.size(); ++i) {
    const storage::StatementKey& key = entries_[i].row.key;
    const uint64_t s = ranks[key.subject], p = ranks[key.predicate], o = ranks[key.object];
    uint64_t first = 0;
    if (field_ == OrderField::kSubject) first = s;
    if (field_ == OrderField::kPredicate) first = p;
    if (field_ == OrderField::kObject) first = o;
    // Only the field is reversed; ties are always ascending.
    if (descending_) first = std::numeric_limits<uint64_t>::max() - first;
    ranked.push_back({entries_[i].primary, {first, s, p, o}, i});
  }
  std::sort(ranked.begin(), ranked.end(), [this](const Ranked& a, const Ranked& b) {
    if (a.primary != b.primary) return a.primary < b.primary;
    if (a.ranks != b.ranks) return a.ranks < b.ranks;
    return entries_[a.entry].row.key < entries_[b.entry].row.key;
  });
  std::vector<Entry> sorted;
  const size_t kept = static_cast<size_t>(std::min<uint64_t>(ranked.size(), keep_));
  sorted.reserve(kept);
  for (size_t i = 0; i < kept; ++i) sorted.push_back(entries_[ranked[i].entry]);
  entries_ = std::move(sorted);
  return absl::OkStatus();
}

}  // namespace skg::engine
