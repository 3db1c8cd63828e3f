// Arithmetic (17.3, 17.4.1) and functions on numbers (17.4.4).
#include <cmath>

#include "query/values/functions.h"

namespace skg::query {
namespace {

using Kind = Value::Kind;

template <typename Float>
Float Compute(Expression::Kind operation, Float a, Float b) {
  switch (operation) {
    case Expression::Kind::kAdd:
      return a + b;
    case Expression::Kind::kSubtract:
      return a - b;
    case Expression::Kind::kMultiply:
      return a * b;
    default:
      return a / b;
  }
}

std::optional<Decimal> ComputeExactly(Expression::Kind operation,
                                      const Decimal& a, const Decimal& b) {
  switch (operation) {
    case Expression::Kind::kAdd:
      return Add(a, b);
    case Expression::Kind::kSubtract:
      return Subtract(a, b);
    case Expression::Kind::kMultiply:
      return Multiply(a, b);
    default:
      return Divide(a, b);
  }
}

double AsDouble(const Value& value) {
  if (value.kind == Kind::kDouble) return value.number;
  if (value.kind == Kind::kFloat) return static_cast<double>(value.single);
  return ToDouble(value.decimal);
}

float AsFloat(const Value& value) {
  return value.kind == Kind::kFloat ? value.single : ToFloat(value.decimal);
}

// The half goes up (fn:round); -0 stays what it is.
template <typename Float>
Float RoundHalfUp(Float value) {
  const Float floor = std::floor(value);
  const Float rounded = value - floor >= Float{0.5} ? floor + 1 : floor;
  return std::copysign(rounded, value);
}

// Applies one of two functions to a number, and keeps its type (a derived
// integer becomes an integer).
template <typename OnDecimal, typename OnFloat>
Value Map(const Value& value, OnDecimal on_decimal, OnFloat on_float) {
  switch (value.kind) {
    case Kind::kInteger:
      return Value::Integer(on_decimal(value.decimal).units);
    case Kind::kDecimal:
      return Value::OfDecimal(on_decimal(value.decimal));
    case Kind::kFloat:
      return Value::Float(on_float(value.single));
    case Kind::kDouble:
      return Value::Double(on_float(value.number));
    default:
      return {};
  }
}

Value Abs(Call& call) {
  return Map(
      call[0],
      [](const Decimal& d) {
        return d.units < 0 ? Decimal{-d.units, d.scale} : d;
      },
      [](auto x) { return std::abs(x); });
}

template <Rounding rounding>
Value Round(Call& call) {
  return Map(
      call[0], [](const Decimal& d) { return RoundToInteger(d, rounding); },
      [](auto x) {
        if constexpr (rounding == Rounding::kFloor) return std::floor(x);
        if constexpr (rounding == Rounding::kCeiling) return std::ceil(x);
        return RoundHalfUp(x);
      });
}

Value Rand(Call& call) {
  constexpr double kUnit = 1.0 / static_cast<double>(uint64_t{1} << 53);
  return Value::Double(static_cast<double>(call.state.Random() >> 11) * kUnit);
}

}  // namespace

Value Arithmetic(Expression::Kind operation, const Value& a, const Value& b) {
  if (!a.numeric() || !b.numeric()) return {};
  if (a.kind == Kind::kDouble || b.kind == Kind::kDouble)
    return Value::Double(Compute(operation, AsDouble(a), AsDouble(b)));
  if (a.kind == Kind::kFloat || b.kind == Kind::kFloat)
    return Value::Float(Compute(operation, AsFloat(a), AsFloat(b)));
  const auto result = ComputeExactly(operation, a.decimal, b.decimal);
  if (!result) return {};
  const bool integer = a.kind == Kind::kInteger && b.kind == Kind::kInteger &&
                       operation != Expression::Kind::kDivide;
  return integer ? Value::Integer(result->units) : Value::OfDecimal(*result);
}

Value Negated(const Value& value) {
  return Map(
      value,
      [](const Decimal& d) {
        return Decimal{-d.units, d.scale};
      },
      [](auto x) { return -x; });
}

FunctionEntry FindNumberFunction(Function function) {
  switch (function) {
    case Function::kAbs:
      return {Abs, 1, 1};
    case Function::kRound:
      return {Round<Rounding::kHalfUp>, 1, 1};
    case Function::kCeil:
      return {Round<Rounding::kCeiling>, 1, 1};
    case Function::kFloor:
      return {Round<Rounding::kFloor>, 1, 1};
    case Function::kRand:
      return {Rand, 0, 0, /*pure=*/false};
    default:
      return {};
  }
}

}  // namespace skg::query
