// The dictionary under load: who numbers terms while others do, and how fast
// its cache answers several threads (printed, not asserted).
#include <chrono>
#include <cstdio>
#include <thread>

#include "absl/strings/str_cat.h"
#include "storage/keys.h"
#include "storage/store_fixture.h"

namespace skg::storage::test {
namespace {

using Clock = std::chrono::steady_clock;

constexpr size_t kTerms = 100'000;
constexpr size_t kBatch = 2048;

rdf::Term Text(size_t i) {
  return rdf::Term::Literal(
      absl::StrCat("a title of some forty letters, as of "
                   "a paper, number ",
                   i));
}

// Calls `work(thread, round)` on all threads for a second; calls a second.
template <typename Work>
double Rate(int threads, size_t each, const Work& work) {
  std::vector<std::thread> running;
  std::vector<size_t> rounds(static_cast<size_t>(threads));
  const auto begin = Clock::now();
  const auto end = begin + std::chrono::seconds(1);
  for (size_t t = 0; t < rounds.size(); ++t) {
    running.emplace_back([&, t] {
      while (Clock::now() < end) work(t, rounds[t]++);
    });
  }
  for (std::thread& thread : running) thread.join();
  const double seconds =
      std::chrono::duration<double>(Clock::now() - begin).count();
  size_t total = 0;
  for (const size_t n : rounds) total += n;
  return static_cast<double>(total * each) / seconds;
}

TEST_CASE("the dictionary's cache serves several threads") {
  StoreOptions options;
  options.memory_bytes = size_t{512} << 20;
  auto store = OpenMemoryStore(options);
  GraphStore graph = CreateGraph(*store);
  std::vector<rdf::Term> terms;
  for (size_t i = 0; i < kTerms; ++i) terms.push_back(Text(i));
  for (size_t begin = 0; begin < kTerms; begin += 1000) {
    CommitRequest request;
    request.durability = Durability::kNone;
    for (size_t i = begin; i < begin + 1000; ++i) {
      request.new_terms.push_back(terms[i]);
      const TermId id = TermId::Make(rdf::TermTag::kArena, i - begin);
      WriteOperation operation;
      operation.key = {TermId{}, id, id, id};
      request.operations.push_back(operation);
    }
    REQUIRE_OK(graph.Commit(request));
  }
  const auto view = graph.Latest();
  REQUIRE_OK(view);
  std::vector<TermId> ids;
  for (const rdf::Term& term : terms) ids.push_back(*view->Lookup(term));
  for (const int threads : {1, 2, 4}) {
    std::vector<std::vector<rdf::Term>> out(static_cast<size_t>(threads));
    const double decoded = Rate(threads, kBatch, [&](size_t t, size_t round) {
      const size_t at = (round * 7919 + t * 31) * 64 % (kTerms - kBatch);
      (void)view->Decode(std::span(ids).subspan(at, kBatch), &out[t]);
    });
    const double found = Rate(threads, 1, [&](size_t t, size_t round) {
      (void)view->Lookup(terms[(round * 7919 + t * 31) % kTerms]);
    });
    std::printf("%d threads: %.2f million terms a second decoded, %.2f found\n",
                threads, decoded / 1e6, found / 1e6);
  }
}

}  // namespace
}  // namespace skg::storage::test
