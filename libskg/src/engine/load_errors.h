// What becomes of the malformed parts of an input.
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "skg/load.h"

namespace skg::engine {

// "NAME:LINE:COLUMN: MESSAGE"; the column is left out where it is unknown (0).
[[nodiscard]] std::string PlacedMessage(const std::string& name, uint64_t line,
                                        uint64_t column,
                                        const std::string& message);

// Ends the load at the first malformed part, or counts them and goes on.
class LoadErrors {
 public:
  static constexpr size_t kListed = 100;

  // `result` must outlive this.
  LoadErrors(std::string name, bool continue_on_error, LoadResult& result)
      : name_(std::move(name)), continue_(continue_on_error), result_(result) {}

  // OK: the part is skipped. Else kInvalidArgument, which ends the load.
  [[nodiscard]] absl::Status Malformed(uint64_t line, uint64_t column,
                                       std::string message);

  // Skipped parts that nobody lists.
  void CountMore(uint64_t parts) { result_.skipped += parts; }

  // The error that ends the load whatever was asked for.
  [[nodiscard]] absl::Status Fatal(uint64_t line, uint64_t column,
                                   const std::string& message) const;

  [[nodiscard]] bool continues() const { return continue_; }

 private:
  const std::string name_;
  const bool continue_;
  LoadResult& result_;
};

}  // namespace skg::engine
