#include "vector/vector_rows.h"

#include <bit>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "base/bytes.h"
#include "base/status.h"
#include "skg_storage.pb.h"
#include "storage/keys.h"

namespace skg::vector {

using storage::Family;
using storage::StatementKey;

namespace {

constexpr char kNextKind = 'X';
constexpr char kDefinitionKind = 'I';
constexpr char kSegmentsKind = 'S';

std::string KindKey(uint32_t graph, char kind) {
  std::string key = storage::GraphPrefix(graph);
  key.push_back(kind);
  return key;
}

constexpr char kFormat = 1;

// The format, then the numbers, little-endian; of none nothing.
void StoreVector(std::span<const float> vector, std::string& out) {
  out.clear();
  if (vector.empty()) return;
  out.resize(1 + vector.size() * sizeof(float), kFormat);
  for (size_t i = 0; i < vector.size(); ++i) {
    StoreLittleEndian(std::bit_cast<uint32_t>(vector[i]),
                      out.data() + 1 + i * sizeof(float));
  }
}

absl::Status Damaged(std::string_view what) {
  return absl::DataLossError(
      absl::StrCat("damaged row of a vector index: ", std::string(what)));
}

}  // namespace

std::string NodeLabel(TermId node) {
  std::string label;
  AppendBigEndian(node.bits, label);
  return label;
}

std::string StatementLabel(const StatementKey& key) {
  std::string label(storage::kStatementBytes, '\0');
  storage::StoreStatement(key, storage::IndexOrder::kGspo, label.data());
  return label;
}

TermId NodeOf(std::string_view label) {
  return TermId{LoadBigEndian<uint64_t>(label.data())};
}

StatementKey StatementOf(std::string_view label) {
  return storage::LoadStatement(storage::IndexOrder::kGspo, label.data());
}

size_t LabelBytes(const VectorIndexOptions& options) {
  return options.over == IndexOver::kStatements ? storage::kStatementBytes
                                                : sizeof(TermId);
}

std::string NextIndexKey(uint32_t graph) { return KindKey(graph, kNextKind); }

std::string DefinitionKey(uint32_t graph, uint32_t index) {
  return IndexPrefix(graph, kDefinitionKind, index);
}

std::string SegmentsKey(uint32_t graph, uint32_t index) {
  return IndexPrefix(graph, kSegmentsKind, index);
}

std::string IndexPrefix(uint32_t graph, char kind, uint32_t index) {
  std::string key = KindKey(graph, kind);
  AppendBigEndian(index, key);
  return key;
}

std::string VectorKey(uint32_t graph, uint32_t index, std::string_view label,
                      uint64_t commit) {
  std::string key = IndexPrefix(graph, kVectorKind, index);
  key.append(label);
  AppendBigEndian(~commit, key);
  return key;
}

std::string TailKey(uint32_t graph, uint32_t index, uint64_t commit,
                    std::string_view label) {
  std::string key = IndexPrefix(graph, kTailKind, index);
  AppendBigEndian(commit, key);
  key.append(label);
  return key;
}

absl::StatusOr<TailRow> ReadTailRow(std::string_view key,
                                    std::string_view value,
                                    size_t label_bytes) {
  constexpr size_t kBegin = storage::kGraphBytes + 1 + 4;
  if (key.size() != kBegin + 8 + label_bytes || value.size() > 1)
    return Damaged("of its tail");
  return TailRow{LoadBigEndian<uint64_t>(key.data() + kBegin),
                 key.substr(kBegin + 8), !value.empty()};
}

std::string EncodeDefinition(const IndexDefinition& index) {
  proto::VectorIndexRow row;
  row.set_name(index.name);
  row.set_over_statements(index.options.over == IndexOver::kStatements);
  row.set_dimension(index.options.dimension);
  row.set_metric(static_cast<uint32_t>(index.options.metric));
  row.set_kind(static_cast<uint32_t>(index.options.kind));
  row.set_links(index.options.links);
  row.set_ef_construction(index.options.ef_construction);
  row.set_ef_search(index.options.ef_search);
  row.set_embedder(index.options.embedder);
  if (index.options.auto_embedding) {
    const AutoEmbedding& embedding = *index.options.auto_embedding;
    auto& stored = *row.mutable_auto_embedding();
    for (const std::string& type : embedding.node_types)
      stored.add_node_types(type);
    stored.set_name(embedding.text.name);
    for (const std::string& label : embedding.text.labels)
      stored.add_labels(label);
    for (const std::string& property : embedding.text.properties)
      stored.add_properties(property);
    stored.set_statements(embedding.text.statements);
  }
  row.set_created_commit(index.created_commit);
  row.set_created_unix_micros(absl::ToUnixMicros(index.created));
  return row.SerializeAsString();
}

absl::StatusOr<IndexDefinition> DecodeDefinition(uint32_t number,
                                                 std::string_view bytes) {
  proto::VectorIndexRow row;
  if (!row.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())) ||
      row.metric() > static_cast<uint32_t>(VectorMetric::kL2) ||
      row.kind() > static_cast<uint32_t>(VectorIndexKind::kIvfPq) ||
      row.dimension() == 0) {
    return Damaged("its definition");
  }
  IndexDefinition index;
  index.number = number;
  index.name = row.name();
  index.options.over =
      row.over_statements() ? IndexOver::kStatements : IndexOver::kNodes;
  index.options.dimension = row.dimension();
  index.options.metric = static_cast<VectorMetric>(row.metric());
  index.options.kind = static_cast<VectorIndexKind>(row.kind());
  index.options.links = row.links();
  index.options.ef_construction = row.ef_construction();
  index.options.ef_search = row.ef_search();
  index.options.embedder = row.embedder();
  if (row.has_auto_embedding()) {
    const auto& stored = row.auto_embedding();
    AutoEmbedding& embedding = index.options.auto_embedding.emplace();
    embedding.node_types.assign(stored.node_types().begin(),
                                stored.node_types().end());
    embedding.text.name = stored.name();
    embedding.text.labels.assign(stored.labels().begin(),
                                 stored.labels().end());
    embedding.text.properties.assign(stored.properties().begin(),
                                     stored.properties().end());
    embedding.text.statements = stored.statements();
  }
  index.created_commit = row.created_commit();
  index.created = absl::FromUnixMicros(row.created_unix_micros());
  return index;
}

