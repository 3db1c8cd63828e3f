// full_disk DIRECTORY: mounts a small file system of its own there, which only
// this process sees, and fills it through an engine; then it gets room again.
// Exit status 0 where nothing that was acknowledged is lost, 1 and a line where
// something is, 77 where mounting is not allowed.
#include <sched.h>
#include <sys/mount.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "skg/engine.h"

namespace {

constexpr const char* kSmall = "size=24m";
constexpr const char* kLarge = "size=256m";
constexpr int kNotAllowed = 77;

[[noreturn]] void Fail(const std::string& what) {
  std::fprintf(stderr, "full_disk: %s\n", what.c_str());
  std::_Exit(1);
}
void Must(const absl::Status& status, const char* what) {
  if (!status.ok()) Fail(std::string(what) + ": " + status.ToString());
}

absl::StatusOr<std::unique_ptr<skg::Engine>> Open(const std::string& path) {
  return skg::Engine::Open(
      path, {.memory_budget_bytes = size_t{16} << 20, .fold_statements = 500});
}

std::set<std::string> Objects(skg::Engine& engine) {
  const auto graph = engine.OpenGraph("full/disk");
  Must(graph.status(), "opening the graph");
  auto cursor = graph->Match({}, {.order_by = skg::OrderField::kKey});
  Must(cursor.status(), "reading");
  const auto statements = cursor->ToVector();
  Must(statements.status(), "reading");
  std::set<std::string> objects;
  for (const skg::Statement& statement : *statements)
    objects.insert(statement.object);
  return objects;
}

constexpr uint32_t kDimension = 64;

// The vector of each node says which it is.
std::vector<float> VectorOf(int number) {
  std::vector<float> vector(kDimension, static_cast<float>(number));
  vector[static_cast<size_t>(number) % kDimension] += 0.5f;
  return vector;
}

// The index finds at least so many nodes, each of them by its vector.
void CheckVectors(skg::Engine& engine, int least) {
  const auto graph = engine.OpenGraph("full/disk");
  Must(graph.status(), "opening the graph");
  const auto view = graph->Latest();
  Must(view.status(), "reading");
  for (int number = 0; number < least; number += 1 + least / 50) {
    const auto hits =
        view->SearchVectors("near", VectorOf(number), {.top_k = 1});
    Must(hits.status(), "searching vectors");
    if (hits->size() != 1 || (*hits)[0].owner != "v" + std::to_string(number))
      Fail("a full disk lost the vector of v" + std::to_string(number));
  }
}

// An index of vectors in segments, and what is not in one yet.
void MakeVectors(skg::Graph& graph) {
  skg::VectorIndexOptions options;
  options.dimension = kDimension;
  options.metric = skg::VectorMetric::kL2;
  options.kind = skg::VectorIndexKind::kFlat;
  Must(graph.CreateVectorIndex("near", options).status(), "making an index");
}
absl::Status PutVectors(skg::Graph& graph, int begin, int end) {
  std::vector<skg::VectorEntry> entries;
  for (int number = begin; number < end; ++number)
    entries.push_back({"v" + std::to_string(number), VectorOf(number)});
  return graph.PutVectors("near", entries).status();
}

struct Acknowledged {
  std::set<std::string> objects;
  int vectors = 0;
};

// What was acknowledged before the disk was full.
Acknowledged Fill(const std::string& path) {
  const auto engine = Open(path);
  Must(engine.status(), "opening");
  auto graph = (*engine)->OpenGraph("full/disk", {.create = true});
  Must(graph.status(), "making the graph");
  MakeVectors(*graph);
  Acknowledged acknowledged;
  for (int number = 0;; ++number) {
    if (number % 100 == 0) {
      const int vectors = acknowledged.vectors;
      if (PutVectors(*graph, vectors, vectors + 200).ok())
        acknowledged.vectors += 200;
    }
    skg::NewStatement statement;
    statement.subject = "subject" + std::to_string(number % 10);
    statement.predicate = "p";
    statement.object = "object " + std::to_string(number);
    // What no compression makes small.
    std::string noise;
    for (unsigned i = 0; i < 4000; ++i)
      noise.push_back(static_cast<char>('a' + std::rand() % 26));
    statement.metadata = R"({"noise":")" + noise + R"("})";
    const absl::Status added = graph->Add(statement).status();
    if (added.ok()) {
      acknowledged.objects.insert(statement.object);
      continue;
    }
    if (!absl::IsResourceExhausted(added) && !absl::IsUnavailable(added))
      Fail("the disk is full, but the error is " + added.ToString());
    break;
  }
  // Reading goes on, writing does not.
  const std::set<std::string> there = Objects(**engine);
  for (const std::string& object : acknowledged.objects) {
    if (!there.contains(object)) Fail("a full disk lost " + object);
  }
  const absl::Status rebuilt = graph->RebuildVectorIndex("near");
  if (!absl::IsResourceExhausted(rebuilt) && !absl::IsUnavailable(rebuilt))
    Fail("the disk is full, but a rebuild says " + rebuilt.ToString());
  CheckVectors(**engine, acknowledged.vectors);
  return acknowledged;
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 2) return 64;
  const char* directory = arguments[1];
  if (unshare(CLONE_NEWNS) != 0 ||
      mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
      mount("tmpfs", directory, "tmpfs", 0, kSmall) != 0) {
    return kNotAllowed;
  }
  const std::string path = std::string(directory) + "/data";
  const Acknowledged acknowledged = Fill(path);
  if (acknowledged.objects.size() < 100 || acknowledged.vectors == 0)
    Fail("the disk was full at once");
  // Without room an open says so, or does without.
  if (const auto engine = Open(path);
      !engine.ok() && !absl::IsResourceExhausted(engine.status())) {
    Fail("opening on a full disk: " + engine.status().ToString());
  }
  if (mount("tmpfs", directory, "tmpfs", MS_REMOUNT, kLarge) != 0)
    Fail("more room cannot be had");
  const auto engine = Open(path);
  Must(engine.status(), "opening with room");
  const std::set<std::string> there = Objects(**engine);
  for (const std::string& object : acknowledged.objects) {
    if (!there.contains(object)) Fail("lost " + object);
  }
  // The one that failed may be there: nobody was told.
  if (there.size() > acknowledged.objects.size() + 1)
    Fail("more than was written");
  const auto report = (*engine)->Check(true);
  Must(report.status(), "checking");
  for (const skg::CheckFinding& finding : report->findings)
    Fail(finding.graph + ": " + finding.message);
  auto graph = (*engine)->OpenGraph("full/disk");
  Must(graph.status(), "opening the graph");
  Must(graph->Compact(), "packing");
  CheckVectors(**engine, acknowledged.vectors);
  Must(graph->RebuildVectorIndex("near"), "rebuilding");
  CheckVectors(**engine, acknowledged.vectors);
  size_t files = 0;
  for (const auto& entry :
       std::filesystem::directory_iterator(path + "/vectors")) {
    if (++files > 1) Fail("there is also " + entry.path().string());
  }
  return 0;
}
