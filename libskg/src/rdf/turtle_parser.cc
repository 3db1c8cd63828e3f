#include "rdf/turtle_parser.h"

#include <memory>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "rdf/characters.h"
#include "rdf/line_reader.h"

namespace skg::rdf {
namespace {

constexpr std::string_view kRdf = "http://www.w3.org/1999/02/22-rdf-syntax-ns#";

void SetIri(std::string_view name, std::string_view local, Term& term) {
  Reset(TermKind::kIri, term);
  term.value.append(name);
  term.value.append(local);
}

// Subject and predicate put aside while something nests.
class SetAside {
 public:
  explicit SetAside(Quad& quad)
      : quad_(quad),
        subject_(std::move(quad.subject)),
        predicate_(std::move(quad.predicate)) {}
  ~SetAside() {
    quad_.subject = std::move(subject_);
    quad_.predicate = std::move(predicate_);
  }
  SetAside(const SetAside&) = delete;
  SetAside& operator=(const SetAside&) = delete;

 private:
  Quad& quad_;
  Term subject_, predicate_;
};

}  // namespace

TurtleParser::TurtleParser(
    InputWindow& window, const ReaderOptions& options,
    const std::function<absl::Status(const Quad&)>& on_quad)
    : options_(options),
      on_quad_(on_quad),
      trig_(options.syntax == Syntax::kTriG),
      window_(window),
      lexer_(window) {
  if (!options.base_iri.empty()) base_ = BaseIri(options.base_iri);
}

absl::Status TurtleParser::Run() {
  SKG_RETURN_IF_ERROR(window_.SkipByteOrderMark());
  bool ok = Advance();
  for (;;) {
    if (ok && Is(Token::kEnd) && !in_graph_) return absl::OkStatus();
    ok = ok && Statement();
    if (ok) continue;
    SKG_RETURN_IF_ERROR(HandleError());
    ok = Advance();
  }
}

absl::Status TurtleParser::HandleError() {
  if (!status_.ok()) return status_;
  SKG_RETURN_IF_ERROR(
      ReportError(options_, window_.PlaceOf(error_at_), error_));
  SKG_ASSIGN_OR_RETURN(const TurtleLexer::Stop stop, lexer_.Recover(in_graph_));
  if (stop != TurtleLexer::Stop::kStatement) in_graph_ = false;
  if (!in_graph_) Reset(TermKind::kIri, quad_.graph);
  error_ = {};
  depth_ = 0;
  return absl::OkStatus();
}

bool TurtleParser::FailLexically() {
  if (!lexer_.status().ok()) {
    status_ = lexer_.status();
    return false;
  }
  return FailAt(lexer_.error_at(), lexer_.message());
}

bool TurtleParser::FailAt(const char* at, std::string message) {
  error_at_ = at;
  error_.message = std::move(message);
  return false;
}

bool TurtleParser::Fail(std::string message) {
  return FailAt(lexer_.start(), std::move(message));
}

bool TurtleParser::Unexpected(std::string_view expected) {
  const std::string_view rest(
      lexer_.start(), static_cast<size_t>(window_.end() - lexer_.start()));
  return Fail(
      absl::StrCat("expected ", av(expected), ", found ",
                   Is(Token::kEnd) ? std::string("the end of the input")
                   : Is(Token::kWord)
                       ? absl::StrCat("'", av(lexer_.text().substr(0, 40)), "'")
                       : Quoted(rest)));
}

bool TurtleParser::Expect(Token token, std::string_view what) {
  return Is(token) ? Advance() : Unexpected(what);
}

bool TurtleParser::IsKeyword(std::string_view lower_case) const {
  return Is(Token::kWord) &&
         absl::EqualsIgnoreCase(av(lexer_.text()), av(lower_case));
}

bool TurtleParser::Enter() {
  if (++depth_ <= kMaxNesting) return true;
  error_.exhausted = true;
  return Fail("lists, brackets and triples are nested deeper than 1000");
}

bool TurtleParser::Hand(const Quad& quad) {
  status_ = on_quad_(quad);
  return status_.ok();
}

// --- Statements ---

bool TurtleParser::Statement() {
  if (in_graph_) {
    if (Is(Token::kCloseBrace)) {
      in_graph_ = false;
      Reset(TermKind::kIri, quad_.graph);
      return Advance();
    }
    if (!Triples()) return false;
    if (Is(Token::kCloseBrace)) return true;
    return Expect(Token::kDot, "'.' or '}' after the statement");
  }
  if (Is(Token::kAt)) return AtDirective();
  if (IsKeyword("prefix")) return Advance() && PrefixDirective();
  if (IsKeyword("base")) return Advance() && BaseDirective();
  if (IsKeyword("version")) return Advance() && VersionDirective();
  if (trig_) return GraphOrTriples();
  return Triples() && EndOfStatement();
}

bool TurtleParser::EndOfStatement() {
  return Expect(Token::kDot, "'.' after the statement");
}

bool TurtleParser::AtDirective() {
  const std::string_view name = lexer_.text();
  if (name == "prefix")
    return Advance() && PrefixDirective() && EndOfStatement();
  if (name == "base") return Advance() && BaseDirective() && EndOfStatement();
  if (name == "version")
    return Advance() && VersionDirective() && EndOfStatement();
  return Fail(
      "unknown directive; known are @prefix, @base and @version, in lower "
      "case");
}

bool TurtleParser::PrefixDirective() {
  if (!Is(Token::kPrefixedName) || !lexer_.text().empty()) {
    return Unexpected("a prefix that ends with ':', like ex:");
  }
  std::string prefix(lexer_.prefix());
  if (!Advance()) return false;
  if (!Is(Token::kIri)) return Unexpected("the <IRI> of a prefix");
  std::string iri;
  if (!DecodeIriToken(iri)) return false;
  prefixes_.insert_or_assign(std::move(prefix), std::move(iri));
  return Advance();
}

bool TurtleParser::BaseDirective() {
  if (!Is(Token::kIri)) return Unexpected("the <IRI> of a base");
  std::string iri;
  if (!DecodeIriToken(iri)) return false;
  base_ = BaseIri(iri);
  return Advance();
}

// The version is not looked at: what is understood does not depend on it.
bool TurtleParser::VersionDirective() {
  if (!Is(Token::kString))
    return Unexpected("a version in quotes on one line, such as \"1.2\"");
  LexicalError error;
  if (!DecodeString(lexer_.text(), scratch_, error)) {
    return FailAt(lexer_.text().data() + error.offset,
                  std::move(error.message));
  }
  return Advance();
}

bool TurtleParser::OpenGraph() {
  in_graph_ = true;
  return Expect(Token::kOpenBrace, "'{' after the name of a graph");
}

bool TurtleParser::GraphOrTriples() {
  if (Is(Token::kOpenBrace)) return OpenGraph();
  if (IsKeyword("graph")) {
    if (!Advance()) return false;
    if (!Resource(quad_.graph)) return false;
    if (Is(Token::kOpenBrace)) return OpenGraph();
    Reset(TermKind::kIri, quad_.graph);
    return Unexpected("'{' after the name of a graph");
  }
  if (Is(Token::kOpenBracket)) {
    if (!Advance()) return false;
    if (!Is(Token::kCloseBracket))
      return PropertyListSubject() && EndOfStatement();
    FreshNode(quad_.subject);
    if (!Advance()) return false;
  } else if (Is(Token::kIri) || Is(Token::kPrefixedName) ||
             Is(Token::kBlankNode)) {
    if (!Resource(quad_.subject)) return false;
  } else {
    return Triples() && EndOfStatement();
  }
  if (Is(Token::kOpenBrace)) {
    quad_.graph = quad_.subject;
    return OpenGraph();
  }
  return PredicateObjectList() && EndOfStatement();
}

// Subject and predicate-object list, without what ends the statement.
bool TurtleParser::Triples() {
  switch (lexer_.token()) {
    case Token::kIri:
    case Token::kPrefixedName:
    case Token::kBlankNode:
      return Resource(quad_.subject) && PredicateObjectList();
    case Token::kOpenBracket:
      if (!Advance()) return false;
      if (!Is(Token::kCloseBracket)) return PropertyListSubject();
      FreshNode(quad_.subject);
      return Advance() && PredicateObjectList();
    case Token::kOpenParenthesis:
      if (!Advance()) return false;
      if (Is(Token::kCloseParenthesis)) {
        SetIri(kRdf, "nil", quad_.subject);
      } else {
        FreshNode(quad_.subject);
        Term first = quad_.subject;
        if (!CollectionItems()) return false;
        quad_.subject = std::move(first);
      }
      return Advance() && PredicateObjectList();
    case Token::kOpenReified: {
      Term reifier;
      if (!ReifiedTriple(reifier)) return false;
      quad_.subject = std::move(reifier);
      return TriplesAfterSubject();
    }
    default:
      return Unexpected(in_graph_ ? "a subject or '}'"
                                  : "a subject or a directive");
  }
}

// The predicate-object list after a subject that may stand alone.
bool TurtleParser::TriplesAfterSubject() {
  if (Is(Token::kDot) || Is(Token::kCloseBrace)) return true;
  return PredicateObjectList();
}

// `[ ... ]` as a subject; the bracket is behind.
bool TurtleParser::PropertyListSubject() {
  FreshNode(quad_.subject);
  return Enter() && PredicateObjectList() &&
         Expect(Token::kCloseBracket, "']', ';' or ',' in a property list") &&
         (Leave(), true) && TriplesAfterSubject();
}

bool TurtleParser::PredicateObjectList() {
  for (;;) {
    if (!Verb(quad_.predicate) || !ObjectList()) return false;
    if (!Is(Token::kSemicolon)) return true;
    while (Is(Token::kSemicolon)) {
      if (!Advance()) return false;
    }
    const bool more =
        Is(Token::kIri) || Is(Token::kPrefixedName) || Is(Token::kWord);
    if (!more) return true;
  }
}

bool TurtleParser::Verb(Term& term) {
  if (Is(Token::kWord) && lexer_.text() == "a") {
    SetIri(iri::kRdfType, {}, term);
    return Advance();
  }
  if (!Is(Token::kIri) && !Is(Token::kPrefixedName)) {
    return Unexpected("a predicate: an IRI, a prefixed name or 'a'");
  }
  return IriTo(term);
}

bool TurtleParser::ObjectList() {
  for (;;) {
    if (!Object()) return false;
    if ((Is(Token::kTilde) || Is(Token::kOpenAnnotation)) && !Annotations())
      return false;
    if (!Is(Token::kComma)) return true;
    if (!Advance()) return false;
  }
}

// --- Objects: each emits its quad and leaves the object in it ---

bool TurtleParser::Object() {
  switch (lexer_.token()) {
    case Token::kIri:
    case Token::kPrefixedName:
      return IriTo(quad_.object) && Emit();
    case Token::kBlankNode:
      return Resource(quad_.object) && Emit();
    case Token::kOpenBracket:
      return PropertyListObject();
    case Token::kOpenParenthesis:
      return CollectionObject();
    case Token::kOpenReified: {
      Term reifier;
      if (!ReifiedTriple(reifier)) return false;
      quad_.object = std::move(reifier);
      return Emit();
    }
    case Token::kOpenTriple: {
      Term term;
      if (!TripleTermTo(term)) return false;
      quad_.object = std::move(term);
      return Emit();
    }
    default:
      return LiteralTo(quad_.object) && Emit();
  }
}

bool TurtleParser::PropertyListObject() {
  if (!Advance()) return false;
  FreshNode(quad_.object);
  if (!Emit()) return false;
  if (Is(Token::kCloseBracket)) return Advance();
  if (!Enter()) return false;
  Term node = quad_.object;
  {
    const SetAside outer(quad_);
    quad_.subject = node;
    if (!PredicateObjectList()) return false;
  }
  quad_.object = std::move(node);
  Leave();
  return Expect(Token::kCloseBracket, "']', ';' or ',' in a property list");
}

bool TurtleParser::CollectionObject() {
  if (!Advance()) return false;
  if (Is(Token::kCloseParenthesis)) {
    SetIri(kRdf, "nil", quad_.object);
    return Emit() && Advance();
  }
  FreshNode(quad_.object);
  if (!Emit()) return false;
  Term first = quad_.object;
  {
    const SetAside outer(quad_);
    quad_.subject = first;
    if (!CollectionItems()) return false;
  }
  quad_.object = std::move(first);
  return Advance();
}

// The items of a list whose first cell is the subject; ends at the ')'.
bool TurtleParser::CollectionItems() {
  if (!Enter()) return false;
  for (;;) {
    SetIri(kRdf, "first", quad_.predicate);
    if (!Object()) return false;
    SetIri(kRdf, "rest", quad_.predicate);
    if (Is(Token::kCloseParenthesis)) break;
    FreshNode(quad_.object);
    if (!Emit()) return false;
    std::swap(quad_.subject, quad_.object);
  }
  Leave();
  SetIri(kRdf, "nil", quad_.object);
  return Emit();
}

// --- RDF 1.2: reifiers and triple terms ---

// `~ reifier` and `{| ... |}` after the object that is in the quad.
bool TurtleParser::Annotations() {
  Term reifier;
  bool has_reifier = false;
  while (Is(Token::kTilde) || Is(Token::kOpenAnnotation)) {
    const bool block = Is(Token::kOpenAnnotation);
    if (!Advance()) return false;
    if (!block) {
      if (!Reifier(reifier)) return false;
      has_reifier = true;
    } else if (!has_reifier) {
      FreshNode(reifier);
    }
    if (!block || !has_reifier) {
      if (!EmitReifies(reifier, quad_.subject, quad_.predicate, quad_.object))
        return false;
    }
    if (block) {
      if (!AnnotationBlock(std::move(reifier))) return false;
      reifier = Term();
      has_reifier = false;
    }
  }
  return true;
}

// What follows `~`: an IRI, a blank node or nothing.
bool TurtleParser::Reifier(Term& reifier) {
  if (Is(Token::kIri) || Is(Token::kPrefixedName) || Is(Token::kBlankNode) ||
      Is(Token::kOpenBracket)) {
    return Resource(reifier);
  }
  FreshNode(reifier);
  return true;
}

bool TurtleParser::AnnotationBlock(Term reifier) {
  if (!Enter()) return false;
  Term object = std::move(quad_.object);
  {
    const SetAside outer(quad_);
    quad_.subject = std::move(reifier);
    if (!PredicateObjectList()) return false;
  }
  quad_.object = std::move(object);
  Leave();
  return Expect(Token::kCloseAnnotation, "'|}', ';' or ',' in an annotation");
}

bool TurtleParser::EmitReifies(const Term& reifier, const Term& subject,
                               const Term& predicate, const Term& object) {
  Quad quad;
  quad.graph = quad_.graph;
  quad.subject = reifier;
  SetIri(kRdf, "reifies", quad.predicate);
  quad.object = Term::Triple(subject, predicate, object);
  return Hand(quad);
}

// `<< s p o ~ r >>`: emits what it reifies and gives the reifier.
bool TurtleParser::ReifiedTriple(Term& reifier) {
  if (!Enter() || !Advance()) return false;
  Term subject, predicate, object;
  if (!ReifiedPart(subject, false) || !Verb(predicate) ||
      !ReifiedPart(object, true))
    return false;
  if (Is(Token::kTilde)) {
    if (!Advance() || !Reifier(reifier)) return false;
  } else {
    FreshNode(reifier);
  }
  Leave();
  if (!Is(Token::kCloseReified))
    return Unexpected("'>>' after a reified triple");
  return EmitReifies(reifier, subject, predicate, object) && Advance();
}

bool TurtleParser::ReifiedPart(Term& term, bool object) {
  switch (lexer_.token()) {
    case Token::kIri:
    case Token::kPrefixedName:
    case Token::kBlankNode:
    case Token::kOpenBracket:
      return Resource(term);
    case Token::kOpenReified:
      return ReifiedTriple(term);
    default:
      break;
  }
  if (!object)
    return Unexpected(
        "the subject of a reified triple: an IRI or a blank node");
  return Is(Token::kOpenTriple) ? TripleTermTo(term) : LiteralTo(term);
}

bool TurtleParser::TripleTermTo(Term& term) {
  if (!Enter() || !Advance()) return false;
  auto triple = std::make_shared<TripleTerm>();
  if (!Resource(triple->subject) || !Verb(triple->predicate)) return false;
  switch (lexer_.token()) {
    case Token::kIri:
    case Token::kPrefixedName:
    case Token::kBlankNode:
    case Token::kOpenBracket:
      if (!Resource(triple->object)) return false;
      break;
    case Token::kOpenTriple:
      if (!TripleTermTo(triple->object)) return false;
      break;
    default:
      if (!LiteralTo(triple->object)) return false;
  }
  Leave();
  Reset(TermKind::kTripleTerm, term);
  term.triple = std::move(triple);
  return Expect(Token::kCloseTriple, "')>>' after a triple term");
}

}  // namespace skg::rdf
