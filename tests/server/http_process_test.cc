// The daemon as a process: what it prints, how it ends.
#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <catch2/catch.hpp>
#include <chrono>
#include <csignal>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "auth/api_key.h"
#include "server/test_server.h"

namespace skg::test {
namespace {

// `skg serve` with the given arguments; killed at the end if it still runs.
class Process {
 public:
  explicit Process(std::vector<std::string> arguments) {
    std::array<int, 2> out;
    std::array<int, 2> err;
    REQUIRE(::pipe2(out.data(), O_CLOEXEC) == 0);
    REQUIRE(::pipe2(err.data(), O_CLOEXEC) == 0);
    arguments.insert(arguments.begin(), {SKG_PROGRAM, "serve"});
    std::vector<char*> argv;
    for (std::string& argument : arguments) argv.push_back(argument.data());
    argv.push_back(nullptr);
    std::string hash = "SKG_API_KEY_HASH=" + server::HashApiKey(kKey);
    std::vector<char*> environment = {hash.data()};
    // Of the test's own environment only what steers sanitizers and libraries.
    for (char** each = environ; *each != nullptr; ++each) {
      const std::string_view variable = *each;
      const std::string_view name = variable.substr(0, variable.find('='));
      if (name.ends_with("_OPTIONS") || name == "LD_LIBRARY_PATH") {
        environment.push_back(*each);
      }
    }
    environment.push_back(nullptr);
    pid_ = ::fork();
    REQUIRE(pid_ >= 0);
    if (pid_ == 0) {
      ::dup2(out[1], STDOUT_FILENO);
      ::dup2(err[1], STDERR_FILENO);
      ::execve(SKG_PROGRAM, argv.data(), environment.data());
      ::_exit(127);
    }
    ::close(out[1]);
    ::close(err[1]);
    out_ = out[0];
    // Read away: a full pipe would stop it.
    reader_ = std::thread([this, fd = err[0]] {
      std::array<char, 4096> bytes;
      ssize_t got = 0;
      while ((got = ::read(fd, bytes.data(), bytes.size())) > 0) {
        errors_.append(bytes.data(), static_cast<size_t>(got));
      }
      ::close(fd);
    });
  }

  ~Process() {
    if (pid_ > 0) {
      ::kill(pid_, SIGKILL);
      (void)Wait();
    }
    ::close(out_);
  }

  // Its first line on standard output, without the line's end.
  std::string FirstLine() {
    std::string line;
    char c = 0;
    pollfd entry{out_, POLLIN, 0};
    while (::poll(&entry, 1, 60'000) == 1 && ::read(out_, &c, 1) == 1) {
      if (c == '\n') break;
      line += c;
    }
    return line;
  }

  void Signal(int signal) { ::kill(pid_, signal); }

  // The exit status, or 1000 + the signal that ended it.
  int Wait() {
    int status = 0;
    ::waitpid(pid_, &status, 0);
    pid_ = -1;
    reader_.join();
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
  }

  // After Wait.
  [[nodiscard]] const std::string& errors() const { return errors_; }

 private:
  pid_t pid_ = -1;
  int out_ = -1;
  std::thread reader_;
  std::string errors_;
};

int PortOf(const std::string& line) {
  constexpr char kBegin[] = "listening on http://127.0.0.1:";
  REQUIRE_THAT(line, Catch::StartsWith(kBegin));
  return std::stoi(line.substr(sizeof kBegin - 1));
}

TEST_CASE(
    "the daemon says where it listens, and ends with 0 on either signal") {
  for (const int signal : {SIGTERM, SIGINT}) {
    const TemporaryDirectory directory;
    Process daemon({"--data", directory / "data", "--port", "0"});
    const int port = PortOf(daemon.FirstLine());
    httplib::Client client("127.0.0.1", port);
    CHECK(client.Get("/health")->status == 200);
    daemon.Signal(signal);
    CHECK(daemon.Wait() == 0);
    CHECK_THAT(daemon.errors(), Catch::Contains("\"event\":\"skg_startup\""));
    CHECK_THAT(daemon.errors(), Catch::Contains("\"event\":\"skg_shutdown\""));
  }
}

TEST_CASE("what the daemon acknowledged before SIGTERM is there after it") {
  const TemporaryDirectory directory;
  Process daemon({"--data", directory / "data", "--port", "0", "--rate-limit",
                  "0", "--log-level", "error"});
  const int port = PortOf(daemon.FirstLine());
  std::atomic<int> acknowledged{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] {
      httplib::Client client("127.0.0.1", port);
      client.set_keep_alive(true);
      client.set_tcp_nodelay(true);
      client.set_bearer_token_auth(kKey);
      for (int i = 0;; ++i) {
        const auto added =
            client.Post("/triples/add",
                        Json{{"subject", "s" + std::to_string(t)},
                             {"predicate", "p"},
                             {"object", "o" + std::to_string(i)}}
                            .dump(),
                        "application/json");
        if (!added || added->status != 201) return;
        ++acknowledged;
      }
    });
  }
  while (acknowledged < 50) std::this_thread::yield();
  daemon.Signal(SIGTERM);
  for (std::thread& thread : threads) thread.join();
  CHECK(daemon.Wait() == 0);
  auto engine = Engine::Open(directory / "data");
  REQUIRE_OK(engine);
  auto graph = (*engine)->OpenGraph("public/main");
  REQUIRE_OK(graph);
  const auto count = graph->Count();
  REQUIRE_OK(count);
  CHECK(*count >= static_cast<uint64_t>(acknowledged));
}

TEST_CASE("a second signal ends the daemon at once") {
  const TemporaryDirectory directory;
  Process daemon({"--data", directory / "data", "--port", "0"});
  RawClient slow(PortOf(daemon.FirstLine()));
  slow.Send("POST /query HTTP/1.1\r\nHost: localhost\r\nX-API-Key: " +
            std::string(kKey) + "\r\nContent-Length: 1000000\r\n\r\n{");
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  const auto begin = std::chrono::steady_clock::now();
  daemon.Signal(SIGTERM);
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  daemon.Signal(SIGINT);
  CHECK(daemon.Wait() != 0);
  CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(8));
}

TEST_CASE("a daemon that cannot start says so in one line and ends with 1") {
  const TemporaryDirectory directory;
  Process first({"--data", directory / "data", "--port", "0"});
  const int port = PortOf(first.FirstLine());
  Process second({"--data", directory / "data", "--port", "0"});
  CHECK(second.Wait() == 1);
  CHECK(std::count(second.errors().begin(), second.errors().end(), '\n') == 1);
  Process third(
      {"--data", directory / "other", "--port", std::to_string(port)});
  CHECK(third.Wait() == 1);
  CHECK_THAT(third.errors(), Catch::Contains(std::to_string(port)));
  Process fourth(
      {"--data", directory / "other", "--no-auth", "--host", "0.0.0.0"});
  CHECK(fourth.Wait() == 1);
  CHECK_THAT(fourth.errors(), Catch::Contains("loopback"));
}

}  // namespace
}  // namespace skg::test
