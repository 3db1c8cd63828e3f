#include "text_search/text_bench.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>
#include <utility>
#include <vector>

#include "base/status.h"
#include "harness/scratch_directory.h"
#include "harness/stopwatch.h"
#include "nlohmann/json.hpp"
#include "storage/rocksdb_kv.h"
#include "text/bm25.h"
#include "text/posting_builder.h"
#include "text_search/corpus.h"

namespace skg::bench {
namespace {

constexpr text::PostingIndex kIndex{1, 1};
constexpr uint64_t kFirstDocument = uint64_t{3} << 60 | 1;
// All hits of so many queries of a class are counted.
constexpr size_t kCounted = 10;

void Print(const nlohmann::json& line) { std::cout << line << std::endl; }

class Run {
 public:
  Run(const TextBench& bench, storage::KvStore& kv)
      : bench_(bench),
        kv_(kv),
        vocabulary_(bench.vocabulary, bench.seed),
        queries_(MakeQueries(vocabulary_, bench.queries, bench.seed)),
        random_(bench.seed) {}

  [[nodiscard]] absl::Status All() {
    SKG_RETURN_IF_ERROR(ReadCodex());
    if (!bench_.write_texts.empty()) return WriteTexts();
    SKG_RETURN_IF_ERROR(Build());
    SKG_RETURN_IF_ERROR(SearchAll(""));
    SKG_RETURN_IF_ERROR(Commit());
    SKG_RETURN_IF_ERROR(SearchAll("delta"));
    return Fold();
  }

 private:
  [[nodiscard]] absl::Status ReadCodex() {
    if (bench_.codex.empty()) return absl::OkStatus();
    SKG_ASSIGN_OR_RETURN(codex_, CodexTexts(bench_.codex));
    QueryClass labels{"a text", {}};
    for (size_t i = 0; i < codex_.size() && i < bench_.queries; ++i) {
      labels.queries.push_back(codex_[i * 7 % codex_.size()]);
    }
    queries_ = {std::move(labels)};
    return absl::OkStatus();
  }
  [[nodiscard]] size_t text_count() const {
    return codex_.empty() ? bench_.texts : codex_.size();
  }
  [[nodiscard]] std::string Text(size_t i) {
    return codex_.empty() ? ShortText(vocabulary_, random_) : codex_[i];
  }

  // For the peer: a text a line, and a query a line with its class.
  [[nodiscard]] absl::Status WriteTexts() {
    const std::filesystem::path directory = bench_.write_texts;
    std::ofstream texts(directory / "texts.txt");
    for (size_t i = 0; i < text_count(); ++i) texts << Text(i) << "\n";
    std::ofstream queries(directory / "queries.txt");
    for (const QueryClass& all : queries_) {
      for (const std::string& query : all.queries) {
        queries << all.name << "\t" << query << "\n";
      }
    }
    if (texts.flush() && queries.flush()) return absl::OkStatus();
    return absl::UnavailableError(bench_.write_texts + ": cannot be written");
  }

  [[nodiscard]] absl::Status Build() {
    const Stopwatch watch;
    text::PostingBuilder builder(
        kv_, kIndex, {.memory_bytes = (bench_.memory_mib << 20) / 2});
    size_t bytes = 0, tokens = 0;
    for (size_t i = 0; i < text_count(); ++i) {
      const std::string text = Text(i);
      bytes += text.size();
      analyzer_.Analyze(text, text::Language(), tokens_);
      tokens += tokens_.size();
      SKG_RETURN_IF_ERROR(builder.Add(kFirstDocument + i, tokens_));
    }
    SKG_RETURN_IF_ERROR(builder.Finish());
    const double seconds = watch.Seconds(), cpu = watch.CpuSeconds();
    SKG_RETURN_IF_ERROR(kv_.Flush());
    SKG_ASSIGN_OR_RETURN(const uint64_t disk, kv_.DiskBytes());
    SKG_ASSIGN_OR_RETURN(const auto manifest,
                         text::LoadManifest(kv_, kIndex, nullptr));
    Print({{"build", text_count()},
           {"seconds", seconds},
           {"cpu_seconds", cpu},
           {"text_bytes", bytes},
           {"tokens", tokens},
           {"distinct_tokens", manifest.segments.front().tokens},
           {"segments", manifest.segments.size()},
           {"disk_bytes", disk}});
    return absl::OkStatus();
  }

