// SELECT, ASK, CONSTRUCT and DESCRIBE.
#include <algorithm>
#include <utility>
#include <vector>

#include "sparql/dataset_clause.h"
#include "sparql/parse_state.h"
#include "sparql/parser.h"
#include "sparql/select_parser.h"
#include "sparql/template_pattern.h"
#include "sparql/triples_parser.h"

namespace skg::sparql {
namespace {

using query::PatternTerm;
using query::Query;

class QueryParser {
 public:
  QueryParser(std::string_view text, const ParseOptions& options)
      : state_(text, options), select_(state_) {}

  absl::StatusOr<Query> Parse();

 private:
  bool Form();
  bool Select();
  bool Ask();
  bool Construct();
  bool ConstructWhere();
  bool Describe();
  bool Dataset() { return ReadDataset(state_, "FROM", query_.dataset); }

  ParseState state_;
  SelectParser select_;
  Query query_;
  Pattern pattern_;
};

absl::StatusOr<Query> QueryParser::Parse() {
  if (!state_.ReadPrologue() || !Form() || !select_.ReadTrailingValues() ||
      !state_.Expect(Token::kEnd, "the end of the query") ||
      !select_.Apply(pattern_)) {
    return state_.status();
  }
  query_.pattern = std::move(pattern_.algebra);
  query_.result = select_.columns();
  query_.variables = state_.TakeTable();
  query_.base_iri = state_.base_text();
  query_.prefixes = state_.TakePrefixes();
  return std::move(query_);
}

bool QueryParser::Form() {
  if (state_.AcceptKeyword("SELECT")) return Select();
  if (state_.AcceptKeyword("ASK")) return Ask();
  if (state_.AcceptKeyword("CONSTRUCT")) return Construct();
  if (state_.AcceptKeyword("DESCRIBE")) return Describe();
  return state_.Unexpected(
      "BASE, PREFIX, VERSION, SELECT, ASK, CONSTRUCT or DESCRIBE");
}

bool QueryParser::Select() {
  query_.form = Query::Form::kSelect;
  return select_.ReadClause() && Dataset() && ReadWhere(state_, pattern_) &&
         select_.ReadModifiers();
}

bool QueryParser::Ask() {
  query_.form = Query::Form::kAsk;
  return Dataset() && ReadWhere(state_, pattern_) && select_.ReadModifiers();
}

bool QueryParser::Construct() {
  query_.form = Query::Form::kConstruct;
  if (!state_.Accept(Token::kOpenBrace)) return ConstructWhere();
  TriplesParser triples(state_, TripleRules::kTemplate);
  if (triples.AtTriples() && !triples.Triples()) return false;
  query_.construct = triples.TakeTriples();
  return state_.Expect(Token::kCloseBrace, "'.', ';', ',' or '}'") &&
         Dataset() && ReadWhere(state_, pattern_) && select_.ReadModifiers();
}

// The template is the pattern too.
bool QueryParser::ConstructWhere() {
  if (!Dataset()) return false;
  if (!state_.IsKeyword("WHERE")) return state_.Unexpected("'{' or WHERE");
  state_.Advance();
  TriplesParser triples(state_, TripleRules::kTemplate);
  if (!state_.Expect(Token::kOpenBrace, "'{'") ||
      (triples.AtTriples() && !triples.Triples()) ||
      !state_.Expect(Token::kCloseBrace,
                     "'.', ';', ',' or '}'; without a template WHERE takes "
                     "triples only")) {
    return false;
  }
  query_.construct = triples.TakeTriples();
  return MakePattern(state_, query_.construct, pattern_) &&
         select_.ReadModifiers();
}

bool QueryParser::Describe() {
  query_.form = Query::Form::kDescribe;
  const bool star = state_.Accept(Token::kStar);
  while (!star && (state_.Is(Token::kVariable) || state_.AtIri())) {
    PatternTerm& term = query_.describe.emplace_back();
    if (!state_.Charge(sizeof(PatternTerm)) || !ReadName(state_, term))
      return false;
  }
  if (!star && query_.describe.empty())
    return state_.Unexpected("'*', or IRIs and variables");
  if (!Dataset()) return false;
  pattern_.algebra = query::MakeAlgebra(query::Bgp{});
  if ((state_.IsKeyword("WHERE") || state_.Is(Token::kOpenBrace)) &&
      !ReadWhere(state_, pattern_)) {
    return false;
  }
  if (star) {
    std::vector<Variable> all(pattern_.in_scope.begin(),
                              pattern_.in_scope.end());
    std::sort(all.begin(), all.end());
    for (Variable variable : all) query_.describe.push_back({variable});
  }
  return select_.ReadModifiers();
}

}  // namespace

absl::StatusOr<Query> ParseQuery(std::string_view text,
                                 const ParseOptions& options) {
  return QueryParser(text, options).Parse();
}

}  // namespace skg::sparql
