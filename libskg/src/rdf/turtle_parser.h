// Turtle and TriG 1.2: tokens to quads.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "base/strings.h"
#include "rdf/iri.h"
#include "rdf/reader.h"
#include "rdf/turtle_lexer.h"

namespace skg::rdf {

// Recursive descent. The subject, predicate and object at hand live in one quad
// that is handed out for each statement; what nests (lists, [ ... ],
// annotations) puts them aside and back. A quad is handed out before those
// inside it.
//
// Labels of blank nodes without one are `anon-1`, `anon-2` ...; a label of the
// document that begins with `anon-` becomes `anon-doc-...`, so that they
// differ.
class TurtleParser {
 public:
  TurtleParser(InputWindow& window, const ReaderOptions& options,
               const std::function<absl::Status(const Quad&)>& on_quad);

  // Reads everything; call once.
  [[nodiscard]] absl::Status Run();

 private:
  // Every one returns false after a failure, which is then in lexer_ or in
  // error_ and error_at_, or in status_.
  bool Statement();
  bool AtDirective();
  bool PrefixDirective();
  bool BaseDirective();
  bool VersionDirective();
  bool GraphOrTriples();
  bool OpenGraph();
  bool Triples();
  bool TriplesAfterSubject();
  bool EndOfStatement();
  bool PropertyListSubject();
  bool PredicateObjectList();
  bool Verb(Term& term);
  bool ObjectList();
  bool Object();
  bool PropertyListObject();
  bool CollectionObject();
  bool CollectionItems();
  bool Annotations();
  bool Reifier(Term& reifier);
  bool AnnotationBlock(Term reifier);

  bool ReifiedTriple(Term& reifier);
  bool ReifiedPart(Term& term, bool object);
  bool TripleTermTo(Term& term);
  bool Resource(Term& term);  // IRI or blank node that is a single token, or []
  bool IriTo(Term& term);
  bool LiteralTo(Term& term);
  bool PrefixedName(std::string& out);
  bool DecodeIriToken(std::string& out);
  bool BlankNodeLabel(std::string& out);
  bool PlainLiteral(std::string_view datatype, Term& term);
  void FreshNode(Term& term);

  bool Emit() { return Hand(quad_); }
  bool Hand(const Quad& quad);
  bool EmitReifies(const Term& reifier, const Term& subject,
                   const Term& predicate, const Term& object);

  bool Advance() { return lexer_.Advance() || FailLexically(); }
  bool Is(Token token) const { return lexer_.token() == token; }
  bool IsKeyword(std::string_view lower_case) const;
  bool Expect(Token token, std::string_view what);
  bool FailLexically();
  bool Fail(std::string message);
  bool FailAt(const char* at, std::string message);
  bool Unexpected(std::string_view expected);
  // Counts a level of nesting.
  bool Enter();
  void Leave() { --depth_; }
  [[nodiscard]] absl::Status HandleError();

  const ReaderOptions& options_;
  const std::function<absl::Status(const Quad&)>& on_quad_;
  const bool trig_;
  InputWindow& window_;
  TurtleLexer lexer_;

  absl::flat_hash_map<std::string, std::string, StringHash, StringEqual>
      prefixes_;
  BaseIri base_;
  Quad quad_;
  bool in_graph_ = false;
  int depth_ = 0;
  uint64_t fresh_nodes_ = 0;
  std::string datatype_;
  std::string scratch_;

  LexicalError error_;
  const char* error_at_ = nullptr;
  absl::Status status_;
};

}  // namespace skg::rdf
