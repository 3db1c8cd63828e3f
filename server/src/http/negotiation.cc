#include "http/negotiation.h"

#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"

namespace skg::server {
namespace {

struct Range {
  absl::string_view type;
  double weight = 1;
};

absl::string_view View(std::string_view text) {
  return {text.data(), text.size()};
}

// A weight that is no number counts as 0: what is not understood is not sent.
double WeightOf(absl::string_view text) {
  double weight = 0;
  if (!absl::SimpleAtod(text, &weight) || !(weight >= 0)) return 0;
  return weight > 1 ? 1 : weight;
}

std::vector<Range> Ranges(absl::string_view accept) {
  std::vector<Range> ranges;
  for (const absl::string_view element : absl::StrSplit(accept, ',')) {
    Range range;
    bool first = true;
    for (const absl::string_view part : absl::StrSplit(element, ';')) {
      const absl::string_view trimmed = absl::StripAsciiWhitespace(part);
      if (first) {
        range.type = trimmed;
        first = false;
      } else if (absl::StartsWithIgnoreCase(trimmed, "q=")) {
        range.weight = WeightOf(trimmed.substr(2));
      }
    }
    if (!range.type.empty()) ranges.push_back(range);
  }
  return ranges;
}

// 0: it does not cover the offer.
int Specificity(absl::string_view range, absl::string_view offer) {
  if (absl::EqualsIgnoreCase(range, offer)) return 3;
  if (range == "*/*") return 1;
  const bool family =
      range.size() > 2 && range.substr(range.size() - 2) == "/*" &&
      absl::StartsWithIgnoreCase(offer, range.substr(0, range.size() - 1));
  return family ? 2 : 0;
}

}  // namespace

std::optional<size_t> ChooseMediaType(
    std::string_view accept, std::span<const std::string_view> offers) {
  const std::vector<Range> ranges = Ranges(View(accept));
  if (ranges.empty() && !offers.empty()) return 0;
  std::optional<size_t> best;
  double best_weight = 0;
  for (size_t i = 0; i < offers.size(); ++i) {
    int specificity = 0;
    double weight = 0;
    for (const Range& range : ranges) {
      const int found = Specificity(range.type, View(offers[i]));
      if (found > specificity) {
        specificity = found;
        weight = range.weight;
      }
    }
    if (weight > best_weight) {
      best = i;
      best_weight = weight;
    }
  }
  return best;
}

bool IsMediaType(std::string_view content_type, std::string_view type) {
  const absl::string_view whole = View(content_type);
  return absl::EqualsIgnoreCase(
      absl::StripAsciiWhitespace(whole.substr(0, whole.find(';'))), View(type));
}

bool IsUtf8(std::string_view content_type) {
  bool first = true;
  for (absl::string_view part : absl::StrSplit(View(content_type), ';')) {
    part = absl::StripAsciiWhitespace(part);
    if (std::exchange(first, false) ||
        !absl::StartsWithIgnoreCase(part, "charset=")) {
      continue;
    }
    absl::string_view name = part.substr(part.find('=') + 1);
    if (name.size() >= 2 && name.front() == '"' && name.back() == '"')
      name = name.substr(1, name.size() - 2);
    if (!absl::EqualsIgnoreCase(name, "utf-8") &&
        !absl::EqualsIgnoreCase(name, "us-ascii")) {
      return false;
    }
  }
  return true;
}

}  // namespace skg::server
