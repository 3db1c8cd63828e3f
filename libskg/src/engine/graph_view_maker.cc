#include "engine/graph_view_maker.h"

#include <algorithm>
#include <chrono>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "analytics/view_builder.h"
#include "analytics/view_cache.h"
#include "base/cancellation.h"
#include "base/status.h"
#include "base/strings.h"
#include "rdf/term.h"
#include "skg/field_error.h"

namespace skg::engine {
namespace {

using analytics::TermPair;
using analytics::ViewCache;
using analytics::ViewFilter;

// A pair costs a look at the store where a build reads statements one after the
// other: so many times as long.
constexpr uint64_t kPairCost = 200;
constexpr uint64_t kFewPairs = 1000;

// Names of nodes, from the present dictionary: terms are never changed.
class NamesOfGraph final : public analytics::VertexNames {
 public:
  explicit NamesOfGraph(std::shared_ptr<const GraphImpl> graph)
      : graph_(std::move(graph)) {}

  absl::StatusOr<std::vector<std::string>> NamesOf(
      std::span<const rdf::TermId> ids) const override {
    SKG_ASSIGN_OR_RETURN(const storage::ReadView view,
                         graph_->store().Latest());
    std::vector<rdf::Term> terms;
    SKG_RETURN_IF_ERROR(view.Decode(ids, &terms));
    std::vector<std::string> names;
    names.reserve(terms.size());
    for (const rdf::Term& term : terms)
      names.push_back(graph_->names().ToName(term));
    return names;
  }

  absl::StatusOr<std::optional<rdf::TermId>> TermOf(
      std::string_view name) const override {
    SKG_ASSIGN_OR_RETURN(const rdf::Term term, graph_->names().ToTerm(name));
    SKG_ASSIGN_OR_RETURN(const rdf::TermId id, graph_->store().Lookup(term));
    return id.bound() ? std::optional(id) : std::nullopt;
  }

 private:
  const std::shared_ptr<const GraphImpl> graph_;
};

// The options in term ids, and what is wrong with them.
class FilterReader {
 public:
  FilterReader(const ViewImpl& view, const GraphViewOptions& options)
      : view_(view), options_(options) {}

  absl::StatusOr<ViewFilter> Read() {
    filter_.min_weight = options_.min_weight;
    filter_.literals = options_.literals;
    filter_.weighted = options_.weighted;
    filter_.parallel_edges = options_.parallel_edges;
    filter_.only_predicates = !options_.predicates.empty();
    filter_.only_types = !options_.node_types.empty();
    // Also what is no number at all.
    if (!(options_.min_weight >= 0 && options_.min_weight <= 1)) {
      errors_.push_back(
          {{"min_weight"},
           absl::StrCat(options_.min_weight, " is outside [0, 1]"),
           "out_of_range"});
    }
    SKG_RETURN_IF_ERROR(
        ReadList("predicates", options_.predicates, filter_.predicates));
    SKG_RETURN_IF_ERROR(ReadList("without_predicates",
                                 options_.without_predicates,
                                 filter_.without_predicates));
    SKG_RETURN_IF_ERROR(
        ReadList("node_types", options_.node_types, filter_.node_types));
    SKG_RETURN_IF_ERROR(ReadGraph());
    if (filter_.only_types) {
      SKG_ASSIGN_OR_RETURN(
          filter_.type_predicate,
          view_.view().Lookup(rdf::Term::Iri(std::string(rdf::iri::kRdfType))));
    }
    if (!errors_.empty()) return FieldErrorStatus(errors_);
    return std::move(filter_);
  }

 private:
  // Unset: malformed, and told; unbound: nobody has heard of it.
  absl::StatusOr<std::optional<rdf::TermId>> ReadName(
      std::vector<std::string> path, const std::string& name) {
    const absl::StatusOr<rdf::Term> term = view_.names().ToTerm(name);
    if (!term.ok()) {
      errors_.push_back({std::move(path),
                         std::string(sv(term.status().message())),
                         "malformed"});
      return std::optional<rdf::TermId>();
    }
    SKG_ASSIGN_OR_RETURN(const rdf::TermId id, view_.view().Lookup(*term));
    return std::optional<rdf::TermId>(id);
  }

  absl::Status ReadList(const char* field,
                        const std::vector<std::string>& names,
                        std::vector<rdf::TermId>& ids) {
    for (size_t i = 0; i < names.size(); ++i) {
      SKG_ASSIGN_OR_RETURN(const std::optional<rdf::TermId> id,
                           ReadName({field, absl::StrCat(i)}, names[i]));
      if (id && id->bound()) ids.push_back(*id);
    }
    std::sort(ids.begin(), ids.end());
    ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
    return absl::OkStatus();
  }

  absl::Status ReadGraph() {
    if (!options_.graph) return absl::OkStatus();
    filter_.scope = storage::GraphScope::kDefault;
    if (options_.graph->empty()) return absl::OkStatus();
    filter_.scope = storage::GraphScope::kOne;
    SKG_ASSIGN_OR_RETURN(const std::optional<rdf::TermId> id,
                         ReadName({"graph"}, *options_.graph));
    if (id) filter_.graph = *id;
    if (id && !id->bound()) {
      // No statement is in a graph that nobody has heard of.
      filter_.only_predicates = true;
      filter_.predicates.clear();
    }
    return absl::OkStatus();
  }

