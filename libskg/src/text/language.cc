#include "text/language.h"

#include <algorithm>
#include <array>
#include <string>

#include "absl/container/flat_hash_set.h"
#include "base/strings.h"

namespace skg::text {
namespace {

struct Row {
  std::string_view code;
  const char* stemmer;
};
constexpr std::array<Row, kLanguageCount> kLanguages = {{
    {"", ""},
    {"ar", "arabic"},
    {"ca", "catalan"},
    {"da", "danish"},
    {"de", "german"},
    {"el", "greek"},
    {"en", "english"},
    {"es", "spanish"},
    {"eu", "basque"},
    {"fi", "finnish"},
    {"fr", "french"},
    {"ga", "irish"},
    {"hi", "hindi"},
    {"hu", "hungarian"},
    {"hy", "armenian"},
    {"id", "indonesian"},
    {"it", "italian"},
    {"lt", "lithuanian"},
    {"nb", "norwegian"},
    {"ne", "nepali"},
    {"nl", "dutch"},
    {"nn", "norwegian"},
    {"no", "norwegian"},
    {"pt", "portuguese"},
    {"ro", "romanian"},
    {"ru", "russian"},
    {"sr", "serbian"},
    {"sv", "swedish"},
    {"ta", "tamil"},
    {"tr", "turkish"},
    {"yi", "yiddish"},
}};
static_assert(std::is_sorted(kLanguages.begin(), kLanguages.end(),
                             [](const Row& a, const Row& b) {
                               return a.code < b.code;
                             }));

using Words = absl::flat_hash_set<std::string, StringHash, StringEqual>;

Words Split(std::string_view text) {
  Words words;
  while (!text.empty()) {
    const size_t end = std::min(text.find(' '), text.size());
    words.emplace(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return words;
}

const Words& StopWords(Language language) {
  static const auto& lists = *new std::array<Words, kLanguageCount>([] {
    std::array<Words, kLanguageCount> all;
    const auto set = [&](std::string_view tag, std::string_view words) {
      all[LanguageOfTag(tag).number] = Split(words);
    };
    set("en",
        "a an and are as at be but by for from had has have he her his i if "
        "in into is it its my no not of on or our she so such that the their "
        "them then there these they this to was we were will with you your");
    set("de",
        "aber als am an auch auf aus bei bis da das dass dem den der des die "
        "doch du ein eine einem einen einer eines er es für hat ich ihr im "
        "in ist mit nach nicht noch nur oder sich sie sind so um und von vor "
        "war was wie wir wird zu zum zur über");
    set("fr",
        "au aux avec ce ces cette dans de des du elle en est et il ils je la "
        "le les leur leurs lui ma mais me mes mon ne nous on ou où par pas "
        "pour que qui sa se ses son sont sur ta te tu un une vous y à");
    set("es",
        "a al como con de del el ella en entre era es esta este ha la las lo "
        "los mas me mi muy no nos o para pero por que se si sin sobre son su "
        "sus te tu un una unas unos y ya");
    set("it",
        "a ad al alla alle anche che chi ci come con da dal dalla degli dei "
        "del della delle di e ed era gli ha i il in io la le lo ma nel nella "
        "non o per più quello questa questo se si sono su sul tra un una "
        "uno");
    set("nl",
        "aan als bij dat de den der die dit door een en er had heeft het hij "
        "hun ik in is je maar met naar niet nog of om ook op over te tot uit "
        "van voor was wat we wie wij ze zij zijn zo");
    set("pt",
        "a ao aos as com como da das de do dos e ela ele em entre era essa "
        "esse esta este foi há isso já mais mas me na nas no nos não o os ou "
        "para pela pelo por que se sem seu sua são também te um uma à é");
    return all;
  }());
  return lists[language.number];
}

}  // namespace

Language LanguageOfTag(std::string_view tag) {
  std::array<char, 3> code{};
  const size_t size = std::min(tag.find_first_of("-_"), tag.size());
  if (size == 0 || size > 2) return {};
  for (size_t i = 0; i < size; ++i) {
    const char c = tag[i];
    code[i] = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  }
  const std::string_view wanted(code.data(), size);
  const auto at = std::lower_bound(
      kLanguages.begin(), kLanguages.end(), wanted,
      [](const Row& row, std::string_view c) { return row.code < c; });
  if (at == kLanguages.end() || at->code != wanted) return {};
  return {static_cast<uint8_t>(at - kLanguages.begin())};
}

std::string_view LanguageCode(Language language) {
  return kLanguages[language.number].code;
}

const char* StemmerName(Language language) {
  return kLanguages[language.number].stemmer;
}

bool HasElision(Language language) {
  const std::string_view code = LanguageCode(language);
  return code == "fr" || code == "it" || code == "ca";
}

bool IsStopWord(Language language, std::string_view folded) {
  const Words& words = StopWords(language);
  return !words.empty() && words.contains(folded);
}

std::string_view WithoutElision(std::string_view folded) {
  static const Words& articles = *new Words(
      Split("c d j l m n qu s t jusqu quoiqu lorsqu puisqu un all dall dell "
            "nell sull quest"));
  const size_t at = folded.find('\'');
  if (at == std::string_view::npos || at + 1 == folded.size()) return folded;
  return articles.contains(folded.substr(0, at)) ? folded.substr(at + 1)
                                                 : folded;
}

}  // namespace skg::text
