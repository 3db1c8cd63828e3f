// A text index whose store fails: while it is made, folded, rebuilt or dropped.
// It finds what was committed, or says that it is being built, and then it can
// be rebuilt or dropped.
#include <catch2/catch.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/status.h"
#include "rdf/name.h"
#include "storage/keys.h"
#include "storage/memory_kv.h"
#include "storage/store.h"
#include "support/fault_kv.h"
#include "support/test_support.h"
#include "text/bm25.h"
#include "text/posting_reader.h"
#include "text/text_catalog.h"
#include "text/text_indexes.h"

namespace skg::test {
namespace {

using storage::Store;

constexpr char kName[] = "default";
constexpr char kPredicate[] = "urn:says";
constexpr int kWords = 7;

std::string Word(int n) { return "w" + std::to_string(n); }
bool HasWord(int text, int word) {
  return text % kWords == word || (text / 3) % kWords == word;
}
rdf::Term TextOf(int text) {
  std::string said = "text" + std::to_string(text);
  for (int word = 0; word < kWords; ++word)
    if (HasWord(text, word)) said += " " + Word(word);
  return rdf::Term::Literal(said);
}

class Scene {
 public:
  explicit Scene(FaultPlan plan) : below_(storage::MakeMemoryKv()) {
    {
      auto store = Store::Open(std::make_unique<FaultKv>(below_), {});
      REQUIRE_OK(store);
      const Store::CreateOptions create;
      REQUIRE_OK((*store)->OpenGraph("faults", "texts", &create));
    }
    Reopen(std::move(plan));
  }
  // Another process begins with what the store below has.
  void Reopen(FaultPlan plan) {
    graph_.reset();
    store_.reset();
    indexes_ = std::make_unique<text::TextIndexes>();
    // Opening the store is for others to test: faults are counted from there,
    // and it takes as many operations each time.
    for (const bool counting : {true, false}) {
      graph_.reset();
      store_.reset();
      auto faults =
          std::make_unique<FaultKv>(below_, counting ? FaultPlan() : plan);
      faults_ = faults.get();
      auto store =
          Store::Open(std::move(faults), {.participant = indexes_.get()});
      REQUIRE_OK(store);
      store_ = *std::move(store);
      auto graph = store_->OpenGraph("faults", "texts", nullptr);
      REQUIRE_OK(graph);
      graph_.emplace(*std::move(graph));
      if (plan.write > 0) plan.write += faults_->writes();
      if (plan.read > 0) plan.read += faults_->reads();
    }
  }

  // Texts under another predicate are none of the index.
  absl::Status Put(int begin, int end, std::string predicate = kPredicate) {
    SKG_ASSIGN_OR_RETURN(storage::Transaction transaction, graph_->Begin());
    storage::StatementKey key;
    SKG_ASSIGN_OR_RETURN(key.predicate,
                         transaction.Intern(rdf::Term::Iri(predicate)));
    for (int text = begin; text < end; ++text) {
      SKG_ASSIGN_OR_RETURN(key.subject,
                           transaction.Intern(rdf::Term::Iri(
                               "urn:node:" + std::to_string(text % 9))));
      SKG_ASSIGN_OR_RETURN(key.object, transaction.Intern(TextOf(text)));
      SKG_RETURN_IF_ERROR(transaction.Add(key, 1.0f, nullptr, false));
    }
    SKG_RETURN_IF_ERROR(graph_->Commit(transaction, {}).status());
    if (predicate != kPredicate) return absl::OkStatus();
    for (int text = begin; text < end; ++text) texts_.insert(text);
    return absl::OkStatus();
  }
  absl::Status Create() {
    const auto names = rdf::NameSpace::Make("urn:skg:");
    REQUIRE_OK(names);
    TextIndexOptions options;
    options.names = false;
    options.predicates = {"<urn:says>"};
    options.stemming = false;
    SKG_ASSIGN_OR_RETURN(auto definition,
                         text::ReadOptions(kName, options, *names));
    return Note(indexes_->Create(*graph_, std::move(definition),
                                 Durability::kSync, nullptr),
                true);
  }
  absl::Status Rebuild() {
    return indexes_->Rebuild(*graph_, kName, Durability::kSync, nullptr)
        .status();
  }
  absl::Status Drop() {
    return Note(indexes_->Drop(*graph_, kName, Durability::kSync), false);
  }
  absl::Status Fold() {
    SKG_ASSIGN_OR_RETURN(const auto index, Find());
    return indexes_->Fold(store_->kv(),
                          {graph_->description().number, index.number},
                          {.most_documents = 15});
  }

