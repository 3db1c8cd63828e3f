// UUIDs (RFC 4122): random (version 4) and by name (version 5, SHA-1).
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace skg {

struct Uuid {
  std::array<uint8_t, 16> bytes{};
  friend bool operator==(const Uuid&, const Uuid&) = default;

  // 36 characters, lower case.
  [[nodiscard]] std::string ToString() const;
  [[nodiscard]] std::string_view view() const {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  }
};

[[nodiscard]] Uuid RandomUuid();
[[nodiscard]] Uuid NameUuid(const Uuid& name_space, std::string_view name);
// The 8-4-4-4-12 form in either case; nothing else.
[[nodiscard]] std::optional<Uuid> ParseUuid(std::string_view text);

// Bytes from the operating system's generator.
void FillRandom(void* out, size_t size);

}  // namespace skg
