#include "storage/prepared_commit.h"

#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "rdf/name.h"
#include "storage/statement_id.h"

namespace skg::storage {

namespace {

// Appends a term (and first the parts of a triple term) to the pending ones;
// returns its inline id or the arena id of its place.
TermId Enqueue(const rdf::Term& term, PreparedCommit& commit) {
  PendingTerm pending;
  if (term.kind == rdf::TermKind::kTripleTerm) {
    pending.term.tag = rdf::TermTag::kTripleTerm;
    pending.parts[0] = Enqueue(term.triple->subject, commit);
    pending.parts[1] = Enqueue(term.triple->predicate, commit);
    pending.parts[2] = Enqueue(term.triple->object, commit);
  } else {
    if (const auto id = rdf::InlineId(term)) return *id;
    rdf::EncodedTerm encoded;
    rdf::EncodeTerm(term, encoded);
    pending.term = {encoded.tag, std::move(encoded.bytes)};
  }
  commit.terms.push_back(std::move(pending));
  return TermId::Make(rdf::TermTag::kArena, commit.terms.size() - 1);
}

absl::Status CheckId(const CommitRequest& request, TermId id) {
  if (!id.in_arena() || id.payload() < request.new_terms.size())
    return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("a statement refers to new term ", id.payload(),
                   ", but the request has only ", request.new_terms.size()));
}

// Terms of a request as text, decoded once each.
class TermTexts {
 public:
  TermTexts(GraphState& graph, const CommitRequest& request)
      : graph_(graph), request_(request) {}

  absl::StatusOr<const rdf::Term*> Get(TermId id) {
    if (id.in_arena()) return &request_.new_terms[id.payload()];
    const auto it = terms_.find(id);
    if (it != terms_.end()) return it->second.get();
    std::vector<rdf::Term> decoded;
    SKG_RETURN_IF_ERROR(graph_.dictionary.Decode(graph_.description.number,
                                                 std::span(&id, 1), &decoded));
    auto& kept = terms_[id];
    kept = std::make_unique<rdf::Term>(std::move(decoded[0]));
    return kept.get();
  }

 private:
  GraphState& graph_;
  const CommitRequest& request_;
  absl::flat_hash_map<TermId, std::unique_ptr<rdf::Term>> terms_;
};

absl::Status HashStatements(GraphState& graph, PreparedCommit& commit) {
  TermTexts texts(graph, commit.request);
  commit.statement_ids.reserve(commit.request.operations.size());
  for (const WriteOperation& operation : commit.request.operations) {
    Uuid& id = commit.statement_ids.emplace_back();
    if (operation.kind != WriteOperation::Kind::kAdd &&
        operation.kind != WriteOperation::Kind::kAddIfAbsent) {
      continue;
    }
    const StatementKey& key = operation.key;
    SKG_ASSIGN_OR_RETURN(const rdf::Term* subject, texts.Get(key.subject));
    SKG_ASSIGN_OR_RETURN(const rdf::Term* predicate, texts.Get(key.predicate));
    SKG_ASSIGN_OR_RETURN(const rdf::Term* object, texts.Get(key.object));
    const rdf::Term* named = nullptr;
    if (key.graph.bound()) {
      SKG_ASSIGN_OR_RETURN(named, texts.Get(key.graph));
    }
    id = StatementUuid(graph.description.uuid, *subject, *predicate, *object,
                       named, key.edge);
  }
  return absl::OkStatus();
}

}  // namespace

TermId PreparedCommit::Resolve(TermId id) const {
  if (!id.in_arena()) return id;
  const TermId place = new_term_ids[id.payload()];
  return place.in_arena() ? terms[place.payload()].id : place;
}

StatementKey PreparedCommit::Resolve(const StatementKey& key) const {
  return {Resolve(key.graph), Resolve(key.subject), Resolve(key.predicate),
          Resolve(key.object), key.edge};
}

absl::Status CheckOperations(const CommitRequest& request) {
  for (const auto& part : request.parts) {
    for (const TermId id : part->terms())
      SKG_RETURN_IF_ERROR(CheckId(request, id));
  }
  if (request.clears.size() > kMostClears) {
    return absl::InvalidArgumentError(
        absl::StrCat("a commit clears ", request.clears.size(),
                     " graphs; at most ", kMostClears, " are possible"));
  }
  for (const ClearScope& clear : request.clears) {
    SKG_RETURN_IF_ERROR(CheckId(request, clear.graph));
    if (clear.scope == GraphScope::kOne && !clear.graph.bound())
      return absl::InvalidArgumentError("a clear of one graph names none");
  }
  for (const WriteOperation& operation : request.operations) {
    const StatementKey& key = operation.key;
    for (const TermId id :
         {key.graph, key.subject, key.predicate, key.object}) {
      SKG_RETURN_IF_ERROR(CheckId(request, id));
    }
    if (!key.subject.bound() || !key.predicate.bound() || !key.object.bound() ||
        operation.record > request.records.size()) {
      return absl::InvalidArgumentError(
          "a statement lacks a term or refers to a missing record");
    }
  }
  return absl::OkStatus();
}

absl::Status Prepare(GraphState& graph, PreparedCommit& commit) {
  const std::vector<rdf::Term>& terms = commit.request.new_terms;
  commit.terms.reserve(terms.size());
  commit.new_term_ids.reserve(terms.size());
  for (const rdf::Term& term : terms) {
    commit.new_term_ids.push_back(Enqueue(term, commit));
  }
  SKG_RETURN_IF_ERROR(CheckOperations(commit.request));
  commit.parts = commit.request.parts;
  if (graph.participant() != nullptr) {
    SKG_ASSIGN_OR_RETURN(CommitParticipant::Prepared prepared,
                         graph.participant()->Prepare(graph, commit.request));
    if (prepared.part != nullptr) commit.parts.push_back(prepared.part);
    commit.hold = std::move(prepared.hold);
  }
  return graph.description.statement_ids ? HashStatements(graph, commit)
                                         : absl::OkStatus();
}

}  // namespace skg::storage
