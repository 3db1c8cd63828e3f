#include "base/cancellation.h"

#include <catch2/catch.hpp>
#include <thread>

namespace skg {
namespace {

TEST_CASE("a call goes on until it is cancelled", "[cancellation]") {
  Cancellation cancellation;
  CHECK(cancellation.Check().ok());
  cancellation.Cancel();
  CHECK(cancellation.Check().code() == absl::StatusCode::kCancelled);
  cancellation.Cancel();
  CHECK(cancellation.Check().code() == absl::StatusCode::kCancelled);
}

TEST_CASE("a deadline ends a call once it has passed", "[cancellation]") {
  CHECK(Cancellation(absl::InfinitePast()).Check().code() ==
        absl::StatusCode::kDeadlineExceeded);
  CHECK(Cancellation(absl::Now()).Check().code() ==
        absl::StatusCode::kDeadlineExceeded);
  CHECK(Cancellation(absl::Now() + absl::Hours(1)).Check().ok());
  CHECK(Cancellation(absl::InfiniteFuture()).Check().ok());
}

TEST_CASE("what the caller did is told before what the clock did",
          "[cancellation]") {
  Cancellation cancellation(absl::InfinitePast());
  cancellation.Cancel();
  CHECK(cancellation.Check().code() == absl::StatusCode::kCancelled);
}

TEST_CASE("a loop on another thread sees the cancellation", "[cancellation]") {
  Cancellation cancellation;
  absl::Status status;
  std::thread worker([&] {
    while (status.ok()) status = cancellation.Check();
  });
  cancellation.Cancel();
  worker.join();
  CHECK(status.code() == absl::StatusCode::kCancelled);
}

}  // namespace
}  // namespace skg
