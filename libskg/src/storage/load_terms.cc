#include "storage/load_terms.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/bytes.h"
#include "base/status.h"
#include "storage/graph_state.h"
#include "storage/keys.h"
#include "storage/rows.h"

namespace skg::storage {

namespace {

constexpr uint64_t kIndexEvery = 128;
constexpr uint64_t kCheckEvery = 1 << 14;
constexpr size_t kHashedKeyBytes = 1 + kTermPrefixBytes + 16;

bool IsHashed(uint32_t text_bytes) { return text_bytes > kWholeTermBytes; }

// Length of the text, key, and the text where the key does not hold it.
absl::Status Append(const TermBytes& term, SpillFile& file) {
  const auto size = static_cast<uint32_t>(term.text.size());
  SKG_RETURN_IF_ERROR(file.Append(&size, sizeof size));
  SKG_RETURN_IF_ERROR(file.Append(term.key.data(), term.key.size()));
  if (!IsHashed(size)) return absl::OkStatus();
  return file.Append(term.text.data(), term.text.size());
}

// One term as it was appended, with its bytes.
class StoredTerm {
 public:
  absl::Status Read(SpillReader& reader) {
    uint32_t size = 0;
    SKG_RETURN_IF_ERROR(reader.ReadValue(&size));
    const size_t bytes =
        IsHashed(size) ? kHashedKeyBytes + size : size_t{1} + size;
    bytes_.resize(bytes);
    SKG_RETURN_IF_ERROR(reader.Read(bytes_.data(), bytes));
    const std::string_view all = bytes_;
    if (IsHashed(size)) {
      term_ = {all.substr(0, kHashedKeyBytes), all.substr(kHashedKeyBytes)};
    } else {
      term_ = {all, all.substr(1)};
    }
    return absl::OkStatus();
  }
  [[nodiscard]] const TermBytes& term() const { return term_; }

 private:
  std::string bytes_;
  TermBytes term_;
};

absl::Status SameHash(uint32_t graph, const TermBytes& term) {
  return absl::InternalError(
      absl::StrCat("graph ", graph, ": two terms of ", term.text.size(),
                   " bytes have the same hash; one of them cannot be stored"));
}

}  // namespace

// The sorted terms of one part, one after the other.
class LoadTerms::PartReader {
 public:
  PartReader(const SpillFile& terms, Part& part)
      : part_(&part), reader_(terms, part.terms_begin, part.terms_end) {}

  [[nodiscard]] bool at_end() const { return at_end_; }
  [[nodiscard]] const TermBytes& term() const { return stored_->term(); }
  absl::Status Next() {
    at_end_ = reader_.at_end();
    return at_end_ ? absl::OkStatus() : stored_->Read(reader_);
  }
  absl::Status Give(TermId id) { return part_->ids->Append(&id, sizeof id); }

 private:
  Part* part_;
  SpillReader reader_;
  // Apart: terms look into it, and readers are moved.
  std::unique_ptr<StoredTerm> stored_ = std::make_unique<StoredTerm>();
  bool at_end_ = false;
};

// What the graph's dictionary has, asked in the order of the keys.
class LoadTerms::Existing {
 public:
  Existing(GraphState& graph, const KvSnapshot* snapshot) : graph_(graph) {
    const std::string prefix = GraphPrefix(graph.description.number);
    rows_ = graph.kv.NewIterator(Family::kTermIds, {.snapshot = snapshot,
                                                    .lower = prefix,
                                                    .upper = PrefixEnd(prefix),
                                                    .fill_cache = false});
    rows_->SeekToFirst();
  }

  // Unbound: the graph has no such term.
  absl::StatusOr<TermId> Find(const TermBytes& term) {
    MoveTo(term.key);
    if (!rows_->Valid()) {
      SKG_RETURN_IF_ERROR(rows_->status());
      return TermId{};
    }
    if (rows_->key().substr(kGraphBytes) != term.key) return TermId{};
    const uint32_t graph = graph_.description.number;
    SKG_ASSIGN_OR_RETURN(const uint64_t number,
                         DecodeTermNumber(graph, rows_->value()));
    const TermId id = TermId::Make(term.tag(), number);
    if (term.text.size() > kWholeTermBytes) {
      SKG_ASSIGN_OR_RETURN(const DictionaryTerm stored,
                           graph_.dictionary.Get(graph, id));
      if (stored.bytes != term.text) return SameHash(graph, term);
    }
    return id;
  }

 private:
  // A few steps cost less than a seek.
  void MoveTo(std::string_view key) {
    constexpr int kSteps = 8;
    for (int i = 0; i < kSteps && rows_->Valid(); ++i) {
      if (rows_->key().substr(kGraphBytes) >= key) return;
      rows_->Next();
    }
    if (!rows_->Valid() || rows_->key().substr(kGraphBytes) >= key) return;
    rows_->Seek(GraphPrefix(graph_.description.number).append(key));
  }

