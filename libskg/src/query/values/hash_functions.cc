// Hash functions (17.4.6): of the UTF-8 bytes, as lower-case hexadecimal
// digits.
#include <openssl/evp.h>

#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/string_view.h"
#include "query/values/functions.h"

namespace skg::query {
namespace {

template <const EVP_MD* (*algorithm)()>
Value Hash(Call& call) {
  if (call[0].kind != Value::Kind::kString) return {};
  const std::string& text = call[0].text;
  call.status = call.state.Work(text.size());
  if (!call.status.ok()) return {};
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned length = 0;
  // A provider without this algorithm (MD5 where only FIPS ones are allowed).
  if (EVP_Digest(text.data(), text.size(), digest, &length, algorithm(),
                 nullptr) != 1) {
    return {};
  }
  return Value::String(absl::BytesToHexString(
      absl::string_view(reinterpret_cast<const char*>(digest), length)));
}

}  // namespace

FunctionEntry FindHashFunction(Function function) {
  switch (function) {
    case Function::kMd5:
      return {Hash<EVP_md5>, 1, 1};
    case Function::kSha1:
      return {Hash<EVP_sha1>, 1, 1};
    case Function::kSha256:
      return {Hash<EVP_sha256>, 1, 1};
    case Function::kSha384:
      return {Hash<EVP_sha384>, 1, 1};
    case Function::kSha512:
      return {Hash<EVP_sha512>, 1, 1};
    default:
      return {};
  }
}

FunctionEntry FindFunction(Function function) {
  for (const auto find :
       {FindTermFunction, FindStringFunction, FindPatternFunction,
        FindNumberFunction, FindTimeFunction, FindHashFunction}) {
    const FunctionEntry entry = find(function);
    if (entry.body != nullptr) return entry;
  }
  return {};
}

}  // namespace skg::query
