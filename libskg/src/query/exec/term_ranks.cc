#include "query/exec/term_ranks.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "base/status.h"
#include "query/exec/polled_sort.h"
#include "query/values/term_order.h"
#include "rdf/name.h"

namespace skg::query::exec {
namespace {

using rdf::TermId;

bool OnlyIntegers(const std::vector<TermId>& column) {
  return std::all_of(column.begin(), column.end(), [](TermId id) {
    return !id.bound() || id.tag() == rdf::TermTag::kInteger;
  });
}

// Decodes in steps: one call must not outlast a deadline.
absl::Status DecodeAll(const std::vector<TermId>& ids, MemoryCharge& charge,
                       size_t* bytes, std::vector<rdf::Term>* terms) {
  constexpr size_t kStep = 2048;
  terms->reserve(ids.size());
  std::vector<rdf::Term> some;
  for (size_t begin = 0; begin < ids.size(); begin += kStep) {
    SKG_RETURN_IF_ERROR(charge.context().Check());
    const std::span<const TermId> step(ids.data() + begin,
                                       std::min(kStep, ids.size() - begin));
    SKG_RETURN_IF_ERROR(charge.context().terms.Decode(step, &some));
    size_t more = 0;
    for (const rdf::Term& term : some)
      more += sizeof(rdf::Term) + rdf::TextBytes(term);
    SKG_RETURN_IF_ERROR(charge.Add(more));
    *bytes += more;
    std::move(some.begin(), some.end(), std::back_inserter(*terms));
  }
  return absl::OkStatus();
}

// The names of terms, which are taken to pieces.
absl::Status NameAll(std::vector<rdf::Term> terms, MemoryCharge& charge,
                     size_t* bytes, std::vector<std::string>* names) {
  const rdf::NameSpace* const space = charge.context().options.names;
  if (space == nullptr)
    return absl::InternalError("an order by names without a name space");
  names->reserve(terms.size());
  for (rdf::Term& term : terms) {
    SKG_RETURN_IF_ERROR(charge.context().Tick());
    names->push_back(space->ToName(term));
    const size_t more = sizeof(std::string) + names->back().size();
    SKG_RETURN_IF_ERROR(charge.Add(more));
    *bytes += more;
    term = {};
  }
  return absl::OkStatus();
}

// A text's first bytes, so that most comparisons need no more than what lies
// here.
struct Lead {
  uint64_t bytes = 0;
  uint32_t place = 0;  // of the term
};

// 1 to 4, in the order of terms: what is ordered by its text before all else.
// 0: another term.
int TextKind(const rdf::Term& term) {
  switch (term.kind) {
    case rdf::TermKind::kBlankNode:
      return 1;
    case rdf::TermKind::kIri:
      return 2;
    case rdf::TermKind::kLiteral:
      return !term.datatype.empty() ? 0 : term.language.empty() ? 3 : 4;
    case rdf::TermKind::kTripleTerm:
      return 0;
  }
  return 0;
}

// Numbers that ascend as texts of kinds do, as far as eight bytes behind what
// all texts of a kind have in common tell; all 0 where there is another kind.
// `kind(i)` is 0 to 7.
template <typename TextOf, typename KindOf>
std::vector<Lead> LeadsOf(size_t count, const TextOf& text,
                          const KindOf& kind) {
  std::vector<Lead> leads(count);
  for (size_t i = 0; i < count; ++i) leads[i].place = static_cast<uint32_t>(i);
  std::array<std::optional<std::string_view>, 8> common;
  for (size_t i = 0; i < count; ++i) {
    const std::string_view own = text(i);
    auto& shared = common[static_cast<size_t>(kind(i))];
    if (!shared) shared = own;
    const size_t most = std::min(shared->size(), own.size());
    const auto differ = std::mismatch(
        own.begin(), own.begin() + static_cast<std::ptrdiff_t>(most),
        shared->begin());
    shared->remove_suffix(shared->size() -
                          static_cast<size_t>(differ.first - own.begin()));
  }
  if (common[0]) return leads;
  for (size_t i = 0; i < count; ++i) {
    const auto of = static_cast<size_t>(kind(i));
    std::string_view rest = text(i).substr(common[of]->size());
    uint64_t bytes = 0;
    for (size_t j = 0; j < 8; ++j) {
      bytes = bytes << 8 |
              (j < rest.size() ? static_cast<uint8_t>(rest[j]) : uint64_t{0});
    }
    leads[i].bytes = uint64_t{of} << 61 | bytes >> 3;
  }
  return leads;
}

// Leaves those that are wanted, in any sequence.
template <typename Before>
void KeepEnds(const RanksWanted& wanted, const Before& before,
              std::vector<Lead>* order) {
  if (wanted.most >= order->size()) return;
  const auto end = order->begin() + static_cast<std::ptrdiff_t>(wanted.most);
  if (wanted.descending) {
    std::nth_element(
        order->begin(), end, order->end(),
        [&](const Lead& a, const Lead& b) { return before(b, a); });
  } else {
    std::nth_element(order->begin(), end, order->end(), before);
  }
  order->resize(wanted.most);
}

}  // namespace

absl::Status RankTerms(const std::vector<TermId>& column,
                       const RanksWanted& wanted, MemoryCharge& charge,
                       std::vector<uint64_t>* ranks) {
  ranks->clear();
  ranks->reserve(column.size());
  if (wanted.collation == Collation::kId ||
      (wanted.collation == Collation::kTerm && OnlyIntegers(column))) {
    for (const TermId id : column) ranks->push_back(id.bits);
    return absl::OkStatus();
  }
  // Each term once.
  size_t bytes = 0;
  absl::flat_hash_map<TermId, uint32_t> rank_of;
  std::vector<TermId> ids;
  for (const TermId id : column) {
    SKG_RETURN_IF_ERROR(charge.context().Tick());
    if (!id.bound() || !rank_of.try_emplace(id).second) continue;
    ids.push_back(id);
    constexpr size_t kEntry = 40;
    bytes += kEntry;
    SKG_RETURN_IF_ERROR(charge.Add(kEntry));
  }
  std::vector<rdf::Term> terms;
  SKG_RETURN_IF_ERROR(DecodeAll(ids, charge, &bytes, &terms));
  std::vector<std::string> names;
  const bool by_name = wanted.collation == Collation::kName;
  if (by_name)
    SKG_RETURN_IF_ERROR(NameAll(std::move(terms), charge, &bytes, &names));
  bytes += ids.size() * sizeof(Lead);
  SKG_RETURN_IF_ERROR(charge.Add(ids.size() * sizeof(Lead)));
  std::vector<Lead> order =
      by_name ? LeadsOf(
                    names.size(),
                    [&](size_t i) { return std::string_view(names[i]); },
                    [](size_t) { return 1; })
              : LeadsOf(
                    terms.size(),
                    [&](size_t i) { return std::string_view(terms[i].value); },
                    [&](size_t i) { return TextKind(terms[i]); });
  const auto before = [&](const Lead& a, const Lead& b) {
    if (a.bytes != b.bytes) return a.bytes < b.bytes;
    return by_name ? names[a.place] < names[b.place]
                   : OrderTerms(&terms[a.place], &terms[b.place]) < 0;
  };
  KeepEnds(wanted, before, &order);
  SKG_RETURN_IF_ERROR(SortRows(order, charge, before));
  // Those that are not told apart: behind the first, or before the last.
  const auto others =
      static_cast<uint32_t>(wanted.descending ? 1 : order.size() + 2);
  for (auto& [id, rank] : rank_of) rank = others;
  for (size_t rank = 0; rank < order.size(); ++rank)
    rank_of[ids[order[rank].place]] = static_cast<uint32_t>(rank + 2);
  for (const TermId id : column) ranks->push_back(id.bound() ? rank_of[id] : 0);
  charge.Release(bytes);
  return absl::OkStatus();
}

}  // namespace skg::query::exec
