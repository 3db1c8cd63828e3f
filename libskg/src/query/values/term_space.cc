#include "query/values/term_space.h"

#include <algorithm>
#include <atomic>
#include <deque>
#include <mutex>
#include <shared_mutex>

#include "absl/container/flat_hash_set.h"
#include "absl/hash/hash.h"
#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "rdf/lexical.h"

namespace skg::query {
namespace {

using rdf::Term;
using rdf::TermId;
using rdf::TermTag;

// Tells places of this arena from those of a transaction, which are counted
// from 0.
constexpr uint64_t kOwn = uint64_t{1} << 59;

constexpr size_t kStepBytes = size_t{256} << 10;
// A term in the deque, its place in the set, the heap's own bookkeeping.
constexpr size_t kBytesPerTerm = sizeof(Term) + 64;

size_t HashOf(const Term& term) {
  if (term.triple != nullptr) {
    return absl::HashOf(HashOf(term.triple->subject),
                        HashOf(term.triple->predicate),
                        HashOf(term.triple->object));
  }
  return absl::HashOf(static_cast<uint8_t>(term.kind), term.value,
                      term.datatype, term.language,
                      static_cast<uint8_t>(term.direction));
}

// Places of a deque, told apart by the terms that lie there.
struct PlaceHash {
  using is_transparent = void;
  const std::deque<Term>* terms;
  size_t operator()(uint64_t place) const { return HashOf((*terms)[place]); }
  size_t operator()(const Term& term) const { return HashOf(term); }
};
struct PlaceEqual {
  using is_transparent = void;
  const std::deque<Term>* terms;
  bool operator()(uint64_t a, uint64_t b) const { return a == b; }
  bool operator()(uint64_t a, const Term& b) const { return (*terms)[a] == b; }
};

}  // namespace

class TermSpace::Impl {
 public:
  Impl(const storage::ReadView& view, MemoryReservation* memory)
      : view_(view), memory_(memory) {}

  [[nodiscard]] const storage::ReadView& view() const { return view_; }

  [[nodiscard]] TermId Known(const Term& term) const {
    const std::shared_lock lock(mutex_);
    const auto found = places_.find(term);
    return found == places_.end() ? TermId{} : IdOfPlace(*found);
  }

  [[nodiscard]] absl::StatusOr<TermId> Add(const Term& term) {
    const std::unique_lock lock(mutex_);
    const auto found = places_.find(term);
    if (found != places_.end()) return IdOfPlace(*found);
    SKG_RETURN_IF_ERROR(ChargeLocked(kBytesPerTerm + rdf::TextBytes(term)));
    terms_.push_back(term);
    places_.insert(terms_.size() - 1);
    return IdOfPlace(terms_.size() - 1);
  }

  // A transaction keeps its own terms, in the order of their places.
  [[nodiscard]] absl::Status ChargeForeign(TermId id, const Term& term) {
    const std::unique_lock lock(mutex_);
    if (id.payload() < foreign_) return absl::OkStatus();
    foreign_ = id.payload() + 1;
    return ChargeLocked(kBytesPerTerm + rdf::TextBytes(term));
  }

  [[nodiscard]] absl::Status Decode(std::span<const TermId> ids,
                                    std::vector<Term>* out) const {
    bool own = false;
    for (const TermId id : ids) own |= IsOwn(id);
    if (!own) return view_.Decode(ids, out);
    std::vector<TermId> others;
    for (const TermId id : ids) {
      if (!IsOwn(id)) others.push_back(id);
    }
    std::vector<Term> decoded;
    SKG_RETURN_IF_ERROR(view_.Decode(others, &decoded));
    out->clear();
    out->reserve(ids.size());
    const std::shared_lock lock(mutex_);
    size_t next = 0;
    for (const TermId id : ids) {
      if (!IsOwn(id)) {
        out->push_back(std::move(decoded[next++]));
      } else if (const uint64_t place = id.payload() & ~kOwn;
                 place < terms_.size()) {
        out->push_back(terms_[place]);
      } else {
        return absl::InternalError("an arena id of another query");
      }
    }
    return absl::OkStatus();
  }

  [[nodiscard]] absl::Status Reserve(size_t bytes) {
    const std::unique_lock lock(mutex_);
    return ChargeLocked(bytes);
  }

  void Release(size_t bytes) {
    const std::unique_lock lock(mutex_);
    used_ -= bytes;
    if (memory_ == nullptr || charged_ - used_ < 2 * kStepBytes) return;
    const size_t back = charged_ - used_ - kStepBytes;
    // Giving back cannot fail.
    if (memory_->Resize(memory_->bytes() - back).ok()) charged_ -= back;
  }

  std::atomic<uint64_t> streams{0};

 private:
  static bool IsOwn(TermId id) {
    return id.in_arena() && (id.payload() & kOwn) != 0;
  }
  static TermId IdOfPlace(uint64_t place) {
    return TermId::Make(TermTag::kArena, kOwn | place);
  }

  [[nodiscard]] absl::Status ChargeLocked(size_t bytes) {
    if (memory_ != nullptr && used_ + bytes > charged_) {
      const size_t step = std::max(used_ + bytes - charged_, kStepBytes);
      SKG_RETURN_IF_ERROR(memory_->Resize(memory_->bytes() + step));
      charged_ += step;
    }
    used_ += bytes;
    return absl::OkStatus();
  }

  const storage::ReadView& view_;
  MemoryReservation* const memory_;
  mutable std::shared_mutex mutex_;
  std::deque<Term> terms_;
  absl::flat_hash_set<uint64_t, PlaceHash, PlaceEqual> places_{
      0, PlaceHash{&terms_}, PlaceEqual{&terms_}};
  uint64_t foreign_ = 0;
  size_t used_ = 0, charged_ = 0;
};

TermSpace::TermSpace(const storage::ReadView& view, MemoryReservation* memory)
    : impl_(std::make_unique<Impl>(view, memory)) {}

TermSpace::~TermSpace() = default;

absl::StatusOr<TermId> TermSpace::IdOf(const Term& term) {
  if (const auto id = rdf::InlineId(term)) return *id;
  if (const TermId id = impl_->Known(term); id.bound()) return id;
  if (const size_t bytes = rdf::TextBytes(term); bytes > rdf::kMaxTermBytes) {
    return absl::ResourceExhaustedError(
        absl::StrCat("the query computes a term of ", bytes, " bytes; at most ",
                     rdf::kMaxTermBytes, " are possible"));
  }
  SKG_ASSIGN_OR_RETURN(const TermId id, impl_->view().Lookup(term));
  if (id.in_arena()) SKG_RETURN_IF_ERROR(impl_->ChargeForeign(id, term));
  if (id.bound()) return id;
  return impl_->Add(term);
}

absl::StatusOr<TermId> TermSpace::Lookup(const Term& term) const {
  return impl_->view().Lookup(term);
}

absl::Status TermSpace::Decode(std::span<const TermId> ids,
                               std::vector<Term>* out) const {
  return impl_->Decode(ids, out);
}

absl::Status TermSpace::Reserve(size_t bytes) { return impl_->Reserve(bytes); }

void TermSpace::Release(size_t bytes) { impl_->Release(bytes); }

uint64_t TermSpace::NextStream() { return impl_->streams++; }

}  // namespace skg::query
