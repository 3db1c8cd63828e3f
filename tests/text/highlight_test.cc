#include "text/highlight.h"

#include <catch2/catch.hpp>
#include <random>

#include "support/test_support.h"

namespace skg::text {
namespace {

QueryTerm Word(const std::string& token) { return {{{token, 0}}}; }

std::vector<std::string> Matches(const TermQuery& query,
                                 const std::string& text,
                                 std::string_view tag = "") {
  std::vector<std::string> matches;
  for (const ByteRange& range :
       FindMatches(query, Analyzer(), text, LanguageOfTag(tag))) {
    matches.push_back(text.substr(range.begin, range.end - range.begin));
  }
  return matches;
}

using Strings = std::vector<std::string>;

TEST_CASE("Matches are what stands in the text", "[highlight]") {
  CHECK(Matches({{Occur::kShould, {Word("run")}}}, "He runs; she is Running.",
                "en") == Strings{"runs", "Running"});
  CHECK(Matches({{Occur::kShould, {Word("haus"), Word("strass")}},
                 {Occur::kMustNot, {Word("in")}}},
                "Häuser in der Straße", "de") == Strings{"Häuser", "Straße"});
  const QueryTerm phrase = {{{"new", 0}, {"york", 1}}};
  CHECK(Matches({{Occur::kMust, {phrase}}}, "New York, York, new (York) New") ==
        Strings{"New York", "new (York"});
  // Overlapping ones become one.
  CHECK(Matches({{Occur::kShould, {QueryTerm{{{"a", 0}, {"a", 1}}}}}},
                "a a a b a") == Strings{"a a a"});
  CHECK(Matches({{Occur::kShould, {phrase, Word("york")}}}, "new york") ==
        Strings{"new york"});
  CHECK(Matches({}, "text").empty());
}

std::string Snippet(const std::string& text, const std::string& word,
                    const SnippetOptions& options = {}) {
  return MakeSnippet(
      text, FindMatches({{Occur::kShould, {Word(word)}}}, Analyzer(), text, {}),
      options);
}

TEST_CASE("Snippets mark matches and escape the text", "[highlight]") {
  CHECK(Snippet("", "a").empty());
  CHECK(Snippet("A <b> & \"c\" a", "a") ==
        "<b>A</b> &lt;b&gt; &amp; &quot;c&quot; <b>a</b>");
  CHECK(Snippet("A <b>", "a",
                {.open = "[", .close = "]", .escape_html = false}) ==
        "[A] <b>");
  CHECK(Snippet("no match", "a") == "no match");
  CHECK(Snippet("a \xff b\xc3", "b") == "a \uFFFD <b>b</b>\uFFFD");
}

TEST_CASE("Snippets show where most matches are", "[highlight]") {
  std::string text = "word ";
  for (int i = 0; i < 100; ++i) text += "filler" + std::to_string(i) + " ";
  text += "here word and word ";
  for (int i = 0; i < 100; ++i) text += "filler" + std::to_string(i) + " ";
  const std::string shown = Snippet(text, "word", {.text_bytes = 60});
  INFO(shown);
  CHECK(shown.starts_with("…"));
  CHECK(shown.ends_with("…"));
  CHECK(shown.find("here <b>word</b> and <b>word</b>") != std::string::npos);
  CHECK(shown.size() <= 60 + 2 * 3 + 2 * 7);
  CHECK(Snippet("one two three four", "four", {.text_bytes = 10}) ==
        "…three <b>four</b>");
  CHECK(Snippet("one two three four", "zero", {.text_bytes = 9}) == "one two…");
}

// Whether it is well-formed, by a decoder of its own.
bool IsUtf8(std::string_view text) {
  for (size_t at = 0; at < text.size();) {
    const auto lead = static_cast<uint8_t>(text[at++]);
    int more = lead < 0x80   ? 0
               : lead < 0xC0 ? -1
               : lead < 0xE0 ? 1
               : lead < 0xF0 ? 2
                             : 3;
    if (more < 0) return false;
    for (; more > 0; --more) {
      if (at == text.size() ||
          (static_cast<uint8_t>(text[at++]) & 0xC0) != 0x80)
        return false;
    }
  }
  return true;
}

TEST_CASE("Snippets of any bytes are well-formed and not too long",
          "[highlight]") {
  auto random = test::Random();
  const char* const pieces[] = {
      "a ", "b", "é", "漢字 ", "\xff", "\xe2\x80", "<", " ", "\xf0\x9f\x98\x80",
      "-"};
  for (int i = 0; i < 5000; ++i) {
    std::string text;
    for (auto n = random() % 60; n > 0; --n) text += pieces[random() % 10];
    const size_t bytes = random() % 80;
    const std::string shown = Snippet(text, random() % 2 == 0 ? "a" : "é",
                                      {.text_bytes = bytes,
                                       .open = "",
                                       .close = "",
                                       .ellipsis = "",
                                       .escape_html = false});
    REQUIRE(IsUtf8(shown));
    // Ill-formed bytes grow to three.
    REQUIRE(shown.size() <= 3 * bytes);
  }
}

}  // namespace
}  // namespace skg::text
