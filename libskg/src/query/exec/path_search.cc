#include "query/exec/path_search.h"

#include <algorithm>
#include <utility>

#include "base/status.h"
#include "query/exec/triple_cursor.h"

namespace skg::query::exec {
namespace {

using rdf::TermId;
using Kind = PropertyPath::Kind;

constexpr size_t kBytesPerNode = 16;
// An entry of remembered_, beside its nodes.
constexpr size_t kBytesPerWalk = 96;
constexpr size_t kMostRememberedBytes = size_t{16} << 20;

}  // namespace

PathSearch::PathSearch(Context& context, plan::ActiveGraph graph,
                       storage::ReadCounters* counters)
    : context_(context),
      graph_(std::move(graph)),
      counters_(counters),
      charge_(context, "path search") {}

absl::StatusOr<TermId> PathSearch::IdOf(const std::string& iri) {
  const auto known = ids_.find(iri);
  if (known != ids_.end()) return known->second;
  SKG_ASSIGN_OR_RETURN(const TermId id,
                       context_.terms.Lookup(rdf::Term::Iri(iri)));
  ids_[iri] = id;
  return id;
}

absl::Status PathSearch::Insert(TermId node, NodeSet* nodes) {
  SKG_RETURN_IF_ERROR(context_.Tick());
  if (!nodes->insert(node).second) return absl::OkStatus();
  return charge_.Add(kBytesPerNode);
}

absl::Status PathSearch::Link(const std::string& iri, TermId node, bool forward,
                              std::vector<TermId>* to) {
  SKG_ASSIGN_OR_RETURN(const TermId predicate, IdOf(iri));
  if (!predicate.bound()) return absl::OkStatus();
  auto& table = edges_[{predicate, forward}];
  if (table == nullptr) {
    table = std::make_unique<EdgeTable>(context_, graph_, predicate, forward,
                                        charge_, counters_);
  }
  return table->Add(node, to);
}

absl::Status PathSearch::Negated(const PropertyPath& path, TermId node,
                                 bool forward, std::vector<TermId>* to) {
  // Those of the links' own direction, and those of the inverse one.
  for (const bool inverse : {false, true}) {
    std::vector<TermId> excluded;
    bool any = false;
    for (const PropertyPath& part : path.parts) {
      if ((part.kind == Kind::kInverse) != inverse) continue;
      any = true;
      SKG_ASSIGN_OR_RETURN(const TermId id,
                           IdOf(inverse ? part.parts[0].iri : part.iri));
      excluded.push_back(id);
    }
    // `!()` has no part, and is any forward link.
    if (!any && (inverse || !path.parts.empty())) continue;
    const bool from_subject = forward != inverse;
    TriplePlaces places;
    (from_subject ? places.subject : places.object) = node;
    SKG_ASSIGN_OR_RETURN(
        const TripleCursor cursor,
        OpenTriples(context_, graph_, places,
                    NaturalOrder(from_subject, false, !from_subject),
                    counters_));
    storage::StatementBatch batch;
    while (cursor.rows != nullptr) {
      SKG_ASSIGN_OR_RETURN(const bool more, cursor.rows->Next(batch));
      if (!more) break;
      for (size_t i = 0; i < batch.size(); ++i) {
        if (std::find(excluded.begin(), excluded.end(), batch.predicate[i]) ==
            excluded.end()) {
          to->push_back(from_subject ? batch.object[i] : batch.subject[i]);
        }
      }
    }
  }
  return absl::OkStatus();
}

absl::Status PathSearch::Walk(const PropertyPath& path, TermId node,
                              bool forward, std::vector<TermId>* to) {
  switch (path.kind) {
    case Kind::kLink:
      return Link(path.iri, node, forward, to);
    case Kind::kInverse:
      return Walk(path.parts[0], node, !forward, to);
    case Kind::kNegated:
      return Negated(path, node, forward, to);
    case Kind::kAlternative:
      for (const PropertyPath& part : path.parts)
        SKG_RETURN_IF_ERROR(Walk(part, node, forward, to));
      return absl::OkStatus();
    case Kind::kSequence: {
      std::vector<TermId> at = {node};
      for (size_t i = 0; i < path.parts.size(); ++i) {
        const PropertyPath& part =
            path.parts[forward ? i : path.parts.size() - 1 - i];
        // Which nodes are met is all that is asked: each once.
        NodeSet met;
        const size_t before = charge_.used();
        std::vector<TermId> next;
        for (const TermId from : at) {
          next.clear();
          SKG_RETURN_IF_ERROR(Walk(part, from, forward, &next));
          for (const TermId id : next) SKG_RETURN_IF_ERROR(Insert(id, &met));
        }
        at.assign(met.begin(), met.end());
        charge_.Release(
            std::min(met.size() * kBytesPerNode, charge_.used() - before));
      }
      to->insert(to->end(), at.begin(), at.end());
      return absl::OkStatus();
    }
    case Kind::kZeroOrMore:
    case Kind::kOneOrMore:
    case Kind::kZeroOrOne: {
      const InnerWalk walk(&path, node, forward);
      if (const auto at = remembered_.find(walk); at != remembered_.end()) {
        to->insert(to->end(), at->second.begin(), at->second.end());
        return absl::OkStatus();
      }
      SKG_ASSIGN_OR_RETURN(auto reached, Reach(path, node, forward));
      to->insert(to->end(), reached.begin(), reached.end());
      Remember(walk, std::move(reached));
      return absl::OkStatus();
    }
  }
  return absl::InternalError("a property path of no known kind");
}

void PathSearch::Remember(const InnerWalk& walk, std::vector<TermId> reached) {
  const size_t bytes = kBytesPerWalk + reached.size() * sizeof(TermId);
  // Whoever lacks memory searches again.
  const bool fits = remembered_bytes_ + bytes <= kMostRememberedBytes &&
                    charge_.Add(bytes).ok();
  if (fits) {
    remembered_bytes_ += bytes;
    remembered_.emplace(walk, std::move(reached));
    return;
  }
  if (remembered_bytes_ + bytes <= kMostRememberedBytes) charge_.Release(bytes);
  charge_.Release(std::exchange(remembered_bytes_, 0));
  remembered_.clear();
}

absl::StatusOr<std::vector<TermId>> PathSearch::Reach(
    const PropertyPath& path, TermId node, bool forward,
    std::optional<TermId> target) {
  const PropertyPath& step = path.parts[0];
  NodeSet met;
  std::vector<TermId> reached, next;
  if (path.kind != Kind::kOneOrMore) {
    SKG_RETURN_IF_ERROR(Insert(node, &met));
    reached.push_back(node);
  }
  const auto expand = [&](TermId from) -> absl::Status {
    next.clear();
    SKG_RETURN_IF_ERROR(Walk(step, from, forward, &next));
    for (const TermId id : next) {
      const size_t before = met.size();
      SKG_RETURN_IF_ERROR(Insert(id, &met));
      if (met.size() > before) reached.push_back(id);
    }
    return absl::OkStatus();
  };
  SKG_RETURN_IF_ERROR(expand(node));
  if (path.kind != Kind::kZeroOrOne) {
    for (size_t i = 0; i < reached.size(); ++i) {
      if (target && met.contains(*target)) break;
      // The start has been expanded, unless it was only now reached: again is
      // no harm.
      SKG_RETURN_IF_ERROR(expand(reached[i]));
    }
  }
  charge_.Release(met.size() * kBytesPerNode);
  return reached;
}

absl::Status PathSearch::AddEnds(TermId predicate, bool subjects,
                                 NodeSet* ends) {
  TriplePlaces places;
  places.predicate = predicate;
  const storage::TermOrder order =
      predicate.bound()
          ? storage::TermOrder::kPos
          : (subjects ? storage::TermOrder::kSpo : storage::TermOrder::kOsp);
  SKG_ASSIGN_OR_RETURN(const TripleCursor cursor,
                       OpenTriples(context_, graph_, places, order, counters_));
  storage::StatementBatch batch;
  TermId last;
  while (cursor.rows != nullptr) {
    SKG_ASSIGN_OR_RETURN(const bool more, cursor.rows->Next(batch));
    if (!more) break;
    for (const TermId id : subjects ? batch.subject : batch.object) {
      if (id == last) continue;
      SKG_RETURN_IF_ERROR(Insert(id, ends));
      last = id;
    }
  }
  return absl::OkStatus();
}

absl::Status PathSearch::AddStarts(const PropertyPath& path, bool forward,
                                   NodeSet* starts) {
  switch (path.kind) {
    case Kind::kLink: {
      SKG_ASSIGN_OR_RETURN(const TermId predicate, IdOf(path.iri));
      if (!predicate.bound()) return absl::OkStatus();
      return AddEnds(predicate, forward, starts);
    }
    case Kind::kInverse:
      return AddStarts(path.parts[0], !forward, starts);
    case Kind::kAlternative:
      for (const PropertyPath& part : path.parts)
        SKG_RETURN_IF_ERROR(AddStarts(part, forward, starts));
      return absl::OkStatus();
    case Kind::kSequence:
      return AddStarts(forward ? path.parts.front() : path.parts.back(),
                       forward, starts);
    case Kind::kOneOrMore:
      return AddStarts(path.parts[0], forward, starts);
    case Kind::kZeroOrMore:
    case Kind::kZeroOrOne:
    case Kind::kNegated:
      SKG_RETURN_IF_ERROR(AddEnds({}, true, starts));
      return AddEnds({}, false, starts);
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<TermId>> PathSearch::Starts(
    const PropertyPath& path) {
  NodeSet starts;
  SKG_RETURN_IF_ERROR(AddStarts(path, true, &starts));
  SKG_RETURN_IF_ERROR(charge_.Add(starts.size() * sizeof(TermId)));
  return std::vector<TermId>(starts.begin(), starts.end());
}

absl::StatusOr<bool> PathSearch::IsNode(TermId node) {
  for (const bool as_subject : {true, false}) {
    TriplePlaces places;
    (as_subject ? places.subject : places.object) = node;
    SKG_ASSIGN_OR_RETURN(
        const TripleCursor cursor,
        OpenTriples(context_, graph_, places,
                    NaturalOrder(as_subject, false, !as_subject), counters_));
    if (cursor.rows == nullptr) continue;
    storage::StatementBatch batch;
    batch.wanted = 1;
    SKG_ASSIGN_OR_RETURN(const bool more, cursor.rows->Next(batch));
    if (more) return true;
  }
  return false;
}

}  // namespace skg::query::exec
