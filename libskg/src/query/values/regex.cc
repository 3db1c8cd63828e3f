#include "query/values/regex.h"

#include <re2/re2.h>

#include <utility>

namespace skg::query {
namespace {

constexpr int64_t kMostMemory = int64_t{8} << 20;
constexpr size_t kCached = 32;

re2::StringPiece Piece(std::string_view text) {
  return {text.data(), text.size()};
}

struct Flags {
  bool any_case = false, multi_line = false, dot_all = false,
       free_spacing = false, literal = false;
};

std::optional<Flags> ParseFlags(std::string_view text) {
  Flags flags;
  for (const char flag : text) {
    switch (flag) {
      case 'i':
        flags.any_case = true;
        break;
      case 'm':
        flags.multi_line = true;
        break;
      case 's':
        flags.dot_all = true;
        break;
      case 'x':
        flags.free_spacing = true;
        break;
      case 'q':
        flags.literal = true;
        break;
      default:
        return std::nullopt;
    }
  }
  return flags;
}

}  // namespace

Regex::Regex(std::unique_ptr<re2::RE2> re2, bool literal)
    : re2_(std::move(re2)),
      groups_(static_cast<size_t>(re2_->NumberOfCapturingGroups())),
      literal_(literal) {}

Regex::~Regex() = default;

std::unique_ptr<const Regex> Regex::Compile(std::string_view pattern,
                                            std::string_view flags) {
  const auto parsed = ParseFlags(flags);
  if (!parsed) return nullptr;
  re2::RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(kMostMemory);
  options.set_case_sensitive(!parsed->any_case);
  std::string text;
  if (parsed->literal) {
    options.set_literal(true);
    text = pattern;
  } else {
    auto translated =
        TranslateRegex(pattern, parsed->dot_all, parsed->free_spacing);
    if (!translated) return nullptr;
    // Without `m` a `$` is the end of the text only, as RE2 has it.
    if (parsed->multi_line) text = "(?m)";
    text += *translated;
  }
  auto re2 = std::make_unique<re2::RE2>(Piece(text), options);
  if (!re2->ok()) return nullptr;
  return std::unique_ptr<const Regex>(
      new Regex(std::move(re2), parsed->literal));
}

bool Regex::Matches(std::string_view text) const {
  return re2_->Match(Piece(text), 0, text.size(), re2::RE2::UNANCHORED, nullptr,
                     0);
}

bool Regex::Find(std::string_view text, size_t from,
                 std::vector<std::string_view>* groups) const {
  std::vector<re2::StringPiece> pieces(groups_ + 1);
  groups->assign(groups_ + 1, {});
  if (!re2_->Match(Piece(text), from, text.size(), re2::RE2::UNANCHORED,
                   pieces.data(), static_cast<int>(pieces.size()))) {
    return false;
  }
  for (size_t i = 0; i < pieces.size(); ++i)
    (*groups)[i] = std::string_view(pieces[i].data(), pieces[i].size());
  return true;
}

const Regex* RegexCache::Find(std::string_view pattern,
                              std::string_view flags) {
  for (auto entry = entries_.begin(); entry != entries_.end(); ++entry) {
    if (entry->pattern != pattern || entry->flags != flags) continue;
    entries_.splice(entries_.begin(), entries_, entry);
    return entry->regex.get();
  }
  if (entries_.size() == kCached) entries_.pop_back();
  entries_.push_front({std::string(pattern), std::string(flags),
                       Regex::Compile(pattern, flags)});
  return entries_.front().regex.get();
}

}  // namespace skg::query
