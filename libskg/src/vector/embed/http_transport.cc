#include "vector/embed/http_transport.h"

#include <httplib.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

namespace skg::vector {
namespace {

constexpr size_t kMostIdle = 4;

std::string CertificateFault(long verified) {
  return verified == X509_V_OK ? "its certificate is of another host"
                               : X509_verify_cert_error_string(verified);
}

// Ends a request in time: httplib's own limits are for single reads and writes.
class Watch {
 public:
  Watch(httplib::Client& client, absl::Duration timeout)
      : thread_([this, &client, timeout] {
          std::unique_lock lock(mutex_);
          changed_.wait_for(lock, absl::ToChronoMilliseconds(timeout),
                            [this] { return done_; });
          // Again and again: a stop before the connection is made is lost.
          while (!done_) {
            client.stop();
            changed_.wait_for(lock, std::chrono::milliseconds(10));
          }
        }) {}
  ~Watch() {
    {
      const std::lock_guard lock(mutex_);
      done_ = true;
    }
    changed_.notify_one();
    thread_.join();
  }
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool done_ = false;
  std::thread thread_;
};

class HttpTransport final : public Transport {
 public:
  explicit HttpTransport(HttpAddress address) : address_(std::move(address)) {}

  absl::StatusOr<Answer> Post(const std::string& body, absl::Duration timeout,
                              size_t most_bytes) override {
    try {
      return Send(body, timeout, most_bytes);
    } catch (const std::exception& error) {
      return absl::UnavailableError(
          absl::StrCat(address_.origin, " cannot be asked: ", error.what()));
    }
  }

 private:
  std::unique_ptr<httplib::Client> Take() {
    {
      const std::lock_guard lock(mutex_);
      if (!idle_.empty()) {
        std::unique_ptr<httplib::Client> client = std::move(idle_.back());
        idle_.pop_back();
        return client;
      }
    }
    auto client = std::make_unique<httplib::Client>(address_.origin);
    client->set_tcp_nodelay(true);
    client->set_keep_alive(true);
    client->set_follow_location(false);
    if (!address_.ca_file.empty()) client->set_ca_cert_path(address_.ca_file);
    return client;
  }
  void GiveBack(std::unique_ptr<httplib::Client> client) {
    const std::lock_guard lock(mutex_);
    if (idle_.size() < kMostIdle) idle_.push_back(std::move(client));
  }

  absl::StatusOr<Answer> Send(const std::string& body, absl::Duration timeout,
                              size_t most_bytes) {
    const absl::Time deadline = absl::Now() + timeout;
    std::unique_ptr<httplib::Client> client = Take();
    if (!client->is_valid()) {
      return absl::UnavailableError(
          address_.origin + " cannot be asked: no TLS, or no such address");
    }
    const auto left = std::max(absl::ToChronoMilliseconds(timeout),
                               std::chrono::milliseconds(1));
    client->set_connection_timeout(left);
    client->set_read_timeout(left);
    client->set_write_timeout(left);

    Answer answer;
    bool too_long = false;
    httplib::Request request;
    request.method = "POST";
    request.path = address_.path;
    request.headers = {{"Accept", "application/json"},
                       {"Content-Type", "application/json"}};
    if (!address_.key.empty())
      request.headers.emplace(address_.key_header, address_.key);
    request.body = body;
    request.content_receiver = [&](const char* bytes, size_t size, uint64_t,
                                   uint64_t) {
      too_long = answer.body.size() + size > most_bytes;
      if (!too_long) answer.body.append(bytes, size);
      return !too_long;
    };
    const httplib::Result result = [&] {
      const Watch watch(*client, timeout);
      return client->send(request);
    }();
    if (too_long) {
      return absl::ResourceExhaustedError(absl::StrCat(
          "the embedder's answer is longer than ", most_bytes, " bytes"));
    }
    if (!result) {
      if (absl::Now() >= deadline) {
        return absl::DeadlineExceededError(
            absl::StrCat(address_.origin, " did not answer within ",
                         absl::FormatDuration(timeout)));
      }
      return Unreached(*client, result.error());
    }
    answer.status = result->status;
    answer.retry_after = result->get_header_value("Retry-After");
    GiveBack(std::move(client));
    return answer;
  }

  // What no later try mends is no kUnavailable.
  [[nodiscard]] absl::Status Unreached(const httplib::Client& client,
                                       httplib::Error error) const {
    if (error == httplib::Error::SSLLoadingCerts) {
      return absl::FailedPreconditionError(
          absl::StrCat(address_.origin,
                       " cannot be asked: no certificates can "
                       "be read from ca_file \"",
                       address_.ca_file, "\""));
    }
    if (error == httplib::Error::SSLServerVerification) {
      return absl::FailedPreconditionError(
          absl::StrCat(address_.origin, " is not trusted: ",
                       CertificateFault(client.get_openssl_verify_result()),
                       "; give the certificate of who signed it in ca_file"));
    }
    return absl::UnavailableError(absl::StrCat(
        address_.origin, " cannot be reached: ", httplib::to_string(error)));
  }

  const HttpAddress address_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<httplib::Client>> idle_;
};

}  // namespace

std::unique_ptr<Transport> MakeHttpTransport(HttpAddress address) {
  return std::make_unique<HttpTransport>(std::move(address));
}

}  // namespace skg::vector
