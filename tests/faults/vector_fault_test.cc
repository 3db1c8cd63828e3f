// A vector index whose store or disk fails: it answers as the map does, at once
// and after the next open, and no file is left that nobody knows of.
#include <signal.h>
#include <sys/resource.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "faults/vector_scene.h"

namespace skg::test {
namespace {

struct Step {
  std::string name;
  std::function<absl::Status(VectorScene&)> run;
};

// Seals, merges, a rebuild that forgets versions and removals, a drop, and an
// index of the same name after it.
std::vector<Step> Script() {
  std::vector<Step> steps;
  const auto add = [&](const char* name, auto run) {
    steps.push_back({name, run});
  };
  add("create", [](VectorScene& s) { return s.Create(); });
  for (uint64_t i = 0; i < 8; ++i) {
    add("put", [i](VectorScene& s) { return s.Put(i * 5, i * 5 + 20); });
    if (i == 3) add("remove", [](VectorScene& s) { return s.Remove(0, 7); });
    add("seal", [](VectorScene& s) { return s.Seal(); });  // the 8th merges
  }
  add("remove", [](VectorScene& s) { return s.Remove(30, 40); });
  add("put", [](VectorScene& s) { return s.Put(3, 12); });
  add("forget the past", [](VectorScene& s) { return s.ForgetPast(); });
  add("rebuild", [](VectorScene& s) { return s.Rebuild(); });
  add("rebuild again", [](VectorScene& s) { return s.Rebuild(); });
  add("put", [](VectorScene& s) { return s.Put(0, 30); });
  add("search", [](VectorScene& s) { return s.Search(); });
  add("seal", [](VectorScene& s) { return s.Seal(); });
  return steps;
}

std::vector<Step> Ending() {
  return {{"drop", [](VectorScene& s) { return s.Drop(); }},
          {"create", [](VectorScene& s) { return s.Create(); }},
          {"put", [](VectorScene& s) { return s.Put(0, 9); }},
          {"seal", [](VectorScene& s) { return s.Seal(); }}};
}

bool IsExpected(const absl::Status& status, const FaultPlan& plan) {
  return status.ok() || status.code() == plan.error.code() ||
         absl::IsNotFound(status) ||     // its creation failed
         absl::IsAlreadyExists(status);  // the drop before it failed
}

// What a process finds that comes after one that failed.
void CheckNextProcess(VectorScene& scene) {
  scene.Reopen();
  scene.Check();
  scene.CheckNoOtherFiles();
  scene.Reopen();
  scene.LoseFiles();
  scene.Check();
  scene.CheckNoOtherFiles();
  for (const bool forget : {false, true}) {
    if (forget) REQUIRE_OK(scene.ForgetPast());
    if (const absl::Status rebuilt = scene.Rebuild();
        !absl::IsNotFound(rebuilt))
      REQUIRE_OK(rebuilt);
    scene.Check();
    scene.CheckNoOtherFiles();
  }
  scene.Reopen();
  scene.LoseFiles();
  scene.Check();
  scene.CheckNoOtherFiles();
}

// True: the fault was met.
bool RunScript(const std::vector<Step>& first, const std::vector<Step>& steps,
               VectorIndexKind kind, const FaultPlan& plan) {
  VectorScene scene(kind, first.empty() ? plan : FaultPlan());
  for (const Step& step : first) REQUIRE_OK(step.run(scene));
  if (!first.empty()) scene.Reopen(plan);
  for (const Step& step : steps) {
    const absl::Status status = step.run(scene);
    INFO(step.name << ": " << status);
    CHECK(IsExpected(status, plan));
    if (!scene.fired()) REQUIRE_OK(status);
    // A fault that has passed: the index is as good as a new one.
    if (scene.fired() && !plan.every_later_one) scene.Check();
  }
  const bool fired = scene.fired();
  CheckNextProcess(scene);
  return fired;
}

TEST_CASE("a vector index whose n-th write fails answers as the map does",
          "[faults]") {
  const auto kind = GENERATE(VectorIndexKind::kFlat, VectorIndexKind::kHnsw);
  const bool every_later_one = GENERATE(false, true);
  const bool ending = GENERATE(false, true);
  uint64_t n = 1;
  for (bool fired = true; fired; ++n) {
    INFO("write " << n << ", every later one: " << every_later_one);
    REQUIRE(n < 1000);
    const FaultPlan plan = {.write = n, .every_later_one = every_later_one};
    fired = ending ? RunScript(Script(), Ending(), kind, plan)
                   : RunScript({}, Script(), kind, plan);
  }
  CHECK(n > (ending ? 4 : 24));
}

TEST_CASE("a vector index whose n-th read fails answers as the map does",
          "[faults]") {
  const bool ending = GENERATE(false, true);
  auto random = Random(901);
  uint64_t n = 1;
  for (bool fired = true; fired; n += 1 + random() % 23) {
    INFO("read " << n);
    REQUIRE(n < 100'000);
    const FaultPlan plan = {.read = n};
    fired = ending ? RunScript(Script(), Ending(), VectorIndexKind::kFlat, plan)
                   : RunScript({}, Script(), VectorIndexKind::kFlat, plan);
  }
  CHECK(n > 30);
}

// Files of this process can be no longer than that while it lives.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) {
    REQUIRE(getrlimit(RLIMIT_FSIZE, &before_) == 0);
    old_ = signal(SIGXFSZ, SIG_IGN);
    rlimit limit = before_;
    limit.rlim_cur = bytes;
    REQUIRE(setrlimit(RLIMIT_FSIZE, &limit) == 0);
  }
  ~FileSizeLimit() {
    setrlimit(RLIMIT_FSIZE, &before_);
    signal(SIGXFSZ, old_);
  }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;

