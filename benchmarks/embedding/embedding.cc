#include "embedding/embedding.h"

#include <algorithm>
#include <cmath>
#include <ctime>
#include <fstream>
#include <iostream>
#include <map>
#include <random>
#include <unordered_map>
#include <utility>
#include <vector>

#include "nlohmann/json.hpp"
#include "skg/embedder.h"
#include "vector/embed/words.h"

namespace skg::bench {
namespace {

struct Texts {
  std::vector<std::string> labels, descriptions, typos;
};

// Scores of all labels for a query; at or below `nothing` is not found.
struct Scores {
  std::vector<double> of;
  double nothing = -2;
};

class Quality {
 public:
  explicit Quality(const std::vector<std::string>& labels) : labels_(labels) {}
  void Add(size_t query, const Scores& scores) {
    ++queries_;
    double best = scores.nothing;
    for (size_t i = 0; i < labels_.size(); ++i) {
      if (labels_[i] == labels_[query]) best = std::max(best, scores.of[i]);
    }
    if (best <= scores.nothing) return;
    double better = 0, equal = 0;
    for (size_t i = 0; i < labels_.size(); ++i) {
      if (labels_[i] == labels_[query]) continue;
      if (scores.of[i] > best) ++better;
      if (scores.of[i] == best) ++equal;
    }
    const double rank = 1 + better + equal / 2;
    reciprocal_ += 1 / rank;
    if (rank <= 10) ++hits_;
  }
  void Print(const char* method, const char* query) const {
    std::cout << nlohmann::json{{"method", method},
                                {"query", query},
                                {"mrr", reciprocal_ / queries_},
                                {"hits@10", hits_ / queries_}}
              << std::endl;
  }

 private:
  const std::vector<std::string>& labels_;
  double queries_ = 0, reciprocal_ = 0, hits_ = 0;
};

// BM25 over words, with k1 = 1.2 and b = 0.75 (Robertson and Zaragoza, 2009).
class Bm25 {
 public:
  Bm25(const std::vector<std::string>& texts, vector::WordReader& words)
      : words_(words), lengths_(texts.size()) {
    for (size_t i = 0; i < texts.size(); ++i) {
      std::map<std::string, int> counts;
      words_.Read(texts[i], [&](const vector::Word& word) {
        ++counts[std::string(word.text)];
        ++lengths_[i];
      });
      for (const auto& [word, count] : counts)
        postings_[word].emplace_back(i, count);
      total_ += lengths_[i];
    }
  }
  Scores Search(const std::string& query) {
    Scores scores{std::vector<double>(lengths_.size()), 0};
    std::map<std::string, int> asked;
    words_.Read(query, [&](const vector::Word& word) {
      asked[std::string(word.text)] = 1;
    });
    const auto texts = static_cast<double>(lengths_.size());
    for (const auto& [word, unused] : asked) {
      const auto found = postings_.find(word);
      if (found == postings_.end()) continue;
      const auto having = static_cast<double>(found->second.size());
      const double idf = std::log(1 + (texts - having + 0.5) / (having + 0.5));
      for (const auto& [text, count] : found->second) {
        const double length = lengths_[text] / (total_ / texts);
        scores.of[text] +=
            idf * count * 2.2 / (count + 1.2 * (0.25 + 0.75 * length));
      }
    }
    return scores;
  }

