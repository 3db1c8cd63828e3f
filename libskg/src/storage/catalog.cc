#include "storage/catalog.h"

#include <algorithm>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/bytes.h"
#include "base/status.h"
#include "base/strings.h"
#include "skg_storage.pb.h"
#include "storage/keys.h"
#include "storage/rows.h"

namespace skg::storage {

namespace {

constexpr size_t kMaxSettingKeyBytes = 255;
constexpr size_t kMaxSettingBytes = 64 << 10;
constexpr size_t kHeadsAtOnce = 1024;

std::string NumberBytes(uint32_t number) { return GraphPrefix(number); }

std::string NameKey(std::string_view tenant, std::string_view name) {
  return CatalogKey(kNameKind, absl::StrCat(av(tenant), "/", av(name)));
}

absl::StatusOr<GraphDescription> DecodeGraph(std::string_view bytes) {
  proto::GraphRow row;
  if (bytes.empty() || bytes.front() != kPlainFormat ||
      !row.ParseFromArray(bytes.data() + 1,
                          static_cast<int>(bytes.size() - 1)) ||
      row.uuid().size() != 16) {
    return absl::DataLossError("damaged graph row in the catalog");
  }
  GraphDescription graph;
  graph.number = row.number();
  std::copy(row.uuid().begin(), row.uuid().end(), graph.uuid.bytes.begin());
  graph.tenant = row.tenant();
  graph.name = row.name();
  graph.base_namespace = row.base_namespace();
  graph.statement_ids = row.statement_ids();
  return graph;
}

std::string EncodeGraph(const GraphDescription& graph) {
  proto::GraphRow row;
  row.set_number(graph.number);
  row.set_uuid(std::string(graph.uuid.view()));
  row.set_tenant(graph.tenant);
  row.set_name(graph.name);
  row.set_base_namespace(graph.base_namespace);
  row.set_statement_ids(graph.statement_ids);
  row.set_created_unix_micros(absl::ToUnixMicros(absl::Now()));
  std::string out(1, kPlainFormat);
  row.AppendToString(&out);
  return out;
}

absl::StatusOr<uint32_t> DecodeNumber(std::string_view bytes) {
  if (bytes.size() != 1 + kGraphBytes || bytes.front() != kPlainFormat) {
    return absl::DataLossError("damaged number row in the catalog");
  }
  return LoadBigEndian<uint32_t>(bytes.data() + 1);
}

std::string EncodeNumber(uint32_t number) {
  return std::string(1, kPlainFormat).append(NumberBytes(number));
}

}  // namespace

absl::StatusOr<std::vector<std::optional<Head>>> ReadHeads(
    const KvStore& kv, std::span<const uint32_t> graphs) {
  std::vector<std::optional<Head>> heads(graphs.size());
  for (size_t begin = 0; begin < graphs.size(); begin += kHeadsAtOnce) {
    const auto some =
        graphs.subspan(begin, std::min(kHeadsAtOnce, graphs.size() - begin));
    std::vector<std::string> keys;
    for (const uint32_t graph : some) keys.push_back(HeadKey(graph));
    SKG_ASSIGN_OR_RETURN(const auto values, kv.MultiGet(Family::kStats, keys));
    for (size_t i = 0; i < some.size(); ++i) {
      if (!values[i]) continue;
      SKG_ASSIGN_OR_RETURN(heads[begin + i], DecodeHead(*values[i]));
    }
  }
  return heads;
}

absl::StatusOr<bool> IsListed(const KvStore& kv, uint32_t graph,
                              const KvSnapshot* at) {
  std::string ignored;
  return kv.Get(Family::kCatalog, CatalogKey(kGraphKind, NumberBytes(graph)),
                &ignored, at);
}

namespace {

absl::Status CheckFormatRow(const std::string& value) {
  ByteReader in(std::string_view(value).substr(value.empty() ? 0 : 1));
  const uint64_t version = in.Varint();
  if (value.empty() || value.front() != kPlainFormat || !in.ok()) {
    return absl::DataLossError(
        "damaged format row in the catalog; restore a backup");
  }
  if (version != kFormatVersion) {
    return absl::FailedPreconditionError(absl::StrCat(
        "the data are of format ", version, ", this program reads format ",
        kFormatVersion,
        version < kFormatVersion
            ? "; save its graphs with the program that wrote them, and restore "
              "them into a new directory"
            : "; use the program that wrote them or a newer one"));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckFormat(const KvStore& kv, const KvSnapshot* at) {
  std::string value;
  SKG_ASSIGN_OR_RETURN(
      const bool found,
      kv.Get(Family::kCatalog, CatalogKey(kFormatKind), &value, at));
  if (found) return CheckFormatRow(value);
  return absl::NotFoundError(
      "another process is still making this data directory; try again");
}

absl::Status Catalog::Open() {
  if (kv_.read_only()) return CheckFormat(kv_, nullptr);
  std::string value;
  SKG_ASSIGN_OR_RETURN(
      const bool found,
      kv_.Get(Family::kCatalog, CatalogKey(kFormatKind), &value));
  if (found) return CheckFormatRow(value);
  const auto rows = kv_.NewIterator(Family::kCatalog, {});
  rows->SeekToFirst();
  if (rows->Valid()) {
    return absl::DataLossError(
        "the catalog has rows but no format row; restore a backup");
  }
  SKG_RETURN_IF_ERROR(rows->status());
  std::string format(1, kPlainFormat);
  AppendVarint(kFormatVersion, format);
  const auto batch = kv_.NewBatch();
  batch->Put(Family::kCatalog, CatalogKey(kFormatKind), format);
  batch->Put(Family::kCatalog, CatalogKey(kNextGraphKind), EncodeNumber(1));
  return kv_.Write(*batch, WriteMode::kSync);
}

absl::StatusOr<std::optional<GraphDescription>> Catalog::Find(
    std::string_view tenant, std::string_view name,
    const KvSnapshot* at) const {
  std::string value;
  SKG_ASSIGN_OR_RETURN(
      bool found, kv_.Get(Family::kCatalog, NameKey(tenant, name), &value, at));
  if (!found) return std::optional<GraphDescription>();
  SKG_ASSIGN_OR_RETURN(const uint32_t number, DecodeNumber(value));
  SKG_ASSIGN_OR_RETURN(
      found, kv_.Get(Family::kCatalog,
                     CatalogKey(kGraphKind, NumberBytes(number)), &value, at));
  if (!found)
    return absl::DataLossError(
        absl::StrCat("the row of graph ", number, " is missing"));
  SKG_ASSIGN_OR_RETURN(GraphDescription graph, DecodeGraph(value));
  return std::optional<GraphDescription>(std::move(graph));
}

absl::StatusOr<uint32_t> Catalog::NextNumber() const {
  std::string value;
  SKG_ASSIGN_OR_RETURN(
      const bool found,
      kv_.Get(Family::kCatalog, CatalogKey(kNextGraphKind), &value));
  if (!found)
    return absl::DataLossError("the catalog has no next graph number");
  return DecodeNumber(value);
}

absl::StatusOr<uint32_t> Catalog::Reserve() {
  SKG_ASSIGN_OR_RETURN(const uint32_t number, NextNumber());
  const auto batch = kv_.NewBatch();
  batch->Put(Family::kCatalog, CatalogKey(kNextGraphKind),
             EncodeNumber(number + 1));
  batch->Put(Family::kCatalog, CatalogKey(kDroppedKind, NumberBytes(number)),
             std::string(1, kPlainFormat));
  SKG_RETURN_IF_ERROR(kv_.Write(*batch, WriteMode::kSync));
  return number;
}

absl::Status Catalog::Publish(const GraphDescription& graph) {
  const std::string number = NumberBytes(graph.number);
  const auto batch = kv_.NewBatch();
  batch->Delete(Family::kCatalog, CatalogKey(kDroppedKind, number));
  batch->Put(Family::kCatalog, NameKey(graph.tenant, graph.name),
             EncodeNumber(graph.number));
  batch->Put(Family::kCatalog, CatalogKey(kGraphKind, number),
             EncodeGraph(graph));
  return kv_.Write(*batch, WriteMode::kSync);
}

absl::Status Catalog::Create(std::span<const Store::GraphName> names,
                             const Store::CreateOptions& options,
                             WriteMode mode) {
  SKG_ASSIGN_OR_RETURN(const uint32_t first, NextNumber());
  uint32_t next = first;
  const auto batch = kv_.NewBatch();
  absl::flat_hash_set<std::string> made;
  for (const Store::GraphName& name : names) {
    std::string key = NameKey(name.tenant, name.name);
    std::string ignored;
    SKG_ASSIGN_OR_RETURN(const bool there,
                         kv_.Get(Family::kCatalog, key, &ignored));
    if (there || made.contains(key)) continue;
    GraphDescription graph;
    graph.number = next++;
    graph.uuid = RandomUuid();
    graph.tenant = name.tenant;
    graph.name = name.name;
    graph.base_namespace = options.base_namespace;
    graph.statement_ids = options.statement_ids;
    batch->Put(Family::kCatalog, key, EncodeNumber(graph.number));
    batch->Put(Family::kCatalog,
               CatalogKey(kGraphKind, NumberBytes(graph.number)),
               EncodeGraph(graph));
    batch->Put(Family::kStats, HeadKey(graph.number), EncodeHead(Head{}));
    batch->Put(Family::kManifest, ManifestKey(graph.number),
               EncodeManifest(Manifest{}));
    made.insert(std::move(key));
  }
  // What was there may come from a batch that was not synced yet.
  if (next == first)
    return mode == WriteMode::kSync ? kv_.Sync() : absl::OkStatus();
  batch->Put(Family::kCatalog, CatalogKey(kNextGraphKind), EncodeNumber(next));
  return kv_.Write(*batch, mode);
}

absl::Status Catalog::Drop(const GraphDescription& graph) {
  const auto batch = kv_.NewBatch();
  batch->Delete(Family::kCatalog, NameKey(graph.tenant, graph.name));
  batch->Delete(Family::kCatalog,
                CatalogKey(kGraphKind, NumberBytes(graph.number)));
  batch->Put(Family::kCatalog,
             CatalogKey(kDroppedKind, NumberBytes(graph.number)),
             std::string(1, kPlainFormat));
  return kv_.Write(*batch, WriteMode::kSync);
}

absl::StatusOr<std::vector<GraphDescription>> Catalog::List() const {
  return ListFrom(0, SIZE_MAX);
}

absl::StatusOr<std::vector<GraphDescription>> Catalog::ListFrom(
    uint32_t first, size_t count) const {
  const auto rows = kv_.NewIterator(
      Family::kCatalog, {.snapshot = nullptr,
                         .lower = CatalogKey(kGraphKind, NumberBytes(first)),
                         .upper = PrefixEnd(CatalogKey(kGraphKind))});
  std::vector<GraphDescription> graphs;
  for (rows->SeekToFirst(); rows->Valid() && graphs.size() < count;
       rows->Next()) {
    SKG_ASSIGN_OR_RETURN(GraphDescription graph, DecodeGraph(rows->value()));
    graphs.push_back(std::move(graph));
  }
  SKG_RETURN_IF_ERROR(rows->status());
  return graphs;
}

absl::StatusOr<std::vector<uint32_t>> Catalog::GraphsOf(
    std::string_view tenant) const {
  const std::string prefix = NameKey(tenant, {});
  const auto rows = kv_.NewIterator(
      Family::kCatalog,
      {.snapshot = nullptr, .lower = prefix, .upper = PrefixEnd(prefix)});
  std::vector<uint32_t> graphs;
  for (rows->SeekToFirst(); rows->Valid(); rows->Next()) {
    SKG_ASSIGN_OR_RETURN(graphs.emplace_back(), DecodeNumber(rows->value()));
  }
  SKG_RETURN_IF_ERROR(rows->status());
  return graphs;
}

absl::StatusOr<std::vector<uint32_t>> Catalog::Dropped() const {
  const std::string prefix = CatalogKey(kDroppedKind);
  const auto rows = kv_.NewIterator(
      Family::kCatalog,
      {.snapshot = nullptr, .lower = prefix, .upper = PrefixEnd(prefix)});
  std::vector<uint32_t> graphs;
  for (rows->SeekToFirst(); rows->Valid(); rows->Next()) {
    if (rows->key().size() != prefix.size() + kGraphBytes) {
      return absl::DataLossError(
          "damaged row of a dropped graph in the catalog");
    }
    graphs.push_back(
        LoadBigEndian<uint32_t>(rows->key().data() + prefix.size()));
  }
  SKG_RETURN_IF_ERROR(rows->status());
  return graphs;
}

absl::Status Catalog::PutSetting(std::string_view key, std::string_view value) {
  if (key.empty() || key.size() > kMaxSettingKeyBytes ||
      value.size() > kMaxSettingBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("a setting has a key of 1 to ", kMaxSettingKeyBytes,
                     " bytes and a value of at most ", kMaxSettingBytes,
                     "; got ", key.size(), " and ", value.size()));
  }
  const auto batch = kv_.NewBatch();
  batch->Put(Family::kCatalog, CatalogKey(kSettingKind, key),
             std::string(1, kPlainFormat).append(value));
  return kv_.Write(*batch, WriteMode::kSync);
}

absl::Status Catalog::DeleteSetting(std::string_view key) {
  const auto batch = kv_.NewBatch();
  batch->Delete(Family::kCatalog, CatalogKey(kSettingKind, key));
  return kv_.Write(*batch, WriteMode::kSync);
}

absl::StatusOr<std::string> Catalog::GetSetting(std::string_view key) const {
  std::string value;
  SKG_ASSIGN_OR_RETURN(
      const bool found,
      kv_.Get(Family::kCatalog, CatalogKey(kSettingKind, key), &value));
  if (!found)
    return absl::NotFoundError(absl::StrCat("no setting \"", av(key), "\""));
  return value.substr(1);
}

absl::StatusOr<std::vector<std::string>> Catalog::ListSettings(
    std::string_view prefix) const {
  const std::string begin = CatalogKey(kSettingKind, prefix);
  const auto rows = kv_.NewIterator(
      Family::kCatalog,
      {.snapshot = nullptr, .lower = begin, .upper = PrefixEnd(begin)});
  std::vector<std::string> keys;
  for (rows->SeekToFirst(); rows->Valid(); rows->Next()) {
    keys.emplace_back(rows->key().substr(kGraphBytes + 1));
  }
  SKG_RETURN_IF_ERROR(rows->status());
  return keys;
}

absl::Status Catalog::PutQuota(std::string_view owner,
                               const QuotaLimits& limits) {
  const auto batch = kv_.NewBatch();
  const std::string key = CatalogKey(kQuotaKind, owner);
  if (limits == QuotaLimits{}) {
    batch->Delete(Family::kCatalog, key);
  } else {
    batch->Put(Family::kCatalog, key, EncodeQuotaLimits(limits));
  }
  return kv_.Write(*batch, WriteMode::kSync);
}

absl::StatusOr<std::vector<std::pair<std::string, QuotaLimits>>>
Catalog::Quotas() const {
  const std::string prefix = CatalogKey(kQuotaKind);
  const auto rows = kv_.NewIterator(
      Family::kCatalog,
      {.snapshot = nullptr, .lower = prefix, .upper = PrefixEnd(prefix)});
  std::vector<std::pair<std::string, QuotaLimits>> quotas;
  for (rows->SeekToFirst(); rows->Valid(); rows->Next()) {
    SKG_ASSIGN_OR_RETURN(const QuotaLimits limits,
                         DecodeQuotaLimits(rows->value()));
    quotas.emplace_back(rows->key().substr(prefix.size()), limits);
  }
  SKG_RETURN_IF_ERROR(rows->status());
  return quotas;
}

}  // namespace skg::storage
