#include "engine/text_search.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "storage/graph_state.h"
#include "text/document_number.h"
#include "text/metadata_text.h"
#include "text/search_query.h"
#include "text/text_of_term.h"

namespace skg::engine {

using rdf::TermId;
using storage::StatementKey;

namespace {

// Of so many nodes it is cheaper to look up the texts than to look up the
// owners of texts that they do not own.
constexpr size_t kFewNodes = 1000;

}  // namespace

absl::StatusOr<std::unique_ptr<TextSearch>> TextSearch::Start(
    const ViewImpl& view, std::string_view index, std::string_view query,
    const Options& options) {
  std::unique_ptr<TextSearch> search(new TextSearch(view, options));
  SKG_ASSIGN_OR_RETURN(search->index_, text::FindIndex(view.view(), index));
  const text::IndexDefinition& found = search->index_;
  if (found.complete_since == 0) {
    return absl::FailedPreconditionError(
        absl::StrCat("text index \"", found.name,
                     "\" is being built; if nobody builds it, rebuild it"));
  }
  if (view.view().commit() < found.complete_since) {
    return absl::OutOfRangeError(absl::StrCat(
        "text index \"", found.name, "\" is complete since commit ",
        found.complete_since, "; this is the state after commit ",
        view.view().commit()));
  }
  SKG_RETURN_IF_ERROR(search->Prepare(query));
  return search;
}

absl::Status TextSearch::Prepare(std::string_view query) {
  const storage::ReadView& view = view_.view();
  storage::KvStore& kv = view.snapshot()->graph().kv;
  const text::PostingIndex index{view.description().number, index_.number};
  analyzer_ = std::make_unique<text::Analyzer>(
      text::AnalyzerOptions{.stemming = index_.options.stemming,
                            .stop_words = index_.options.stop_words});
  SKG_ASSIGN_OR_RETURN(
      reader_, text::PostingReader::Open(kv, index, view.snapshot()->kv(),
                                         &view_.graph().engine().memory()));
  view_.graph().engine().text_indexes().FoundInDelta(
      index, reader_->delta_documents().size());
  SKG_ASSIGN_OR_RETURN(
      const text::SearchQuery parsed,
      text::ParseSearchQuery(query, {.all_words = options_.all_words}));
  SKG_ASSIGN_OR_RETURN(const std::vector<text::Language> languages,
                       text::ReadLanguages(kv, index, view.snapshot()->kv()));
  text::QueryTermOptions term_options;
  term_options.languages = languages;
  term_options.cancellation = options_.cancellation;
  SKG_ASSIGN_OR_RETURN(
      terms_, text::ResolveTerms(parsed, *analyzer_, *reader_, term_options));
  for (const rdf::Term& predicate : index_.predicates) {
    SKG_ASSIGN_OR_RETURN(const TermId id, view.Lookup(predicate));
    if (id.bound()) predicates_.push_back(id);
  }
  text::SearchOptions options;
  options.cancellation = options_.cancellation;
  if (options_.allowed != nullptr && options_.allowed->size() <= kFewNodes) {
    SKG_RETURN_IF_ERROR(FindAllowedTexts());
    options.allowed = &*allowed_texts_;
  }
  hits_ =
      std::make_unique<text::HitStream>(*reader_, terms_, std::move(options));
  return absl::OkStatus();
}

absl::Status TextSearch::FindAllowedTexts() {
  std::vector<uint64_t>& texts = allowed_texts_.emplace();
  storage::StatementBatch batch;
  for (const TermId node : *options_.allowed) {
    if (index_.options.names && node.tag() == rdf::TermTag::kIri)
      texts.push_back(node.bits);
    storage::ScanPattern pattern;
    pattern.subject = node;
    storage::ScanOptions options;
    options.cancellation = options_.cancellation;
    SKG_ASSIGN_OR_RETURN(const auto cursor,
                         view_.view().Scan(pattern, options));
    for (;;) {
      SKG_ASSIGN_OR_RETURN(const bool more, cursor->Next(batch));
      if (!more) break;
      for (const TermId object : batch.object)
        if (text::IsText(object)) texts.push_back(object.bits);
    }
  }
  std::sort(texts.begin(), texts.end());
  texts.erase(std::unique(texts.begin(), texts.end()), texts.end());
  return absl::OkStatus();
}

void TextSearch::Add(const StatementKey& owner, const text::SearchHit& hit) {
  if (options_.allowed != nullptr &&
      !std::binary_search(options_.allowed->begin(), options_.allowed->end(),
                          owner.subject)) {
    return;
  }
  if (!seen_.insert(owner).second) return;
  owners_.push_back({.owner = owner,
                     .text = TermId{hit.document},
                     .metadata = {},
                     .score = hit.score});
}

absl::StatusOr<bool> TextSearch::IsNode(TermId id) const {
  storage::StatementBatch batch;
  for (const bool subject : {true, false}) {
    storage::ScanPattern pattern;
    (subject ? pattern.subject : pattern.object) = id;
    SKG_ASSIGN_OR_RETURN(const auto cursor, view_.view().Scan(pattern));
    batch.wanted = 1;
    SKG_ASSIGN_OR_RETURN(const bool any, cursor->Next(batch));
    if (any) return true;
  }
  return false;
}

absl::Status TextSearch::FindOwnersBy(TermId predicate,
                                      const text::SearchHit& hit) {
  storage::ScanPattern pattern;
  pattern.predicate = predicate;
  pattern.object = TermId{hit.document};
  storage::ScanOptions options;
  options.cancellation = options_.cancellation;
  SKG_ASSIGN_OR_RETURN(const auto cursor, view_.view().Scan(pattern, options));
  storage::StatementBatch batch;
  for (;;) {
    SKG_ASSIGN_OR_RETURN(const bool more, cursor->Next(batch));
    if (!more) return absl::OkStatus();
    for (size_t i = 0; i < batch.size(); ++i) {
      StatementKey owner;
      if (over_statements()) {
        owner = batch.Row(i).key;
      } else {
        owner.subject = batch.subject[i];
      }
      Add(owner, hit);
    }
  }
}

absl::Status TextSearch::FindStatements(const text::SearchHit& hit) {
  if (options_.cancellation != nullptr)
    SKG_RETURN_IF_ERROR(options_.cancellation->Check());
  const storage::ReadView& view = view_.view();
  SKG_ASSIGN_OR_RETURN(
      const std::vector<StatementKey> statements,
      text::StatementsOf(view.snapshot()->graph().kv,
                         {view.description().number, index_.number},
                         hit.document, view.snapshot()->kv()));
  for (const StatementKey& statement : statements) {
    if (seen_.contains(statement)) continue;
    SKG_ASSIGN_OR_RETURN(const auto row, view.Find(statement));
    if (!row || !row->has_record) continue;
    SKG_ASSIGN_OR_RETURN(const storage::Record record, view.ReadRecord(*row));
    text::MetadataText text = text::ReadMetadataText(record.metadata);
    if (text::StatementDocument(statement, text::HashText(text)) !=
        hit.document) {
      continue;
    }
    seen_.insert(statement);
    owners_.push_back({.owner = statement,
                       .text = {},
                       .metadata = std::move(text),
                       .score = hit.score});
  }
  return absl::OkStatus();
}

absl::Status TextSearch::FindOwners(const text::SearchHit& hit) {
  if (text::IsStatementDocument(hit.document)) return FindStatements(hit);
  const TermId text{hit.document};
  if (text.tag() == rdf::TermTag::kIri) {
    SKG_ASSIGN_OR_RETURN(const bool is_node, IsNode(text));
    if (is_node) Add(StatementKey{.subject = text}, hit);
    return absl::OkStatus();
  }
  if (index_.predicates.empty()) return FindOwnersBy(TermId(), hit);
  for (const TermId predicate : predicates_)
    SKG_RETURN_IF_ERROR(FindOwnersBy(predicate, hit));
  return absl::OkStatus();
}

absl::StatusOr<std::optional<TextMatch>> TextSearch::Next() {
  while (owners_.empty()) {
    SKG_ASSIGN_OR_RETURN(const std::optional<text::SearchHit> hit,
                         hits_->Next());
    if (!hit) return std::nullopt;
    SKG_RETURN_IF_ERROR(FindOwners(*hit));
    std::reverse(owners_.begin(), owners_.end());
  }
  TextMatch match = std::move(owners_.back());
  owners_.pop_back();
  return match;
}

}  // namespace skg::engine
