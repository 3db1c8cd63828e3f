// Gathers text for a sink.
#pragma once

#include <string>
#include <utility>

#include "absl/status/status.h"
#include "rdf/writer.h"

namespace skg::rdf {

class OutputBuffer {
 public:
  explicit OutputBuffer(ByteSink sink) : sink_(std::move(sink)) {}

  [[nodiscard]] std::string& text() { return text_; }
  // Hands over what has come together, once it is worth a call.
  [[nodiscard]] absl::Status Drain() {
    return text_.size() < kEnough ? absl::OkStatus() : Flush();
  }
  [[nodiscard]] absl::Status Flush() {
    if (text_.empty()) return absl::OkStatus();
    absl::Status status = sink_(text_);
    text_.clear();
    return status;
  }

 private:
  static constexpr size_t kEnough = size_t{32} << 10;
  ByteSink sink_;
  std::string text_;
};

}  // namespace skg::rdf