 private:
  rlimit before_ = {};
  void (*old_)(int) = nullptr;
};

TEST_CASE("a segment for which there is no room is not made", "[faults]") {
  const auto kind = GENERATE(VectorIndexKind::kFlat, VectorIndexKind::kHnsw);
  VectorScene scene(kind, {});
  REQUIRE_OK(scene.Create());
  REQUIRE_OK(scene.Put(0, 500));
  REQUIRE_OK(scene.Seal());
  REQUIRE_OK(scene.Put(300, 900));
  int refused = 0;
  for (const bool rebuild : {false, true}) {
    for (rlim_t bytes = 0;; bytes += 4000 + bytes / 3) {
      INFO(bytes << " bytes");
      REQUIRE(bytes < 10'000'000);
      absl::Status status;
      {
        const FileSizeLimit limit(bytes);
        status = rebuild ? scene.Rebuild() : scene.Seal();
      }
      scene.Check();
      scene.CheckNoOtherFiles();
      if (status.ok()) break;
      INFO(status);
      REQUIRE(absl::IsResourceExhausted(status));
      ++refused;
    }
  }
  CHECK(refused > 4);
  CheckNextProcess(scene);
}

TEST_CASE("a segment that cannot get its name is not made", "[faults]") {
  VectorScene scene(VectorIndexKind::kFlat, {});
  REQUIRE_OK(scene.Create());
  REQUIRE_OK(scene.Put(0, 50));
  REQUIRE_OK(scene.Seal());
  REQUIRE(scene.Files().size() == 1);
  std::string next = scene.Files().front();
  REQUIRE(next.ends_with("-1.seg"));
  next.replace(next.size() - 5, 1, "2");
  std::filesystem::create_directories(next + "/in/the/way");
  REQUIRE_OK(scene.Put(20, 70));
  CHECK(absl::IsUnavailable(scene.Seal()));
  scene.Check();
  CHECK(scene.Files().size() == 2);
  std::filesystem::remove_all(next);
  REQUIRE_OK(scene.Seal());
  scene.Check();
  CheckNextProcess(scene);
}

TEST_CASE("files that no list has are removed at the next open", "[faults]") {
  VectorScene scene(VectorIndexKind::kFlat, {});
  REQUIRE_OK(scene.Create());
  REQUIRE_OK(scene.Put(0, 50));
  REQUIRE_OK(scene.Seal());
  const std::filesystem::path file = scene.Files().front();
  const std::string index = scene.directory() + "/" +
                            std::to_string(scene.graph().description().number);
  // Of a seal, of a drop and of a dropped graph that a crash cut short.
  for (const std::string& name :
       {index + "-1-2.seg", index + "-1-2.seg.part", index + "-1-1.seg.part",
        index + "-1-70.seg", index + "-7-1.seg", index + "9-1-1.seg"}) {
    std::filesystem::copy_file(file, name);
  }
  const std::vector<std::string> others = {"notes.txt", "1-1.seg", "x-1-1.seg",
                                           "1-1-1-1.seg"};
  for (const std::string& name : others)
    std::filesystem::copy_file(file, scene.directory() + "/" + name);
  scene.Reopen();
  CHECK(scene.Files().size() == 1 + others.size());
  CHECK(std::filesystem::exists(file));
  for (const std::string& name : others)
    std::filesystem::remove(scene.directory() + "/" + name);
  scene.Check();
}

// A search that meets no memory makes the index forget what it has read; the
// next one reads the list, in which there is what is being published.
TEST_CASE("an index is read anew while a seal puts its segment in place",
          "[faults]") {
  const auto rebuild = GENERATE(false, true);
  MemoryBudget memory(size_t{64} << 20);
  VectorScene* scene_of_hook = nullptr;
  bool armed = false;
  absl::Status poor, rich, added;
  FaultPlan plan;
  plan.after_write = [&] {
    if (!armed) return;
    armed = false;
    added = scene_of_hook->Put(0, 5000);
    {
      const auto all = memory.Reserve("test", memory.free_bytes());
      poor = scene_of_hook->Search();
    }
    rich = scene_of_hook->Search();
  };
  VectorScene scene(VectorIndexKind::kFlat, plan, &memory);
  scene_of_hook = &scene;
  REQUIRE_OK(scene.Create());
  for (uint64_t i = 0; i < 3; ++i) {
    REQUIRE_OK(scene.Put(i * 5, i * 5 + 20));
    REQUIRE_OK(scene.Seal());
  }
  if (!rebuild) REQUIRE_OK(scene.Put(5, 50));
  armed = true;
  REQUIRE_OK(rebuild ? scene.Rebuild() : scene.Seal());
  REQUIRE_OK(added);
  CHECK(absl::IsResourceExhausted(poor));
  REQUIRE_OK(rich);
  scene.Check();
  REQUIRE_OK(scene.Seal());
  scene.Check();
  CheckNextProcess(scene);
}

}  // namespace
}  // namespace skg::test
