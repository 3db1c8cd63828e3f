// Embedders: what turns texts into vectors, so that texts with like meanings
// are near each other in a vector index.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "skg/export.h"

namespace skg {

// Thread safety: all methods from any thread, also from several at a time.
class SKG_EXPORT Embedder {
 public:
  virtual ~Embedder();

  // Of every vector it makes; never changes.
  [[nodiscard]] virtual uint32_t dimension() const = 0;
  // What it is, for people: "hashing", or a model's name.
  [[nodiscard]] virtual std::string_view name() const = 0;
  // One vector for each text, in their order, of finite numbers. All or an
  // error. Errors: kUnavailable (later it may well work), kDeadlineExceeded,
  // others (the same texts would fail again). Must not throw.
  [[nodiscard]] virtual absl::StatusOr<std::vector<std::vector<float>>> Embed(
      std::span<const std::string> texts,
      absl::Time deadline = absl::InfiniteFuture()) = 0;
};

// Built in, needs no model and no network: texts are near each other that share
// words or parts of words. Features of a text are its words and the runs of two
// to five characters of each, its borders included, folded to one case
// (Unicode: NFKC_Casefold; words by Annex 29); they weigh 1 + log2 of how often
// they are there, those of the commonest English words less. Signed hashing
// (Weinberger, Dasgupta, Langford, Smola and Attenberg, 2009) puts them into a
// vector, which then has length 1. The same text gives the same vector in every
// process, and on every machine as far as ICU folds and cuts it alike. All
// texts without a letter or a digit have one and the same vector. Of a text the
// first 64 KiB count, of a word the first 64 characters; bytes that are no
// UTF-8 count as U+FFFD. How well it finds: libskg/docs/search.md. `dimension`
// in [16, 4096]. Errors: kInvalidArgument; kInternal (ICU lacks its data).
[[nodiscard]] SKG_EXPORT absl::StatusOr<std::shared_ptr<Embedder>>
MakeHashingEmbedder(uint32_t dimension = 384);

// A server that speaks OpenAI's protocol: POST {base_url}/v1/embeddings.
struct HttpEmbedderOptions {
  // http or https, a host, perhaps a port and a path, as in
  // "https://models.example.org/openai".
  std::string base_url;
  std::string model;
  uint32_t dimension = 384;  // which every answer must have; [1, 4096]
  // Sent as "Authorization: Bearer KEY", or in another header as it is; empty:
  // none is sent.
  std::string api_key = {};
  std::string api_key_header = "Authorization";
  // https: whom to trust, certificates in PEM; empty: whom the system does.
  // Read when a connection is made. The server's certificate must be good for
  // the host of base_url.
  std::string ca_file = {};
  // Of one request: how many texts, [1, 2048], and how many bytes of text; a
  // longer text goes alone.
  size_t most_texts = 64;
  size_t most_text_bytes = size_t{256} << 10;
  // Of a text: what is longer is cut there, between characters.
  size_t longest_text_bytes = size_t{32} << 10;
  // Of one request, connecting included; more than zero.
  absl::Duration request_timeout = absl::Seconds(30);
  // A request that got no answer, or status 408, 429 or 5xx, is sent again:
  // after a pause that doubles each time (between half of it and all of it, at
  // random), or as long as the answer's Retry-After says, but at most
  // longest_pause. Attempts in [1, 100].
  int most_attempts = 5;
  absl::Duration first_pause = absl::Milliseconds(250);
  absl::Duration longest_pause = absl::Seconds(20);
  // After so many failed attempts in a row nothing is sent for a while; then a
  // single request tries whether the server is back. At least 1.
  int breaker_failures = 5;
  absl::Duration breaker_pause = absl::Seconds(30);
};

// Errors of making it: kInvalidArgument with FieldErrors. Of Embed besides:
// kUnavailable (the last attempt got no usable answer, or the breaker is open),
// kPermissionDenied (401, 403), kInvalidArgument (other statuses of 4xx; an
// empty text), kDataLoss (an answer that is not what the protocol says, or has
// another dimension). Follows no redirects. What it sends is all texts as they
// are.
[[nodiscard]] SKG_EXPORT absl::StatusOr<std::shared_ptr<Embedder>>
MakeHttpEmbedder(const HttpEmbedderOptions& options);

}  // namespace skg
