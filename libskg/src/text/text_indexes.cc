#include "text/text_indexes.h"

#include <algorithm>
#include <chrono>
#include <functional>
#include <string>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/status.h"
#include "storage/commit.h"
#include "storage/graph_state.h"
#include "text/posting_builder.h"
#include "text/posting_rows.h"
#include "text/text_of_term.h"

namespace skg::text {

using rdf::TermId;
using storage::GraphState;
using storage::ReadView;
using storage::WriteOperation;

namespace {

constexpr size_t kMostRemembered = 1 << 16;
constexpr size_t kBatchBytes = size_t{4} << 20;
// Of postings, while an index is made.
constexpr size_t kBuildBytes = size_t{16} << 20;
constexpr auto kWait = std::chrono::milliseconds(1);

absl::StatusOr<CommitResult> CommitParts(
    storage::GraphStore& graph,
    std::vector<std::shared_ptr<storage::CommitPart>> parts,
    Durability durability) {
  storage::CommitRequest request;
  request.parts = std::move(parts);
  request.durability = durability;
  SKG_ASSIGN_OR_RETURN(const storage::CommitOutcome outcome,
                       graph.Commit(std::move(request)));
  return outcome.result;
}

}  // namespace

// An index that commits write to.
struct TextIndexes::Index {
  explicit Index(IndexDefinition of)
      : definition(std::move(of)),
        language(LanguageOfTag(definition.options.language)),
        analyzer({.stemming = definition.options.stemming,
                  .stop_words = definition.options.stop_words}) {}

  [[nodiscard]] bool names() const {
    return definition.options.names &&
           definition.options.over == IndexOver::kNodes;
  }

  IndexDefinition definition;
  Language language;
  Analyzer analyzer;
};

struct TextIndexes::Declared {
  std::vector<std::unique_ptr<const Index>> indexes;
};

// Documents of one commit, analysed.
class TextIndexes::Part final : public storage::CommitPart {
 public:
  Part(TextIndexes& owner, uint32_t graph) : owner_(owner), graph_(graph) {}

  void Add(uint32_t index, TermId term, Language language, TokenList tokens) {
    terms_.push_back(term);
    documents_.push_back({index, std::move(tokens)});
    languages_.emplace(index, language.number);
  }
  [[nodiscard]] bool empty() const { return terms_.empty(); }

  [[nodiscard]] std::span<const TermId> terms() const override {
    return terms_;
  }
  void AddRows(uint64_t, std::span<const TermId> ids,
               storage::KvBatch& batch) override {
    for (const auto& [index, language] : languages_) {
      batch.Put(storage::Family::kPostings,
                LanguageKey({graph_, index}, Language{language}), {});
    }
    absl::flat_hash_map<uint32_t, uint64_t> added;
    for (size_t i = 0; i < documents_.size(); ++i) {
      const Document& document = documents_[i];
      // A term that nothing needed after all.
      if (!ids[i].bound()) continue;
      AddDocument(batch, {graph_, document.index}, ids[i].bits,
                  document.tokens);
      owner_.Remember({graph_, document.index, ids[i].bits});
      ++added[document.index];
    }
    for (const auto& [index, documents] : added)
      owner_.Added({graph_, index}, documents);
  }

