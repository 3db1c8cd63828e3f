#include "vector/embed/hashing_embedder.h"

#include <xxhash.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <memory>

#include "absl/strings/str_cat.h"
#include "base/cancellation.h"
#include "base/status.h"
#include "skg/field_error.h"

namespace skg {

Embedder::~Embedder() = default;

namespace vector {
namespace {

constexpr uint32_t kLeastDimension = 16, kMostDimension = 4096;
constexpr uint64_t kWordSeed = 1, kNgramSeed = 2;
constexpr size_t kShortestNgram = 2, kLongestNgram = 5;

// Weights are whole numbers, 65536 is 1.
constexpr int64_t kOne = 65536;
constexpr int64_t kWordWeight = kOne / 2;
constexpr int64_t kCommonWordDivisor = 4;

// The English words that say least of what a text is about; sorted.
constexpr std::string_view kCommonWords[] = {
    "a",     "an",    "and",     "any",  "are",   "as",    "at",    "be",
    "been",  "but",   "by",      "can",  "did",   "do",    "does",  "for",
    "from",  "had",   "has",     "have", "he",    "her",   "his",   "how",
    "if",    "in",    "into",    "is",   "it",    "its",   "may",   "more",
    "most",  "no",    "not",     "of",   "on",    "one",   "or",    "other",
    "our",   "out",   "over",    "she",  "so",    "some",  "such",  "than",
    "that",  "the",   "their",   "them", "then",  "there", "these", "they",
    "this",  "those", "through", "to",   "under", "up",    "used",  "was",
    "we",    "were",  "what",    "when", "where", "which", "while", "who",
    "whose", "why",   "will",    "with", "would", "you",   "your"};
static_assert(std::ranges::is_sorted(kCommonWords));

constexpr uint64_t SquareRoot(uint64_t n) {
  uint64_t root = 0;
  for (uint64_t bit = uint64_t{1} << 31; bit != 0; bit >>= 1) {
    if ((root + bit) * (root + bit) <= n) root += bit;
  }
  return root;
}

// What each of n features weighs that have together the length of one.
constexpr auto kShares = [] {
  std::array<int64_t, WordReader::kMostCharacters + 3> shares{};
  for (size_t n = 1; n < shares.size(); ++n)
    shares[n] = static_cast<int64_t>(SquareRoot((uint64_t{1} << 32) / n));
  return shares;
}();

// 1 + log2(n), n >= 1.
int64_t Sublinear(uint64_t n) {
  const int whole = static_cast<int>(std::bit_width(n)) - 1;
  // The digits after the point, by squaring what is in [1, 2), in 1 / 2^30.
  uint64_t m = whole > 30 ? n >> (whole - 30) : n << (30 - whole);
  int64_t log = whole;
  for (int digit = 0; digit < 16; ++digit) {
    m = (m * m) >> 30;
    log *= 2;
    if (m >= uint64_t{2} << 30) {
      m >>= 1;
      ++log;
    }
  }
  return kOne + log;
}

struct Feature {
  uint64_t hash = 0;
  int64_t weight = 0;
};

// One text after another. Not thread-safe.
class TextEmbedder {
 public:
  TextEmbedder(uint32_t dimension, WordReader words)
      : words_(std::move(words)), sums_(dimension) {}

  std::vector<float> Embed(std::string_view text) {
    features_.clear();
    words_.Read(text, [this](const Word& word) { AddWord(word); });
    AddFeatures();
    // Of no feature, or of features that cancel each other out.
    if (std::all_of(sums_.begin(), sums_.end(),
                    [](int64_t sum) { return sum == 0; })) {
      sums_[0] = kOne;
    }
    return OfLengthOne();
  }

