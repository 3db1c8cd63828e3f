#include "text/highlight.h"

#include <algorithm>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "base/strings.h"

namespace skg::text {
namespace {

using Places = absl::flat_hash_map<std::string_view, std::vector<uint32_t>>;

// The token at this position, if it is that one: its place in the list.
const uint32_t* FindAt(const Places& places, const TokenList& tokens,
                       std::string_view token, uint32_t position) {
  const auto found = places.find(token);
  if (found == places.end()) return nullptr;
  const auto at = std::lower_bound(
      found->second.begin(), found->second.end(), position,
      [&](uint32_t i, uint32_t p) { return tokens[i].position < p; });
  if (at == found->second.end() || tokens[*at].position != position)
    return nullptr;
  return &*at;
}

void AddPhraseMatches(const QueryTerm& phrase, const TokenList& tokens,
                      const Places& places, std::vector<ByteRange>& matches) {
  const auto first = places.find(phrase.parts.front().token);
  if (first == places.end()) return;
  for (const uint32_t i : first->second) {
    const uint32_t* last = &i;
    for (const QueryTerm::Part& part : phrase.parts) {
      last =
          FindAt(places, tokens, part.token, tokens[i].position + part.offset);
      if (last == nullptr) break;
    }
    if (last == nullptr) continue;
    matches.push_back({tokens[i].range.begin, tokens[*last].range.end});
  }
}

void MergeOverlapping(std::vector<ByteRange>& ranges) {
  std::sort(
      ranges.begin(), ranges.end(),
      [](const ByteRange& a, const ByteRange& b) { return a.begin < b.begin; });
  size_t kept = 0;
  for (const ByteRange& range : ranges) {
    if (kept > 0 && range.begin < ranges[kept - 1].end) {
      ranges[kept - 1].end = std::max(ranges[kept - 1].end, range.end);
    } else {
      ranges[kept++] = range;
    }
  }
  ranges.resize(kept);
}

bool IsSpace(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
bool IsContinuation(char c) { return (static_cast<uint8_t>(c) & 0xC0) == 0x80; }

// A place in [low, high] to cut: after a space where there is one, else between
// characters. The first such from `low` on, or the last.
size_t CutAfter(std::string_view text, size_t low, size_t high) {
  for (size_t at = low; at < high; ++at) {
    if (at == 0 || IsSpace(text[at - 1])) return at;
  }
  size_t at = high;
  while (at > low && at < text.size() && IsContinuation(text[at])) --at;
  return at;
}
size_t CutBefore(std::string_view text, size_t low, size_t high) {
  if (high >= text.size()) return text.size();
  for (size_t at = high; at > low; --at) {
    if (IsSpace(text[at])) return at;
  }
  size_t at = high;
  while (at > low && IsContinuation(text[at])) --at;
  return at;
}

ByteRange ChooseWindow(std::string_view text,
                       const std::vector<ByteRange>& matches, size_t bytes) {
  size_t best = 0, most = 0;
  // Some of what stands before tells what it is about.
  const size_t lead = bytes / 5;
  for (size_t i = 0, end = 0; i < matches.size(); ++i) {
    const size_t limit = matches[i].begin + (bytes - lead);
    end = std::max(end, i);
    while (end < matches.size() && matches[end].end <= limit) ++end;
    if (end - i > most) {
      most = end - i;
      best = i;
    }
  }
  size_t begin = 0;
  if (!matches.empty()) {
    const size_t first = std::min<size_t>(matches[best].begin, text.size());
    begin = first > lead ? CutAfter(text, first - lead, first) : 0;
  }
  const size_t least = begin + bytes / 2;
  const size_t end = CutBefore(text, std::min(least, text.size()),
                               std::min(begin + bytes, text.size()));
  // Nothing is gained by a shorter piece than the text has room for.
  if (end == text.size() && end - begin < bytes) {
    const size_t low = text.size() > bytes ? text.size() - bytes : 0;
    if (low < begin) begin = CutAfter(text, low, begin);
  }
  return {static_cast<uint32_t>(begin), static_cast<uint32_t>(end)};
}

// Length of the well-formed character that begins here; 0: ill-formed.
size_t CharacterBytes(std::string_view text, size_t at) {
  const auto byte = [&](size_t i) -> uint8_t {
    return at + i < text.size() ? static_cast<uint8_t>(text[at + i]) : 0;
  };
  const uint8_t lead = byte(0);
  if (lead < 0x80) return 1;
  if (lead < 0xC2 || lead > 0xF4) return 0;
  const size_t size = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  // No overlong forms, surrogates or what is beyond U+10FFFF.
  const uint8_t second = byte(1);
  if ((lead == 0xE0 && second < 0xA0) || (lead == 0xED && second > 0x9F) ||
      (lead == 0xF0 && second < 0x90) || (lead == 0xF4 && second > 0x8F)) {
    return 0;
  }
  for (size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return 0;
  }
  return size;
}

std::string_view Escaped(char c) {
  switch (c) {
    case '&':
      return "&amp;";
    case '<':
      return "&lt;";
    case '>':
      return "&gt;";
    case '"':
      return "&quot;";
    case '\'':
      return "&#39;";
    default:
      return {};
  }
}

void AppendText(std::string_view text, bool escape, std::string& out) {
  for (size_t at = 0; at < text.size();) {
    const size_t size = CharacterBytes(text, at);
    const std::string_view escaped =
        escape && size == 1 ? Escaped(text[at]) : std::string_view();
    if (size == 0) {
      out += "\uFFFD";
    } else if (!escaped.empty()) {
      out += escaped;
    } else {
      out += text.substr(at, size);
    }
    at += std::max<size_t>(size, 1);
  }
}

}  // namespace

std::vector<ByteRange> FindMatches(const TermQuery& query,
                                   const Analyzer& analyzer,
                                   std::string_view text, Language language,
                                   std::span<const uint32_t> begins) {
  TokenList tokens;
  analyzer.Analyze(text, language, tokens, begins);
  absl::flat_hash_set<std::string_view> words;
  std::vector<const QueryTerm*> phrases;
  for (const TermClause& clause : query) {
    if (clause.occur == Occur::kMustNot) continue;
    for (const QueryTerm& term : clause.terms) {
      if (term.is_phrase()) {
        phrases.push_back(&term);
      } else if (!term.parts.empty()) {
        words.insert(term.parts.front().token);
      }
    }
  }
  std::vector<ByteRange> matches;
  Places places;
  for (uint32_t i = 0; i < tokens.size(); ++i) {
    if (words.contains(tokens.text(i))) matches.push_back(tokens[i].range);
    if (!phrases.empty()) places[tokens.text(i)].push_back(i);
  }
  for (const QueryTerm* const phrase : phrases) {
    AddPhraseMatches(*phrase, tokens, places, matches);
  }
  MergeOverlapping(matches);
  return matches;
}

std::string MakeSnippet(std::string_view text,
                        const std::vector<ByteRange>& matches,
                        const SnippetOptions& options) {
  const ByteRange window = ChooseWindow(text, matches, options.text_bytes);
  std::string out;
  if (window.begin > 0) out += options.ellipsis;
  size_t at = window.begin;
  const auto append_to = [&](size_t end) {
    if (end <= at) return;
    AppendText(text.substr(at, end - at), options.escape_html, out);
    at = end;
  };
  for (const ByteRange& match : matches) {
    const size_t begin = std::max<size_t>(match.begin, at);
    const size_t end = std::min<size_t>(match.end, window.end);
    if (begin >= end) continue;
    append_to(begin);
    out += options.open;
    append_to(end);
    out += options.close;
  }
  append_to(window.end);
  if (window.end < text.size()) out += options.ellipsis;
  return out;
}

}  // namespace skg::text
