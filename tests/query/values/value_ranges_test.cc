// Comparisons as ranges of ids hold exactly what compares so.
#include "query/values/value_ranges.h"

#include <catch2/catch.hpp>
#include <map>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "query/values/border_terms.h"
#include "query/values/compare.h"
#include "query/values/values_fixture.h"

namespace skg::query {
namespace {

using Kind = Expression::Kind;
using rdf::Term;
using rdf::TermId;

constexpr Kind kComparisons[] = {Kind::kEqual, Kind::kLess, Kind::kLessOrEqual,
                                 Kind::kGreater, Kind::kGreaterOrEqual};

// Ids as a graph gives them: inline, or numbers in a dictionary.
class Ids {
 public:
  TermId Of(const Term& term) {
    if (const auto id = rdf::InlineId(term)) return *id;
    rdf::EncodedTerm encoded;
    rdf::EncodeTerm(term, encoded);
    const auto at =
        numbers_.try_emplace({encoded.tag, encoded.bytes}, numbers_.size() + 1);
    return TermId::Make(encoded.tag, at.first->second);
  }

 private:
  std::map<std::pair<rdf::TermTag, std::string>, uint64_t> numbers_;
};

bool Passes(Kind kind, const Value& x, const Value& constant) {
  if (kind == Kind::kEqual) return ValueEqual(x, constant) == true;
  const auto order = ValueCompare(x, constant);
  if (!order) return false;
  switch (kind) {
    case Kind::kLess:
      return *order < 0;
    case Kind::kLessOrEqual:
      return *order <= 0;
    case Kind::kGreater:
      return *order > 0;
    default:
      return *order >= 0;
  }
}

const IdRange* RangeOf(const IdRanges& ranges, TermId id) {
  for (const IdRange& range : ranges) {
    if (range.first <= id && id <= range.last) return &range;
  }
  return nullptr;
}

void CheckSorted(const IdRanges& ranges) {
  for (size_t i = 0; i < ranges.size(); ++i) {
    REQUIRE(ranges[i].first <= ranges[i].last);
    if (i > 0) REQUIRE(ranges[i - 1].last < ranges[i].first);
  }
}

std::string Shown(const IdRanges& ranges) {
  std::string text;
  for (const IdRange& range : ranges) text += RangeText(range) + "; ";
  return text;
}

TEST_CASE("ranges hold what compares so, and exact ones nothing else",
          "[ranges]") {
  test::BorderTerms make(skg::test::Random(171));
  Ids ids;
  size_t exact = 0, asked = 0, passing = 0;
  for (int round = 0; round < 1500; ++round) {
    const Term constant = make.Literal();
    const Kind kind = kComparisons[round % std::size(kComparisons)];
    const Value value = ValueOf(constant);
    const auto ranges = RangesWhere(kind, value, ids.Of(constant), {});
    if (!ranges) continue;
    CheckSorted(*ranges);
    for (int i = 0; i < 60; ++i) {
      const Term term = make.Near(constant);
      const TermId id = ids.Of(term);
      const bool passes = Passes(kind, ValueOf(term), value);
      const IdRange* const range = RangeOf(*ranges, id);
      INFO("comparison " << static_cast<int>(kind) << " of "
                         << rdf::ToNTriples(term) << " with "
                         << rdf::ToNTriples(constant));
      INFO(Shown(*ranges));
      if (passes) REQUIRE(range != nullptr);
      if (range != nullptr && range->exact) REQUIRE(passes);
      passing += passes;
      exact += range != nullptr && range->exact;
      asked += range != nullptr && !range->exact;
    }
  }
  // The test is about something.
  CHECK(exact > 5000);
  CHECK(asked > 1000);
  CHECK(passing > 5000);
}

TEST_CASE("ranges of both and of either", "[ranges]") {
  std::mt19937_64 random = skg::test::Random(172);
  const auto make = [&random] {
    IdRanges ranges;
    for (uint64_t at = random() % 4; at < 40; at += 2 + random() % 6) {
      const uint64_t last = at + random() % 5;
      ranges.push_back({TermId{at}, TermId{last}, random() % 2 == 0});
      at = last;
    }
    return ranges;
  };
  const auto state = [](const IdRanges& ranges, uint64_t at) {
    const IdRange* const range = RangeOf(ranges, TermId{at});
    return range == nullptr ? 0 : range->exact ? 2 : 1;
  };
  for (int round = 0; round < 2000; ++round) {
    const IdRanges a = make(), b = make();
    const IdRanges both = InBoth(a, b), either = InEither(a, b);
    const IdRanges open = WithoutExact(a);
    CheckSorted(both);
    CheckSorted(either);
    for (uint64_t at = 0; at < 60; ++at) {
      REQUIRE(state(both, at) == std::min(state(a, at), state(b, at)));
      REQUIRE(state(either, at) == std::max(state(a, at), state(b, at)));
      REQUIRE(state(open, at) == std::min(state(a, at), 1));
    }
  }
  // Up to the last id of all.
  const IdRanges end = {{TermId{UINT64_MAX - 1}, TermId{UINT64_MAX}, true}};
  CHECK(InBoth(end, end) == end);
  CHECK(InEither(end, {}) == end);
}

TEST_CASE("ranges of numbers", "[ranges]") {
  const auto shown = [](Kind kind, const std::string& constant) {
    const Term term = test::T(constant);
    const auto ranges = RangesWhere(kind, ValueOf(term), {}, {});
    return ranges ? Shown(*ranges) : "none";
  };
  CHECK(shown(Kind::kGreater, R"("2"^^xsd:integer)") ==
        "other numbers (asked); integers from 3; decimals from 2.00000001; "
        "doubles from 2.000000000000007E0 to INF; ");
  CHECK(shown(Kind::kLess, R"("NaN"^^xsd:double)").empty());
  CHECK(shown(Kind::kEqual, R"("0"^^xsd:integer)") ==
        "other numbers (asked); integers from 0 to 0; decimals from 0 to 0; "
        "doubles from -0.0E0 to 0.0E0; ");
  CHECK(shown(Kind::kLess, R"("abc")") ==
        "long strings (asked); short strings to \"abc\"; ");
  CHECK(shown(Kind::kGreaterOrEqual, R"("2020-01-02"^^xsd:date)") ==
        "other literals (asked); dates from 2020-01-02 to 2020-01-02; dates "
        "from 2020-01-02Z to 2020-01-03Z (asked); dates from 2020-01-02Z; ");
  CHECK(shown(Kind::kLess, R"("P1D"^^xsd:duration)") == "none");
  CHECK(shown(Kind::kLess, R"("x"^^<urn:t>)") == "none");
}

}  // namespace
}  // namespace skg::query
