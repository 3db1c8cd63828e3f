// Patterns that other endpoints answer (SPARQL 1.1 Federated Query).
#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "query/exec/operators.h"
#include "query/exec/row_table.h"

namespace skg::query::exec {
namespace {

using rdf::TermId;

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
  }

 protected:
  absl::StatusOr<bool> Pull(Batch& batch) override {
    if (!asked_) {
      asked_ = true;
      absl::Status status = Ask();
      if (!status.ok()) {
        // SILENT: an endpoint's failure is one empty solution; our own limits
        // stay limits.
        SKG_RETURN_IF_ERROR(context().Check());
        if (!step_.silent || absl::IsResourceExhausted(status)) return status;
        table_.Clear();
        SKG_RETURN_IF_ERROR(
            table_.AppendRow(std::vector<TermId>(schema().size())));
      }
    }
    const size_t end = std::min(table_.rows(), next_ + Batch::kMostRows);
    for (; next_ < end; ++next_, ++batch.rows) {
      for (size_t c = 0; c < table_.width(); ++c)
        batch.columns[c].push_back(table_.At(next_, c));
    }
    return batch.rows > 0;
  }

 private:
  absl::StatusOr<std::string> Endpoint() const {
    if (step_.endpoint.is_term()) return step_.endpoint.term().value;
    std::vector<rdf::Term> terms;
    if (endpoint_.bound())
      SKG_RETURN_IF_ERROR(context().terms.Decode({&endpoint_, 1}, &terms));
    if (terms.empty() || terms[0].kind != rdf::TermKind::kIri) {
      return absl::InvalidArgumentError(
          "SERVICE needs an IRI: bind its variable before it");
    }
    return terms[0].value;
  }

  absl::Status Ask() {
    SKG_ASSIGN_OR_RETURN(const std::string endpoint, Endpoint());
    ServiceClient* client = context().options.services;
    if (client == nullptr) {
      return absl::FailedPreconditionError(
          absl::StrCat("SERVICE <", endpoint,
                       ">: asking other endpoints is switched off here"));
    }
    SKG_ASSIGN_OR_RETURN(
        const ServiceAnswer answer,
        client->Select(endpoint, step_.text, context().options.cancellation,
                       context().memory.free_bytes()));
    return Take(answer);
  }

  absl::Status Take(const ServiceAnswer& answer) {
    std::vector<std::optional<size_t>> from;
    for (const Variable v : schema()) {
      const auto name = std::find(answer.variables.begin(),
                                  answer.variables.end(), context().NameOf(v));
      from.push_back(name == answer.variables.end()
                         ? std::nullopt
                         : std::optional<size_t>(static_cast<size_t>(
                               name - answer.variables.begin())));
    }
    std::vector<TermId> row(schema().size());
    for (const auto& values : answer.rows) {
      SKG_RETURN_IF_ERROR(context().Tick());
      for (size_t c = 0; c < row.size(); ++c) {
        row[c] = {};
        if (!from[c] || *from[c] >= values.size() || !values[*from[c]])
          continue;
        SKG_ASSIGN_OR_RETURN(row[c], context().terms.IdOf(*values[*from[c]]));
      }
      SKG_RETURN_IF_ERROR(table_.AppendRow(row));
    }
    return absl::OkStatus();
  }

  const plan::ServiceStep& step_;
  TermId endpoint_;
  MemoryCharge charge_;
  RowTable table_;
  bool asked_ = false;
  size_t next_ = 0;
};

}  // namespace

OperatorPtr MakeService(const plan::PlanNode& node, const Parameters& given,
                        Context& context) {
  return std::make_unique<ServiceOperator>(node, given, context);
}

}  // namespace skg::query::exec
