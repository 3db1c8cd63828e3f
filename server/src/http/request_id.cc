#include "http/request_id.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <random>

namespace skg::server {
namespace {

std::mt19937_64& Generator() {
  thread_local std::mt19937_64 generator = [] {
    std::random_device device;
    std::seed_seq seed{device(), device(), device(), device(),
                       device(), device(), device(), device()};
    return std::mt19937_64(seed);
  }();
  return generator;
}

bool IsIdCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
}

}  // namespace

std::string RandomUuid() {
  constexpr char kHex[] = "0123456789abcdef";
  std::array<uint64_t, 2> bits = {Generator()(), Generator()()};
  bits[0] = (bits[0] & ~uint64_t{0xF000}) | 0x4000;                // version 4
  bits[1] = (bits[1] & ~(uint64_t{3} << 62)) | uint64_t{2} << 62;  // variant
  std::string text;
  text.reserve(36);
  for (size_t digit = 0; digit < 32; ++digit) {
    if (digit == 8 || digit == 12 || digit == 16 || digit == 20) text += '-';
    const uint64_t word = bits[digit / 16];
    text += kHex[(word >> (60 - 4 * (digit % 16))) & 15];
  }
  return text;
}

bool IsUsableRequestId(std::string_view id) {
  return !id.empty() && id.size() <= 128 &&
         std::all_of(id.begin(), id.end(), IsIdCharacter);
}

}  // namespace skg::server