 private:
  vector::WordReader& words_;
  std::vector<double> lengths_;
  double total_ = 0;
  std::unordered_map<std::string, std::vector<std::pair<size_t, int>>>
      postings_;
};

// A character left out, put in, replaced or swapped with the next.
std::string WithTypo(const std::string& text, std::mt19937_64& random) {
  std::vector<std::string> characters;
  for (const char c : text) {
    if ((c & 0xC0) == 0x80 && !characters.empty()) {
      characters.back() += c;
    } else {
      characters.emplace_back(1, c);
    }
  }
  const size_t at = random() % characters.size();
  const std::string letter(1, static_cast<char>('a' + random() % 26));
  const auto place = characters.begin() + static_cast<std::ptrdiff_t>(at);
  switch (random() % 4) {
    case 0:
      characters.erase(place);
      break;
    case 1:
      characters.insert(place, letter);
      break;
    case 2:
      *place = letter;
      break;
    default:
      if (at + 1 < characters.size()) {
        std::swap(*place, *(place + 1));
      } else {
        *place = letter;
      }
  }
  std::string out;
  for (const std::string& character : characters) out += character;
  return out;
}

Texts ReadTexts(const EmbeddingBench& bench) {
  Texts texts;
  std::mt19937_64 random(bench.seed);
  std::ifstream in(bench.file);
  const nlohmann::json document = nlohmann::json::parse(in);
  for (const auto& [id, entry] : document.items()) {
    const std::string label = entry.value("label", "");
    const std::string description = entry.value("description", "");
    if (label.empty() || description.empty()) continue;
    texts.labels.push_back(label);
    texts.descriptions.push_back(description);
    texts.typos.push_back(WithTypo(label, random));
  }
  return texts;
}

void TimeTexts(Embedder& embedder, const char* name, int repeat,
               const std::vector<std::string>& texts) {
  std::vector<double> seconds;
  for (int i = 0; i < repeat; ++i) {
    const std::clock_t begin = std::clock();
    const auto vectors = embedder.Embed(texts);
    if (!vectors.ok()) return;
    seconds.push_back(static_cast<double>(std::clock() - begin) /
                      CLOCKS_PER_SEC);
  }
  std::sort(seconds.begin(), seconds.end());
  double bytes = 0;
  for (const std::string& text : texts)
    bytes += static_cast<double>(text.size());
  const double median = seconds[seconds.size() / 2];
  std::cout << nlohmann::json{{"method", "hashing"},
                              {"texts", name},
                              {"count", texts.size()},
                              {"texts_per_cpu_second",
                               static_cast<double>(texts.size()) / median},
                              {"mb_per_cpu_second", bytes / 1e6 / median}}
            << std::endl;
}

}  // namespace

int RunEmbedding(const EmbeddingBench& bench) {
  const Texts texts = ReadTexts(bench);
  auto embedder = MakeHashingEmbedder(bench.dimension);
  auto words = vector::WordReader::Make();
  if (!embedder.ok() || !words.ok() || texts.labels.empty()) {
    std::cerr << "skg-bench: " << bench.file
              << ": no texts, or no embedder: " << embedder.status() << "\n";
    return 1;
  }
  std::cout << nlohmann::json{{"labels", texts.labels.size()},
                              {"dimension", bench.dimension},
                              {"seed", bench.seed}}
            << std::endl;
  const auto labels = (*embedder)->Embed(texts.labels);
  Bm25 bm25(texts.labels, *words);
  for (const auto& [name, queries] :
       {std::pair("description", &texts.descriptions),
        std::pair("label with a typo", &texts.typos)}) {
    const auto vectors = (*embedder)->Embed(*queries);
    if (!labels.ok() || !vectors.ok()) return 1;
    Quality hashing(texts.labels), by_words(texts.labels);
    for (size_t q = 0; q < queries->size(); ++q) {
      Scores scores{std::vector<double>(labels->size())};
      for (size_t i = 0; i < labels->size(); ++i) {
        float product = 0;
        for (size_t k = 0; k < bench.dimension; ++k)
          product += (*vectors)[q][k] * (*labels)[i][k];
        scores.of[i] = product;
      }
      hashing.Add(q, scores);
      by_words.Add(q, bm25.Search((*queries)[q]));
    }
    hashing.Print("hashing", name);
    by_words.Print("bm25", name);
  }
  TimeTexts(**embedder, "labels", bench.repeat, texts.labels);
  TimeTexts(**embedder, "descriptions", bench.repeat, texts.descriptions);
  return 0;
}

}  // namespace skg::bench
