#include "query/conjunction.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "base/strings.h"
#include "query/polled_sort.h"

namespace skg::query {
namespace {

constexpr uint64_t kSetEntryBytes = 2 * (sizeof(Triple) + 1);

// Joins one pattern to the solutions so far.
class Extension {
 public:
  Extension(Evaluation& evaluation, const ResolvedPattern& pattern,
            const SolutionTable& from)
      : evaluation_(evaluation),
        pattern_(pattern),
        from_(from),
        to_(Columns(pattern, from)) {
    for (size_t i = 0; i < pattern.places.size(); ++i) {
      const size_t column = from.ColumnOf(pattern.places[i].variable);
      if (column < from.width()) {
        shared_.push_back({i, column});
      } else {
        added_.push_back(i);
      }
    }
  }
  ~Extension() { evaluation_.memory.Release(reserved_); }
  Extension(const Extension&) = delete;
  Extension& operator=(const Extension&) = delete;

  absl::StatusOr<SolutionTable> Run(uint64_t pattern_count) {
    SKG_RETURN_IF_ERROR(GroupRows());
    SKG_RETURN_IF_ERROR(groups_.size() * evaluation_.rows_per_lookup <
                                pattern_count
                            ? LookUpGroups()
                            : ReadPattern());
    return std::move(to_);
  }

 private:
  // Solutions with equal values of the shared variables: a range of order_.
  struct Group {
    uint32_t begin = 0;
    uint32_t size = 0;
  };
  struct Shared {
    size_t place;   // of the pattern
    size_t column;  // of the solutions
  };

  static std::vector<int> Columns(const ResolvedPattern& pattern,
                                  const SolutionTable& from) {
    std::vector<int> columns = from.variables();
    for (const ResolvedPattern::Place& place : pattern.places) {
      if (from.ColumnOf(place.variable) == from.width())
        columns.push_back(place.variable);
    }
    return columns;
  }

  // The shared variables' values at their places; the rest unbound.
  [[nodiscard]] Triple KeyOfRow(size_t row) const {
    Triple key;
    for (const Shared& shared : shared_)
      key[shared.place] = from_.row(row)[shared.column];
    return key;
  }
  [[nodiscard]] Triple KeyOfValues(const Triple& values) const {
    Triple key;
    for (const Shared& shared : shared_)
      key[shared.place] = values[shared.place];
    return key;
  }

  absl::Status Reserve(uint64_t bytes) {
    SKG_RETURN_IF_ERROR(evaluation_.memory.Reserve(bytes));
    reserved_ += bytes;
    return absl::OkStatus();
  }

  absl::Status GroupRows() {
    SKG_RETURN_IF_ERROR(Reserve(from_.rows() * sizeof(uint32_t)));
    order_.resize(from_.rows());
    std::iota(order_.begin(), order_.end(), 0u);
    if (!shared_.empty()) {
      // Sorted, so that lookups walk the index in one direction.
      SKG_RETURN_IF_ERROR(
          PolledSort(evaluation_, order_, [this](uint32_t a, uint32_t b) {
            return KeyOfRow(a) < KeyOfRow(b);
          }));
    }
    for (uint32_t begin = 0, end = 0; begin < order_.size(); begin = end) {
      const Triple key = KeyOfRow(order_[begin]);
      while (end < order_.size() && KeyOfRow(order_[end]) == key) {
        SKG_RETURN_IF_ERROR(evaluation_.Tick());
        ++end;
      }
      SKG_RETURN_IF_ERROR(Reserve(2 * (sizeof(Triple) + sizeof(Group) + 1)));
      groups_.push_back({key, {begin, end - begin}});
    }
    return absl::OkStatus();
  }

