// TokenStream: the distinct tokens of an index in bytewise order, with how many
// postings each has.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "storage/kv.h"
#include "text/posting_manifest.h"

namespace skg::text {

// Those of one part of an index.
class PartTokens {
 public:
  virtual ~PartTokens() = default;
  [[nodiscard]] bool valid() const { return valid_; }
  [[nodiscard]] std::string_view token() const { return token_; }
  [[nodiscard]] uint64_t postings() const { return postings_; }
  [[nodiscard]] virtual absl::Status Next() = 0;

 protected:
  bool valid_ = false;
  std::string token_;
  uint64_t postings_ = 0;
};

// Not thread-safe. Ends before its store and snapshot.
class TokenStream {
 public:
  // Tokens that begin with `prefix`. Errors of all: kDataLoss, those of the
  // store.
  [[nodiscard]] static absl::StatusOr<TokenStream> Open(
      const storage::KvStore& kv, PostingIndex index,
      const PostingManifest& manifest, std::string_view prefix,
      const storage::KvSnapshot* snapshot);

  [[nodiscard]] bool valid() const { return valid_; }
  [[nodiscard]] std::string_view token() const { return token_; }
  // Of all parts; one that is in the delta and in a segment counts twice.
  [[nodiscard]] uint64_t postings() const { return postings_; }
  [[nodiscard]] absl::Status Next();

 private:
  TokenStream() = default;

  std::vector<std::unique_ptr<PartTokens>> parts_;
  bool valid_ = false;
  std::string token_;
  uint64_t postings_ = 0;
};

}  // namespace skg::text
