// Transport: how the http embedder sends its requests; tests have their own.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace skg::vector {

// Thread safety: Post is called from several threads at a time.
class Transport {
 public:
  virtual ~Transport() = default;

  struct Answer {
    int status = 0;
    std::string body;
    std::string retry_after;  // the header; empty: there is none
  };
  // Errors: kUnavailable (no answer), kDeadlineExceeded (not within `timeout`,
  // which counts from connecting to the last byte), kResourceExhausted (an
  // answer of more than most_bytes).
  [[nodiscard]] virtual absl::StatusOr<Answer> Post(const std::string& body,
                                                    absl::Duration timeout,
                                                    size_t most_bytes) = 0;
};

struct HttpAddress {
  std::string origin;  // "https://host:port"
  std::string path;
  std::string key_header, key;  // empty key: none is sent
  std::string ca_file;          // empty: whom the system trusts
};

// By cpp-httplib; keeps a few connections for the next requests.
[[nodiscard]] std::unique_ptr<Transport> MakeHttpTransport(HttpAddress address);

}  // namespace skg::vector
