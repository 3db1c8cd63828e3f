#include "observe/metrics.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>
#include <utility>

namespace skg::server {
namespace {

// Those the daemon answers with; others are counted under the last, 0.
constexpr std::array<int, 24> kStatusCodes = {
    200, 201, 202, 204, 400, 401, 403, 404, 405, 408, 409, 411,
    413, 414, 415, 416, 422, 429, 431, 500, 501, 503, 504, 0};

size_t StatusSlot(int status) {
  const auto found =
      std::find(kStatusCodes.begin(), kStatusCodes.end() - 1, status);
  return static_cast<size_t>(found - kStatusCodes.begin());
}

constexpr std::array<const char*, kWriteSources> kSourceNames = {"add",
                                                                 "batch"};
constexpr std::array<const char*, kQueryTypes> kQueryNames = {
    "full", "partial", "sparql", "traverse", "text", "vector", "hybrid"};

std::string NumberText(double value) {
  std::array<char, 512> digits;  // a double has at most 309 before the point
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(),
                                 value, std::chars_format::fixed)
                       .ptr;
  return std::string(digits.data(), end);
}

// Backslash, quote and newline are escaped as the text format asks.
std::string Label(std::string_view name, std::string_view value) {
  std::string text(name);
  text += "=\"";
  for (const char c : value) {
    if (c == '\\' || c == '"') text += '\\';
    if (c == '\n') {
      text += "\\n";
    } else {
      text += c;
    }
  }
  return text + '"';
}

}  // namespace

// One line of the text format. `suffix` follows the family's name.
struct Metrics::Sample {
  std::string suffix;
  std::string labels;
  double value = 0;
};

struct Metrics::Family {
  std::string name;
  std::string help;
  std::string type;
  std::vector<Sample> samples;

  template <size_t kBounds>
  void AddHistogram(const Histogram<kBounds>& histogram,
                    const std::string& labels) {
    const std::string comma = labels.empty() ? "" : ",";
    uint64_t below = 0;
    for (size_t slot = 0; slot <= kBounds; ++slot) {
      below += histogram.count(slot);
      const std::string bound =
          slot == kBounds ? "+Inf" : NumberText(histogram.bounds()[slot]);
      samples.push_back({"_bucket", labels + comma + Label("le", bound),
                         static_cast<double>(below)});
    }
    samples.push_back({"_sum", labels, histogram.sum()});
    samples.push_back({"_count", labels, static_cast<double>(below)});
  }
};

TenantMetrics::TenantMetrics(std::string tenant, size_t endpoints)
    : tenant_(std::move(tenant)),
      endpoints_(endpoints) {}

void TenantMetrics::RecordRequest(size_t endpoint, int status, double seconds) {
  Endpoint& figures = endpoints_[endpoint];
  figures.requests[StatusSlot(status)].fetch_add(1, std::memory_order_relaxed);
  figures.seconds.Record(seconds);
}

void TenantMetrics::RecordQuery(QueryType type, uint64_t results) {
  results_[static_cast<size_t>(type)].Record(static_cast<double>(results));
}

uint64_t TenantMetrics::requests() const {
  uint64_t sum = 0;
  for (const Endpoint& endpoint : endpoints_) {
    for (const auto& count : endpoint.requests) {
      sum += count.load(std::memory_order_relaxed);
    }
  }
  return sum;
}

size_t Metrics::AddEndpoint(std::string method, std::string endpoint) {
  endpoints_.emplace_back(std::move(method), std::move(endpoint));
  return endpoints_.size() - 1;
}

TenantMetrics& Metrics::ForTenant(const std::string& tenant) {
  const std::lock_guard lock(mutex_);
  auto found = tenants_.find(tenant);
  if (found == tenants_.end()) {
    const std::string name = tenants_.size() < kMaxTenants ? tenant : "other";
    found = tenants_.try_emplace(name, nullptr).first;
    if (found->second == nullptr) {
      found->second = std::make_unique<TenantMetrics>(name, endpoints_.size());
    }
  }
  return *found->second;
}

void Metrics::RecordWrite(WriteSource source, uint64_t statements) {
  writes_[static_cast<size_t>(source)].fetch_add(statements,
                                                 std::memory_order_relaxed);
}

void Metrics::RecordQuery(QueryType type, uint64_t results) {
  queries_[static_cast<size_t>(type)].fetch_add(1, std::memory_order_relaxed);
  results_.Record(static_cast<double>(results));
}

