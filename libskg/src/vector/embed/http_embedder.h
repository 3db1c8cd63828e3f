// The embedder that asks a server: batches, attempts, pauses.
#pragma once

#include <memory>
#include <mutex>
#include <random>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "skg/embedder.h"
#include "vector/embed/circuit_breaker.h"
#include "vector/embed/http_transport.h"

namespace skg::vector {

// The time as the embedder sees it; tests have their own. Thread-safe.
class EmbedderClock {
 public:
  virtual ~EmbedderClock() = default;
  [[nodiscard]] virtual absl::Time Now();
  virtual void Sleep(absl::Duration duration);
};

// Thread safety: all methods from any thread.
class HttpEmbedder final : public Embedder {
 public:
  // Checked options (MakeHttpEmbedder).
  HttpEmbedder(HttpEmbedderOptions options,
               std::unique_ptr<Transport> transport,
               std::unique_ptr<EmbedderClock> clock, uint64_t seed);

  [[nodiscard]] uint32_t dimension() const override {
    return options_.dimension;
  }
  [[nodiscard]] std::string_view name() const override {
    return options_.model;
  }
  [[nodiscard]] absl::StatusOr<std::vector<std::vector<float>>> Embed(
      std::span<const std::string> texts, absl::Time deadline) override;

 private:
  [[nodiscard]] absl::StatusOr<std::vector<std::vector<float>>> EmbedBatch(
      std::span<const std::string> texts, absl::Time deadline);
  // One attempt; `retry_after`: what the answer asks for.
  [[nodiscard]] absl::StatusOr<std::string> Try(const std::string& body,
                                                size_t most_bytes,
                                                absl::Time deadline,
                                                absl::Duration* retry_after);
  [[nodiscard]] absl::Duration PauseAfter(int attempt,
                                          absl::Duration retry_after);

  const HttpEmbedderOptions options_;
  const std::unique_ptr<Transport> transport_;
  const std::unique_ptr<EmbedderClock> clock_;
  CircuitBreaker breaker_;
  std::mutex mutex_;
  std::minstd_rand random_;  // under mutex_
};

// Of an http or https URL. Errors: kInvalidArgument.
[[nodiscard]] absl::StatusOr<HttpAddress> ReadBaseUrl(std::string_view url);

// Seconds, or a date of HTTP (RFC 9110, 10.2.3), from `now` on; zero where it
// is neither or past.
[[nodiscard]] absl::Duration ReadRetryAfter(std::string_view header,
                                            absl::Time now);

}  // namespace skg::vector
