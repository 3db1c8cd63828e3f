#include "skg/iri.h"

#include "absl/strings/str_cat.h"
#include "base/strings.h"
#include "rdf/characters.h"
#include "rdf/iri.h"

namespace skg {

absl::StatusOr<std::string> ResolveIri(std::string_view reference,
                                       std::string_view base) {
  std::string iri(reference);
  if (!rdf::IsAbsoluteIri(reference)) {
    if (!rdf::IsAbsoluteIri(base)) {
      return absl::InvalidArgumentError(absl::StrCat(
          "\"", av(reference), "\" is no absolute IRI, and there is no base ",
          "that it could be relative to"));
    }
    rdf::BaseIri(base).Resolve(reference, iri);
  }
  if (rdf::IsAbsoluteIri(iri)) return iri;
  return absl::InvalidArgumentError(
      absl::StrCat("\"", av(reference), "\" is no IRI"));
}

}  // namespace skg
