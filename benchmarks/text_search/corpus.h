// Short texts and queries for them, always the same for a seed.
#pragma once

#include <cstdint>
#include <filesystem>
#include <random>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace skg::bench {

// Words that occur as Zipf's law has it, the common ones short.
class ZipfVocabulary {
 public:
  ZipfVocabulary(size_t words, uint64_t seed);
  [[nodiscard]] const std::string& Draw(std::mt19937_64& random) const;
  // Any of the so many most frequent ones.
  [[nodiscard]] const std::string& DrawCommon(std::mt19937_64& random,
                                              size_t most) const;

 private:
  std::vector<std::string> words_;
  std::vector<double> sums_;  // of the frequencies up to each word
};

// Three to ten words.
[[nodiscard]] std::string ShortText(const ZipfVocabulary& vocabulary,
                                    std::mt19937_64& random);

struct QueryClass {
  std::string name;
  std::vector<std::string> queries;  // as ParseSearchQuery reads them
};
[[nodiscard]] std::vector<QueryClass> MakeQueries(
    const ZipfVocabulary& vocabulary, size_t each, uint64_t seed);

// Labels and descriptions of a file of CoDEx (types.en.json).
[[nodiscard]] absl::StatusOr<std::vector<std::string>> CodexTexts(
    const std::filesystem::path& file);

}  // namespace skg::bench
