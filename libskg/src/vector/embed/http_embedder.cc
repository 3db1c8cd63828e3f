#include "vector/embed/http_embedder.h"

#include <algorithm>
#include <cstdint>
#include <random>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/status.h"
#include "base/strings.h"
#include "skg/field_error.h"
#include "vector/embed/embedding_messages.h"

namespace skg {
namespace vector {
namespace {

constexpr uint32_t kMostDimension = 4096;
constexpr size_t kMostTexts = 2048;
constexpr size_t kMostTextBytes = size_t{64} << 20;

// The text's beginning, without half a character at its end.
std::string Beginning(const std::string& text, size_t most_bytes) {
  if (text.size() <= most_bytes) return text;
  size_t end = most_bytes;
  for (int i = 0; i < 3 && end > 0 && (text[end] & 0xC0) == 0x80; ++i) --end;
  return text.substr(0, end);
}

bool MayBeTriedAgain(int status) {
  return status == 408 || status == 429 || status >= 500;
}

absl::Status StatusOfAnswer(const Transport::Answer& answer) {
  const std::string message =
      absl::StrCat("the embedder answers with status ", answer.status, ": ",
                   ReadErrorMessage(answer.body));
  if (MayBeTriedAgain(answer.status)) return absl::UnavailableError(message);
  if (answer.status == 401 || answer.status == 403)
    return absl::PermissionDeniedError(message);
  if (answer.status >= 400) return absl::InvalidArgumentError(message);
  return absl::DataLossError(message);
}

absl::Status Late(const absl::Status& last) {
  return absl::DeadlineExceededError(
      last.ok() ? std::string("the embedder did not answer by the deadline")
                : absl::StrCat("no time is left to ask the embedder again: ",
                               last.message()));
}

}  // namespace

absl::Time EmbedderClock::Now() { return absl::Now(); }
void EmbedderClock::Sleep(absl::Duration duration) { absl::SleepFor(duration); }

HttpEmbedder::HttpEmbedder(HttpEmbedderOptions options,
                           std::unique_ptr<Transport> transport,
                           std::unique_ptr<EmbedderClock> clock, uint64_t seed)
    : options_(std::move(options)),
      transport_(std::move(transport)),
      clock_(std::move(clock)),
      breaker_(options_.breaker_failures, options_.breaker_pause),
      random_(static_cast<uint32_t>(seed)) {}

absl::StatusOr<std::vector<std::vector<float>>> HttpEmbedder::Embed(
    std::span<const std::string> texts, absl::Time deadline) {
  for (size_t i = 0; i < texts.size(); ++i) {
    if (texts[i].empty()) {
      return absl::InvalidArgumentError(
          absl::StrCat("text ", i, " is empty; servers refuse that"));
    }
  }
  std::vector<std::vector<float>> vectors;
  vectors.reserve(texts.size());
  while (vectors.size() < texts.size()) {
    std::vector<std::string> batch;
    size_t bytes = 0;
    for (size_t i = vectors.size();
         i < texts.size() && batch.size() < options_.most_texts; ++i) {
      std::string text = Beginning(texts[i], options_.longest_text_bytes);
      if (!batch.empty() && bytes + text.size() > options_.most_text_bytes)
        break;
      bytes += text.size();
      batch.push_back(std::move(text));
    }
    SKG_ASSIGN_OR_RETURN(std::vector<std::vector<float>> some,
                         EmbedBatch(batch, deadline));
    std::move(some.begin(), some.end(), std::back_inserter(vectors));
  }
  return vectors;
}

absl::StatusOr<std::vector<std::vector<float>>> HttpEmbedder::EmbedBatch(
    std::span<const std::string> texts, absl::Time deadline) {
  const std::string body = EmbeddingRequest(options_.model, texts);
  const size_t most_bytes = MostAnswerBytes(texts.size(), options_.dimension);
  absl::Status last;
  for (int attempt = 1;; ++attempt) {
    if (clock_->Now() >= deadline) return Late(last);
    SKG_RETURN_IF_ERROR(breaker_.Enter(clock_->Now()));
    absl::Duration retry_after;
    absl::StatusOr<std::string> answer =
        Try(body, most_bytes, deadline, &retry_after);
    if (answer.ok())
      return ReadEmbeddings(*answer, texts.size(), options_.dimension);
    last = answer.status();
    if (!absl::IsUnavailable(last)) return last;
    if (attempt >= options_.most_attempts) {
      return absl::UnavailableError(
          absl::StrCat(last.message(), " (after ", attempt, " attempts)"));
    }
    const absl::Duration pause = PauseAfter(attempt, retry_after);
    if (clock_->Now() + pause >= deadline) return Late(last);
    clock_->Sleep(pause);
  }
}

absl::StatusOr<std::string> HttpEmbedder::Try(const std::string& body,
                                              size_t most_bytes,
                                              absl::Time deadline,
                                              absl::Duration* retry_after) {
  const absl::Duration left = deadline - clock_->Now();
  const bool is_last = left <= options_.request_timeout;
  absl::StatusOr<Transport::Answer> answer = transport_->Post(
      body, std::min(left, options_.request_timeout), most_bytes);
  const absl::Time now = clock_->Now();
  if (absl::IsUnavailable(answer.status()) ||
      absl::IsDeadlineExceeded(answer.status())) {
    breaker_.Failed(now);
    if (is_last && absl::IsDeadlineExceeded(answer.status()))
      return answer.status();
    return absl::UnavailableError(answer.status().message());
  }
  if (answer.ok() && MayBeTriedAgain(answer->status)) {
    breaker_.Failed(now);
    *retry_after = ReadRetryAfter(answer->retry_after, now);
    return StatusOfAnswer(*answer);
  }
  breaker_.Succeeded();  // it is there, whatever it says
  if (!answer.ok()) return answer.status();
  if (answer->status != 200) return StatusOfAnswer(*answer);
  return std::move(answer->body);
}

absl::Duration HttpEmbedder::PauseAfter(int attempt,
                                        absl::Duration retry_after) {
  if (retry_after > absl::ZeroDuration())
    return std::min(retry_after, options_.longest_pause);
  absl::Duration pause = options_.first_pause;
  for (int i = 1; i < attempt && pause < options_.longest_pause; ++i)
    pause *= 2;
  pause = std::min(pause, options_.longest_pause);
  // At random, so that callers who failed together do not come together.
  const std::lock_guard lock(mutex_);
  return pause * std::uniform_real_distribution<double>(0.5, 1)(random_);
}

absl::StatusOr<HttpAddress> ReadBaseUrl(std::string_view url) {
  const size_t slashes = url.find("://");
  const bool http = absl::StartsWith(av(url), "http://") ||
                    absl::StartsWith(av(url), "https://");
  const bool plain = std::all_of(url.begin(), url.end(), [](char c) {
    return c > ' ' && c < 0x7F && c != '#' && c != '?' && c != '@';
  });
  const size_t path = std::min(
      http ? url.find('/', slashes + 3) : std::string_view::npos, url.size());
  if (!http || !plain || path == slashes + 3) {
    return absl::InvalidArgumentError(
        absl::StrCat("\"", av(url),
                     "\" is no URL such as "
                     "https://models.example.org (http or https, a host, "
                     "perhaps a port and a path; no user, query or fragment)"));
  }
  HttpAddress address;
  address.origin = std::string(url.substr(0, path));
  address.path = std::string(url.substr(path));
  while (absl::EndsWith(address.path, "/")) address.path.pop_back();
  return address;
}

absl::Duration ReadRetryAfter(std::string_view header, absl::Time now) {
  int64_t seconds = 0;
  if (absl::SimpleAtoi(av(header), &seconds))
    return std::max(absl::Seconds(seconds), absl::ZeroDuration());
  absl::Time date;
  if (absl::ParseTime("%a, %d %b %Y %H:%M:%S GMT", av(header), &date, nullptr))
    return std::max(date - now, absl::ZeroDuration());
  return absl::ZeroDuration();
}

namespace {

class OptionChecks {
 public:
  void Need(bool right, const char* field, const std::string& message,
            const char* type = "out_of_range") {
    if (!right) errors_.push_back({{field}, message, type});
  }
  template <typename T>
  void InRange(const char* field, T value, T least, T most) {
    Need(value >= least && value <= most, field,
         absl::StrCat(value, " is outside [", least, ", ", most, "]"));
  }
  absl::Status status() const {
    return errors_.empty() ? absl::OkStatus() : FieldErrorStatus(errors_);
  }

