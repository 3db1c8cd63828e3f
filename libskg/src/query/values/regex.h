// Regular expressions of REGEX and REPLACE (XPath and XQuery Functions 3.1,
// section 5.6), by RE2: linear in the text, bounded in memory.
//
// A subset of XPath's: character class subtraction, \i and \c inside negated
// classes, block names (\p{IsGreek}) and back-references are refused. Beyond
// it: \b and \B, and (?i) at any place.
#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace re2 {
class RE2;
}

namespace skg::query {

class Regex {
 public:
  // Unset: not a pattern, or not of this subset; flags other than s m i x q; a
  // pattern whose program would take more than 8 MiB.
  [[nodiscard]] static std::unique_ptr<const Regex> Compile(
      std::string_view pattern, std::string_view flags);
  ~Regex();

  [[nodiscard]] bool Matches(std::string_view text) const;
  // The first match at or after `from`: groups[0] is the match, groups[i] what
  // group i took, without data() where it took no part.
  [[nodiscard]] bool Find(std::string_view text, size_t from,
                          std::vector<std::string_view>* groups) const;
  // How many groups the pattern has, the match itself not counted.
  [[nodiscard]] size_t groups() const { return groups_; }
  // With flag q a replacement is literal.
  [[nodiscard]] bool literal() const { return literal_; }

 private:
  Regex(std::unique_ptr<re2::RE2> re2, bool literal);

  std::unique_ptr<re2::RE2> re2_;
  size_t groups_ = 0;
  bool literal_ = false;
};

// XPath's syntax as RE2's; unset: not of the subset.
[[nodiscard]] std::optional<std::string> TranslateRegex(
    std::string_view pattern, bool dot_all, bool free_spacing);

// The patterns used last. Not thread-safe.
class RegexCache {
 public:
  // Null: see Regex::Compile. Valid until the next call.
  [[nodiscard]] const Regex* Find(std::string_view pattern,
                                  std::string_view flags);

 private:
  struct Entry {
    std::string pattern, flags;
    std::unique_ptr<const Regex> regex;
  };
  std::list<Entry> entries_;  // the last used first
};

}  // namespace skg::query
