#include "vector/ivf_pq.h"

#include <faiss/IndexFlat.h>
#include <faiss/IndexIVFPQ.h>
#include <faiss/impl/IDSelector.h>
#include <faiss/impl/io.h>
#include <faiss/index_io.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <exception>
#include <new>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status.h"

// Of OpenMP. Its header is a compiler's own, and not every compiler that
// builds this has one.
extern "C" {
int omp_get_max_threads(void);
void omp_set_num_threads(int threads);
}

namespace skg::vector {
namespace {

using Id = faiss::Index::idx_t;

constexpr size_t kBitsOfACode = 8;
constexpr size_t kMostSamples = 65'536;
constexpr uint32_t kPace = 16'384;  // rows between two looks at the caller
// Components that share a byte: an eighth of the bytes of 8-bit codes.
constexpr size_t kComponentsOfAByte = 8;

// Runs `work`, which gives a status; what it throws becomes one.
template <typename Work>
absl::Status Guarded(const char* what, Work work) {
  try {
    return work();
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const std::exception& error) {
    return absl::InternalError(
        absl::StrCat("FAISS cannot ", what, ": ", error.what()));
  }
}

// Keeps FAISS, which takes their number from OpenMP's setting of this thread,
// to one thread. The products within have OpenBLAS's threads, whatever that
// number is, and teams of both only wait for each other: lists of 200,000
// vectors took 44 s with two threads of OpenMP on two processors, 32 s with
// one.
class OneOmpThread {
 public:
  OneOmpThread() : before_(omp_get_max_threads()) { omp_set_num_threads(1); }
  ~OneOmpThread() { omp_set_num_threads(before_); }
  OneOmpThread(const OneOmpThread&) = delete;
  OneOmpThread& operator=(const OneOmpThread&) = delete;

