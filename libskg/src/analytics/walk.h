// What walks share: the edges of a direction, and arrays of which little is
// touched.
#pragma once

#include <cstddef>
#include <cstdlib>
#include <memory>
#include <new>
#include <optional>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "skg/paths.h"

namespace skg::analytics {

// kInvalidArgument: the view has no such vertex. `name`: whose it is.
[[nodiscard]] absl::Status CheckVertex(const GraphView& view, Vertex vertex,
                                       std::string_view name);

// kInvalidArgument: it is negative or not a number.
[[nodiscard]] absl::Status CheckMaxLength(double max_length);

// The edges as they are walked.
[[nodiscard]] absl::StatusOr<Adjacency> EdgesOf(const GraphView& view,
                                                WalkDirection direction);
[[nodiscard]] WalkDirection Reverse(WalkDirection direction);
// As EdgesOf where these are made already.
[[nodiscard]] std::optional<Adjacency> MadeEdgesOf(const GraphView& view,
                                                   WalkDirection direction);

// An array of zeros. Pages that nobody writes to take no memory (calloc asks
// the system for such), so that a short search of a large graph is cheap.
template <typename Value>
class ZeroedArray {
 public:
  explicit ZeroedArray(size_t size)
      : values_(static_cast<Value*>(
            std::calloc(size == 0 ? 1 : size, sizeof(Value)))) {
    if (values_ == nullptr) throw std::bad_alloc();
  }
  [[nodiscard]] Value& operator[](size_t i) { return values_.get()[i]; }
  [[nodiscard]] const Value& operator[](size_t i) const {
    return values_.get()[i];
  }

 private:
  struct Free {
    void operator()(Value* values) const { std::free(values); }
  };
  std::unique_ptr<Value, Free> values_;
};

}  // namespace skg::analytics
