#include "sparql/triples_parser.h"

#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "sparql/path_parser.h"
#include "sparql/search_property.h"
#include "sparql/terms.h"

namespace skg::sparql {
namespace {

using query::PatternTerm;

constexpr std::string_view kRdf = "http://www.w3.org/1999/02/22-rdf-syntax-ns#";

PatternTerm RdfTerm(std::string_view name) {
  return {rdf::Term::Iri(absl::StrCat(av(kRdf), av(name)))};
}

}  // namespace

std::vector<query::TriplePattern> TriplesParser::TakeTriples() {
  std::vector<query::TriplePattern> triples;
  triples.reserve(out_.size());
  for (TripleElement& element : out_)
    triples.push_back(std::move(std::get<query::TriplePattern>(element)));
  out_.clear();
  return triples;
}

bool TriplesParser::AtTriples() const {
  switch (state_.token()) {
    case Token::kVariable:
    case Token::kBlankNode:
    case Token::kOpenBracket:
    case Token::kOpenParenthesis:
    case Token::kOpenReified:
    case Token::kOpenTriple:
      return true;
    default:
      return state_.AtIri() || AtLiteral(state_);
  }
}

bool TriplesParser::Triples() {
  do {
    if (!SameSubject()) return false;
  } while (state_.Accept(Token::kDot) && AtTriples());
  return state_.ok();
}

bool TriplesParser::SameSubject() {
  PatternTerm subject;
  bool complete = false;
  const size_t offset = state_.offset();
  if (state_.Is(Token::kOpenBracket)) {
    if (!BracketNode(subject, complete)) return false;
  } else if (state_.Is(Token::kOpenParenthesis)) {
    if (!ParenthesisNode(subject, complete)) return false;
  } else if (state_.Is(Token::kOpenReified)) {
    complete = true;
    if (!ReifiedTriple(subject)) return false;
  } else if (!VariableOrTerm(subject)) {
    return false;
  }
  if (complete && !AtVerb()) return state_.ok();
  subject_offset_ = offset;
  return PropertyList(subject);
}

bool TriplesParser::AtVerb() const {
  return state_.Is(Token::kVariable) || state_.AtIri() || state_.IsVerbA() ||
         (rules_ == TripleRules::kPattern && AtPath(state_));
}

bool TriplesParser::PropertyList(const PatternTerm& subject) {
  const size_t offset = subject_offset_;
  do {
    Verb verb;
    if (!ReadVerb(verb)) return false;
    subject_offset_ = offset;
    if (!ObjectList(subject, verb)) return false;
    if (!state_.Is(Token::kSemicolon)) return state_.ok();
    while (state_.Accept(Token::kSemicolon)) {
    }
  } while (AtVerb());
  return state_.ok();
}

bool TriplesParser::ReadSimpleVerb(PatternTerm& term) {
  if (state_.Is(Token::kVariable)) return VariableOrTerm(term);
  if (!AtVerb())
    return state_.Unexpected("a predicate: an IRI, a variable or 'a'");
  rdf::Term predicate;
  if (!ReadPredicate(state_, predicate)) return false;
  term.value = std::move(predicate);
  return true;
}

bool TriplesParser::ReadVerb(Verb& verb) {
  verb.offset = state_.offset();
  if (rules_ != TripleRules::kPattern || state_.Is(Token::kVariable) ||
      !AtPath(state_)) {
    return ReadSimpleVerb(verb.term);
  }
  if (!ReadPath(state_, verb.path)) return false;
  verb.is_path = verb.path.kind != query::PropertyPath::Kind::kLink;
  if (!verb.is_path) verb.term.value = rdf::Term::Iri(verb.path.iri);
  if (verb.is_path && state_.services == 0 && HasSearchProperty(verb.path)) {
    return state_.Fail(verb.offset,
                       "skg:matches and skg:similarTo are searches; they stand "
                       "for themselves, not in a path");
  }
  return state_.ok();
}

bool TriplesParser::SearchList(const PatternTerm& subject,
                               const std::string& property, size_t offset) {
  do {
    SearchPattern search{subject, property, {}, offset};
    const Level level(state_);
    if (!level.ok()) return false;
    const bool many = state_.Accept(Token::kOpenParenthesis);
    do {
      PatternTerm& argument = search.arguments.emplace_back();
      if (!VariableOrTerm(argument)) return false;
    } while (many && !state_.Accept(Token::kCloseParenthesis));
    if (!state_.Charge(sizeof(TripleElement) + property.size() +
                       search.arguments.size() * sizeof(PatternTerm))) {
      return false;
    }
    out_.emplace_back(std::move(search));
  } while (state_.Accept(Token::kComma));
  return state_.ok();
}

bool TriplesParser::ObjectList(const PatternTerm& subject, const Verb& verb) {
  if (const auto search = SearchPropertyOf(verb.term);
      search && rules_ == TripleRules::kPattern && state_.services == 0) {
    return SearchList(subject, *search, verb.offset);
  }
  do {
    const size_t offset = subject_offset_;
    PatternTerm object;
    if (!Object(object)) return false;
    subject_offset_ = offset;
    if (!(verb.is_path ? EmitPath(subject, verb.path, object)
                       : Emit(subject, verb.term, object)) ||
        !Annotations(subject, verb, object)) {
      return false;
    }
    subject_offset_ = offset;
  } while (state_.Accept(Token::kComma));
  return state_.ok();
}

bool TriplesParser::Object(PatternTerm& object) {
  bool ignored;
  switch (state_.token()) {
    case Token::kOpenBracket:
      return BracketNode(object, ignored);
    case Token::kOpenParenthesis:
      return ParenthesisNode(object, ignored);
    case Token::kOpenReified:
      return ReifiedTriple(object);
    default:
      return VariableOrTerm(object);
  }
}

// A reifier is that of the block that follows it at once; other blocks have
// reifiers of their own.
bool TriplesParser::Annotations(const PatternTerm& subject, const Verb& verb,
                                const PatternTerm& object) {
  bool has_reifier = false;
  PatternTerm reifier;
  while (state_.Is(Token::kTilde) || state_.Is(Token::kOpenAnnotation)) {
    if (verb.is_path) {
      return state_.Fail(verb.offset,
                         "a path cannot have reifiers or annotations; only a "
                         "triple with an IRI or a variable as predicate can");
    }
    const bool is_block = state_.Is(Token::kOpenAnnotation);
    if (!is_block || !has_reifier) {
      if (!(is_block ? FreshNode(reifier) : ReadReifier(reifier)) ||
          !EmitReifies(reifier, subject, verb.term, object)) {
        return false;
      }
    }
    has_reifier = !is_block;
    if (!is_block) continue;
    const Level level(state_);
    if (!level.ok()) return false;
    state_.Advance();
    if (!PropertyList(reifier) ||
        !state_.Expect(Token::kCloseAnnotation, "';', ',' or '|}'")) {
      return false;
    }
  }
  return state_.ok();
}

// ~, and perhaps a name.
bool TriplesParser::ReadReifier(PatternTerm& reifier) {
  state_.Advance();
  if (state_.Is(Token::kVariable) || state_.AtIri() ||
      state_.Is(Token::kBlankNode)) {
    return VariableOrTerm(reifier);
  }
  if (!state_.Is(Token::kOpenBracket)) return FreshNode(reifier);
  if (!FreshNode(reifier)) return false;
  state_.Advance();
  return state_.Expect(Token::kCloseBracket, "']'");
}

bool TriplesParser::BracketNode(PatternTerm& node, bool& complete) {
  const Level level(state_);
  if (!level.ok() || !FreshNode(node)) return false;
  state_.Advance();
  complete = !state_.Is(Token::kCloseBracket);
  if (complete && !PropertyList(node)) return false;
  return state_.Expect(Token::kCloseBracket,
                       complete ? "';', ',' or ']'" : "']'");
}

bool TriplesParser::ParenthesisNode(PatternTerm& node, bool& complete) {
  const Level level(state_);
  if (!level.ok()) return false;
  state_.Advance();
  complete = !state_.Accept(Token::kCloseParenthesis);
  if (complete) return Items(node);
  node = RdfTerm("nil");
  return state_.ok();
}

// The items of a list, to its closing parenthesis.
bool TriplesParser::Items(PatternTerm& node) {
  const PatternTerm first = RdfTerm("first");
  const PatternTerm rest = RdfTerm("rest");
  PatternTerm cell;
  if (!FreshNode(cell)) return false;
  node = cell;
  for (;;) {
    PatternTerm item;
    if (!Object(item) || !Emit(cell, first, item)) return false;
    if (state_.Accept(Token::kCloseParenthesis)) break;
    PatternTerm next;
    if (!FreshNode(next) || !Emit(cell, rest, next)) return false;
    cell = std::move(next);
  }
  return Emit(cell, rest, RdfTerm("nil"));
}

bool TriplesParser::ReifiedTriple(PatternTerm& node) {
  const Level level(state_);
  if (!level.ok()) return false;
  state_.Advance();
  PatternTerm subject, predicate, object;
  const size_t offset = state_.offset();
  if (!InnerTerm(true, subject) || !ReadSimpleVerb(predicate) ||
      !InnerTerm(true, object) ||
      !(state_.Is(Token::kTilde) ? ReadReifier(node) : FreshNode(node))) {
    return false;
  }
  subject_offset_ = offset;
  return EmitReifies(node, subject, predicate, object) &&
         state_.Expect(Token::kCloseReified, "'~' and a reifier, or '>>'");
}

bool TriplesParser::TripleTerm(PatternTerm& node) {
  const Level level(state_);
  if (!level.ok()) return false;
  state_.Advance();
  PatternTerm subject, predicate, object;
  const size_t offset = state_.offset();
  if (!InnerTerm(false, subject) || !ReadSimpleVerb(predicate) ||
      !InnerTerm(false, object)) {
    return false;
  }
  subject_offset_ = offset;
  return MakeTripleTerm(subject, predicate, object, node) &&
         state_.Expect(Token::kCloseTriple, "')>>'");
}

bool TriplesParser::InnerTerm(bool reified, PatternTerm& node) {
  if (state_.Is(Token::kOpenReified) && reified) return ReifiedTriple(node);
  if (!state_.Is(Token::kOpenBracket)) return VariableOrTerm(node);
  if (!FreshNode(node)) return false;
  state_.Advance();
  return state_.Expect(Token::kCloseBracket,
                       "']'; the parts of a triple inside of a triple are "
                       "single terms");
}

bool TriplesParser::VariableOrTerm(PatternTerm& node) {
  if (state_.Is(Token::kVariable)) {
    if (is_data()) {
      return state_.Fail(state_.offset(),
                         "data cannot hold a variable; use INSERT { ... } "
                         "WHERE { ... }, or DELETE");
    }
    Variable variable;
    if (!state_.ReadVariable(variable)) return false;
    node.value = variable;
    return true;
  }
  if (state_.Is(Token::kBlankNode)) return BlankNode(node);
  if (state_.Is(Token::kOpenTriple)) return TripleTerm(node);
  if (!state_.AtIri() && !AtLiteral(state_))
    return state_.Unexpected("an IRI, a literal, a variable or a blank node");
  rdf::Term term;
  if (!ReadIriOrLiteral(state_, term)) return false;
  node.value = std::move(term);
  return true;
}

bool TriplesParser::BlankNode(PatternTerm& node) {
  const std::string_view label = state_.text();
  const size_t offset = state_.offset();
  if (rules_ == TripleRules::kPattern) {
    Variable variable;
    if (!state_.BlankNodeVariable(label, offset, variable)) return false;
    node.value = variable;
  } else {
    if (rules_ == TripleRules::kInsertData &&
        !state_.CheckDataLabel(label, offset)) {
      return false;
    }
    if (!AllowBlankNode()) return false;
    node.value = rdf::Term::BlankNode(ParseState::TemplateLabel(label));
  }
  state_.Advance();
  return state_.ok();
}

bool TriplesParser::FreshNode(PatternTerm& node) {
  if (!AllowBlankNode()) return false;
  if (rules_ == TripleRules::kPattern) {
    node.value = state_.NewVariable('b');
  } else {
    node.value = rdf::Term::BlankNode(state_.FreshLabel());
  }
  return state_.ok();
}

bool TriplesParser::AllowBlankNode() {
  if (rules_ != TripleRules::kDeleteTemplate &&
      rules_ != TripleRules::kDeleteData) {
    return true;
  }
  return state_.Fail(state_.offset(),
                     "what is deleted cannot hold a blank node (nor a reifier "
                     "without a name); use a variable that WHERE binds");
}

}  // namespace skg::sparql
