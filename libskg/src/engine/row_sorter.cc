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

bool ByKeys(OrderField field) {
  return field == OrderField::kCommit || field == OrderField::kKey;
}

// The places of many terms in the order of their names.
class NameRanks {
 public:
  absl::Status Build(std::vector<rdf::TermId> ids,
                     const storage::ReadView& view, const rdf::NameSpace& names,
                     const Cancellation& cancellation) {
    std::sort(ids.begin(), ids.end());
    ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
    std::vector<std::pair<std::string, uint64_t>> named;
    named.reserve(ids.size());
    std::vector<rdf::Term> terms;
    for (size_t begin = 0; begin < ids.size(); begin += kDecodeTerms) {
      SKG_RETURN_IF_ERROR(cancellation.Check());
      const auto chunk = std::span(ids).subspan(
          begin, std::min(kDecodeTerms, ids.size() - begin));
      SKG_RETURN_IF_ERROR(view.Decode(chunk, &terms));
      for (size_t i = 0; i < chunk.size(); ++i) {
        named.emplace_back(names.ToName(terms[i]), chunk[i].bits);
      }
    }
    std::sort(named.begin(), named.end());
    ranks_.reserve(named.size());
    for (size_t i = 0; i < named.size(); ++i)
      ranks_.emplace(named[i].second, i);
    return absl::OkStatus();
  }
  [[nodiscard]] uint64_t operator[](rdf::TermId id) const {
    return ranks_.find(id.bits)->second;
  }

 private:
  absl::flat_hash_map<uint64_t, uint64_t> ranks_;
};

}  // namespace

RowSorter::RowSorter(const storage::ReadView& view, const rdf::NameSpace& names,
                     OrderField field, bool descending, uint64_t keep,
                     size_t budget_bytes)
    : view_(view),
      names_(names),
      field_(field),
      descending_(descending),
      keep_(keep),
      max_entries_(
          std::max<size_t>(budget_bytes / sizeof(Entry), 2 * kMinCut)) {
  cut_at_ = keep >= max_entries_ / 2
                ? max_entries_
                : std::max<size_t>(2 * static_cast<size_t>(keep), kMinCut);
}

size_t RowSorter::BytesFor(uint64_t keep) {
  constexpr uint64_t kMost = SIZE_MAX / sizeof(Entry) / 2;
  return static_cast<size_t>(
      std::clamp<uint64_t>(std::min(keep, kMost) * 2, kMinCut, kMost) *
      sizeof(Entry));
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
    return absl::ResourceExhaustedError(absl::StrCat(
        "sorting needs more than ", max_entries_,
        " matches in memory; give a limit, or take them in the order kKey"));
  }
  return Cut(cancellation);
}

absl::StatusOr<std::vector<storage::StatementRow>> RowSorter::Finish(
    const Cancellation& cancellation) {
  SKG_RETURN_IF_ERROR(Cut(cancellation));
  if (ByKeys(field_)) {
    SortByKeys();
  } else {
    SKG_RETURN_IF_ERROR(SortByNames(cancellation));
  }
  std::vector<storage::StatementRow> rows;
  rows.reserve(entries_.size());
  for (const Entry& entry : entries_) rows.push_back(entry.row);
  std::vector<Entry>().swap(entries_);
  return rows;
}

