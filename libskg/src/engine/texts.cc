// Text indexes: of Graph what makes and drops them, of ReadView what reads.
#include <cmath>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/cancellation.h"
#include "base/status.h"
#include "engine/commit_builder.h"
#include "engine/engine_impl.h"
#include "engine/node_filter.h"
#include "engine/text_search.h"
#include "engine/view_impl.h"
#include "skg/field_error.h"
#include "skg/graph.h"
#include "skg/text_index.h"
#include "storage/graph_state.h"
#include "text/highlight.h"
#include "text/language.h"
#include "text/posting_reader.h"
#include "text/text_catalog.h"
#include "text/text_of_term.h"

namespace skg {

using rdf::TermId;

namespace {

constexpr uint64_t kMostHits = 10'000;

absl::Status CheckOptions(const TextSearchOptions& options,
                          bool over_statements) {
  if (std::isnan(options.threshold)) {
    return FieldErrorStatus(
        {{{"threshold"}, "is not a number", "out_of_range"}});
  }
  if (options.top_k < 1 || options.top_k > kMostHits) {
    return FieldErrorStatus(
        {{{"top_k"},
          absl::StrCat(options.top_k, " is outside [1, ", kMostHits, "]"),
          "out_of_range"}});
  }
  if (over_statements &&
      !(options.node_types.empty() && options.filter.empty())) {
    return FieldErrorStatus(
        {{{options.filter.empty() ? "node_types" : "filter"},
          "the index is over statements; this chooses nodes",
          "not_allowed"}});
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<CommitResult> Graph::CreateTextIndex(
    std::string_view name, const TextIndexOptions& options,
    const CommitOptions& commit, absl::Time deadline) {
  SKG_RETURN_IF_ERROR(engine::CheckIndexCommit(commit));
  SKG_ASSIGN_OR_RETURN(text::IndexDefinition definition,
                       text::ReadOptions(name, options, impl_->names()));
  const Cancellation cancellation(deadline);
  return impl_->engine().text_indexes().Create(
      impl_->store(), std::move(definition), impl_->DurabilityOf(commit),
      &cancellation);
}

absl::StatusOr<CommitResult> Graph::RebuildTextIndex(
    std::string_view name, const CommitOptions& commit, absl::Time deadline) {
  SKG_RETURN_IF_ERROR(engine::CheckIndexCommit(commit));
  const Cancellation cancellation(deadline);
  return impl_->engine().text_indexes().Rebuild(
      impl_->store(), name, impl_->DurabilityOf(commit), &cancellation);
}

absl::StatusOr<CommitResult> Graph::DropTextIndex(std::string_view name,
                                                  const CommitOptions& commit) {
  SKG_RETURN_IF_ERROR(engine::CheckIndexCommit(commit));
  return impl_->engine().text_indexes().Drop(impl_->store(), name,
                                             impl_->DurabilityOf(commit));
}

absl::StatusOr<std::vector<TextIndexInfo>> ReadView::TextIndexes() const {
  const storage::ReadView& view = impl_->view();
  SKG_ASSIGN_OR_RETURN(const auto indexes, text::ListIndexes(view));
  std::vector<TextIndexInfo> infos;
  for (const text::IndexDefinition& index : indexes) {
    SKG_ASSIGN_OR_RETURN(
        const auto reader,
        text::PostingReader::Open(view.snapshot()->graph().kv,
                                  {view.description().number, index.number},
                                  view.snapshot()->kv(),
                                  &impl_->graph().engine().memory()));
    TextIndexInfo info;
    info.name = index.name;
    info.options = index.options;
    for (const rdf::Term& predicate : index.predicates)
      info.options.predicates.push_back(impl_->names().ToName(predicate));
    info.created_commit = index.created_commit;
    info.created = index.created;
    info.complete_since = index.complete_since;
    info.documents = reader->documents();
    infos.push_back(std::move(info));
  }
  return infos;
}

absl::StatusOr<std::vector<TextHit>> ReadView::SearchText(
    std::string_view index, std::string_view query,
    const TextSearchOptions& options) const {
  const storage::ReadView& view = impl_->view();
  SKG_ASSIGN_OR_RETURN(const text::IndexDefinition definition,
                       text::FindIndex(view, index));
  const bool over_statements =
      definition.options.over == IndexOver::kStatements;
  SKG_RETURN_IF_ERROR(CheckOptions(options, over_statements));
  SKG_ASSIGN_OR_RETURN(
      const std::optional<std::vector<TermId>> allowed,
      engine::NodesAllowed(
          *this, *impl_,
          {options.node_types, options.filter, {}, options.deadline}));
  const Cancellation cancellation(options.deadline);
  engine::TextSearch::Options search_options;
  search_options.all_words = options.all_words;
  search_options.allowed = allowed ? &*allowed : nullptr;
  search_options.cancellation = &cancellation;
  SKG_ASSIGN_OR_RETURN(
      const auto search,
      engine::TextSearch::Start(*impl_, index, query, search_options));
  std::vector<engine::TextMatch> matches;
  while (matches.size() < options.top_k) {
    SKG_ASSIGN_OR_RETURN(auto match, search->Next());
    if (!match || match->score < options.threshold) break;
    matches.push_back(*std::move(match));
  }

  std::vector<TermId> ids;
  for (const engine::TextMatch& match : matches) {
    if (match.text.bound()) ids.push_back(match.text);
    if (!over_statements) ids.push_back(match.owner.subject);
  }
  std::vector<rdf::Term> terms;
  SKG_RETURN_IF_ERROR(view.Decode(ids, &terms));
  std::vector<TextHit> hits;
  size_t at = 0;
  const text::Language language =
      text::LanguageOfTag(definition.options.language);
  for (engine::TextMatch& match : matches) {
    TextHit hit;
    hit.score = static_cast<float>(match.score);
    const text::TermText found =
        match.text.bound()
            ? text::TextOf(terms[at++], impl_->names().base(), language)
            : text::TermText{std::move(match.metadata.text), language};
    hit.text = found.text;
    if (!options.mark_begin.empty() || !options.mark_end.empty()) {
      hit.highlighted = text::MakeSnippet(
          found.text,
          text::FindMatches(search->terms(), search->analyzer(), found.text,
                            found.language, match.metadata.begins),
          {.text_bytes = found.text.size(),
           .open = options.mark_begin,
           .close = options.mark_end,
           .escape_html = false});
    }
    if (over_statements) {
      SKG_ASSIGN_OR_RETURN(const Uuid id, view.StatementId(match.owner));
      hit.owner = id.ToString();
    } else {
      hit.owner = impl_->names().ToName(terms[at++]);
    }
    hits.push_back(std::move(hit));
  }
  return hits;
}

}  // namespace skg
