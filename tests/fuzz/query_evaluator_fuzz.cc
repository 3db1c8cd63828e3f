// Any bytes as a query and as an update, planned and run.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "evaluated_text.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static skg::test::TextEvaluator evaluator;
  evaluator.Check({reinterpret_cast<const char*>(data), size});
  return 0;
}
