#include "sparql/search_property.h"

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "query/record_property.h"
#include "query/tables/table_source.h"
#include "rdf/term.h"

namespace skg::sparql {
namespace {

using query::PatternTerm;

constexpr std::string_view kMatches = "matches";
constexpr std::string_view kSimilarTo = "similarTo";

std::optional<std::string> NameOf(std::string_view iri) {
  if (!iri.starts_with(query::kRecordVocabulary)) return std::nullopt;
  iri.remove_prefix(query::kRecordVocabulary.size());
  if (iri != kMatches && iri != kSimilarTo) return std::nullopt;
  return std::string(iri);
}

// The arguments in their sequence.
class SearchReader {
 public:
  SearchReader(ParseState& state, const SearchPattern& search)
      : state_(state),
        search_(search),
        by_words_(search.property == kMatches) {}

  bool Read() {
    if (!ReadFirst(search_.arguments[0])) return false;
    for (size_t i = 1; i < search_.arguments.size(); ++i) {
      if (!ReadNext(search_.arguments[i])) return false;
    }
    return true;
  }

  bool Finish(Pattern& out) {
    query::Variable node;
    const bool is_constant = search_.subject.is_term();
    if (is_constant) {
      node = state_.NewVariable('s');
    } else if (search_.subject.is_variable()) {
      node = search_.subject.variable();
    } else {
      return Fail("its subject is a node");
    }
    query::TableCall call;
    std::vector<std::string> names = {"entity"};
    call.columns = {node};
    constexpr const char* kColumns[] = {"score", "text"};
    for (size_t i = 0; i < variables_.size(); ++i) {
      if (std::count(call.columns.begin(), call.columns.end(), variables_[i]) !=
          0) {
        return Fail("each of its variables is another one");
      }
      names.emplace_back(kColumns[i]);
      call.columns.push_back(variables_[i]);
    }
    call.function =
        query::MakeNamedTable(by_words_ ? "textSearch" : "vectorSearch",
                              std::move(arguments_), std::move(names));
    out.algebra = query::MakeAlgebra(std::move(call));
    if (!is_constant) return state_.Charge(sizeof(query::Algebra));
    Pattern subject;
    subject.algebra =
        query::MakeAlgebra(query::Values{{node}, {{search_.subject.term()}}});
    return JoinTo(state_, out, std::move(subject));
  }

 private:
  bool ReadFirst(const PatternTerm& what) {
    if (what.is_term() && what.term().kind == rdf::TermKind::kLiteral) {
      arguments_.push_back({by_words_ ? "query" : "text", what.term()});
      return true;
    }
    const bool is_node =
        what.is_term() && !by_words_ && what.term().kind == rdf::TermKind::kIri;
    if (!is_node) {
      return Fail(by_words_ ? "it begins with the words to look for, as a text"
                            : "it begins with a text or a node");
    }
    arguments_.push_back({"near", what.term()});
    return true;
  }

  bool ReadNext(const PatternTerm& argument) {
    if (argument.is_variable()) {
      if (variables_.size() == (by_words_ ? 2 : 1))
        return Fail("it has too many variables");
      variables_.push_back(argument.variable());
      return true;
    }
    if (!argument.is_term() ||
        argument.term().kind != rdf::TermKind::kLiteral) {
      return Fail("nodes are no arguments of it");
    }
    const bool is_limit = argument.term().datatype == rdf::iri::kXsdInteger;
    bool& has = is_limit ? has_limit_ : has_index_;
    if (std::exchange(has, true))
      return Fail(is_limit ? "it has two limits" : "it has two indexes");
    arguments_.push_back({is_limit ? "limit" : "index", argument.term()});
    return true;
  }

  bool Fail(std::string_view reason) {
    const char* const right =
        by_words_ ? "?node skg:matches (\"words\" LIMIT ?score ?text "
                    "\"index\")"
                  : "?node skg:similarTo (\"text\" LIMIT ?score \"index\"), "
                    "or with a node instead of the text";
    return state_.Fail(
        search_.offset,
        absl::StrCat("skg:", search_.property, ": ", av(reason), "; write ",
                     right, ", of which all but the first may be left out"));
  }

  ParseState& state_;
  const SearchPattern& search_;
  const bool by_words_;
  bool has_limit_ = false, has_index_ = false;
  std::vector<query::Variable> variables_;
  std::vector<query::TableArgument> arguments_;
};

}  // namespace

std::optional<std::string> SearchPropertyOf(const PatternTerm& predicate) {
  if (!predicate.is_term() || predicate.term().kind != rdf::TermKind::kIri)
    return std::nullopt;
  return NameOf(predicate.term().value);
}

bool HasSearchProperty(const query::PropertyPath& path) {
  return NameOf(path.iri).has_value() ||
         std::any_of(path.parts.begin(), path.parts.end(), HasSearchProperty);
}

bool MakeSearch(ParseState& state, const SearchPattern& search, Pattern& out) {
  SearchReader reader(state, search);
  return reader.Read() && reader.Finish(out);
}

}  // namespace skg::sparql
