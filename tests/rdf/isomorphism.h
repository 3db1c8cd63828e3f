// Whether two datasets are the same but for the labels of blank nodes.
#pragma once

#include <vector>

#include "rdf/term.h"

namespace skg::test {

// As sets of quads (RDF 1.2, blank nodes inside triple terms included).
[[nodiscard]] bool AreIsomorphic(const std::vector<rdf::Quad>& a,
                                 const std::vector<rdf::Quad>& b);

}  // namespace skg::test
