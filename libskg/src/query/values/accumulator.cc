#include "query/values/accumulator.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "query/values/compare.h"
#include "query/values/functions.h"
#include "query/values/term_order.h"
#include "rdf/inline_value.h"
#include "rdf/lexical.h"

namespace skg::query {
namespace {

using rdf::TermId;
using rdf::TermTag;

absl::StatusOr<Value> DecodeOne(const TermSpace& terms, TermId id) {
  if (!id.bound()) return Value();
  if (id.is_inline()) return ValueOfInline(id);
  std::vector<rdf::Term> decoded;
  SKG_RETURN_IF_ERROR(terms.Decode({&id, 1}, &decoded));
  return ValueOf(std::move(decoded[0]), id);
}

absl::StatusOr<TermId> IdOf(TermSpace& terms, const Value& value) {
  if (value.error()) return TermId{};
  if (const auto id = InlineIdOf(value)) return *id;
  return terms.IdOf(TermOf(value));
}

class Count : public Accumulator {
 public:
  explicit Count(TermSpace& terms) : terms_(terms) {}

  absl::Status Add(TermId value, uint64_t times) override {
    if (value.bound()) count_ += times;
    return absl::OkStatus();
  }
  absl::StatusOr<TermId> Finish() override {
    return IdOf(terms_, Value::Integer(static_cast<Int128>(count_)));
  }
  size_t memory_bytes() const override { return sizeof(*this); }

 private:
  TermSpace& terms_;
  uint64_t count_ = 0;
};

// Integers apart, which are the most common and need no decoding; the rest in
// the type that promotion gives it.
class Sum : public Accumulator {
 public:
  explicit Sum(TermSpace& terms, bool average)
      : terms_(terms), average_(average) {}

  absl::Status Add(TermId id, uint64_t times) override {
    count_ += times;
    if (error_) return absl::OkStatus();
    if (id.tag() == TermTag::kInteger) {
      // 60 bits times 64 bits fit; only their sum can be too large.
      const Int128 product =
          static_cast<Int128>(rdf::IntegerOf(id)) * static_cast<Int128>(times);
      error_ = __builtin_add_overflow(integers_, product, &integers_);
      return absl::OkStatus();
    }
    SKG_ASSIGN_OR_RETURN(Value value, DecodeOne(terms_, id));
    if (times != 1) {
      value = Arithmetic(Expression::Kind::kMultiply, value,
                         Value::Integer(static_cast<Int128>(times)));
    }
    others_ = Arithmetic(Expression::Kind::kAdd, others_, value);
    error_ = others_.error();
    return absl::OkStatus();
  }

  absl::StatusOr<TermId> Finish() override {
    if (error_) return TermId{};
    Value result =
        Arithmetic(Expression::Kind::kAdd, others_, Value::Integer(integers_));
    if (average_ && count_ > 0) {
      result = Arithmetic(Expression::Kind::kDivide, result,
                          Value::Integer(static_cast<Int128>(count_)));
    }
    return IdOf(terms_, result);
  }
  size_t memory_bytes() const override { return sizeof(*this); }

 private:
  TermSpace& terms_;
  const bool average_;
  bool error_ = false;
  uint64_t count_ = 0;
  Int128 integers_ = 0;
  Value others_ = Value::Integer(0);
};

// By the order of ORDER BY (18.5.1.5), so that values of any kinds have one.
class Extreme : public Accumulator {
 public:
  Extreme(TermSpace& terms, bool least) : terms_(terms), least_(least) {}

