#include "query/values/regex.h"

#include <catch2/catch.hpp>
#include <chrono>
#include <string>

#include "support/test_support.h"

namespace skg::query {
namespace {

std::string Matches(std::string_view text, std::string_view pattern,
                    std::string_view flags = "") {
  const auto regex = Regex::Compile(pattern, flags);
  return regex == nullptr ? "refused" : regex->Matches(text) ? "yes" : "no";
}

TEST_CASE("escapes and classes are those of XML Schema", "[regex]") {
  struct Case {
    std::string_view text, pattern, want;
  };
  for (const Case& c : {
           Case{"٣", R"(^\d$)", "yes"},  // any decimal digit, not only ASCII
           Case{"x", R"(^\D$)", "yes"},
           Case{"é", R"(^\w$)", "yes"},
           Case{"_", R"(^\w$)", "no"},  // punctuation
           Case{"-", R"(^\W$)", "yes"},
           Case{"\f", R"(^\s$)", "no"},
           Case{"\t", R"(^\s$)", "yes"},
           Case{"\f", R"(^\S$)", "yes"},
           Case{"a1é ", R"(^[\w]+[\s]$)", "yes"},
           Case{"a-", R"(^[\W\d]+$)", "no"},
           Case{"-1", R"(^[\W\d]+$)", "yes"},
           Case{"é:a", R"(^\i\i\i$)", "yes"},
           Case{"1", R"(^\i$)", "no"},
           Case{"1", R"(^\c$)", "yes"},  // \C is not RE2's single byte
           Case{"\xC3\xA9", R"(^\C$)", "no"},
           Case{" ", R"(^\C$)", "yes"},
           Case{"-", R"(^[\c]$)", "yes"},
           Case{"a", R"(^[\C]$)", "refused"},
           Case{"É", R"(^\p{Lu}$)", "yes"},
           Case{"É", R"(^\P{Lu}$)", "no"},
           Case{"a", R"(\p{IsBasicLatin})", "refused"},
           Case{"a", R"(\p{Lu)", "refused"},
           Case{"a", R"([a-z-[aeiou]])", "refused"},
           Case{"aa", R"((a)\1)", "refused"},
           Case{"a", R"(\Qa\E)", "refused"},
           Case{"a", R"(\x61)", "refused"},
           Case{"a", R"(a\z)", "refused"},
           Case{"a b", R"(\bb)", "yes"},  // beyond XPath
           Case{"A", R"((?i)a)", "yes"},
           Case{"A", R"((?i:a))", "yes"},
           Case{"a", R"((?:a))", "yes"},
           Case{"a", R"((?P<x>a))", "refused"},
           Case{"a", R"((?=a))", "refused"},
           Case{"a\rc", "a.c", "no"},
           Case{"a\u0085c", "a.c", "yes"},
           Case{"a\n", "^a$", "no"},
           Case{"aab", "a{2}b", "yes"},
           Case{"a", "a{2000}", "refused"},
           Case{"a", "*", "refused"},
           Case{"a", "[", "refused"},
           Case{"a", "[]", "refused"},
           Case{"a", "\\", "refused"},
           Case{"a]", R"(^[a\]]+$)", "yes"},
           Case{"", "", "yes"},
       }) {
    INFO(c.text << " ~ " << c.pattern);
    CHECK(Matches(c.text, c.pattern) == c.want);
  }
}

TEST_CASE("flags", "[regex]") {
  CHECK(Matches("aB", "A b", "xi") == "yes");
  CHECK(Matches("a b", "a[ ]b", "x") == "yes");
  CHECK(Matches("a\r\nb", "a..b", "s") == "yes");
  CHECK(Matches("x\na", "^a", "m") == "yes");
  CHECK(Matches("(?i)", "(?I)", "qi") == "yes");
  CHECK(Matches("a", "a", "g") == "refused");
  CHECK(Matches("aa", "a", "iiss") == "yes");
}

TEST_CASE("no pattern takes long or much", "[regex]") {
  const std::string text(100'000, 'a');
  CHECK(Matches(text, "^(a+)+$") == "yes");
  CHECK(Matches(text + "b", "^(a+)+$") == "no");
  CHECK(Matches(text, "(a*)*b") == "no");
  CHECK(Matches("a", "((((a{100}){100}){100}){100})") == "refused");
  std::string nested;
  for (int i = 0; i < 100'000; ++i) nested += '(';
  CHECK(Matches("a", nested) == "refused");
}

TEST_CASE("the cache gives what was compiled", "[regex]") {
  RegexCache cache;
  const Regex* const first = cache.Find("a", "");
  REQUIRE(first != nullptr);
  CHECK(cache.Find("(", "") == nullptr);
  CHECK(cache.Find("a", "") == first);
  CHECK(cache.Find("a", "i") != first);
  for (int i = 0; i < 100; ++i) {
    const std::string pattern = "x" + std::to_string(i);
    const Regex* const regex = cache.Find(pattern, "");
    REQUIRE(regex != nullptr);
    CHECK(regex->Matches(pattern));
    CHECK_FALSE(regex->Matches("y"));
  }
}

}  // namespace
}  // namespace skg::query