 private:
  const int before_;
};

size_t ListsFor(uint32_t rows) {
  const double lists = 2 * std::sqrt(static_cast<double>(rows));
  return static_cast<size_t>(std::clamp(lists, 16.0, 16'384.0));
}

// The dimension must be a multiple of it.
size_t BytesFor(size_t dimension) {
  size_t bytes = std::max<size_t>(1, dimension / kComponentsOfAByte);
  while (dimension % bytes != 0) --bytes;
  return bytes;
}

void Learn(faiss::ClusteringParameters& parameters, uint64_t seed) {
  parameters.seed = static_cast<int>(seed & 0x7FFFFFFF);
  parameters.niter = 10;
  parameters.min_points_per_centroid = 1;  // else FAISS prints a warning
}

}  // namespace

struct IvfPq::Impl {
  MemoryReservation reservation;
  std::unique_ptr<faiss::IndexIVFPQ> index;
};

absl::StatusOr<std::vector<uint8_t>> IvfPq::Build(
    uint32_t rows, const std::function<const float*(uint32_t row)>& vector,
    const BuildOptions& options) {
  const size_t dimension = options.dimension;
  const size_t samples = std::min<size_t>(rows, kMostSamples);
  const size_t code_bytes = BytesFor(dimension) + sizeof(Id);
  MemoryReservation taken;
  if (options.budget != nullptr) {
    // Samples, residuals of them, and the lists as they are and written.
    SKG_ASSIGN_OR_RETURN(
        taken, options.budget->Reserve(
                   "vector index build",
                   3 * samples * dimension * sizeof(float) +
                       size_t{rows} * code_bytes * 4 +
                       ListsFor(rows) * dimension * sizeof(float) * 3));
  }
  const auto check = [&]() -> absl::Status {
    return options.cancellation == nullptr ? absl::OkStatus()
                                           : options.cancellation->Check();
  };
  std::vector<uint8_t> bytes;
  const absl::Status status = Guarded("build an index", [&]() -> absl::Status {
    const OneOmpThread one;
    const faiss::MetricType metric = options.metric == VectorMetric::kL2
                                         ? faiss::METRIC_L2
                                         : faiss::METRIC_INNER_PRODUCT;
    faiss::IndexFlat centres(static_cast<Id>(dimension), metric);
    faiss::IndexIVFPQ index(&centres, dimension, ListsFor(rows),
                            BytesFor(dimension), kBitsOfACode, metric);
    Learn(index.cp, options.seed);
    Learn(index.pq.cp, options.seed);
    std::vector<float> block(std::max<size_t>(samples, kPace) * dimension);
    const auto gather = [&](size_t count, auto row_of) {
      for (size_t i = 0; i < count; ++i) {
        std::copy_n(vector(row_of(i)), dimension, block.data() + i * dimension);
      }
    };
    gather(samples, [&](size_t i) {
      return static_cast<uint32_t>(uint64_t{rows} * i / samples);
    });
    SKG_RETURN_IF_ERROR(check());
    index.train(static_cast<Id>(samples), block.data());
    for (uint32_t first = 0; first < rows;) {
      SKG_RETURN_IF_ERROR(check());
      const uint32_t count = std::min(kPace, rows - first);
      gather(count, [&](size_t i) { return first + static_cast<uint32_t>(i); });
      index.add(count, block.data());
      first += count;
      if (options.progress) options.progress(first, rows);
    }
    faiss::VectorIOWriter writer;
    faiss::write_index(&index, &writer);
    bytes = std::move(writer.data);
    return absl::OkStatus();
  });
  SKG_RETURN_IF_ERROR(status);
  return bytes;
}

IvfPq::IvfPq(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
IvfPq::~IvfPq() = default;

absl::StatusOr<std::unique_ptr<IvfPq>> IvfPq::Load(
    std::span<const uint8_t> bytes, uint32_t rows, uint32_t dimension,
    MemoryBudget* budget) {
  auto impl = std::make_unique<Impl>();
  if (budget != nullptr) {
    SKG_ASSIGN_OR_RETURN(impl->reservation,
                         budget->Reserve("vector lists", bytes.size()));
  }
  const absl::Status status = Guarded("read an index", [&]() -> absl::Status {
    // FAISS reads from a file or through this.
    struct Reader final : faiss::IOReader {
      std::span<const uint8_t> left;
      size_t operator()(void* to, size_t size, size_t count) override {
        count = size == 0 ? 0 : std::min(count, left.size() / size);
        if (count > 0) std::memcpy(to, left.data(), size * count);
        left = left.subspan(size * count);
        return count;
      }
    } reader;
    reader.left = bytes;
    std::unique_ptr<faiss::Index> index(faiss::read_index(&reader));
    impl->index.reset(dynamic_cast<faiss::IndexIVFPQ*>(index.get()));
    if (impl->index == nullptr) {
      return absl::DataLossError("these lists are not of product codes");
    }
    (void)index.release();
    return absl::OkStatus();
  });
  if (!status.ok()) return absl::DataLossError(status.message());
  if (impl->index->d != static_cast<int>(dimension) ||
      impl->index->ntotal != static_cast<Id>(rows)) {
    return absl::DataLossError("these lists are of other vectors");
  }
  return std::unique_ptr<IvfPq>(new IvfPq(std::move(impl)));
}

size_t IvfPq::lists() const { return impl_->index->nlist; }

absl::Status IvfPq::Search(const float* query, size_t probes, size_t count,
                           const AllowedRows* allowed,
                           std::vector<uint32_t>& found) const {
  found.clear();
  return Guarded("search", [&]() -> absl::Status {
    const faiss::IndexIVFPQ& index = *impl_->index;
    count = std::min(count, static_cast<size_t>(index.ntotal));
    faiss::IVFPQSearchParameters parameters;
    parameters.nprobe = std::clamp<size_t>(probes, 1, index.nlist);
    // Bits in 64-bit words lie in the same order as bits in bytes.
    faiss::IDSelectorBitmap selector(
        allowed == nullptr ? 0 : allowed->words.size() * sizeof(uint64_t),
        allowed == nullptr
            ? nullptr
            : reinterpret_cast<const uint8_t*>(allowed->words.data()));
    if (allowed != nullptr) parameters.sel = &selector;
    std::vector<float> scores(count);
    std::vector<Id> ids(count);
    index.search(1, query, static_cast<Id>(count), scores.data(), ids.data(),
                 &parameters);
    for (const Id id : ids) {
      if (id >= 0 && id < index.ntotal) {
        found.push_back(static_cast<uint32_t>(id));
      }
    }
    return absl::OkStatus();
  });
}

}  // namespace skg::vector
