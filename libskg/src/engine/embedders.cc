#include "engine/embedders.h"

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "base/strings.h"

namespace skg::engine {
namespace {

constexpr std::string_view kHashing = "hashing";

}  // namespace

absl::StatusOr<std::shared_ptr<Embedder>> Embedders::Find(std::string_view name,
                                                          uint32_t dimension) {
  const auto given = given_.find(name);
  if (given != given_.end() && given->second != nullptr) {
    const uint32_t made = given->second->dimension();
    if (made == dimension) return given->second;
    return absl::InvalidArgumentError(
        absl::StrCat("embedder \"", av(name), "\" makes vectors of ", made,
                     " numbers; the index has ", dimension));
  }
  if (name == kHashing) {
    const std::lock_guard lock(mutex_);
    auto& embedder = hashing_[dimension];
    if (embedder == nullptr) {
      SKG_ASSIGN_OR_RETURN(embedder, MakeHashingEmbedder(dimension));
    }
    return embedder;
  }
  std::string names(kHashing);
  for (const auto& [known, embedder] : given_) {
    if (known != kHashing) absl::StrAppend(&names, ", ", known);
  }
  return absl::NotFoundError(absl::StrCat(
      "no embedder \"", av(name), "\" in this process; there are: ", names));
}

}  // namespace skg::engine
