#include "harness/dblp_text.h"

#include <array>
#include <bit>
#include <string_view>

#include "absl/strings/str_cat.h"

namespace skg::bench {
namespace {

constexpr std::array kGivenNames = {
    "Wei",    "Anna",  "José",     "Michael", "Yuki",   "Priya",  "Thomas",
    "Li",     "Maria", "Stefan",   "Xin",     "Fatima", "Jürgen", "Sarah",
    "Dmitri", "Elena", "François", "David",   "Mei",    "Ahmed",  "Ingrid",
    "Paul",   "Søren", "Hiroshi",  "Laura",   "Jan",    "Olga",   "Carlos",
    "Nadia",  "Peter", "Zoë",      "Robert"};
constexpr std::array kFamilyNames = {
    "Wang",     "Müller",  "Garcia",  "Smith",    "Tanaka", "Kumar",  "Nguyen",
    "Rossi",    "Chen",    "Novák",   "Johnson",  "Kim",    "Dubois", "Ivanov",
    "Silva",    "Jensen",  "Suzuki",  "Schmidt",  "Zhang",  "Lopez",  "Brown",
    "Kowalski", "Hansen",  "Moreau",  "Yamamoto", "Singh",  "Weber",  "Martin",
    "Li",       "Fischer", "O'Brien", "Gupta"};
constexpr std::array kTitleWords = {
    "of",           "for",         "a",           "in",           "and",
    "on",           "the",         "Systems",     "Learning",     "with",
    "using",        "Based",       "Networks",    "Data",         "an",
    "Analysis",     "to",          "Efficient",   "Model",        "Approach",
    "Design",       "Distributed", "Algorithm",   "Graph",        "Queries",
    "Knowledge",    "Optimal",     "Detection",   "Control",      "from",
    "Parallel",     "Adaptive",    "Towards",     "Neural",       "Evaluation",
    "Performance",  "Storage",     "Dynamic",     "Robust",       "Information",
    "Mobile",       "Fast",        "Software",    "Semantic",     "Database",
    "Transactions", "Scheduling",  "Search",      "Framework",    "Large",
    "Recognition",  "Estimation",  "Wireless",    "Verification", "Reasoning",
    "Streams",      "Concurrent",  "Indexing",    "Recovery",     "Spatial",
    "Memory",       "Logic",       "Compression", "Web"};
constexpr std::array kSyllables = {"ba", "cor", "de",  "fin", "gra", "hil",
                                   "ka", "lo",  "mer", "ni",  "pol", "qua",
                                   "ri", "so",  "tan", "ver"};
constexpr uint64_t kVocabulary = 40'000;
constexpr uint64_t kMadeUpFamilies = 4'000;

void AppendSyllables(uint64_t number, std::string& out) {
  const size_t begin = out.size();
  for (uint64_t rest = number + kSyllables.size(); rest != 0;
       rest /= kSyllables.size()) {
    out.append(kSyllables[rest % kSyllables.size()]);
  }
  out[begin] = static_cast<char>(out[begin] - 'a' + 'A');
}

void AppendTitleWord(uint64_t rank, std::string& out) {
  if (rank < kTitleWords.size()) {
    out.append(kTitleWords[rank]);
  } else {
    AppendSyllables(rank, out);
  }
}

}  // namespace

uint64_t SmallRandom::Zipf(uint64_t count) {
  const auto octaves = static_cast<uint64_t>(std::bit_width(count));
  for (;;) {
    const uint64_t octave = Below(octaves);
    const uint64_t rank =
        (uint64_t{1} << octave) + ((*this)() & ((uint64_t{1} << octave) - 1));
    if (rank <= count) return rank - 1;
  }
}

void AppendFamilyName(uint64_t person, std::string& out) {
  const uint64_t family =
      person / kGivenNames.size() % (kFamilyNames.size() + kMadeUpFamilies);
  if (family < kFamilyNames.size()) {
    out.append(kFamilyNames[family]);
  } else {
    AppendSyllables(family, out);
  }
}

void AppendPersonName(uint64_t person, std::string& out) {
  absl::StrAppend(&out, kGivenNames[person % kGivenNames.size()], " ");
  AppendFamilyName(person, out);
  const uint64_t namesake =
      person / kGivenNames.size() / (kFamilyNames.size() + kMadeUpFamilies);
  if (namesake == 0) return;
  absl::StrAppend(&out, " ", absl::Dec(namesake, absl::kZeroPad4));
}

void AppendTitle(SmallRandom random, std::string& out) {
  const uint64_t words = 2 + random.Below(6) + random.Below(6);
  const uint64_t quoted = random.OneIn(100) ? random.Below(words) : words;
  for (uint64_t word = 0; word < words; ++word) {
    if (word > 0) out.push_back(' ');
    if (word == quoted) out.append("\\\"");
    AppendTitleWord(random.Zipf(kVocabulary), out);
    if (word == quoted) out.append("\\\"");
  }
  out.push_back('.');
}

}  // namespace skg::bench