  absl::Status LookUpGroups() {
    // Where the pattern only filters, its first match says all.
    const bool first_only = added_.empty();
    for (const auto& [key, group] : groups_) {
      SKG_RETURN_IF_ERROR(evaluation_.Check());
      SKG_ASSIGN_OR_RETURN(
          PatternScan scan,
          PatternScan::Open(evaluation_, pattern_, BindPlaces(pattern_, key)));
      SKG_RETURN_IF_ERROR(
          EmitScan(scan, first_only, [&](const Triple&) { return &group; }));
      // Values of one group never come back in another.
      evaluation_.memory.Release(seen_.size() * kSetEntryBytes);
      reserved_ -= seen_.size() * kSetEntryBytes;
      seen_.clear();
    }
    return absl::OkStatus();
  }

  absl::Status ReadPattern() {
    absl::flat_hash_map<Triple, const Group*> group_of;
    group_of.reserve(groups_.size());
    SKG_RETURN_IF_ERROR(Reserve(groups_.size() * 2 * (sizeof(Triple) + 9)));
    for (const auto& [key, group] : groups_) group_of.emplace(key, &group);
    SKG_ASSIGN_OR_RETURN(PatternScan scan,
                         PatternScan::Open(evaluation_, pattern_));
    return EmitScan(scan, false, [&](const Triple& values) -> const Group* {
      const auto found = group_of.find(KeyOfValues(values));
      return found == group_of.end() ? nullptr : found->second;
    });
  }

  // Joins what the scan finds with the group that `group_of` gives for the
  // values (null: none).
  template <typename GroupOf>
  absl::Status EmitScan(PatternScan& scan, bool first_only, GroupOf group_of) {
    std::vector<StatementRow> rows;
    while (true) {
      SKG_ASSIGN_OR_RETURN(const bool more, scan.Next(rows));
      if (!more) return absl::OkStatus();
      for (const StatementRow& row : rows) {
        SKG_RETURN_IF_ERROR(evaluation_.Tick());
        const Triple values = pattern_.Values(TripleOf(row));
        const Group* group = group_of(values);
        if (group == nullptr) continue;
        if (pattern_.has_wildcard) {
          if (!seen_.insert(values).second) continue;
          SKG_RETURN_IF_ERROR(Reserve(kSetEntryBytes));
        }
        SKG_RETURN_IF_ERROR(Emit(*group, values));
        if (first_only) return absl::OkStatus();
      }
    }
  }

  absl::Status Emit(const Group& group, const Triple& values) {
    Triple tail;
    for (size_t i = 0; i < added_.size(); ++i) tail[i] = values[added_[i]];
    for (uint32_t i = group.begin; i < group.begin + group.size; ++i) {
      SKG_RETURN_IF_ERROR(evaluation_.Tick());
      SKG_RETURN_IF_ERROR(to_.Append(from_.row(order_[i]), from_.width(),
                                     tail.data(), added_.size(),
                                     evaluation_.memory));
    }
    return absl::OkStatus();
  }

