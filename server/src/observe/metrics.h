// Counters and histograms of the daemon, and their Prometheus text.
//
// Label sets are resolved once (a route when it is registered, a tenant when
// its key is loaded), so a request costs a few relaxed additions.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace skg::server {

// A histogram with fixed upper bounds. Thread safety: all methods.
template <size_t kBounds>
class Histogram {
 public:
  explicit Histogram(const std::array<double, kBounds>& bounds)
      : bounds_(&bounds) {}
  void Record(double value) {
    size_t slot = 0;
    while (slot < kBounds && value > (*bounds_)[slot]) ++slot;
    counts_[slot].fetch_add(1, std::memory_order_relaxed);
    // In thousandths, so that the sum is an integer and needs no lock.
    sum_thousandths_.fetch_add(static_cast<uint64_t>(value * kScale),
                               std::memory_order_relaxed);
  }
  [[nodiscard]] std::span<const double> bounds() const { return *bounds_; }
  [[nodiscard]] uint64_t count(size_t slot) const {
    return counts_[slot].load(std::memory_order_relaxed);
  }
  [[nodiscard]] double sum() const {
    return static_cast<double>(
               sum_thousandths_.load(std::memory_order_relaxed)) /
           kScale;
  }

 private:
  static constexpr double kScale = 1e6;
  const std::array<double, kBounds>* bounds_;
  std::array<std::atomic<uint64_t>, kBounds + 1> counts_{};
  std::atomic<uint64_t> sum_thousandths_{0};
};

inline constexpr std::array<double, 13> kSecondBounds = {
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5};
inline constexpr std::array<double, 8> kResultBounds = {0,   1,    5,    10,
                                                        100, 1000, 5000, 10000};

enum class WriteSource : uint8_t { kAdd, kBatch };
enum class QueryType : uint8_t {
  kFull,
  kPartial,
  kSparql,
  kTraverse,
  kText,
  kVector,
  kHybrid
};
inline constexpr size_t kWriteSources = 2;
inline constexpr size_t kQueryTypes = 7;

// What one tenant's requests did. Thread safety: all methods.
class TenantMetrics {
 public:
  TenantMetrics(std::string tenant, size_t endpoints);

  [[nodiscard]] const std::string& tenant() const { return tenant_; }
  // `endpoint` is a number that Metrics::AddEndpoint gave.
  void RecordRequest(size_t endpoint, int status, double seconds);
  void RecordQuery(QueryType type, uint64_t results);
  [[nodiscard]] uint64_t requests() const;

 private:
  friend class Metrics;
  static constexpr size_t kStatuses = 24;
  struct Endpoint {
    std::array<std::atomic<uint64_t>, kStatuses> requests{};
    Histogram<kSecondBounds.size()> seconds{kSecondBounds};
  };

  std::string tenant_;
  std::vector<Endpoint> endpoints_;
  struct Results : Histogram<kResultBounds.size()> {
    Results() : Histogram(kResultBounds) {}
  };
  std::array<Results, kQueryTypes> results_;
};

// A figure that somebody else keeps, asked for when the page is made.
struct Gauge {
  std::string name;
  std::string help;
  std::string type = "gauge";
  // Label text without braces (may be empty), and value.
  std::vector<std::pair<std::string, double>> samples;
};

// Thread safety: AddEndpoint before the first ForTenant; the rest always.
class Metrics {
 public:
  // `endpoint` is the route's template. Gives the number to record under.
  size_t AddEndpoint(std::string method, std::string endpoint);

  // Lives as long as this. At most kMaxTenants apart; further ones share one.
  [[nodiscard]] TenantMetrics& ForTenant(const std::string& tenant);

  void RecordWrite(WriteSource source, uint64_t statements);
  void RecordQuery(QueryType type, uint64_t results);

  // `gauges` are put in front.
  [[nodiscard]] std::string PrometheusText(
      const std::vector<Gauge>& gauges) const;
  // The same figures as one JSON object: name -> [{labels..., value}].
  [[nodiscard]] std::string JsonText(const std::vector<Gauge>& gauges) const;

  static constexpr size_t kMaxTenants = 1000;

 private:
  struct Sample;
  struct Family;
  [[nodiscard]] std::vector<Family> Collect(
      const std::vector<Gauge>& gauges) const;
  void CollectRequests(std::vector<Family>& families) const;
  void CollectQueries(std::vector<Family>& families) const;

  std::vector<std::pair<std::string, std::string>> endpoints_;
  mutable std::mutex mutex_;
  std::map<std::string, std::unique_ptr<TenantMetrics>> tenants_;
  std::array<std::atomic<uint64_t>, kWriteSources> writes_{};
  std::array<std::atomic<uint64_t>, kQueryTypes> queries_{};
  Histogram<kResultBounds.size()> results_{kResultBounds};
};

}  // namespace skg::server
