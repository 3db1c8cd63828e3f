#include "engine/search_tables.h"

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "base/strings.h"
#include "engine/search_call.h"
#include "engine/search_table.h"
#include "query/exec/context.h"
#include "query/exec/query_options.h"
#include "rdf/inline_value.h"
#include "skg/field_error.h"

namespace skg::engine {
namespace {

using query::TableArgument;

constexpr std::string_view kTextSearch = "textSearch";
constexpr std::string_view kVectorSearch = "vectorSearch";

// An index knows what the state has, not what of it a query wants to see.
absl::Status CheckOptions(std::string_view name,
                          const query::QueryOptions& options) {
  if (!options.valid_at && options.min_weight <= 0) return absl::OkStatus();
  const char* const field = options.valid_at ? "valid_at" : "min_weight";
  return FieldErrorStatus({{{field},
                            absl::StrCat("SERVICE skg:", av(name),
                                         " finds texts and vectors whatever "
                                         "their time and weight; ask without ",
                                         field),
                            "not_allowed"}});
}

enum class Column : uint8_t { kEntity, kScore, kText };

absl::StatusOr<std::vector<Column>> ColumnsOf(
    std::string_view name, std::span<const std::string_view> wanted) {
  std::vector<Column> columns;
  const bool by_words = name == kTextSearch;
  for (const std::string_view column : wanted) {
    if (column == "entity") {
      columns.push_back(Column::kEntity);
    } else if (column == "score") {
      columns.push_back(Column::kScore);
    } else if (column == "text" && by_words) {
      columns.push_back(Column::kText);
    } else {
      return absl::InvalidArgumentError(
          absl::StrCat("SERVICE skg:", av(name), " has no column ", av(column),
                       "; it has ", by_words ? "score, text" : "score"));
    }
  }
  return columns;
}

size_t BytesOf(const SearchTable::Portion& portion) {
  size_t bytes = 0;
  for (const SearchTable::Hit& hit : portion)
    bytes += sizeof(hit) + hit.entity.value.size() + hit.text.size();
  return bytes;
}

class FoundRows final : public query::TableRows {
 public:
  FoundRows(std::shared_ptr<SearchTable> table, std::vector<Column> columns,
            query::exec::Context& context)
      : table_(std::move(table)),
        columns_(std::move(columns)),
        context_(context),
        charge_(context, "table") {}

  // So that what is wrong with the call is told before any row.
  absl::Status Start() { return Advance(); }

  absl::StatusOr<bool> Next(query::Batch& batch) override {
    SKG_RETURN_IF_ERROR(context_.Check());
    if (portion_ != nullptr && next_ == portion_->size())
      SKG_RETURN_IF_ERROR(Advance());
    if (portion_ == nullptr) return false;
    const size_t end = std::min(portion_->size(), next_ + batch.wanted);
    for (size_t c = 0; c < columns_.size(); ++c) {
      for (size_t row = next_; row < end; ++row) {
        SKG_ASSIGN_OR_RETURN(const rdf::TermId id,
                             Value(columns_[c], (*portion_)[row]));
        batch.columns[c].push_back(id);
      }
    }
    batch.rows = end - next_;
    next_ = end;
    return true;
  }
  [[nodiscard]] size_t used_bytes() const override { return charge_.used(); }

 private:
  absl::Status Advance() {
    SKG_ASSIGN_OR_RETURN(portion_, table_->Get(portions_++));
    next_ = 0;
    return portion_ == nullptr ? absl::OkStatus()
                               : charge_.Add(BytesOf(*portion_));
  }

  absl::StatusOr<rdf::TermId> Value(Column column,
                                    const SearchTable::Hit& hit) {
    if (column == Column::kEntity) return context_.terms.IdOf(hit.entity);
    if (column == Column::kText)
      return context_.terms.IdOf(
          rdf::Term::Literal(hit.text, std::string(rdf::iri::kXsdString)));
    if (const auto id = rdf::InlineDouble(hit.score)) return *id;
    std::string text;
    rdf::AppendCanonical(hit.score, text);
    return context_.terms.IdOf(
        rdf::Term::Literal(std::move(text), std::string(rdf::iri::kXsdDouble)));
  }

  const std::shared_ptr<SearchTable> table_;
  const std::vector<Column> columns_;
  query::exec::Context& context_;
  query::exec::MemoryCharge charge_;
  size_t portions_ = 0;  // that were read
  std::shared_ptr<const SearchTable::Portion> portion_;
  size_t next_ = 0;  // of the portion
};

}  // namespace

SearchTables::~SearchTables() = default;

bool SearchTables::Has(std::string_view name) {
  return name == kTextSearch || name == kVectorSearch;
}

query::TableFunction::Estimate SearchTables::EstimateRows(
    std::string_view name, std::span<const TableArgument> arguments,
    std::span<const std::string_view> columns) const {
  // A search costs about as much as a scan of so many rows, and so much more
  // for each hit.
  constexpr double kSearch = 2000, kHit = 8;
  constexpr double kSomeHits = 1000;
  const SearchCall call(view_->names(), name == kTextSearch, arguments);
  query::TableFunction::Estimate estimate;
  estimate.rows = std::min(static_cast<double>(call.limit), kSomeHits);
  estimate.start = kSearch;
  estimate.cost = kSearch + kHit * estimate.rows;
  const auto score = std::find(columns.begin(), columns.end(), "score");
  if (score != columns.end())
    estimate.descending = static_cast<size_t>(score - columns.begin());
  return estimate;
}

absl::StatusOr<std::shared_ptr<SearchTable>> SearchTables::Find(
    std::string_view name, std::span<const TableArgument> arguments) {
  const std::lock_guard lock(mutex_);
  for (const Opened& one : opened_) {
    if (one.name == name && std::ranges::equal(one.arguments, arguments))
      return one.table;
  }
  SearchCall call(view_->names(), name == kTextSearch, arguments);
  SKG_RETURN_IF_ERROR(call.status());
  opened_.push_back(
      {std::string(name),
       {arguments.begin(), arguments.end()},
       std::make_shared<SearchTable>(view_, std::move(call), deadline_)});
  return opened_.back().table;
}

absl::StatusOr<std::unique_ptr<query::TableRows>> SearchTables::Open(
    std::string_view name, std::span<const TableArgument> arguments,
    std::span<const std::string_view> columns, query::exec::Context& context) {
  SKG_RETURN_IF_ERROR(CheckOptions(name, context.options));
  SKG_ASSIGN_OR_RETURN(std::vector<Column> wanted, ColumnsOf(name, columns));
  SKG_ASSIGN_OR_RETURN(std::shared_ptr<SearchTable> table,
                       Find(name, arguments));
  auto rows =
      std::make_unique<FoundRows>(std::move(table), std::move(wanted), context);
  SKG_RETURN_IF_ERROR(rows->Start());
  return rows;
}

}  // namespace skg::engine
