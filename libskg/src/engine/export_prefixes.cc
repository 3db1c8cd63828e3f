#include "engine/export_prefixes.h"

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "engine/export_rows.h"

namespace skg::engine {
namespace {

constexpr std::pair<std::string_view, std::string_view> kUsual[] = {
    {"rdf", "http://www.w3.org/1999/02/22-rdf-syntax-ns#"},
    {"rdfs", "http://www.w3.org/2000/01/rdf-schema#"},
    {"xsd", "http://www.w3.org/2001/XMLSchema#"},
    {"owl", "http://www.w3.org/2002/07/owl#"},
    {"skos", "http://www.w3.org/2004/02/skos/core#"},
    {"foaf", "http://xmlns.com/foaf/0.1/"},
    {"dc", "http://purl.org/dc/elements/1.1/"},
    {"dcterms", "http://purl.org/dc/terms/"},
    {"schema", "https://schema.org/"},
    {"prov", "http://www.w3.org/ns/prov#"},
    {"geo", "http://www.opengis.net/ont/geosparql#"},
    {"sh", "http://www.w3.org/ns/shacl#"},
    {"void", "http://rdfs.org/ns/void#"},
    {"dcat", "http://www.w3.org/ns/dcat#"},
    {"vcard", "http://www.w3.org/2006/vcard/ns#"},
    {"wd", "http://www.wikidata.org/entity/"},
    {"wdt", "http://www.wikidata.org/prop/direct/"},
    {"dbr", "http://dbpedia.org/resource/"},
    {"dbo", "http://dbpedia.org/ontology/"},
};

// Each of them costs a seek.
constexpr size_t kMaxPredicates = 256;
constexpr size_t kMaxPrefixes = 40;
// A namespace that the first batch uses less often is not worth a line.
constexpr size_t kOften = 8;

// Up to and including the last # or /; empty where nothing follows it that a
// short name could show.
std::string_view NamespaceOf(std::string_view iri) {
  const size_t end = iri.find_last_of("#/");
  if (end == std::string_view::npos || end + 1 == iri.size()) return {};
  return iri.substr(0, end + 1);
}

class PrefixChoice {
 public:
  explicit PrefixChoice(std::string_view base) : base_(base) {
    prefixes_[""] = base;
  }

  void Add(std::string_view name_space) {
    if (name_space.empty() || name_space == base_ ||
        prefixes_.size() >= kMaxPrefixes ||
        std::find(chosen_.begin(), chosen_.end(), name_space) !=
            chosen_.end()) {
      return;
    }
    chosen_.emplace_back(name_space);
    for (const auto& [name, iri] : kUsual) {
      if (iri == name_space) {
        prefixes_[std::string(name)] = iri;
        return;
      }
    }
    prefixes_[absl::StrCat("ns", ++numbered_)] = name_space;
  }

  std::map<std::string, std::string> Take() { return std::move(prefixes_); }

 private:
  const std::string base_;
  std::map<std::string, std::string> prefixes_;
  std::vector<std::string> chosen_;
  size_t numbered_ = 0;
};

// Jumps from one predicate to the next instead of reading their statements.
absl::StatusOr<std::vector<rdf::TermId>> SomePredicates(
    const storage::ReadView& view) {
  SKG_ASSIGN_OR_RETURN(const std::unique_ptr<storage::ScanCursor> cursor,
                       view.Scan({}, {.order = storage::TermOrder::kPos}));
  std::vector<rdf::TermId> predicates;
  storage::StatementBatch batch;
  while (predicates.size() < kMaxPredicates) {
    SKG_ASSIGN_OR_RETURN(const bool more, cursor->Next(batch));
    if (!more) break;
    for (const rdf::TermId id : batch.predicate) {
      if (predicates.empty() || predicates.back() != id)
        predicates.push_back(id);
    }
    const rdf::TermId next{predicates.back().bits + 1};
    SKG_RETURN_IF_ERROR(cursor->Seek(next, {}, {}));
  }
  return predicates;
}

void CountNamespaces(const rdf::Term& term,
                     std::map<std::string, size_t, std::less<>>& counts) {
  const std::string& iri =
      term.kind == rdf::TermKind::kLiteral ? term.datatype : term.value;
  if (term.kind == rdf::TermKind::kBlankNode ||
      term.kind == rdf::TermKind::kTripleTerm)
    return;
  const std::string_view name_space = NamespaceOf(iri);
  if (name_space.empty()) return;
  const auto entry = counts.find(name_space);
  if (entry != counts.end()) {
    ++entry->second;
  } else {
    counts.emplace(name_space, 1);
  }
}

absl::Status AddFrequent(const storage::ReadView& view, TermCache& terms,
                         PrefixChoice& choice) {
  SKG_ASSIGN_OR_RETURN(const std::unique_ptr<storage::ScanCursor> cursor,
                       view.Scan({}, {.order = storage::TermOrder::kSpo}));
  storage::StatementBatch batch;
  SKG_ASSIGN_OR_RETURN(const bool any, cursor->Next(batch));
  if (!any) return absl::OkStatus();
  SKG_RETURN_IF_ERROR(terms.Load(batch));
  std::map<std::string, size_t, std::less<>> counts;
  for (size_t i = 0; i < batch.size(); ++i) {
    CountNamespaces(terms.Get(batch.subject[i]), counts);
    CountNamespaces(terms.Get(batch.object[i]), counts);
    if (batch.graph[i].bound())
      CountNamespaces(terms.Get(batch.graph[i]), counts);
  }
  for (const auto& [name_space, count] : counts) {
    if (count >= kOften) choice.Add(name_space);
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::map<std::string, std::string>> ChoosePrefixes(
    const storage::ReadView& view, std::string_view base) {
  PrefixChoice choice(base);
  TermCache terms(view);
  SKG_ASSIGN_OR_RETURN(const std::vector<rdf::TermId> predicates,
                       SomePredicates(view));
  SKG_RETURN_IF_ERROR(terms.Load(predicates));
  for (const rdf::TermId id : predicates)
    choice.Add(NamespaceOf(terms.Get(id).value));
  SKG_RETURN_IF_ERROR(AddFrequent(view, terms, choice));
  return choice.Take();
}

}  // namespace skg::engine