  absl::Status Add(TermId id, uint64_t) override {
    if (!id.bound()) error_ = true;
    if (error_ || id == best_) return absl::OkStatus();
    if (!best_.bound()) {
      best_ = id;
      return absl::OkStatus();
    }
    if (const auto order = OrderIds(id, best_)) {
      if (Better(*order)) Keep(id, std::nullopt);
      return absl::OkStatus();
    }
    if (!value_) {
      SKG_ASSIGN_OR_RETURN(value_, DecodeOne(terms_, best_));
    }
    SKG_ASSIGN_OR_RETURN(Value value, DecodeOne(terms_, id));
    if (Better(OrderValues(value, *value_))) Keep(id, std::move(value));
    return absl::OkStatus();
  }
  absl::StatusOr<TermId> Finish() override { return error_ ? TermId{} : best_; }
  size_t memory_bytes() const override {
    return sizeof(*this) + (value_ ? HeldBytes(*value_) : 0);
  }

 private:
  [[nodiscard]] bool Better(std::strong_ordering order) const {
    return least_ ? order < 0 : order > 0;
  }
  void Keep(TermId id, std::optional<Value> value) {
    best_ = id;
    value_ = std::move(value);
  }

  TermSpace& terms_;
  const bool least_;
  bool error_ = false;
  TermId best_;
  std::optional<Value> value_;  // of best_, once it was needed
};

class Sample : public Accumulator {
 public:
  absl::Status Add(TermId value, uint64_t) override {
    if (!sample_.bound()) sample_ = value;
    return absl::OkStatus();
  }
  absl::StatusOr<TermId> Finish() override { return sample_; }
  size_t memory_bytes() const override { return sizeof(*this); }

 private:
  TermId sample_;
};

class GroupConcat : public Accumulator {
 public:
  GroupConcat(TermSpace& terms, std::string separator)
      : terms_(terms), separator_(std::move(separator)) {}

  absl::Status Add(TermId id, uint64_t times) override {
    if (error_ || times == 0) return absl::OkStatus();
    SKG_ASSIGN_OR_RETURN(const Value value, DecodeOne(terms_, id));
    if (value.error() || value.kind == Value::Kind::kBlankNode ||
        value.kind == Value::Kind::kTriple) {
      error_ = true;
      text_ = {};
      return absl::OkStatus();
    }
    const std::string text = TextOf(value);
    // No need to begin on what cannot end well.
    const size_t each = text.size() + separator_.size();
    if (each > 0 && times > 1 + rdf::kMaxTermBytes / each) return TooLong();
    if (text.empty() && separator_.empty()) times = 1;
    for (; times > 0; --times) {
      if (!first_) text_ += separator_;
      first_ = false;
      text_ += text;
      if (text_.size() > rdf::kMaxTermBytes) return TooLong();
    }
    return absl::OkStatus();
  }
  absl::StatusOr<TermId> Finish() override {
    if (error_) return TermId{};
    return IdOf(terms_, Value::String(text_));
  }
  size_t memory_bytes() const override {
    return sizeof(*this) + text_.capacity() + separator_.capacity();
  }

 private:
  static absl::Status TooLong() {
    return absl::ResourceExhaustedError(
        absl::StrCat("GROUP_CONCAT makes a string of more than ",
                     rdf::kMaxTermBytes, " bytes; group by more, or filter"));
  }

  TermSpace& terms_;
  const std::string separator_;
  bool error_ = false, first_ = true;
  std::string text_;
};

}  // namespace

std::unique_ptr<Accumulator> MakeAccumulator(const Aggregate& aggregate,
                                             TermSpace& terms) {
  switch (aggregate.aggregation) {
    case Aggregation::kCount:
      return std::make_unique<Count>(terms);
    case Aggregation::kSum:
      return std::make_unique<Sum>(terms, /*average=*/false);
    case Aggregation::kAvg:
      return std::make_unique<Sum>(terms, /*average=*/true);
    case Aggregation::kMin:
      return std::make_unique<Extreme>(terms, /*least=*/true);
    case Aggregation::kMax:
      return std::make_unique<Extreme>(terms, /*least=*/false);
    case Aggregation::kSample:
      return std::make_unique<Sample>();
    case Aggregation::kGroupConcat:
      return std::make_unique<GroupConcat>(terms, aggregate.separator);
  }
  return nullptr;
}

}  // namespace skg::query