  absl::StatusOr<text::IndexDefinition> Find() {
    SKG_ASSIGN_OR_RETURN(const storage::ReadView view, graph_->Latest());
    return text::FindIndex(view, kName);
  }
  absl::Status DropIncomplete() { return text::DropIncomplete(*below_); }
  // An index whose creation was acknowledged is there and complete, until the
  // first attempt to drop it; a complete one finds what it must.
  void Check() {
    const auto index = Find();
    if (must_be_there_) {
      REQUIRE_OK(index);
      REQUIRE(index->complete_since > 0);
    }
    if (!index.ok() || index->complete_since == 0) return;
    auto view = graph_->Latest();
    REQUIRE_OK(view);
    const auto reader = text::PostingReader::Open(
        *below_, {graph_->description().number, index->number}, nullptr);
    REQUIRE_OK(reader);
    for (int word = 0; word < kWords; ++word) {
      const auto hits = text::SearchPostings(
          **reader, {{text::Occur::kShould, {{{{Word(word), 0}}}}}},
          {.k = 100'000});
      REQUIRE_OK(hits);
      std::set<uint64_t> found;
      for (const text::SearchHit& hit : *hits) found.insert(hit.document);
      REQUIRE(found.size() == hits->size());
      for (const int text : texts_) {
        const auto id = view->Lookup(TextOf(text));
        REQUIRE_OK(id);
        INFO("text " << text << ", word " << word);
        REQUIRE(found.contains(id->bits) == HasWord(text, word));
      }
    }
  }
  [[nodiscard]] size_t CountIndexes() {
    auto view = graph_->Latest();
    REQUIRE_OK(view);
    const auto indexes = text::ListIndexes(*view);
    REQUIRE_OK(indexes);
    return indexes->size();
  }
  // Of whatever index.
  [[nodiscard]] size_t CountRows() const {
    size_t rows = 0;
    for (uint32_t index = 1; index < 30; ++index) {
      const std::string prefix =
          text::IndexPrefix({graph_->description().number, index});
      const auto at = below_->NewIterator(
          storage::Family::kPostings,
          {.lower = prefix, .upper = storage::PrefixEnd(prefix)});
      for (at->SeekToFirst(); at->Valid(); at->Next()) ++rows;
    }
    return rows;
  }
  [[nodiscard]] bool fired() const { return faults_->fired(); }

 private:
  absl::Status Note(const absl::StatusOr<CommitResult>& result, bool made) {
    if (!made) must_be_there_ = false;
    if (result.ok()) must_be_there_ = made;
    return result.status();
  }

  const std::shared_ptr<storage::KvStore> below_;
  std::unique_ptr<text::TextIndexes> indexes_;
  std::unique_ptr<Store> store_;
  FaultKv* faults_ = nullptr;
  std::optional<storage::GraphStore> graph_;
  std::set<int> texts_;  // acknowledged
  bool must_be_there_ = false;
};

struct Step {
  std::string name;
  std::function<absl::Status(Scene&)> run;
};
std::vector<Step> Script() {
  const auto put = [](int begin) {
    return [begin](Scene& s) { return s.Put(begin, begin + 20); };
  };
  const auto create = [](Scene& s) { return s.Create(); };
  return {{"put", put(0)},  {"create", create},
          {"put", put(20)}, {"fold", [](Scene& s) { return s.Fold(); }},
          {"put", put(40)}, {"rebuild", [](Scene& s) { return s.Rebuild(); }},
          {"put", put(60)}, {"drop", [](Scene& s) { return s.Drop(); }},
          {"put", put(80)}, {"create again", create},
          {"put", put(100)}};
}

// What a process finds that comes after one that failed.
void CheckNextProcess(Scene& scene, bool drops) {
  scene.Reopen({});
  scene.Check();
  const auto left = scene.Find();
  if (left.ok()) {
    CHECK(absl::IsAlreadyExists(scene.Create()));
    if (drops) {
      REQUIRE_OK(scene.Drop());
      CHECK(scene.CountRows() == 0);
      REQUIRE_OK(scene.Create());
    } else {
      REQUIRE_OK(scene.Rebuild());
    }
  } else {
    CHECK(absl::IsNotFound(scene.Rebuild()));
    CHECK(absl::IsNotFound(scene.Drop()));
    REQUIRE_OK(scene.Create());
  }
  CHECK(scene.CountIndexes() == 1);
  REQUIRE(scene.Find()->complete_since > 0);
  scene.Check();
  REQUIRE_OK(scene.Put(200, 220));
  REQUIRE_OK(scene.Fold());
  scene.Check();
  REQUIRE_OK(scene.Drop());
  CHECK(scene.CountIndexes() == 0);
  CHECK(scene.CountRows() == 0);
}

// True: the fault was met.
bool RunScript(const FaultPlan& plan, bool drops, bool* was_being_built) {
  Scene scene(plan);
  for (const Step& step : Script()) {
    const absl::Status status = step.run(scene);
    INFO(step.name << ": " << status);
    CHECK((status.ok() || status.code() == plan.error.code() ||
           absl::IsNotFound(status) || absl::IsAlreadyExists(status)));
    if (!scene.fired()) REQUIRE_OK(status);
    // A fault that has passed: the index is as good as a new one.
    if (scene.fired() && !plan.every_later_one) {
      scene.Check();
      // What could not be made is gone.
      const auto index = scene.Find();
      CHECK((!index.ok() || index->complete_since > 0));
      CHECK(scene.CountIndexes() <= 1);
    }
  }
  const bool fired = scene.fired();
  scene.Reopen({});
  const auto left = scene.Find();
  const bool is_being_built = left.ok() && left->complete_since == 0;
  *was_being_built |= is_being_built;
  // As an engine does when it opens; without it all can be mended, too.
  if (plan.write % 2 == 0) {
    const size_t indexes = scene.CountIndexes();
    REQUIRE_OK(scene.DropIncomplete());
    scene.Reopen({});  // it is no commit: views of before share a snapshot
    CHECK(scene.CountIndexes() <= 1);
    if (is_being_built) CHECK(scene.CountIndexes() < indexes);
    const auto kept = scene.Find();
    CHECK((!kept.ok() || kept->complete_since > 0));
    if (!kept.ok()) CHECK(scene.CountRows() == 0);
    scene.Check();
  }
  CheckNextProcess(scene, drops);
  return fired;
}

TEST_CASE("a text index whose n-th write fails finds what was committed",
          "[faults]") {
  const bool every_later_one = GENERATE(false, true);
  const bool drops = GENERATE(false, true);
  bool was_being_built = false;
  uint64_t n = 1;
  for (bool fired = true; fired; ++n) {
    INFO("write " << n << ", every later one: " << every_later_one);
    REQUIRE(n < 1000);
    fired = RunScript({.write = n, .every_later_one = every_later_one}, drops,
                      &was_being_built);
  }
  CHECK(n > 20);
  // Where nobody could take it back.
  CHECK((was_being_built || !every_later_one));
}

TEST_CASE("the texts of a commit that failed are written when it is repeated",
          "[faults]") {
  int failed = 0;
  for (uint64_t n = 1; n < 100; ++n) {
    INFO("write " << n);
    Scene scene({.write = n});
    absl::Status before = scene.Create();
    // So that the dictionary knows them.
    if (before.ok()) before = scene.Put(0, 20, "urn:other");
    if (!before.ok()) continue;
    const absl::Status first = scene.Put(0, 20);
    if (first.ok()) break;
    ++failed;
    REQUIRE_OK(scene.Put(0, 20));
    scene.Check();
  }
  CHECK(failed > 0);
}

TEST_CASE("a text index whose n-th read fails finds what was committed",
          "[faults]") {
  const bool drops = GENERATE(false, true);
  bool was_being_built = false;
  auto random = Random(910);
  uint64_t n = 1;
  for (bool fired = true; fired; n += 1 + random() % 23) {
    INFO("read " << n);
    REQUIRE(n < 100'000);
    fired = RunScript({.read = n}, drops, &was_being_built);
  }
  CHECK(n > 30);
}

}  // namespace
}  // namespace skg::test
