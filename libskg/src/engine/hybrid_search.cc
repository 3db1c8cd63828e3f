// ReadView::Search: text, vectors and the graph in one ranking.
#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "base/cancellation.h"
#include "base/status.h"
#include "base/strings.h"
#include "engine/graph_proximity.h"
#include "engine/node_filter.h"
#include "engine/rank_fusion.h"
#include "engine/text_search.h"
#include "engine/vector_search.h"
#include "engine/view_impl.h"
#include "skg/field_error.h"
#include "skg/read_view.h"
#include "skg/search.h"
#include "text/text_of_term.h"
#include "vector/vector_catalog.h"

namespace skg {
namespace engine {
namespace {

using rdf::TermId;

constexpr uint64_t kMostHits = 10'000;
constexpr uint64_t kMostWindow = 100'000;
constexpr uint64_t kLeastWindow = 100;
constexpr size_t kMostNodes = 1000;
constexpr uint32_t kMostDistance = 10;

class OptionCheck {
 public:
  void Range(std::vector<std::string> path, uint64_t value, uint64_t least,
             uint64_t most) {
    if (value >= least && value <= most) return;
    Add(std::move(path),
        absl::StrCat(value, " is outside [", least, ", ", most, "]"));
  }
  void Positive(std::vector<std::string> path, float value) {
    if (std::isfinite(value) && value > 0) return;
    Add(std::move(path), absl::StrCat(value, " is not greater than 0"));
  }
  void Add(std::vector<std::string> path, std::string message) {
    errors_.push_back({std::move(path), std::move(message), "out_of_range"});
  }
  absl::Status status() const {
    return errors_.empty() ? absl::OkStatus() : FieldErrorStatus(errors_);
  }

 private:
  std::vector<FieldError> errors_;
};

absl::Status Check(const HybridQuery& query) {
  OptionCheck check;
  if (!query.text && !query.vector && !query.proximity)
    check.Add({}, "give at least one of text, vector and proximity");
  check.Range({"top_k"}, query.top_k, 1, kMostHits);
  if (query.window != 0)
    check.Range({"window"}, query.window, query.top_k, kMostWindow);
  check.Positive({"rank_constant"}, query.rank_constant);
  if (query.text) check.Positive({"text", "weight"}, query.text->weight);
  if (query.vector) {
    check.Positive({"vector", "weight"}, query.vector->weight);
    if (std::isnan(query.vector->threshold))
      check.Add({"vector", "threshold"}, "is not a number");
    if (query.vector->vector.empty() == query.vector->text.empty())
      check.Add({"vector"}, "give either the vector or the text");
  }
  if (query.proximity) {
    check.Positive({"proximity", "weight"}, query.proximity->weight);
    check.Range({"proximity", "max_distance"}, query.proximity->max_distance, 1,
                kMostDistance);
    check.Range({"proximity", "nodes"}, query.proximity->nodes.size(), 1,
                kMostNodes);
  }
  return check.status();
}

class HybridSearch {
 public:
  HybridSearch(const ViewImpl& view, const HybridQuery& query,
               const std::vector<TermId>* allowed)
      : view_(view),
        query_(query),
        allowed_(allowed),
        window_(query.window != 0 ? query.window
                                  : std::max(kLeastWindow, 10 * query.top_k)),
        cancellation_(query.deadline) {}

  absl::StatusOr<std::vector<HybridHit>> Run() {
    std::vector<WeightedRanking> rankings;
    if (query_.text) {
      SKG_ASSIGN_OR_RETURN(auto nodes, RankByText(*query_.text));
      rankings.push_back({std::move(nodes), query_.text->weight});
    }
    if (query_.vector) {
      SKG_ASSIGN_OR_RETURN(auto nodes, RankByVector(*query_.vector));
      rankings.push_back({std::move(nodes), query_.vector->weight});
    }
    if (query_.proximity) {
      SKG_ASSIGN_OR_RETURN(auto nodes, RankByProximity(*query_.proximity));
      rankings.push_back({std::move(nodes), query_.proximity->weight});
    }
    return Describe(FuseRankings(rankings, query_.fusion, query_.rank_constant,
                                 query_.top_k));
  }

 private:
  absl::StatusOr<std::vector<RankedNode>> RankByText(
      const HybridQuery::Text& part) {
    TextSearch::Options options;
    options.allowed = allowed_;
    options.cancellation = &cancellation_;
    SKG_ASSIGN_OR_RETURN(
        const auto search,
        TextSearch::Start(view_, part.index, part.query, options));
    if (search->index().options.over == IndexOver::kStatements) {
      return FieldErrorStatus({{{"text", "index"},
                                "is over statements; this ranks nodes",
                                "not_allowed"}});
    }
    std::vector<RankedNode> nodes;
    while (nodes.size() < window_) {
      SKG_ASSIGN_OR_RETURN(const auto match, search->Next());
      if (!match) break;
      nodes.push_back({match->owner.subject, static_cast<float>(match->score)});
      texts_[match->owner.subject] = match->text;
    }
    return nodes;
  }