void Metrics::CollectRequests(std::vector<Family>& families) const {
  Family requests{"skg_requests_total", "Requests answered.", "counter", {}};
  Family seconds{"skg_request_duration_seconds",
                 "Time from a request's last byte to its answer.",
                 "histogram",
                 {}};
  for (const auto& [name, tenant] : tenants_) {
    for (size_t number = 0; number < endpoints_.size(); ++number) {
      const TenantMetrics::Endpoint& figures = tenant->endpoints_[number];
      const std::string method = Label("method", endpoints_[number].first);
      const std::string endpoint = Label("endpoint", endpoints_[number].second);
      const std::string of = Label("tenant", name);
      bool any = false;
      for (size_t slot = 0; slot < kStatusCodes.size(); ++slot) {
        const uint64_t count =
            figures.requests[slot].load(std::memory_order_relaxed);
        if (count == 0) continue;
        any = true;
        const std::string code = std::to_string(kStatusCodes[slot]);
        requests.samples.push_back({"",
                                    method + "," + endpoint + "," +
                                        Label("status", code) + "," +
                                        Label("http_status", code) + "," + of,
                                    static_cast<double>(count)});
      }
      if (any) {
        seconds.AddHistogram(figures.seconds,
                             method + "," + endpoint + "," + of);
      }
    }
  }
  families.push_back(std::move(requests));
  families.push_back(std::move(seconds));
}

void Metrics::CollectQueries(std::vector<Family>& families) const {
  Family added{"skg_triples_added_total",
               "Statements inserted or replaced.",
               "counter",
               {}};
  for (size_t source = 0; source < kWriteSources; ++source) {
    added.samples.push_back(
        {"", Label("source", kSourceNames[source]),
         static_cast<double>(writes_[source].load(std::memory_order_relaxed))});
  }
  Family executed{
      "skg_queries_executed_total", "Queries answered.", "counter", {}};
  for (size_t type = 0; type < kQueryTypes; ++type) {
    executed.samples.push_back(
        {"", Label("pattern_type", kQueryNames[type]),
         static_cast<double>(queries_[type].load(std::memory_order_relaxed))});
  }
  Family results{"skg_query_results", "Rows of an answer.", "histogram", {}};
  results.AddHistogram(results_, "");
  // Its series end in _count_bucket, _count_sum and _count_count, so they do
  // not meet skg_query_results_count, which belongs to the family above.
  Family by_tenant{"skg_query_results_count",
                   "Rows of an answer, by query type and tenant.",
                   "histogram",
                   {}};
  for (const auto& [name, tenant] : tenants_) {
    for (size_t type = 0; type < kQueryTypes; ++type) {
      const auto& histogram = tenant->results_[type];
      bool any = false;
      for (size_t slot = 0; slot <= kResultBounds.size(); ++slot) {
        any = any || histogram.count(slot) > 0;
      }
      if (any) {
        by_tenant.AddHistogram(histogram,
                               Label("query_type", kQueryNames[type]) + "," +
                                   Label("tenant", name));
      }
    }
  }
  families.push_back(std::move(added));
  families.push_back(std::move(executed));
  families.push_back(std::move(results));
  families.push_back(std::move(by_tenant));
}

std::vector<Metrics::Family> Metrics::Collect(
    const std::vector<Gauge>& gauges) const {
  std::vector<Family> families;
  for (const Gauge& gauge : gauges) {
    Family family{gauge.name, gauge.help, gauge.type, {}};
    for (const auto& [labels, value] : gauge.samples) {
      family.samples.push_back({"", labels, value});
    }
    families.push_back(std::move(family));
  }
  const std::lock_guard lock(mutex_);
  CollectRequests(families);
  CollectQueries(families);
  return families;
}

std::string Metrics::PrometheusText(const std::vector<Gauge>& gauges) const {
  std::string text;
  for (const Family& family : Collect(gauges)) {
    text += "# HELP " + family.name + " " + family.help + "\n";
    text += "# TYPE " + family.name + " " + family.type + "\n";
    for (const Sample& sample : family.samples) {
      text += family.name + sample.suffix;
      if (!sample.labels.empty()) text += "{" + sample.labels + "}";
      text += " " + NumberText(sample.value) + "\n";
    }
  }
  return text;
}

std::string Metrics::JsonText(const std::vector<Gauge>& gauges) const {
  auto document = nlohmann::json::object();
  for (const Family& family : Collect(gauges)) {
    auto samples = nlohmann::json::array();
    for (const Sample& sample : family.samples) {
      samples.push_back({{"name", family.name + sample.suffix},
                         {"labels", sample.labels},
                         {"value", sample.value}});
    }
    document[family.name] = {{"help", family.help},
                             {"type", family.type},
                             {"samples", std::move(samples)}};
  }
  return document.dump();
}

}  // namespace skg::server
