// The hash that tells whether two requests under one idempotency key are the
// same request.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "skg/statement.h"
#include "skg/vector_index.h"

struct XXH3_state_s;

namespace skg::engine {

// XXH3-128 over an unambiguous serialisation (each field with its length) of
// what the caller gave, names as spelled.
class RequestHash {
 public:
  RequestHash();
  RequestHash(RequestHash&&) noexcept;
  RequestHash& operator=(RequestHash&&) noexcept;
  ~RequestHash();

  void Add(const NewStatement& statement, bool if_absent);
  void Remove(std::string_view subject, std::string_view predicate,
              std::string_view object, std::string_view graph);
  void Clear(const ClearTarget& target);
  void PutVectors(std::string_view index, std::span<const VectorEntry> entries);
  void RemoveVectors(std::string_view index,
                     std::span<const std::string> owners);

  // 16 bytes.
  [[nodiscard]] std::string Finish() const;

 private:
  void Text(std::string_view text);
  void Number(uint64_t number);

  struct Free {
    void operator()(XXH3_state_s* state) const;
  };
  std::unique_ptr<XXH3_state_s, Free> state_;
};

}  // namespace skg::engine
