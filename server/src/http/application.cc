#include "http/application.h"

#include <httplib.h>

#include <array>
#include <exception>
#include <optional>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "auth/rate_limiter.h"
#include "http/body_reader.h"
#include "http/error_reply.h"
#include "http/exchange.h"
#include "http/gzip.h"
#include "http/host_check.h"
#include "http/request_id.h"
#include "http/url.h"
#include "http/worker_pool.h"

namespace skg::server {
namespace {

using Handled = httplib::Server::HandlerResponse;

// A longer target is refused before the library matches it: its matcher
// (std::regex) recurses once a character.
constexpr size_t kMaxTarget = 4096;
constexpr double kSlowSeconds = 1.0;

// The library sorts and prints headers one by one; these are the same in every
// answer of a second, so they are put in as one entry whose value holds the
// others' lines.
constexpr char kFixedName[] = "Content-Security-Policy";
constexpr char kFixedValue[] =
    "default-src 'self'\r\n"
    "Strict-Transport-Security: max-age=63072000; includeSubDomains\r\n"
    "X-Content-Type-Options: nosniff\r\n"
    "X-Frame-Options: DENY\r\n"
    "X-XSS-Protection: 1; mode=block";

// Handlers of the library run on the thread that called Serve.
thread_local Exchange* current = nullptr;

const std::string& FixedValue(absl::Time now) {
  thread_local int64_t second = -1;
  thread_local std::string value;
  if (const int64_t present = absl::ToUnixSeconds(now); present != second) {
    second = present;
    value = absl::StrCat(kFixedValue, "\r\nDate: ",
                         absl::FormatTime("%a, %d %b %Y %H:%M:%S GMT", now,
                                          absl::UTCTimeZone()));
  }
  return value;
}

std::string_view RoleFor(Access access) {
  switch (access) {
    case Access::kAdmin:
      return "admin:full";
    case Access::kWrite:
      return "write:triples";
    case Access::kOpen:
    case Access::kRead:
      break;
  }
  return "read:triples";
}

std::string_view ReasonPhrase(int status) {
  switch (status) {
    case 400:
      return "Bad Request";
    case 431:
      return "Request Header Fields Too Large";
    case 503:
      return "Service Unavailable";
    default:
      return "Error";
  }
}

absl::string_view Abseil(std::string_view text) {
  return absl::string_view(text.data(), text.size());
}

}  // namespace

class Application::Http final : public httplib::Server {
 public:
  Http(Services& services, KeyRing keys, const Router& router,
       size_t unmatched_metric, int listener, const std::string& bound);

  bool Serve(Connection& connection, const RequestHead& head, bool last);
  std::string RawAnswer(int status, std::string_view detail);

 private:
  using Failure = std::optional<ApiResponse>;

  void Understand(httplib::Request& request);
  Handled BeforeRouting(const httplib::Request& request,
                        httplib::Response& response);
  Failure Check(const httplib::Request& request);
  Failure CheckPath(const httplib::Request& request);
  Failure CheckKey();
  Failure CheckRate();
  Failure CheckTenant();
  Failure CheckBody();
  ApiResponse Preflight(const httplib::Request& request) const;
  void ReadAndDispatch(const httplib::Request& request,
                       httplib::Response& response,
                       const httplib::ContentReader& reader);
  ApiResponse Dispatch(const httplib::Request& request, std::string body);
  ApiResponse DispatchStream(const httplib::Request& request);
  ApiResponse Call(const httplib::Request& request, ApiRequest call);
  uint64_t MostBodyBytes() const;
  void Fill(ApiResponse&& answer, httplib::Response& response);
  void Compress(httplib::Response& response);
  void Stream(ApiResponse&& answer, httplib::Response& response);
  void AddHeaders(const httplib::Request& request, httplib::Response& response);
  void AddRateHeaders(httplib::Response& response) const;
  ApiResponse Error(int status, std::string_view detail) const;
  ApiResponse Error(int status, const ErrorDetail& detail) const;
  void Account(const Exchange& exchange);

