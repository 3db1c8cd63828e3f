#include "query/functions.h"

#include <iterator>

namespace skg::query {
namespace {

constexpr uint8_t kAny = FunctionInfo::kAnyNumber;
constexpr FunctionInfo kFunctions[] = {
    {Function::kBound, "BOUND", 1, 1},
    {Function::kIf, "IF", 3, 3},
    {Function::kCoalesce, "COALESCE", 0, kAny},
    {Function::kSameTerm, "sameTerm", 2, 2},
    {Function::kIsIri, "isIRI", 1, 1},
    {Function::kIsBlank, "isBLANK", 1, 1},
    {Function::kIsLiteral, "isLITERAL", 1, 1},
    {Function::kIsNumeric, "isNUMERIC", 1, 1},
    {Function::kStr, "STR", 1, 1},
    {Function::kLang, "LANG", 1, 1},
    {Function::kLangMatches, "LANGMATCHES", 2, 2},
    {Function::kDatatype, "DATATYPE", 1, 1},
    {Function::kIri, "IRI", 1, 1},
    {Function::kBnode, "BNODE", 0, 1},
    {Function::kStrDt, "STRDT", 2, 2},
    {Function::kStrLang, "STRLANG", 2, 2},
    {Function::kUuid, "UUID", 0, 0},
    {Function::kStrUuid, "STRUUID", 0, 0},
    {Function::kTriple, "TRIPLE", 3, 3},
    {Function::kSubject, "SUBJECT", 1, 1},
    {Function::kPredicate, "PREDICATE", 1, 1},
    {Function::kObject, "OBJECT", 1, 1},
    {Function::kIsTriple, "isTRIPLE", 1, 1},
    {Function::kLangDir, "LANGDIR", 1, 1},
    {Function::kHasLang, "hasLANG", 1, 1},
    {Function::kHasLangDir, "hasLANGDIR", 1, 1},
    {Function::kStrLangDir, "STRLANGDIR", 3, 3},
    {Function::kStrLen, "STRLEN", 1, 1},
    {Function::kSubStr, "SUBSTR", 2, 3},
    {Function::kUCase, "UCASE", 1, 1},
    {Function::kLCase, "LCASE", 1, 1},
    {Function::kStrStarts, "STRSTARTS", 2, 2},
    {Function::kStrEnds, "STRENDS", 2, 2},
    {Function::kContains, "CONTAINS", 2, 2},
    {Function::kStrBefore, "STRBEFORE", 2, 2},
    {Function::kStrAfter, "STRAFTER", 2, 2},
    {Function::kEncodeForUri, "ENCODE_FOR_URI", 1, 1},
    {Function::kConcat, "CONCAT", 0, kAny},
    {Function::kRegex, "REGEX", 2, 3},
    {Function::kReplace, "REPLACE", 3, 4},
    {Function::kAbs, "ABS", 1, 1},
    {Function::kRound, "ROUND", 1, 1},
    {Function::kCeil, "CEIL", 1, 1},
    {Function::kFloor, "FLOOR", 1, 1},
    {Function::kRand, "RAND", 0, 0},
    {Function::kNow, "NOW", 0, 0},
    {Function::kYear, "YEAR", 1, 1},
    {Function::kMonth, "MONTH", 1, 1},
    {Function::kDay, "DAY", 1, 1},
    {Function::kHours, "HOURS", 1, 1},
    {Function::kMinutes, "MINUTES", 1, 1},
    {Function::kSeconds, "SECONDS", 1, 1},
    {Function::kTimezone, "TIMEZONE", 1, 1},
    {Function::kTz, "TZ", 1, 1},
    {Function::kMd5, "MD5", 1, 1},
    {Function::kSha1, "SHA1", 1, 1},
    {Function::kSha256, "SHA256", 1, 1},
    {Function::kSha384, "SHA384", 1, 1},
    {Function::kSha512, "SHA512", 1, 1},
};
constexpr bool InOrder() {
  for (size_t i = 0; i < std::size(kFunctions); ++i) {
    if (static_cast<size_t>(kFunctions[i].function) != i) return false;
  }
  return true;
}
static_assert(InOrder());

constexpr std::string_view kAggregations[] = {
    "COUNT", "SUM", "MIN", "MAX", "AVG", "SAMPLE", "GROUP_CONCAT"};

}  // namespace

std::span<const FunctionInfo> Functions() { return kFunctions; }

std::span<const std::string_view> AggregationNames() { return kAggregations; }

}  // namespace skg::query
