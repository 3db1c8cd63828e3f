#include "query/row_order.h"

#include <bit>
#include <utility>

#include "base/bytes.h"
#include "base/status.h"

namespace skg::query {
namespace {

// A name as bytes that keep its order when more follows: 00 becomes 00 FF, and
// 00 00 ends it.
void AppendOrdered(std::string_view name, std::string& out) {
  for (const char c : name) {
    out += c;
    if (c == '\0') out += '\xFF';
  }
  out.append(2, '\0');
}

}  // namespace

absl::StatusOr<uint64_t> CreatedCommit(const storage::ReadView& view,
                                       const storage::StatementRow& row) {
  if (!row.has_record) return row.commit;
  SKG_ASSIGN_OR_RETURN(const storage::Record record, view.ReadRecord(row));
  return record.created_commit;
}

RowOrder::RowOrder(Evaluation& evaluation, PatternOrder order, bool descending)
    : evaluation_(evaluation), names_(evaluation) {
  const Field subject{Part::kSubject}, predicate{Part::kPredicate},
      object{Part::kObject};
  switch (order) {
    case PatternOrder::kDefault:
      fields_ = {{Part::kCreated}, {Part::kIds}};
      break;
    case PatternOrder::kStrongest:
      fields_ = {{Part::kWeight, true}, {Part::kCreated}, {Part::kIds}};
      break;
    case PatternOrder::kWeight:
      fields_ = {{Part::kWeight, descending}, subject, predicate, object};
      break;
    case PatternOrder::kCreatedAt:
      fields_ = {{Part::kCreated, descending}, subject, predicate, object};
      break;
    case PatternOrder::kSubject:
      fields_ = {{Part::kSubject, descending}, predicate, object};
      break;
    case PatternOrder::kPredicate:
      fields_ = {{Part::kPredicate, descending}, subject, object};
      break;
    case PatternOrder::kObject:
      fields_ = {{Part::kObject, descending}, subject, predicate};
      break;
  }
}

absl::Status RowOrder::Keys(std::span<const storage::StatementRow> rows,
                            const std::string* bound,
                            std::vector<std::string>& keys) {
  keys.resize(rows.size());
  std::vector<size_t> alive(rows.size());
  for (size_t i = 0; i < rows.size(); ++i) {
    keys[i].clear();
    alive[i] = i;
  }
  for (const Field& field : fields_) {
    SKG_RETURN_IF_ERROR(LoadNames(rows, alive, field.part));
    size_t kept = 0;
    for (const size_t i : alive) {
      SKG_RETURN_IF_ERROR(evaluation_.Tick());
      SKG_RETURN_IF_ERROR(AppendPart(rows[i], field, keys[i]));
      if (bound != nullptr &&
          keys[i].compare(0, keys[i].size(), *bound, 0, keys[i].size()) > 0) {
        keys[i].clear();
        continue;
      }
      alive[kept++] = i;
    }
    alive.resize(kept);
  }
  return absl::OkStatus();
}

absl::Status RowOrder::LoadNames(std::span<const storage::StatementRow> rows,
                                 std::span<const size_t> alive, Part part) {
  if (part < Part::kSubject) return absl::OkStatus();
  std::vector<rdf::TermId> ids;
  ids.reserve(alive.size());
  for (const size_t i : alive) {
    const storage::StatementKey& key = rows[i].key;
    ids.push_back(part == Part::kSubject     ? key.subject
                  : part == Part::kPredicate ? key.predicate
                                             : key.object);
  }
  return names_.Load(ids);
}

absl::Status RowOrder::AppendPart(const storage::StatementRow& row, Field field,
                                  std::string& key) {
  const size_t begin = key.size();
  switch (field.part) {
    case Part::kWeight:
      // The bits of floats that are not negative are in their order.
      AppendBigEndian(std::bit_cast<uint32_t>(row.weight), key);
      break;
    case Part::kCreated: {
      SKG_ASSIGN_OR_RETURN(const uint64_t created,
                           CreatedCommit(evaluation_.view, row));
      AppendBigEndian(created, key);
      break;
    }
    case Part::kIds:
      AppendBigEndian(row.key.subject.bits, key);
      AppendBigEndian(row.key.predicate.bits, key);
      AppendBigEndian(row.key.object.bits, key);
      break;
    case Part::kSubject:
      AppendOrdered(names_.Name(row.key.subject), key);
      break;
    case Part::kPredicate:
      AppendOrdered(names_.Name(row.key.predicate), key);
      break;
    case Part::kObject:
      AppendOrdered(names_.Name(row.key.object), key);
      break;
  }
  if (field.descending) {
    for (size_t i = begin; i < key.size(); ++i)
      key[i] = static_cast<char>(~key[i]);
  }
  return absl::OkStatus();
}

}  // namespace skg::query
