#include "query/values/evaluation_state.h"

#include <algorithm>

#include "absl/container/flat_hash_map.h"
#include "absl/hash/hash.h"
#include "base/status.h"

namespace skg::query {
namespace {

using rdf::TermId;

constexpr size_t kStepBytes = size_t{256} << 10;
constexpr size_t kWorkPerCheck = size_t{256} << 10;
// Terms are read this many at a time, more where they are found to be short, so
// that a few huge ones are charged before many are read.
constexpr size_t kFirstRead = 16;
constexpr size_t kMostRead = 1024;
constexpr size_t kLongReadBytes = size_t{1} << 20;

// splitmix64
uint64_t Mix(uint64_t value) {
  value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9u;
  value = (value ^ (value >> 27)) * 0x94D049BB133111EBu;
  return value ^ (value >> 31);
}

}  // namespace

EvaluationState::EvaluationState(EvaluationContext& context)
    : context_(context) {
  const uint64_t stream = context.terms->NextStream();
  random_ = Mix(context.seed ^ Mix(stream + 1));
  // A stream's number never meets a caller's: those are marked.
  scope_ = context.solution_scope ? Mix(*context.solution_scope) | 1
                                  : Mix(stream) & ~uint64_t{1};
}

EvaluationState::~EvaluationState() {
  if (reserved_ > 0) terms().Release(reserved_);
}

void EvaluationState::EndBatch(size_t rows) {
  first_ += rows;
  // Nodes keep their values until the next batch's take their place.
  const size_t keep = std::max(charged_, kStepBytes);
  charged_ = 0;
  if (reserved_ <= keep) return;
  terms().Release(reserved_ - keep);
  reserved_ = keep;
}

absl::Status EvaluationState::Charge(size_t bytes) {
  charged_ += bytes;
  if (charged_ <= reserved_) return absl::OkStatus();
  const size_t step = std::max(charged_ - reserved_, kStepBytes);
  SKG_RETURN_IF_ERROR(terms().Reserve(step));
  reserved_ += step;
  return absl::OkStatus();
}

absl::Status EvaluationState::Work(size_t bytes) {
  work_ += bytes;
  if (work_ < kWorkPerCheck) return absl::OkStatus();
  work_ = 0;
  return context_.cancellation == nullptr ? absl::OkStatus()
                                          : context_.cancellation->Check();
}

absl::Status EvaluationState::Decode(std::span<const TermId> ids,
                                     std::vector<Value>* values) {
  values->clear();
  values->resize(ids.size());
  std::vector<TermId> wanted;
  std::vector<uint32_t> places, repeats;
  absl::flat_hash_map<uint64_t, uint32_t> seen;
  for (uint32_t i = 0; i < ids.size(); ++i) {
    if (!ids[i].bound()) continue;
    if (ids[i].is_inline()) {
      (*values)[i] = ValueOfInline(ids[i]);
    } else if (seen.try_emplace(ids[i].bits, i).second) {
      wanted.push_back(ids[i]);
      places.push_back(i);
    } else {
      repeats.push_back(i);
    }
  }
  SKG_RETURN_IF_ERROR(DecodeStored(wanted, places, values));
  for (const uint32_t i : repeats) {
    (*values)[i] = (*values)[seen.find(ids[i].bits)->second];
    SKG_RETURN_IF_ERROR(Charge(HeldBytes((*values)[i])));
  }
  return Work(ids.size() * sizeof(Value));
}

absl::Status EvaluationState::DecodeStored(std::span<const TermId> ids,
                                           std::span<const uint32_t> places,
                                           std::vector<Value>* values) {
  std::vector<rdf::Term> terms;
  size_t at_once = kFirstRead;
  for (size_t i = 0; i < ids.size();) {
    const size_t count = std::min(at_once, ids.size() - i);
    SKG_RETURN_IF_ERROR(context_.terms->Decode(ids.subspan(i, count), &terms));
    size_t bytes = 0;
    for (const rdf::Term& term : terms) bytes += rdf::TextBytes(term);
    SKG_RETURN_IF_ERROR(Charge(bytes));
    SKG_RETURN_IF_ERROR(Work(bytes));
    for (size_t j = 0; j < count; ++j)
      (*values)[places[i + j]] = ValueOf(std::move(terms[j]), ids[i + j]);
    i += count;
    at_once = bytes > kLongReadBytes ? std::max<size_t>(at_once / 8, 1)
                                     : std::min(at_once * 4, kMostRead);
  }
  return absl::OkStatus();
}

absl::StatusOr<TermId> EvaluationState::IdOf(const Value& value) {
  if (value.error()) return TermId{};
  if (value.id.bound()) return value.id;
  if (const auto id = InlineIdOf(value)) return *id;
  return terms().IdOf(TermOf(value));
}

uint64_t EvaluationState::Random() {
  random_ += 0x9E3779B97F4A7C15u;
  return Mix(random_);
}

}  // namespace skg::query