 private:
  struct Document {
    uint32_t index;
    TokenList tokens;
  };
  TextIndexes& owner_;
  const uint32_t graph_;
  std::vector<TermId> terms_;
  std::vector<Document> documents_;
  absl::flat_hash_set<std::pair<uint32_t, uint8_t>> languages_;
};

TextIndexes::~TextIndexes() = default;

void TextIndexes::Remember(const DocumentKey& document) {
  const std::lock_guard lock(mutex_);
  if (recent_.size() >= kMostRemembered) recent_.clear();
  recent_.insert(document);
}

bool TextIndexes::Remembers(const DocumentKey& document) {
  const std::lock_guard lock(mutex_);
  return recent_.contains(document);
}

void TextIndexes::Added(PostingIndex index, uint64_t documents) {
  {
    const std::lock_guard lock(mutex_);
    uint64_t& added = added_[{index.graph, index.index}];
    added += documents;
    if (added < kFoldDocuments) return;
    added = 0;
  }
  if (wants_fold_) wants_fold_(index);
}

void TextIndexes::FoundInDelta(PostingIndex index, size_t documents) {
  if (documents >= kFoldDocuments && wants_fold_) wants_fold_(index);
}

absl::Status TextIndexes::Fold(storage::KvStore& kv, PostingIndex index,
                               const FoldOptions& options) {
  const std::lock_guard lock(changing_);
  SKG_ASSIGN_OR_RETURN(const std::vector<IndexDefinition> definitions,
                       ReadDefinitions(kv, index.graph, nullptr));
  for (const IndexDefinition& definition : definitions) {
    if (definition.number == index.index) return text::Fold(kv, index, options);
  }
  return absl::OkStatus();
}

absl::StatusOr<std::shared_ptr<const TextIndexes::Declared>>
TextIndexes::DeclaredIn(GraphState& graph) {
  const std::lock_guard lock(mutex_);
  auto& declared = declared_[graph.description.number];
  if (declared == nullptr) {
    SKG_ASSIGN_OR_RETURN(
        std::vector<IndexDefinition> definitions,
        ReadDefinitions(graph.kv, graph.description.number, nullptr));
    auto made = std::make_shared<Declared>();
    for (IndexDefinition& definition : definitions)
      made->indexes.push_back(
          std::make_unique<const Index>(std::move(definition)));
    declared = std::move(made);
  }
  return declared;
}

absl::Status TextIndexes::Redeclare(GraphState& graph,
                                    const Cancellation* cancellation) {
  std::weak_ptr<const Declared> old;
  {
    const std::lock_guard lock(mutex_);
    const auto known = declared_.find(graph.description.number);
    if (known != declared_.end()) {
      old = known->second;
      declared_.erase(known);
    }
  }
  SKG_RETURN_IF_ERROR(DeclaredIn(graph).status());
  // Commits and loads that were prepared with the old ones.
  while (!old.expired()) {
    if (cancellation != nullptr) SKG_RETURN_IF_ERROR(cancellation->Check());
    std::this_thread::sleep_for(kWait);
  }
  return absl::OkStatus();
}

void TextIndexes::ForgetGraph(uint32_t graph) {
  const std::lock_guard lock(mutex_);
  declared_.erase(graph);
}

namespace {

// The terms that a commit brings as texts.
class RequestTerms {
 public:
  RequestTerms(GraphState& graph, const storage::CommitRequest& request)
      : graph_(graph), request_(request) {}

  absl::StatusOr<const rdf::Term*> Get(TermId id) {
    if (id.in_arena()) return &request_.new_terms[id.payload()];
    if (const auto it = known_.find(id); it != known_.end())
      return it->second.get();
    std::vector<rdf::Term> terms;
    SKG_RETURN_IF_ERROR(graph_.dictionary.Decode(graph_.description.number,
                                                 std::span(&id, 1), &terms));
    auto& kept = known_[id];
    kept = std::make_unique<rdf::Term>(std::move(terms.front()));
    return kept.get();
  }
  // Without looking anything up; of an id of the dictionary by its tag.
  [[nodiscard]] bool MayBeText(TermId id) const {
    return id.in_arena() ? IsText(request_.new_terms[id.payload()])
                         : IsText(id);
  }
  [[nodiscard]] bool IsIri(TermId id) const {
    return id.in_arena()
               ? request_.new_terms[id.payload()].kind == rdf::TermKind::kIri
               : id.tag() == rdf::TermTag::kIri;
  }

