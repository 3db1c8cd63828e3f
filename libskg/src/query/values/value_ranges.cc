#include "query/values/value_ranges.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <utility>

#include "query/values/compare.h"
#include "rdf/inline_value.h"

namespace skg::query {
namespace {

using Kind = Expression::Kind;
using rdf::Datatype;
using rdf::TermId;
using rdf::TermTag;

// Ids [begin, end), where the end may be that of all ids.
__extension__ typedef unsigned __int128 Place;

Place BeginOf(TermTag tag) { return Place{static_cast<uint8_t>(tag)} << 60; }
Place EndOf(TermTag tag) { return BeginOf(tag) + (Place{1} << 60); }

void Add(Place begin, Place end, bool exact, IdRanges* out) {
  if (begin >= end) return;
  out->push_back({TermId{static_cast<uint64_t>(begin)},
                  TermId{static_cast<uint64_t>(end - 1)}, exact});
}
void AddTag(TermTag tag, IdRanges* out) {
  Add(BeginOf(tag), EndOf(tag), false, out);
}

// Ids in which order compares with a constant: those below it, equal to it,
// above it.
struct Cuts {
  Place begin = 0, equal = 0, greater = 0, end = 0;
};

// The first of [begin, end) for which `past` holds, `end` if there is none. It
// holds for all after that one. Near `begin` it is found soon.
template <typename Past>
Place FirstWhere(Place begin, Place end, const Past& past) {
  for (Place step = 1; end - begin > step; step *= 16) {
    if (past(static_cast<uint64_t>(begin + step))) {
      end = begin + step;
      break;
    }
    begin += step + 1;
  }
  while (begin < end) {
    const Place middle = begin + (end - begin) / 2;
    if (past(static_cast<uint64_t>(middle))) {
      end = middle;
    } else {
      begin = middle + 1;
    }
  }
  return begin;
}

// `order(bits)`: how the value of an id compares with the constant.
template <typename Order>
Cuts CutsOf(Place begin, Place end, const Order& order) {
  Cuts cuts{begin, begin, begin, end};
  cuts.equal =
      FirstWhere(begin, end, [&](uint64_t bits) { return !(order(bits) < 0); });
  cuts.greater = FirstWhere(cuts.equal, end,
                            [&](uint64_t bits) { return order(bits) > 0; });
  return cuts;
}

// What passes a comparison, as the stretch of ids that it is.
std::pair<Place, Place> Passing(Kind comparison, const Cuts& cuts) {
  switch (comparison) {
    case Kind::kLess:
      return {cuts.begin, cuts.equal};
    case Kind::kLessOrEqual:
      return {cuts.begin, cuts.greater};
    case Kind::kGreater:
      return {cuts.greater, cuts.end};
    case Kind::kGreaterOrEqual:
      return {cuts.equal, cuts.end};
    default:
      return {cuts.equal, cuts.greater};
  }
}

bool IsNan(const Value& value) {
  return (value.kind == Value::Kind::kDouble && std::isnan(value.number)) ||
         (value.kind == Value::Kind::kFloat && std::isnan(value.single));
}

Value NumberOf(TermId id) {
  switch (id.tag()) {
    case TermTag::kInteger:
      return Value::Integer(rdf::IntegerOf(id));
    case TermTag::kDecimal:
      return Value::OfDecimal(
          {rdf::ScaledDecimalOf(id), rdf::kInlineDecimalDigits});
    default:
      return Value::Double(rdf::DoubleOf(id));
  }
}

// Promotion rounds, but never so that two numbers change places.
IdRanges NumbersWhere(Kind comparison, const Value& constant) {
  IdRanges ranges;
  if (IsNan(constant)) return ranges;  // nothing compares with it
  AddTag(TermTag::kOtherNumeric, &ranges);
  for (const TermTag tag :
       {TermTag::kInteger, TermTag::kDecimal, TermTag::kDouble}) {
    Place begin = BeginOf(tag), end = EndOf(tag);
    if (tag == TermTag::kDouble) {  // without NaN
      constexpr double kInfinity = std::numeric_limits<double>::infinity();
      begin = rdf::InlineDouble(-kInfinity)->bits;
      end = Place{rdf::InlineDouble(kInfinity)->bits} + 1;
    }
    const Cuts cuts = CutsOf(begin, end, [&](uint64_t bits) {
      return *ValueCompare(NumberOf(TermId{bits}), constant);
    });
    const auto [from, to] = Passing(comparison, cuts);
    Add(from, to, true, &ranges);
  }
  return ranges;
}

IdRanges StringsWhere(Kind comparison, const std::string& text, TermId id) {
  IdRanges ranges;
  if (comparison == Kind::kEqual) {
    if (id.bound()) Add(id.bits, Place{id.bits} + 1, true, &ranges);
    return ranges;
  }
  AddTag(TermTag::kString, &ranges);
  Cuts cuts{BeginOf(TermTag::kShortString), 0, 0, EndOf(TermTag::kShortString)};
  // Of a longer text only what is up to its first bytes stands before it.
  constexpr size_t kMostBytes = 7;
  const auto at =
      rdf::InlineId(rdf::Term::Literal(text.substr(0, kMostBytes), ""));
  cuts.equal = Place{at->bits} + (text.size() > kMostBytes ? 1 : 0);
  cuts.greater = Place{at->bits} + 1;
  const auto [from, to] = Passing(comparison, cuts);
  Add(from, to, true, &ranges);
  return ranges;
}

IdRanges BooleansWhere(Kind comparison, bool constant) {
  const Place begin = rdf::InlineBoolean(false).bits;
  constexpr int kForms = 4;
  const Cuts cuts = CutsOf(begin, begin + kForms, [&](uint64_t bits) {
    return *rdf::BooleanOf(TermId{bits}) <=> constant;
  });
  const auto [from, to] = Passing(comparison, cuts);
  IdRanges ranges;
  Add(from, to, true, &ranges);
  return ranges;
}

// Dates and times of one datatype. Their ids ascend by the instant, taken in
// UTC where there is no timezone; then by the timezone, none being the first;
// then by how they are written.
class Moments {
 public:
  Moments(Place begin, unsigned instant_bits, unsigned rest_bits,
          unsigned zone_bits, const Moment& constant)
      : begin_(begin),
        instants_(Place{1} << instant_bits),
        shift_(rest_bits),
        first_zone_(Place{1} << (rest_bits - zone_bits)),
        constant_(constant) {}

