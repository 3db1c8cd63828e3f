#include "text/text_writer.h"

#include <algorithm>
#include <string>

#include "base/status.h"
#include "text/document_number.h"
#include "text/metadata_text.h"
#include "text/text_catalog.h"
#include "text/text_of_term.h"

namespace skg::text {

using rdf::TermId;
using storage::Family;
using storage::StatementBatch;
using storage::StatementKey;

namespace {

constexpr size_t kBatchBytes = size_t{4} << 20;

// Of postings, while an index is made.
constexpr size_t kBuildBytes = size_t{16} << 20;

bool IsIri(TermId id) { return id.tag() == rdf::TermTag::kIri; }

}  // namespace

TextWriter::TextWriter(storage::GraphState& graph,
                       const storage::ReadView& view,
                       const DeclaredIndex& index, const Options& options)
    : graph_(graph),
      view_(view),
      index_(index),
      number_{graph.description.number, index.definition.number},
      options_(options),
      batch_(graph.kv.NewBatch()) {}

absl::Status TextWriter::Write() {
  for (const rdf::Term& predicate : index_.definition.predicates) {
    SKG_ASSIGN_OR_RETURN(const TermId id, view_.Lookup(predicate));
    if (id.bound()) predicates_.push_back(id);
  }
  SKG_RETURN_IF_ERROR(WriteObjects());
  if (index_.names()) SKG_RETURN_IF_ERROR(WriteNames());
  if (index_.metadata()) SKG_RETURN_IF_ERROR(WriteMetadata());
  return Flush();
}

absl::Status TextWriter::WriteObjects() {
  if (index_.definition.predicates.empty())
    return WriteObjects({}, storage::TermOrder::kOsp);
  for (const TermId predicate : predicates_) {
    SKG_RETURN_IF_ERROR(
        WriteObjects({.predicate = predicate}, storage::TermOrder::kPos));
  }
  return absl::OkStatus();
}

absl::Status TextWriter::WriteNames() {
  SKG_RETURN_IF_ERROR(WriteDistinct(
      {}, storage::TermOrder::kSpo,
      [](const StatementBatch& b) -> auto& { return b.subject; }, IsIri));
  return WriteDistinct(
      {}, storage::TermOrder::kOsp,
      [](const StatementBatch& b) -> auto& { return b.object; }, IsIri);
}

absl::Status TextWriter::WriteObjects(const storage::ScanPattern& pattern,
                                      storage::TermOrder order) {
  return WriteDistinct(
      pattern, order, [](const StatementBatch& b) -> auto& { return b.object; },
      [](TermId id) { return IsText(id); });
}

template <typename ColumnOf, typename Wanted>
absl::Status TextWriter::WriteDistinct(const storage::ScanPattern& pattern,
                                       storage::TermOrder order,
                                       ColumnOf column, Wanted wanted) {
  storage::ScanOptions options;
  options.order = order;
  options.cancellation = options_.cancellation;
  SKG_ASSIGN_OR_RETURN(const auto cursor, view_.Scan(pattern, options));
  StatementBatch batch;
  std::vector<TermId> ids;
  TermId last;
  for (;;) {
    SKG_ASSIGN_OR_RETURN(const bool more, cursor->Next(batch));
    if (!more) return absl::OkStatus();
    ids.clear();
    for (const TermId id : column(batch)) {
      if (id == last) continue;
      last = id;
      if (wanted(id)) ids.push_back(id);
    }
    SKG_RETURN_IF_ERROR(AddTerms(ids));
  }
}

absl::Status TextWriter::WriteMetadata() {
  const bool all = index_.definition.predicates.empty();
  if (options_.records != nullptr) {
    return options_.records->ForEach(
        [&](const StatementKey& statement, const storage::Record& record) {
          const bool wanted =
              all || std::find(predicates_.begin(), predicates_.end(),
                               statement.predicate) != predicates_.end();
          return wanted ? AddMetadata(statement, record.metadata)
                        : absl::OkStatus();
        });
  }
  if (all) return WriteMetadata(storage::ScanPattern());
  for (const TermId predicate : predicates_)
    SKG_RETURN_IF_ERROR(WriteMetadata({.predicate = predicate}));
  return absl::OkStatus();
}

absl::Status TextWriter::WriteMetadata(const storage::ScanPattern& pattern) {
  storage::ScanOptions options;
  options.cancellation = options_.cancellation;
  SKG_ASSIGN_OR_RETURN(const auto cursor, view_.Scan(pattern, options));
  StatementBatch batch;
  for (;;) {
    SKG_ASSIGN_OR_RETURN(const bool more, cursor->Next(batch));
    if (!more) return absl::OkStatus();
    for (size_t i = 0; i < batch.size(); ++i) {
      if (batch.has_record[i] == 0) continue;
      // A batch of long ones takes its time.
      if (options_.cancellation != nullptr)
        SKG_RETURN_IF_ERROR(options_.cancellation->Check());
      const storage::StatementRow row = batch.Row(i);
      SKG_ASSIGN_OR_RETURN(const storage::Record record, view_.ReadRecord(row));
      SKG_RETURN_IF_ERROR(AddMetadata(row.key, record.metadata));
    }
  }
}

absl::Status TextWriter::AddTerms(const std::vector<TermId>& ids) {
  std::vector<rdf::Term> terms;
  SKG_RETURN_IF_ERROR(view_.Decode(ids, &terms));
  for (size_t i = 0; i < ids.size(); ++i) {
    const TermText text =
        TextOf(terms[i], graph_.description.base_namespace, index_.language);
    index_.analyzer.Analyze(text.text, text.language, tokens_);
    SKG_RETURN_IF_ERROR(AddDocument(ids[i].bits, text.language));
  }
  return absl::OkStatus();
}

absl::Status TextWriter::AddMetadata(const StatementKey& statement,
                                     std::string_view metadata) {
  const MetadataText text = ReadMetadataText(metadata);
  index_.analyzer.Analyze(text.text, index_.language, tokens_, text.begins);
  if (tokens_.empty()) return absl::OkStatus();
  const uint64_t document = StatementDocument(statement, HashText(text));
  batch_->Put(Family::kPostings,
              StatementOfDocumentKey(number_, document, statement), {});
  return AddDocument(document, index_.language);
}

absl::Status TextWriter::AddDocument(uint64_t document, Language language) {
  if (tokens_.empty()) return absl::OkStatus();
  if (languages_.insert(language.number).second)
    batch_->Put(Family::kPostings, LanguageKey(number_, language), {});
  if (options_.builder != nullptr) {
    SKG_RETURN_IF_ERROR(options_.builder->Add(document, tokens_));
  } else {
    text::AddDocument(*batch_, number_, document, tokens_);
    ++written_;
  }
  return batch_->size_bytes() >= kBatchBytes ? Flush() : absl::OkStatus();
}

absl::Status TextWriter::Flush() {
  if (batch_->empty()) return absl::OkStatus();
  SKG_RETURN_IF_ERROR(graph_.kv.Write(*batch_, storage::WriteMode::kBuffered));
  batch_->Clear();
  return absl::OkStatus();
}

absl::Status BuildPostings(storage::GraphState& graph,
                           const storage::ReadView& view,
                           const DeclaredIndex& index, MemoryBudget* budget,
                           const Cancellation* cancellation) {
  PostingBuilderOptions options;
  options.memory_bytes = kBuildBytes;
  options.fold.cancellation = cancellation;
  options.fold.budget = budget;
  PostingBuilder builder(
      graph.kv, {graph.description.number, index.definition.number}, options);
  SKG_RETURN_IF_ERROR(
      TextWriter(graph, view, index,
                 {.builder = &builder, .cancellation = cancellation})
          .Write());
  return builder.Finish();
}

}  // namespace skg::text
