#include "server/test_server.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <catch2/catch.hpp>
#include <chrono>
#include <fstream>
#include <iterator>
#include <system_error>
#include <utility>

#include "auth/api_key.h"

namespace skg::test {

server::Settings TestSettings(const TemporaryDirectory& directory) {
  server::Settings settings;
  settings.data_dir = directory / "data";
  settings.port = 0;
  settings.rate_limit = 0;
  settings.log_level = server::LogThreshold::kError;
  settings.memory_budget_bytes = 64u << 20;
  settings.api_key_hashes = {server::HashApiKey(kKey)};
  return settings;
}

void StoreKeys(const server::Settings& settings,
               const std::vector<server::ApiKeyRecord>& records) {
  auto engine = Engine::Open(settings.data_dir);
  REQUIRE_OK(engine);
  for (const server::ApiKeyRecord& record : records) {
    REQUIRE_OK(server::StoreApiKey(**engine, record));
  }
}

TestServer::TestServer(const std::function<void(server::Settings&)>& change) {
  server::Settings settings = TestSettings(directory);
  change(settings);
  auto started = server::Server::Start(settings);
  REQUIRE_OK(started);
  server_ = *std::move(started);
}

httplib::Client TestServer::Client() const {
  httplib::Client client = Stranger();
  client.set_bearer_token_auth(kKey);
  return client;
}

httplib::Client TestServer::Stranger() const {
  httplib::Client client("127.0.0.1", server_->port());
  client.set_keep_alive(true);
  client.set_tcp_nodelay(true);
  client.set_read_timeout(30);
  return client;
}

httplib::Result TestServer::Post(const std::string& path,
                                 const std::string& body) const {
  auto client = Client();
  return client.Post(path, body, "application/json");
}

httplib::Result TestServer::Get(const std::string& path) const {
  auto client = Client();
  return client.Get(path);
}

Json BodyOf(const httplib::Result& result) {
  REQUIRE(result);
  INFO(result->status << " " << result->body);
  Json body = Json::parse(result->body, nullptr, false);
  REQUIRE_FALSE(body.is_discarded());
  return body;
}

RawClient::RawClient(int port)
    : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  // No assertion: clients are made by other threads, too.
  if (fd_ < 0 || ::connect(fd_, reinterpret_cast<sockaddr*>(&address),
                           sizeof address) != 0) {
    throw std::system_error(errno, std::system_category(), "connect");
  }
}

RawClient::RawClient(RawClient&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)) {}

RawClient::~RawClient() {
  if (fd_ >= 0) ::close(fd_);
}

void RawClient::Send(const std::string& bytes) {
  size_t sent = 0;
  while (sent < bytes.size()) {
    const ssize_t got =
        ::send(fd_, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
    if (got <= 0) return;  // closed by the peer: what it says is read later
    sent += static_cast<size_t>(got);
  }
}

std::string RawClient::ReadUntil(const std::string& end, double seconds) {
  const auto limit =
      std::chrono::steady_clock::now() + std::chrono::duration<double>(seconds);
  std::string text;
  while (text.find(end) == std::string::npos &&
         std::chrono::steady_clock::now() < limit) {
    pollfd entry{fd_, POLLIN, 0};
    if (::poll(&entry, 1, 100) <= 0) continue;
    std::array<char, 4096> bytes;
    const ssize_t got = ::recv(fd_, bytes.data(), bytes.size(), 0);
    if (got <= 0) break;
    text.append(bytes.data(), static_cast<size_t>(got));
  }
  return text;
}

bool RawClient::ClosedWithin(double seconds) {
  const auto limit =
      std::chrono::steady_clock::now() + std::chrono::duration<double>(seconds);
  while (std::chrono::steady_clock::now() < limit) {
    pollfd entry{fd_, POLLIN, 0};
    if (::poll(&entry, 1, 100) <= 0) continue;
    std::array<char, 4096> bytes;
    if (::recv(fd_, bytes.data(), bytes.size(), 0) <= 0) return true;
  }
  return false;
}

CapturedErrors::CapturedErrors()
    : saved_(::dup(STDERR_FILENO)),
      file_(::open((directory_ / "errors").c_str(),
                   O_CREAT | O_WRONLY | O_APPEND, 0600)) {
  REQUIRE(saved_ >= 0);
  REQUIRE(::dup2(file_, STDERR_FILENO) >= 0);
}

CapturedErrors::~CapturedErrors() {
  if (saved_ < 0) return;
  ::dup2(saved_, STDERR_FILENO);
  ::close(saved_);
  ::close(file_);
}

std::string CapturedErrors::Take() {
  ::dup2(saved_, STDERR_FILENO);
  ::close(saved_);
  ::close(file_);
  saved_ = -1;
  std::ifstream file(directory_ / "errors", std::ios::binary);
  return {std::istreambuf_iterator<char>(file),
          std::istreambuf_iterator<char>()};
}

}  // namespace skg::test
