#include "engine/analysis_tables.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "analytics/graph_view_impl.h"
#include "base/status.h"
#include "base/strings.h"
#include "engine/graph_view_maker.h"
#include "query/exec/context.h"
#include "rdf/inline_value.h"
#include "skg/analyze.h"
#include "skg/field_error.h"

namespace skg::engine {

struct ComputedTable {
  std::string name;
  std::vector<query::TableArgument> arguments;
  GraphView view;
  AnalysisTable table;
};

namespace {

using query::TableArgument;

// Arguments of a call as options of the view and parameters of the analysis.
class CallArguments {
 public:
  CallArguments(const rdf::NameSpace& names,
                std::span<const TableArgument> arguments)
      : names_(names) {
    for (const TableArgument& argument : arguments) Take(argument);
  }

  [[nodiscard]] absl::Status status() const {
    return errors_.empty() ? absl::OkStatus() : FieldErrorStatus(errors_);
  }
  GraphViewOptions view;
  AnalysisParameters parameters;

 private:
  // Names as every door has them, the text of literals.
  [[nodiscard]] std::string TextOf(const rdf::Term& term) const {
    return term.kind == rdf::TermKind::kLiteral ? term.value
                                                : names_.ToName(term);
  }

  void Take(const TableArgument& argument) {
    std::string text = TextOf(argument.value);
    const absl::StatusOr<bool> of_view =
        SetViewOption(argument.name, text, view);
    if (!of_view.ok()) {
      for (FieldError& error : FieldErrors(of_view.status()))
        errors_.push_back(std::move(error));
    } else if (!*of_view) {
      parameters[argument.name] = std::move(text);
    }
  }

  const rdf::NameSpace& names_;
  std::vector<FieldError> errors_;
};

class ComputedRows final : public query::TableRows {
 public:
  ComputedRows(std::shared_ptr<const ComputedTable> table,
               std::vector<const AnalysisColumn*> columns,
               query::exec::Context& context)
      : table_(std::move(table)),
        columns_(std::move(columns)),
        context_(context),
        charge_(context, "table") {}

  absl::Status Charge() {
    const AnalysisTable& table = table_->table;
    return charge_.Add(table.rows * table.columns.size() * sizeof(double));
  }

  absl::StatusOr<bool> Next(query::Batch& batch) override {
    SKG_RETURN_IF_ERROR(context_.Check());
    const size_t end =
        std::min(table_->table.rows, next_ + query::Batch::kMostRows);
    for (size_t c = 0; c < columns_.size(); ++c) {
      for (size_t row = next_; row < end; ++row) {
        SKG_ASSIGN_OR_RETURN(const rdf::TermId id, Value(*columns_[c], row));
        batch.columns[c].push_back(id);
      }
    }
    batch.rows = end - next_;
    next_ = end;
    return batch.rows > 0;
  }
  [[nodiscard]] size_t used_bytes() const override { return charge_.used(); }

 private:
  absl::StatusOr<rdf::TermId> Value(const AnalysisColumn& column, size_t row) {
    if (const auto* nodes = std::get_if<std::vector<Vertex>>(&column.values)) {
      return analytics::GraphViewImpl::Of(table_->view)
          .origin()
          .terms[(*nodes)[row]];
    }
    if (const auto* whole =
            std::get_if<std::vector<uint64_t>>(&column.values)) {
      const auto id = rdf::InlineInteger(static_cast<int64_t>((*whole)[row]));
      if (id) return *id;
      return context_.terms.IdOf(rdf::Term::Literal(
          absl::StrCat((*whole)[row]), std::string(rdf::iri::kXsdInteger)));
    }
    const double value = std::get<std::vector<double>>(column.values)[row];
    if (const auto id = rdf::InlineDouble(value)) return *id;
    std::string text;
    rdf::AppendCanonical(value, text);
    return context_.terms.IdOf(
        rdf::Term::Literal(std::move(text), std::string(rdf::iri::kXsdDouble)));
  }