std::string EncodeSegments(const SegmentList& list) {
  proto::VectorSegmentsRow row;
  for (const SegmentEntry& entry : list.segments) {
    auto* segment = row.add_segments();
    segment->set_file(entry.file);
    segment->set_first_commit(entry.first_commit);
    segment->set_last_commit(entry.last_commit);
    segment->set_rows(entry.rows);
  }
  row.set_next_file(list.next_file);
  row.set_sealed_commit(list.sealed_commit);
  return row.SerializeAsString();
}

absl::StatusOr<SegmentList> ReadSegments(const storage::KvStore& kv,
                                         uint32_t graph, uint32_t index,
                                         const storage::KvSnapshot* at) {
  std::string value;
  SKG_ASSIGN_OR_RETURN(
      const bool found,
      kv.Get(Family::kVectors, SegmentsKey(graph, index), &value, at));
  SegmentList list;
  if (!found) return list;
  proto::VectorSegmentsRow row;
  if (!row.ParseFromString(value)) return Damaged("its list of segments");
  for (const auto& segment : row.segments()) {
    list.segments.push_back({segment.file(), segment.first_commit(),
                             segment.last_commit(), segment.rows()});
  }
  list.next_file = row.next_file();
  list.sealed_commit = row.sealed_commit();
  return list;
}

