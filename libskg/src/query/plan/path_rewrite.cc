#include "query/plan/path_rewrite.h"

#include <utility>

namespace skg::query::plan {
namespace {

using Kind = PropertyPath::Kind;

PatternTerm VariableTerm(Variable v) { return {v}; }
PatternTerm IriTerm(const std::string& iri) { return {rdf::Term::Iri(iri)}; }

AlgebraPtr Triple(PatternTerm subject, PatternTerm predicate,
                  PatternTerm object) {
  Bgp bgp;
  bgp.triples.push_back(
      {std::move(subject), std::move(predicate), std::move(object)});
  return MakeAlgebra(std::move(bgp));
}

// Any link but these, from `subject` to `object`.
AlgebraPtr AnyBut(const std::vector<std::string>& iris, PatternTerm subject,
                  PatternTerm object, exec::Context& context) {
  const Variable predicate = context.NewVariable();
  AlgebraPtr triple =
      Triple(std::move(subject), VariableTerm(predicate), std::move(object));
  if (iris.empty()) return triple;
  Expression condition;
  condition.kind = Expression::Kind::kNotIn;
  Expression& first = condition.arguments.emplace_back();
  first.kind = Expression::Kind::kVariable;
  first.variable = predicate;
  for (const std::string& iri : iris)
    condition.arguments.emplace_back().constant = rdf::Term::Iri(iri);
  return MakeAlgebra(Filter{std::move(triple), std::move(condition)});
}

AlgebraPtr RewriteNegated(const PathPattern& path, exec::Context& context) {
  std::vector<std::string> forward, inverse;
  for (const PropertyPath& part : path.path.parts) {
    if (part.kind == Kind::kInverse) {
      inverse.push_back(part.parts[0].iri);
    } else {
      forward.push_back(part.iri);
    }
  }
  if (inverse.empty())
    return AnyBut(forward, path.subject, path.object, context);
  AlgebraPtr backward = AnyBut(inverse, path.object, path.subject, context);
  if (forward.empty()) return backward;
  Union both;
  both.inputs.push_back(AnyBut(forward, path.subject, path.object, context));
  both.inputs.push_back(std::move(backward));
  return MakeAlgebra(std::move(both));
}

AlgebraPtr RewriteSequence(const PathPattern& path, exec::Context& context) {
  const std::vector<PropertyPath>& parts = path.path.parts;
  Join join;
  PatternTerm from = path.subject;
  for (size_t i = 0; i < parts.size(); ++i) {
    PatternTerm to = i + 1 == parts.size()
                         ? path.object
                         : VariableTerm(context.NewVariable());
    join.inputs.push_back(MakeAlgebra(PathPattern{from, parts[i], to}));
    from = std::move(to);
  }
  return MakeAlgebra(std::move(join));
}

}  // namespace

AlgebraPtr RewritePath(const PathPattern& path, exec::Context& context) {
  switch (path.path.kind) {
    case Kind::kLink:
      return Triple(path.subject, IriTerm(path.path.iri), path.object);
    case Kind::kInverse:
      return MakeAlgebra(
          PathPattern{path.object, path.path.parts[0], path.subject});
    case Kind::kSequence:
      return RewriteSequence(path, context);
    case Kind::kAlternative: {
      Union all;
      for (const PropertyPath& part : path.path.parts) {
        all.inputs.push_back(
            MakeAlgebra(PathPattern{path.subject, part, path.object}));
      }
      return MakeAlgebra(std::move(all));
    }
    case Kind::kNegated:
      return RewriteNegated(path, context);
    case Kind::kZeroOrMore:
    case Kind::kOneOrMore:
    case Kind::kZeroOrOne:
      return nullptr;
  }
  return nullptr;
}

}  // namespace skg::query::plan
