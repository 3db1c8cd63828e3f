#include "harness/dataset.h"

#include <array>
#include <cstdio>
#include <random>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"

namespace skg::bench {
namespace {

constexpr std::array<const char*, 20> kGivenNames = {
    "Ada",     "Emmy",  "Marie",    "Lise",  "Rosalind", "Albert",  "Niels",
    "Max",     "Carl",  "Isaac",    "Grace", "Sofia",    "Hypatia", "Barbara",
    "Dorothy", "Erwin", "Leonhard", "Paul",  "Werner",   "Enrico"};
constexpr std::array<const char*, 20> kFamilyNames = {
    "Lovelace", "Noether",      "Curie",        "Meitner",    "Franklin",
    "Einstein", "Bohr",         "Planck",       "Gauss",      "Newton",
    "Hopper",   "Kovalevskaya", "Hodgkin",      "McClintock", "Vaughan",
    "Dirac",    "Euler",        "Schroedinger", "Heisenberg", "Fermi"};
constexpr std::array<const char*, 10> kVerbs = {
    "discovered", "worksAt",   "influenced", "memberOf", "studiedAt",
    "citedBy",    "locatedIn", "partOf",     "awarded",  "publishedIn"};
constexpr std::array<const char*, 10> kThings = {
    "Institute", "University", "Theorem", "Journal", "Laboratory",
    "Academy",   "Effect",     "Prize",   "Society", "Observatory"};

}  // namespace

std::string SubjectName(uint32_t number) {
  return absl::StrCat(
      kGivenNames[number % kGivenNames.size()], "_",
      kFamilyNames[number / kGivenNames.size() % kFamilyNames.size()], "_",
      number);
}

std::string PredicateName(uint32_t number) {
  return absl::StrCat(kVerbs[number % kVerbs.size()], "_", number);
}

std::string ObjectName(uint32_t number) {
  const char* family = kFamilyNames[number / 10 % kFamilyNames.size()];
  const char* thing = kThings[number / 200 % kThings.size()];
  switch (number % 10) {
    case 7:
    case 8:
      return absl::StrCat("\"A note on the ", family, " ", thing, ", no. ",
                          number, "\"");
    case 9: {
      char date[64];
      std::snprintf(
          date, sizeof date,
          "\"%04u-%02u-%02u\"^^<http://www.w3.org/2001/XMLSchema#date>",
          1000 + number / 360 % 9000, 1 + number / 30 % 12,
          1 + number % 30 % 28);
      return date;
    }
    default:
      return absl::StrCat(family, "_", thing, "_", number);
  }
}

std::string Dataset::Describe() const {
  return absl::StrCat(shape.statements, " distinct statements over ",
                      shape.subjects, " subjects, ", shape.predicates,
                      " predicates, ", shape.objects,
                      " objects, uniformly; seed ", shape.seed);
}

Dataset MakeDataset(const DatasetShape& shape) {
  Dataset dataset{.shape = shape};
  dataset.triples.reserve(shape.statements);
  dataset.statements.reserve(shape.statements);
  std::vector<std::string> subjects, predicates, objects;
  for (uint32_t i = 0; i < shape.subjects; ++i) {
    subjects.push_back(SubjectName(i));
  }
  for (uint32_t i = 0; i < shape.predicates; ++i) {
    predicates.push_back(PredicateName(i));
  }
  for (uint32_t i = 0; i < shape.objects; ++i) objects.push_back(ObjectName(i));
  const uint64_t combinations =
      uint64_t{shape.subjects} * shape.predicates * shape.objects;
  std::mt19937_64 random(shape.seed);
  absl::flat_hash_set<uint64_t> seen;
  while (dataset.triples.size() < shape.statements) {
    const uint64_t number = random() % combinations;
    if (!seen.insert(number).second) continue;
    const TripleNumbers triple = {
        .subject = static_cast<uint32_t>(number % shape.subjects),
        .predicate =
            static_cast<uint32_t>(number / shape.subjects % shape.predicates),
        .object =
            static_cast<uint32_t>(number / shape.subjects / shape.predicates)};
    dataset.triples.push_back(triple);
    dataset.statements.push_back({.subject = subjects[triple.subject],
                                  .predicate = predicates[triple.predicate],
                                  .object = objects[triple.object]});
  }
  return dataset;
}

}  // namespace skg::bench