  Services& services_;
  const KeyRing keys_;
  const Router& router_;
  const size_t unmatched_metric_;
  RateLimiter limiter_;
  HostCheck hosts_;
  OriginCheck origins_;
  Principal anonymous_;            // where authentication is off
  Principal nobody_;               // of open routes
  TenantMetrics& nobody_metrics_;  // before a key is known
};

Application::Http::Http(Services& services, KeyRing keys, const Router& router,
                        size_t unmatched_metric, int listener,
                        const std::string& bound)
    : services_(services),
      keys_(std::move(keys)),
      router_(router),
      unmatched_metric_(unmatched_metric),
      limiter_(services.settings.rate_limit_algorithm,
               services.settings.rate_limit_burst,
               services.settings.rate_limit_backoff),
      hosts_(services.settings.allowed_hosts, bound),
      origins_(services.settings.cors_origins),
      nobody_metrics_(services.metrics.ForTenant("none")) {
  anonymous_.roles = {"admin:full"};
  anonymous_.metrics = &services.metrics.ForTenant(anonymous_.tenant_id);
  nobody_.metrics = &nobody_metrics_;

  svr_sock_ = listener;  // the library takes "no socket" for "shutting down"
  keep_alive_max_count_ = 1'000'000;
  keep_alive_timeout_sec_ =
      static_cast<time_t>(absl::ToInt64Seconds(services.settings.idle_timeout));
  set_pre_routing_handler(
      [this](const httplib::Request& request, httplib::Response& response) {
        return BeforeRouting(request, response);
      });
  // Paths are known to be short and to have a route when they get here.
  const auto with_body = [this](const httplib::Request& request,
                                httplib::Response& response,
                                const httplib::ContentReader& reader) {
    ReadAndDispatch(request, response, reader);
  };
  Post(".*", with_body);
  Put(".*", with_body);
  set_error_handler(
      [this](const httplib::Request&, httplib::Response& response) {
        if (!response.body.empty()) return;
        Fill(Error(response.status, ""), response);
      });
  set_exception_handler([this](const httplib::Request&,
                               httplib::Response& response,
                               std::exception_ptr thrown) {
    try {
      std::rethrow_exception(std::move(thrown));
    } catch (const std::exception& error) {
      current->note = error.what();
    } catch (...) {
      current->note = "unknown exception";
    }
    Fill(Error(500, ""), response);
  });
  set_post_routing_handler(
      [this](const httplib::Request& request, httplib::Response& response) {
        AddHeaders(request, response);
      });
  set_expect_100_continue_handler(
      [this](const httplib::Request& request, httplib::Response& response) {
        current->match = router_.Find(request.method, request.path);
        if (current->head.content_length <= MostBodyBytes()) return 100;
        Fill(*CheckBody(), response);
        return 413;
      });
}

bool Application::Http::Serve(Connection& connection, const RequestHead& head,
                              bool last) {
  Exchange exchange{connection, head};
  exchange.request_id = RandomUuid();
  current = &exchange;
  connection.BeginRequest(head);
  bool closed = false;
  const bool written = process_request(
      connection, last, closed,
      [this](httplib::Request& request) { Understand(request); });
  current = nullptr;
  const bool framed = connection.EndRequest(exchange.body_read);
  // Before the answer leaves: who has it finds it counted.
  Account(exchange);
  const bool sent = connection.Flush();
  return written && sent && framed && !closed && !last && exchange.parsed;
}

std::string Application::Http::RawAnswer(int status, std::string_view detail) {
  const std::string id = RandomUuid();
  const ApiResponse answer = ErrorReply(status, detail, id);
  std::string head = absl::StrCat(
      "HTTP/1.1 ", status, " ", Abseil(ReasonPhrase(status)),
      "\r\nConnection: close\r\nContent-Type: application/json\r\n",
      "X-Request-ID: ", id, "\r\nContent-Length: ", answer.body.size(), "\r\n");
  for (const auto& [name, value] : answer.headers) {
    absl::StrAppend(&head, name, ": ", value, "\r\n");
  }
  absl::StrAppend(&head, kFixedName, ": ", FixedValue(absl::Now()), "\r\n\r\n",
                  answer.body);
  nobody_metrics_.RecordRequest(unmatched_metric_, status, 0);
  return head;
}

// The head has been parsed; the body has not been read.
void Application::Http::Understand(httplib::Request& request) {
  Exchange& exchange = *current;
  exchange.parsed = true;
  exchange.method = request.method;
  // Parts of an answer are not served, and the answer is compressed here, by
  // rules of ours: the library must see neither wish.
  request.ranges.clear();
  if (const auto found = request.headers.find("Accept-Encoding");
      found != request.headers.end()) {
    exchange.accept_encoding = std::move(found->second);
    request.headers.erase("Accept-Encoding");
  }
  exchange.headers = ReadHeaders(request.headers);
  if (IsUsableRequestId(exchange.headers.request_id)) {
    exchange.request_id = exchange.headers.request_id;
  }
}

Handled Application::Http::BeforeRouting(const httplib::Request& request,
                                         httplib::Response& response) {
  if (Failure failure = Check(request)) {
    Fill(*std::move(failure), response);
    return Handled::Handled;
  }
  if (request.method == "OPTIONS") {
    Fill(Preflight(request), response);
    return Handled::Handled;
  }
  if (current->match.route->streams_body) {
    Fill(DispatchStream(request), response);
    return Handled::Handled;
  }
  const bool has_body =
      current->head.chunked || current->head.content_length > 0;
  if ((request.method == "POST" || request.method == "PUT") && has_body)
    return Handled::Unhandled;
  Fill(Dispatch(request, {}), response);
  return Handled::Handled;
}

Application::Http::Failure Application::Http::Check(
    const httplib::Request& request) {
  if (!hosts_.Allows(current->headers.host)) {
    return Error(400, "Invalid host header");
  }
  if (Failure failure = CheckPath(request)) return failure;
  if (request.method == "OPTIONS") return std::nullopt;
  if (current->match.route->access == Access::kOpen) {
    current->principal = &nobody_;
    return CheckBody();
  }
  for (const auto check : {&Http::CheckKey, &Http::CheckRate,
                           &Http::CheckTenant, &Http::CheckBody}) {
    if (Failure failure = (this->*check)()) return failure;
  }
  return std::nullopt;
}

Application::Http::Failure Application::Http::CheckPath(
    const httplib::Request& request) {
  if (request.target.size() > kMaxTarget) return Error(414, "");
  current->match = router_.Find(request.method, request.path);
  if (!current->match.known_path) {
    return Error(404, "No such path");
  }
  if (request.method == "OPTIONS" || current->match.route != nullptr) {
    return std::nullopt;
  }
  ApiResponse answer = Error(405, "Method not allowed");
  answer.headers.emplace_back("Allow", router_.AllowedMethods(request.path));
  return answer;
}

Application::Http::Failure Application::Http::CheckKey() {
  if (!services_.settings.enable_auth) {
    current->principal = &anonymous_;
    return std::nullopt;
  }
  const RequestHeaders& headers = current->headers;
  const KeyRing::Answer answer =
      keys_.Verify(FindCredential(headers.authorization, headers.x_api_key,
                                  headers.x_graph_api_key),
                   current->received);
  if (answer.principal != nullptr) {
    current->principal = answer.principal;
    return std::nullopt;
  }
  services_.log.Write(LogThreshold::kWarning, "auth_failure",
                      {{"request_id", current->request_id},
                       {"ip", current->connection.peer()},
                       {"endpoint", current->match.route->endpoint},
                       {"reason", answer.detail}});
  // Guessing is limited by address.
  current->rate =
      limiter_.Take(absl::StrCat("ip:", current->connection.peer()),
                    services_.settings.rate_limit, current->received);
  if (!current->rate.allowed) return CheckRate();
  ApiResponse refusal = Error(401, answer.detail);
  refusal.headers.emplace_back("WWW-Authenticate", "Bearer");
  return refusal;
}

Application::Http::Failure Application::Http::CheckRate() {
  if (current->principal != nullptr) {
    const Principal& principal = *current->principal;
    const uint32_t limit =
        principal.rate_limit.value_or(services_.settings.rate_limit);
    if (limit == 0) return std::nullopt;
    const std::string client =
        principal.key_digest.empty()
            ? absl::StrCat("ip:", current->connection.peer())
            : absl::StrCat("key:", principal.key_digest);
    current->rate = limiter_.Take(client, limit, current->received);
  }
  if (current->rate.allowed) return std::nullopt;
  return Error(429, ErrorDetail{.detail = "Rate limit exceeded",
                                .hint = "wait for the window to reset",
                                .retry_after = current->rate.retry_after});
}

Application::Http::Failure Application::Http::CheckTenant() {
  const Route& route = *current->match.route;
  const std::string_view role = RoleFor(route.access);
  if (!current->principal->HasRole(role)) {
    return Error(403,
                 ErrorDetail{.detail = "Insufficient permissions",
                             .hint = absl::StrCat("the key lacks the role ",
                                                  Abseil(role))});
  }
  const std::string_view asked = current->headers.tenant_id;
  if (asked.empty() || asked == current->principal->tenant_id) {
    return std::nullopt;
  }
  return Error(403, "The key does not belong to the tenant of X-Tenant-ID");
}

Application::Http::Failure Application::Http::CheckBody() {
  if (!current->match.route->streams_body &&
      absl::StartsWithIgnoreCase(Abseil(current->headers.content_type),
                                 "multipart/")) {
    return Error(415, "Send the JSON document itself, not a form");
  }
  const uint64_t limit = MostBodyBytes();
  if (current->head.content_length <= limit) return std::nullopt;
  return Error(413, absl::StrCat("The body is larger than ", limit, " bytes"));
}

uint64_t Application::Http::MostBodyBytes() const {
  const Route* route = current->match.route;
  return route != nullptr && route->streams_body
             ? services_.settings.max_upload_bytes
             : services_.settings.max_body_bytes;
}

ApiResponse Application::Http::Preflight(
    const httplib::Request& request) const {
  ApiResponse answer{.status = 204, .content_type = ""};
  answer.headers.emplace_back("Allow", router_.AllowedMethods(request.path));
  if (current->headers.preflight_method.empty() ||
      !origins_.Allows(current->headers.origin)) {
    return answer;
  }
  answer.headers.emplace_back("Access-Control-Allow-Methods",
                              "GET, POST, PUT, DELETE, OPTIONS, PATCH");
  if (!current->headers.preflight_headers.empty()) {
    answer.headers.emplace_back("Access-Control-Allow-Headers",
                                current->headers.preflight_headers);
  }
  answer.headers.emplace_back("Access-Control-Max-Age", "600");
  return answer;
}

void Application::Http::ReadAndDispatch(const httplib::Request& request,
                                        httplib::Response& response,
                                        const httplib::ContentReader& reader) {
  std::string body;
  bool too_large = false;
  const uint64_t limit = services_.settings.max_body_bytes;
  body.reserve(current->head.content_length);
  // What arrives may be longer than Content-Length said: it may be chunked or
  // compressed.
  current->body_read = reader([&](const char* bytes, size_t size) {
    too_large = body.size() + size > limit;
    if (!too_large) body.append(bytes, size);
    return !too_large;
  });
  if (too_large) {
    Fill(Error(413, absl::StrCat("The body is larger than ", limit, " bytes")),
         response);
  } else if (!current->body_read) {
    const int status = response.status >= 400 ? response.status : 400;
    Fill(Error(status, "The body ended early or is not framed as announced"),
         response);
  } else {
    Fill(Dispatch(request, std::move(body)), response);
  }
}

ApiResponse Application::Http::DispatchStream(const httplib::Request& request) {
  BodyReader reader(current->connection, current->head, MostBodyBytes());
  ApiRequest call;
  call.stream = &reader;
  ApiResponse answer = Call(request, std::move(call));
  current->body_read = reader.at_end();
  return answer;
}

ApiResponse Application::Http::Dispatch(const httplib::Request& request,
                                        std::string body) {
  ApiRequest call;
  call.body = std::move(body);
  return Call(request, std::move(call));
}

ApiResponse Application::Http::Call(const httplib::Request& request,
                                    ApiRequest call) {
  const Router::Match& match = current->match;
  // A write waits for the disk; many of them share one sync.
  if (match.route->access == Access::kWrite ||
      match.route->access == Access::kAdmin) {
    WorkerPool::WillWait();
  }
  call.request_id = current->request_id;
  call.principal = current->principal;
  call.limits = match.route->v1_limits && !match.prefixed
                    ? &services_.settings.v1
                    : &services_.settings.v2;
  call.query = ParseQuery(request.target);
  call.id = match.id;
  call.path = match.path;
  call.content_encoding = current->headers.content_encoding;
  call.url = RequestUrl(current->headers.host, request.target);
  call.method = current->method;
  call.accept = current->headers.accept;
  call.content_type = current->headers.content_type;
  call.idempotency_key = current->headers.idempotency_key;
  call.received = current->received;
  return match.route->handler(services_, call);
}

void Application::Http::Fill(ApiResponse&& answer,
                             httplib::Response& response) {
  response.status = answer.status;
  response.body = std::move(answer.body);
  if (!answer.content_type.empty()) {
    response.headers.erase("Content-Type");
    response.set_header("Content-Type", answer.content_type);
  }
  for (auto& [name, value] : answer.headers) response.set_header(name, value);
  if (!answer.note.empty()) current->note = std::move(answer.note);
  if (answer.more != nullptr || answer.write_rest != nullptr)
    return Stream(std::move(answer), response);
  Compress(response);
}

void Application::Http::Stream(ApiResponse&& answer,
                               httplib::Response& response) {
  response.headers.erase("Content-Type");
  const std::string type = std::move(answer.content_type);
  if (answer.write_rest != nullptr) {
    response.set_chunked_content_provider(
        type, [write_rest = std::move(answer.write_rest)](
                  size_t, httplib::DataSink& sink) {
          const absl::Status status = write_rest([&](std::string_view bytes) {
            return sink.write(bytes.data(), bytes.size())
                       ? absl::OkStatus()
                       : absl::CancelledError("the client is gone");
          });
          if (!status.ok()) {
            current->note = std::string(status.message());
            return false;
          }
          sink.done();
          return true;
        });
    return;
  }
  response.set_chunked_content_provider(
      type,
      [piece = std::exchange(response.body, {}), more = std::move(answer.more)](
          size_t, httplib::DataSink& sink) mutable {
        if (!sink.write(piece.data(), piece.size())) return false;
        const absl::StatusOr<bool> again = more(piece);
        if (!again.ok()) {
          current->note = std::string(again.status().message());
          return false;
        }
        if (!*again) sink.done();
        return true;
      });
}

void Application::Http::Compress(httplib::Response& response) {
  if (response.body.size() < kMinGzipBytes) return;
  response.set_header("Vary", "Accept-Encoding");
  if (!AcceptsGzip(current->accept_encoding)) return;
  response.body = Gzip(response.body);
  response.set_header("Content-Encoding", "gzip");
}

void Application::Http::AddHeaders(const httplib::Request& request,
                                   httplib::Response& response) {
  current->status = response.status;
  response.headers.emplace(kFixedName, FixedValue(current->received));
  response.set_header("X-Request-ID", current->request_id);
  AddRateHeaders(response);
  if (request.method == "HEAD") response.headers.erase("Accept-Ranges");
  if (origins_.any()) response.set_header("Vary", "Origin");
  if (origins_.Allows(current->headers.origin)) {
    response.set_header("Access-Control-Allow-Origin",
                        std::string(current->headers.origin));
    response.set_header("Access-Control-Allow-Credentials", "true");
    response.set_header(
        "Access-Control-Expose-Headers",
        "X-Request-ID, X-Rate-Limit-Remaining, X-Rate-Limit-Reset");
  }
}

void Application::Http::AddRateHeaders(httplib::Response& response) const {
  const RateDecision& rate = current->rate;
  if (rate.limit == 0) return;
  const std::array<std::pair<const char*, std::string>, 3> figures = {
      {{"Limit", std::to_string(rate.limit)},
       {"Remaining", std::to_string(rate.remaining)},
       {"Reset", std::to_string(absl::ToUnixSeconds(rate.reset))}}};
  for (const auto& [name, value] : figures) {
    response.set_header(absl::StrCat("X-Rate-Limit-", name), value);
    response.set_header(absl::StrCat("X-RateLimit-", name), value);
  }
}

ApiResponse Application::Http::Error(int status,
                                     std::string_view detail) const {
  return ErrorReply(status, detail, current->request_id);
}

ApiResponse Application::Http::Error(int status,
                                     const ErrorDetail& detail) const {
  return ErrorReply(status, detail, current->request_id);
}

// Counts and logs a finished request.
void Application::Http::Account(const Exchange& exchange) {
  const Route* route = exchange.match.route;
  const Principal* principal = exchange.principal;
  const std::string_view tenant = principal == nullptr || principal == &nobody_
                                      ? std::string_view("none")
                                      : principal->tenant_id;
  const std::string_view endpoint =
      route == nullptr ? std::string_view("unmatched") : route->endpoint;
  const double seconds =
      std::chrono::duration<double>(Clock::now() - exchange.begin).count();
  TenantMetrics& metrics =
      principal == nullptr ? nobody_metrics_ : *principal->metrics;
  metrics.RecordRequest(route == nullptr ? unmatched_metric_ : route->metric,
                        exchange.status, seconds);

  LogThreshold level = LogThreshold::kInfo;
  std::string_view event = "request";
  if (exchange.status >= 500 && exchange.status != 501) {
    level = LogThreshold::kError;
    event = "request_failure";
  } else if (seconds > kSlowSeconds) {
    level = LogThreshold::kWarning;
    event = "slow_request";
  }
  if (!services_.log.Enabled(level)) return;
  if (exchange.note.empty()) {
    services_.log.Write(level, event,
                        {{"request_id", exchange.request_id},
                         {"method", exchange.method},
                         {"path", endpoint},
                         {"status", int64_t{exchange.status}},
                         {"duration_ms", seconds * 1e3},
                         {"tenant_id", tenant}});
  } else {
    services_.log.Write(level, event,
                        {{"request_id", exchange.request_id},
                         {"method", exchange.method},
                         {"path", endpoint},
                         {"status", int64_t{exchange.status}},
                         {"duration_ms", seconds * 1e3},
                         {"tenant_id", tenant},
                         {"error", exchange.note}});
  }
}

Application::Application(Services& services, KeyRing keys, const Router& router,
                         size_t unmatched_metric, int listener,
                         const std::string& bound)
    : http_(std::make_unique<Http>(services, std::move(keys), router,
                                   unmatched_metric, listener, bound)) {}

Application::~Application() = default;

bool Application::Serve(Connection& connection, const RequestHead& head,
                        bool last) {
  return http_->Serve(connection, head, last);
}

std::string Application::RawAnswer(int status, std::string_view detail) {
  return http_->RawAnswer(status, detail);
}

}  // namespace skg::server