absl::StatusOr<std::vector<IndexDefinition>> ReadDefinitions(
    const storage::KvStore& kv, uint32_t graph, const storage::KvSnapshot* at) {
  const std::string prefix = KindKey(graph, kDefinitionKind);
  const auto rows = kv.NewIterator(
      Family::kVectors,
      {.snapshot = at, .lower = prefix, .upper = storage::PrefixEnd(prefix)});
  std::vector<IndexDefinition> indexes;
  for (rows->SeekToFirst(); rows->Valid(); rows->Next()) {
    if (rows->key().size() != prefix.size() + 4) return Damaged("its key");
    SKG_ASSIGN_OR_RETURN(
        IndexDefinition index,
        DecodeDefinition(
            LoadBigEndian<uint32_t>(rows->key().data() + prefix.size()),
            rows->value()));
    indexes.push_back(std::move(index));
  }
  SKG_RETURN_IF_ERROR(rows->status());
  return indexes;
}

absl::StatusOr<std::optional<std::vector<float>>> ReadVector(
    const storage::KvStore& kv, uint32_t graph, const IndexDefinition& index,
    std::string_view label, uint64_t commit, const storage::KvSnapshot* at) {
  std::string prefix = IndexPrefix(graph, kVectorKind, index.number);
  prefix.append(label);
  const auto rows = kv.NewIterator(
      Family::kVectors,
      {.snapshot = at, .lower = prefix, .upper = storage::PrefixEnd(prefix)});
  rows->Seek(VectorKey(graph, index.number, label, commit));
  if (!rows->Valid()) {
    SKG_RETURN_IF_ERROR(rows->status());
    return std::nullopt;
  }
  if (rows->value().empty()) return std::nullopt;
  return DecodeVector(rows->value(), index.options.dimension);
}

absl::StatusOr<std::vector<float>> DecodeVector(std::string_view bytes,
                                                uint32_t dimension) {
  if (bytes.size() != 1 + dimension * sizeof(float) ||
      bytes.front() != kFormat) {
    return Damaged(absl::StrCat("a vector of ", bytes.size(),
                                " bytes where there are ", dimension,
                                " numbers"));
  }
  std::vector<float> vector(dimension);
  for (size_t i = 0; i < vector.size(); ++i) {
    vector[i] = std::bit_cast<float>(
        LoadLittleEndian<uint32_t>(bytes.data() + 1 + i * sizeof(float)));
  }
  return vector;
}

void VectorPart::Append(bool statement, uint32_t edge,
                        std::span<const float> vector) {
  entries_.push_back({statement, edge, numbers_.size(), vector.size()});
  numbers_.insert(numbers_.end(), vector.begin(), vector.end());
}

void VectorPart::Add(TermId node, std::span<const float> vector) {
  terms_.push_back(node);
  Append(false, 0, vector);
}

void VectorPart::Add(const StatementKey& statement,
                     std::span<const float> vector) {
  for (const TermId id : {statement.graph, statement.subject,
                          statement.predicate, statement.object}) {
    terms_.push_back(id);
  }
  Append(true, statement.edge, vector);
}

void VectorPart::AddRows(uint64_t commit, std::span<const TermId> ids,
                         storage::KvBatch& batch) {
  std::string value;
  size_t at = 0;
  for (const Entry& entry : entries_) {
    std::string label;
    if (entry.statement) {
      label = StatementLabel(
          {ids[at], ids[at + 1], ids[at + 2], ids[at + 3], entry.edge});
      at += 4;
    } else {
      label = NodeLabel(ids[at++]);
    }
    const bool removed = entry.size == 0;
    StoreVector(std::span(numbers_).subspan(entry.first, entry.size), value);
    batch.Put(Family::kVectors, VectorKey(graph_, index_, label, commit),
              value);
    batch.Put(Family::kVectors, TailKey(graph_, index_, commit, label),
              removed ? kRemovedFromTail : std::string_view());
  }
}

}  // namespace skg::vector
