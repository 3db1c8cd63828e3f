#include "http/serve.h"

#include <pthread.h>
#include <ucontext.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "auth/api_key.h"
#include "auth/key_ring.h"
#include "http/application.h"
#include "http/connection_loop.h"
#include "http/graph_directory.h"
#include "http/listener.h"
#include "http/router.h"
#include "http/service_client.h"
#include "http/services.h"
#include "observe/log.h"
#include "observe/metrics.h"
#include "routes/routes.h"

namespace skg::server {
namespace {

ConnectionLoopOptions LoopOptions(const Settings& settings) {
  const auto chrono = [](absl::Duration duration) {
    return std::chrono::duration_cast<Clock::duration>(
        absl::ToChronoNanoseconds(duration));
  };
  return {.max_connections = settings.max_connections,
          .max_workers = settings.max_workers,
          .timeouts = {.idle = chrono(settings.idle_timeout),
                       .read = chrono(settings.read_timeout),
                       .request = chrono(settings.request_timeout),
                       .write = chrono(settings.write_timeout)}};
}

LogThreshold Threshold(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return LogThreshold::kDebug;
    case LogLevel::kInfo:
      return LogThreshold::kInfo;
    case LogLevel::kWarning:
      return LogThreshold::kWarning;
    case LogLevel::kError:
      return LogThreshold::kError;
  }
  return LogThreshold::kError;
}

std::string Url(const std::string& host, int port) {
  const bool bare_ipv6 =
      host.find(':') != std::string::npos && !host.starts_with('[');
  return absl::StrCat("http://", bare_ipv6 ? "[" + host + "]" : host, ":",
                      port);
}

// Gives the number under which requests without a route are counted.
size_t RegisterRoutes(Router& router, Metrics& metrics) {
  AddRoutes(router);
  for (Route& route : router.routes()) {
    route.metric = metrics.AddEndpoint(route.method, route.endpoint);
  }
  return metrics.AddEndpoint("*", "unmatched");
}

}  // namespace

// The parts in the order in which they need each other.
class ServerImpl {
 public:
  ServerImpl(Settings settings, std::unique_ptr<Log> log,
             std::unique_ptr<Engine> engine, Listener listener,
             std::vector<ApiKeyRecord> keys,
             std::unique_ptr<HttpServiceClient> federation);
  ~ServerImpl() { Stop(); }

  absl::Status Start() { return loop_.Start(); }
  bool Stop();

  [[nodiscard]] const Settings& settings() const { return settings_; }
  [[nodiscard]] int port() const { return listener_.port(); }
  [[nodiscard]] Engine& engine() { return *engine_; }
  [[nodiscard]] Log& log() { return *log_; }

 private:
  KeyRing Keys(const std::vector<ApiKeyRecord>& stored);

  const Settings settings_;
  std::unique_ptr<Log> log_;
  std::unique_ptr<Engine> engine_;
  Listener listener_;
  GraphDirectory graphs_;
  Metrics metrics_;
  Router router_;
  const std::unique_ptr<HttpServiceClient> federation_;  // may be null
  const size_t unmatched_metric_;
  Services services_;
  Application application_;
  ConnectionLoop loop_;
  std::mutex stop_mutex_;
  bool stopped_ = false;
};

ServerImpl::ServerImpl(Settings settings, std::unique_ptr<Log> log,
                       std::unique_ptr<Engine> engine, Listener listener,
                       std::vector<ApiKeyRecord> keys,
                       std::unique_ptr<HttpServiceClient> federation)
    : settings_(std::move(settings)),
      log_(std::move(log)),
      engine_(std::move(engine)),
      listener_(std::move(listener)),
      graphs_(*engine_),
      federation_(std::move(federation)),
      unmatched_metric_(RegisterRoutes(router_, metrics_)),
      services_{
          settings_,        *engine_, graphs_,
          metrics_,         *log_,    [this] { return loop_.connections(); },
          federation_.get()},
      application_(services_, Keys(keys), router_, unmatched_metric_,
                   listener_.fd(), settings_.host),
      loop_(
          listener_.fd(), LoopOptions(settings_),
          [this](Connection& connection, const RequestHead& head, bool last) {
            return application_.Serve(connection, head, last);
          },
          [this](int status, std::string_view detail) {
            return application_.RawAnswer(status, detail);
          }) {}

KeyRing ServerImpl::Keys(const std::vector<ApiKeyRecord>& stored) {
  KeyRing keys(settings_, stored);
  for (Principal* principal : keys.principals()) {
    principal->metrics = &metrics_.ForTenant(principal->tenant_id);
  }
  return keys;
}

