#include "observe/metrics.h"

#include <catch2/catch.hpp>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

namespace skg::server {
namespace {

// Series (with labels) -> value; fails on a line that is none.
std::map<std::string, double> Parse(const std::string& text) {
  std::map<std::string, double> series;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) {
    if (line.starts_with("# HELP ") || line.starts_with("# TYPE ")) continue;
    const size_t split = line.rfind(' ');
    INFO(line);
    REQUIRE(split != std::string::npos);
    const bool added =
        series.emplace(line.substr(0, split), std::stod(line.substr(split + 1)))
            .second;
    REQUIRE(added);  // no series twice
  }
  return series;
}

TEST_CASE("requests are counted by route, status and tenant") {
  Metrics metrics;
  const size_t add = metrics.AddEndpoint("POST", "/triples/add");
  const size_t query = metrics.AddEndpoint("GET", "/query");
  TenantMetrics& acme = metrics.ForTenant("acme");
  CHECK(&metrics.ForTenant("acme") == &acme);
  acme.RecordRequest(add, 201, 0.002);
  acme.RecordRequest(add, 201, 7);
  acme.RecordRequest(add, 422, 0.0001);
  metrics.ForTenant("public").RecordRequest(query, 200, 0.01);
  CHECK(acme.requests() == 3);

  const auto series = Parse(metrics.PrometheusText({}));
  const std::string labels = R"(method="POST",endpoint="/triples/add")";
  CHECK(series.at("skg_requests_total{" + labels +
                  R"(,status="201",http_status="201",tenant="acme"})") == 2);
  CHECK(series.at("skg_requests_total{" + labels +
                  R"(,status="422",http_status="422",tenant="acme"})") == 1);
  const std::string bucket =
      "skg_request_duration_seconds_bucket{" + labels + R"(,tenant="acme",le=)";
  CHECK(series.at(bucket + "\"0.0005\"}") == 1);
  CHECK(series.at(bucket + "\"0.0025\"}") == 2);
  CHECK(series.at(bucket + "\"5\"}") == 2);
  CHECK(series.at(bucket + "\"+Inf\"}") == 3);
  CHECK(series.at("skg_request_duration_seconds_sum{" + labels +
                  R"(,tenant="acme"})") == Approx(7.0021));
}

TEST_CASE("both result families keep the text parseable") {
  Metrics metrics;
  metrics.RecordQuery(QueryType::kFull, 1);
  metrics.RecordQuery(QueryType::kTraverse, 50);
  metrics.ForTenant("acme").RecordQuery(QueryType::kTraverse, 50);
  const auto series = Parse(metrics.PrometheusText({}));
  CHECK(series.at("skg_query_results_count") == 2);
  CHECK(series.at("skg_query_results_sum") == 51);
  CHECK(series.at(R"(skg_queries_executed_total{pattern_type="full"})") == 1);
  CHECK(
      series.at(
          R"(skg_query_results_count_count{query_type="traverse",tenant="acme"})") ==
      1);
}

TEST_CASE("labels are escaped, gauges come along, JSON says the same") {
  Metrics metrics;
  const size_t endpoint = metrics.AddEndpoint("GET", "/");
  metrics.RecordWrite(WriteSource::kBatch, 12);
  metrics.ForTenant("a\"b\\c\nd").RecordRequest(endpoint, 200, 0);
  const std::vector<Gauge> gauges = {
      {"skg_db_size_bytes", "Bytes.", "gauge", {{"", 4096}}}};
  const std::string text = metrics.PrometheusText(gauges);
  const auto series = Parse(text);
  CHECK(series.at("skg_db_size_bytes") == 4096);
  CHECK(
      series.at(R"(skg_requests_total{method="GET",endpoint="/",status="200",)"
                R"(http_status="200",tenant="a\"b\\c\nd"})") == 1);
  CHECK(series.at(R"(skg_triples_added_total{source="batch"})") == 12);
  const auto json = nlohmann::json::parse(metrics.JsonText(gauges));
  CHECK(json["skg_db_size_bytes"]["samples"][0]["value"] == 4096);
}

TEST_CASE("the number of tenants told apart is bounded") {
  Metrics metrics;
  for (size_t i = 0; i < Metrics::kMaxTenants; ++i) {
    (void)metrics.ForTenant(std::to_string(i));
  }
  CHECK(metrics.ForTenant("one more").tenant() == "other");
  CHECK(&metrics.ForTenant("two more") == &metrics.ForTenant("one more"));
  CHECK(metrics.ForTenant("7").tenant() == "7");
}

TEST_CASE("counts of many threads add up") {
  Metrics metrics;
  const size_t endpoint = metrics.AddEndpoint("GET", "/query");
  TenantMetrics& tenant = metrics.ForTenant("public");
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 10000; ++i) tenant.RecordRequest(endpoint, 200, 0.5);
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(tenant.requests() == 40000);
}

}  // namespace
}  // namespace skg::server
