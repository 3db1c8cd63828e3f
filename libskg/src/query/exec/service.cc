// Patterns that other endpoints answer (SPARQL 1.1 Federated Query).
#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "query/exec/operators.h"
#include "query/exec/row_table.h"
#include "query/exec/service_feed.h"
#include "query/exec/service_query.h"

namespace skg::query::exec {
namespace {

using rdf::Term;
using rdf::TermId;

// A blank node of another document is a node of its own.
Term InDocument(const Term& term, const std::string& document) {
  if (term.kind == rdf::TermKind::kBlankNode)
    return Term::BlankNode(document + term.value);
  if (term.kind != rdf::TermKind::kTripleTerm) return term;
  return Term::Triple(InDocument(term.triple->subject, document),
                      term.triple->predicate,
                      InDocument(term.triple->object, document));
}

class ServiceOperator final : public Operator {
 public:
  ServiceOperator(const plan::PlanNode& node, const Parameters& given,
                  Context& context)
      : Operator(node, context),
        step_(std::get<plan::ServiceStep>(node.step)),
        charge_(context, "answer of a service"),
        table_(node.schema.size(), charge_) {
    if (step_.endpoint.is_variable())
      endpoint_ = given.Get(step_.endpoint.variable());
    for (const Variable v : step_.given) {
      if (!given.Get(v).bound()) continue;
      given_columns_.push_back(v);
      given_.push_back(given.Get(v));
    }
  }

  bool TakeFeed(const std::shared_ptr<ServiceFeed>& feed) override {
    feed_ = feed;
    return true;
  }

 protected:
  absl::StatusOr<bool> Pull(Batch& batch) override {
    if (next_ == table_.rows()) {
      SKG_ASSIGN_OR_RETURN(const bool more, AskNext());
      if (!more) return false;
    }
    const size_t end = std::min(table_.rows(), next_ + Batch::kMostRows);
    for (; next_ < end; ++next_, ++batch.rows) {
      for (size_t c = 0; c < table_.width(); ++c)
        batch.columns[c].push_back(table_.At(next_, c));
    }
    return true;
  }

 private:
  absl::StatusOr<std::string> Endpoint() const {
    if (step_.endpoint.is_term()) return step_.endpoint.term().value;
    std::vector<Term> terms;
    if (endpoint_.bound())
      SKG_RETURN_IF_ERROR(context().terms.Decode({&endpoint_, 1}, &terms));
    if (terms.empty() || terms[0].kind != rdf::TermKind::kIri) {
      return absl::InvalidArgumentError(
          "SERVICE needs an IRI: bind its variable before it");
    }
    return terms[0].value;
  }

  // Fills the table with what the next block is answered.
  absl::StatusOr<bool> AskNext() {
    table_.Clear();
    next_ = 0;
    if (!blocks_) SKG_RETURN_IF_ERROR(Begin());
    std::string text;
    SKG_ASSIGN_OR_RETURN(const bool more,
                         blocks_->Next(step_.text, context(), text));
    if (!more) return false;
    const absl::Status status = Ask(text);
    if (!status.ok()) {
      // SILENT: an endpoint's failure is one empty solution; our own limits
      // stay limits.
      SKG_RETURN_IF_ERROR(context().Check());
      if (!step_.silent || absl::IsResourceExhausted(status)) return status;
      table_.Clear();
      SKG_RETURN_IF_ERROR(AppendEmptySolutions());
    }
    NoteMemory(charge_);
    return true;
  }

  absl::Status Begin() {
    std::vector<Variable> columns = given_columns_;
    std::vector<ServiceFeed::Tuple> tuples;
    if (feed_ != nullptr) {
      SKG_ASSIGN_OR_RETURN(const auto* values, feed_->Values());
      if (values != nullptr) {
        columns.insert(columns.end(), feed_->columns().begin(),
                       feed_->columns().end());
        for (const ServiceFeed::Tuple& value : *values) {
          tuples.push_back(given_);
          tuples.back().insert(tuples.back().end(), value.begin(), value.end());
        }
      } else {
        tuples.push_back(given_);
      }
    } else {
      tuples.push_back(given_);
    }
    SKG_ASSIGN_OR_RETURN(
        blocks_, ServiceBlocks::Make(columns, std::move(tuples), context()));
    return absl::OkStatus();
  }

