#include "storage/graph_file.h"

#include <xxhash.h>

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "base/bytes.h"
#include "base/status.h"
#include "base/strings.h"
#include "skg_storage.pb.h"

namespace skg::storage {
namespace {

constexpr std::string_view kMagic = "SKGGRAPH";
constexpr size_t kHeaderBytes = 8 + 4 + 8;
constexpr size_t kChunkHeaderBytes = 1 + 4;
constexpr size_t kChecksumBytes = 8;

// A chunk that was moved does not agree.
uint64_t ChunkChecksum(uint64_t place, std::string_view header_and_payload) {
  return XXH3_64bits_withSeed(header_and_payload.data(),
                              header_and_payload.size(), place);
}

std::string HeaderBytes(uint32_t version) {
  std::string header(kMagic);
  AppendBigEndian(version, header);
  AppendBigEndian(uint64_t{XXH3_64bits(header.data(), header.size())}, header);
  return header;
}

// Whether `next` may follow on `last` in a file of this version.
bool MayFollow(ChunkKind last, ChunkKind next, uint32_t version) {
  if (next == ChunkKind::kEnd) return true;
  if (next > ChunkKind::kEnd && version < kGraphFileWithIndexes) return false;
  const bool rows = next == ChunkKind::kRows || next == ChunkKind::kPastRows;
  const bool terms = next == ChunkKind::kTerms || next == ChunkKind::kTermPart;
  if (rows) return last <= ChunkKind::kPastRows;
  if (terms) return last <= ChunkKind::kTermPart;
  return next > ChunkKind::kDescription && next <= ChunkKind::kVectors &&
         last <= next;
}

std::string EncodeEnd(uint64_t chunks, uint64_t bytes,
                      const GraphFileTotals& totals) {
  std::string out;
  for (const uint64_t value :
       {chunks, bytes, totals.terms, totals.rows, totals.past_rows,
        totals.records, totals.logged_commits}) {
    AppendVarint(value, out);
  }
  return out;
}

}  // namespace

std::string EncodeDescription(const GraphFileDescription& description) {
  proto::GraphFile file;
  file.set_uuid(std::string(description.uuid.view()));
  file.set_tenant(description.tenant);
  file.set_name(description.name);
  file.set_base_namespace(description.base_namespace);
  file.set_statement_ids(description.statement_ids);
  file.set_saved_unix_micros(description.saved_micros);
  file.set_last_commit(description.last_commit);
  file.set_last_commit_unix_micros(description.last_time_micros);
  file.set_history(EncodeHistory(description.history));
  std::string out;
  file.AppendToString(&out);
  return out;
}

absl::StatusOr<GraphFileDescription> DecodeDescription(
    std::string_view payload) {
  const absl::Status damaged =
      absl::DataLossError("the description of the graph is damaged");
  proto::GraphFile file;
  GraphFileDescription description;
  if (!file.ParseFromArray(payload.data(), static_cast<int>(payload.size())) ||
      file.uuid().size() != description.uuid.bytes.size()) {
    return damaged;
  }
  std::copy(file.uuid().begin(), file.uuid().end(),
            description.uuid.bytes.begin());
  description.tenant = file.tenant();
  description.name = file.name();
  description.base_namespace = file.base_namespace();
  description.statement_ids = file.statement_ids();
  description.saved_micros = file.saved_unix_micros();
  description.last_commit = file.last_commit();
  description.last_time_micros = file.last_commit_unix_micros();
  SKG_ASSIGN_OR_RETURN(description.history, DecodeHistory(file.history()));
  if (description.last_commit > uint64_t{INT64_MAX} ||
      description.history.horizon > description.last_commit) {
    return damaged;
  }
  return description;
}

absl::Status GraphFileWriter::Emit(std::string_view bytes) {
  bytes_ += bytes.size();
  return sink_(bytes);
}

absl::Status GraphFileWriter::Begin(const GraphFileDescription& description,
                                    uint32_t version) {
  SKG_RETURN_IF_ERROR(Emit(HeaderBytes(version)));
  return Write(ChunkKind::kDescription, EncodeDescription(description));
}

absl::Status GraphFileWriter::Write(ChunkKind kind, std::string_view payload) {
  if (payload.size() > kMaxChunkBytes) {
    return absl::InternalError(
        absl::StrCat("a chunk of ", payload.size(), " bytes in a graph file"));
  }
  std::string chunk(1, static_cast<char>(kind));
  chunk.reserve(kChunkHeaderBytes + payload.size() + kChecksumBytes);
  AppendBigEndian(static_cast<uint32_t>(payload.size()), chunk);
  chunk += payload;
  AppendBigEndian(ChunkChecksum(chunks_++, chunk), chunk);
  return Emit(chunk);
}

absl::Status GraphFileWriter::End(const GraphFileTotals& totals) {
  return Write(ChunkKind::kEnd, EncodeEnd(chunks_, bytes_, totals));
}

absl::Status GraphFileReader::Damaged(std::string_view what) const {
  return absl::DataLossError(absl::StrCat("the graph file is damaged after ",
                                          bytes_, " bytes: ", av(what)));
}

absl::Status GraphFileReader::Fill(char* out, size_t size) {
  while (size > 0) {
    SKG_ASSIGN_OR_RETURN(const size_t got, source_(out, size));
    if (got == 0) return Damaged("it was cut short");
    if (got > size) return absl::InternalError("a source gave too many bytes");
    bytes_ += got;
    out += got;
    size -= got;
  }
  return absl::OkStatus();
}

absl::StatusOr<GraphFileDescription> GraphFileReader::Begin() {
  std::string header(kHeaderBytes, '\0');
  SKG_RETURN_IF_ERROR(Fill(header.data(), kMagic.size()));
  if (!std::string_view(header).starts_with(kMagic)) {
    return absl::InvalidArgumentError(
        "this is no graph file: it does not begin with SKGGRAPH; give one that "
        "`skg backup --graph` wrote");
  }
  SKG_RETURN_IF_ERROR(
      Fill(header.data() + kMagic.size(), kHeaderBytes - kMagic.size()));
  version_ = LoadBigEndian<uint32_t>(header.data() + kMagic.size());
  if (header != HeaderBytes(version_)) return Damaged("its first bytes");
  if (version_ < kPlainGraphFile || version_ > kGraphFileWithIndexes) {
    return absl::FailedPreconditionError(
        absl::StrCat("the graph file is of version ", version_,
                     ", this program reads versions ", kPlainGraphFile, " to ",
                     kGraphFileWithIndexes,
                     "; use the program that wrote it or a newer one"));
  }
  last_kind_ = ChunkKind::kDescription;
  SKG_ASSIGN_OR_RETURN(const Chunk chunk, Next());
  if (chunk.kind != ChunkKind::kDescription)
    return Damaged("it does not describe its graph");
  return DecodeDescription(chunk.payload);
}

absl::StatusOr<GraphFileReader::Chunk> GraphFileReader::Next() {
  const uint64_t begin = bytes_;
  buffer_.resize(kChunkHeaderBytes);
  SKG_RETURN_IF_ERROR(Fill(buffer_.data(), kChunkHeaderBytes));
  const auto kind = static_cast<ChunkKind>(buffer_[0]);
  const auto size = LoadBigEndian<uint32_t>(buffer_.data() + 1);
  if (size > kMaxChunkBytes) return Damaged("a chunk is too long");
  buffer_.resize(kChunkHeaderBytes + size + kChecksumBytes);
  SKG_RETURN_IF_ERROR(
      Fill(buffer_.data() + kChunkHeaderBytes, size + kChecksumBytes));
  const std::string_view bytes =
      std::string_view(buffer_).substr(0, kChunkHeaderBytes + size);
  if (LoadBigEndian<uint64_t>(buffer_.data() + bytes.size()) !=
      ChunkChecksum(chunks_, bytes)) {
    return Damaged("the checksum of a chunk does not agree");
  }
  const bool first = chunks_ == 0 && kind == ChunkKind::kDescription;
  if (!first && !MayFollow(last_kind_, kind, version_))
    return Damaged("a chunk that does not belong there");
  last_kind_ = kind;
  const Chunk chunk{kind, bytes.substr(kChunkHeaderBytes)};
  if (kind == ChunkKind::kEnd) {
    ByteReader in(chunk.payload);
    const uint64_t chunks = in.Varint(), written = in.Varint();
    for (uint64_t* total : {&totals_.terms, &totals_.rows, &totals_.past_rows,
                            &totals_.records, &totals_.logged_commits}) {
      *total = in.Varint();
    }
    if (!in.ok() || !in.empty() || chunks != chunks_ || written != begin)
      return Damaged("its end does not agree with the rest");
    SKG_RETURN_IF_ERROR(FinishFile());
  }
  ++chunks_;
  return chunk;
}

absl::Status GraphFileReader::FinishFile() {
  char beyond = 0;
  SKG_ASSIGN_OR_RETURN(const size_t got, source_(&beyond, 1));
  return got == 0 ? absl::OkStatus() : Damaged("there are bytes after its end");
}

}  // namespace skg::storage
