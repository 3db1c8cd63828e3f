// FAISS as the system's package has it.
#include <faiss/IndexHNSW.h>
#include <omp.h>

#include "vectors/vector_candidate.h"

namespace skg::bench {
namespace {

class FaissCandidate final : public VectorCandidate {
 public:
  void Build(const VectorData& data, int threads) override {
    omp_set_num_threads(threads);
    index_ = std::make_unique<faiss::IndexHNSWFlat>(
        static_cast<int>(data.dimension), 16, faiss::METRIC_INNER_PRODUCT);
    index_->hnsw.efConstruction = 200;
    index_->add(data.row_count(), data.rows.data());
    omp_set_num_threads(1);
  }

  [[nodiscard]] uint64_t hot_bytes() const override {
    return static_cast<uint64_t>(index_->ntotal) *
           (static_cast<uint64_t>(index_->d) * sizeof(float) + 32 * 4);
  }

  void Search(const float* query, size_t k, size_t ef,
              std::vector<uint32_t>& found) override {
    // FAISS 1.7.3 does not take it from a search's parameters.
    index_->hnsw.efSearch = static_cast<int>(ef);
    std::vector<float> scores(k);
    std::vector<faiss::Index::idx_t> labels(k);
    index_->search(1, query, static_cast<faiss::Index::idx_t>(k), scores.data(),
                   labels.data());
    found.clear();
    for (const auto label : labels) {
      if (label >= 0) found.push_back(static_cast<uint32_t>(label));
    }
  }

 private:
  std::unique_ptr<faiss::IndexHNSWFlat> index_;
};

}  // namespace

std::vector<NamedCandidate> FaissCandidates() {
  return {{"faiss", [] { return std::make_unique<FaissCandidate>(); }}};
}

}  // namespace skg::bench
