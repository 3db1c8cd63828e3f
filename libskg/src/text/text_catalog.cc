#include "text/text_catalog.h"

#include <span>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/bytes.h"
#include "base/status.h"
#include "base/strings.h"
#include "skg/field_error.h"
#include "skg_storage.pb.h"
#include "storage/graph_state.h"
#include "storage/index_catalog.h"
#include "storage/keys.h"
#include "text/language.h"

namespace skg::text {

using storage::Family;

namespace {

constexpr size_t kMostPredicates = 64;
constexpr char kNextKind = 'X';
constexpr char kDefinitionKind = 'I';
constexpr char kLanguageKind = 'L';

std::string NextKey(uint32_t graph) {
  return KindPrefix({graph, 0}, kNextKind);
}

std::string DefinitionKey(uint32_t graph, uint32_t number) {
  std::string key = KindPrefix({graph, 0}, kDefinitionKind);
  AppendBigEndian(number, key);
  return key;
}

absl::Status Damaged(std::string_view what) {
  return absl::DataLossError(
      absl::StrCat("damaged row of a text index: ", av(what)));
}

class DefinitionPart final : public storage::CommitPart {
 public:
  DefinitionPart(uint32_t graph, IndexDefinition definition, bool is_new)
      : graph_(graph), definition_(std::move(definition)), is_new_(is_new) {}
  [[nodiscard]] std::span<const rdf::TermId> terms() const override {
    return {};
  }
  void AddRows(uint64_t commit, std::span<const rdf::TermId>,
               storage::KvBatch& batch) override {
    if (is_new_) {
      definition_.created_commit = commit;
      PutDefinition(graph_, definition_, batch);
    } else {
      batch.Put(Family::kPostings, DefinitionKey(graph_, definition_.number),
                EncodeDefinition(definition_));
    }
  }

 private:
  const uint32_t graph_;
  IndexDefinition definition_;
  const bool is_new_;
};

class DropPart final : public storage::CommitPart {
 public:
  explicit DropPart(PostingIndex index) : index_(index) {}
  [[nodiscard]] std::span<const rdf::TermId> terms() const override {
    return {};
  }
  void AddRows(uint64_t, std::span<const rdf::TermId>,
               storage::KvBatch& batch) override {
    batch.Delete(Family::kPostings, DefinitionKey(index_.graph, index_.index));
    DropIndex(batch, index_);
  }

 private:
  const PostingIndex index_;
};

}  // namespace

std::string EncodeDefinition(const IndexDefinition& index) {
  proto::TextIndexRow row;
  row.set_name(index.name);
  row.set_over_statements(index.options.over == IndexOver::kStatements);
  for (const rdf::Term& predicate : index.predicates)
    row.add_predicates(rdf::ToNTriples(predicate));
  row.set_names(index.options.names);
  row.set_metadata(index.options.metadata);
  row.set_language(index.options.language);
  row.set_stemming(index.options.stemming);
  row.set_stop_words(index.options.stop_words);
  row.set_created_commit(index.created_commit);
  row.set_created_unix_micros(absl::ToUnixMicros(index.created));
  row.set_complete_since(index.complete_since);
  return row.SerializeAsString();
}

absl::StatusOr<IndexDefinition> DecodeDefinition(uint32_t number,
                                                 std::string_view bytes) {
  proto::TextIndexRow row;
  if (!row.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())))
    return Damaged("its definition");
  IndexDefinition index;
  index.number = number;
  index.name = row.name();
  index.options.over =
      row.over_statements() ? IndexOver::kStatements : IndexOver::kNodes;
  for (const std::string& text : row.predicates()) {
    SKG_ASSIGN_OR_RETURN(rdf::Term predicate, rdf::FromNTriples(text));
    index.predicates.push_back(std::move(predicate));
  }
  index.options.names = row.names();
  index.options.metadata = row.metadata();
  index.options.language = row.language();
  index.options.stemming = row.stemming();
  index.options.stop_words = row.stop_words();
  index.created_commit = row.created_commit();
  index.created = absl::FromUnixMicros(row.created_unix_micros());
  index.complete_since = row.complete_since();
  return index;
}

void PutDefinition(uint32_t graph, const IndexDefinition& definition,
                   storage::KvBatch& batch) {
  std::string next;
  AppendBigEndian(definition.number + 1, next);
  batch.Put(Family::kPostings, NextKey(graph), next);
  batch.Put(Family::kPostings, DefinitionKey(graph, definition.number),
            EncodeDefinition(definition));
}

absl::StatusOr<IndexDefinition> ReadOptions(std::string_view name,
                                            const TextIndexOptions& options,
                                            const rdf::NameSpace& names) {
  std::vector<FieldError> errors;
  IndexDefinition index;
  index.name = std::string(name);
  index.options = options;
  index.options.predicates = {};
  storage::CheckIndexName(name, errors);
  if (options.predicates.size() > kMostPredicates) {
    errors.push_back({{"predicates"},
                      absl::StrCat("at most ", kMostPredicates,
                                   " are possible; none means all predicates"),
                      "too_long"});
  }
  for (size_t i = 0; i < options.predicates.size() && i < kMostPredicates;
       ++i) {
    absl::StatusOr<rdf::Term> term = names.ToTerm(options.predicates[i]);
    if (term.ok() && term->kind == rdf::TermKind::kIri) {
      index.predicates.push_back(*std::move(term));
      continue;
    }
    errors.push_back({{"predicates", absl::StrCat(i)},
                      term.ok() ? "a predicate is an IRI"
                                : std::string(sv(term.status().message())),
                      "malformed"});
  }
  if (!options.language.empty() && !LanguageOfTag(options.language).known()) {
    errors.push_back(
        {{"language"},
         absl::StrCat("no stemmer is known for \"", options.language,
                      "\"; leave it empty for none"),
         "not_allowed"});
  }
  if (!errors.empty()) return FieldErrorStatus(errors);
  return index;
}

