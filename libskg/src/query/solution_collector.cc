#include "query/solution_collector.h"

#include <algorithm>
#include <utility>

#include "base/bytes.h"
#include "base/status.h"

namespace skg::query {

SolutionCollector::SolutionCollector(
    Evaluation& evaluation, const std::vector<const ResolvedPattern*>& patterns,
    size_t width, uint64_t capacity)
    : evaluation_(evaluation),
      width_(width),
      patterns_(patterns),
      top_(capacity, evaluation) {
  for (const ResolvedPattern* pattern : patterns_) {
    std::vector<int> variables;
    for (const auto& place : pattern->places)
      variables.push_back(place.variable);
    std::sort(variables.begin(), variables.end());
    size_t family = 0;
    while (family < families_.size() &&
           families_[family].variables != variables)
      ++family;
    if (family == families_.size()) families_.push_back({std::move(variables)});
    family_of_.push_back(family);
    ++families_[family].patterns;
    if (families_[family].patterns > 1 || pattern->has_wildcard) {
      families_[family].distinct = false;
    }
  }
  for (const Family& family : families_) {
    if (!family.distinct && !family.variables.empty()) all_distinct_ = false;
  }
}

const std::string* SolutionCollector::bound() const {
  return all_distinct_ ? top_.bound() : nullptr;
}

absl::Status SolutionCollector::Add(size_t i, const Triple& triple,
                                    const std::string& key) {
  Family& family = families_[family_of_[i]];
  if (family.variables.empty()) return absl::OkStatus();
  Triple values;
  for (const auto& place : patterns_[i]->places) {
    const auto column = std::find(family.variables.begin(),
                                  family.variables.end(), place.variable);
    values[static_cast<size_t>(column - family.variables.begin())] =
        triple[place.position];
  }
  // Two patterns may match one triple with different solutions: the earlier
  // pattern's comes first.
  std::string full_key = key;
  AppendBigEndian(static_cast<uint32_t>(i), full_key);
  if (family.distinct) return OfferSolution(family, values, full_key);

  constexpr uint64_t kEntryBytes =
      2 * (sizeof(Triple) + sizeof(std::string) + 1);
  const auto [found, is_new] = family.first_keys.try_emplace(values);
  if (is_new) {
    SKG_RETURN_IF_ERROR(
        evaluation_.memory.Reserve(kEntryBytes + full_key.size()));
    found->second = std::move(full_key);
  } else if (full_key < found->second) {
    SKG_RETURN_IF_ERROR(evaluation_.memory.Reserve(full_key.size()));
    evaluation_.memory.Release(found->second.size());
    found->second = std::move(full_key);
  }
  return absl::OkStatus();
}

absl::Status SolutionCollector::OfferSolution(const Family& family,
                                              const Triple& values,
                                              const std::string& key) {
  if (const std::string* bound = top_.bound();
      bound != nullptr && key >= *bound) {
    return absl::OkStatus();
  }
  std::vector<TermId> solution(width_);
  for (size_t i = 0; i < family.variables.size(); ++i) {
    solution[static_cast<size_t>(family.variables[i])] = values[i];
  }
  return top_.Offer(key, std::move(solution), width_ * sizeof(TermId));
}

absl::StatusOr<std::vector<std::vector<TermId>>> SolutionCollector::Take(
    uint64_t offset) {
  for (Family& family : families_) {
    for (const auto& [values, key] : family.first_keys) {
      SKG_RETURN_IF_ERROR(evaluation_.Tick());
      SKG_RETURN_IF_ERROR(OfferSolution(family, values, key));
    }
    family.first_keys = {};
  }
  return top_.Take(offset);
}

}  // namespace skg::query
