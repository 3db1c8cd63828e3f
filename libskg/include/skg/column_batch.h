// ColumnBatch: rows of an answer column by column, numbers as numbers.
//
// The arrays are laid out as those of the Apache Arrow columnar format
// (validity bitmaps with the lowest bit first, offsets of texts, indices into a
// dictionary of texts), but for booleans, of which each is a byte.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "absl/status/statusor.h"
#include "skg/export.h"

namespace skg {

namespace engine {
class ColumnBatchImpl;
}

struct Column {
  enum class Kind : uint8_t {
    kTerms,     // IRIs, strings, whatever: see ColumnBatch::Texts
    kIntegers,  // `integers`: xsd:integer and what is derived from it
    kDecimals,  // `doubles`, next to the values: xsd:decimal
    kDoubles,   // `doubles`: xsd:double and xsd:float
    kBooleans,  // `booleans`, 0 or 1: xsd:boolean
  };
  // Of this batch: all values that are bound are of that kind. A value that is
  // beyond int64_t, or no lexical form of its datatype, makes it kTerms.
  Kind kind = Kind::kTerms;
  size_t unbound = 0;  // how many values are

  // One for each row: equal for equal terms and only for these, 0 where it is
  // unbound. Means nothing beyond one QueryResult.
  std::span<const uint64_t> ids;
  // Bit `row % 8` of byte `row / 8` is set where a value is bound; empty where
  // all of them are.
  std::span<const uint8_t> validity;
  // One for each row of the array that `kind` says, 0 where it is unbound.
  std::span<const int64_t> integers;
  std::span<const double> doubles;
  std::span<const uint8_t> booleans;
};

// The texts of a column, each different one once.
struct TextColumn {
  std::span<const int32_t> indices;  // one for each row; -1: unbound
  // Text i is bytes [offsets[i], offsets[i + 1]); one more than there are.
  std::span<const int64_t> offsets;
  std::string_view bytes;

  // Empty where it is unbound.
  [[nodiscard]] std::string_view operator[](size_t row) const {
    const int32_t i = indices[row];
    if (i < 0) return {};
    const auto at = static_cast<size_t>(i);
    const auto begin = static_cast<size_t>(offsets[at]);
    return bytes.substr(begin, static_cast<size_t>(offsets[at + 1]) - begin);
  }
};

enum class TextForm : uint8_t {
  kName,   // as QueryResult::Next has it
  kPlain,  // an IRI, a literal's lexical form, `_:label`, alone, as in CSV; of
           // a triple term its N-Triples
};

// Filled by QueryResult::NextBatch; use one again and again.
// Thread safety: one thread at a time, which is that of the QueryResult.
// Lifetime: what it lends is valid until it is filled anew or ends; its texts
// must be asked for before the QueryResult ends.
class SKG_EXPORT ColumnBatch {
 public:
  ColumnBatch();
  ColumnBatch(ColumnBatch&&) noexcept;
  ColumnBatch& operator=(ColumnBatch&&) noexcept;
  ~ColumnBatch();

  [[nodiscard]] size_t rows() const;  // at most 2048
  [[nodiscard]] size_t columns() const;
  // Column i is QueryResult::variables()[i].
  [[nodiscard]] const Column& column(size_t i) const;

  // The texts of column i, whatever its kind. Decoded here, once for a form:
  // who needs no text pays for none. Cost: a look-up in the dictionary for each
  // different term. Errors: kDataLoss, kResourceExhausted (more text than
  // QueryOptions::memory_bytes).
  [[nodiscard]] absl::StatusOr<TextColumn> Texts(
      size_t i, TextForm form = TextForm::kName);

 private:
  friend class engine::ColumnBatchImpl;
  std::unique_ptr<engine::ColumnBatchImpl> impl_;
};

}  // namespace skg
