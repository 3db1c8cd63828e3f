#include "text_search/corpus.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <functional>

#include "nlohmann/json.hpp"

namespace skg::bench {
namespace {

double Uniform(std::mt19937_64& random) {
  return static_cast<double>(random() >> 11) * 0x1p-53;
}

}  // namespace

ZipfVocabulary::ZipfVocabulary(size_t words, uint64_t seed) {
  constexpr char kLetters[] = "etaoinshrdlucmfwypvbgkqjxz";
  std::mt19937_64 random(seed);
  double sum = 0;
  for (size_t i = 0; i < words; ++i) {
    size_t letters = 2 + random() % 5 + (i > 50 ? 1 : 0) + (i > 500 ? 2 : 0);
    std::string word;
    for (; letters > 0; --letters) {
      word += kLetters[static_cast<size_t>(26 * std::pow(Uniform(random), 2))];
    }
    words_.push_back(std::move(word));
    sum += 1 / (static_cast<double>(i) + 2.7);
    sums_.push_back(sum);
  }
}

const std::string& ZipfVocabulary::Draw(std::mt19937_64& random) const {
  const double at = Uniform(random) * sums_.back();
  const auto found = std::lower_bound(sums_.begin(), sums_.end(), at);
  return words_[static_cast<size_t>(found - sums_.begin())];
}

const std::string& ZipfVocabulary::DrawCommon(std::mt19937_64& random,
                                              size_t most) const {
  return words_[random() % most];
}

std::string ShortText(const ZipfVocabulary& vocabulary,
                      std::mt19937_64& random) {
  std::string text = vocabulary.Draw(random);
  for (auto more = 2 + random() % 8; more > 0; --more) {
    text += " " + vocabulary.Draw(random);
  }
  return text;
}

std::vector<QueryClass> MakeQueries(const ZipfVocabulary& vocabulary,
                                    size_t each, uint64_t seed) {
  std::mt19937_64 random(seed + 1);
  std::vector<QueryClass> classes;
  const auto add = [&](std::string name,
                       const std::function<std::string()>& query) {
    QueryClass& added = classes.emplace_back();
    added.name = std::move(name);
    for (size_t i = 0; i < each; ++i) added.queries.push_back(query());
  };
  const auto word = [&] { return vocabulary.Draw(random); };
  const auto common = [&] { return vocabulary.DrawCommon(random, 20); };
  const auto several = [](auto one, int count, const std::string& sign) {
    return [=] {
      std::string query;
      for (int i = 0; i < count; ++i) {
        query += (i > 0 ? " " : "") + sign + one();
      }
      return query;
    };
  };
  for (const int count : {1, 2, 4}) {
    add(std::to_string(count) + " word" + (count > 1 ? "s" : ""),
        several(word, count, ""));
    add(std::to_string(count) + " common", several(common, count, ""));
  }
  add("both of 2", several(word, 2, "+"));
  add("both of 2 common", several(common, 2, "+"));
  const auto quoted = [](auto query) {
    return [=] { return "\"" + query() + "\""; };
  };
  add("phrase", quoted(several(word, 2, "")));
  add("phrase common", quoted(several(common, 2, "")));
  for (const size_t letters : {4u, 3u, 1u}) {
    add("prefix of " + std::to_string(letters), [&, letters] {
      std::string begin = word();
      while (begin.size() < letters) begin = word();
      return begin.substr(0, letters) + "*";
    });
  }
  add("fuzzy 1", [&] { return word() + "~1"; });
  add("fuzzy 2", [&] { return word() + "~2"; });
  return classes;
}

absl::StatusOr<std::vector<std::string>> CodexTexts(
    const std::filesystem::path& file) {
  std::ifstream in(file);
  if (!in) return absl::NotFoundError(file.string() + ": cannot be read");
  const auto types = nlohmann::json::parse(in, nullptr, false);
  if (!types.is_object()) {
    return absl::InvalidArgumentError(file.string() + ": no JSON object");
  }
  std::vector<std::string> texts;
  for (const auto& type : types) {
    for (const char* const field : {"label", "description"}) {
      const std::string text = type.value(field, "");
      if (!text.empty()) texts.push_back(text);
    }
  }
  return texts;
}

}  // namespace skg::bench
