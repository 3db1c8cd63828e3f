#include "analytics/vertex_index.h"

#include <algorithm>
#include <bit>

namespace skg::analytics {

void VertexIndex::Grow(std::vector<Word>& words, size_t place) {
  words.resize(std::max(place + 1, words.size() + words.size() / 2));
}

void VertexIndex::AddInline(rdf::TermId term) {
  if (!inline_.empty() && inline_.back() == term) return;
  inline_.push_back(term);
  // Equal ones go before they are more than those that differ.
  if (inline_.size() >= 2 * sorted_ + 1024) SortInline();
}

void VertexIndex::SortInline() {
  std::sort(inline_.begin(), inline_.end());
  inline_.erase(std::unique(inline_.begin(), inline_.end()), inline_.end());
  sorted_ = inline_.size();
}

uint64_t VertexIndex::Number() {
  SortInline();
  uint64_t before = 0;
  for (std::vector<Word>& words : words_) {
    for (Word& word : words) {
      word.before = before;
      before += static_cast<uint64_t>(std::popcount(word.bits));
    }
  }
  before_inline_ = before;
  count_ = before + inline_.size();
  return count_;
}

bool VertexIndex::Has(rdf::TermId term) const {
  if (!term.in_dictionary())
    return std::binary_search(inline_.begin(), inline_.end(), term);
  const std::vector<Word>& words = words_[TagOf(term)];
  const size_t place = term.payload() / 64;
  return place < words.size() &&
         (words[place].bits >> (term.payload() % 64) & 1) != 0;
}

Vertex VertexIndex::VertexOf(rdf::TermId term) const {
  if (!term.in_dictionary()) {
    const auto at = std::lower_bound(inline_.begin(), inline_.end(), term);
    return static_cast<Vertex>(before_inline_ +
                               static_cast<uint64_t>(at - inline_.begin()));
  }
  const Word& word = words_[TagOf(term)][term.payload() / 64];
  const uint64_t below = (uint64_t{1} << (term.payload() % 64)) - 1;
  return static_cast<Vertex>(
      word.before + static_cast<uint64_t>(std::popcount(word.bits & below)));
}

Array<rdf::TermId> VertexIndex::Terms() const {
  Array<rdf::TermId> terms(count_);
  size_t next = 0;
  for (size_t tag = 0; tag < kTags; ++tag) {
    for (size_t place = 0; place < words_[tag].size(); ++place) {
      for (uint64_t bits = words_[tag][place].bits; bits != 0;
           bits &= bits - 1) {
        const auto bit = static_cast<uint64_t>(std::countr_zero(bits));
        terms[next++] =
            rdf::TermId::Make(static_cast<rdf::TermTag>(tag), place * 64 + bit);
      }
    }
  }
  std::copy(inline_.begin(), inline_.end(), terms.data() + next);
  return terms;
}

size_t VertexIndex::bytes() const {
  size_t bytes = inline_.capacity() * sizeof(rdf::TermId);
  for (const auto& words : words_) bytes += words.capacity() * sizeof(Word);
  return bytes;
}

}  // namespace skg::analytics
