#include "sparql/record_patterns.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "rdf/name.h"

namespace skg::sparql {
namespace {

using query::PatternTerm;
using query::RecordPattern;
using query::TriplePattern;

constexpr std::string_view kReifies =
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#reifies";

std::optional<query::RecordProperty> PropertyOf(const TriplePattern& triple) {
  if (!triple.predicate.is_term()) return std::nullopt;
  return query::RecordPropertyOf(triple.predicate.term().value);
}

bool Reifies(const TriplePattern& triple) {
  return triple.predicate.is_term() &&
         triple.predicate.term().value == kReifies;
}

// Equal for equal places, and only for those.
std::string KeyOf(const PatternTerm& term) {
  if (term.is_variable()) return absl::StrCat("?", term.variable());
  if (term.is_term()) return rdf::ToNTriples(term.term());
  const query::TripleTermPattern& triple = term.triple();
  return absl::StrCat("<<", KeyOf(triple.subject), " ", KeyOf(triple.predicate),
                      " ", KeyOf(triple.object), ">>");
}

class Splitter {
 public:
  Splitter(ParseState& state, query::Bgp& bgp) : state_(state), bgp_(bgp) {}

  bool Split() {
    std::vector<TriplePattern> rest;
    for (TriplePattern& triple : bgp_.triples) {
      if (!TakeProperty(triple)) rest.push_back(std::move(triple));
    }
    bgp_.triples = std::move(rest);
    if (bgp_.records.empty()) return true;
    TakeReified();
    DropAsserted();
    return state_.Charge(bgp_.records.size() * sizeof(RecordPattern));
  }

 private:
  bool TakeProperty(TriplePattern& triple) {
    auto property = PropertyOf(triple);
    if (!property) return false;
    const auto [at, is_new] =
        places_.try_emplace(KeyOf(triple.subject), bgp_.records.size());
    if (is_new) bgp_.records.push_back(OfAny(triple.subject));
    bgp_.records[at->second].properties.push_back(
        {*std::move(property), std::move(triple.object)});
    return true;
  }

  // Any statement.
  RecordPattern OfAny(const PatternTerm& reifier) {
    RecordPattern record;
    record.reifier = reifier;
    for (PatternTerm* place : {&record.triple.subject, &record.triple.predicate,
                               &record.triple.object}) {
      place->value = state_.NewVariable('r');
    }
    return record;
  }

  void TakeReified() {
    absl::flat_hash_set<size_t> known;
    std::vector<TriplePattern> rest;
    for (TriplePattern& triple : bgp_.triples) {
      const auto at =
          Reifies(triple) ? places_.find(KeyOf(triple.subject)) : places_.end();
      if (at == places_.end()) {
        rest.push_back(std::move(triple));
        continue;
      }
      size_t place = at->second;
      if (!known.insert(place).second) {
        // It reifies more than that: the same statement, told once more.
        place = bgp_.records.size();
        bgp_.records.push_back(OfAny(triple.subject));
      }
      SetReified(triple.object, bgp_.records[place]);
    }
    bgp_.triples = std::move(rest);
  }

  static void SetReified(const PatternTerm& object, RecordPattern& record) {
    if (object.is_term() && object.term().kind == rdf::TermKind::kTripleTerm) {
      const rdf::TripleTerm& triple = *object.term().triple;
      record.triple = {{triple.subject}, {triple.predicate}, {triple.object}};
    } else if (object.is_term() || object.is_variable()) {
      record.reified = object;
    } else {
      const query::TripleTermPattern& triple = object.triple();
      record.triple = {triple.subject, triple.predicate, triple.object};
    }
  }

  void DropAsserted() {
    absl::flat_hash_set<std::string> there;
    for (const RecordPattern& record : bgp_.records)
      there.insert(KeyOf(record.triple));
    std::erase_if(bgp_.triples, [&](const TriplePattern& triple) {
      return there.contains(KeyOf(triple));
    });
  }
  static std::string KeyOf(const TriplePattern& triple) {
    return absl::StrCat(sparql::KeyOf(triple.subject), " ",
                        sparql::KeyOf(triple.predicate), " ",
                        sparql::KeyOf(triple.object));
  }
  static std::string KeyOf(const PatternTerm& term) {
    return sparql::KeyOf(term);
  }

  ParseState& state_;
  query::Bgp& bgp_;
  // Records by their reifiers.
  absl::flat_hash_map<std::string, size_t> places_;
};

}  // namespace

bool SplitRecords(ParseState& state, query::Bgp& bgp) {
  return Splitter(state, bgp).Split();
}

}  // namespace skg::sparql
