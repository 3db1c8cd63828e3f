#include "engine/blank_nodes.h"

#include <xxhash.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/uuid.h"

namespace skg::engine {
namespace {

constexpr std::string_view kPrefix = "skg";
constexpr size_t kRandomDigits = 16;
constexpr size_t kMaxNumberDigits = 18;

bool IsLowerHex(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}
bool IsDigit(char c) { return c >= '0' && c <= '9'; }

std::string PrefixOf(uint64_t digits) {
  return absl::StrCat("skg", absl::Hex(digits, absl::kZeroPad16), "x");
}

bool HasLocalLabel(const rdf::Term& term) {
  switch (term.kind) {
    case rdf::TermKind::kBlankNode:
      return !IsStableLabel(term.value);
    case rdf::TermKind::kTripleTerm:
      return HasLocalLabel(term.triple->subject) ||
             HasLocalLabel(term.triple->object);
    case rdf::TermKind::kIri:
    case rdf::TermKind::kLiteral:
      break;
  }
  return false;
}

}  // namespace

bool IsStableLabel(std::string_view label) {
  if (!label.starts_with(kPrefix)) return false;
  label.remove_prefix(kPrefix.size());
  if (label.size() < kRandomDigits + 2) return false;
  const std::string_view random = label.substr(0, kRandomDigits);
  const std::string_view number = label.substr(kRandomDigits + 1);
  return std::all_of(random.begin(), random.end(), IsLowerHex) &&
         label[kRandomDigits] == 'x' && number.size() <= kMaxNumberDigits &&
         number.front() != '0' &&
         std::all_of(number.begin(), number.end(), IsDigit);
}

HashedBlankNodes::HashedBlankNodes() { FillRandom(&key_, sizeof key_); }

void HashedBlankNodes::Resolve(rdf::Term& term) const {
  if (!HasLocalLabel(term)) return;
  if (term.kind == rdf::TermKind::kBlankNode) {
    const XXH128_hash_t hash =
        XXH3_128bits_withSeed(term.value.data(), term.value.size(), key_);
    // 1 to 2^59: at most 18 digits.
    const uint64_t number = (hash.low64 >> 5) + 1;
    term.value = absl::StrCat("skg", absl::Hex(hash.high64, absl::kZeroPad16),
                              "x", number);
    return;
  }
  rdf::Term subject = term.triple->subject;
  rdf::Term object = term.triple->object;
  Resolve(subject);
  Resolve(object);
  term = rdf::Term::Triple(std::move(subject), term.triple->predicate,
                           std::move(object));
}

BlankNodeSeries::BlankNodeSeries() {
  uint64_t digits = 0;
  FillRandom(&digits, sizeof digits);
  prefix_ = PrefixOf(digits);
}

std::string BlankNodeSeries::Next() { return absl::StrCat(prefix_, ++last_); }

BlankNodeScope::BlankNodeScope(uint64_t digits) : prefix_(PrefixOf(digits)) {}

rdf::Term BlankNodeScope::Resolve(rdf::Term term) {
  if (!HasLocalLabel(term)) return term;
  if (term.kind == rdf::TermKind::kBlankNode) {
    return rdf::Term::BlankNode(StableLabel(term.value));
  }
  const rdf::TripleTerm& triple = *term.triple;
  return rdf::Term::Triple(Resolve(triple.subject), triple.predicate,
                           Resolve(triple.object));
}

std::string BlankNodeScope::StableLabel(const std::string& local) {
  if (prefix_.empty()) {
    uint64_t random = 0;
    FillRandom(&random, sizeof random);
    prefix_ = BlankNodeScope(random).prefix_;
  }
  const auto [entry, fresh] = numbers_.try_emplace(local, numbers_.size() + 1);
  return absl::StrCat(prefix_, entry->second);
}

}  // namespace skg::engine
