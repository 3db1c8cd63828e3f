// Graph::Update.
#include "skg/update.h"

#include <algorithm>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/cancellation.h"
#include "base/memory_budget.h"
#include "base/status.h"
#include "engine/blank_nodes.h"
#include "engine/graph_impl.h"
#include "engine/local_documents.h"
#include "engine/parameters.h"
#include "engine/service_bridge.h"
#include "query/exec/update.h"
#include "query/parameters.h"
#include "skg/graph.h"
#include "sparql/parser.h"

namespace skg {
namespace {

// With less than that nothing of interest can be done.
constexpr size_t kLeastMemoryBytes = size_t{1} << 20;

absl::Status ReadGraphNames(const std::vector<std::string>& names,
                            const rdf::NameSpace& space,
                            std::vector<rdf::Term>& graphs) {
  for (const std::string& name : names) {
    SKG_ASSIGN_OR_RETURN(rdf::Term term, space.ToTerm(name));
    if (!query::NamesGraph(term)) {
      return absl::InvalidArgumentError(
          absl::StrCat("the graph ", name,
                       " of the dataset is neither an IRI nor a blank node"));
    }
    graphs.push_back(std::move(term));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<UpdateResult> Graph::Update(std::string_view text,
                                           const UpdateOptions& options) {
  sparql::ParseOptions parsing;
  parsing.base_iri = options.base_iri;
  parsing.prefixes = {{"", std::string(base_namespace())}};
  parsing.max_text_bytes = options.max_text_bytes;
  SKG_ASSIGN_OR_RETURN(query::Update update,
                       sparql::ParseUpdate(text, parsing));
  if (!options.parameters.empty()) {
    SKG_ASSIGN_OR_RETURN(
        const query::VariableValues values,
        engine::ResolveParameters(options.parameters, update.variables,
                                  impl_->names()));
    SKG_ASSIGN_OR_RETURN(update, query::WithParameters(update, values));
  }
  SKG_ASSIGN_OR_RETURN(const MemoryReservation memory,
                       impl_->engine().memory().ReserveShare(
                           "updates", options.memory_bytes,
                           std::min(options.memory_bytes, kLeastMemoryBytes)));
  Cancellation cancellation(options.deadline);
  const std::stop_callback on_stop(options.stop,
                                   [&] { cancellation.Cancel(); });
  engine::BlankNodeSeries labels;
  std::optional<engine::LocalDocuments> documents;

  query::UpdateExecution execution;
  execution.labels = {[&] { return labels.Next(); }, engine::IsStableLabel};
  execution.cancellation = &cancellation;
  execution.memory_bytes = memory.bytes();
  execution.union_default_graph = options.union_default_graph;
  SKG_RETURN_IF_ERROR(ReadGraphNames(options.default_graphs, impl_->names(),
                                     execution.dataset.default_graphs));
  SKG_RETURN_IF_ERROR(ReadGraphNames(options.named_graphs, impl_->names(),
                                     execution.dataset.named_graphs));
  std::optional<engine::ServiceBridge> services;
  if (options.services != nullptr) {
    execution.services = &services.emplace(*options.services, options.deadline);
    execution.max_service_rows = options.max_service_rows;
  }
  if (!options.load_folder.empty())
    execution.documents = &documents.emplace(options.load_folder);

  storage::CommitRequest settings;
  settings.durability =
      options.durability.value_or(impl_->engine().durability());
  SKG_ASSIGN_OR_RETURN(const storage::CommitOutcome outcome,
                       impl_->store().Run(
                           [&](storage::Transaction& transaction) {
                             return query::ApplyUpdate(update, transaction,
                                                       execution);
                           },
                           settings));
  return UpdateResult{outcome.result.commit, outcome.result.time,
                      outcome.result.inserted, outcome.result.removed};
}

}  // namespace skg