  absl::StatusOr<std::vector<RankedNode>> RankByVector(
      const HybridQuery::Vector& part) {
    std::vector<float> vector = part.vector;
    if (vector.empty()) {
      SKG_ASSIGN_OR_RETURN(const vector::IndexDefinition asked,
                           vector::FindIndex(view_.view(), part.index));
      SKG_ASSIGN_OR_RETURN(
          vector, EmbedQuery(view_, asked, part.text, query_.deadline));
    }
    SKG_ASSIGN_OR_RETURN(const vector::IndexDefinition index,
                         OpenVectorIndex(view_, part.index, vector));
    if (index.options.over == IndexOver::kStatements) {
      return FieldErrorStatus({{{"vector", "index"},
                                "is over statements; this ranks nodes",
                                "not_allowed"}});
    }
    vector::VectorIndex::Query query;
    query.vector = vector;
    query.k = window_;
    query.threshold = part.threshold;
    query.allowed = allowed_;
    query.cancellation = &cancellation_;
    SKG_ASSIGN_OR_RETURN(const std::vector<vector::VectorMatch> matches,
                         FindNearest(view_, index, query));
    std::vector<RankedNode> nodes;
    nodes.reserve(matches.size());
    for (const vector::VectorMatch& match : matches)
      nodes.push_back({vector::NodeOf(match.label), match.score});
    return nodes;
  }

  absl::StatusOr<std::vector<RankedNode>> RankByProximity(
      const HybridQuery::Proximity& part) {
    ProximityQuery query;
    for (size_t i = 0; i < part.nodes.size(); ++i) {
      const absl::StatusOr<rdf::Term> term =
          view_.names().ToTerm(part.nodes[i]);
      if (!term.ok()) {
        return FieldErrorStatus({{{"proximity", "nodes", absl::StrCat(i)},
                                  std::string(sv(term.status().message())),
                                  "malformed"}});
      }
      SKG_ASSIGN_OR_RETURN(const TermId id, view_.view().Lookup(*term));
      if (id.bound()) query.from.push_back(id);
    }
    query.max_distance = part.max_distance;
    query.k = window_;
    query.allowed = allowed_;
    query.cancellation = &cancellation_;
    return NearestNodes(view_.view(), query, view_.graph().engine().memory());
  }

  absl::StatusOr<std::vector<HybridHit>> Describe(
      const std::vector<FusedNode>& best) {
    std::vector<TermId> ids;
    for (const FusedNode& node : best) {
      ids.push_back(node.node);
      const auto text = texts_.find(node.node);
      // Unset: any term, whose text is not looked at.
      ids.push_back(text != texts_.end() ? text->second : node.node);
    }
    std::vector<rdf::Term> terms;
    SKG_RETURN_IF_ERROR(view_.view().Decode(ids, &terms));
    std::vector<HybridHit> hits;
    for (size_t i = 0; i < best.size(); ++i) {
      HybridHit hit;
      hit.owner = view_.names().ToName(terms[2 * i]);
      hit.score = best[i].score;
      size_t part = 0;
      const auto take = [&](bool asked, std::optional<HybridPart>& into) {
        if (!asked) return;
        if (best[i].parts[part].rank > 0) into = best[i].parts[part];
        ++part;
      };
      take(query_.text.has_value(), hit.text);
      take(query_.vector.has_value(), hit.vector);
      take(query_.proximity.has_value(), hit.proximity);
      if (hit.text) {
        hit.matched_text =
            text::TextOf(terms[2 * i + 1], view_.names().base(), {}).text;
      }
      hits.push_back(std::move(hit));
    }
    return hits;
  }

  const ViewImpl& view_;
  const HybridQuery& query_;
  const std::vector<TermId>* const allowed_;
  const uint64_t window_;
  const Cancellation cancellation_;
  absl::flat_hash_map<TermId, TermId> texts_;  // that found a node
};

}  // namespace
}  // namespace engine

absl::StatusOr<std::vector<HybridHit>> ReadView::Search(
    const HybridQuery& query) const {
  SKG_RETURN_IF_ERROR(engine::Check(query));
  SKG_ASSIGN_OR_RETURN(
      const auto allowed,
      engine::NodesAllowed(*this, *impl_,
                           {query.node_types, query.filter,
                            query.filter_patterns, query.deadline}));
  return engine::HybridSearch(*impl_, query, allowed ? &*allowed : nullptr)
      .Run();
}

}  // namespace skg
