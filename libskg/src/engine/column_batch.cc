#include "engine/column_batch.h"

#include <algorithm>
#include <span>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "query/values/decimal.h"
#include "query/values/value.h"
#include "rdf/inline_value.h"

namespace skg {
namespace engine {
namespace {

using Kind = Column::Kind;
using rdf::TermId;
using rdf::TermTag;
using Number = ColumnNumber;

// Between two looks at how much has come.
constexpr size_t kDecodedAtOnce = 256;

// What the tag alone tells of a value; unset: its literal must be looked at.
std::optional<Kind> KindOf(TermId id) {
  switch (id.tag()) {
    case TermTag::kInteger:
      return Kind::kIntegers;
    case TermTag::kDecimal:
      return Kind::kDecimals;
    case TermTag::kDouble:
      return Kind::kDoubles;
    case TermTag::kSmall:
      return rdf::BooleanOf(id) ? Kind::kBooleans : Kind::kTerms;
    case TermTag::kOtherNumeric:
    case TermTag::kArena:
      return std::nullopt;
    default:
      return Kind::kTerms;
  }
}

// The nearest.
double DecimalOf(TermId id) {
  constexpr double kScale = 1e8;
  static_assert(rdf::kInlineDecimalDigits == 8);
  const int64_t scaled = rdf::ScaledDecimalOf(id);
  // Both operands are exact then, so there is one rounding.
  constexpr int64_t kExact = int64_t{1} << 53;
  if (scaled < kExact && scaled > -kExact)
    return static_cast<double>(scaled) / kScale;
  return query::ToDouble({scaled, rdf::kInlineDecimalDigits});
}

// Unset: no number that a column holds.
std::optional<Number> NumberOf(const query::Value& value) {
  switch (value.kind) {
    case query::Value::Kind::kInteger: {
      const auto integer = static_cast<int64_t>(value.decimal.units);
      if (integer != value.decimal.units) return std::nullopt;
      return Number{Kind::kIntegers, integer, 0};
    }
    case query::Value::Kind::kDecimal:
      return Number{Kind::kDecimals, 0, query::ToDouble(value.decimal)};
    case query::Value::Kind::kFloat:
      return Number{Kind::kDoubles, 0, value.single};
    case query::Value::Kind::kDouble:
      return Number{Kind::kDoubles, 0, value.number};
    case query::Value::Kind::kBoolean:
      return Number{Kind::kBooleans, value.boolean ? 1 : 0, 0};
    default:
      return std::nullopt;
  }
}

void AppendPlain(const rdf::Term& term, std::string& out) {
  switch (term.kind) {
    case rdf::TermKind::kIri:
    case rdf::TermKind::kLiteral:
      out += term.value;
      return;
    case rdf::TermKind::kBlankNode:
    case rdf::TermKind::kTripleTerm:
      rdf::AppendNTriples(term, out);
  }
}

}  // namespace

void ColumnBatchImpl::Clear() {
  rows_ = used_ = 0;
  for (Data& data : data_) data.form.reset();
}

absl::Status ColumnBatchImpl::Fill(const query::Batch& batch,
                                   query::TermSpace& terms,
                                   const rdf::NameSpace& names,
                                   size_t most_text_bytes) {
  Clear();
  terms_ = &terms;
  names_ = &names;
  most_text_bytes_ = most_text_bytes;
  if (data_.size() < batch.columns.size()) data_.resize(batch.columns.size());
  for (size_t c = 0; c < batch.columns.size(); ++c) {
    Data& data = data_[c];
    data.view = {};
    data.ids.clear();
    for (const TermId id : batch.columns[c]) {
      data.ids.push_back(id.bits);
      data.view.unbound += id.bound() ? 0 : 1;
    }
    data.validity.clear();
    if (data.view.unbound > 0) {
      data.validity.resize((batch.rows + 7) / 8);
      for (size_t row = 0; row < batch.rows; ++row) {
        const auto bit = static_cast<uint8_t>(data.ids[row] != 0 ? 1 : 0);
        data.validity[row / 8] |= static_cast<uint8_t>(bit << (row % 8));
      }
    }
    SKG_RETURN_IF_ERROR(FillNumbers(data));
    data.view.ids = data.ids;
    data.view.validity = data.validity;
  }
  rows_ = batch.rows;
  used_ = batch.columns.size();
  return absl::OkStatus();
}

// The kind of all its values that are bound; what has no inline form comes to
// literals_.
absl::StatusOr<Kind> ColumnBatchImpl::FindKind(const Data& data) {
  std::optional<Kind> kind;
  std::vector<TermId> unknown;
  literals_.clear();
  const auto meet = [&kind](Kind one) {
    if (!kind) kind = one;
    return *kind == one && one != Kind::kTerms;
  };
  for (const uint64_t bits : data.ids) {
    if (bits == 0) continue;
    const std::optional<Kind> one = KindOf(TermId{bits});
    if (one && !meet(*one)) return Kind::kTerms;
    if (!one && literals_.try_emplace(bits).second)
      unknown.push_back(TermId{bits});
  }
  std::vector<rdf::Term> terms;
  for (std::span<const TermId> left = unknown; !left.empty();) {
    const auto some = left.first(std::min(left.size(), kDecodedAtOnce));
    left = left.subspan(some.size());
    SKG_RETURN_IF_ERROR(terms_->Decode(some, &terms));
    for (size_t i = 0; i < some.size(); ++i) {
      const query::Value value = query::ValueOf(std::move(terms[i]));
      const std::optional<Number> number = NumberOf(value);
      if (!number || !meet(number->kind)) return Kind::kTerms;
      literals_[some[i].bits] = *number;
    }
  }
  return kind.value_or(Kind::kTerms);
}

absl::Status ColumnBatchImpl::FillNumbers(Data& data) {
  SKG_ASSIGN_OR_RETURN(data.view.kind, FindKind(data));
  const auto fill = [&](auto& array, auto of_inline, auto of_literal) {
    array.assign(data.ids.size(), 0);
    for (size_t row = 0; row < data.ids.size(); ++row) {
      const TermId id{data.ids[row]};
      if (!id.bound()) continue;
      array[row] =
          id.is_inline() ? of_inline(id) : of_literal(literals_[id.bits]);
    }
  };
  const auto real = [](const Number& number) { return number.real; };
  switch (data.view.kind) {
    case Kind::kTerms:
      break;
    case Kind::kIntegers:
      fill(data.integers, rdf::IntegerOf,
           [](const Number& number) { return number.integer; });
      data.view.integers = data.integers;
      break;
    case Kind::kDecimals:
      fill(data.doubles, DecimalOf, real);
      data.view.doubles = data.doubles;
      break;
    case Kind::kDoubles:
      fill(data.doubles, rdf::DoubleOf, real);
      data.view.doubles = data.doubles;
      break;
    case Kind::kBooleans:
      fill(
          data.booleans,
          [](TermId id) -> uint8_t { return *rdf::BooleanOf(id) ? 1 : 0; },
          [](const Number& number) -> uint8_t {
            return number.integer != 0 ? 1 : 0;
          });
      data.view.booleans = data.booleans;
      break;
  }
  return absl::OkStatus();
}

absl::StatusOr<TextColumn> ColumnBatchImpl::Texts(size_t i, TextForm form) {
  if (i >= used_) {
    return absl::InvalidArgumentError(
        absl::StrCat("the batch has ", used_, " columns; there is no column ",
                     i, " (they count from 0)"));
  }
  Data& data = data_[i];
  if (data.form != form) {
    data.form.reset();
    SKG_RETURN_IF_ERROR(FillTexts(data, form));
    data.form = form;
  }
  return TextColumn{data.indices, data.offsets, data.bytes};
}

absl::Status ColumnBatchImpl::FillTexts(Data& data, TextForm form) {
  places_.clear();
  std::vector<TermId> different;
  data.indices.clear();
  for (const uint64_t bits : data.ids) {
    if (bits == 0) {
      data.indices.push_back(-1);
      continue;
    }
    const auto [place, is_new] =
        places_.try_emplace(bits, static_cast<int32_t>(different.size()));
    if (is_new) different.push_back(TermId{bits});
    data.indices.push_back(place->second);
  }
  data.bytes.clear();
  data.offsets.assign(1, 0);
  std::vector<rdf::Term> terms;
  for (std::span<const TermId> left = different; !left.empty();) {
    const auto some = left.first(std::min(left.size(), kDecodedAtOnce));
    left = left.subspan(some.size());
    SKG_RETURN_IF_ERROR(terms_->Decode(some, &terms));
    for (const rdf::Term& term : terms) {
      if (form == TextForm::kName) {
        data.bytes += names_->ToName(term);
      } else {
        AppendPlain(term, data.bytes);
      }
      data.offsets.push_back(static_cast<int64_t>(data.bytes.size()));
      if (data.bytes.size() > most_text_bytes_) {
        return absl::ResourceExhaustedError(absl::StrCat(
            "the texts of one column of a batch are more than the ",
            most_text_bytes_, " bytes that the query may hold"));
      }
    }
  }
  return absl::OkStatus();
}

}  // namespace engine

ColumnBatch::ColumnBatch()
    : impl_(std::make_unique<engine::ColumnBatchImpl>()) {}
ColumnBatch::ColumnBatch(ColumnBatch&&) noexcept = default;
ColumnBatch& ColumnBatch::operator=(ColumnBatch&&) noexcept = default;
ColumnBatch::~ColumnBatch() = default;

size_t ColumnBatch::rows() const { return impl_->rows(); }
size_t ColumnBatch::columns() const { return impl_->columns(); }
const Column& ColumnBatch::column(size_t i) const { return impl_->column(i); }
absl::StatusOr<TextColumn> ColumnBatch::Texts(size_t i, TextForm form) {
  return impl_->Texts(i, form);
}

}  // namespace skg
