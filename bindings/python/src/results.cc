#include "results.h"

#include "call.h"

namespace skg::python {
namespace {

// An answer of so few rows is looked at for its end at once: that saves a call.
constexpr size_t kFewRows = 256;

bool Wants(const Column& column, Texts wanted) {
  switch (wanted) {
    case Texts::kNone:
      return false;
    case Texts::kAll:
      return true;
    case Texts::kValues:  // a decimal's number is not all of it
      return column.kind == Column::Kind::kTerms ||
             column.kind == Column::Kind::kDecimals;
    case Texts::kPlain:
      return column.kind == Column::Kind::kTerms;
  }
  return true;
}

absl::Status AddTexts(Rows& rows, Texts wanted) {
  rows.texts.assign(rows.columns.columns(), {});
  const TextForm form =
      wanted == Texts::kPlain ? TextForm::kPlain : TextForm::kName;
  for (size_t i = 0; i < rows.columns.columns(); ++i) {
    if (!Wants(rows.columns.column(i), wanted)) continue;
    auto texts = rows.columns.Texts(i, form);
    if (!texts.ok()) return texts.status();
    rows.texts[i] = *texts;
  }
  return absl::OkStatus();
}

class QueryRows : public RowSource {
 public:
  explicit QueryRows(QueryResult result)
      : result_(std::move(result)),
        columns_(
            graph() ? std::vector<std::string>{"subject", "predicate", "object"}
                    : result_.variables()) {}

  absl::Status Next(Rows& rows) override {
    if (result_.form() == QueryResult::Form::kBoolean) {
      rows.last = true;
      return absl::OkStatus();
    }
    const auto more =
        graph() ? result_.Next(rows.terms) : result_.NextBatch(rows.columns);
    if (!more.ok()) return more.status();
    rows.last = !*more;
    if (*more) rows.size = graph() ? rows.terms.size() : rows.columns.rows();
    return absl::OkStatus();
  }
  absl::StatusOr<std::string> Write(ResultFormat format) override {
    std::string all;
    const absl::Status written =
        result_.Write(format, [&all](std::string_view bytes) {
          all += bytes;
          return absl::OkStatus();
        });
    if (!written.ok()) return written;
    return all;
  }
  absl::StatusOr<std::string> Explain(ExplainFormat format) override {
    return result_.Explain(format);
  }
  void Cancel() override { result_.Cancel(); }

  const char* form() const override {
    switch (result_.form()) {
      case QueryResult::Form::kBoolean:
        return "boolean";
      case QueryResult::Form::kGraph:
        return "graph";
      default:
        return "solutions";
    }
  }
  const std::vector<std::string>& columns() const override { return columns_; }
  bool boolean() const override { return result_.boolean(); }

 private:
  [[nodiscard]] bool graph() const {
    return result_.form() == QueryResult::Form::kGraph;
  }

  QueryResult result_;
  const std::vector<std::string> columns_;
};

}  // namespace

const std::vector<Statement>& RowSource::statements() const {
  static const auto& none = *new std::vector<Statement>;
  return none;
}

std::unique_ptr<RowSource> RowsOf(QueryResult result) {
  return std::make_unique<QueryRows>(std::move(result));
}

absl::StatusOr<std::unique_ptr<Rows>> Results::FetchAnyLocked() {
  if (first_) return std::move(first_);
  auto rows = std::move(ahead_);
  if (!rows) {
    rows = std::make_unique<Rows>();
    if (ended_) {
      rows->last = true;
      return rows;
    }
    if (absl::Status next = source_->Next(*rows); !next.ok()) return next;
  }
  if (!rows->last && rows->size < kFewRows) {
    auto ahead = std::make_unique<Rows>();
    if (absl::Status next = source_->Next(*ahead); !next.ok()) return next;
    rows->last = ahead->last;
    if (!ahead->last) ahead_ = std::move(ahead);
  }
  ended_ = rows->last;
  return rows;
}

absl::StatusOr<std::unique_ptr<Rows>> Results::FetchLocked(Texts wanted) {
  auto rows = FetchAnyLocked();
  if (!rows.ok() || (*rows)->size == 0 || !(*rows)->terms.empty()) {
    return rows;
  }
  if (absl::Status s = AddTexts(**rows, wanted); !s.ok()) return s;
  return rows;
}

absl::StatusOr<std::unique_ptr<Rows>> Results::Fetch(Texts wanted) {
  const std::lock_guard lock(mutex_);
  return FetchLocked(wanted);
}

absl::Status Results::FetchFirst(Texts wanted) {
  const std::lock_guard lock(mutex_);
  auto rows = FetchLocked(wanted);
  if (!rows.ok()) return rows.status();
  first_ = *std::move(rows);
  return absl::OkStatus();
}

std::unique_ptr<Rows> Results::TakeFirst() {
  const std::unique_lock lock(mutex_, std::try_to_lock);
  return lock.owns_lock() ? std::move(first_) : nullptr;
}

absl::StatusOr<std::string> Results::Write(ResultFormat format) {
  const std::lock_guard lock(mutex_);
  return source_->Write(format);
}

absl::StatusOr<std::string> Results::Explain(ExplainFormat format) {
  const std::lock_guard lock(mutex_);
  return source_->Explain(format);
}

ResultObject::Fetched ResultObject::Next() {
  Fetched fetched{handle_.Get(), nullptr};
  const Use<Results>& results = fetched.results;
  std::unique_ptr<Rows>& rows = fetched.rows;
  rows = results->TakeFirst();
  if (!rows) {
    if (ended_) return fetched;
    const auto cancel = [object = results.object()] { object->Cancel(); };
    results.running().OnClose(cancel);
    rows = Value(
        Run([results, wanted = texts()] { return results->Fetch(wanted); },
            {.cancel = cancel}));
  }
  ended_ = rows->last;
  if (rows->size == 0) rows.reset();
  return fetched;
}

}  // namespace skg::python