absl::StatusOr<uint64_t> RowSorter::Primary(
    const storage::StatementRow& row) const {
  uint64_t value = 0;
  switch (field_) {
    case OrderField::kCommit:
    case OrderField::kCreatedAt:
      // Times of commits rise with their numbers.
      value = row.commit;
      if (row.has_record) {
        SKG_ASSIGN_OR_RETURN(const storage::Record record,
                             view_.ReadRecord(row));
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

rdf::TermId RowSorter::TermAt(Level level, const Entry& entry) const {
  const storage::StatementKey& key = entry.row.key;
  switch (level) {
    case Level::kSubject:
      return key.subject;
    case Level::kPredicate:
      return key.predicate;
    case Level::kObject:
      return key.object;
    case Level::kField:
      if (field_ == OrderField::kSubject) return key.subject;
      if (field_ == OrderField::kPredicate) return key.predicate;
      if (field_ == OrderField::kObject) return key.object;
      break;
    case Level::kPrimary:
      break;
  }
  return {};
}

absl::Status RowSorter::Cut(const Cancellation& cancellation) {
  if (entries_.size() <= keep_) return absl::OkStatus();
  const auto keep = static_cast<size_t>(keep_);
  size_t begin = 0;
  size_t end = entries_.size();
  SKG_RETURN_IF_ERROR(Narrow(Level::kPrimary, begin, end, cancellation));
  if (!ByKeys(field_)) {
    for (const Level level :
         {Level::kField, Level::kSubject, Level::kPredicate, Level::kObject}) {
      if (end > keep)
        SKG_RETURN_IF_ERROR(Narrow(level, begin, end, cancellation));
    }
  }
  if (end > keep) {
    std::nth_element(
        entries_.begin() + static_cast<std::ptrdiff_t>(begin),
        entries_.begin() + static_cast<std::ptrdiff_t>(keep - 1),
        entries_.begin() + static_cast<std::ptrdiff_t>(end),
        [this](const Entry& a, const Entry& b) { return KeyBefore(a, b); });
  }
  entries_.resize(keep);
  worst_primary_ = 0;
  for (const Entry& entry : entries_)
    worst_primary_ = std::max(worst_primary_, entry.primary);
  return absl::OkStatus();
}

absl::Status RowSorter::Narrow(Level level, size_t& begin, size_t& end,
                               const Cancellation& cancellation) {
  NameRanks ranks;
  if (level != Level::kPrimary) {
    std::vector<rdf::TermId> ids;
    ids.reserve(end - begin);
    for (size_t i = begin; i < end; ++i)
      ids.push_back(TermAt(level, entries_[i]));
    if (!ids.front().bound())
      return absl::OkStatus();  // the order has no such level
    SKG_RETURN_IF_ERROR(
        ranks.Build(std::move(ids), view_, names_, cancellation));
  }
  struct Valued {
    uint64_t value;
    Entry entry;
  };
  std::vector<Valued> range;
  range.reserve(end - begin);
  for (size_t i = begin; i < end; ++i) {
    const Entry& entry = entries_[i];
    uint64_t value =
        level == Level::kPrimary ? entry.primary : ranks[TermAt(level, entry)];
    if (level == Level::kField && descending_) value = ~value;
    range.push_back({value, entry});
  }
  const auto last =
      range.begin() + static_cast<std::ptrdiff_t>(keep_ - 1 - begin);
  std::nth_element(
      range.begin(), last, range.end(),
      [](const Valued& a, const Valued& b) { return a.value < b.value; });
  const uint64_t bound = last->value;
  size_t place = begin;
  for (const Valued& valued : range) {
    if (valued.value < bound) entries_[place++] = valued.entry;
  }
  begin = place;
  for (const Valued& valued : range) {
    if (valued.value == bound) entries_[place++] = valued.entry;
  }
  end = place;
  return absl::OkStatus();
}

bool RowSorter::KeyBefore(const Entry& a, const Entry& b) const {
  const bool reverse = field_ == OrderField::kKey && descending_;
  return reverse ? b.row.key < a.row.key : a.row.key < b.row.key;
}

void RowSorter::SortByKeys() {
  std::sort(
      entries_.begin(), entries_.end(), [this](const Entry& a, const Entry& b) {
        return a.primary != b.primary ? a.primary < b.primary : KeyBefore(a, b);
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
    const Entry& entry = entries_[i];
    const storage::StatementKey& key = entry.row.key;
    const rdf::TermId field = TermAt(Level::kField, entry);
    uint64_t first = field.bound() ? ranks[field] : 0;
    // Only the field is reversed; ties are always ascending.
    if (descending_) first = ~first;
    ranked.push_back(
        {entry.primary,
         {first, ranks[key.subject], ranks[key.predicate], ranks[key.object]},
         i});
  }
  std::sort(ranked.begin(), ranked.end(),
            [this](const Ranked& a, const Ranked& b) {
              if (a.primary != b.primary) return a.primary < b.primary;
              if (a.ranks != b.ranks) return a.ranks < b.ranks;
              return KeyBefore(entries_[a.entry], entries_[b.entry]);
            });
  std::vector<Entry> sorted;
  sorted.reserve(ranked.size());
  for (const Ranked& place : ranked) sorted.push_back(entries_[place.entry]);
  entries_ = std::move(sorted);
  return absl::OkStatus();
}

}  // namespace skg::engine
