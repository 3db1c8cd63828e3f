// Documents of every format: reading never crashes, and what is malformed is
// told with its place. The first byte chooses format and options, the second
// in which pieces the bytes come.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string_view>

#include "engine/load_job.h"
#include "storage/memory_kv.h"
#include "storage/store.h"

namespace {

using skg::engine::LoadJob;

void Require(bool holds) {
  if (!holds) std::abort();
}

struct World {
  std::unique_ptr<skg::storage::Store> store =
      *skg::storage::Store::Open(skg::storage::MakeMemoryKv(), {});
  skg::storage::GraphStore graph = [this] {
    const skg::storage::Store::CreateOptions create;
    return *store->OpenGraph("public", "main", &create);
  }();
  skg::rdf::NameSpace names = *skg::rdf::NameSpace::Make("urn:skg:");
};

absl::Status Read(LoadJob& job) {
  switch (job.options.format) {
    case skg::Format::kTsv:
      return skg::engine::LoadTsv(job);
    case skg::Format::kCsv:
      return skg::engine::LoadCsv(job);
    case skg::Format::kJson:
      return skg::engine::LoadJson(job);
    default:
      return skg::engine::LoadRdf(job);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static World world;
  if (size < 2) return 0;
  skg::LoadOptions options;
  options.format = static_cast<skg::Format>(data[0] % 8);
  options.continue_on_error = (data[0] & 0x40) != 0;
  if ((data[0] & 0x80) != 0) options.csv_key = "1";
  const size_t piece = 1 + data[1];
  std::string_view rest(reinterpret_cast<const char*>(data) + 2, size - 2);
  const skg::LoadSource source{
      .name = "in", .read = [&](char* buffer, size_t room) {
        const size_t count = std::min({room, piece, rest.size()});
        rest.copy(buffer, count);
        rest.remove_prefix(count);
        return absl::StatusOr<size_t>(count);
      }};
  skg::LoadResult result;
  skg::engine::LoadInput input(source, nullptr);
  skg::engine::LoadErrors errors(input.name(), options.continue_on_error,
                                 result);
  skg::engine::CommitBuilder builder(world.graph, world.names);
  skg::engine::LoadCollector collector(builder, input, "", {},
                                       size_t{64} << 20);
  LoadJob job{options, world.names, input, errors, collector};
  const absl::Status status = Read(job);
  Require(status.ok() || absl::IsInvalidArgument(status) ||
          absl::IsDataLoss(status) || absl::IsResourceExhausted(status));
  Require(status.ok() || status.message().substr(0, 3) == "in:");
  Require(builder.size() == input.statements());
  return 0;
}