  // Values with a timezone and those without compare within 14 hours as
  // unknown, which is not true. Between what passes with either and what passes
  // with neither some pass.
  [[nodiscard]] IdRanges Where(Kind comparison) const {
    const bool zoned = constant_.zoned();
    const Cuts same = CutsOfInstants(zoned);
    Cuts other = CutsOfInstants(!zoned);
    // Of those nothing is equal.
    if (comparison == Kind::kGreaterOrEqual || comparison == Kind::kEqual)
      other.equal = other.greater;
    if (comparison == Kind::kLessOrEqual) other.greater = other.equal;
    const auto [a, b] = Passing(comparison, same);
    const auto [c, d] = Passing(comparison, other);
    IdRanges some, all, equal;
    Add(At(std::min(a, c)), At(std::max(b, d)), false, &some);
    if (c >= d) {
      some.clear();
      Add(At(a), At(b), false, &some);
    }
    Add(At(std::max(a, c)), At(std::min(b, d)), true, &all);
    // What is as exact as the constant and begins as it does is equal to it.
    if (comparison != Kind::kLess && comparison != Kind::kGreater &&
        same.greater == same.equal + 1) {
      const Place at = At(same.equal);
      Add(zoned ? at + first_zone_ : at,
          zoned ? At(same.greater) : at + first_zone_, true, &equal);
      if (comparison == Kind::kEqual) return equal;
    }
    return InEither(InEither(some, all), equal);
  }

