#include "http/service_client.h"

#include <httplib.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "http/negotiation.h"

namespace skg::server {
namespace {

constexpr absl::Duration kMostTime = absl::Minutes(1);
constexpr char kAccept[] =
    "application/sparql-results+json, application/sparql-results+xml;q=0.9, "
    "text/tab-separated-values;q=0.5";

// Ends a request of the library, whose own time limits are for single reads.
class Watch {
 public:
  Watch(httplib::Client& client, const ServiceRequest& request,
        absl::Time deadline)
      : thread_([this, &client, &request, deadline] {
          std::unique_lock lock(mutex_);
          while (!done_) {
            if (absl::Now() >= deadline || request.cancelled()) client.stop();
            changed_.wait_for(lock, std::chrono::milliseconds(20));
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

std::optional<ServiceAnswer::Format> FormatOf(const std::string& type) {
  using Format = ServiceAnswer::Format;
  for (const auto& [name, format] :
       {std::pair("application/sparql-results+json", Format::kJson),
        std::pair("application/json", Format::kJson),
        std::pair("application/sparql-results+xml", Format::kXml),
        std::pair("application/xml", Format::kXml),
        std::pair("text/tab-separated-values", Format::kTsv)}) {
    if (IsMediaType(type, name)) return format;
  }
  return std::nullopt;
}

absl::Status Failed(const std::string& why) {
  return absl::UnavailableError(why);
}

}  // namespace

absl::StatusOr<std::unique_ptr<HttpServiceClient>> HttpServiceClient::Make(
    const std::vector<std::string>& endpoints) {
  auto client = std::make_unique<HttpServiceClient>();
  for (const std::string& url : endpoints) {
    const size_t slashes = url.find("://");
    const bool http =
        absl::StartsWith(url, "http://") || absl::StartsWith(url, "https://");
    if (!http || url.size() == slashes + 3 || absl::StrContains(url, '#')) {
      return absl::InvalidArgumentError(
          absl::StrCat("\"", url, "\": an endpoint is a URL such as ",
                       "https://example.org/sparql"));
    }
    const size_t path = std::min(url.find('/', slashes + 3), url.size());
    client->endpoints_.push_back({url, url.substr(0, path),
                                  path == url.size() ? "/" : url.substr(path)});
  }
  return client;
}

absl::StatusOr<ServiceAnswer> HttpServiceClient::Ask(
    const ServiceRequest& request) {
  const auto endpoint = std::find_if(
      endpoints_.begin(), endpoints_.end(),
      [&](const Endpoint& known) { return known.url == request.endpoint; });
  if (endpoint == endpoints_.end()) {
    return absl::FailedPreconditionError(
        "it is not among the endpoints that may be asked");
  }
  const absl::Time deadline =
      std::min(request.deadline, absl::Now() + kMostTime);
  httplib::Client client(endpoint->origin);
  const auto left = std::max(absl::ToChronoMilliseconds(deadline - absl::Now()),
                             std::chrono::milliseconds(1));
  client.set_connection_timeout(left);
  client.set_read_timeout(left);
  client.set_write_timeout(left);
  client.set_tcp_nodelay(true);

  ServiceAnswer answer;
  bool too_long = false;
  httplib::Request call;
  call.method = "POST";
  call.path = endpoint->target;
  call.headers = {{"Accept", kAccept},
                  {"Content-Type", "application/sparql-query"}};
  call.body = request.query;
  call.content_receiver = [&](const char* bytes, size_t size, uint64_t,
                              uint64_t) {
    too_long = answer.body.size() + size > request.most_bytes;
    if (!too_long) answer.body.append(bytes, size);
    return !too_long;
  };
  const httplib::Result result = [&] {
    const Watch watch(client, request, deadline);
    return client.send(call);
  }();
  if (request.cancelled()) return absl::CancelledError("nobody waits for it");
  if (too_long) {
    return absl::ResourceExhaustedError(absl::StrCat(
        "the answer is longer than ", request.most_bytes, " bytes"));
  }
  if (!result) {
    if (absl::Now() >= deadline)
      return absl::DeadlineExceededError("it has not answered in time");
    return Failed("it cannot be reached: " +
                  httplib::to_string(result.error()));
  }
  if (result->status != 200)
    return Failed(absl::StrCat("it answers with status ", result->status));
  const std::string type = result->get_header_value("Content-Type");
  const auto format = FormatOf(type);
  if (!format)
    return Failed(absl::StrCat("it answers with the type \"", type, "\""));
  answer.format = *format;
  return answer;
}

}  // namespace skg::server
