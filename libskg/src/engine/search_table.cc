#include "engine/search_table.h"

#include <algorithm>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "engine/vector_search.h"
#include "skg/read_view.h"
#include "vector/vector_catalog.h"

namespace skg::engine {
namespace {

// A node by its name; a statement, whose id an index over statements gives, by
// the IRI that stands for it.
absl::StatusOr<rdf::Term> EntityOf(const rdf::NameSpace& names,
                                   const std::string& owner, IndexOver over) {
  if (over == IndexOver::kStatements)
    return rdf::Term::Iri(absl::StrCat("urn:uuid:", owner));
  return names.ToTerm(owner);
}

template <typename Index>
IndexOver OverOf(const std::vector<Index>& indexes, std::string_view name) {
  const auto index =
      std::find_if(indexes.begin(), indexes.end(),
                   [name](const Index& one) { return one.name == name; });
  return index == indexes.end() ? IndexOver::kNodes : index->options.over;
}

}  // namespace

absl::StatusOr<std::vector<SearchTable::Found>> SearchTable::FindWords(
    uint64_t count) {
  TextSearchOptions options;
  options.top_k = count;
  options.all_words = call_.all_words;
  options.threshold = call_.threshold.value_or(0);
  options.node_types = call_.node_types;
  options.filter = call_.filter;
  options.deadline = deadline_;
  const ReadView view = ViewImpl::Wrap(view_);
  SKG_ASSIGN_OR_RETURN(std::vector<TextHit> hits,
                       view.SearchText(call_.index, call_.query, options));
  std::vector<Found> found;
  found.reserve(hits.size());
  for (TextHit& hit : hits)
    found.push_back({std::move(hit.owner), hit.score, std::move(hit.text)});
  return found;
}

absl::Status SearchTable::ReadVector() {
  if (!call_.vector.empty()) return absl::OkStatus();
  if (!call_.near.empty()) {
    SKG_ASSIGN_OR_RETURN(
        call_.vector, ViewImpl::Wrap(view_).GetVector(call_.index, call_.near));
    return absl::OkStatus();
  }
  SKG_ASSIGN_OR_RETURN(const vector::IndexDefinition index,
                       vector::FindIndex(view_->view(), call_.index));
  SKG_ASSIGN_OR_RETURN(call_.vector,
                       EmbedQuery(*view_, index, call_.text, deadline_));
  return absl::OkStatus();
}

absl::StatusOr<std::vector<SearchTable::Found>> SearchTable::FindNear(
    uint64_t count) {
  SKG_RETURN_IF_ERROR(ReadVector());
  VectorSearchOptions options;
  options.top_k = count;
  options.ef = call_.ef;
  options.node_types = call_.node_types;
  options.filter = call_.filter;
  options.deadline = deadline_;
  if (call_.threshold) options.threshold = *call_.threshold;
  const ReadView view = ViewImpl::Wrap(view_);
  SKG_ASSIGN_OR_RETURN(std::vector<VectorHit> hits,
                       view.SearchVectors(call_.index, call_.vector, options));
  std::vector<Found> found;
  found.reserve(hits.size());
  for (VectorHit& hit : hits)
    found.push_back({std::move(hit.owner), hit.score, {}});
  return found;
}

absl::StatusOr<std::vector<SearchTable::Found>> SearchTable::Find(
    uint64_t count) {
  return call_.by_words ? FindWords(count) : FindNear(count);
}

absl::StatusOr<IndexOver> SearchTable::Over() const {
  const ReadView view = ViewImpl::Wrap(view_);
  if (call_.by_words) {
    SKG_ASSIGN_OR_RETURN(const auto indexes, view.TextIndexes());
    return OverOf(indexes, call_.index);
  }
  SKG_ASSIGN_OR_RETURN(const auto indexes, view.VectorIndexes());
  return OverOf(indexes, call_.index);
}

absl::Status SearchTable::Grow() {
  constexpr uint64_t kFactor = 8;
  asked_ = std::min(asked_ == 0 ? kFirst : kFactor * asked_, call_.limit);
  SKG_ASSIGN_OR_RETURN(std::vector<Found> found, Find(asked_));
  complete_ = found.size() < asked_ || asked_ == call_.limit;
  SKG_ASSIGN_OR_RETURN(const IndexOver over, Over());
  auto portion = std::make_shared<Portion>();
  for (Found& hit : found) {
    // Searches for more may find what those for fewer missed.
    if (owners_.size() == call_.limit) break;
    if (!owners_.insert(hit.owner).second) continue;
    SKG_ASSIGN_OR_RETURN(rdf::Term entity,
                         EntityOf(view_->names(), hit.owner, over));
    portion->push_back({std::move(entity), hit.score, std::move(hit.text)});
  }
  if (!portion->empty()) portions_.push_back(std::move(portion));
  return absl::OkStatus();
}

absl::StatusOr<std::shared_ptr<const SearchTable::Portion>> SearchTable::Get(
    size_t portion) {
  const std::lock_guard lock(mutex_);
  while (portion >= portions_.size() && !complete_) SKG_RETURN_IF_ERROR(Grow());
  return portion < portions_.size() ? portions_[portion] : nullptr;
}

}  // namespace skg::engine
