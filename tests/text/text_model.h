// A text index without an index: documents as lists of tokens, ranked by going
// through all of them.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "storage/kv.h"
#include "text/bm25.h"
#include "text/posting_rows.h"
#include "text/query_terms.h"

namespace skg::text {

inline constexpr PostingIndex kTestIndex{7, 3};

class TextModel {
 public:
  // The document's tokens and their positions.
  struct Word {
    std::string token;
    uint32_t position;
  };
  std::map<uint64_t, std::vector<Word>> documents;

  void Add(uint64_t document, const TokenList& tokens);

  // All hits in sequence.
  [[nodiscard]] std::vector<SearchHit> Search(
      const TermQuery& query, const Bm25Parameters& parameters = {}) const;

 private:
  [[nodiscard]] double Idf(const QueryTerm& term) const;
  [[nodiscard]] static uint32_t Frequency(const std::vector<Word>& words,
                                          const QueryTerm& term);
};

// As the analyzer without stemming sees it.
[[nodiscard]] TokenList Tokens(std::string_view text);

// Writes it as a commit would.
void AddText(storage::KvStore& kv, uint64_t document, const TokenList& tokens,
             PostingIndex index = kTestIndex);

// A text of up to `most` words "w0" ... by Zipf's law.
[[nodiscard]] std::string RandomText(std::mt19937_64& random, size_t most,
                                     size_t vocabulary);
// A query of such words, of all kinds of clauses.
[[nodiscard]] TermQuery RandomQuery(std::mt19937_64& random, size_t vocabulary);

[[nodiscard]] std::unique_ptr<PostingReader> OpenReader(
    const storage::KvStore& kv, const storage::KvSnapshot* snapshot = nullptr,
    PostingIndex index = kTestIndex);

// Same documents in the same sequence, scores within 1e-9.
void RequireSame(const std::vector<SearchHit>& got,
                 const std::vector<SearchHit>& want);

}  // namespace skg::text
