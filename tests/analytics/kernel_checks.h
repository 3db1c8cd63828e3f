// What every kernel is checked for.
#pragma once

#include <catch2/catch.hpp>
#include <string>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "skg/graph_view.h"
#include "skg/kernel.h"
#include "support/test_support.h"

namespace skg::test {

// That kernel(view, options) ends when its caller wants it to. With these it
// would work for several seconds at least.
template <typename Kernel, typename Options>
void CheckThatItEnds(const Kernel& kernel, const GraphView& view,
                     Options options) {
  for (const size_t threads : {size_t{1}, size_t{2}}) {
    options.run = {};
    options.run.threads = threads;
    INFO("threads: " << threads);
    options.run.deadline = absl::Now() - absl::Seconds(1);
    CHECK(kernel(view, options).status().code() ==
          absl::StatusCode::kDeadlineExceeded);
    const absl::Time start = absl::Now();
    options.run.deadline = start + absl::Milliseconds(30);
    CHECK(kernel(view, options).status().code() ==
          absl::StatusCode::kDeadlineExceeded);
    options.run.deadline = absl::InfiniteFuture();
    double last = 0;
    bool forward = true;
    options.run.progress = [&](double done) {
      forward = forward && done >= last && done <= 1;
      last = done;
      return absl::Now() < start + absl::Milliseconds(60);
    };
    CHECK(kernel(view, options).status().code() ==
          absl::StatusCode::kCancelled);
    CHECK(forward);
    // It ended in the middle.
    CHECK(last < 1);
  }
}

// That kernel(view, options) refuses these options and names what is wrong.
template <typename Kernel, typename Options>
void CheckThatItRefuses(const Kernel& kernel, const GraphView& view,
                        const Options& options, const std::string& message) {
  const auto result = kernel(view, options);
  CHECK(result.status().code() == absl::StatusCode::kInvalidArgument);
  CHECK_THAT(std::string(result.status().message()), Catch::Contains(message));
}

}  // namespace skg::test
