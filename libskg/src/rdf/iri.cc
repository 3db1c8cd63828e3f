#include "rdf/iri.h"

#include <algorithm>

#include "rdf/characters.h"

namespace skg::rdf {
namespace {

// Ends of the parts of what follows the scheme.
struct Parts {
  size_t authority_end = 0;
  size_t path_end = 0;
  size_t query_end = 0;
};

Parts Split(std::string_view text) {
  const auto until = [&](std::string_view stops, size_t from) {
    return std::min(text.find_first_of(stops, from), text.size());
  };
  Parts parts;
  if (text.starts_with("//")) parts.authority_end = until("/?#", 2);
  parts.path_end = until("?#", parts.authority_end);
  parts.query_end = until("#", parts.path_end);
  return parts;
}

// RFC 3986, 5.2.4, on the path that begins at `start` of `out`.
void AppendWithoutDots(std::string_view path, size_t start, std::string& out) {
  const auto drop_last = [&] {
    const size_t slash = out.rfind('/');
    out.resize(slash == std::string::npos || slash < start ? start : slash);
  };
  while (!path.empty()) {
    if (path.starts_with("../")) {
      path.remove_prefix(3);
    } else if (path.starts_with("./")) {
      path.remove_prefix(2);
    } else if (path.starts_with("/./")) {
      path.remove_prefix(2);
    } else if (path == "/.") {
      path = "/";
    } else if (path.starts_with("/../")) {
      path.remove_prefix(3);
      drop_last();
    } else if (path == "/..") {
      path = "/";
      drop_last();
    } else if (path == "." || path == "..") {
      path = {};
    } else {
      const size_t end = std::min(path.find('/', 1), path.size());
      out.append(path.substr(0, end));
      path.remove_prefix(end);
    }
  }
}

}  // namespace

BaseIri::BaseIri(std::string_view iri) : iri_(iri) {
  scheme_end_ = iri.find(':') + 1;
  const Parts parts = Split(iri.substr(scheme_end_));
  authority_end_ = scheme_end_ + parts.authority_end;
  path_end_ = scheme_end_ + parts.path_end;
  query_end_ = scheme_end_ + parts.query_end;
}

void BaseIri::Resolve(std::string_view reference, std::string& out) const {
  if (HasScheme(reference)) {
    out.assign(reference);
    return;
  }
  const Parts parts = Split(reference);
  const std::string_view path = reference.substr(
      parts.authority_end, parts.path_end - parts.authority_end);
  if (parts.authority_end > 0) {
    out.assign(Part(0, scheme_end_));
    out.append(reference.substr(0, parts.authority_end));
    AppendWithoutDots(path, out.size(), out);
  } else if (path.empty()) {
    // A reference of nothing but a fragment keeps the query.
    out.assign(Part(0, parts.query_end > 0 ? path_end_ : query_end_));
  } else {
    out.assign(Part(0, authority_end_));
    std::string merged;
    if (!path.starts_with('/')) {
      const std::string_view base_path = Part(authority_end_, path_end_);
      if (base_path.empty() && authority_end_ > scheme_end_) merged = "/";
      merged.append(base_path.substr(0, base_path.rfind('/') + 1));
    }
    merged.append(path);
    AppendWithoutDots(merged, out.size(), out);
  }
  out.append(reference.substr(parts.path_end));
}

}  // namespace skg::rdf