  [[nodiscard]] absl::StatusOr<size_t> Search(const text::PostingReader& reader,
                                              const std::string& query,
                                              size_t k) {
    SKG_ASSIGN_OR_RETURN(
        const auto parsed,
        text::ParseSearchQuery(query, {.plain = !codex_.empty()}));
    SKG_ASSIGN_OR_RETURN(const auto terms,
                         text::ResolveTerms(parsed, analyzer_, reader, {}));
    SKG_ASSIGN_OR_RETURN(const auto hits,
                         text::SearchPostings(reader, terms, {.k = k}));
    return hits.size();
  }

  [[nodiscard]] absl::Status SearchAll(const std::string& with) {
    const auto snapshot = kv_.NewSnapshot();
    const Stopwatch watch;
    SKG_ASSIGN_OR_RETURN(const auto reader, text::PostingReader::Open(
                                                kv_, kIndex, snapshot.get()));
    Print({{"open", with}, {"ms", watch.Seconds() * 1e3}});
    for (const QueryClass& queries : queries_) {
      SKG_RETURN_IF_ERROR(SearchClass(*reader, queries, with));
    }
    return absl::OkStatus();
  }

  [[nodiscard]] absl::Status SearchClass(const text::PostingReader& reader,
                                         const QueryClass& queries,
                                         const std::string& with) {
    size_t matches = 0;
    for (size_t i = 0; i < std::min(kCounted, queries.queries.size()); ++i) {
      SKG_ASSIGN_OR_RETURN(const size_t all,
                           Search(reader, queries.queries[i], text::kMostHits));
      matches += all;
    }
    std::vector<double> times;
    const Stopwatch whole;
    for (const std::string& query : queries.queries) {
      const Stopwatch watch;
      SKG_RETURN_IF_ERROR(Search(reader, query, 10).status());
      times.push_back(watch.Seconds() * 1e3);
    }
    const double cpu = whole.CpuSeconds() * 1e3;
    std::sort(times.begin(), times.end());
    Print({{"queries", queries.name},
           {"with", with},
           {"p50_ms", times[times.size() / 2]},
           {"p99_ms", times[times.size() * 99 / 100]},
           {"most_ms", times.back()},
           {"cpu_ms", cpu / static_cast<double>(times.size())},
           {"matches", matches}});
    return absl::OkStatus();
  }

  // One document a batch, without a sync: what a commit has to do more.
  [[nodiscard]] absl::Status Commit() {
    const Stopwatch watch;
    for (size_t i = 0; i < text::kFoldDocuments; ++i) {
      analyzer_.Analyze(Text(i % text_count()), text::Language(), tokens_);
      const auto batch = kv_.NewBatch();
      text::AddDocument(*batch, kIndex, kFirstDocument + text_count() + i,
                        tokens_);
      SKG_RETURN_IF_ERROR(kv_.Write(*batch, storage::WriteMode::kBuffered));
    }
    const auto documents = static_cast<double>(text::kFoldDocuments);
    Print({{"commit", text::kFoldDocuments},
           {"us", watch.Seconds() * 1e6 / documents},
           {"cpu_us", watch.CpuSeconds() * 1e6 / documents}});
    return absl::OkStatus();
  }

  [[nodiscard]] absl::Status Fold() {
    const Stopwatch watch;
    SKG_RETURN_IF_ERROR(text::Fold(kv_, kIndex, {}));
    Print({{"fold", text::kFoldDocuments},
           {"seconds", watch.Seconds()},
           {"cpu_seconds", watch.CpuSeconds()}});
    return absl::OkStatus();
  }

  const TextBench& bench_;
  storage::KvStore& kv_;
  const ZipfVocabulary vocabulary_;
  std::vector<QueryClass> queries_;
  std::mt19937_64 random_;
  std::vector<std::string> codex_;
  const text::Analyzer analyzer_;
  text::TokenList tokens_;
};

absl::Status RunInScratch(const TextBench& bench) {
  SKG_ASSIGN_OR_RETURN(const auto scratch, ScratchDirectory::Make(bench.data));
  SKG_ASSIGN_OR_RETURN(
      const auto kv,
      storage::OpenRocksDb(scratch.store(),
                           {.memory_bytes = bench.memory_mib << 20}));
  return Run(bench, *kv).All();
}

}  // namespace

int RunTextBench(const TextBench& bench) {
  const absl::Status status = RunInScratch(bench);
  if (status.ok()) return 0;
  std::cerr << "skg-bench: " << status.message() << "\n";
  return 1;
}

}  // namespace skg::bench