  GraphState& graph_;
  std::unique_ptr<KvIterator> rows_;
};

absl::Status LoadTerms::AddPart(const TermTable& table) {
  for (auto* file : {&terms_, &orders_}) {
    if (*file != nullptr) continue;
    SKG_ASSIGN_OR_RETURN(*file, SpillFile::Create(directory_));
  }
  Part& part = parts_.emplace_back();
  part.count = table.size();
  part.terms_begin = terms_->size();
  part.order_begin = orders_->size();
  std::vector<uint32_t> order = table.Sorted();
  std::erase_if(order, [&](uint32_t number) {
    return table.term(number).tag() == rdf::TermTag::kTripleTerm;
  });
  part.sorted = static_cast<uint32_t>(order.size());
  for (const uint32_t number : order)
    SKG_RETURN_IF_ERROR(Append(table.term(number), *terms_));
  part.terms_end = terms_->size();
  return orders_->Append(order.data(), order.size() * sizeof order[0]);
}

absl::Status LoadTerms::Flush() {
  for (const auto* file : {&terms_, &orders_, &new_}) {
    if (*file != nullptr) SKG_RETURN_IF_ERROR((*file)->Flush());
  }
  for (const Part& part : parts_) {
    if (part.ids != nullptr) SKG_RETURN_IF_ERROR(part.ids->Flush());
  }
  return absl::OkStatus();
}

absl::Status LoadTerms::AppendNew(const TermBytes& term) {
  if (new_terms_ % kIndexEvery == 0)
    index_.push_back({std::string(term.key), new_->size()});
  ++new_terms_;
  return Append(term, *new_);
}

absl::Status LoadTerms::Merge(const KvSnapshot* snapshot,
                              const Cancellation* cancellation) {
  SKG_ASSIGN_OR_RETURN(new_, SpillFile::Create(directory_));
  SKG_RETURN_IF_ERROR(Flush());
  std::vector<PartReader> heap;
  for (Part& part : parts_) {
    SKG_ASSIGN_OR_RETURN(part.ids, SpillFile::Create(directory_));
    PartReader& reader = heap.emplace_back(*terms_, part);
    SKG_RETURN_IF_ERROR(reader.Next());
    if (reader.at_end()) heap.pop_back();
  }
  const auto after = [](const PartReader& a, const PartReader& b) {
    return b.term().key < a.term().key;
  };
  std::make_heap(heap.begin(), heap.end(), after);
  Existing existing(graph_, snapshot);
  std::string key, text;  // of the last term
  TermId id;
  for (uint64_t n = 1; !heap.empty(); ++n) {
    if (n % kCheckEvery == 0 && cancellation != nullptr)
      SKG_RETURN_IF_ERROR(cancellation->Check());
    if (heap.size() > 1) std::pop_heap(heap.begin(), heap.end(), after);
    PartReader& reader = heap.back();
    const TermBytes& term = reader.term();
    if (term.key != key) {
      SKG_ASSIGN_OR_RETURN(id, existing.Find(term));
      if (!id.bound()) {
        id = TermId::Make(term.tag(), kNewTermBit | new_terms_);
        SKG_RETURN_IF_ERROR(AppendNew(term));
      }
      key = term.key;
      text = term.text;
    } else if (term.text != text) {
      return SameHash(graph_.description.number, term);
    }
    SKG_RETURN_IF_ERROR(reader.Give(id));
    SKG_RETURN_IF_ERROR(reader.Next());
    if (reader.at_end()) {
      heap.pop_back();
    } else if (heap.size() > 1) {
      std::push_heap(heap.begin(), heap.end(), after);
    }
  }
  return Flush();
}

absl::StatusOr<std::optional<uint64_t>> LoadTerms::Find(
    const TermBytes& term) const {
  const auto behind =
      std::upper_bound(index_.begin(), index_.end(), term.key,
                       [](std::string_view k, const IndexEntry& entry) {
                         return k < entry.key;
                       });
  if (behind == index_.begin()) return std::nullopt;
  const auto at = behind - 1;
  SpillReader reader(*new_, at->offset,
                     behind == index_.end() ? new_->size() : behind->offset);
  StoredTerm stored;
  uint64_t rank = static_cast<uint64_t>(at - index_.begin()) * kIndexEvery;
  for (; !reader.at_end(); ++rank) {
    SKG_RETURN_IF_ERROR(stored.Read(reader));
    if (stored.term().key < term.key) continue;
    if (stored.term().key != term.key) return std::nullopt;
    if (stored.term().text != term.text)
      return SameHash(graph_.description.number, term);
    return rank;
  }
  return std::nullopt;
}

absl::Status LoadTerms::ForEachNew(
    const std::function<absl::Status(uint64_t, const TermBytes&)>& visit)
    const {
  SpillReader reader(*new_, 0, new_->size());
  StoredTerm stored;
  for (uint64_t rank = 0; !reader.at_end(); ++rank) {
    SKG_RETURN_IF_ERROR(stored.Read(reader));
    SKG_RETURN_IF_ERROR(visit(rank, stored.term()));
  }
  return absl::OkStatus();
}

absl::Status LoadTerms::IdsOfPart(size_t number,
                                  std::vector<TermId>* ids) const {
  const Part& part = parts_[number];
  ids->assign(part.count, TermId{});
  SpillReader sorted(*part.ids, 0, part.ids->size());
  SpillReader order(*orders_, part.order_begin,
                    part.order_begin + part.sorted * sizeof(uint32_t));
  for (uint32_t i = 0; i < part.sorted; ++i) {
    uint32_t local = 0;
    TermId id;
    SKG_RETURN_IF_ERROR(order.ReadValue(&local));
    SKG_RETURN_IF_ERROR(sorted.ReadValue(&id));
    (*ids)[local] = id;
  }
  return absl::OkStatus();
}

}  // namespace skg::storage