 private:
  GraphState& graph_;
  const storage::CommitRequest& request_;
  absl::flat_hash_map<TermId, std::unique_ptr<rdf::Term>> known_;
};

absl::StatusOr<bool> IsDeclared(const std::vector<rdf::Term>& predicates,
                                TermId predicate, RequestTerms& terms) {
  if (predicates.empty()) return true;
  SKG_ASSIGN_OR_RETURN(const rdf::Term* term, terms.Get(predicate));
  return std::find(predicates.begin(), predicates.end(), *term) !=
         predicates.end();
}

}  // namespace

absl::StatusOr<storage::CommitParticipant::Prepared> TextIndexes::Prepare(
    GraphState& graph, const storage::CommitRequest& request) {
  SKG_ASSIGN_OR_RETURN(const std::shared_ptr<const Declared> declared,
                       DeclaredIn(graph));
  Prepared prepared;
  prepared.hold = declared;
  if (declared->indexes.empty()) return prepared;

  const uint32_t number = graph.description.number;
  auto part = std::make_shared<Part>(*this, number);
  RequestTerms terms(graph, request);
  for (const auto& index : declared->indexes) {
    absl::flat_hash_set<TermId> done;
    const auto add = [&](TermId id) -> absl::Status {
      if (!done.insert(id).second) return absl::OkStatus();
      if (!id.in_arena() &&
          Remembers({number, index->definition.number, id.bits})) {
        return absl::OkStatus();
      }
      SKG_ASSIGN_OR_RETURN(const rdf::Term* term, terms.Get(id));
      const TermText text =
          TextOf(*term, graph.description.base_namespace, index->language);
      TokenList tokens;
      index->analyzer.Analyze(text.text, text.language, tokens);
      if (!tokens.empty())
        part->Add(index->definition.number, id, text.language,
                  std::move(tokens));
      return absl::OkStatus();
    };
    for (const WriteOperation& operation : request.operations) {
      if (operation.kind != WriteOperation::Kind::kAdd &&
          operation.kind != WriteOperation::Kind::kAddIfAbsent) {
        continue;
      }
      const storage::StatementKey& key = operation.key;
      if (terms.MayBeText(key.object)) {
        SKG_ASSIGN_OR_RETURN(
            const bool wanted,
            IsDeclared(index->definition.predicates, key.predicate, terms));
        if (wanted) SKG_RETURN_IF_ERROR(add(key.object));
      }
      if (!index->names()) continue;
      for (const TermId id : {key.subject, key.object})
        if (terms.IsIri(id)) SKG_RETURN_IF_ERROR(add(id));
    }
  }
  if (!part->empty()) prepared.part = std::move(part);
  return prepared;
}

// Writes the texts that a view shows.
class TextIndexes::Writer {
 public:
  // Into segments with a builder, else (null) into the delta.
  Writer(GraphState& graph, const ReadView& view, const Index& index,
         PostingBuilder* builder, const Cancellation* cancellation)
      : graph_(graph),
        view_(view),
        index_(index),
        builder_(builder),
        cancellation_(cancellation),
        batch_(graph.kv.NewBatch()) {}
  // Into the delta.
  [[nodiscard]] uint64_t written() const { return written_; }

  absl::Status Write() {
    if (index_.definition.predicates.empty())
      SKG_RETURN_IF_ERROR(Objects({}, storage::TermOrder::kOsp));
    for (const rdf::Term& predicate : index_.definition.predicates) {
      storage::ScanPattern pattern;
      SKG_ASSIGN_OR_RETURN(pattern.predicate, view_.Lookup(predicate));
      if (pattern.predicate.bound())
        SKG_RETURN_IF_ERROR(Objects(pattern, storage::TermOrder::kPos));
    }
    if (index_.names()) {
      SKG_RETURN_IF_ERROR(Distinct(
          {}, storage::TermOrder::kSpo,
          [](const storage::StatementBatch& b) -> auto& { return b.subject; },
          [](TermId id) { return id.tag() == rdf::TermTag::kIri; }));
      SKG_RETURN_IF_ERROR(Distinct(
          {}, storage::TermOrder::kOsp,
          [](const storage::StatementBatch& b) -> auto& { return b.object; },
          [](TermId id) { return id.tag() == rdf::TermTag::kIri; }));
    }
    return Flush();
  }

 private:
  absl::Status Objects(const storage::ScanPattern& pattern,
                       storage::TermOrder order) {
    return Distinct(
        pattern, order,
        [](const storage::StatementBatch& b) -> auto& { return b.object; },
        [](TermId id) { return IsText(id); });
  }

