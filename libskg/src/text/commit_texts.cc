#include "text/commit_texts.h"

#include <algorithm>
#include <span>

#include "base/status.h"
#include "text/text_of_term.h"

namespace skg::text {

using rdf::TermId;
using storage::StatementKey;
using storage::WriteOperation;

namespace {

bool AllNumbered(const StatementKey& key) {
  return !key.graph.in_arena() && !key.subject.in_arena() &&
         !key.predicate.in_arena() && !key.object.in_arena();
}

}  // namespace

absl::StatusOr<const rdf::Term*> CommitTexts::Term(TermId id) {
  if (id.in_arena()) return &request_.new_terms[id.payload()];
  if (const auto it = terms_.find(id); it != terms_.end())
    return it->second.get();
  std::vector<rdf::Term> terms;
  SKG_RETURN_IF_ERROR(graph_.dictionary.Decode(graph_.description.number,
                                               std::span(&id, 1), &terms));
  auto& kept = terms_[id];
  kept = std::make_unique<rdf::Term>(std::move(terms.front()));
  return kept.get();
}

bool CommitTexts::MayBeText(TermId id) const {
  return id.in_arena() ? IsText(request_.new_terms[id.payload()]) : IsText(id);
}

bool CommitTexts::IsIri(TermId id) const {
  return id.in_arena()
             ? request_.new_terms[id.payload()].kind == rdf::TermKind::kIri
             : id.tag() == rdf::TermTag::kIri;
}

absl::StatusOr<bool> CommitTexts::IsDeclared(const DeclaredIndex& index,
                                             TermId predicate) {
  const std::vector<rdf::Term>& declared = index.definition.predicates;
  if (declared.empty()) return true;
  SKG_ASSIGN_OR_RETURN(const rdf::Term* term, Term(predicate));
  return std::find(declared.begin(), declared.end(), *term) != declared.end();
}

const CommitTexts::Metadata& CommitTexts::MetadataOf(uint32_t record) {
  auto& known = metadata_[record];
  if (known == nullptr) {
    MetadataText text = ReadMetadataText(request_.records[record - 1].metadata);
    const TextHash hash = HashText(text);
    known = std::make_unique<const Metadata>(Metadata{std::move(text), hash});
  }
  return *known;
}

absl::Status CommitTexts::AddTerm(const DeclaredIndex& index, TermId id) {
  if (!done_.insert(id).second) return absl::OkStatus();
  const uint32_t number = index.definition.number;
  if (!id.in_arena() && known_({graph_.description.number, number}, id.bits))
    return absl::OkStatus();
  SKG_ASSIGN_OR_RETURN(const rdf::Term* term, Term(id));
  const TermText text =
      TextOf(*term, graph_.description.base_namespace, index.language);
  TokenList tokens;
  index.analyzer.Analyze(text.text, text.language, tokens);
  if (!tokens.empty())
    part_.AddTerm(number, id, text.language, std::move(tokens));
  return absl::OkStatus();
}

void CommitTexts::AddMetadata(const DeclaredIndex& index,
                              const StatementKey& statement,
                              const Metadata& metadata) {
  if (metadata.text.text.empty()) return;
  const uint32_t number = index.definition.number;
  if (AllNumbered(statement) &&
      known_({graph_.description.number, number},
             StatementDocument(statement, metadata.hash))) {
    return;
  }
  TokenList tokens;
  index.analyzer.Analyze(metadata.text.text, index.language, tokens,
                         metadata.text.begins);
  if (tokens.empty()) return;
  part_.AddStatement(number, statement, metadata.hash, index.language,
                     std::move(tokens));
}

absl::Status CommitTexts::Add(const DeclaredIndex& index,
                              const WriteOperation& operation) {
  const StatementKey& key = operation.key;
  const bool text = MayBeText(key.object);
  const bool metadata =
      index.metadata() && operation.record != 0 &&
      !request_.records[operation.record - 1].metadata.empty();
  if (text || metadata) {
    SKG_ASSIGN_OR_RETURN(const bool wanted, IsDeclared(index, key.predicate));
    if (wanted && text) SKG_RETURN_IF_ERROR(AddTerm(index, key.object));
    if (wanted && metadata)
      AddMetadata(index, key, MetadataOf(operation.record));
  }
  if (!index.names()) return absl::OkStatus();
  for (const TermId id : {key.subject, key.object})
    if (IsIri(id)) SKG_RETURN_IF_ERROR(AddTerm(index, id));
  return absl::OkStatus();
}

absl::Status CommitTexts::Add(const DeclaredIndex& index) {
  done_.clear();
  for (const WriteOperation& operation : request_.operations) {
    if (operation.kind != WriteOperation::Kind::kAdd &&
        operation.kind != WriteOperation::Kind::kAddIfAbsent) {
      continue;
    }
    SKG_RETURN_IF_ERROR(Add(index, operation));
  }
  return absl::OkStatus();
}

}  // namespace skg::text
