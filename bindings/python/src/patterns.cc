#include "patterns.h"

#include <algorithm>
#include <atomic>
#include <charconv>

namespace skg::python {
namespace {

using Kind = Column::Kind;

// Numbers are literals among terms.
std::string NumberTerm(double number) {
  char text[32];
  const auto end = std::to_chars(text, text + sizeof text, number).ptr;
  return "\"" + std::string(text, end) +
         "\"^^<http://www.w3.org/2001/XMLSchema#double>";
}

std::string NumberTerm(uint32_t number) {
  return "\"" + std::to_string(number) +
         "\"^^<http://www.w3.org/2001/XMLSchema#integer>";
}

class PatternRows : public RowSource {
 public:
  PatternRows(PatternResult result,
              std::function<absl::StatusOr<PatternResult>()> plan)
      : result_(std::move(result)), plan_(std::move(plan)) {
    if (result_.form == PatternResult::Form::kTraversal) {
      columns_ = {"source", "target", "predicate", "depth", "weight"};
      kinds_ = {Kind::kTerms, Kind::kTerms, Kind::kTerms, Kind::kIntegers,
                Kind::kDoubles};
      size_ = result_.edges.size();
    } else if (result_.variables.empty()) {
      columns_ = {"subject", "predicate", "object", "weight"};
      kinds_ = {Kind::kTerms, Kind::kTerms, Kind::kTerms, Kind::kDoubles};
      size_ = result_.statements.size();
    } else {
      columns_ = result_.variables;
      size_ = result_.bindings.size();
    }
  }

  absl::Status Next(Rows& rows) override {
    constexpr size_t kMost = 2048;
    if (cancelled_) return absl::CancelledError("the query was cancelled");
    rows.size = std::min(kMost, size_ - at_);
    rows.last = rows.size == 0;
    rows.kinds = kinds_;
    rows.terms.reserve(rows.size);
    for (size_t i = 0; i < rows.size; ++i) rows.terms.push_back(Row(at_++));
    return absl::OkStatus();
  }
  absl::StatusOr<std::string> Write(ResultFormat format) override {
    if (format != ResultFormat::kJson) {
      return absl::InvalidArgumentError(
          "the answer to a JSON document is written as \"json\"");
    }
    return PatternResultJson(result_);
  }
  absl::StatusOr<std::string> Explain(ExplainFormat format) override {
    if (result_.plan.empty()) {
      const auto planned = plan_();
      if (!planned.ok()) return planned.status();
      result_.plan = planned->plan;
      result_.plan_json = planned->plan_json;
    }
    return format == ExplainFormat::kJson ? result_.plan_json : result_.plan;
  }
  void Cancel() override { cancelled_ = true; }

  const char* form() const override {
    if (result_.form == PatternResult::Form::kTraversal) return "paths";
    return result_.variables.empty() ? "statements" : "solutions";
  }
  const std::vector<std::string>& columns() const override { return columns_; }
  const std::vector<Statement>& statements() const override {
    return result_.statements;
  }

 private:
  [[nodiscard]] std::vector<std::string> Row(size_t i) const {
    if (result_.form == PatternResult::Form::kTraversal) {
      const TraversalEdge& e = result_.edges[i];
      return {e.source, e.target, e.predicate, NumberTerm(e.depth),
              NumberTerm(double{e.weight})};
    }
    if (!result_.variables.empty()) return result_.bindings[i];
    const Statement& s = result_.statements[i];
    return {s.subject, s.predicate, s.object, NumberTerm(double{s.weight})};
  }

  PatternResult result_;  // but for its plan it never changes
  const std::function<absl::StatusOr<PatternResult>()> plan_;
  std::vector<std::string> columns_;
  std::vector<Kind> kinds_;
  size_t size_ = 0;
  size_t at_ = 0;
  std::atomic<bool> cancelled_{false};
};

}  // namespace

std::unique_ptr<RowSource> RowsOf(
    PatternResult result, std::function<absl::StatusOr<PatternResult>()> plan) {
  return std::make_unique<PatternRows>(std::move(result), std::move(plan));
}

}  // namespace skg::python
