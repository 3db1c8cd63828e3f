// Texts of nodes, by a template.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "rdf/name.h"
#include "rdf/term_id.h"
#include "skg/vector_index.h"
#include "storage/read_view.h"

namespace skg::engine {

// Over one view, which outlives it. Not thread-safe.
class NodeTexts {
 public:
  static constexpr size_t kMostBytes = size_t{64} << 10;

  // Errors: kInvalidArgument (a name in the template), kDataLoss.
  [[nodiscard]] static absl::StatusOr<NodeTexts> Make(
      const storage::ReadView& view, const rdf::NameSpace& names,
      const AutoEmbedding& embedding);

  // Whether the template is for it: it has one of the types, or is a subject.
  [[nodiscard]] absl::StatusOr<bool> IsMeant(rdf::TermId node) const;
  // Whether the template looks at statements with this predicate, but for what
  // IsMeant asks.
  [[nodiscard]] bool Reads(rdf::TermId predicate) const;
  // Empty: it has none.
  [[nodiscard]] absl::StatusOr<std::string> TextOf(rdf::TermId node) const;

 private:
  NodeTexts(const storage::ReadView& view, const rdf::NameSpace& names,
            const NodeTextTemplate& text)
      : view_(view), names_(names), text_(text) {}

  [[nodiscard]] absl::StatusOr<std::vector<rdf::TermId>> Lookup(
      const std::vector<std::string>& names) const;
  [[nodiscard]] absl::StatusOr<std::vector<rdf::TermId>> ObjectsOf(
      rdf::TermId node, rdf::TermId predicate, size_t most) const;
  [[nodiscard]] absl::Status AddObjects(rdf::TermId node, rdf::TermId predicate,
                                        bool named, std::string& text) const;
  [[nodiscard]] absl::Status AddStatements(rdf::TermId node,
                                           std::string& text) const;
  [[nodiscard]] std::string Say(const rdf::Term& term) const;

  const storage::ReadView& view_;
  const rdf::NameSpace& names_;
  const NodeTextTemplate text_;
  rdf::TermId type_;  // rdf:type
  bool any_type_ = true;
  std::vector<rdf::TermId> types_, labels_, properties_;  // known ones
};

}  // namespace skg::engine
