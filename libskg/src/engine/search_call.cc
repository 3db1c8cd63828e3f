#include "engine/search_call.h"

#include <string_view>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/strings.h"

namespace skg::engine {

using query::TableArgument;

SearchCall::SearchCall(const rdf::NameSpace& names, bool words,
                       std::span<const TableArgument> arguments)
    : by_words(words), names_(names) {
  for (const TableArgument& argument : arguments) {
    const bool known =
        by_words ? TakeOfWords(argument) : TakeOfVectors(argument);
    if (known || TakeOfBoth(argument)) continue;
    Refuse(
        argument,
        absl::StrCat("no such argument; there are ",
                     by_words ? "query, all_words" : "near, text, vector, ef",
                     ", index, limit, threshold, node_type, filter"));
  }
  if (by_words && query.empty()) {
    errors_.push_back({{"query"}, "give the words to look for", "missing"});
  } else if (!by_words &&
             !near.empty() + !text.empty() + !vector.empty() != 1) {
    errors_.push_back({{"near"},
                       "give one of near, a node, text, which the index's "
                       "embedder makes a vector of, and vector",
                       "missing"});
  }
}

absl::Status SearchCall::status() const {
  return errors_.empty() ? absl::OkStatus() : FieldErrorStatus(errors_);
}

void SearchCall::Refuse(const TableArgument& argument, std::string message) {
  errors_.push_back({{argument.name}, std::move(message), "malformed"});
}

bool SearchCall::TakeOfWords(const TableArgument& argument) {
  if (argument.name == "query") {
    query = argument.value.value;
  } else if (argument.name == "all_words") {
    if (!absl::SimpleAtob(argument.value.value, &all_words))
      Refuse(argument, "must be true or false");
  } else {
    return false;
  }
  return true;
}

bool SearchCall::TakeOfVectors(const TableArgument& argument) {
  if (argument.name == "near") {
    near = names_.ToName(argument.value);
  } else if (argument.name == "text") {
    text = argument.value.value;
  } else if (argument.name == "vector") {
    TakeVector(argument);
  } else if (argument.name == "ef") {
    if (!absl::SimpleAtoi(argument.value.value, &ef))
      Refuse(argument, "must be a whole number");
  } else {
    return false;
  }
  return true;
}

void SearchCall::TakeVector(const TableArgument& argument) {
  std::string_view value = argument.value.value;
  if (value.starts_with('[') && value.ends_with(']')) {
    value.remove_prefix(1);
    value.remove_suffix(1);
    for (const absl::string_view part : absl::StrSplit(av(value), ',')) {
      if (absl::SimpleAtof(part, &vector.emplace_back())) continue;
      vector.clear();
      break;
    }
  }
  if (vector.empty())
    Refuse(argument, "must be a list of numbers such as \"[0.1, -0.5]\"");
}

bool SearchCall::TakeOfBoth(const TableArgument& argument) {
  const std::string& value = argument.value.value;
  if (argument.name == "index") {
    index = value;
  } else if (argument.name == "limit") {
    if (!absl::SimpleAtoi(value, &limit) || limit < 1 || limit > kMostHits) {
      Refuse(argument,
             absl::StrCat("must be a whole number from 1 to ", kMostHits));
    }
  } else if (argument.name == "threshold") {
    if (!absl::SimpleAtof(value, &threshold.emplace()))
      Refuse(argument, "must be a number");
  } else if (argument.name == "node_type") {
    node_types.push_back(names_.ToName(argument.value));
  } else if (argument.name == "filter") {
    filter = value;
  } else {
    return false;
  }
  return true;
}

}  // namespace skg::engine
