#include "skg/graph_view.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "analytics/graph_view_impl.h"
#include "base/status.h"
#include "base/strings.h"

namespace skg {
namespace analytics {

GraphViewImpl::GraphViewImpl(Csr out, bool weighted, ParallelEdges rule,
                             ViewOrigin origin, MemoryBudget* budget,
                             MemoryReservation reservation)
    : out_(std::move(out)),
      weighted_(weighted),
      rule_(rule),
      origin_(std::move(origin)),
      budget_(budget),
      reservation_(std::move(reservation)) {}

size_t GraphViewImpl::memory_bytes() const {
  const std::lock_guard lock(mutex_);
  return out_.bytes() + origin_.terms.bytes() + (in_ ? in_->bytes() : 0) +
         (both_ ? both_->bytes() : 0);
}

absl::Status GraphViewImpl::Take(size_t bytes) const {
  if (budget_ == nullptr) return absl::OkStatus();
  return reservation_.Resize(reservation_.bytes() + bytes);
}

absl::Status GraphViewImpl::MakeIn() const {
  if (in_) return absl::OkStatus();
  SKG_RETURN_IF_ERROR(
      Take(CsrBytes(out().vertices(), out().edges(), weighted_)));
  in_ = Transpose(out());
  return absl::OkStatus();
}

absl::Status GraphViewImpl::MakeBoth() const {
  if (both_) return absl::OkStatus();
  SKG_RETURN_IF_ERROR(MakeIn());
  const size_t most = CsrBytes(out().vertices(), 2 * out().edges(), weighted_);
  SKG_RETURN_IF_ERROR(Take(most));
  both_ = Undirected(out(), in_->adjacency(), rule_);
  if (budget_ == nullptr) return absl::OkStatus();
  return reservation_.Resize(reservation_.bytes() - (most - both_->bytes()));
}

absl::StatusOr<Adjacency> GraphViewImpl::in() const {
  const std::lock_guard lock(mutex_);
  SKG_RETURN_IF_ERROR(MakeIn());
  return in_->adjacency();
}

absl::StatusOr<Adjacency> GraphViewImpl::both() const {
  const std::lock_guard lock(mutex_);
  SKG_RETURN_IF_ERROR(MakeBoth());
  return both_->adjacency();
}

std::optional<Adjacency> GraphViewImpl::made_in() const {
  const std::lock_guard lock(mutex_);
  if (!in_) return std::nullopt;
  return in_->adjacency();
}

}  // namespace analytics

namespace {

absl::Status CheckEdge(const Edge& edge, size_t place, Vertex vertices,
                       bool weighted) {
  if (edge.source >= vertices || edge.target >= vertices) {
    return absl::InvalidArgumentError(absl::StrCat(
        "edge ", place, " leads from ", edge.source, " to ", edge.target,
        ", but vertices are numbered from 0 to below ", vertices));
  }
  if (weighted && !(std::isfinite(edge.weight) && edge.weight >= 0)) {
    return absl::InvalidArgumentError(
        absl::StrCat("edge ", place, " weighs ", edge.weight,
                     "; a weight is a finite number and not negative"));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<GraphView> GraphView::FromEdges(Vertex vertices,
                                               std::span<const Edge> edges,
                                               bool weighted,
                                               ParallelEdges parallel_edges) {
  for (size_t i = 0; i < edges.size(); ++i) {
    SKG_RETURN_IF_ERROR(CheckEdge(edges[i], i, vertices, weighted));
  }
  return GraphView(std::make_shared<analytics::GraphViewImpl>(
      analytics::CsrOfEdges(vertices, edges, weighted, parallel_edges),
      weighted, parallel_edges, analytics::ViewOrigin(), nullptr,
      MemoryReservation()));
}

GraphView::GraphView(std::shared_ptr<const analytics::GraphViewImpl> impl)
    : impl_(std::move(impl)) {}
GraphView::GraphView(const GraphView&) = default;
GraphView::GraphView(GraphView&&) noexcept = default;
GraphView& GraphView::operator=(const GraphView&) = default;
GraphView& GraphView::operator=(GraphView&&) noexcept = default;
GraphView::~GraphView() = default;

Vertex GraphView::vertices() const { return impl_->out().vertices(); }
uint64_t GraphView::edges() const { return impl_->out().edges(); }
bool GraphView::weighted() const { return impl_->weighted(); }
uint64_t GraphView::commit() const { return impl_->origin().commit; }
size_t GraphView::memory_bytes() const { return impl_->memory_bytes(); }

Adjacency GraphView::out() const { return impl_->out(); }
absl::StatusOr<Adjacency> GraphView::in() const { return impl_->in(); }
absl::StatusOr<Adjacency> GraphView::both() const { return impl_->both(); }

absl::StatusOr<std::vector<std::string>> GraphView::Names(
    std::span<const Vertex> vertices) const {
  for (const Vertex v : vertices) {
    if (v < this->vertices()) continue;
    return absl::InvalidArgumentError(
        absl::StrCat("there is no vertex ", v, "; the graph has ",
                     this->vertices(), ", numbered from 0"));
  }
  const analytics::ViewOrigin& origin = impl_->origin();
  std::vector<std::string> names;
  names.reserve(vertices.size());
  if (origin.names == nullptr) {
    for (const Vertex v : vertices) names.push_back(absl::StrCat(v));
    return names;
  }
  std::vector<rdf::TermId> terms;
  terms.reserve(vertices.size());
  for (const Vertex v : vertices) terms.push_back(origin.terms[v]);
  return origin.names->NamesOf(terms);
}

absl::StatusOr<std::optional<Vertex>> GraphView::Find(
    std::string_view name) const {
  const analytics::ViewOrigin& origin = impl_->origin();
  if (origin.names == nullptr) {
    Vertex vertex = 0;
    if (!absl::SimpleAtoi(av(name), &vertex) || vertex >= vertices()) {
      return std::optional<Vertex>();
    }
    return std::optional<Vertex>(vertex);
  }
  SKG_ASSIGN_OR_RETURN(const std::optional<rdf::TermId> term,
                       origin.names->TermOf(name));
  if (!term) return std::optional<Vertex>();
  const auto terms = origin.terms.span();
  const auto at = std::lower_bound(terms.begin(), terms.end(), *term);
  if (at == terms.end() || *at != *term) return std::optional<Vertex>();
  return std::optional<Vertex>(static_cast<Vertex>(at - terms.begin()));
}

}  // namespace skg
