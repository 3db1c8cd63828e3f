#include "engine/local_documents.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "engine/load_input.h"
#include "rdf/reader.h"
#include "skg/load.h"

namespace skg::engine {
namespace {

namespace fs = std::filesystem;

int HexValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// Unset: it is malformed, or has a zero byte.
std::optional<std::string> PercentDecode(std::string_view text) {
  std::string decoded;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      decoded += text[i];
      continue;
    }
    if (text.size() - i < 3) return std::nullopt;
    const int high = HexValue(text[i + 1]), low = HexValue(text[i + 2]);
    if (high < 0 || low < 0 || high + low == 0) return std::nullopt;
    decoded += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return decoded;
}

// The path of a file: IRI of this machine; unset: it is none.
std::optional<std::string> LocalPath(std::string_view iri) {
  constexpr std::string_view kScheme = "file:";
  if (!iri.starts_with(kScheme)) return std::nullopt;
  iri.remove_prefix(kScheme.size());
  if (iri.starts_with("//")) {
    iri.remove_prefix(2);
    const std::string_view host = iri.substr(0, iri.find('/'));
    if (!host.empty() && host != "localhost") return std::nullopt;
    iri.remove_prefix(host.size());
  }
  if (!iri.starts_with('/') || iri.find_first_of("?#") != iri.npos)
    return std::nullopt;
  return PercentDecode(iri);
}

bool IsBelow(const fs::path& path, const fs::path& folder) {
  return std::mismatch(folder.begin(), folder.end(), path.begin(), path.end())
             .first == folder.end();
}

std::optional<rdf::Syntax> SyntaxOf(const fs::path& path) {
  switch (FormatFromPath(path.string()).value_or(Format::kTsv)) {
    case Format::kNTriples:
      return rdf::Syntax::kNTriples;
    case Format::kNQuads:
      return rdf::Syntax::kNQuads;
    case Format::kTurtle:
      return rdf::Syntax::kTurtle;
    case Format::kTriG:
      return rdf::Syntax::kTriG;
    default:
      return std::nullopt;
  }
}

}  // namespace

absl::StatusOr<fs::path> LocalDocuments::PathOf(const std::string& iri) const {
  const std::optional<std::string> named = LocalPath(iri);
  if (!named) {
    return absl::InvalidArgumentError(
        absl::StrCat("LOAD <", iri,
                     ">: only files of this machine can be loaded; name one as "
                     "<file:///folder/file.ttl>"));
  }
  std::error_code error;
  const fs::path folder = fs::canonical(folder_, error);
  if (error) {
    return absl::FailedPreconditionError(absl::StrCat(
        "the folder for LOAD, ", folder_.string(), ": ", error.message()));
  }
  const fs::path path = fs::weakly_canonical(*named, error);
  // The same answer whether or not there is such a file.
  if (error || !IsBelow(path, folder)) {
    return absl::PermissionDeniedError(
        absl::StrCat("LOAD <", iri,
                     ">: it is not below the folder that may be loaded from"));
  }
  if (!fs::is_regular_file(path, error)) {
    return absl::NotFoundError(
        absl::StrCat("LOAD <", iri, ">: there is no such file"));
  }
  return path;
}

absl::Status LocalDocuments::Read(const std::string& iri,
                                  const Cancellation* cancellation,
                                  const Visitor& visit) {
  SKG_ASSIGN_OR_RETURN(const fs::path path, PathOf(iri));
  const std::optional<rdf::Syntax> syntax = SyntaxOf(path);
  if (!syntax) {
    return absl::InvalidArgumentError(
        absl::StrCat("LOAD <", iri,
                     ">: what it holds is told by the end of its name: .nt, "
                     ".nq, .ttl or .trig, and .gz behind it"));
  }
  SKG_ASSIGN_OR_RETURN(const LoadSource source, OpenLoadFile(path.string()));
  LoadInput input(source, nullptr);
  rdf::ReaderOptions options;
  options.syntax = *syntax;
  options.source_name = absl::StrCat("LOAD <", iri, ">");
  options.base_iri = iri;
  return rdf::Read(
      [&](char* buffer, size_t size) -> absl::StatusOr<size_t> {
        if (cancellation != nullptr) SKG_RETURN_IF_ERROR(cancellation->Check());
        return input.Read(buffer, size);
      },
      options, visit);
}

}  // namespace skg::engine