  Evaluation& evaluation_;
  const ResolvedPattern& pattern_;
  const SolutionTable& from_;
  SolutionTable to_;
  std::vector<Shared> shared_;
  std::vector<size_t> added_;    // places of variables that are new
  std::vector<uint32_t> order_;  // rows of from_, sorted by key
  std::vector<std::pair<Triple, Group>> groups_;
  absl::flat_hash_set<Triple> seen_;
  uint64_t reserved_ = 0;
};

bool SharesVariable(const ResolvedPattern& pattern,
                    const SolutionTable& table) {
  return std::any_of(pattern.places.begin(), pattern.places.end(),
                     [&](const auto& place) {
                       return table.ColumnOf(place.variable) < table.width();
                     });
}

// All variables are there: the pattern can only take solutions away.
bool OnlyFilters(const ResolvedPattern& pattern, const SolutionTable& table) {
  return std::all_of(pattern.places.begin(), pattern.places.end(),
                     [&](const auto& place) {
                       return table.ColumnOf(place.variable) < table.width();
                     });
}

// The pattern to join next, or patterns.size() if none of `left` is connected.
// An empty table takes any.
size_t ChooseNext(const std::vector<ResolvedPattern>& patterns,
                  const std::vector<uint64_t>& counts,
                  const std::vector<size_t>& left, const SolutionTable& table) {
  size_t best = patterns.size();
  std::pair<bool, uint64_t> best_cost;
  for (const size_t i : left) {
    if (table.width() > 0 && !SharesVariable(patterns[i], table)) continue;
    const std::pair<bool, uint64_t> cost = {!OnlyFilters(patterns[i], table),
                                            counts[i]};
    if (best == patterns.size() || cost < best_cost) {
      best = i;
      best_cost = cost;
    }
  }
  return best;
}

absl::Status WithProgress(const absl::Status& status, size_t joined, size_t all,
                          size_t solutions) {
  if (status.code() == absl::StatusCode::kDataLoss) return status;
  return absl::Status(
      status.code(),
      absl::StrCat(status.message(), " (reached: ", solutions, " solutions of ",
                   joined, " of ", all, " patterns)"));
}

}  // namespace

size_t SolutionTable::ColumnOf(int variable) const {
  return static_cast<size_t>(
      std::find(variables_.begin(), variables_.end(), variable) -
      variables_.begin());
}

absl::Status SolutionTable::Append(const TermId* head, size_t head_size,
                                   const TermId* tail, size_t tail_size,
                                   MemoryAccount& memory) {
  const size_t needed = cells_.size() + head_size + tail_size;
  if (needed > cells_.capacity()) {
    const size_t capacity =
        std::max<size_t>(2 * cells_.capacity(), std::max<size_t>(needed, 64));
    // While it grows, both copies are there.
    SKG_RETURN_IF_ERROR(memory.Reserve(capacity * sizeof(TermId)));
    const uint64_t before = std::exchange(reserved_, capacity * sizeof(TermId));
    cells_.reserve(capacity);
    memory.Release(before);
  }
  cells_.insert(cells_.end(), head, head + head_size);
  cells_.insert(cells_.end(), tail, tail + tail_size);
  // Row numbers elsewhere have 32 bits.
  if (++rows_ > UINT32_MAX) {
    return absl::ResourceExhaustedError(
        "more than 4294967295 intermediate solutions");
  }
  return absl::OkStatus();
}

void SolutionTable::Clear(MemoryAccount& memory) {
  memory.Release(std::exchange(reserved_, 0));
  cells_ = {};
  rows_ = 0;
}

Triple BindPlaces(const ResolvedPattern& pattern, const Triple& values) {
  Triple bound;
  for (size_t i = 0; i < pattern.places.size(); ++i) {
    for (size_t position = 0; position < 3; ++position) {
      if (pattern.variable[position] == pattern.places[i].variable)
        bound[position] = values[i];
    }
  }
  return bound;
}

absl::StatusOr<std::vector<Component>> SolveConjunction(
    Evaluation& evaluation, const std::vector<ResolvedPattern>& patterns,
    const std::vector<uint64_t>& counts) {
  std::vector<size_t> left;
  for (size_t i = 0; i < patterns.size(); ++i) {
    if (!patterns[i].places.empty()) left.push_back(i);
  }
  const size_t all = left.size();
  std::vector<Component> components;
  while (!left.empty()) {
    Component component{{}, SolutionTable({})};
    // One solution without variables: what the first pattern extends.
    SKG_RETURN_IF_ERROR(
        component.solutions.Append(nullptr, 0, nullptr, 0, evaluation.memory));
    size_t next = 0;
    while ((next = ChooseNext(patterns, counts, left, component.solutions)) <
           patterns.size()) {
      absl::StatusOr<SolutionTable> extended =
          Extension(evaluation, patterns[next], component.solutions)
              .Run(counts[next]);
      if (!extended.ok()) {
        return WithProgress(extended.status(), all - left.size(), all,
                            component.solutions.rows());
      }
      component.solutions.Clear(evaluation.memory);
      component.solutions = *std::move(extended);
      component.patterns.push_back(next);
      left.erase(std::find(left.begin(), left.end(), next));
      if (component.solutions.rows() == 0) return std::vector<Component>();
    }
    std::sort(component.patterns.begin(), component.patterns.end());
    components.push_back(std::move(component));
  }
  return components;
}

}  // namespace skg::query
