#include "storage/rows.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/bytes.h"
#include "skg_storage.pb.h"
#include "storage/keys.h"

namespace skg::storage {

namespace {

// Statement rows whose end is infinite, as all rows of the delta are, and rows
// that carry their end.
constexpr char kOpenRowFormat = 0x01;
constexpr char kClosedRowFormat = 0x02;

// Flags of a statement row: bits 0-1 operation, 2-3 sign, 4-5 triple sign,
// 6 has-record, 7 weight follows (else it is 1).
constexpr uint8_t kExplicitSign = 3;
constexpr uint8_t kRecordFlag = 0x40;
constexpr uint8_t kWeightFlag = 0x80;

constexpr size_t kLogChunkBytes = 128 << 10;

uint8_t SignCode(int64_t sign) {
  if (sign == 0) return 0;
  if (sign == 1) return 1;
  if (sign == -1) return 2;
  return kExplicitSign;
}

size_t StoreVarint(uint64_t value, char* out) {
  size_t size = 0;
  while (value >= 0x80) {
    out[size++] = static_cast<char>(value | 0x80);
    value >>= 7;
  }
  out[size++] = static_cast<char>(value);
  return size;
}

bool ReadSign(uint8_t code, ByteReader& in, int64_t* sign) {
  switch (code) {
    case 0:
      *sign = 0;
      return true;
    case 1:
      *sign = 1;
      return true;
    case 2:
      *sign = -1;
      return true;
    default:
      *sign = UnZigZag(in.Varint());
      return in.ok();
  }
}

absl::Status Damaged(const char* what) {
  return absl::DataLossError(absl::StrCat("damaged ", what, " row"));
}

// Reads the format byte and `count` varints that fill the rest exactly.
bool ReadVarints(std::string_view bytes, uint64_t* values, size_t count) {
  if (bytes.empty() || bytes.front() != kPlainFormat) return false;
  ByteReader in(bytes.substr(1));
  for (size_t i = 0; i < count; ++i) values[i] = in.Varint();
  return in.ok() && in.empty();
}

}  // namespace

size_t EncodeRow(const RowValue& row, char* out) {
  const uint8_t sign = SignCode(row.sign);
  const uint8_t triple_sign = SignCode(row.triple_sign);
  const bool closed = row.end != UINT64_MAX;
  out[0] = closed ? kClosedRowFormat : kOpenRowFormat;
  out[1] = static_cast<char>(static_cast<uint8_t>(row.operation) | (sign << 2) |
                             (triple_sign << 4) |
                             (row.has_record ? kRecordFlag : 0) |
                             (row.weight != 1.0f ? kWeightFlag : 0));
  size_t size = 2;
  if (row.weight != 1.0f) {
    StoreBigEndian(std::bit_cast<uint32_t>(row.weight), out + size);
    size += 4;
  }
  if (sign == kExplicitSign) size += StoreVarint(ZigZag(row.sign), out + size);
  if (triple_sign == kExplicitSign)
    size += StoreVarint(ZigZag(row.triple_sign), out + size);
  if (closed) size += StoreVarint(row.end, out + size);
  return size;
}

bool DecodeRow(std::string_view bytes, RowValue* row) {
  if (bytes.size() < 2) return false;
  const char format = bytes[0];
  if (format != kOpenRowFormat && format != kClosedRowFormat) return false;
  const auto flags = static_cast<uint8_t>(bytes[1]);
  if ((flags & 3) == 0) return false;
  row->operation = static_cast<RowOperation>(flags & 3);
  row->has_record = (flags & kRecordFlag) != 0;
  ByteReader in(bytes.substr(2));
  row->weight = (flags & kWeightFlag) != 0
                    ? std::bit_cast<float>(in.BigEndian<uint32_t>())
                    : 1.0f;
  if (!ReadSign((flags >> 2) & 3, in, &row->sign)) return false;
  if (!ReadSign((flags >> 4) & 3, in, &row->triple_sign)) return false;
  row->end = format == kClosedRowFormat ? in.Varint() : UINT64_MAX;
  return in.ok() && in.empty();
}

std::string EncodeHead(const Head& head) {
  std::string out(1, kPlainFormat);
  for (const uint64_t value :
       {head.last_commit, static_cast<uint64_t>(head.last_time_micros),
        head.next_term, head.statements, head.triples, head.default_statements,
        head.default_triples, head.manifest, head.delta_rows}) {
    AppendVarint(value, out);
  }
  return out;
}

absl::StatusOr<Head> DecodeHead(std::string_view bytes) {
  uint64_t v[9];
  if (!ReadVarints(bytes, v, 9)) return Damaged("head");
  return Head{
      v[0], static_cast<int64_t>(v[1]), v[2], v[3], v[4], v[5], v[6], v[7],
      v[8]};
}

std::string EncodeCounts(const Counts& counts) {
  std::string out(1, kPlainFormat);
  AppendVarint(counts.statements, out);
  AppendVarint(counts.triples, out);
  return out;
}

absl::StatusOr<Counts> DecodeCounts(std::string_view bytes) {
  uint64_t v[2];
  if (!ReadVarints(bytes, v, 2)) return Damaged("count");
  return Counts{v[0], v[1]};
}

namespace {

void AppendScope(const ClearScope& scope, std::string& out) {
  AppendVarint(static_cast<uint64_t>(scope.scope), out);
  if (scope.scope == GraphScope::kOne) AppendBigEndian(scope.graph.bits, out);
}

bool ReadScope(ByteReader& in, ClearScope* scope) {
  const uint64_t number = in.Varint();
  if (number > static_cast<uint64_t>(GraphScope::kOne)) return false;
  scope->scope = static_cast<GraphScope>(number);
  if (scope->scope == GraphScope::kOne)
    scope->graph.bits = in.BigEndian<uint64_t>();
  return in.ok();
}

// A manifest with clears: these, and how far each run has them.
constexpr char kClearedManifestFormat = 0x02;

void AppendClears(const Manifest& manifest, std::string& out) {
  AppendVarint(manifest.clears.size(), out);
  for (const ClearMark& mark : manifest.clears) {
    AppendVarint(mark.commit, out);
    AppendVarint(mark.statements, out);
    AppendScope(mark.scope, out);
  }
  for (const RunInfo& run : manifest.runs)
    AppendVarint(run.clears_written, out);
}

bool ReadClears(ByteReader& in, size_t most, Manifest* manifest) {
  const uint64_t clears = in.Varint();
  if (!in.ok() || clears == 0 || clears > most) return false;
  for (uint64_t i = 0; i < clears; ++i) {
    ClearMark mark;
    const uint64_t last = i > 0 ? manifest->clears.back().commit : 0;
    mark.commit = in.Varint();
    mark.statements = in.Varint();
    if (!ReadScope(in, &mark.scope) ||
        mark.commit < std::max<uint64_t>(last, 1))
      return false;
    manifest->clears.push_back(mark);
  }
  for (RunInfo& run : manifest->runs) run.clears_written = in.Varint();
  return true;
}

}  // namespace

std::string EncodeManifest(const Manifest& manifest) {
  const bool clears = !manifest.clears.empty();
  std::string out(1, clears ? kClearedManifestFormat : kPlainFormat);
  AppendVarint(manifest.number, out);
  AppendVarint(manifest.epochs.size(), out);
  for (const Epoch& epoch : manifest.epochs) {
    AppendVarint(epoch.number, out);
    AppendVarint(epoch.since, out);
  }
  AppendVarint(manifest.next_run, out);
  AppendVarint(manifest.runs.size(), out);
  for (const RunInfo& run : manifest.runs) {
    for (const uint64_t value :
         {uint64_t{run.number}, uint64_t{run.history}, run.commit,
          run.min_commit, run.max_commit, run.max_end, run.rows,
          ZigZag(run.statements), ZigZag(run.triples), run.named_rows,
          run.bytes}) {
      AppendVarint(value, out);
    }
  }
  if (clears) AppendClears(manifest, out);
  return out;
}

namespace {

RunInfo ReadRunInfo(ByteReader& in) {
  RunInfo run;
  run.number = static_cast<uint32_t>(in.Varint());
  run.history = in.Varint() != 0;
  run.commit = in.Varint();
  run.min_commit = in.Varint();
  run.max_commit = in.Varint();
  run.max_end = in.Varint();
  run.rows = in.Varint();
  run.statements = UnZigZag(in.Varint());
  run.triples = UnZigZag(in.Varint());
  run.named_rows = in.Varint();
  run.bytes = in.Varint();
  return run;
}

}  // namespace

absl::StatusOr<Manifest> DecodeManifest(std::string_view bytes) {
  if (bytes.empty() || (bytes.front() != kPlainFormat &&
                        bytes.front() != kClearedManifestFormat)) {
    return Damaged("manifest");
  }
  ByteReader in(bytes.substr(1));
  Manifest manifest;
  manifest.number = in.Varint();
  const uint64_t epochs = in.Varint();
  if (!in.ok() || epochs == 0 || epochs > bytes.size())
    return Damaged("manifest");
  manifest.epochs.clear();
  for (uint64_t i = 0; i < epochs; ++i) {
    Epoch& epoch = manifest.epochs.emplace_back();
    epoch.number = static_cast<uint32_t>(in.Varint());
    epoch.since = in.Varint();
  }
  manifest.next_run = static_cast<uint32_t>(in.Varint());
  const uint64_t runs = in.Varint();
  if (!in.ok() || runs > bytes.size()) return Damaged("manifest");
  for (uint64_t i = 0; i < runs; ++i) manifest.runs.push_back(ReadRunInfo(in));
  if (bytes.front() == kClearedManifestFormat &&
      !ReadClears(in, bytes.size(), &manifest)) {
    return Damaged("manifest");
  }
  if (!in.ok() || !in.empty()) return Damaged("manifest");
  return manifest;
}

constexpr char kLogReferenceFormat = 0x02;
constexpr char kLogClearFormat = 0x03;
constexpr char kLogClearReferenceFormat = 0x04;

namespace {

// What every entry begins with; `clears`: it is of a format that has them.
void AppendLogHeader(absl::Time time, uint64_t change_count,
                     const std::vector<ClearScope>& clears, uint64_t cleared,
                     std::string& out) {
  AppendVarint(static_cast<uint64_t>(absl::ToUnixMicros(time)), out);
  AppendVarint(change_count + cleared, out);
  if (clears.empty()) return;
  AppendVarint(cleared, out);
  AppendVarint(clears.size(), out);
  for (const ClearScope& scope : clears) AppendScope(scope, out);
}

}  // namespace

LogEncoder::LogEncoder(absl::Time time, uint64_t change_count)
    : LogEncoder(time, change_count, {}, 0) {}

LogEncoder::LogEncoder(absl::Time time, uint64_t change_count,
                       const std::vector<ClearScope>& clears,
                       uint64_t cleared) {
  std::string& first =
      chunks_.emplace_back(1, clears.empty() ? kPlainFormat : kLogClearFormat);
  AppendLogHeader(time, change_count, clears, cleared, first);
  first.reserve(
      std::min<uint64_t>(kLogChunkBytes + 64, 16 + change_count * 44));
}

void LogEncoder::Add(const LoggedChange& change) {
  if (chunks_.back().size() >= kLogChunkBytes)
    chunks_.emplace_back(1, kPlainFormat);
  std::string& out = chunks_.back();
  const bool named = change.key.graph.bound();
  const bool edged = change.key.edge != 0;
  const bool weighted = change.weight != 1.0f;
  // Bits 0-1 operation, 2 has-record, 3 weight, 4 named graph, 5 edge.
  char bytes[1 + kTermsBytes + 4 + 4];
  size_t size = 0;
  bytes[size++] = static_cast<char>(
      static_cast<uint8_t>(change.operation) | (change.has_record ? 4 : 0) |
      (weighted ? 8 : 0) | (named ? 16 : 0) | (edged ? 32 : 0));
  if (named) {
    StoreBigEndian(change.key.graph.bits, bytes + size);
    size += 8;
  }
  for (const TermId id :
       {change.key.subject, change.key.predicate, change.key.object}) {
    StoreBigEndian(id.bits, bytes + size);
    size += 8;
  }
  if (edged) {
    StoreBigEndian(change.key.edge, bytes + size);
    size += 4;
  }
  if (weighted) {
    StoreBigEndian(std::bit_cast<uint32_t>(change.weight), bytes + size);
    size += 4;
  }
  out.append(bytes, size);
}

std::vector<std::string> LogEncoder::TakeFull() {
  std::string last = std::move(chunks_.back());
  chunks_.pop_back();
  std::vector<std::string> full = std::exchange(chunks_, {});
  chunks_.push_back(std::move(last));
  return full;
}

std::vector<std::string> LogEncoder::Finish() { return std::move(chunks_); }

std::string EncodeLogReference(absl::Time time, uint64_t change_count,
                               const std::vector<ClearScope>& clears,
                               uint64_t cleared) {
  std::string out(
      1, clears.empty() ? kLogReferenceFormat : kLogClearReferenceFormat);
  AppendLogHeader(time, change_count, clears, cleared, out);
  return out;
}

namespace {

bool ReadLogHeader(char format, ByteReader& in, LogHeader* header) {
  header->by_reference =
      format == kLogReferenceFormat || format == kLogClearReferenceFormat;
  header->time = absl::FromUnixMicros(static_cast<int64_t>(in.Varint()));
  header->change_count = in.Varint();
  if (format != kLogClearFormat && format != kLogClearReferenceFormat)
    return in.ok() && (!header->by_reference || in.empty());
  header->cleared = in.Varint();
  const uint64_t clears = in.Varint();
  if (!in.ok() || clears == 0 || clears > in.rest().size() ||
      header->cleared > header->change_count) {
    return false;
  }
  for (uint64_t i = 0; i < clears; ++i) {
    if (!ReadScope(in, &header->clears.emplace_back())) return false;
  }
  return !header->by_reference || in.empty();
}

}  // namespace

absl::StatusOr<LogHeader> DecodeLogHeader(std::string_view first_chunk) {
  if (first_chunk.empty() || first_chunk.front() < kPlainFormat ||
      first_chunk.front() > kLogClearReferenceFormat) {
    return Damaged("log");
  }
  ByteReader in(first_chunk.substr(1));
  LogHeader header;
  if (!ReadLogHeader(first_chunk.front(), in, &header)) return Damaged("log");
  return header;
}

absl::Status DecodeLogChunk(std::string_view chunk, bool first,
                            std::vector<LoggedChange>* changes) {
  const bool known =
      !chunk.empty() && chunk.front() >= kPlainFormat &&
      chunk.front() <= (first ? kLogClearReferenceFormat : kPlainFormat);
  if (!known) return Damaged("log");
  ByteReader in(chunk.substr(1));
  LogHeader header;
  if (first && !ReadLogHeader(chunk.front(), in, &header))
    return Damaged("log");
  while (in.ok() && !in.empty()) {
    const auto flags = in.BigEndian<uint8_t>();
    if ((flags & 3) == 0) return Damaged("log");
    LoggedChange change;
    change.operation = static_cast<RowOperation>(flags & 3);
    change.has_record = (flags & 4) != 0;
    if ((flags & 16) != 0) change.key.graph.bits = in.BigEndian<uint64_t>();
    change.key.subject.bits = in.BigEndian<uint64_t>();
    change.key.predicate.bits = in.BigEndian<uint64_t>();
    change.key.object.bits = in.BigEndian<uint64_t>();
    if ((flags & 32) != 0) change.key.edge = in.BigEndian<uint32_t>();
    if ((flags & 8) != 0)
      change.weight = std::bit_cast<float>(in.BigEndian<uint32_t>());
    if (in.ok()) changes->push_back(change);
  }
  return in.ok() ? absl::OkStatus() : Damaged("log");
}

std::string EncodeStoredResult(const StoredResult& stored) {
  std::string out(1, kPlainFormat);
  AppendVarint(stored.request_hash.size(), out);
  out += stored.request_hash;
  const CommitResult& r = stored.result;
  for (const uint64_t value :
       {r.commit, static_cast<uint64_t>(absl::ToUnixMicros(r.time)), r.inserted,
        r.replaced, r.removed, r.duplicates, r.absent}) {
    AppendVarint(value, out);
  }
  AppendVarint(stored.outcomes.size(), out);
  for (const Outcome outcome : stored.outcomes)
    out.push_back(static_cast<char>(outcome));
  return out;
}

absl::StatusOr<StoredResult> DecodeStoredResult(std::string_view bytes) {
  if (bytes.empty() || bytes.front() != kPlainFormat)
    return Damaged("idempotency");
  ByteReader in(bytes.substr(1));
  StoredResult stored;
  stored.request_hash = std::string(in.Bytes(in.Varint()));
  CommitResult& r = stored.result;
  r.commit = in.Varint();
  r.time = absl::FromUnixMicros(static_cast<int64_t>(in.Varint()));
  for (uint64_t* value :
       {&r.inserted, &r.replaced, &r.removed, &r.duplicates, &r.absent}) {
    *value = in.Varint();
  }
  for (const char outcome : in.Bytes(in.Varint())) {
    if (static_cast<uint8_t>(outcome) >
        static_cast<uint8_t>(Outcome::kAbsent)) {
      return Damaged("idempotency");
    }
    stored.outcomes.push_back(static_cast<Outcome>(outcome));
  }
  if (!in.ok() || !in.empty()) return Damaged("idempotency");
  return stored;
}

std::string EncodeRecord(const Record& record) {
  proto::RecordRow row;
  row.set_created_commit(record.created_commit);
  row.set_metadata(record.metadata);
  row.set_source(record.source);
  if (record.valid_from)
    row.set_valid_from_unix_micros(absl::ToUnixMicros(*record.valid_from));
  if (record.valid_to)
    row.set_valid_to_unix_micros(absl::ToUnixMicros(*record.valid_to));
  std::string out(1, kPlainFormat);
  row.AppendToString(&out);
  return out;
}

absl::StatusOr<Record> DecodeRecord(std::string_view bytes) {
  proto::RecordRow row;
  if (bytes.empty() || bytes.front() != kPlainFormat ||
      !row.ParseFromArray(bytes.data() + 1,
                          static_cast<int>(bytes.size() - 1))) {
    return Damaged("record");
  }
  Record record;
  record.created_commit = row.created_commit();
  record.metadata = row.metadata();
  record.source = row.source();
  if (row.has_valid_from_unix_micros()) {
    record.valid_from = absl::FromUnixMicros(row.valid_from_unix_micros());
  }
  if (row.has_valid_to_unix_micros()) {
    record.valid_to = absl::FromUnixMicros(row.valid_to_unix_micros());
  }
  return record;
}

}  // namespace skg::storage