  const std::shared_ptr<const ComputedTable> table_;
  const std::vector<const AnalysisColumn*> columns_;
  query::exec::Context& context_;
  query::exec::MemoryCharge charge_;
  size_t next_ = 0;
};

// A GraphView knows statements, not when they hold.
absl::Status CheckTime(std::string_view name,
                       const query::QueryOptions& options) {
  if (!options.valid_at) return absl::OkStatus();
  return FieldErrorStatus(
      {{{"valid_at"},
        absl::StrCat("SERVICE skg:", av(name),
                     " reads statements whatever time they hold at; ask "
                     "without valid_at, or have those that hold then in a "
                     "named graph and choose it by skg:named_graph"),
        "not_allowed"}});
}

// The columns that were asked for, by name.
absl::StatusOr<std::vector<const AnalysisColumn*>> ColumnsOf(
    const AnalysisTable& table, std::span<const std::string_view> wanted) {
  std::vector<const AnalysisColumn*> columns;
  for (const std::string_view name : wanted) {
    const auto at = std::find_if(
        table.columns.begin(), table.columns.end(),
        [&](const AnalysisColumn& column) { return column.name == name; });
    if (at != table.columns.end()) {
      columns.push_back(&*at);
      continue;
    }
    std::string names;
    for (const AnalysisColumn& column : table.columns) {
      if (column.name != "entity")
        absl::StrAppend(&names, names.empty() ? "" : ", ", column.name);
    }
    return absl::InvalidArgumentError(
        absl::StrCat("SERVICE skg:", table.algorithm, " has no column ",
                     av(name), "; it has ", names.empty() ? "none" : names));
  }
  return columns;
}

}  // namespace

AnalysisTables::~AnalysisTables() = default;

absl::StatusOr<std::shared_ptr<const ComputedTable>> AnalysisTables::Compute(
    std::string_view name, std::span<const TableArgument> arguments,
    const query::QueryOptions& options) {
  const std::lock_guard lock(mutex_);
  for (const auto& one : computed_) {
    if (one->name == name && std::ranges::equal(one->arguments, arguments))
      return one;
  }
  SKG_RETURN_IF_ERROR(CheckTime(name, options));
  CallArguments call(view_.names(), arguments);
  SKG_RETURN_IF_ERROR(call.status());
  call.view.min_weight = std::max(call.view.min_weight, options.min_weight);
  const Cancellation* const cancellation = options.cancellation;
  const auto go_on = [cancellation](double /*done*/) {
    return cancellation == nullptr || cancellation->Check().ok();
  };
  call.view.progress = go_on;
  // The callback knows that it ends, the cancellation why.
  const auto reason = [cancellation](absl::Status status) {
    if (absl::IsCancelled(status) && cancellation != nullptr &&
        !cancellation->Check().ok()) {
      return cancellation->Check();
    }
    return status;
  };
  absl::StatusOr<GraphView> view = MakeGraphView(view_, call.view);
  if (!view.ok()) return reason(view.status());
  absl::StatusOr<AnalysisTable> table = Analyze(
      *view, name, call.parameters, {.threads = threads_, .progress = go_on});
  if (!table.ok()) return reason(table.status());
  auto made = std::make_shared<const ComputedTable>(
      ComputedTable{std::string(name),
                    {arguments.begin(), arguments.end()},
                    *std::move(view),
                    *std::move(table)});
  computed_.push_back(made);
  return made;
}

absl::StatusOr<std::unique_ptr<query::TableRows>> AnalysisTables::Open(
    std::string_view name, std::span<const TableArgument> arguments,
    std::span<const std::string_view> columns, query::exec::Context& context) {
  SKG_ASSIGN_OR_RETURN(std::shared_ptr<const ComputedTable> table,
                       Compute(name, arguments, context.options));
  SKG_ASSIGN_OR_RETURN(std::vector<const AnalysisColumn*> found,
                       ColumnsOf(table->table, columns));
  auto rows = std::make_unique<ComputedRows>(std::move(table), std::move(found),
                                             context);
  SKG_RETURN_IF_ERROR(rows->Charge());
  return rows;
}

}  // namespace skg::engine
