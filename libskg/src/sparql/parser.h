// SPARQL 1.1 and 1.2: text to algebra.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "query/request.h"

namespace skg::sparql {

struct ParseOptions {
  // For relative IRIs, until the text has a BASE; empty: they are an error.
  std::string base_iri = {};
  // Known without a PREFIX declaration: prefix (without colon), namespace.
  std::vector<std::pair<std::string, std::string>> prefixes = {};

  size_t max_text_bytes = size_t{1} << 20;
  // Groups, brackets, lists, paths, triple terms, one inside the other.
  uint32_t max_nesting = 200;
  // Operators one above the other in the algebra and its expressions, which a
  // text reaches without nesting too: BIND after BIND, 1+1+1. Whoever walks the
  // result recursively needs a stack for as many.
  uint32_t max_depth = 256;
  // What the result may take, about.
  size_t max_memory_bytes = size_t{128} << 20;
};

// Time: about linear in the text. Errors, each as "SPARQL LINE:COLUMN: what was
// found; what would be right" (from 1, bytes): kInvalidArgument (syntax,
// variable scope, undeclared prefix), kResourceExhausted (a limit of
// `options`). No place for a text that is too long.
[[nodiscard]] absl::StatusOr<query::Query> ParseQuery(
    std::string_view text, const ParseOptions& options = {});

// A sequence of operations; none is right too. The same errors.
[[nodiscard]] absl::StatusOr<query::Update> ParseUpdate(
    std::string_view text, const ParseOptions& options = {});

}  // namespace skg::sparql
