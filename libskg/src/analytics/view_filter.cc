#include "analytics/view_filter.h"

#include <algorithm>

namespace skg::analytics {

bool ViewFilter::TakesPredicate(rdf::TermId predicate) const {
  const auto in = [predicate](const std::vector<rdf::TermId>& list) {
    return std::binary_search(list.begin(), list.end(), predicate);
  };
  return (!only_predicates || in(predicates)) && !in(without_predicates);
}

}  // namespace skg::analytics
