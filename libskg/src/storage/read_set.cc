#include "storage/read_set.h"

#include <algorithm>
#include <utility>

namespace skg::storage {

uint32_t ReadSet::Shape(const Pattern& pattern) {
  return static_cast<uint32_t>(pattern.scope) * 8 +
         (pattern.subject.bound() ? 4u : 0u) +
         (pattern.predicate.bound() ? 2u : 0u) +
         (pattern.object.bound() ? 1u : 0u);
}

void ReadSet::Insert(const Pattern& pattern) {
  shapes_ |= uint32_t{1} << Shape(pattern);
  patterns_.insert(pattern);
}

void ReadSet::Add(const ScanPattern& pattern) {
  if (everything_) return;
  Pattern added{pattern.scope,
                pattern.scope == GraphScope::kOne ? pattern.graph : TermId{},
                pattern.subject, pattern.predicate, pattern.object};
  if (widened_ && added.subject.bound())
    added.predicate = added.object = TermId{};
  Insert(added);
  if (patterns_.size() > kMaxPatterns) Widen();
}

// First step: a pattern with a subject becomes all of that subject (what reads
// many patterns usually walks subjects). Second step: everything.
void ReadSet::Widen() {
  if (widened_) {
    everything_ = true;
    patterns_.clear();
    return;
  }
  widened_ = true;
  const absl::flat_hash_set<Pattern> narrow = std::exchange(patterns_, {});
  shapes_ = 0;
  for (Pattern pattern : narrow) {
    if (pattern.subject.bound()) pattern.predicate = pattern.object = TermId{};
    Insert(pattern);
  }
  if (patterns_.size() > kMaxPatterns) Widen();
}

ReadSet ReadSet::Resolve(const std::function<TermId(TermId)>& resolve) const {
  ReadSet resolved;
  resolved.everything_ = everything_;
  resolved.widened_ = widened_;
  for (Pattern pattern : patterns_) {
    bool exists = true;
    for (TermId* id : {&pattern.graph, &pattern.subject, &pattern.predicate,
                       &pattern.object}) {
      if (!id->in_arena()) continue;
      *id = resolve(*id);
      exists = exists && id->bound();
    }
    if (exists) resolved.Insert(pattern);
  }
  return resolved;
}

bool ReadSet::Touches(const StatementKey& key) const {
  if (everything_) return true;
  for (uint32_t shape = 0; shape < 32; ++shape) {
    if ((shapes_ & (uint32_t{1} << shape)) == 0) continue;
    Pattern probe{static_cast<GraphScope>(shape / 8), {}, {}, {}, {}};
    if (probe.scope == GraphScope::kDefault && key.graph.bound()) continue;
    if (probe.scope == GraphScope::kNamed && !key.graph.bound()) continue;
    if (probe.scope == GraphScope::kOne) probe.graph = key.graph;
    if ((shape & 4) != 0) probe.subject = key.subject;
    if ((shape & 2) != 0) probe.predicate = key.predicate;
    if ((shape & 1) != 0) probe.object = key.object;
    if (patterns_.contains(probe)) return true;
  }
  return false;
}

bool ReadSet::Touches(const ClearScope& cleared) const {
  const auto in_reach = [&](const Pattern& pattern) {
    switch (pattern.scope) {
      case GraphScope::kUnion:
        return true;
      case GraphScope::kDefault:
        return cleared.Covers(TermId());
      case GraphScope::kNamed:
        return cleared.scope != GraphScope::kDefault;
      case GraphScope::kOne:
        return cleared.Covers(pattern.graph);
    }
    return true;
  };
  return everything_ ||
         std::any_of(patterns_.begin(), patterns_.end(), in_reach);
}

}  // namespace skg::storage
