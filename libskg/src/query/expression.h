// Expression: what FILTER, BIND, SELECT, GROUP BY, HAVING and ORDER BY compute
// (SPARQL 1.1 Query, section 17), as a tree. Every query language's parser
// makes it; query/values/ gives it its meaning.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "rdf/term.h"

namespace skg::query {

struct Algebra;

// A variable is its place in the variable table of its request.
using Variable = uint32_t;

// Functions by their SPARQL keyword; the comment says what is not obvious.
enum class Function : uint8_t {
  // On terms.
  kBound,
  kIf,
  kCoalesce,
  kSameTerm,
  kIsIri,
  kIsBlank,
  kIsLiteral,
  kIsNumeric,
  kStr,
  kLang,
  kLangMatches,
  kDatatype,
  kIri,
  kBnode,
  kStrDt,
  kStrLang,
  kUuid,
  kStrUuid,
  // RDF 1.2.
  kTriple,
  kSubject,
  kPredicate,
  kObject,
  kIsTriple,
  kLangDir,
  kHasLang,
  kHasLangDir,
  kStrLangDir,
  // On strings.
  kStrLen,
  kSubStr,
  kUCase,
  kLCase,
  kStrStarts,
  kStrEnds,
  kContains,
  kStrBefore,
  kStrAfter,
  kEncodeForUri,
  kConcat,
  kRegex,
  kReplace,
  // On numbers.
  kAbs,
  kRound,
  kCeil,
  kFloor,
  kRand,
  // On dates and times.
  kNow,
  kYear,
  kMonth,
  kDay,
  kHours,
  kMinutes,
  kSeconds,
  kTimezone,
  kTz,
  // Hashes.
  kMd5,
  kSha1,
  kSha256,
  kSha384,
  kSha512,
};

enum class Aggregation : uint8_t {
  kCount,
  kSum,
  kMin,
  kMax,
  kAvg,
  kSample,
  kGroupConcat,
};

struct Expression {
  enum class Kind : uint8_t {
    kVariable,  // `variable`
    kConstant,  // `constant`
    kOr,
    kAnd,  // two arguments or more
    kNot,
    kEqual,
    kNotEqual,
    kLess,
    kLessOrEqual,
    kGreater,
    kGreaterOrEqual,
    kIn,
    kNotIn,  // the first argument, among the others
    kAdd,
    kSubtract,
    kMultiply,
    kDivide,
    kUnaryPlus,
    kUnaryMinus,
    kFunction,  // `function` of the arguments
    kCall,      // the function that `constant` names (casts, extensions)
    kExists,
    kNotExists,  // `pattern`, with this solution's bindings
    // Of the rows of a group; only parsers make it: in Algebra, Group computes
    // them into variables. No argument: COUNT(*).
    kAggregate,
  };

  Kind kind = Kind::kConstant;
  Function function = Function::kBound;
  Aggregation aggregation = Aggregation::kCount;
  bool distinct = false;  // kAggregate; kCall
  Variable variable = 0;
  rdf::Term constant;
  std::string separator;  // kGroupConcat
  std::vector<Expression> arguments;
  // Shared: never changed once it stands in an expression.
  std::shared_ptr<const Algebra> pattern;
};

}  // namespace skg::query
