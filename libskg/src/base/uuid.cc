#include "base/uuid.h"

#include <openssl/rand.h>
#include <openssl/sha.h>

#include <cstring>
#include <random>

namespace skg {

namespace {

void SetVersion(Uuid& uuid, uint8_t version) {
  uuid.bytes[6] = static_cast<uint8_t>((uuid.bytes[6] & 0x0F) | (version << 4));
  uuid.bytes[8] = static_cast<uint8_t>((uuid.bytes[8] & 0x3F) | 0x80);
}

int HexValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

std::string Uuid::ToString() const {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  text.reserve(36);
  for (size_t i = 0; i < bytes.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) text.push_back('-');
    text.push_back(kDigits[bytes[i] >> 4]);
    text.push_back(kDigits[bytes[i] & 15]);
  }
  return text;
}

void FillRandom(void* out, size_t size) {
  if (RAND_bytes(static_cast<unsigned char*>(out), static_cast<int>(size)) ==
      1) {
    return;
  }
  std::random_device device;
  for (size_t i = 0; i < size; ++i) {
    static_cast<unsigned char*>(out)[i] = static_cast<unsigned char>(device());
  }
}

Uuid RandomUuid() {
  Uuid uuid;
  FillRandom(uuid.bytes.data(), uuid.bytes.size());
  SetVersion(uuid, 4);
  return uuid;
}

Uuid NameUuid(const Uuid& name_space, std::string_view name) {
  // The one-shot low-level calls: EVP in OpenSSL 3 costs more in set-up than a
  // short hash itself. SHA-1 is what RFC 4122 names; it is no secret here.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
  SHA_CTX context;
  SHA1_Init(&context);
  SHA1_Update(&context, name_space.bytes.data(), name_space.bytes.size());
  SHA1_Update(&context, name.data(), name.size());
  unsigned char digest[SHA_DIGEST_LENGTH];
  SHA1_Final(digest, &context);
#pragma GCC diagnostic pop
  Uuid uuid;
  std::memcpy(uuid.bytes.data(), digest, uuid.bytes.size());
  SetVersion(uuid, 5);
  return uuid;
}

std::optional<Uuid> ParseUuid(std::string_view text) {
  if (text.size() != 36) return std::nullopt;
  Uuid uuid;
  size_t at = 0;
  for (uint8_t& byte : uuid.bytes) {
    if (at == 8 || at == 13 || at == 18 || at == 23) {
      if (text[at] != '-') return std::nullopt;
      ++at;
    }
    const int high = HexValue(text[at]);
    const int low = HexValue(text[at + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    byte = static_cast<uint8_t>(high * 16 + low);
    at += 2;
  }
  return uuid;
}

}  // namespace skg
