#include "query/patterns/term_names.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/status.h"
#include "rdf/term.h"

namespace skg::query {
namespace {

// Names beyond this are forgotten between calls.
constexpr uint64_t kKeptBytes = uint64_t{1} << 20;
// Terms may be large: this many are decoded before their size is known.
constexpr size_t kDecodeBatch = 256;
constexpr uint64_t kEntryBytes = 96;

}  // namespace

absl::Status TermNames::Load(std::span<const rdf::TermId> ids) {
  if (bytes_ > kKeptBytes) Forget();
  std::vector<rdf::TermId> missing;
  for (const rdf::TermId id : ids) {
    // The empty name holds the place, so that an id is decoded once.
    if (id.bound() && known_.try_emplace(id.bits).second) missing.push_back(id);
  }
  std::vector<rdf::Term> terms;
  for (size_t begin = 0; begin < missing.size(); begin += kDecodeBatch) {
    const auto batch = std::span<const rdf::TermId>(missing).subspan(
        begin, std::min(kDecodeBatch, missing.size() - begin));
    terms.clear();
    SKG_RETURN_IF_ERROR(terms_.Decode(batch, &terms));
    for (size_t i = 0; i < batch.size(); ++i) {
      std::string name = names_.ToName(terms[i]);
      const uint64_t size = kEntryBytes + name.size();
      SKG_RETURN_IF_ERROR(terms_.Reserve(size));
      bytes_ += size;
      known_[batch[i].bits] = std::move(name);
    }
  }
  return absl::OkStatus();
}

void TermNames::Forget() {
  terms_.Release(bytes_);
  bytes_ = 0;
  known_.clear();
}

}  // namespace skg::query