  // The different terms of a column by which the scan is sorted.
  template <typename ColumnOf, typename Wanted>
  absl::Status Distinct(const storage::ScanPattern& pattern,
                        storage::TermOrder order, ColumnOf column,
                        Wanted wanted) {
    storage::ScanOptions options;
    options.order = order;
    options.cancellation = cancellation_;
    SKG_ASSIGN_OR_RETURN(const auto cursor, view_.Scan(pattern, options));
    storage::StatementBatch batch;
    std::vector<TermId> ids;
    TermId last;
    for (;;) {
      SKG_ASSIGN_OR_RETURN(const bool more, cursor->Next(batch));
      if (!more) break;
      ids.clear();
      for (const TermId id : column(batch)) {
        if (id == last) continue;
        last = id;
        if (wanted(id)) ids.push_back(id);
      }
      SKG_RETURN_IF_ERROR(AddAll(ids));
    }
    return absl::OkStatus();
  }

  absl::Status AddAll(const std::vector<TermId>& ids) {
    std::vector<rdf::Term> terms;
    SKG_RETURN_IF_ERROR(view_.Decode(ids, &terms));
    for (size_t i = 0; i < ids.size(); ++i) {
      const TermText text =
          TextOf(terms[i], graph_.description.base_namespace, index_.language);
      index_.analyzer.Analyze(text.text, text.language, tokens_);
      if (tokens_.empty()) continue;
      const PostingIndex index{graph_.description.number,
                               index_.definition.number};
      if (languages_.insert(text.language.number).second) {
        batch_->Put(storage::Family::kPostings,
                    LanguageKey(index, text.language), {});
      }
      if (builder_ != nullptr) {
        SKG_RETURN_IF_ERROR(builder_->Add(ids[i].bits, tokens_));
        continue;
      }
      AddDocument(*batch_, index, ids[i].bits, tokens_);
      ++written_;
      if (batch_->size_bytes() >= kBatchBytes) SKG_RETURN_IF_ERROR(Flush());
    }
    return absl::OkStatus();
  }

  absl::Status Flush() {
    if (batch_->empty()) return absl::OkStatus();
    SKG_RETURN_IF_ERROR(
        graph_.kv.Write(*batch_, storage::WriteMode::kBuffered));
    batch_->Clear();
    return absl::OkStatus();
  }