bool ServerImpl::Stop() {
  const std::lock_guard lock(stop_mutex_);
  if (stopped_) return true;
  stopped_ = true;
  services_.stopping = true;
  const bool drained = loop_.Drain(settings_.shutdown_timeout);
  if (!drained) {
    log_->Write(LogThreshold::kWarning, "shutdown_overdue",
                {{"connections", static_cast<int64_t>(loop_.connections())}});
  }
  const absl::Status synced = engine_->Sync();
  if (!synced.ok()) {
    log_->Write(LogThreshold::kError, "sync_failure",
                {{"error", std::string_view(synced.message().data(),
                                            synced.message().size())}});
  }
  log_->Write(LogThreshold::kInfo, "skg_shutdown");
  log_->Flush();
  return drained;
}

absl::StatusOr<std::unique_ptr<Server>> Server::Start(
    const Settings& settings) {
  if (settings.data_dir.empty()) {
    return absl::InvalidArgumentError(
        "no data directory: give --data DIR or set SKG_DB_PATH");
  }
  // What no stored key can mend is said before a directory is made.
  if (absl::Status status = CheckStart(settings, 1); !status.ok()) {
    return status;
  }
  std::unique_ptr<HttpServiceClient> federation;
  if (!settings.service_endpoints.empty()) {
    auto made = HttpServiceClient::Make(settings.service_endpoints);
    if (!made.ok()) return made.status();
    federation = *std::move(made);
  }
  auto log = std::make_unique<Log>(settings.log_level, settings.log_format);
  EngineOptions options{.durability = settings.durability,
                        .memory_budget_bytes = settings.memory_budget_bytes,
                        .log_kept_for = settings.change_log_kept_for,
                        .log_max_bytes = settings.change_log_max_bytes};
  if (settings.history_kept_for > absl::ZeroDuration())
    options.history_kept_for = settings.history_kept_for;
  options.logger = [out = log.get()](LogLevel level, std::string_view message) {
    out->Write(Threshold(level), "engine", {{"message", message}});
  };
  auto engine = Engine::Open(settings.data_dir, options);
  if (!engine.ok()) return engine.status();
  auto keys = LoadApiKeys(**engine);
  if (!keys.ok()) return keys.status();
  const absl::Status allowed = CheckStart(settings, keys->size());
  if (!allowed.ok()) return allowed;
  auto listener = Listener::Open(settings.host, settings.port);
  if (!listener.ok()) return listener.status();

  auto impl = std::make_unique<ServerImpl>(
      settings, std::move(log), *std::move(engine), *std::move(listener),
      *std::move(keys), std::move(federation));
  const absl::Status started = impl->Start();
  if (!started.ok()) return started;
  impl->log().Write(LogThreshold::kInfo, "skg_startup",
                    {{"version", settings.api_version},
                     {"environment", settings.environment},
                     {"address", Url(settings.host, impl->port())}});
  return std::unique_ptr<Server>(new Server(std::move(impl)));
}

Server::Server(std::unique_ptr<ServerImpl> impl) : impl_(std::move(impl)) {}
Server::~Server() = default;

int Server::port() const { return impl_->port(); }
std::string Server::address() const {
  return Url(impl_->settings().host, impl_->port());
}
Engine& Server::engine() { return impl_->engine(); }
bool Server::Stop() { return impl_->Stop(); }

namespace {

// Threads that a library (BLAS) started before main do not block what ends the
// server. One that is given such a signal blocks it from then on and hands it
// back to the process, where it waits for sigwait.
void HandBack(int signal, siginfo_t*, void* context) {
  auto* interrupted = static_cast<ucontext_t*>(context);
  sigaddset(&interrupted->uc_sigmask, SIGTERM);
  sigaddset(&interrupted->uc_sigmask, SIGINT);
  kill(getpid(), signal);
}

}  // namespace

int Serve(const Settings& settings) {
  std::signal(SIGPIPE, SIG_IGN);
  struct sigaction hand_back {};
  hand_back.sa_sigaction = HandBack;
  hand_back.sa_flags = SA_SIGINFO | SA_RESTART;
  sigaction(SIGTERM, &hand_back, nullptr);
  sigaction(SIGINT, &hand_back, nullptr);
  // Threads inherit the mask: only the sigwait below sees the two.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);

  auto server = Server::Start(settings);
  if (!server.ok()) {
    std::fprintf(stderr, "skg serve: %s\n",
                 std::string(server.status().message()).c_str());
    return 1;
  }
  std::printf("listening on %s\n", (*server)->address().c_str());
  std::fflush(stdout);

  int received = 0;
  sigwait(&signals, &received);
  // Whoever asks twice does not want to wait.
  std::thread([signals] {
    int again = 0;
    sigwait(&signals, &again);
    std::_Exit(128 + again);
  }).detach();
  // Every acknowledged commit is durable now. A handler that is still at work
  // would be waited for by the destructor: end without it.
  if (!(*server)->Stop()) std::_Exit(0);
  return 0;
}

}  // namespace skg::server
