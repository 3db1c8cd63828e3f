// Relative IRIs.
#pragma once

#include <string>
#include <string_view>

namespace skg::rdf {

// An absolute IRI that relative ones are resolved against: RFC 3986, section
// 5.2, strict, without normalisation.
class BaseIri {
 public:
  BaseIri() = default;
  // `iri` must have a scheme.
  explicit BaseIri(std::string_view iri);

  [[nodiscard]] bool empty() const { return iri_.empty(); }
  // Puts the absolute IRI into `out`. A reference that has a scheme is taken as
  // it stands, dots included: it is not relative. Needs a base that is not
  // empty.
  void Resolve(std::string_view reference, std::string& out) const;

 private:
  [[nodiscard]] std::string_view Part(size_t begin, size_t end) const {
    return std::string_view(iri_).substr(begin, end - begin);
  }

  std::string iri_;
  // Ends of scheme (with its colon), authority (with its slashes), path, query
  // (with its question mark).
  size_t scheme_end_ = 0;
  size_t authority_end_ = 0;
  size_t path_end_ = 0;
  size_t query_end_ = 0;
};

}  // namespace skg::rdf