  GraphState& graph_;
  const ReadView& view_;
  const Index& index_;
  PostingBuilder* const builder_;
  const Cancellation* const cancellation_;
  uint64_t written_ = 0;
  std::unique_ptr<storage::KvBatch> batch_;
  absl::flat_hash_set<uint8_t> languages_;  // whose rows are written
  TokenList tokens_;
};

absl::Status TextIndexes::PrepareRun(GraphState& graph, const ReadView& added) {
  SKG_ASSIGN_OR_RETURN(const std::shared_ptr<const Declared> declared,
                       DeclaredIn(graph));
  for (const auto& index : declared->indexes) {
    Writer writer(graph, added, *index, nullptr, nullptr);
    SKG_RETURN_IF_ERROR(writer.Write());
    Added({graph.description.number, index->definition.number},
          writer.written());
  }
  return absl::OkStatus();
}

absl::Status TextIndexes::Fill(storage::GraphStore& graph, uint32_t number,
                               uint64_t* since,
                               const Cancellation* cancellation) {
  SKG_ASSIGN_OR_RETURN(const std::shared_ptr<const Declared> declared,
                       DeclaredIn(graph.state()));
  SKG_ASSIGN_OR_RETURN(const ReadView view, graph.Latest());
  *since = view.commit();
  for (const auto& index : declared->indexes) {
    if (index->definition.number != number) continue;
    PostingBuilderOptions options;
    options.memory_bytes = kBuildBytes;
    options.fold.cancellation = cancellation;
    options.fold.budget = graph.memory_budget();
    PostingBuilder builder(graph.state().kv,
                           {graph.description().number, number}, options);
    SKG_RETURN_IF_ERROR(
        Writer(graph.state(), view, *index, &builder, cancellation).Write());
    SKG_RETURN_IF_ERROR(builder.Finish());
    return graph.state().kv.Sync();
  }
  return absl::InternalError("a text index that is being built has no row");
}

absl::StatusOr<CommitResult> TextIndexes::Build(
    storage::GraphStore& graph, IndexDefinition definition,
    const std::vector<uint32_t>& replaced, Durability durability,
    const Cancellation* cancellation) {
  const uint32_t number = graph.description().number;
  absl::Status status = Redeclare(graph.state(), cancellation);
  if (status.ok()) {
    status = Fill(graph, definition.number, &definition.complete_since,
                  cancellation);
  }
  if (!status.ok()) {
    // What is left of it if this fails, too, is an index that is not complete.
    (void)End(graph, {definition.number}, {}, durability);
    return status;
  }
  return End(graph, replaced,
             {MakeDefinitionPart(number, definition, /*is_new=*/false)},
             durability);
}

absl::StatusOr<CommitResult> TextIndexes::End(
    storage::GraphStore& graph, const std::vector<uint32_t>& indexes,
    std::vector<std::shared_ptr<storage::CommitPart>> parts,
    Durability durability) {
  const uint32_t number = graph.description().number;
  for (const uint32_t index : indexes)
    parts.push_back(MakeDropPart({number, index}));
  auto result = CommitParts(graph, std::move(parts), durability);
  if (!result.ok() || indexes.empty()) return result;
  SKG_RETURN_IF_ERROR(Redeclare(graph.state(), nullptr));
  // What was written by commits that had been prepared before.
  const auto batch = graph.state().kv.NewBatch();
  for (const uint32_t index : indexes) DropIndex(*batch, {number, index});
  SKG_RETURN_IF_ERROR(
      graph.state().kv.Write(*batch, storage::WriteMode::kBuffered));
  return result;
}

namespace {

// All of a name: a rebuild that a crash ended has left two.
std::vector<uint32_t> NumbersOf(const std::vector<IndexDefinition>& indexes,
                                std::string_view name) {
  std::vector<uint32_t> numbers;
  for (const IndexDefinition& index : indexes)
    if (index.name == name) numbers.push_back(index.number);
  return numbers;
}

}  // namespace

absl::StatusOr<CommitResult> TextIndexes::Create(
    storage::GraphStore graph, IndexDefinition definition,
    Durability durability, const Cancellation* cancellation) {
  const std::lock_guard lock(changing_);
  SKG_ASSIGN_OR_RETURN(const ReadView view, graph.Latest());
  SKG_ASSIGN_OR_RETURN(const auto indexes, ListIndexes(view));
  for (const IndexDefinition& index : indexes) {
    if (index.name != definition.name) continue;
    return absl::AlreadyExistsError(
        absl::StrCat("the graph has a text index \"", index.name,
                     "\" already; drop it first, or choose another name"));
  }
  SKG_ASSIGN_OR_RETURN(definition.number, NextNumber(view));
  definition.created = absl::Now();
  SKG_ASSIGN_OR_RETURN(
      const CommitResult made,
      CommitParts(graph,
                  {MakeDefinitionPart(graph.description().number, definition,
                                      /*is_new=*/true)},
                  durability));
  definition.created_commit = made.commit;
  return Build(graph, std::move(definition), {}, durability, cancellation);
}

absl::StatusOr<CommitResult> TextIndexes::Rebuild(
    storage::GraphStore graph, std::string_view name, Durability durability,
    const Cancellation* cancellation) {
  const std::lock_guard lock(changing_);
  SKG_ASSIGN_OR_RETURN(const ReadView view, graph.Latest());
  SKG_ASSIGN_OR_RETURN(IndexDefinition definition, FindIndex(view, name));
  SKG_ASSIGN_OR_RETURN(const auto indexes, ListIndexes(view));
  definition.complete_since = 0;
  SKG_ASSIGN_OR_RETURN(definition.number, NextNumber(view));
  SKG_ASSIGN_OR_RETURN(
      const CommitResult made,
      CommitParts(graph,
                  {MakeDefinitionPart(graph.description().number, definition,
                                      /*is_new=*/true)},
                  durability));
  definition.created_commit = made.commit;
  return Build(graph, std::move(definition), NumbersOf(indexes, name),
               durability, cancellation);
}

absl::StatusOr<CommitResult> TextIndexes::Drop(storage::GraphStore graph,
                                               std::string_view name,
                                               Durability durability) {
  const std::lock_guard lock(changing_);
  SKG_ASSIGN_OR_RETURN(const ReadView view, graph.Latest());
  SKG_RETURN_IF_ERROR(FindIndex(view, name).status());
  SKG_ASSIGN_OR_RETURN(const auto indexes, ListIndexes(view));
  return End(graph, NumbersOf(indexes, name), {}, durability);
}

}  // namespace skg::text
