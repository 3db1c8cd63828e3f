// Triples in the forms that patterns, templates and data share: property and
// object lists, collections, blank node property lists, and those of RDF 1.2:
// triple terms, reified triples, annotations.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "query/algebra.h"
#include "sparql/parse_state.h"

namespace skg::sparql {

// What may stand in triples.
enum class TripleRules : uint8_t {
  kPattern,         // paths; blank nodes are variables
  kTemplate,        // no paths; blank nodes are terms
  kDeleteTemplate,  // no paths, no blank nodes
  kInsertData,      // no paths, no variables; blank nodes are terms
  kDeleteData,      // no paths, no variables, no blank nodes
};

// `SUBJECT skg:matches ARGUMENTS` or skg:similarTo, where patterns may stand.
struct SearchPattern {
  query::PatternTerm subject;
  std::string property;  // without the vocabulary
  std::vector<query::PatternTerm> arguments;
  size_t offset = 0;  // of the property, for errors
};

using TripleElement =
    std::variant<query::TriplePattern, query::PathPattern, SearchPattern>;

// Sequences and inverses come out as triples and paths with variables between
// (SPARQL 1.1 Query, section 18.2.2.4).
class TriplesParser {
 public:
  TriplesParser(ParseState& state, TripleRules rules)
      : state_(state), rules_(rules) {}

  [[nodiscard]] bool AtTriples() const;
  // Triples with dots between them, and perhaps one at the end.
  bool Triples();
  // Of all calls of Triples since the last Take.
  [[nodiscard]] std::vector<TripleElement> Take() { return std::move(out_); }
  // The same where neither paths nor searches may stand.
  [[nodiscard]] std::vector<query::TriplePattern> TakeTriples();

 private:
  using PatternTerm = query::PatternTerm;
  struct Verb {
    PatternTerm term;
    query::PropertyPath path;
    bool is_path = false;
    size_t offset = 0;
  };

  bool SameSubject();
  [[nodiscard]] bool AtVerb() const;
  bool PropertyList(const PatternTerm& subject);
  bool ReadVerb(Verb& verb);
  bool ReadSimpleVerb(PatternTerm& term);
  bool ObjectList(const PatternTerm& subject, const Verb& verb);
  bool Object(PatternTerm& object);
  // The objects of a search: each its arguments, in parentheses if more than
  // one.
  bool SearchList(const PatternTerm& subject, const std::string& property,
                  size_t offset);
  bool Annotations(const PatternTerm& subject, const Verb& verb,
                   const PatternTerm& object);
  bool ReadReifier(PatternTerm& reifier);

  // Each sets whether more triples about the node need not follow.
  bool BracketNode(PatternTerm& node, bool& complete);
  bool ParenthesisNode(PatternTerm& node, bool& complete);
  bool Items(PatternTerm& node);
  bool ReifiedTriple(PatternTerm& node);
  bool TripleTerm(PatternTerm& node);
  // A subject or object of a triple term or a reified triple.
  bool InnerTerm(bool reified, PatternTerm& node);
  bool VariableOrTerm(PatternTerm& node);
  bool BlankNode(PatternTerm& node);
  bool FreshNode(PatternTerm& node);
  bool AllowBlankNode();

  bool Emit(const PatternTerm& subject, const PatternTerm& predicate,
            const PatternTerm& object);
  bool EmitPath(const PatternTerm& subject, const query::PropertyPath& path,
                const PatternTerm& object);
  bool EmitReifies(const PatternTerm& reifier, const PatternTerm& subject,
                   const PatternTerm& predicate, const PatternTerm& object);
  bool MakeTripleTerm(const PatternTerm& subject, const PatternTerm& predicate,
                      const PatternTerm& object, PatternTerm& out);
  bool CheckDataSubject(const PatternTerm& subject);

  [[nodiscard]] bool is_data() const {
    return rules_ == TripleRules::kInsertData ||
           rules_ == TripleRules::kDeleteData;
  }

  ParseState& state_;
  TripleRules rules_;
  size_t subject_offset_ = 0;  // of the subject of the next triple
  std::vector<TripleElement> out_;
};

// Every variable of a pattern's place, those inside of triple terms too.
template <typename Visit>
void VisitVariables(const query::PatternTerm& term, const Visit& visit) {
  if (term.is_variable()) {
    visit(term.variable());
  } else if (!term.is_term()) {
    VisitVariables(term.triple().subject, visit);
    VisitVariables(term.triple().predicate, visit);
    VisitVariables(term.triple().object, visit);
  }
}

}  // namespace skg::sparql
