#include "sparql/table_service.h"

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "query/record_property.h"
#include "query/tables/table_source.h"

namespace skg::sparql {
namespace {

// The subject of arguments.
constexpr std::string_view kWith = "with";
// The column of what the others are about: the subject of their triples.
constexpr const char* kEntity = "entity";

// What follows the vocabulary; unset: it is no IRI of it.
std::optional<std::string> LocalName(const query::PatternTerm& term) {
  if (!term.is_term() || term.term().kind != rdf::TermKind::kIri)
    return std::nullopt;
  const std::string& iri = term.term().value;
  if (!iri.starts_with(query::kRecordVocabulary)) return std::nullopt;
  return iri.substr(query::kRecordVocabulary.size());
}

// The triples of the braces, one by one.
class CallReader {
 public:
  CallReader(ParseState& state, size_t offset, const std::string& name)
      : state_(state), offset_(offset), name_(name) {}

  bool Read(const query::TriplePattern& triple) {
    const std::optional<std::string> property = LocalName(triple.predicate);
    if (!property) return Fail("its predicates are of the skg: vocabulary");
    if (const auto subject = LocalName(triple.subject);
        subject && *subject == kWith) {
      return ReadArgument(*property, triple.object);
    }
    return ReadColumn(*property, triple);
  }

  bool Finish(query::TableCall& call) {
    if (!node_) return Fail("it asks for no column");
    columns_.insert(columns_.begin(), {kEntity, *node_});
    std::vector<std::string> names;
    for (auto& [column, variable] : columns_) {
      names.push_back(std::move(column));
      call.columns.push_back(variable);
    }
    std::vector<query::Variable> sorted = call.columns;
    std::sort(sorted.begin(), sorted.end());
    if (std::adjacent_find(sorted.begin(), sorted.end()) != sorted.end())
      return Fail("each column needs a variable of its own");
    call.function =
        query::MakeNamedTable(name_, std::move(arguments_), std::move(names));
    return true;
  }

  bool Fail(std::string_view reason) {
    return state_.Fail(
        offset_, absl::StrCat("SERVICE skg:", name_, ": ", std::string(reason),
                              "; write { skg:with skg:ARGUMENT value . "
                              "?node skg:COLUMN ?variable }"));
  }

 private:
  bool ReadArgument(const std::string& property,
                    const query::PatternTerm& value) {
    if (!value.is_term()) return Fail("arguments are constants");
    arguments_.push_back({property, value.term()});
    return true;
  }

  bool ReadColumn(const std::string& property,
                  const query::TriplePattern& triple) {
    if (!triple.subject.is_variable() || !triple.object.is_variable())
      return Fail("columns are variables of a variable");
    if (node_ && *node_ != triple.subject.variable())
      return Fail("all columns are of one variable");
    node_ = triple.subject.variable();
    columns_.emplace_back(property, triple.object.variable());
    return true;
  }

  ParseState& state_;
  const size_t offset_;
  const std::string& name_;
  std::optional<query::Variable> node_;
  std::vector<std::pair<std::string, query::Variable>> columns_;
  std::vector<query::TableArgument> arguments_;
};

}  // namespace

std::optional<std::string> TableOf(const query::PatternTerm& endpoint) {
  return LocalName(endpoint);
}

bool MakeTableCall(ParseState& state, size_t offset, std::string name,
                   const query::Algebra& body, query::TableCall& call) {
  CallReader reader(state, offset, name);
  const auto* bgp = std::get_if<query::Bgp>(&body.node);
  if (bgp == nullptr || !bgp->records.empty() || !bgp->statements.empty())
    return reader.Fail("only plain triple patterns may stand in its braces");
  for (const query::TriplePattern& triple : bgp->triples) {
    if (!reader.Read(triple)) return false;
  }
  return reader.Finish(call);
}

}  // namespace skg::sparql
