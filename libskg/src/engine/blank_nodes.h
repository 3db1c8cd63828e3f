// Labels of blank nodes: those that last, and those of one document.
//
// A stable label is `skg`, sixteen lower-case hexadecimal digits, `x`, and a
// number from 1 without leading zeros (at most 18 digits), such as
// `skg00c0ffee00c0ffeex17`. It is what the graph stores and what every answer
// shows; it denotes the same node wherever it is given. The sixteen digits are
// drawn at random once for each document, so that two documents never clash
// (for a request with an idempotency key they are a hash of key and request).
// Every other label is local to the document, request or transaction that
// uses it, and is given a fresh stable label there.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/container/flat_hash_map.h"
#include "base/strings.h"
#include "rdf/term.h"

namespace skg::engine {

[[nodiscard]] bool IsStableLabel(std::string_view label);

// The blank nodes of a document that is too large to remember them: digits and
// number of a stable label are 123 bits of a hash of the local label under a
// key drawn for the document, so that equal labels meet without a memory of
// them. Thread-safe. Memory: none.
class HashedBlankNodes {
 public:
  HashedBlankNodes();
  // As BlankNodeScope::Resolve, in place.
  void Resolve(rdf::Term& term) const;

 private:
  uint64_t key_ = 0;
};

// New stable labels, all with the same digits. Not thread-safe.
class BlankNodeSeries {
 public:
  BlankNodeSeries();
  [[nodiscard]] std::string Next();

 private:
  std::string prefix_;
  uint64_t last_ = 0;
};

// The blank nodes of one document, request or transaction.
// Not thread-safe. Memory: proportional to its distinct local labels.
class BlankNodeScope {
 public:
  BlankNodeScope() = default;  // random digits
  explicit BlankNodeScope(uint64_t digits);

  // The term with every local label in it (also inside triple terms) replaced
  // by the stable label that it has in this scope.
  [[nodiscard]] rdf::Term Resolve(rdf::Term term);

 private:
  std::string StableLabel(const std::string& local);

  std::string prefix_;  // drawn on first use
  absl::flat_hash_map<std::string, uint64_t, StringHash, StringEqual> numbers_;
};

}  // namespace skg::engine
