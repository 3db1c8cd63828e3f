#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <csignal>
#include <thread>

TEST_CASE("an assertion of another thread ends the program") {
  const pid_t child = fork();
  if (child == 0) {
    // What it tells on its way out would read as a failure of this test.
    close(STDOUT_FILENO);
    close(STDERR_FILENO);
    std::thread([] { CHECK(true); }).join();
    _exit(0);
  }
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  REQUIRE(WIFSIGNALED(status));
  CHECK(WTERMSIG(status) == SIGABRT);
}
