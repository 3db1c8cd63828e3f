// A seeded graph like that of the DBLP bibliography: publications, persons and
// venues with titles, names, dates and numbers, 22 predicates, and links whose
// targets follow Zipf's law. Of any size; nothing of it is held in memory.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "skg/statement.h"

namespace skg::bench {

struct DblpShape {
  uint64_t triples = 0;  // at most kMostDblpTriples
  uint64_t seed = 1;
};
inline constexpr uint64_t kMostDblpTriples = 20'000'000'000;

// The three terms in N-Triples form, which is also a form of names; valid
// during the call that lends them.
struct DblpTriple {
  std::string_view subject, predicate, object;
  [[nodiscard]] NewStatement ToStatement() const {
    return {.subject = std::string(subject),
            .predicate = std::string(predicate),
            .object = std::string(object)};
  }
};

// Thread safety: const methods from any thread.
class DblpGraph {
 public:
  // The numbers of entities follow from the number of triples.
  explicit DblpGraph(const DblpShape& shape);

  // Calls `take` for exactly shape.triples distinct triples, always the same
  // ones in the same sequence: venues, persons, then publications. Stops at the
  // first error. About 0.1 microseconds a triple.
  [[nodiscard]] absl::Status ForEach(
      absl::FunctionRef<absl::Status(const DblpTriple&)> take) const;

  // Writes them as N-Triples, about 128 bytes a line; returns the bytes.
  // Errors: kUnavailable (the file cannot be written).
  [[nodiscard]] absl::StatusOr<uint64_t> WriteFile(
      const std::string& path) const;

  // "5000000 distinct triples like DBLP's: about 238096 publications, ..."
  [[nodiscard]] std::string Describe() const;

 private:
  class Emitter;

  const DblpShape shape_;
  const uint64_t publications_, persons_, venues_;
};

}  // namespace skg::bench
