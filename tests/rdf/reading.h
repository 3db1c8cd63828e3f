// Short ways to read in tests.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "rdf/reader.h"

namespace skg::test {

struct ReadResult {
  absl::Status status;
  std::vector<rdf::Quad> quads;
  std::vector<rdf::SyntaxError> errors;  // where recovery was asked for
};

struct ReadHow {
  bool recover = false;
  // 0: from memory as a whole; else in pieces of at most that many bytes,
  // through a window that begins that small, so that every token is cut.
  size_t chunk = 0;
  std::string base = {};
};

[[nodiscard]] ReadResult ReadAll(std::string_view text, rdf::Syntax syntax,
                                 const ReadHow& how = {});

// The quads as N-Quads lines in the order read.
[[nodiscard]] std::string Lines(const std::vector<rdf::Quad>& quads);

}  // namespace skg::test
