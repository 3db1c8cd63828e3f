// Integers as bytes: big-endian for keys (bytewise order is numeric order),
// varints for values, little-endian for what is read by the thousand.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace skg {

template <typename Integer>
inline void StoreBigEndian(Integer value, char* out) {
  for (size_t i = 0; i < sizeof(Integer); ++i) {
    out[i] = static_cast<char>(value >> (8 * (sizeof(Integer) - 1 - i)));
  }
}

template <typename Integer>
[[nodiscard]] inline Integer LoadBigEndian(const char* in) {
  Integer value = 0;
  for (size_t i = 0; i < sizeof(Integer); ++i) {
    value = static_cast<Integer>((value << (sizeof(Integer) > 1 ? 8 : 0)) |
                                 static_cast<uint8_t>(in[i]));
  }
  return value;
}

template <typename Integer>
inline void AppendBigEndian(Integer value, std::string& out) {
  char bytes[sizeof(Integer)];
  StoreBigEndian(value, bytes);
  out.append(bytes, sizeof bytes);
}

template <typename Integer>
inline void StoreLittleEndian(Integer value, char* out) {
  if constexpr (std::endian::native == std::endian::little) {
    std::memcpy(out, &value, sizeof value);
  } else {
    for (size_t i = 0; i < sizeof(Integer); ++i) {
      out[i] = static_cast<char>(value >> (8 * i));
    }
  }
}

template <typename Integer>
[[nodiscard]] inline Integer LoadLittleEndian(const char* in) {
  Integer value = 0;
  if constexpr (std::endian::native == std::endian::little) {
    std::memcpy(&value, in, sizeof value);
  } else {
    for (size_t i = sizeof(Integer); i-- > 0;) {
      value = static_cast<Integer>((value << (sizeof(Integer) > 1 ? 8 : 0)) |
                                   static_cast<uint8_t>(in[i]));
    }
  }
  return value;
}

// LEB128: seven bits a byte, low first; at most ten bytes.
inline void AppendVarint(uint64_t value, std::string& out) {
  while (value >= 0x80) {
    out.push_back(static_cast<char>(value | 0x80));
    value >>= 7;
  }
  out.push_back(static_cast<char>(value));
}

// Reads fields off the front of untrusted bytes. After a failed read `ok()` is
// false and every further read gives zero or empty.
class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : rest_(bytes) {}

  [[nodiscard]] bool ok() const { return ok_; }
  [[nodiscard]] bool empty() const { return rest_.empty(); }
  [[nodiscard]] std::string_view rest() const { return rest_; }

  template <typename Integer>
  Integer BigEndian() {
    if (!Need(sizeof(Integer))) return 0;
    const Integer value = LoadBigEndian<Integer>(rest_.data());
    rest_.remove_prefix(sizeof(Integer));
    return value;
  }

  uint64_t Varint() {
    uint64_t value = 0;
    for (int shift = 0; shift < 70; shift += 7) {
      if (!Need(1)) return 0;
      const auto byte = static_cast<uint8_t>(rest_.front());
      rest_.remove_prefix(1);
      if (shift == 63 && byte > 1) break;
      value |= static_cast<uint64_t>(byte & 0x7F) << shift;
      if (byte < 0x80) return value;
    }
    ok_ = false;
    return 0;
  }

  std::string_view Bytes(uint64_t size) {
    if (!Need(size)) return {};
    const std::string_view bytes = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return bytes;
  }

 private:
  bool Need(uint64_t size) {
    if (ok_ && rest_.size() >= size) return true;
    ok_ = false;
    rest_ = {};
    return false;
  }

  std::string_view rest_;
  bool ok_ = true;
};

[[nodiscard]] inline uint64_t ZigZag(int64_t value) {
  return (static_cast<uint64_t>(value) << 1) ^
         static_cast<uint64_t>(value >> 63);
}
[[nodiscard]] inline int64_t UnZigZag(uint64_t value) {
  return static_cast<int64_t>(value >> 1) ^ -static_cast<int64_t>(value & 1);
}

}  // namespace skg
