// Made-up names and titles with the lengths and the skew of real ones.
#pragma once

#include <cstdint>
#include <string>

namespace skg::bench {

// SplitMix64 (Steele, Lea, Flood, "Fast Splittable Pseudorandom Number
// Generators", 2014): eight bytes of state, so that each entity has its own.
class SmallRandom {
 public:
  explicit SmallRandom(uint64_t seed) : state_(seed) {}

  uint64_t operator()() {
    uint64_t z = state_ += 0x9E3779B97F4A7C15u;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
  }
  // 0 to count - 1; count below 2^32.
  uint64_t Below(uint64_t count) { return ((*this)() >> 32) * count >> 32; }
  bool OneIn(uint64_t count) { return Below(count) == 0; }
  // 0 to count - 1, each octave of ranks as often as the next: Zipf's law with
  // exponent 1, in integers, so that every machine draws the same.
  uint64_t Zipf(uint64_t count);

 private:
  uint64_t state_;
};

// Each appends text that needs no escape in N-Triples, UTF-8 where it is not
// ASCII.
void AppendFamilyName(uint64_t person, std::string& out);
// "José Kovarim 0012": different for each person.
void AppendPersonName(uint64_t person, std::string& out);
// 2 to 12 words, some of them in quotation marks (escaped for N-Triples).
void AppendTitle(SmallRandom random, std::string& out);

}  // namespace skg::bench
