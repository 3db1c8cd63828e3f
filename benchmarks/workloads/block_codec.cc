// Packed blocks alone: what a row costs to pack, a value to unpack, and how
// many bytes a row takes.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <memory>
#include <random>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "harness/threads.h"
#include "storage/block.h"
#include "workloads/workloads.h"

namespace skg::bench {
namespace {

using Clock = std::chrono::steady_clock;
using storage::BlockEncoder;
using storage::BlockView;
using storage::IndexOrder;
using storage::kBlockRows;
using storage::RunRow;
using storage::TermId;

constexpr uint64_t kSubjects = 20'000;
constexpr uint64_t kObjects = 100'000;
constexpr uint64_t kPredicates = 20;

struct OrderedRows {
  std::string name;
  IndexOrder order;
  std::vector<RunRow> rows;
  std::vector<std::string> blocks;
  uint64_t bytes = 0;
};

// Number 1 is the most frequent one: Zipf's law, nearly.
uint64_t Skewed(uint64_t count, std::mt19937_64& random) {
  const double u = static_cast<double>(random() >> 11) * 0x1p-53;
  const auto number =
      static_cast<uint64_t>(std::pow(static_cast<double>(count) + 1, u));
  return std::clamp<uint64_t>(number, 1, count);
}

// Seven of ten objects are IRIs, two integers, one a text.
TermId Object(std::mt19937_64& random) {
  using rdf::TermTag;
  const uint64_t kind = random() % 10;
  const uint64_t first = kSubjects + kPredicates;
  if (kind < 7)
    return TermId::Make(TermTag::kIri, first + Skewed(kObjects, random));
  if (kind < 9) {
    return TermId::Make(TermTag::kInteger,
                        (uint64_t{1} << 59) + random() % 10'000);
  }
  return TermId::Make(TermTag::kString, first + kObjects + random() % kObjects);
}

std::vector<RunRow> MakeRows(const Options& options) {
  using rdf::TermTag;
  std::mt19937_64 random(options.seed);
  std::vector<RunRow> rows;
  for (uint64_t i = 0; i < options.statements; ++i) {
    RunRow row;
    row.key.subject =
        TermId::Make(TermTag::kIri, kPredicates + Skewed(kSubjects, random));
    row.key.predicate =
        TermId::Make(TermTag::kIri, Skewed(kPredicates, random));
    row.key.object = Object(random);
    row.value.sign = row.value.triple_sign = 1;
    rows.push_back(row);
  }
  return rows;
}

std::shared_ptr<const OrderedRows> MakeOrder(std::string name, IndexOrder order,
                                             std::vector<RunRow> rows) {
  const auto& places = storage::kOrderPlaces[static_cast<size_t>(order)];
  const auto sequence = [&places](const RunRow& row) {
    const TermId terms[] = {row.key.graph, row.key.subject, row.key.predicate,
                            row.key.object};
    return std::tuple(terms[places[0]], terms[places[1]], terms[places[2]],
                      terms[places[3]]);
  };
  std::sort(rows.begin(), rows.end(), [&](const RunRow& a, const RunRow& b) {
    return sequence(a) < sequence(b);
  });
  auto made = std::make_shared<OrderedRows>();
  made->name = std::move(name);
  made->order = order;
  made->rows = std::move(rows);
  BlockEncoder encoder(order);
  for (const RunRow& row : made->rows) {
    encoder.Append(row);
    if (encoder.size() == kBlockRows) made->blocks.push_back(encoder.Finish());
  }
  if (encoder.size() > 0) made->blocks.push_back(encoder.Finish());
  for (const std::string& block : made->blocks) made->bytes += block.size();
  return made;
}

// Repeats `pass`, which handles so many things each time, until the time is
// over.
template <typename Pass>
absl::StatusOr<Sample> Repeat(const Options& options, uint64_t each,
                              const char* figure, const Pass& pass) {
  uint64_t done = 0;
  SKG_ASSIGN_OR_RETURN(
      const ThreadTimes times, TimeThreads(1, [&](int) -> absl::Status {
        const auto end =
            Clock::now() + std::chrono::duration_cast<Clock::duration>(
                               std::chrono::duration<double>(options.seconds));
        do {
          SKG_RETURN_IF_ERROR(pass());
          done += each;
        } while (Clock::now() < end);
        return absl::OkStatus();
      }));
  Sample sample{.operations = static_cast<double>(done),
                .seconds = times.seconds,
                .cpu_seconds = times.cpu_seconds,
                .rows = done};
  sample.figures.emplace_back(
      figure, times.cpu_seconds * 1e9 / static_cast<double>(done));
  return sample;
}

absl::StatusOr<Sample> RunEncode(const Options& options,
                                 const OrderedRows& data) {
  BlockEncoder encoder(data.order);
  SKG_ASSIGN_OR_RETURN(
      Sample sample,
      Repeat(options, data.rows.size(), "ns/row", [&]() -> absl::Status {
        uint64_t bytes = 0;
        for (const RunRow& row : data.rows) {
          encoder.Append(row);
          if (encoder.size() == kBlockRows) bytes += encoder.Finish().size();
        }
        if (encoder.size() > 0) bytes += encoder.Finish().size();
        if (bytes == data.bytes) return absl::OkStatus();
        return absl::InternalError("the same rows took other bytes");
      }));
  sample.figures.emplace_back(
      "bytes/row",
      static_cast<double>(data.bytes) / static_cast<double>(data.rows.size()));
  return sample;
}

// The three columns of terms that differ; opening is part of it.
absl::StatusOr<Sample> RunDecode(const Options& options,
                                 const OrderedRows& data) {
  std::vector<TermId> out(kBlockRows + BlockView::kSpareRoom);
  return Repeat(
      options, data.rows.size() * 3, "ns/value", [&]() -> absl::Status {
        size_t first = 0;
        for (const std::string& block : data.blocks) {
          SKG_ASSIGN_OR_RETURN(const BlockView view, BlockView::Open(block));
          for (size_t place = 1; place < 4; ++place) {
            view.Terms(place, view.All(), out.data());
          }
          const storage::StatementKey& key = data.rows[first].key;
          const TermId terms[] = {key.graph, key.subject, key.predicate,
                                  key.object};
          const auto& places =
              storage::kOrderPlaces[static_cast<size_t>(data.order)];
          if (out[0] != terms[places[3]]) {
            return absl::InternalError("a block gave back another term");
          }
          first += view.rows();
        }
        return absl::OkStatus();
      });
}

}  // namespace

absl::StatusOr<Plan> PrepareBlockCodec(const Options& options) {
  const std::vector<RunRow> rows = MakeRows(options);
  Plan plan;
  plan.facts = {
      {"data", absl::StrCat(options.statements, " rows, ", kSubjects,
                            " subjects, ", kPredicates,
                            " predicates, skewed; IRIs, integers, texts; seed ",
                            options.seed)},
      {"run", absl::StrCat("one thread, in memory, ", options.seconds, " s")}};
  const std::pair<const char*, IndexOrder> orders[] = {
      {"gspo", IndexOrder::kGspo},
      {"gpos", IndexOrder::kGpos},
      {"gosp", IndexOrder::kGosp}};
  for (const auto& [name, order] : orders) {
    const std::shared_ptr<const OrderedRows> data =
        MakeOrder(name, order, rows);
    plan.series.push_back({.name = absl::StrCat("pack ", data->name),
                           .unit = "rows",
                           .run = [=] { return RunEncode(options, *data); }});
    plan.series.push_back({.name = absl::StrCat("open and unpack ", data->name),
                           .unit = "values",
                           .run = [=] { return RunDecode(options, *data); }});
  }
  return plan;
}

}  // namespace skg::bench
