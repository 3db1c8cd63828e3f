// A real file system that runs full, where one can be mounted.
#include <catch2/catch.hpp>

#include "support/child_process.h"
#include "support/test_support.h"

namespace skg::test {
namespace {

constexpr int kNotAllowed = 77;

TEST_CASE("a full file system loses nothing that was acknowledged",
          "[faults]") {
  const TemporaryDirectory directory;
  ChildProcess process({SKG_FULL_DISK, directory.path().string()});
  const int status = process.Wait();
  if (status == kNotAllowed) {
    WARN("mounting is not allowed here: the seam's full disk must do");
    return;
  }
  CHECK(status == 0);
}

}  // namespace
}  // namespace skg::test
