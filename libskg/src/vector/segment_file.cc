#include "vector/segment_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <new>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "base/strings.h"
#include "vector/candidate_pool.h"
#include "vector/quantizer.h"
#include "vector/vector_values.h"

namespace skg::vector {
namespace {

absl::Status Damaged(const std::string& path, std::string_view what) {
  return absl::DataLossError(absl::StrCat("vector segment \"", path,
                                          "\" is damaged: ", av(what),
                                          "; it must be rebuilt"));
}

absl::Status Failed(const std::string& path, const char* what) {
  const int error = errno;
  const std::string text =
      absl::StrCat("vector segment \"", path, "\": cannot ", what, ": ",
                   std::generic_category().message(error));
  if (error == ENOENT) return absl::NotFoundError(text);
  return error == ENOSPC || error == EDQUOT || error == EFBIG
             ? absl::ResourceExhaustedError(text)
             : absl::UnavailableError(text);
}

uint64_t HeaderChecksum(const SegmentHeader& header) {
  return XXH3_64bits(&header, offsetof(SegmentHeader, checksum));
}

// The size that a section must have; nothing: any multiple of 4 * links for
// kUpper, any for kLists.
std::optional<uint64_t> ExpectedBytes(const SegmentHeader& header,
                                      Section section) {
  const bool graph = header.traversal != Traversal::kNone;
  const bool codes = header.traversal == Traversal::kCodes;
  const uint64_t n = header.rows, d = header.dimension;
  switch (section) {
    case Section::kLabels:
      return n * header.label_bytes;
    case Section::kFromCommits:
      return n * sizeof(uint64_t);
    case Section::kVectors:
      return n * d * sizeof(float);
    case Section::kMiddles:
    case Section::kSteps:
      return codes ? d * sizeof(float) : 0;
    case Section::kCodes:
      return codes ? n * ScalarQuantizer::Stride(d) : 0;
    case Section::kAddends:
      return codes && IsSquared(header.metric) ? n * sizeof(float) : 0;
    case Section::kLevel0:
      return graph ? n * 2 * header.links * sizeof(uint32_t) : 0;
    case Section::kUpperAt:
      return graph ? n * sizeof(uint32_t) : 0;
    case Section::kUpper:
      if (graph) return std::nullopt;
      return 0;
    case Section::kLists:
      if (header.kind == VectorIndexKind::kIvfPq) return std::nullopt;
      return 0;
    case Section::kCount:
      break;
  }
  return 0;
}

bool TraversalFits(const SegmentHeader& header) {
  switch (header.kind) {
    case VectorIndexKind::kFlat:
    case VectorIndexKind::kIvfPq:
      return header.traversal == Traversal::kNone;
    case VectorIndexKind::kHnsw:
    case VectorIndexKind::kHnswQuantized:
      return header.traversal == Traversal::kFloats ||
             header.traversal == Traversal::kCodes;
  }
  return false;
}

absl::Status CheckNumbers(const SegmentHeader& header,
                          const std::string& path) {
  const VectorIndexOptions options = {.dimension = header.dimension,
                                      .metric = header.metric,
                                      .kind = header.kind,
                                      .links = header.links,
                                      .ef_construction = header.ef_construction,
                                      .ef_search = header.ef_search};
  if (const absl::Status status = CheckOptions(options); !status.ok()) {
    return Damaged(path, sv(status.message()));
  }
  if (header.rows >= kMostRows || header.label_bytes > kSectionAlignment ||
      !TraversalFits(header)) {
    return Damaged(path, "its header holds impossible numbers");
  }
  if (header.traversal != Traversal::kNone &&
      (header.top_level > 31 ||
       header.entry >= std::max<uint64_t>(1, header.rows))) {
    return Damaged(path, "its graph begins nowhere");
  }
  return absl::OkStatus();
}

absl::Status CheckPlaces(const SegmentHeader& header, const std::string& path) {
  for (size_t i = 0; i < kSections; ++i) {
    const auto section = static_cast<Section>(i);
    const SectionPlace& place = header.sections[i];
    if (place.offset % kSectionAlignment != 0 ||
        place.offset > header.file_bytes ||
        place.bytes > header.file_bytes - place.offset) {
      return Damaged(path, absl::StrCat("section ", SectionName(section),
                                        " does not lie within the file"));
    }
    const std::optional<uint64_t> expected = ExpectedBytes(header, section);
    if (expected.has_value() ? place.bytes != *expected
                             : section == Section::kUpper &&
                                   place.bytes % (4 * header.links) != 0) {
      return Damaged(path, absl::StrCat("section ", SectionName(section),
                                        " has ", place.bytes, " bytes"));
    }
  }
  return absl::OkStatus();
}

}  // namespace

const char* SectionName(Section section) {
  static constexpr const char* kNames[kSections] = {
      "labels",  "from commits", "vectors",  "middles", "steps", "codes",
      "addends", "level 0",      "upper at", "upper",   "lists"};
  return kNames[static_cast<size_t>(section)];
}

absl::StatusOr<SegmentHeader> ReadSegmentHeader(std::span<const uint8_t> bytes,
                                                const std::string& path) {
  SegmentHeader header;
  if (bytes.size() < sizeof(header)) {
    return Damaged(path, absl::StrCat("it has ", bytes.size(),
                                      " bytes, fewer than a header"));
  }
  std::memcpy(&header, bytes.data(), sizeof(header));
  if (header.magic != SegmentHeader().magic) {
    return Damaged(path, "it does not begin as a vector segment does");
  }
  if (header.format > kSegmentFormat) {
    return absl::FailedPreconditionError(
        absl::StrCat("vector segment \"", path, "\" has format ", header.format,
                     "; this version reads up to ", kSegmentFormat,
                     ": use a newer one, or rebuild the index"));
  }
  if (header.format == 0 || header.header_bytes != sizeof(header)) {
    return Damaged(path, "its header has no known form");
  }
  if (header.checksum != HeaderChecksum(header)) {
    return Damaged(path, "its header's checksum is wrong");
  }
  if (header.file_bytes != bytes.size()) {
    return Damaged(path, absl::StrCat("it has ", bytes.size(), " bytes, not ",
                                      header.file_bytes));
  }
  SKG_RETURN_IF_ERROR(CheckNumbers(header, path));
  SKG_RETURN_IF_ERROR(CheckPlaces(header, path));
  return header;
}

absl::Status CheckSection(std::span<const uint8_t> bytes,
                          const SegmentHeader& header, Section section,
                          const std::string& path) {
  const std::span<const uint8_t> part = SectionBytes(bytes, header, section);
  const uint64_t wanted =
      header.sections[static_cast<size_t>(section)].checksum;
  if (XXH3_64bits(part.data(), part.size()) == wanted) return absl::OkStatus();
  return Damaged(path, absl::StrCat("the checksum of section ",
                                    SectionName(section), " is wrong"));
}

struct SegmentWriter::State {
  static constexpr size_t kBufferBytes = size_t{1} << 20;