 private:
  std::vector<FieldError> errors_;
};

bool IsHeaderName(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
}

absl::Status Check(const HttpEmbedderOptions& options,
                   const absl::Status& url) {
  OptionChecks checks;
  checks.Need(url.ok(), "base_url", std::string(sv(url.message())),
              "malformed");
  checks.Need(options.ca_file.find('\0') == std::string::npos, "ca_file",
              "a file's name has no NUL byte", "malformed");
  checks.Need(!options.model.empty(), "model", "must name a model", "missing");
  checks.InRange("dimension", options.dimension, uint32_t{1}, kMostDimension);
  checks.Need(std::all_of(options.api_key.begin(), options.api_key.end(),
                          [](char c) { return c >= ' ' && c < 0x7F; }),
              "api_key", "a key is of printable ASCII characters", "malformed");
  checks.Need(IsHeaderName(options.api_key_header), "api_key_header",
              "must be a header's name", "malformed");
  checks.InRange("most_texts", options.most_texts, size_t{1}, kMostTexts);
  checks.InRange("most_text_bytes", options.most_text_bytes, size_t{1},
                 kMostTextBytes);
  checks.InRange("longest_text_bytes", options.longest_text_bytes, size_t{4},
                 kMostTextBytes);
  checks.InRange("most_attempts", options.most_attempts, 1, 100);
  checks.Need(options.breaker_failures >= 1, "breaker_failures",
              "must be at least 1");
  checks.Need(options.request_timeout > absl::ZeroDuration() &&
                  options.request_timeout <= absl::Hours(1),
              "request_timeout", "must be more than zero, at most an hour");
  for (const auto& [field, pause] :
       {std::pair("first_pause", options.first_pause),
        std::pair("longest_pause", options.longest_pause),
        std::pair("breaker_pause", options.breaker_pause)}) {
    checks.Need(pause >= absl::ZeroDuration() && pause <= absl::Hours(1), field,
                "must be from zero to an hour");
  }
  return checks.status();
}

}  // namespace
}  // namespace vector

absl::StatusOr<std::shared_ptr<Embedder>> MakeHttpEmbedder(
    const HttpEmbedderOptions& options) {
  absl::StatusOr<vector::HttpAddress> address =
      vector::ReadBaseUrl(options.base_url);
  SKG_RETURN_IF_ERROR(vector::Check(options, address.status()));
  address->path += "/v1/embeddings";
  address->ca_file = options.ca_file;
  address->key_header = options.api_key_header;
  if (!options.api_key.empty()) {
    address->key = absl::StrCat(
        absl::EqualsIgnoreCase(options.api_key_header, "Authorization")
            ? "Bearer "
            : "",
        options.api_key);
  }
  return std::make_shared<vector::HttpEmbedder>(
      options, vector::MakeHttpTransport(*std::move(address)),
      std::make_unique<vector::EmbedderClock>(), std::random_device()());
}

}  // namespace skg
