// A server of its own for a test: data directory, free port, one key.
#pragma once

#include <httplib.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "auth/api_key.h"
#include "config/settings.h"
#include "http/serve.h"
#include "support/test_support.h"

namespace skg::test {

using Json = nlohmann::json;

inline constexpr char kKey[] =
    "skg_test_0123456789abcdefghij0123456789ABCDEFGHIJ";

// Listens on 127.0.0.1, any free port, knows kKey, has no rate limit, and logs
// errors only.
[[nodiscard]] server::Settings TestSettings(
    const TemporaryDirectory& directory);

// Puts keys into the directory of a server that is not yet started.
void StoreKeys(const server::Settings& settings,
               const std::vector<server::ApiKeyRecord>& records);

class TestServer {
 public:
  TestServer() : TestServer([](server::Settings&) {}) {}
  // `change` may set what the test is about.
  explicit TestServer(const std::function<void(server::Settings&)>& change);

  [[nodiscard]] server::Server& server() { return *server_; }
  [[nodiscard]] int port() const { return server_->port(); }
  // With kKey; one connection, kept alive.
  [[nodiscard]] httplib::Client Client() const;
  // Without any credential.
  [[nodiscard]] httplib::Client Stranger() const;

  // Posts JSON with kKey on a fresh connection.
  [[nodiscard]] httplib::Result Post(const std::string& path,
                                     const std::string& body) const;
  [[nodiscard]] httplib::Result Get(const std::string& path) const;

  TemporaryDirectory directory;

 private:
  std::unique_ptr<server::Server> server_;
};

// The body as JSON; fails the test if it is none.
[[nodiscard]] Json BodyOf(const httplib::Result& result);

// A raw connection to 127.0.0.1.
class RawClient {
 public:
  explicit RawClient(int port);
  ~RawClient();
  RawClient(RawClient&& other) noexcept;
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;
  RawClient& operator=(RawClient&&) = delete;

  void Send(const std::string& bytes);
  // Reads until `end` has come, the peer closes, or `seconds` have passed.
  [[nodiscard]] std::string ReadUntil(const std::string& end,
                                      double seconds = 10);
  // Whether the peer closes within that time.
  [[nodiscard]] bool ClosedWithin(double seconds);

 private:
  int fd_;
};

// What is written to standard error while it lives.
class CapturedErrors {
 public:
  CapturedErrors();
  ~CapturedErrors();
  CapturedErrors(const CapturedErrors&) = delete;
  CapturedErrors& operator=(const CapturedErrors&) = delete;
  // Ends the capture.
  [[nodiscard]] std::string Take();

 private:
  TemporaryDirectory directory_;
  int saved_;
  int file_;
};

}  // namespace skg::test
