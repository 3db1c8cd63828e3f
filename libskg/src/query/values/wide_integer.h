// UInt256: what products and quotients of decimals pass through.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace skg::query {

__extension__ typedef unsigned __int128 UInt128;

class UInt256 {
 public:
  [[nodiscard]] static UInt256 Product(UInt128 a, UInt128 b) {
    UInt256 result;
    const uint64_t left[] = {Low(a), High(a)};
    const uint64_t right[] = {Low(b), High(b)};
    for (size_t i = 0; i < 2; ++i) {
      uint64_t carry = 0;
      for (size_t j = 0; j < 2; ++j) {
        const UInt128 sum = static_cast<UInt128>(left[i]) * right[j] +
                            result.words_[i + j] + carry;
        result.words_[i + j] = Low(sum);
        carry = High(sum);
      }
      result.words_[i + 2] = carry;
    }
    return result;
  }

  // This over 10^digits, half to even; unset: more than 128 bits.
  [[nodiscard]] std::optional<UInt128> DropDigits(unsigned digits) const {
    UInt256 value = *this;
    uint32_t last = 0;
    bool more = false;
    for (; digits > 0; --digits) {
      more |= last != 0;
      last = value.DivideByTen();
    }
    if (value.words_[2] != 0 || value.words_[3] != 0) return std::nullopt;
    UInt128 result = value.Low128();
    if (last > 5 || (last == 5 && (more || (result & 1) != 0))) {
      if (++result == 0) return std::nullopt;
    }
    return result;
  }

  // dividend * 10^shift / divisor, half to even; `shift` may be negative.
  // Unset: the product or the quotient is too large.
  [[nodiscard]] static std::optional<UInt128> Quotient(UInt128 dividend,
                                                       int shift,
                                                       UInt128 divisor) {
    UInt256 value = Product(dividend, 1);
    for (; shift > 0; --shift) {
      if (!value.MultiplyByTen()) return std::nullopt;
    }
    for (; shift < 0; ++shift) {
      if (divisor > ~UInt128{0} / 10) return UInt128{0};
      divisor *= 10;
    }
    return value.DivideBy(divisor);
  }

 private:
  static constexpr uint64_t Low(UInt128 value) {
    return static_cast<uint64_t>(value);
  }
  static constexpr uint64_t High(UInt128 value) {
    return static_cast<uint64_t>(value >> 64);
  }
  [[nodiscard]] UInt128 Low128() const {
    return (static_cast<UInt128>(words_[1]) << 64) | words_[0];
  }
  [[nodiscard]] UInt128 High128() const {
    return (static_cast<UInt128>(words_[3]) << 64) | words_[2];
  }

  // Returns the rest.
  uint32_t DivideByTen() {
    uint64_t rest = 0;
    for (size_t i = words_.size(); i-- > 0;) {
      const UInt128 part = (static_cast<UInt128>(rest) << 64) | words_[i];
      words_[i] = static_cast<uint64_t>(part / 10);
      rest = static_cast<uint64_t>(part % 10);
    }
    return static_cast<uint32_t>(rest);
  }

  bool MultiplyByTen() {
    uint64_t carry = 0;
    for (uint64_t& word : words_) {
      const UInt128 product = static_cast<UInt128>(word) * 10 + carry;
      word = Low(product);
      carry = High(product);
    }
    return carry == 0;
  }

  [[nodiscard]] std::optional<UInt128> DivideBy(UInt128 divisor) const {
    UInt128 quotient = 0, rest = 0;
    if (High128() == 0) {
      quotient = Low128() / divisor;
      rest = Low128() % divisor;
    } else {
      // The quotient has more than 128 bits exactly then.
      if (High128() >= divisor) return std::nullopt;
      rest = High128();
      for (unsigned bit = 128; bit-- > 0;) {
        const bool carry = (rest >> 127) != 0;
        rest = (rest << 1) | ((Low128() >> bit) & 1);
        quotient <<= 1;
        if (carry || rest >= divisor) {
          rest -= divisor;
          quotient |= 1;
        }
      }
    }
    const UInt128 opposite = divisor - rest;
    if (rest > opposite || (rest == opposite && (quotient & 1) != 0)) {
      if (++quotient == 0) return std::nullopt;
    }
    return quotient;
  }

  std::array<uint64_t, 4> words_{};  // the lowest first
};

}  // namespace skg::query
