#include "results.h"

#include "call.h"

namespace skg::python {
namespace {

// An answer of so few rows is looked at for its end at once: that saves a call.
constexpr size_t kFewRows = 256;

bool IsText(const Column& column, bool values) {
  return !values || column.kind == Column::Kind::kTerms ||
         column.kind == Column::Kind::kDecimals;
}

}  // namespace

absl::Status Results::AddTexts(Rows& rows, TextForm form) const {
  const bool values = values_ || form == TextForm::kPlain;
  rows.texts.assign(rows.columns.columns(), {});
  for (size_t i = 0; i < rows.columns.columns(); ++i) {
    if (!IsText(rows.columns.column(i), values)) continue;
    if (form == TextForm::kPlain &&
        rows.columns.column(i).kind == Column::Kind::kDecimals) {
      continue;  // their numbers do
    }
    auto texts = rows.columns.Texts(i, form);
    if (!texts.ok()) return texts.status();
    rows.texts[i] = *texts;
  }
  return absl::OkStatus();
}

absl::Status Results::Next(Rows& rows) {
  if (result_.form() == QueryResult::Form::kBoolean) {
    rows.last = true;
    return absl::OkStatus();
  }
  const bool graph = result_.form() == QueryResult::Form::kGraph;
  const auto more =
      graph ? result_.Next(rows.triples) : result_.NextBatch(rows.columns);
  if (!more.ok()) return more.status();
  rows.last = !*more;
  if (*more) rows.size = graph ? rows.triples.size() : rows.columns.rows();
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<Rows>> Results::FetchLocked() {
  auto rows = std::move(ahead_);
  if (!rows) {
    rows = std::make_unique<Rows>();
    if (ended_) {
      rows->last = true;
      return rows;
    }
    if (absl::Status next = Next(*rows); !next.ok()) return next;
  }
  if (!rows->last && rows->size < kFewRows) {
    auto ahead = std::make_unique<Rows>();
    if (absl::Status next = Next(*ahead); !next.ok()) return next;
    rows->last = ahead->last;
    if (!ahead->last) ahead_ = std::move(ahead);
  }
  ended_ = rows->last;
  return rows;
}

absl::StatusOr<std::unique_ptr<Rows>> Results::Fetch() {
  const std::lock_guard lock(mutex_);
  auto rows = FetchLocked();
  if (!rows.ok() || (*rows)->size == 0 || !(*rows)->triples.empty()) {
    return rows;
  }
  if (absl::Status s = AddTexts(**rows, TextForm::kName); !s.ok()) return s;
  return rows;
}

absl::StatusOr<std::unique_ptr<Rows>> Results::FetchPlain() {
  const std::lock_guard lock(mutex_);
  auto rows = FetchLocked();
  if (!rows.ok() || (*rows)->size == 0) return rows;
  if (absl::Status s = AddTexts(**rows, TextForm::kPlain); !s.ok()) return s;
  return rows;
}

absl::StatusOr<std::string> Results::Write(ResultFormat format) {
  const std::lock_guard lock(mutex_);
  std::string all;
  const absl::Status written =
      result_.Write(format, [&all](std::string_view bytes) {
        all += bytes;
        return absl::OkStatus();
      });
  if (!written.ok()) return written;
  return all;
}

std::string Results::Explain(ExplainFormat format) {
  const std::lock_guard lock(mutex_);
  return result_.Explain(format);
}

ResultObject::Fetched ResultObject::Next(Fetch fetch) {
  Fetched fetched{handle_.Get(), nullptr};
  auto& [results, rows] = fetched;
  rows = results->TakeFirst();
  if (!rows) {
    if (ended_) return fetched;
    const auto cancel = [object = results.object()] { object->Cancel(); };
    results.running().OnClose(cancel);
    rows =
        Value(Run([results = results, fetch] { return ((*results).*fetch)(); },
                  {.cancel = cancel}));
  }
  ended_ = rows->last;
  if (rows->size == 0) rows.reset();
  return fetched;
}

}  // namespace skg::python
