// hnswlib as its users compile it: for this machine, optimised.
#include "vectors/vector_candidate.h"

#ifdef SKG_BENCH_HNSWLIB
#include <hnswlib/hnswlib.h>

#include <atomic>
#include <thread>

namespace skg::bench {
namespace {

constexpr size_t kLinks = 16;
constexpr size_t kEfConstruction = 200;

class HnswlibCandidate final : public VectorCandidate {
 public:
  void Build(const VectorData& data, int threads) override {
    space_ = std::make_unique<hnswlib::InnerProductSpace>(data.dimension);
    index_ = std::make_unique<hnswlib::HierarchicalNSW<float>>(
        space_.get(), data.row_count(), kLinks, kEfConstruction);
    bytes_ = size_t{data.row_count()} *
             (data.dimension * sizeof(float) + (2 * kLinks + 1) * 4);
    std::atomic<uint32_t> next = 0;
    const auto work = [&] {
      for (uint32_t row; (row = next++) < data.row_count();) {
        index_->addPoint(data.row(row).data(), row);
      }
    };
    std::vector<std::thread> others;
    for (int i = 1; i < threads; ++i) others.emplace_back(work);
    work();
    for (std::thread& thread : others) thread.join();
  }

  [[nodiscard]] uint64_t hot_bytes() const override { return bytes_; }

  void Search(const float* query, size_t k, size_t ef,
              std::vector<uint32_t>& found) override {
    index_->setEf(ef);
    auto nearest = index_->searchKnn(query, k);
    found.resize(nearest.size());
    for (size_t i = nearest.size(); i-- > 0; nearest.pop()) {
      found[i] = static_cast<uint32_t>(nearest.top().second);
    }
  }

 private:
  std::unique_ptr<hnswlib::InnerProductSpace> space_;
  std::unique_ptr<hnswlib::HierarchicalNSW<float>> index_;
  uint64_t bytes_ = 0;
};

}  // namespace

std::vector<NamedCandidate> HnswlibCandidates() {
  return {{"hnswlib", [] { return std::make_unique<HnswlibCandidate>(); }}};
}

}  // namespace skg::bench
#else
namespace skg::bench {
std::vector<NamedCandidate> HnswlibCandidates() { return {}; }
}  // namespace skg::bench
#endif