 private:
  void AddWord(const Word& word) {
    const int64_t divisor = std::ranges::binary_search(kCommonWords, word.text)
                                ? kCommonWordDivisor
                                : 1;
    features_.push_back(
        {XXH3_64bits_withSeed(word.text.data(), word.text.size(), kWordSeed),
         kWordWeight / divisor});
    bordered_.assign(1, ' ');
    bordered_ += word.text;
    bordered_ += ' ';
    begins_.assign(1, 0);
    for (const uint32_t border : word.borders) begins_.push_back(border + 1);
    begins_.push_back(static_cast<uint32_t>(bordered_.size()));
    const size_t characters = begins_.size() - 1;
    for (size_t n = kShortestNgram; n <= std::min(kLongestNgram, characters);
         ++n) {
      const size_t count = characters + 1 - n;
      for (size_t i = 0; i < count; ++i) {
        features_.push_back(
            {XXH3_64bits_withSeed(bordered_.data() + begins_[i],
                                  begins_[i + n] - begins_[i], kNgramSeed),
             kShares[count] / divisor});
      }
    }
  }

  // Of equal features the heaviest counts, and how many they are.
  void AddFeatures() {
    std::sort(features_.begin(), features_.end(),
              [](const Feature& a, const Feature& b) {
                return a.hash != b.hash ? a.hash < b.hash : a.weight > b.weight;
              });
    std::fill(sums_.begin(), sums_.end(), 0);
    for (size_t i = 0; i < features_.size();) {
      const Feature& feature = features_[i];
      size_t end = i + 1;
      while (end < features_.size() && features_[end].hash == feature.hash)
        ++end;
      const int64_t weight = feature.weight * Sublinear(end - i) / kOne;
      // Place and sign by different bits.
      const uint64_t place = ((feature.hash >> 32) * sums_.size()) >> 32;
      sums_[place] += (feature.hash & 1) != 0 ? weight : -weight;
      i = end;
    }
  }

  std::vector<float> OfLengthOne() {
    uint64_t most = 0;
    for (const int64_t sum : sums_)
      most = std::max(most, static_cast<uint64_t>(std::abs(sum)));
    // So that the sum of 4096 squares has at most 60 bits.
    const int64_t divisor =
        int64_t{1} << std::max(static_cast<int>(std::bit_width(most)) - 24, 0);
    uint64_t squares = 0;
    for (int64_t& sum : sums_) {
      sum /= divisor;
      squares += static_cast<uint64_t>(sum * sum);
    }
    const double length = std::sqrt(static_cast<double>(squares));
    std::vector<float> vector(sums_.size());
    for (size_t i = 0; i < vector.size(); ++i)
      vector[i] = static_cast<float>(static_cast<double>(sums_[i]) / length);
    return vector;
  }

  WordReader words_;
  std::vector<Feature> features_;
  std::string bordered_;          // a word between two blanks
  std::vector<uint32_t> begins_;  // of its characters, and its end
  std::vector<int64_t> sums_;
};

}  // namespace

absl::StatusOr<std::vector<std::vector<float>>> HashingEmbedder::Embed(
    std::span<const std::string> texts, absl::Time deadline) {
  SKG_ASSIGN_OR_RETURN(WordReader words, words_.Clone());
  TextEmbedder embedder(dimension_, std::move(words));
  const Cancellation cancellation(deadline);
  std::vector<std::vector<float>> vectors;
  vectors.reserve(texts.size());
  for (const std::string& text : texts) {
    SKG_RETURN_IF_ERROR(cancellation.Check());
    vectors.push_back(embedder.Embed(text));
  }
  return vectors;
}

}  // namespace vector

absl::StatusOr<std::shared_ptr<Embedder>> MakeHashingEmbedder(
    uint32_t dimension) {
  if (dimension < vector::kLeastDimension ||
      dimension > vector::kMostDimension) {
    return FieldErrorStatus(
        {{{"dimension"},
          absl::StrCat(dimension, " is outside [", vector::kLeastDimension,
                       ", ", vector::kMostDimension, "]"),
          "out_of_range"}});
  }
  SKG_ASSIGN_OR_RETURN(vector::WordReader words, vector::WordReader::Make());
  return std::make_shared<vector::HashingEmbedder>(dimension, std::move(words));
}

}  // namespace skg
