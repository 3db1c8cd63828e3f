// SearchCall: what SERVICE skg:textSearch, skg:vectorSearch and the properties
// skg:matches and skg:similarTo are asked for.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "query/tables/table_source.h"
#include "rdf/name.h"
#include "skg/field_error.h"

namespace skg::engine {

// Reads arguments once. Immutable after.
class SearchCall {
 public:
  // The most that a call finds, and what it may find where no limit is given.
  static constexpr uint64_t kMostHits = 10'000;

  SearchCall(const rdf::NameSpace& names, bool by_words,
             std::span<const query::TableArgument> arguments);

  // kInvalidArgument with each argument that is wrong.
  [[nodiscard]] absl::Status status() const;

  bool by_words;
  std::string query;          // of words
  std::string near;           // the node whose vector it is
  std::string text;           // that the index's embedder makes a vector of
  std::vector<float> vector;  // "[0.1, -0.5]"
  std::string index = "default";
  uint64_t limit = kMostHits;
  std::optional<float> threshold;
  uint32_t ef = 0;
  bool all_words = false;
  std::vector<std::string> node_types;
  std::string filter;

 private:
  void Refuse(const query::TableArgument& argument, std::string message);
  bool TakeOfWords(const query::TableArgument& argument);
  bool TakeOfVectors(const query::TableArgument& argument);
  bool TakeOfBoth(const query::TableArgument& argument);
  void TakeVector(const query::TableArgument& argument);

  const rdf::NameSpace& names_;
  std::vector<FieldError> errors_;
};

}  // namespace skg::engine
