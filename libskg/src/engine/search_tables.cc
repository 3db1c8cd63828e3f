#include "engine/search_tables.h"

#include <algorithm>
#include <optional>
#include <string>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/status.h"
#include "base/strings.h"
#include "query/exec/context.h"
#include "query/exec/query_options.h"
#include "rdf/inline_value.h"
#include "skg/field_error.h"
#include "skg/read_view.h"

namespace skg::engine {

struct SearchTable {
  std::string name;
  std::vector<query::TableArgument> arguments;
  std::vector<rdf::Term> entities;
  std::vector<double> scores;
  std::vector<std::string> texts;  // of textSearch

  [[nodiscard]] size_t bytes() const {
    size_t bytes = 0;
    for (const rdf::Term& entity : entities)
      bytes += sizeof(rdf::Term) + sizeof(double) + entity.value.size();
    for (const std::string& text : texts) bytes += sizeof(text) + text.size();
    return bytes;
  }
};

namespace {

using query::TableArgument;

constexpr std::string_view kTextSearch = "textSearch";
constexpr std::string_view kVectorSearch = "vectorSearch";
constexpr uint64_t kHits = 100;  // where `limit` does not say
constexpr uint64_t kMostHits = 10'000;

// What a call asks for.
class SearchCall {
 public:
  SearchCall(const rdf::NameSpace& names, bool by_words,
             std::span<const TableArgument> arguments)
      : names_(names) {
    for (const TableArgument& argument : arguments) {
      const bool known =
          by_words ? TakeOfWords(argument) : TakeOfVectors(argument);
      if (known || TakeOfBoth(argument)) continue;
      Refuse(argument,
             absl::StrCat("no such argument; there are ",
                          by_words ? "query, all_words" : "near, vector, ef",
                          ", index, limit, threshold, node_type, filter"));
    }
    if (by_words && query.empty()) {
      errors_.push_back({{"query"}, "give the words to look for", "missing"});
    } else if (!by_words && near.empty() == vector.empty()) {
      errors_.push_back(
          {{"near"}, "give either near, a node, or vector", "missing"});
    }
  }

  [[nodiscard]] absl::Status status() const {
    return errors_.empty() ? absl::OkStatus() : FieldErrorStatus(errors_);
  }

  std::string query;          // of words
  std::string near;           // the node whose vector it is
  std::vector<float> vector;  // "[0.1, -0.5]"
  std::string index = "default";
  uint64_t limit = kHits;
  std::optional<float> threshold;
  uint32_t ef = 0;
  bool all_words = false;
  std::vector<std::string> node_types;
  std::string filter;

 private:
  void Refuse(const TableArgument& argument, std::string message) {
    errors_.push_back({{argument.name}, std::move(message), "malformed"});
  }

  bool TakeOfWords(const TableArgument& argument) {
    if (argument.name == "query") {
      query = argument.value.value;
    } else if (argument.name == "all_words") {
      if (!absl::SimpleAtob(argument.value.value, &all_words))
        Refuse(argument, "must be true or false");
    } else {
      return false;
    }
    return true;
  }

  bool TakeOfVectors(const TableArgument& argument) {
    if (argument.name == "near") {
      near = names_.ToName(argument.value);
    } else if (argument.name == "vector") {
      TakeVector(argument);
    } else if (argument.name == "ef") {
      if (!absl::SimpleAtoi(argument.value.value, &ef))
        Refuse(argument, "must be a whole number");
    } else {
      return false;
    }
    return true;
  }

  void TakeVector(const TableArgument& argument) {
    std::string_view text = argument.value.value;
    if (text.starts_with('[') && text.ends_with(']')) {
      text.remove_prefix(1);
      text.remove_suffix(1);
      for (const absl::string_view part : absl::StrSplit(av(text), ',')) {
        if (absl::SimpleAtof(part, &vector.emplace_back())) continue;
        vector.clear();
        break;
      }
    }
    if (vector.empty())
      Refuse(argument, "must be a list of numbers such as \"[0.1, -0.5]\"");
  }

  bool TakeOfBoth(const TableArgument& argument) {
    const std::string& text = argument.value.value;
    if (argument.name == "index") {
      index = text;
    } else if (argument.name == "limit") {
      if (!absl::SimpleAtoi(text, &limit) || limit < 1 || limit > kMostHits) {
        Refuse(argument,
               absl::StrCat("must be a whole number from 1 to ", kMostHits));
      }
    } else if (argument.name == "threshold") {
      if (!absl::SimpleAtof(text, &threshold.emplace()))
        Refuse(argument, "must be a number");
    } else if (argument.name == "node_type") {
      node_types.push_back(names_.ToName(argument.value));
    } else if (argument.name == "filter") {
      filter = text;
    } else {
      return false;
    }
    return true;
  }