  std::string path;
  std::string unfinished;
  int file = -1;
  bool finished = false;
  uint64_t offset = 0;  // behind what was appended
  std::vector<uint8_t> buffer;
  XXH3_state_t* hash = nullptr;
  SectionPlace* place = nullptr;
  SegmentHeader header;

  absl::Status Flush() {
    const uint8_t* at = buffer.data();
    for (size_t left = buffer.size(); left > 0;) {
      const ssize_t written = ::write(file, at, left);
      if (written < 0 && errno == EINTR) continue;
      if (written <= 0) return Failed(unfinished, "write it");
      at += written;
      left -= static_cast<size_t>(written);
    }
    buffer.clear();
    return absl::OkStatus();
  }

  absl::Status Put(const void* data, size_t bytes) {
    const auto* from = static_cast<const uint8_t*>(data);
    while (bytes > 0) {
      const size_t part = std::min(bytes, kBufferBytes - buffer.size());
      buffer.insert(buffer.end(), from, from + part);
      from += part;
      bytes -= part;
      offset += part;
      if (buffer.size() == kBufferBytes) SKG_RETURN_IF_ERROR(Flush());
    }
    return absl::OkStatus();
  }

  absl::Status PutZeros(uint64_t to) {
    static constexpr char kZeros[kSectionAlignment] = {};
    return Put(kZeros, static_cast<size_t>(to - offset));
  }

