// PathCount: a number of paths that double has no room for.
#pragma once

#include <cmath>
#include <cstdint>

namespace skg::analytics {

// mantissa times 2 to the power of exponent; as exact as a double.
class PathCount {
 public:
  PathCount() = default;
  explicit PathCount(double count) { Set(count, 0); }

  PathCount& operator+=(const PathCount& other) {
    if (other.mantissa_ == 0) return *this;
    if (mantissa_ == 0) return *this = other;
    // Below 2^-60 of the other it does not count.
    const int64_t higher = exponent_ - other.exponent_;
    if (higher > 60) return *this;
    if (higher < -60) return *this = other;
    Set(mantissa_ + std::ldexp(other.mantissa_, -static_cast<int>(higher)),
        exponent_);
    return *this;
  }

  // left / right; 0 where that is less than any double.
  friend double Ratio(const PathCount& left, const PathCount& right) {
    const int64_t exponent = left.exponent_ - right.exponent_;
    if (exponent < -2000) return 0;
    return std::ldexp(left.mantissa_ / right.mantissa_,
                      static_cast<int>(exponent));
  }

 private:
  void Set(double mantissa, int64_t exponent) {
    int shift = 0;
    mantissa_ = std::frexp(mantissa, &shift);
    exponent_ = exponent + shift;
  }
  double mantissa_ = 0;  // 0, or in [0.5, 1)
  int64_t exponent_ = 0;
};

}  // namespace skg::analytics