  // One for each of the rows that the block is about: joined with another it
  // would be found again by the rows of other blocks.
  absl::Status AppendEmptySolutions() {
    std::vector<TermId> row(schema().size());
    if (blocks_->unrestricted()) return table_.AppendRow(row);
    const auto [begin, end] = blocks_->block();
    for (size_t i = begin; i < end; ++i) {
      for (size_t c = 0; c < blocks_->columns().size(); ++c) {
        const auto column = node().Column(blocks_->columns()[c]);
        if (column) row[*column] = blocks_->tuples()[i][c];
      }
      SKG_RETURN_IF_ERROR(table_.AppendRow(row));
    }
    return absl::OkStatus();
  }

  absl::Status Ask(const std::string& text) {
    SKG_ASSIGN_OR_RETURN(const std::string endpoint, Endpoint());
    ServiceClient* client = context().options.services;
    if (client == nullptr) {
      return absl::FailedPreconditionError(
          absl::StrCat("SERVICE <", endpoint,
                       ">: asking other endpoints is switched off here"));
    }
    const std::string document =
        absl::StrCat("service", context().NewSolutionScope(), "x");
    Columns columns;
    ServiceHandler handler;
    handler.on_variables = [&](const std::vector<std::string>& variables) {
      columns = ColumnsOf(variables);
      return absl::OkStatus();
    };
    handler.on_row = [&](std::span<const std::optional<Term>> row) {
      return Take(row, columns, document);
    };
    return client->Select(endpoint, text, context().options.cancellation,
                          context().memory.free_bytes() / 2, handler);
  }

  // Where an answer's values go: columns of ours, or what they must equal.
  struct Columns {
    std::vector<std::optional<size_t>> ours, given;
  };
  Columns ColumnsOf(const std::vector<std::string>& names) const {
    Columns columns;
    for (const std::string& name : names) {
      const auto place = [&](const std::vector<Variable>& variables) {
        std::optional<size_t> found;
        for (size_t i = 0; i < variables.size(); ++i) {
          if (context().NameOf(variables[i]) == name) found = i;
        }
        return found;
      };
      columns.ours.push_back(place(schema()));
      columns.given.push_back(place(given_columns_));
    }
    return columns;
  }

  absl::Status Take(std::span<const std::optional<Term>> values,
                    const Columns& columns, const std::string& document) {
    SKG_RETURN_IF_ERROR(context().Tick());
    if (++rows_ > context().options.max_service_rows) {
      return absl::ResourceExhaustedError(
          absl::StrCat("SERVICE: the endpoint answers more than ",
                       context().options.max_service_rows, " rows"));
    }
    std::vector<TermId> row(schema().size());
    const size_t count = std::min(values.size(), columns.ours.size());
    for (size_t i = 0; i < count; ++i) {
      if (!values[i] || (!columns.ours[i] && !columns.given[i])) continue;
      SKG_ASSIGN_OR_RETURN(const TermId id, context().terms.IdOf(InDocument(
                                                *values[i], document)));
      if (columns.given[i] && id != given_[*columns.given[i]])
        return absl::OkStatus();
      if (columns.ours[i]) row[*columns.ours[i]] = id;
    }
    return table_.AppendRow(row);
  }

  const plan::ServiceStep& step_;
  TermId endpoint_;
  std::vector<Variable> given_columns_;  // of the pattern's variables
  ServiceFeed::Tuple given_;
  std::shared_ptr<ServiceFeed> feed_;
  std::optional<ServiceBlocks> blocks_;
  MemoryCharge charge_;
  RowTable table_;
  uint64_t rows_ = 0;
  size_t next_ = 0;
};

}  // namespace

OperatorPtr MakeService(const plan::PlanNode& node, const Parameters& given,
                        Context& context) {
  return std::make_unique<ServiceOperator>(node, given, context);
}

}  // namespace skg::query::exec