  void EndSection() {
    if (place == nullptr) return;
    place->bytes = offset - place->offset;
    place->checksum = XXH3_64bits_digest(hash);
    place = nullptr;
  }
};

SegmentWriter::SegmentWriter(std::unique_ptr<State> state)
    : state_(std::move(state)) {}

absl::StatusOr<std::unique_ptr<SegmentWriter>> SegmentWriter::Create(
    const std::string& path) {
  auto state = std::make_unique<State>();
  state->path = path;
  state->unfinished = path + ".part";
  state->buffer.reserve(State::kBufferBytes);
  state->hash = XXH3_createState();
  if (state->hash == nullptr) throw std::bad_alloc();
  for (SectionPlace& place : state->header.sections) {
    place.checksum = XXH3_64bits(nullptr, 0);
  }
  state->file = ::open(state->unfinished.c_str(),
                       O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  const bool open = state->file >= 0;
  const absl::Status status = open ? state->PutZeros(kSectionAlignment)
                                   : Failed(state->unfinished, "create it");
  auto writer =
      std::unique_ptr<SegmentWriter>(new SegmentWriter(std::move(state)));
  if (!status.ok()) return status;
  return writer;
}

SegmentWriter::~SegmentWriter() {
  XXH3_freeState(state_->hash);
  if (state_->file < 0) return;
  ::close(state_->file);
  if (!state_->finished) ::unlink(state_->unfinished.c_str());
}

absl::Status SegmentWriter::Begin(Section section) {
  state_->EndSection();
  SKG_RETURN_IF_ERROR(
      state_->PutZeros((state_->offset + kSectionAlignment - 1) /
                       kSectionAlignment * kSectionAlignment));
  XXH3_64bits_reset(state_->hash);
  state_->place = &state_->header.sections[static_cast<size_t>(section)];
  state_->place->offset = state_->offset;
  return absl::OkStatus();
}

absl::Status SegmentWriter::Append(const void* data, size_t bytes) {
  XXH3_64bits_update(state_->hash, data, bytes);
  return state_->Put(data, bytes);
}

absl::Status SegmentWriter::Finish(SegmentHeader header) {
  State& state = *state_;
  state.EndSection();
  SKG_RETURN_IF_ERROR(state.Flush());
  header.sections = state.header.sections;
  header.header_bytes = sizeof(header);
  header.file_bytes = state.offset;
  header.checksum = HeaderChecksum(header);
  if (::pwrite(state.file, &header, sizeof(header), 0) != sizeof(header)) {
    return Failed(state.unfinished, "write its header");
  }
  if (::fsync(state.file) != 0) return Failed(state.unfinished, "sync it");
  if (::rename(state.unfinished.c_str(), state.path.c_str()) != 0) {
    return Failed(state.unfinished, "rename it");
  }
  state.finished = true;
  const size_t slash = state.path.rfind('/');
  const std::string directory =
      slash == std::string::npos ? "." : state.path.substr(0, slash + 1);
  const int folder =
      ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0) return Failed(state.path, "open its directory");
  const bool synced = ::fsync(folder) == 0;
  const absl::Status status =
      synced ? absl::OkStatus() : Failed(state.path, "sync its directory");
  ::close(folder);
  return status;
}

}  // namespace skg::vector
