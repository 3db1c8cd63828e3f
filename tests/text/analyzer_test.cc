#include "text/analyzer.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "support/test_support.h"
#include "text/stemmer.h"

namespace skg::text {
namespace {

std::vector<std::string> Texts(std::string_view text, std::string_view tag = "",
                               const AnalyzerOptions& options = {}) {
  TokenList tokens;
  Analyzer(options).Analyze(text, LanguageOfTag(tag), tokens);
  std::vector<std::string> texts;
  for (size_t i = 0; i < tokens.size(); ++i) {
    texts.emplace_back(tokens.text(i));
  }
  return texts;
}

using Strings = std::vector<std::string>;

TEST_CASE("Texts become tokens", "[analyzer]") {
  const struct {
    std::string text, tag;
    Strings want;
  } cases[] = {
      {"", "", {}},
      {" .,-!? ", "", {}},
      {"The Theory of Relativity", "", {"the", "theory", "of", "relativity"}},
      {"has_part@example", "", {"has", "part", "example"}},
      {"U.S.A. 3.14 1,000 don't a.b",
       "",
       {"u.s.a", "3.14", "1,000", "don't", "a.b"}},
      {"don\u2019t", "", {"don't"}},
      {"Stra\u00DFe \uFB01ne \u2168", "", {"strasse", "fine", "ix"}},
      {"\u0391\u0392\u03A3 \u00C9t\u00E9", "", {"αβσ", "été"}},
      {"the foxes were running", "en-GB", {"the", "fox", "were", "run"}},
      {"The dogs' dog's", "EN", {"the", "dog", "dog"}},
      {"L'Été à l’école", "fr", {"été", "à", "écol"}},
      {"Häuser", "de-AT", {"haus"}},
      {"running", "xx", {"running"}},
      {"running", "en", {"run"}},
      {"кошками", "ru", {"кошк"}},
      {"漢字かな", "", {"漢字", "かな"}},
      {"x \xff\xc3 y\xe2\x80", "", {"x", "y"}},
      {std::string("a\0b", 3), "", {"a", "b"}},
  };
  for (const auto& c : cases) {
    INFO(c.text << " in " << c.tag);
    CHECK(Texts(c.text, c.tag) == c.want);
  }
}

TEST_CASE("Languages are known by the first part of their tag", "[analyzer]") {
  REQUIRE(LanguageCode(LanguageOfTag("en")) == "en");
  REQUIRE(LanguageOfTag("en-US") == LanguageOfTag("EN"));
  REQUIRE(LanguageOfTag("pt_BR") == LanguageOfTag("pt"));
  for (const std::string tag : {"", "-", "e", "eng", "zz", "en1", "\xff\xff"}) {
    REQUIRE(!LanguageOfTag(tag).known());
  }
  // All stemmers are there.
  for (uint8_t number = 1; number < kLanguageCount; ++number) {
    const Language language{number};
    REQUIRE(LanguageOfTag(LanguageCode(language)) == language);
    std::string stem;
    AppendStem(language, "abcdefghijklmnopqrstuvw", stem);
    REQUIRE(!stem.empty());
  }
}

TEST_CASE("Stop-words are left out where that is wanted", "[analyzer]") {
  const AnalyzerOptions options{.stop_words = true};
  REQUIRE(Texts("The Bank of England", "en", options) ==
          Strings{"bank", "england"});
  REQUIRE(Texts("The Bank of England", "", options) ==
          Strings{"the", "bank", "of", "england"});
  REQUIRE(Texts("die Stadt und der Fluss", "de", options) ==
          Strings{"stadt", "fluss"});
  TokenList tokens;
  Analyzer(options).Analyze("Bank of England", LanguageOfTag("en"), tokens);
  REQUIRE(tokens[1].position == 2);
}

TEST_CASE("Tokens know where their words stand", "[analyzer]") {
  const std::string text = "Ein Häuschen, zwei_Straßen";
  TokenList tokens;
  Analyzer().Analyze(text, LanguageOfTag("de"), tokens);
  Strings words;
  for (size_t i = 0; i < tokens.size(); ++i) {
    REQUIRE(tokens[i].position == i);
    const ByteRange range = tokens[i].range;
    words.push_back(text.substr(range.begin, range.end - range.begin));
  }
  REQUIRE(words == Strings{"Ein", "Häuschen", "zwei", "Straßen"});
}

TEST_CASE("Long words are cut and stay apart", "[analyzer]") {
  const std::string stem(500, 'x');
  const Strings tokens = Texts(stem + "a " + stem + "b " + stem + "a");
  REQUIRE(tokens.size() == 3);
  REQUIRE(tokens[0].size() == kMaxTokenBytes);
  REQUIRE(tokens[0] != tokens[1]);
  REQUIRE(tokens[0] == tokens[2]);
  std::string wide;
  for (int i = 0; i < 100; ++i) wide += "é";
  REQUIRE(Texts(wide)[0].size() <= kMaxTokenBytes);
}

TEST_CASE("A text has so many words at most", "[analyzer]") {
  std::string text;
  for (uint32_t i = 0; i < kMaxDocumentTokens + 10; ++i) text += "a ";
  TokenList tokens;
  Analyzer().Analyze(text, Language(), tokens);
  REQUIRE(tokens.size() == kMaxDocumentTokens);
}

TEST_CASE("A single word is folded, several are not", "[analyzer]") {
  const Analyzer analyzer;
  REQUIRE(analyzer.Folded("Running") == "running");
  REQUIRE(analyzer.Folded("ÉTÉ ") == "été");
  REQUIRE(analyzer.Folded("two words").empty());
  REQUIRE(analyzer.Folded("--").empty());
}

// Words as ICU finds them in the whole text, cut at what always cuts.
std::vector<ByteRange> UnicodeWords(std::string_view text) {
  std::vector<ByteRange> words;
  size_t begin = 0;
  for (size_t i = 0; i <= text.size(); ++i) {
    if (i < text.size() && text[i] != '_' && text[i] != '@') continue;
    FindUnicodeWords(text.substr(begin, i - begin),
                     static_cast<uint32_t>(begin), words);
    begin = i + 1;
  }
  return words;
}

TEST_CASE("Words are those of ICU", "[analyzer]") {
  auto random = test::Random();
  const std::vector<Strings> alphabets = {
      {"a", "Z", "0", "9",  ".",  "'",    ",",    ";", ":",  " ",
       "-", "_", "@", "\t", "\n", "\x0b", "\x01", "/", "\"", "#"},
      {"a",      "1",          " ",    ".",        "'",      "é",      "\u0308",
       "漢",     "ก",          "\xff", "\xe2\x80", "\u2019", "\u00a0", "\u3000",
       "\u200d", "\U0001F469", "か",   "カ",       "_",      "\u05d0", "\""},
  };
  for (const Strings& alphabet : alphabets) {
    for (int i = 0; i < 20000; ++i) {
      std::string text;
      for (auto n = random() % 12; n > 0; --n) {
        text += alphabet[random() % alphabet.size()];
      }
      std::vector<ByteRange> words;
      FindWords(text, words);
      INFO(text);
      REQUIRE(words == UnicodeWords(text));
    }
  }
}

TEST_CASE("Any bytes are analyzed, on any thread, always alike", "[analyzer]") {
  auto random = test::Random(1);
  Strings texts;
  for (int i = 0; i < 2000; ++i) {
    std::string text;
    for (auto n = random() % 40; n > 0; --n) {
      text.push_back(static_cast<char>(
          random() % 4 == 0 ? random() : 'a' + random() % 26));
    }
    texts.push_back(text);
  }
  const auto analyze = [&] {
    Strings all;
    for (const std::string& text : texts) {
      for (const char* tag : {"", "en", "fr", "tr"}) {
        for (std::string& token : Texts(text, tag)) {
          if (token.empty() || token.find('\0') != std::string::npos ||
              token.size() > kMaxTokenBytes) {
            all.emplace_back("wrong token");
          }
          all.push_back(std::move(token));
        }
      }
    }
    return all;
  };
  const Strings want = analyze();
  REQUIRE(std::count(want.begin(), want.end(), "wrong token") == 0);
  Strings others[2];
  {
    std::thread a([&] { others[0] = analyze(); });
    std::thread b([&] { others[1] = analyze(); });
    a.join();
    b.join();
  }
  REQUIRE(others[0] == want);
  REQUIRE(others[1] == want);
}

}  // namespace
}  // namespace skg::text
