#include "engine/commit_builder.h"

#include <xxhash.h>

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/memory_status.h"
#include "base/status.h"
#include "base/strings.h"
#include "engine/clear_target.h"
#include "skg/field_error.h"

namespace skg::engine {
namespace {

// Past this many entries a memory of answers is begun anew: it must not grow
// with the document.
constexpr size_t kMaxKnown = size_t{1} << 16;
constexpr size_t kMaxKnownBytes = 256;  // of one of them
constexpr size_t kMaxIdempotencyKeyBytes = 255;
// What a builder takes without asking; more is reserved in steps.
constexpr size_t kFreeBytes = size_t{128} << 10;
constexpr size_t kReserveStep = size_t{1} << 20;

size_t HashTerm(const rdf::Term& term) {
  uint64_t hash = XXH3_64bits_withSeed(term.value.data(), term.value.size(),
                                       static_cast<uint64_t>(term.kind));
  if (term.kind == rdf::TermKind::kLiteral) {
    hash ^= XXH3_64bits_withSeed(term.datatype.data(), term.datatype.size(), 5);
    hash ^= XXH3_64bits_withSeed(term.language.data(), term.language.size(), 6);
    hash += static_cast<uint64_t>(term.direction);
  } else if (term.kind == rdf::TermKind::kTripleTerm) {
    hash += HashTerm(term.triple->subject) * 3 +
            HashTerm(term.triple->predicate) * 5 +
            HashTerm(term.triple->object) * 7;
  }
  return hash;
}

size_t TermBytes(const rdf::Term& term) {
  size_t bytes =
      term.value.size() + term.datatype.size() + term.language.size();
  if (term.kind == rdf::TermKind::kTripleTerm) {
    bytes += sizeof(rdf::TripleTerm) + TermBytes(term.triple->subject) +
             TermBytes(term.triple->predicate) + TermBytes(term.triple->object);
  }
  return bytes;
}

rdf::TermId ArenaId(size_t index) {
  return rdf::TermId::Make(rdf::TermTag::kArena, index);
}

void CheckKind(std::string_view problem, const char* field,
               std::vector<FieldError>& errors) {
  if (!problem.empty())
    errors.push_back({{field}, std::string(problem), "wrong_type"});
}

// Unset: it is known already.
void CheckSize(const storage::GraphStore& store,
               const std::optional<rdf::Term>& term, const char* field,
               std::vector<FieldError>& errors) {
  if (!term) return;
  if (const absl::Status size = store.CheckTermSize(*term); !size.ok())
    errors.push_back({{field}, std::string(sv(size.message())), "too_long"});
}

absl::Status Failure(std::vector<FieldError> errors,
                     std::optional<size_t> position) {
  if (position) {
    for (FieldError& error : errors) {
      error.path.insert(error.path.begin(), std::to_string(*position));
    }
  }
  return FieldErrorStatus(errors);
}

}  // namespace

absl::Status CheckCommitOptions(const CommitOptions& options) {
  if (options.idempotency_key.size() <= kMaxIdempotencyKeyBytes)
    return absl::OkStatus();
  return FieldErrorStatus(
      {{{"idempotency_key"},
        absl::StrCat("has ", options.idempotency_key.size(), " bytes; at most ",
                     kMaxIdempotencyKeyBytes, " are allowed"),
        "too_long"}});
}

absl::Status CheckVectorCommit(const CommitOptions& options) {
  if (!options.skip_duplicates) return CheckCommitOptions(options);
  return FieldErrorStatus({{{"skip_duplicates"},
                            "is for statements; there are none here",
                            "not_allowed"}});
}

absl::Status CheckIndexCommit(const CommitOptions& options) {
  if (options.idempotency_key.empty()) return CheckVectorCommit(options);
  return FieldErrorStatus(
      {{{"idempotency_key"},
        "is for what may be done twice; an index of a name is made or dropped "
        "once",
        "not_allowed"}});
}

size_t CommitBuilder::NewTermHash::operator()(const rdf::Term& term) const {
  return HashTerm(term);
}
size_t CommitBuilder::TermHash::operator()(const rdf::Term& term) const {
  return HashTerm(term);
}

absl::Status CommitBuilder::Expect(size_t statements) {
  SKG_RETURN_IF_ERROR(ReserveBytes(
      memory_bytes() + statements * sizeof(storage::WriteOperation)));
  request_.operations.reserve(request_.operations.size() + statements);
  return absl::OkStatus();
}

absl::Status CommitBuilder::ReserveBytes(size_t bytes) {
  MemoryBudget* const budget = store_.memory_budget();
  if (budget == nullptr || bytes <= kFreeBytes || bytes <= memory_.bytes())
    return absl::OkStatus();
  // What grows is for a moment there twice.
  const size_t wanted = bytes + bytes / 2 + kReserveStep;
  absl::Status reserved;
  if (memory_.bytes() > 0) {
    reserved = memory_.Resize(wanted);
  } else if (auto memory = budget->Reserve("writes", wanted); memory.ok()) {
    memory_ = *std::move(memory);
  } else {
    reserved = memory.status();
  }
  if (reserved.ok()) return reserved;
  return OutOfMemoryBudget(absl::StrCat(
      "one commit is held in memory until it is written: after ", size(),
      " changes ", wanted >> 10, " KiB are wanted for it, but ",
      (budget->free_bytes() + memory_.bytes()) >> 10, " KiB of the budget of ",
      budget->limit_bytes() >> 10,
      " KiB are free; split it, load it in bulk, or raise the budget"));
}

void CommitBuilder::NameBlankNodesAfter(std::string_view idempotency_key,
                                        std::string_view request_hash) {
  const uint64_t key =
      XXH3_64bits(idempotency_key.data(), idempotency_key.size());
  blank_nodes_ = BlankNodeScope(
      XXH3_64bits_withSeed(request_hash.data(), request_hash.size(), key));
}

absl::Status CommitBuilder::Add(const NewStatement& statement, bool if_absent,
                                std::optional<size_t> position) {
  SKG_RETURN_IF_ERROR(ReserveBytes(memory_bytes()));
  std::vector<FieldError> errors;
  Slots slots;
  ReadName(statement.subject, "subject", slots.subject, errors);
  ReadName(statement.predicate, "predicate", slots.predicate, errors);
  ReadName(statement.object, "object", slots.object, errors);
  if (!statement.graph.empty())
    ReadName(statement.graph, "graph", slots.graph, errors);
  if (errors.empty()) {
    CheckKind(SubjectError(slots.subject.kind), "subject", errors);
    CheckKind(PredicateError(slots.predicate.kind), "predicate", errors);
    CheckKind(GraphError(slots.graph.kind), "graph", errors);
    CheckSize(store_, slots.subject.term, "subject", errors);
    CheckSize(store_, slots.predicate.term, "predicate", errors);
    CheckSize(store_, slots.object.term, "object", errors);
    CheckSize(store_, slots.graph.term, "graph", errors);
  }
  const StatementDetails details = ReadDetails(statement, errors);
  if (!errors.empty()) return Failure(std::move(errors), position);

  SKG_RETURN_IF_ERROR(Intern(slots.subject, statement.subject));
  SKG_RETURN_IF_ERROR(Intern(slots.predicate, statement.predicate));
  SKG_RETURN_IF_ERROR(Intern(slots.object, statement.object));
  SKG_RETURN_IF_ERROR(Intern(slots.graph, statement.graph));
  Append(slots, details, if_absent);
  return absl::OkStatus();
}

absl::Status CommitBuilder::Add(const rdf::Quad& quad,
                                const StatementDetails& details,
                                bool if_absent) {
  SKG_RETURN_IF_ERROR(ReserveBytes(memory_bytes()));
  std::vector<FieldError> errors;
  CheckKind(SubjectError(quad.subject.kind), "subject", errors);
  CheckKind(PredicateError(quad.predicate.kind), "predicate", errors);
  CheckKind(GraphError(quad.graph.kind), "graph", errors);
  CheckSize(store_, quad.subject, "subject", errors);
  CheckSize(store_, quad.predicate, "predicate", errors);
  CheckSize(store_, quad.object, "object", errors);
  CheckSize(store_, quad.graph, "graph", errors);
  if (!errors.empty()) return Failure(std::move(errors), std::nullopt);

  Slots slots;
  SKG_ASSIGN_OR_RETURN(slots.subject.id,
                       IdOf(blank_nodes_.Resolve(quad.subject)));
  SKG_ASSIGN_OR_RETURN(slots.predicate.id, IdOf(quad.predicate));
  SKG_ASSIGN_OR_RETURN(slots.object.id,
                       IdOf(blank_nodes_.Resolve(quad.object)));
  if (!quad.in_default_graph()) {
    SKG_ASSIGN_OR_RETURN(slots.graph.id,
                         IdOf(blank_nodes_.Resolve(quad.graph)));
  }
  Append(slots, details, if_absent);
  return absl::OkStatus();
}

absl::Status CommitBuilder::Remove(std::string_view subject,
                                   std::string_view predicate,
                                   std::string_view object,
                                   std::string_view graph) {
  std::vector<FieldError> errors;
  Slots slots;
  ReadName(subject, "subject", slots.subject, errors);
  ReadName(predicate, "predicate", slots.predicate, errors);
  ReadName(object, "object", slots.object, errors);
  if (!graph.empty()) ReadName(graph, "graph", slots.graph, errors);
  if (!errors.empty()) return FieldErrorStatus(errors);

  SKG_RETURN_IF_ERROR(Intern(slots.subject, subject));
  SKG_RETURN_IF_ERROR(Intern(slots.predicate, predicate));
  SKG_RETURN_IF_ERROR(Intern(slots.object, object));
  SKG_RETURN_IF_ERROR(Intern(slots.graph, graph));
  storage::WriteOperation& operation = request_.operations.emplace_back();
  operation.kind = storage::WriteOperation::Kind::kRemoveTriple;
  operation.key = {slots.graph.id, slots.subject.id, slots.predicate.id,
                   slots.object.id, 0};
  return absl::OkStatus();
}

absl::Status CommitBuilder::Clear(const ClearTarget& target) {
  SKG_RETURN_IF_ERROR(CheckClearTarget(target));
  storage::ClearScope scope{ScopeOf(target.part), {}};
  if (!target.graph.empty()) {
    std::vector<FieldError> errors;
    Slot slot;
    ReadName(target.graph, "graph", slot, errors);
    if (!errors.empty()) return FieldErrorStatus(errors);
    SKG_RETURN_IF_ERROR(Intern(slot, target.graph));
    scope.graph = slot.id;
  }
  request_.clears.push_back(scope);
  return absl::OkStatus();
}

absl::StatusOr<rdf::Term> CommitBuilder::TermOf(std::string_view name) {
  SKG_ASSIGN_OR_RETURN(rdf::Term term, names_.ToTerm(name));
  return blank_nodes_.Resolve(std::move(term));
}

size_t CommitBuilder::memory_bytes() const {
  return request_.operations.capacity() * sizeof(storage::WriteOperation) +
         request_.records.capacity() * sizeof(storage::Record) +
         request_.new_terms.capacity() *
             (sizeof(rdf::Term) + 2 * sizeof(uint32_t)) +
         text_bytes_ + known_bytes_;
}

void CommitBuilder::MakeIfAbsentSince(size_t begin) {
  for (size_t i = begin; i < request_.operations.size(); ++i) {
    storage::WriteOperation& operation = request_.operations[i];
    if (operation.kind == storage::WriteOperation::Kind::kAdd) {
      operation.kind = storage::WriteOperation::Kind::kAddIfAbsent;
    }
  }
}

absl::StatusOr<storage::CommitOutcome> CommitBuilder::Commit(
    storage::GraphStore& store, Durability durability,
    const std::string& idempotency_key, const std::string& request_hash,
    bool want_outcomes) {
  request_.durability = durability;
  request_.idempotency_key = idempotency_key;
  request_.request_hash = request_hash;
  request_.want_outcomes = want_outcomes;
  // From here on the request is all there is.
  ForgetKnown();
  new_terms_ = decltype(new_terms_)(0, NewTermHash{&request_.new_terms},
                                    NewTermEqual{&request_.new_terms});
  SKG_RETURN_IF_ERROR(
      memory_.Resize(std::min(memory_.bytes(), memory_bytes())));
  return store.Commit(std::move(request_));
}

void CommitBuilder::ForgetKnown() {
  known_names_ = decltype(known_names_)();
  known_terms_ = decltype(known_terms_)();
  known_bytes_ = 0;
}

void CommitBuilder::ReadName(std::string_view name, const char* field,
                             Slot& slot, std::vector<FieldError>& errors) {
  const auto known = known_names_.find(name);
  if (known != known_names_.end()) {
    slot.id = known->second.id;
    slot.kind = known->second.kind;
    return;
  }
  absl::StatusOr<rdf::Term> term = names_.ToTerm(name);
  if (!term.ok()) {
    errors.push_back(
        {{field}, std::string(sv(term.status().message())), "malformed"});
    return;
  }
  slot.kind = term->kind;
  slot.term = blank_nodes_.Resolve(*std::move(term));
}

absl::Status CommitBuilder::Intern(Slot& slot, std::string_view name) {
  if (!slot.term) return absl::OkStatus();
  SKG_ASSIGN_OR_RETURN(slot.id, IdOf(*std::move(slot.term)));
  if (name.size() > kMaxKnownBytes) return absl::OkStatus();
  if (known_names_.size() >= kMaxKnown) ForgetKnown();
  known_names_.try_emplace(std::string(name), NamedId{slot.id, slot.kind});
  known_bytes_ += name.size() + 2 * sizeof(*known_names_.begin());
  return absl::OkStatus();
}

absl::StatusOr<rdf::TermId> CommitBuilder::IdOf(rdf::Term term) {
  if (const std::optional<rdf::TermId> id = rdf::InlineId(term)) return *id;
  if (const auto fresh = new_terms_.find(term); fresh != new_terms_.end())
    return ArenaId(*fresh);
  if (const auto known = known_terms_.find(term); known != known_terms_.end()) {
    return known->second;
  }
  SKG_ASSIGN_OR_RETURN(const rdf::TermId id, store_.Lookup(term));
  if (id.bound()) {
    const size_t bytes = TermBytes(term);
    if (bytes > kMaxKnownBytes) return id;
    if (known_terms_.size() >= kMaxKnown) ForgetKnown();
    known_terms_.try_emplace(std::move(term), id);
    known_bytes_ += bytes + 2 * sizeof(*known_terms_.begin());
    return id;
  }
  if (request_.new_terms.size() >= UINT32_MAX) {
    return absl::ResourceExhaustedError(
        "one commit brings more than 4294967295 new terms; split it");
  }
  const auto index = static_cast<uint32_t>(request_.new_terms.size());
  text_bytes_ += TermBytes(term);
  request_.new_terms.push_back(std::move(term));
  new_terms_.insert(index);
  return ArenaId(index);
}

void CommitBuilder::Append(const Slots& slots, const StatementDetails& details,
                           bool if_absent) {
  storage::WriteOperation& operation = request_.operations.emplace_back();
  operation.kind = if_absent ? storage::WriteOperation::Kind::kAddIfAbsent
                             : storage::WriteOperation::Kind::kAdd;
  operation.key = {slots.graph.id, slots.subject.id, slots.predicate.id,
                   slots.object.id, details.edge};
  operation.weight = details.weight;
  if (details.has_record()) {
    text_bytes_ +=
        details.record.metadata.size() + details.record.source.size();
    request_.records.push_back(details.record);
    operation.record = static_cast<uint32_t>(request_.records.size());
  }
}

}  // namespace skg::engine