  const ViewImpl& view_;
  const GraphViewOptions& options_;
  ViewFilter filter_;
  std::vector<FieldError> errors_;
};

bool Concerns(const ViewFilter& filter, const storage::StatementKey& key) {
  storage::ScanPattern pattern;
  pattern.scope = filter.scope;
  pattern.graph = filter.graph;
  return pattern.Matches(key) && filter.TakesPredicate(key.predicate) &&
         filter.TakesObject(key.object);
}

// What was written after one commit up to another that may change the view;
// unset: too much of it, or the log does not tell.
absl::StatusOr<std::optional<std::vector<TermPair>>> PairsSince(
    const storage::GraphStore& store, const ViewFilter& filter, uint64_t after,
    uint64_t to, uint64_t most) {
  using Pairs = std::optional<std::vector<TermPair>>;
  Pairs pairs(std::in_place);
  if (filter.only_types || to - after > most ||
      store.first_logged() > after + 1) {
    return Pairs();
  }
  for (uint64_t commit = after + 1; commit <= to; ++commit) {
    const absl::StatusOr<storage::LogHeader> header = store.ReadLog(
        commit, [&](std::span<const storage::LoggedChange> changes) {
          for (const storage::LoggedChange& change : changes) {
            if (pairs->size() > most) return absl::OkStatus();
            if (Concerns(filter, change.key))
              pairs->emplace_back(change.key.subject, change.key.object);
          }
          return absl::OkStatus();
        });
    // Trimmed meanwhile: then it is built.
    if (header.status().code() == absl::StatusCode::kOutOfRange) return Pairs();
    if (!header.ok()) return header.status();
    if (header->unlisted() || pairs->size() > most) {
      return Pairs();
    }
  }
  return pairs;
}

// One call.
class Maker {
 public:
  Maker(const ViewImpl& view, const GraphViewOptions& options)
      : view_(view),
        options_(options),
        engine_(view.graph().engine()),
        cancellation_(options.deadline),
        work_{cancellation_, engine_.memory()} {
    if (options.progress) {
      work_.progress = [this](double done) {
        return options_.progress(done)
                   ? absl::OkStatus()
                   : absl::CancelledError(
                         "the progress callback cancelled the call");
      };
    }
  }

  absl::StatusOr<GraphView> Make() {
    SKG_RETURN_IF_ERROR(cancellation_.Check());
    SKG_ASSIGN_OR_RETURN(filter_, FilterReader(view_, options_).Read());
    const std::shared_ptr<ViewCache::Slot> slot = engine_.graph_views().SlotOf(
        view_.graph().store().description().number, filter_);
    std::unique_lock making(slot->making, std::defer_lock);
    SKG_RETURN_IF_ERROR(Lock(making));
    const uint64_t commit = view_.view().commit();
    std::optional<GraphView> latest = engine_.graph_views().Latest(*slot);
    if (latest && latest->commit() == commit) return *std::move(latest);
    const bool newer = !latest || latest->commit() < commit;
    absl::StatusOr<GraphView> made = RefreshOrBuild(latest);
    // Perhaps there is room for a view, but not for two.
    if (latest && absl::IsResourceExhausted(made.status())) {
      latest.reset();
      made = Build();
    }
    if (made.ok() && newer) engine_.graph_views().Keep(slot, *made);
    return made;
  }

 private:
  absl::Status Lock(std::unique_lock<std::timed_mutex>& making) {
    while (!making.try_lock_for(std::chrono::milliseconds(10))) {
      SKG_RETURN_IF_ERROR(cancellation_.Check());
      if (work_.progress) SKG_RETURN_IF_ERROR(work_.progress(0));
    }
    return absl::OkStatus();
  }

  absl::StatusOr<GraphView> RefreshOrBuild(
      const std::optional<GraphView>& latest) {
    const uint64_t commit = view_.view().commit();
    if (!latest || latest->commit() > commit) return Build();
    SKG_ASSIGN_OR_RETURN(
        std::optional<std::vector<TermPair>> pairs,
        PairsSince(view_.graph().store(), filter_, latest->commit(), commit,
                   latest->edges() / kPairCost + kFewPairs));
    if (!pairs) return Build();
    return analytics::RefreshView(*latest, view_.view(), filter_,
                                  *std::move(pairs), work_);
  }

  absl::StatusOr<GraphView> Build() {
    return analytics::BuildView(
        view_.view(), filter_,
        std::make_shared<NamesOfGraph>(view_.shared_graph()), work_);
  }

  const ViewImpl& view_;
  const GraphViewOptions& options_;
  EngineImpl& engine_;
  const Cancellation cancellation_;
  analytics::ViewWork work_;
  ViewFilter filter_;
};

}  // namespace

absl::StatusOr<GraphView> MakeGraphView(const ViewImpl& view,
                                        const GraphViewOptions& options) {
  return Maker(view, options).Make();
}

absl::Status CheckGraphViewOptions(const ViewImpl& view,
                                   const GraphViewOptions& options) {
  return FilterReader(view, options).Read().status();
}

}  // namespace skg::engine
