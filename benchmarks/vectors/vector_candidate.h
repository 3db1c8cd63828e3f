// VectorCandidate: an index that `skg-bench vectors` measures.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "vectors/vector_data.h"

namespace skg::bench {

// With 16 links and 200 candidates while building. Throws on errors. Searches
// are of one thread.
class VectorCandidate {
 public:
  virtual ~VectorCandidate() = default;
  virtual void Build(const VectorData& data, int threads) = 0;
  // Bytes that a search may read: vectors (or codes) and links.
  [[nodiscard]] virtual uint64_t hot_bytes() const = 0;
  // The numbers of the `k` rows that it finds with `ef` candidates.
  virtual void Search(const float* query, size_t k, size_t ef,
                      std::vector<uint32_t>& found) = 0;

  // Whether it can search among some of the rows.
  [[nodiscard]] virtual bool filters() const { return false; }
  // From now on only rows whose bit is set are found; none: all.
  virtual void Allow(std::span<const uint64_t> /*words*/) {}
};

struct NamedCandidate {
  std::string name;
  std::function<std::unique_ptr<VectorCandidate>()> make;
};

// libskg's segments; `directory` is where they are written.
[[nodiscard]] std::vector<NamedCandidate> SegmentCandidates(
    const std::string& directory);
// None where it was not there when this was built.
[[nodiscard]] std::vector<NamedCandidate> HnswlibCandidates();
[[nodiscard]] std::vector<NamedCandidate> FaissCandidates();

}  // namespace skg::bench
