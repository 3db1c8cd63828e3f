#include "text/text_model.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>

#include "support/test_support.h"
#include "text/posting_reader.h"

namespace skg::text {

void TextModel::Add(uint64_t document, const TokenList& tokens) {
  if (tokens.empty()) return;
  auto& words = documents[document];
  words.clear();
  for (size_t i = 0; i < tokens.size(); ++i) {
    words.push_back({std::string(tokens.text(i)), tokens[i].position});
  }
}

uint32_t TextModel::Frequency(const std::vector<Word>& words,
                              const QueryTerm& term) {
  uint32_t frequency = 0;
  for (const Word& first : words) {
    bool all = true;
    for (const QueryTerm::Part& part : term.parts) {
      all = all && std::any_of(words.begin(), words.end(), [&](const Word& w) {
              return w.token == part.token &&
                     w.position == first.position + part.offset;
            });
    }
    if (all) ++frequency;
  }
  return frequency;
}

double TextModel::Idf(const QueryTerm& term) const {
  double idf = 0;
  for (const QueryTerm::Part& part : term.parts) {
    double df = 0;
    for (const auto& [document, words] : documents) {
      if (Frequency(words, {{{part.token, 0}}}) > 0) ++df;
    }
    const auto n = static_cast<double>(documents.size());
    idf += std::log(1 + (n - df + 0.5) / (df + 0.5));
  }
  return idf;
}

std::vector<SearchHit> TextModel::Search(
    const TermQuery& query, const Bm25Parameters& parameters) const {
  double total = 0;
  for (const auto& [document, words] : documents) {
    total += static_cast<double>(words.size());
  }
  const double average =
      documents.empty() ? 1 : total / static_cast<double>(documents.size());
  std::vector<std::vector<double>> idfs;
  for (const TermClause& clause : query) {
    auto& row = idfs.emplace_back();
    for (const QueryTerm& term : clause.terms) row.push_back(Idf(term));
  }
  const bool some_required = std::any_of(
      query.begin(), query.end(),
      [](const TermClause& clause) { return clause.occur == Occur::kMust; });
  std::vector<SearchHit> hits;
  for (const auto& [document, words] : documents) {
    double score = 0;
    bool any = false, all = true;
    for (size_t c = 0; c < query.size(); ++c) {
      bool here = false;
      for (size_t t = 0; t < query[c].terms.size(); ++t) {
        const QueryTerm& term = query[c].terms[t];
        const double f = Frequency(words, term);
        if (f == 0) continue;
        here = true;
        if (query[c].occur == Occur::kMustNot) continue;
        const auto length = static_cast<double>(words.size());
        score += term.weight * idfs[c][t] * (parameters.k1 + 1) * f /
                 (f + parameters.k1 *
                          (1 - parameters.b + parameters.b * length / average));
      }
      if (query[c].occur == Occur::kMust) all = all && here;
      if (query[c].occur == Occur::kMustNot) all = all && !here;
      if (query[c].occur != Occur::kMustNot) any = any || here;
    }
    if (all && (any || some_required)) hits.push_back({document, score});
  }
  std::stable_sort(hits.begin(), hits.end(), [](const auto& a, const auto& b) {
    return a.score > b.score + 1e-12;
  });
  return hits;
}

TokenList Tokens(std::string_view text) {
  TokenList tokens;
  Analyzer().Analyze(text, Language(), tokens);
  return tokens;
}

void AddText(storage::KvStore& kv, uint64_t document, const TokenList& tokens,
             PostingIndex index) {
  const auto batch = kv.NewBatch();
  AddDocument(*batch, index, document, tokens);
  REQUIRE_OK(kv.Write(*batch, storage::WriteMode::kBuffered));
}

namespace {

std::string RandomWord(std::mt19937_64& random, size_t vocabulary) {
  const double u = std::uniform_real_distribution<double>(0, 1)(random);
  const auto rank =
      static_cast<size_t>(std::pow(static_cast<double>(vocabulary), u) - 1);
  return "w" + std::to_string(rank);
}

}  // namespace

std::string RandomText(std::mt19937_64& random, size_t most,
                       size_t vocabulary) {
  std::string text;
  for (size_t i = random() % most + 1; i > 0; --i) {
    text += RandomWord(random, vocabulary) + " ";
  }
  return text;
}

TermQuery RandomQuery(std::mt19937_64& random, size_t vocabulary) {
  TermQuery query;
  bool wanted = false;
  for (size_t c = random() % 4 + 1; c > 0; --c) {
    TermClause& clause = query.emplace_back();
    const auto kind = random() % 8;
    if (kind == 0) clause.occur = Occur::kMust;
    if (kind == 1 && wanted) clause.occur = Occur::kMustNot;
    wanted = wanted || clause.occur != Occur::kMustNot;
    for (size_t t = random() % 5 == 0 ? 3 : 1; t > 0; --t) {
      QueryTerm& term = clause.terms.emplace_back();
      term.weight = random() % 4 == 0 ? 0.5 : 1.0;
      uint32_t offset = 0;
      for (size_t w = random() % 4 == 0 ? 2 + random() % 2 : 1; w > 0; --w) {
        term.parts.push_back({RandomWord(random, vocabulary), offset});
        offset += 1 + static_cast<uint32_t>(random() % 4 == 0);
      }
    }
  }
  return query;
}

std::unique_ptr<PostingReader> OpenReader(const storage::KvStore& kv,
                                          const storage::KvSnapshot* snapshot,
                                          PostingIndex index) {
  auto reader = PostingReader::Open(kv, index, snapshot);
  REQUIRE_OK(reader);
  return *std::move(reader);
}

void RequireSame(const std::vector<SearchHit>& got,
                 const std::vector<SearchHit>& want) {
  REQUIRE(got.size() == want.size());
  for (size_t i = 0; i < got.size(); ++i) {
    INFO("hit " << i << " of " << got.size() << ": got " << got[i].document
                << " " << got[i].score << ", want " << want[i].document << " "
                << want[i].score);
    REQUIRE(std::abs(got[i].score - want[i].score) < 1e-9);
    // Sums of the same terms in another order may tell apart what is equal
    // there: then the same documents stand in another sequence.
    const bool same =
        std::any_of(want.begin(), want.end(), [&](const SearchHit& hit) {
          return hit.document == got[i].document &&
                 std::abs(hit.score - got[i].score) < 1e-9;
        });
    const bool cut =
        i + 1 == got.size() || std::abs(got[i].score - got.back().score) < 1e-9;
    REQUIRE((got[i].document == want[i].document || same || cut));
  }
}

}  // namespace skg::text