 private:
  [[nodiscard]] Place At(Place instant) const {
    return begin_ + (instant << shift_);
  }
  [[nodiscard]] Cuts CutsOfInstants(bool zoned) const {
    const auto order = [&](uint64_t instant) {
      Datatype datatype = Datatype::kOther;
      const Place bits = At(instant) + (zoned ? first_zone_ : Place{0});
      const auto moment =
          MomentOfId(TermId{static_cast<uint64_t>(bits)}, &datatype);
      return Compare(*moment, constant_);
    };
    Cuts cuts{0, 0, 0, instants_};
    cuts.equal =
        FirstWhere(0, instants_, [&](uint64_t at) { return !(order(at) < 0); });
    cuts.greater = FirstWhere(cuts.equal, instants_,
                              [&](uint64_t at) { return order(at) > 0; });
    return cuts;
  }

  const Place begin_, instants_;
  const unsigned shift_;
  const Place first_zone_;  // what the timezone Z adds
  const Moment constant_;
};

// Layouts: libskg/docs/formats-terms.md.
constexpr unsigned kZoneBits = 7;
constexpr std::array<Datatype, 7> kSubtypes = {
    Datatype::kDate,       Datatype::kTime,      Datatype::kGYear,
    Datatype::kGYearMonth, Datatype::kGMonthDay, Datatype::kGDay,
    Datatype::kGMonth};

IdRanges MomentsWhere(Kind comparison, const Value& constant) {
  IdRanges ranges;
  AddTag(TermTag::kOtherLiteral, &ranges);
  const Moment& moment = constant.moment;
  if (constant.datatype == Datatype::kDateTime ||
      constant.datatype == Datatype::kDateTimeStamp) {
    return InEither(
        ranges, Moments(BeginOf(TermTag::kDateTime), 51, 9, kZoneBits, moment)
                    .Where(comparison));
  }
  const auto at =
      std::find(kSubtypes.begin(), kSubtypes.end(), constant.datatype);
  const auto subtype = static_cast<uint64_t>(at - kSubtypes.begin()) + 1;
  const Place begin = BeginOf(TermTag::kDateOrTime) + (Place{subtype} << 56);
  const bool time = constant.datatype == Datatype::kTime;
  return InEither(
      ranges, Moments(begin, time ? 47 : 49, time ? 9 : 7, kZoneBits, moment)
                  .Where(comparison));
}

// 0: in none of the ranges; 1: to be asked; 2: exact.
int StateAt(const IdRanges& ranges, size_t* next, Place at) {
  while (*next < ranges.size() && Place{ranges[*next].last.bits} < at) ++*next;
  if (*next == ranges.size() || Place{ranges[*next].first.bits} > at) return 0;
  return ranges[*next].exact ? 2 : 1;
}

template <typename Combine>
IdRanges Combined(const IdRanges& a, const IdRanges& b,
                  const Combine& combine) {
  std::vector<Place> cuts;
  for (const IdRanges* ranges : {&a, &b}) {
    for (const IdRange& range : *ranges) {
      cuts.push_back(range.first.bits);
      cuts.push_back(Place{range.last.bits} + 1);
    }
  }
  std::sort(cuts.begin(), cuts.end());
  cuts.erase(std::unique(cuts.begin(), cuts.end()), cuts.end());
  IdRanges out;
  size_t in_a = 0, in_b = 0;
  for (size_t i = 0; i + 1 < cuts.size(); ++i) {
    const int state =
        combine(StateAt(a, &in_a, cuts[i]), StateAt(b, &in_b, cuts[i]));
    if (state == 0) continue;
    const bool exact = state == 2;
    if (!out.empty() && Place{out.back().last.bits} + 1 == cuts[i] &&
        out.back().exact == exact) {
      out.back().last = TermId{static_cast<uint64_t>(cuts[i + 1] - 1)};
    } else {
      Add(cuts[i], cuts[i + 1], exact, &out);
    }
  }
  return out;
}

}  // namespace

std::optional<IdRanges> RangesWhere(Kind comparison, const Value& constant,
                                    TermId id, const IdUniverse& universe) {
  using ValueKind = Value::Kind;
  IdRanges ranges;
  bool inline_only = false;
  if (constant.numeric()) {
    ranges = NumbersWhere(comparison, constant);
  } else if (constant.kind == ValueKind::kString) {
    ranges = StringsWhere(comparison, constant.text, id);
    inline_only = comparison == Kind::kEqual;
  } else if (constant.kind == ValueKind::kBoolean) {
    ranges = BooleansWhere(comparison, constant.boolean);
    inline_only = true;
  } else if (constant.kind == ValueKind::kMoment) {
    ranges = MomentsWhere(comparison, constant);
  } else if (comparison == Kind::kEqual &&
             (constant.kind == ValueKind::kIri ||
              constant.kind == ValueKind::kLanguageString)) {
    // Equal is only the same term.
    if (id.bound()) Add(id.bits, Place{id.bits} + 1, true, &ranges);
    inline_only = true;
  } else {
    return std::nullopt;
  }
  if (universe.arena && !inline_only) AddTag(TermTag::kArena, &ranges);
  return ranges;
}

IdRanges InBoth(const IdRanges& a, const IdRanges& b) {
  return Combined(a, b, [](int x, int y) { return std::min(x, y); });
}

IdRanges InEither(const IdRanges& a, const IdRanges& b) {
  return Combined(a, b, [](int x, int y) { return std::max(x, y); });
}

IdRanges WithoutExact(IdRanges ranges) {
  for (IdRange& range : ranges) range.exact = false;
  return InEither(ranges, {});
}

namespace {

std::string_view NameOf(TermTag tag) {
  switch (tag) {
    case TermTag::kIri:
      return "IRIs";
    case TermTag::kString:
      return "long strings";
    case TermTag::kLanguageString:
      return "strings with language";
    case TermTag::kOtherLiteral:
      return "other literals";
    case TermTag::kOtherNumeric:
      return "other numbers";
    case TermTag::kInteger:
      return "integers";
    case TermTag::kDecimal:
      return "decimals";
    case TermTag::kDouble:
      return "doubles";
    case TermTag::kDateTime:
      return "dateTimes";
    case TermTag::kDateOrTime:
      return "dates";
    case TermTag::kSmall:
      return "booleans";
    case TermTag::kShortString:
      return "short strings";
    default:
      return "new terms";
  }
}

std::string EndText(TermId id) {
  if (id.tag() == TermTag::kShortString) {
    std::string text;
    for (int shift = 52; shift >= 4; shift -= 8) {
      const auto byte = static_cast<char>(id.payload() >> shift);
      if (byte == 0) break;
      text += byte;
    }
    return "\"" + text + "\"";
  }
  Value value = ValueOfInline(id);
  if (value.error()) return "?";
  // The timezone is none of the range's.
  if (value.kind == Value::Kind::kMoment) value.moment.zone = 0;
  return TextOf(value);
}

}  // namespace

std::string RangeText(const IdRange& range) {
  const TermTag tag = range.first.tag();
  std::string text(NameOf(tag));
  uint64_t rest = TermId::kPayloadMask;
  if (tag == TermTag::kDateOrTime) {
    rest >>= 4;
    const Value first = ValueOfInline(range.first);
    const std::string_view iri = DatatypeOf(first);
    text = std::string(iri.substr(iri.find('#') + 1)) + "s";
  }
  if (range.first.is_inline()) {
    if ((range.first.bits & rest) != 0) text += " from " + EndText(range.first);
    if ((range.last.bits & rest) != rest) text += " to " + EndText(range.last);
  }
  if (!range.exact) text += " (asked)";
  return text;
}

}  // namespace skg::query
