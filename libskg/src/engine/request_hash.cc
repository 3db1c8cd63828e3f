#include "engine/request_hash.h"

#include <xxhash.h>

#include <bit>
#include <new>

#include "absl/time/time.h"

namespace skg::engine {

void RequestHash::Free::operator()(XXH3_state_s* state) const {
  XXH3_freeState(state);
}

RequestHash::RequestHash() : state_(XXH3_createState()) {
  if (state_ == nullptr) throw std::bad_alloc();
  XXH3_128bits_reset(state_.get());
}
RequestHash::RequestHash(RequestHash&&) noexcept = default;
RequestHash& RequestHash::operator=(RequestHash&&) noexcept = default;
RequestHash::~RequestHash() = default;

void RequestHash::Number(uint64_t number) {
  XXH3_128bits_update(state_.get(), &number, sizeof number);
}

void RequestHash::Text(std::string_view text) {
  Number(text.size());
  XXH3_128bits_update(state_.get(), text.data(), text.size());
}

void RequestHash::Add(const NewStatement& statement, bool if_absent) {
  Number(if_absent ? 2 : 1);
  Text(statement.subject);
  Text(statement.predicate);
  Text(statement.object);
  Text(statement.graph);
  Number(std::bit_cast<uint32_t>(statement.weight));
  Text(statement.metadata);
  Number(statement.edge);
  for (const auto& time : {statement.valid_from, statement.valid_to}) {
    Number(time ? 1 : 0);
    if (time) Number(static_cast<uint64_t>(absl::ToUnixMicros(*time)));
  }
  Text(statement.source);
}

void RequestHash::Remove(std::string_view subject, std::string_view predicate,
                         std::string_view object, std::string_view graph) {
  Number(3);
  Text(subject);
  Text(predicate);
  Text(object);
  Text(graph);
}

void RequestHash::Clear(const ClearTarget& target) {
  Number(4);
  Number(static_cast<uint64_t>(target.part));
  Text(target.graph);
}

void RequestHash::PutVectors(std::string_view index,
                             std::span<const VectorEntry> entries) {
  Number(5);
  Text(index);
  for (const VectorEntry& entry : entries) {
    Text(entry.owner);
    Number(entry.vector.size());
    XXH3_128bits_update(state_.get(), entry.vector.data(),
                        entry.vector.size() * sizeof(float));
  }
}

void RequestHash::RemoveVectors(std::string_view index,
                                std::span<const std::string> owners) {
  Number(6);
  Text(index);
  for (const std::string& owner : owners) Text(owner);
}

std::string RequestHash::Finish() const {
  const XXH128_hash_t hash = XXH3_128bits_digest(state_.get());
  XXH128_canonical_t canonical;
  XXH128_canonicalFromHash(&canonical, hash);
  return std::string(reinterpret_cast<const char*>(canonical.digest),
                     sizeof canonical.digest);
}

}  // namespace skg::engine
