// Random terms and quads, rich in what breaks encoders.
#pragma once

#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "rdf/term.h"

namespace skg::test {

class RandomTerms {
 public:
  explicit RandomTerms(std::mt19937_64 random) : random_(random) {}

  // Uniform in [0, below).
  uint64_t Below(uint64_t below) { return random_() % below; }
  std::string_view Choose(const std::vector<std::string_view>& from) {
    return from[Below(from.size())];
  }

  // Unicode text with controls, quotes, backslashes, noncharacters and NUL.
  std::string Text(size_t most_characters = 12);
  // Absolute, at times inside `base`, with odd percent-encodings.
  std::string Iri(std::string_view base = "urn:skg:");
  std::string Label();
  std::string Language();
  // A lexical form that is often right for the datatype.
  std::string Lexical(std::string_view datatype);
  rdf::Term Literal();
  rdf::Term Resource();
  // Any kind; triple terms nest at most `depth` deep.
  rdf::Term Any(int depth = 2);
  rdf::Quad Quad(bool named_graphs);

  std::mt19937_64& engine() { return random_; }

 private:
  char32_t Character();

  std::mt19937_64 random_;
};

}  // namespace skg::test
