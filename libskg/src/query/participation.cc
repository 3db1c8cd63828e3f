#include "query/participation.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "base/bytes.h"
#include "base/status.h"
#include "query/polled_sort.h"

namespace skg::query {
namespace {

constexpr uint64_t kValueBytes =
    2 * (sizeof(Triple) + 5) + sizeof(std::string) + 4;

}  // namespace

Participation::Participation(Evaluation& evaluation,
                             const std::vector<ResolvedPattern>& patterns,
                             const std::vector<uint64_t>& counts,
                             const std::vector<Component>& components)
    : evaluation_(evaluation),
      patterns_(patterns),
      counts_(counts),
      components_(components),
      parts_(patterns.size()) {
  for (size_t c = 0; c < components.size(); ++c) {
    for (const size_t pattern : components[c].patterns)
      parts_[pattern].component = c;
  }
}

absl::Status Participation::CollectRows(RowOrder& order,
                                        TopK<StatementRow>& rows) {
  for (size_t i = 0; i < patterns_.size(); ++i) {
    SKG_RETURN_IF_ERROR(FindValues(i));
    SKG_RETURN_IF_ERROR(VisitPattern(i, order, rows));
    SKG_RETURN_IF_ERROR(RankValues(parts_[i]));
  }
  return absl::OkStatus();
}

absl::Status Participation::FindValues(size_t pattern) {
  const std::vector<ResolvedPattern::Place>& places = patterns_[pattern].places;
  if (places.empty()) return absl::OkStatus();
  Part& part = parts_[pattern];
  const SolutionTable& solutions = components_[part.component].solutions;
  std::vector<size_t> columns;
  for (const auto& place : places)
    columns.push_back(solutions.ColumnOf(place.variable));
  for (size_t row = 0; row < solutions.rows(); ++row) {
    SKG_RETURN_IF_ERROR(evaluation_.Tick());
    Triple values;
    for (size_t i = 0; i < columns.size(); ++i)
      values[i] = solutions.row(row)[columns[i]];
    const auto number = static_cast<uint32_t>(part.number_of.size());
    if (part.number_of.try_emplace(values, number).second) {
      SKG_RETURN_IF_ERROR(evaluation_.memory.Reserve(kValueBytes));
    }
  }
  part.least_key.resize(part.number_of.size());
  return absl::OkStatus();
}

absl::Status Participation::VisitPattern(size_t pattern, RowOrder& order,
                                         TopK<StatementRow>& rows) {
  const Part& part = parts_[pattern];
  if (patterns_[pattern].places.empty() ||
      part.number_of.size() * evaluation_.rows_per_lookup >= counts_[pattern]) {
    SKG_ASSIGN_OR_RETURN(PatternScan scan,
                         PatternScan::Open(evaluation_, patterns_[pattern]));
    return VisitScan(pattern, scan, order, rows);
  }
  for (const auto& [values, number] : part.number_of) {
    SKG_RETURN_IF_ERROR(evaluation_.Check());
    SKG_ASSIGN_OR_RETURN(
        PatternScan scan,
        PatternScan::Open(evaluation_, patterns_[pattern],
                          BindPlaces(patterns_[pattern], values)));
    SKG_RETURN_IF_ERROR(VisitScan(pattern, scan, order, rows));
  }
  return absl::OkStatus();
}

absl::Status Participation::VisitScan(size_t pattern, PatternScan& scan,
                                      RowOrder& order,
                                      TopK<StatementRow>& rows) {
  Part& part = parts_[pattern];
  const bool has_variables = !patterns_[pattern].places.empty();
  std::vector<StatementRow> batch;
  std::vector<std::string> keys;
  while (true) {
    SKG_ASSIGN_OR_RETURN(const bool more, scan.Next(batch));
    if (!more) return absl::OkStatus();
    if (has_variables) {
      std::erase_if(batch, [&](const StatementRow& row) {
        return !part.number_of.contains(
            patterns_[pattern].Values(TripleOf(row)));
      });
    }
    // Every key counts for the order of solutions.
    SKG_RETURN_IF_ERROR(
        order.Keys(batch, has_variables ? nullptr : rows.bound(), keys));
    for (size_t i = 0; i < batch.size(); ++i) {
      SKG_RETURN_IF_ERROR(evaluation_.Tick());
      if (keys[i].empty()) continue;
      const Triple triple = TripleOf(batch[i]);
      if (has_variables) {
        std::string& least = part.least_key[part.number_of.at(
            patterns_[pattern].Values(triple))];
        if (least.empty() || keys[i] < least) {
          SKG_RETURN_IF_ERROR(evaluation_.memory.Reserve(keys[i].size()));
          evaluation_.memory.Release(least.size());
          least = keys[i];
        }
      }
      if (rows.bound() != nullptr && keys[i] >= *rows.bound()) continue;
      SKG_ASSIGN_OR_RETURN(const bool earlier,
                           TakesPartEarlier(pattern, batch[i]));
      if (!earlier) SKG_RETURN_IF_ERROR(rows.Offer(keys[i], batch[i]));
    }
  }
}

absl::StatusOr<bool> Participation::TakesPartEarlier(size_t pattern,
                                                     const StatementRow& row) {
  const Triple triple = TripleOf(row);
  for (size_t i = 0; i < pattern; ++i) {
    if (!patterns_[i].Fits(triple)) continue;
    if (!patterns_[i].places.empty() &&
        !parts_[i].number_of.contains(patterns_[i].Values(triple))) {
      continue;
    }
    SKG_ASSIGN_OR_RETURN(const bool matches,
                         Matches(evaluation_, patterns_[i], row));
    if (matches) return true;
  }
  return false;
}

absl::Status Participation::RankValues(Part& part) {
  std::vector<uint32_t> numbers(part.least_key.size());
  std::iota(numbers.begin(), numbers.end(), 0u);
  SKG_RETURN_IF_ERROR(
      PolledSort(evaluation_, numbers, [&](uint32_t a, uint32_t b) {
        return part.least_key[a] < part.least_key[b];
      }));
  part.rank.resize(numbers.size());
  for (uint32_t rank = 0; rank < numbers.size(); ++rank)
    part.rank[numbers[rank]] = rank;
  uint64_t freed = 0;
  for (const std::string& key : part.least_key) freed += key.size();
  part.least_key = {};
  evaluation_.memory.Release(freed);
  return absl::OkStatus();
}

absl::StatusOr<std::vector<std::vector<TermId>>> Participation::FirstSolutions(
    size_t width, uint64_t offset, uint64_t limit) {
  const uint64_t keep =
      limit > UINT64_MAX - offset ? UINT64_MAX : offset + limit;
  width_ = width;
  ordered_.clear();
  for (const Component& component : components_) {
    SKG_ASSIGN_OR_RETURN(Ordered ordered, OrderComponent(component, keep));
    ordered_.push_back(std::move(ordered));
  }
  TopK<std::vector<TermId>> top(keep, evaluation_);
  std::vector<uint32_t> chosen;
  SKG_RETURN_IF_ERROR(OfferProducts(0, keep, chosen, top));
  return top.Take(offset);
}

absl::StatusOr<Participation::Ordered> Participation::OrderComponent(
    const Component& component, uint64_t keep) {
  const SolutionTable& solutions = component.solutions;
  const size_t patterns = component.patterns.size();
  SKG_RETURN_IF_ERROR(evaluation_.memory.Reserve(
      solutions.rows() * (patterns + 1) * sizeof(uint32_t)));
  // Row by row, the rank of each pattern's triple.
  std::vector<uint32_t> ranks(solutions.rows() * patterns);
  for (size_t p = 0; p < patterns; ++p) {
    const ResolvedPattern& pattern = patterns_[component.patterns[p]];
    const Part& part = parts_[component.patterns[p]];
    std::vector<size_t> columns;
    for (const auto& place : pattern.places) {
      columns.push_back(solutions.ColumnOf(place.variable));
    }
    for (size_t row = 0; row < solutions.rows(); ++row) {
      SKG_RETURN_IF_ERROR(evaluation_.Tick());
      Triple values;
      for (size_t i = 0; i < columns.size(); ++i)
        values[i] = solutions.row(row)[columns[i]];
      ranks[row * patterns + p] = part.rank[part.number_of.at(values)];
    }
  }
  Ordered out;
  out.rows.resize(solutions.rows());
  std::iota(out.rows.begin(), out.rows.end(), 0u);
  const auto less = [&](uint32_t a, uint32_t b) {
    const auto begin = ranks.begin();
    const auto at = [&](uint32_t row) {
      return begin + static_cast<std::ptrdiff_t>(row * patterns);
    };
    const auto size = static_cast<std::ptrdiff_t>(patterns);
    return std::lexicographical_compare(at(a), at(a) + size, at(b),
                                        at(b) + size);
  };
  SKG_RETURN_IF_ERROR(PolledSort(evaluation_, out.rows, less));
  // Whatever stands beside it in the other components: of one component only
  // the first `keep` solutions can be part of the first `keep` of all.
  if (keep < out.rows.size()) out.rows.resize(keep);
  out.ranks.reserve(out.rows.size());
  for (const uint32_t row : out.rows) {
    SKG_RETURN_IF_ERROR(evaluation_.memory.Reserve(
        sizeof(std::vector<uint32_t>) + patterns * sizeof(uint32_t)));
    const auto begin =
        ranks.begin() + static_cast<std::ptrdiff_t>(row * patterns);
    out.ranks.emplace_back(begin,
                           begin + static_cast<std::ptrdiff_t>(patterns));
  }
  evaluation_.memory.Release(ranks.size() * sizeof(uint32_t));
  return out;
}

absl::Status Participation::OfferProducts(size_t c, uint64_t keep,
                                          std::vector<uint32_t>& chosen,
                                          TopK<std::vector<TermId>>& top) {
  if (c == components_.size()) return OfferProduct(chosen, top);
  // At least (i+1)(j+1)... products come before or are the one that takes the
  // i-th, j-th, ... of the components, so only those up to `keep` matter.
  const uint64_t end = std::min<uint64_t>(keep, ordered_[c].rows.size());
  for (uint32_t i = 0; i < end; ++i) {
    SKG_RETURN_IF_ERROR(evaluation_.Tick());
    chosen.push_back(i);
    SKG_RETURN_IF_ERROR(OfferProducts(c + 1, keep / (i + 1), chosen, top));
    chosen.pop_back();
  }
  return absl::OkStatus();
}

absl::Status Participation::OfferProduct(const std::vector<uint32_t>& chosen,
                                         TopK<std::vector<TermId>>& top) {
  std::vector<uint32_t> ranks(patterns_.size());
  std::vector<TermId> solution(width_);
  for (size_t c = 0; c < chosen.size(); ++c) {
    const Component& component = components_[c];
    for (size_t p = 0; p < component.patterns.size(); ++p) {
      ranks[component.patterns[p]] = ordered_[c].ranks[chosen[c]][p];
    }
    const TermId* row = component.solutions.row(ordered_[c].rows[chosen[c]]);
    for (size_t i = 0; i < component.solutions.width(); ++i) {
      solution[static_cast<size_t>(component.solutions.variables()[i])] =
          row[i];
    }
  }
  std::string key;
  for (const uint32_t rank : ranks) AppendBigEndian(rank, key);
  return top.Offer(key, std::move(solution), width_ * sizeof(TermId));
}

}  // namespace skg::query