  const rdf::NameSpace& names_;
  std::vector<FieldError> errors_;
};

// A node by its name; a statement, whose id an index over statements gives, by
// the IRI that stands for it.
absl::StatusOr<rdf::Term> EntityOf(const rdf::NameSpace& names,
                                   const std::string& owner, IndexOver over) {
  if (over == IndexOver::kStatements)
    return rdf::Term::Iri(absl::StrCat("urn:uuid:", owner));
  return names.ToTerm(owner);
}

absl::StatusOr<SearchTable> FindWords(const ReadView& view,
                                      const rdf::NameSpace& names,
                                      const SearchCall& call,
                                      absl::Time deadline) {
  TextSearchOptions options;
  options.top_k = call.limit;
  options.all_words = call.all_words;
  options.threshold = call.threshold.value_or(0);
  options.node_types = call.node_types;
  options.filter = call.filter;
  options.deadline = deadline;
  SKG_ASSIGN_OR_RETURN(std::vector<TextHit> hits,
                       view.SearchText(call.index, call.query, options));
  SKG_ASSIGN_OR_RETURN(const auto indexes, view.TextIndexes());
  const auto index =
      std::find_if(indexes.begin(), indexes.end(),
                   [&](const auto& one) { return one.name == call.index; });
  SearchTable table;
  for (TextHit& hit : hits) {
    SKG_ASSIGN_OR_RETURN(rdf::Term entity,
                         EntityOf(names, hit.owner, index->options.over));
    table.entities.push_back(std::move(entity));
    table.scores.push_back(hit.score);
    table.texts.push_back(std::move(hit.text));
  }
  return table;
}

absl::StatusOr<SearchTable> FindNear(const ReadView& view,
                                     const rdf::NameSpace& names,
                                     const SearchCall& call,
                                     absl::Time deadline) {
  VectorSearchOptions options;
  options.top_k = call.limit;
  options.ef = call.ef;
  options.node_types = call.node_types;
  options.filter = call.filter;
  options.deadline = deadline;
  if (call.threshold) options.threshold = *call.threshold;
  std::vector<float> vector = call.vector;
  if (!call.near.empty()) {
    SKG_ASSIGN_OR_RETURN(vector, view.GetVector(call.index, call.near));
  }
  SKG_ASSIGN_OR_RETURN(const std::vector<VectorHit> hits,
                       view.SearchVectors(call.index, vector, options));
  SKG_ASSIGN_OR_RETURN(const auto indexes, view.VectorIndexes());
  const auto index =
      std::find_if(indexes.begin(), indexes.end(),
                   [&](const auto& one) { return one.name == call.index; });
  SearchTable table;
  for (const VectorHit& hit : hits) {
    SKG_ASSIGN_OR_RETURN(rdf::Term entity,
                         EntityOf(names, hit.owner, index->options.over));
    table.entities.push_back(std::move(entity));
    table.scores.push_back(hit.score);
  }
  return table;
}

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

class FoundRows final : public query::TableRows {
 public:
  FoundRows(std::shared_ptr<const SearchTable> table,
            std::vector<Column> columns, query::exec::Context& context)
      : table_(std::move(table)),
        columns_(std::move(columns)),
        context_(context),
        charge_(context, "table") {}

  absl::Status Charge() { return charge_.Add(table_->bytes()); }

  absl::StatusOr<bool> Next(query::Batch& batch) override {
    SKG_RETURN_IF_ERROR(context_.Check());
    const size_t end =
        std::min(table_->entities.size(), next_ + query::Batch::kMostRows);
    for (size_t c = 0; c < columns_.size(); ++c) {
      for (size_t row = next_; row < end; ++row) {
        SKG_ASSIGN_OR_RETURN(const rdf::TermId id, Value(columns_[c], row));
        batch.columns[c].push_back(id);
      }
    }
    batch.rows = end - next_;
    next_ = end;
    return batch.rows > 0;
  }
  [[nodiscard]] size_t used_bytes() const override { return charge_.used(); }

 private:
  absl::StatusOr<rdf::TermId> Value(Column column, size_t row) {
    if (column == Column::kEntity)
      return context_.terms.IdOf(table_->entities[row]);
    if (column == Column::kText)
      return context_.terms.IdOf(rdf::Term::Literal(
          table_->texts[row], std::string(rdf::iri::kXsdString)));
    const double score = table_->scores[row];
    if (const auto id = rdf::InlineDouble(score)) return *id;
    std::string text;
    rdf::AppendCanonical(score, text);
    return context_.terms.IdOf(
        rdf::Term::Literal(std::move(text), std::string(rdf::iri::kXsdDouble)));
  }

  const std::shared_ptr<const SearchTable> table_;
  const std::vector<Column> columns_;
  query::exec::Context& context_;
  query::exec::MemoryCharge charge_;
  size_t next_ = 0;
};

}  // namespace

SearchTables::~SearchTables() = default;

bool SearchTables::Has(std::string_view name) {
  return name == kTextSearch || name == kVectorSearch;
}

absl::StatusOr<std::shared_ptr<const SearchTable>> SearchTables::Find(
    std::string_view name, std::span<const TableArgument> arguments) {
  const std::lock_guard lock(mutex_);
  for (const auto& one : found_) {
    if (one->name == name && std::ranges::equal(one->arguments, arguments))
      return one;
  }
  const bool by_words = name == kTextSearch;
  const SearchCall call(view_->names(), by_words, arguments);
  SKG_RETURN_IF_ERROR(call.status());
  const ReadView view = ViewImpl::Wrap(view_);
  SKG_ASSIGN_OR_RETURN(SearchTable table,
                       by_words
                           ? FindWords(view, view_->names(), call, deadline_)
                           : FindNear(view, view_->names(), call, deadline_));
  table.name = std::string(name);
  table.arguments.assign(arguments.begin(), arguments.end());
  found_.push_back(std::make_shared<const SearchTable>(std::move(table)));
  return found_.back();
}

absl::StatusOr<std::unique_ptr<query::TableRows>> SearchTables::Open(
    std::string_view name, std::span<const TableArgument> arguments,
    std::span<const std::string_view> columns, query::exec::Context& context) {
  SKG_RETURN_IF_ERROR(CheckOptions(name, context.options));
  SKG_ASSIGN_OR_RETURN(std::vector<Column> wanted, ColumnsOf(name, columns));
  SKG_ASSIGN_OR_RETURN(std::shared_ptr<const SearchTable> table,
                       Find(name, arguments));
  auto rows =
      std::make_unique<FoundRows>(std::move(table), std::move(wanted), context);
  SKG_RETURN_IF_ERROR(rows->Charge());
  return rows;
}

}  // namespace skg::engine
