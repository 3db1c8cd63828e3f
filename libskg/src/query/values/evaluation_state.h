// EvaluationState: what the parts of one evaluator share while it works.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "absl/status/status.h"
#include "query/exec/batch.h"
#include "query/values/evaluator.h"
#include "query/values/regex.h"
#include "query/values/value.h"

namespace skg::query {

// Some rows of a batch, ascending.
struct Rows {
  const Batch& batch;
  std::span<const uint32_t> places;
  [[nodiscard]] size_t size() const { return places.size(); }
};

// Not thread-safe.
class EvaluationState {
 public:
  explicit EvaluationState(EvaluationContext& context);
  ~EvaluationState();
  EvaluationState(const EvaluationState&) = delete;
  EvaluationState& operator=(const EvaluationState&) = delete;

  [[nodiscard]] EvaluationContext& context() { return context_; }
  [[nodiscard]] TermSpace& terms() { return *context_.terms; }

  // At the end of each batch: counts its rows, and gives back what the next one
  // will not need.
  void EndBatch(size_t rows);
  // The number of a row of this batch among all that came before.
  [[nodiscard]] uint64_t Ordinal(uint32_t row) const { return first_ + row; }
  // Evaluators of one scope see the same solutions at the same ordinals.
  [[nodiscard]] uint64_t solution_scope() const { return scope_; }

  // Bytes that values of this batch hold, before or just after they are
  // allocated. Errors: kResourceExhausted.
  [[nodiscard]] absl::Status Charge(size_t bytes);
  // Work on so many bytes: asks for cancellation now and then.
  [[nodiscard]] absl::Status Work(size_t bytes);

  // values[i] is the value of ids[i]; unbound ids are errors.
  [[nodiscard]] absl::Status Decode(std::span<const rdf::TermId> ids,
                                    std::vector<Value>* values);
  [[nodiscard]] absl::StatusOr<rdf::TermId> IdOf(const Value& value);

  // Uniform 64 bits, a stream of this evaluator's own.
  [[nodiscard]] uint64_t Random();

  [[nodiscard]] RegexCache& regexes() { return regexes_; }

 private:
  [[nodiscard]] absl::Status DecodeStored(std::span<const rdf::TermId> ids,
                                          std::span<const uint32_t> places,
                                          std::vector<Value>* values);

  EvaluationContext& context_;
  RegexCache regexes_;
  uint64_t random_;
  uint64_t scope_;
  uint64_t first_ = 0;
  size_t charged_ = 0, reserved_ = 0;
  size_t work_ = 0;
};

}  // namespace skg::query