absl::StatusOr<std::vector<IndexDefinition>> ReadDefinitions(
    const storage::KvStore& kv, uint32_t graph, const storage::KvSnapshot* at) {
  const std::string prefix = KindPrefix({graph, 0}, kDefinitionKind);
  const auto rows = kv.NewIterator(
      Family::kPostings,
      {.snapshot = at, .lower = prefix, .upper = storage::PrefixEnd(prefix)});
  std::vector<IndexDefinition> indexes;
  for (rows->SeekToFirst(); rows->Valid(); rows->Next()) {
    if (rows->key().size() != prefix.size() + 4) return Damaged("its key");
    SKG_ASSIGN_OR_RETURN(
        IndexDefinition index,
        DecodeDefinition(
            LoadBigEndian<uint32_t>(rows->key().data() + prefix.size()),
            rows->value()));
    indexes.push_back(std::move(index));
  }
  SKG_RETURN_IF_ERROR(rows->status());
  return indexes;
}

absl::StatusOr<std::vector<IndexDefinition>> ListIndexes(
    const storage::ReadView& view) {
  return ReadDefinitions(view.snapshot()->graph().kv, view.description().number,
                         view.snapshot()->kv());
}

absl::StatusOr<IndexDefinition> FindIndex(const storage::ReadView& view,
                                          std::string_view name) {
  SKG_ASSIGN_OR_RETURN(std::vector<IndexDefinition> indexes, ListIndexes(view));
  std::string names;
  IndexDefinition* incomplete = nullptr;
  for (IndexDefinition& index : indexes) {
    if (index.name == name) {
      if (index.complete_since > 0) return std::move(index);
      if (incomplete == nullptr) incomplete = &index;
    }
    absl::StrAppend(&names, names.empty() ? "" : ", ", index.name);
  }
  if (incomplete != nullptr) return std::move(*incomplete);
  return absl::NotFoundError(absl::StrCat(
      "no text index \"", av(name), "\" in this graph; ",
      names.empty() ? "there is none" : absl::StrCat("there are: ", names)));
}

absl::Status CheckNewName(const std::vector<IndexDefinition>& indexes,
                          std::string_view name) {
  for (const IndexDefinition& index : indexes) {
    if (index.name != name) continue;
    return absl::AlreadyExistsError(
        absl::StrCat("the graph has a text index \"", index.name,
                     "\" already; drop it first, or choose another name"));
  }
  return absl::OkStatus();
}

absl::StatusOr<uint32_t> NextNumber(const storage::ReadView& view) {
  return storage::NextIndexNumber(view, Family::kPostings,
                                  NextKey(view.description().number));
}

absl::Status DropIncomplete(storage::KvStore& kv) {
  const auto graphs = kv.NewIterator(Family::kPostings, {});
  const auto batch = kv.NewBatch();
  graphs->SeekToFirst();
  while (graphs->Valid()) {
    if (graphs->key().size() < storage::kGraphBytes) return Damaged("a key");
    const auto graph = LoadBigEndian<uint32_t>(graphs->key().data());
    SKG_ASSIGN_OR_RETURN(const auto indexes,
                         ReadDefinitions(kv, graph, nullptr));
    for (const IndexDefinition& index : indexes) {
      if (index.complete_since > 0) continue;
      batch->Delete(Family::kPostings, DefinitionKey(graph, index.number));
      DropIndex(*batch, {graph, index.number});
    }
    graphs->Seek(storage::PrefixEnd(storage::GraphPrefix(graph)));
  }
  SKG_RETURN_IF_ERROR(graphs->status());
  return batch->empty() ? absl::OkStatus()
                        : kv.Write(*batch, storage::WriteMode::kBuffered);
}

std::string LanguageKey(PostingIndex index, Language language) {
  std::string key = KindPrefix(index, kLanguageKind);
  key.append(LanguageCode(language));
  return key;
}

absl::StatusOr<std::vector<Language>> ReadLanguages(
    const storage::KvStore& kv, PostingIndex index,
    const storage::KvSnapshot* at) {
  const std::string prefix = KindPrefix(index, kLanguageKind);
  const auto rows = kv.NewIterator(
      Family::kPostings,
      {.snapshot = at, .lower = prefix, .upper = storage::PrefixEnd(prefix)});
  std::vector<Language> languages;
  for (rows->SeekToFirst(); rows->Valid(); rows->Next())
    languages.push_back(LanguageOfTag(rows->key().substr(prefix.size())));
  SKG_RETURN_IF_ERROR(rows->status());
  return languages;
}

std::shared_ptr<storage::CommitPart> MakeDefinitionPart(
    uint32_t graph, IndexDefinition definition, bool is_new) {
  return std::make_shared<DefinitionPart>(graph, std::move(definition), is_new);
}

std::shared_ptr<storage::CommitPart> MakeDropPart(PostingIndex index) {
  return std::make_shared<DropPart>(index);
}

}  // namespace skg::text
