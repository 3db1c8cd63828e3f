// Scans, seeks and lookups over several runs and a delta, against a map of the
// statements: slices, whole blocks and single rows must come out as one.
#include <map>

#include "storage/commit_queue.h"
#include "storage/graph_state.h"
#include "storage/keys.h"
#include "storage/overlay.h"
#include "storage/row_merge.h"
#include "storage/run.h"
#include "storage/scan.h"
#include "storage/store_fixture.h"

namespace skg::storage::test {
namespace {

constexpr uint64_t kNever = UINT64_MAX;
constexpr TermOrder kOrders[] = {TermOrder::kSpo, TermOrder::kPos,
                                 TermOrder::kOsp};

struct State {
  float weight = 1.0f;
  uint64_t commit = 0;
};
using Model = std::map<StatementKey, State>;

// Writes statements of a few subjects, predicates and many objects.
class Writer {
 public:
  Writer(GraphStore graph, uint64_t salt)
      : graph_(std::move(graph)), random_(skg::test::Random(salt)) {
    RequestBuilder names(graph_);
    std::vector<rdf::Term> terms;
    for (int i = 0; i < kTerms; ++i) {
      names.Add(Name("t" + std::to_string(i)), Name("p0"), Name("o"));
      terms.push_back(Name("t" + std::to_string(i)));
    }
    names.Commit();
    RequestBuilder gone(graph_);
    for (int i = 0; i < kTerms; ++i)
      gone.Remove(Name("t" + std::to_string(i)), Name("p0"), Name("o"));
    gone.Commit();
    for (const rdf::Term& term : terms) {
      const auto id = graph_.Lookup(term);
      REQUIRE_OK(id);
      ids_.push_back(*id);
    }
  }

  TermId Any(uint64_t count) { return ids_[random_() % count]; }
  StatementKey AnyKey() {
    StatementKey key{{}, Any(30), Any(6), Any(kTerms), 0};
    if (named && random_() % 4 == 0) key.graph = Any(3);
    if (random_() % 50 == 0) key.edge = static_cast<uint32_t>(random_() % 3);
    return key;
  }

  // One commit: 64 rows or more are a run.
  void Commit(size_t rows) {
    CommitRequest request;
    for (size_t i = 0; i < rows; ++i) {
      WriteOperation operation;
      operation.key = AnyKey();
      if (!model.empty() && random_() % 3 == 0) {
        const auto it = model.lower_bound(AnyKey());
        if (it != model.end()) operation.key = it->first;
      }
      operation.weight = static_cast<float>(random_() % 100) / 100;
      operation.kind = random_() % 8 == 0 ? WriteOperation::Kind::kRemove
                                          : WriteOperation::Kind::kAdd;
      request.operations.push_back(operation);
    }
    const auto outcome = graph_.Commit(request);
    REQUIRE_OK(outcome);
    for (const WriteOperation& operation : request.operations) {
      if (operation.kind == WriteOperation::Kind::kRemove) {
        model.erase(operation.key);
        continue;
      }
      State& state = model[operation.key];
      if (state.commit == 0 || state.weight != operation.weight) {
        state = {operation.weight, outcome->result.commit};
      }
    }
  }

  std::mt19937_64& random() { return random_; }

  Model model;
  bool named = false;

 private:
  static constexpr int kTerms = 2000;
  GraphStore graph_;
  std::mt19937_64 random_;
  std::vector<TermId> ids_;
};

std::vector<StatementRow> Expected(const Model& model,
                                   const ScanPattern& pattern,
                                   TermOrder order) {
  std::vector<StatementRow> rows;
  for (const auto& [key, state] : model) {
    if (pattern.Matches(key)) rows.push_back({key, state.commit, state.weight});
  }
  std::sort(rows.begin(), rows.end(),
            [order](const StatementRow& a, const StatementRow& b) {
              return InOrder(a.key, order) < InOrder(b.key, order);
            });
  return rows;
}

// Within one commit a statement may be written several times: its version is
// known, its weight is that of the last write.
void RequireSame(const std::vector<StatementRow>& rows,
                 const std::vector<StatementRow>& expected) {
  REQUIRE(rows.size() == expected.size());
  for (size_t i = 0; i < rows.size(); ++i) {
    INFO("row " << i << " of " << rows.size());
    REQUIRE(rows[i].key == expected[i].key);
    REQUIRE(rows[i].weight == expected[i].weight);
  }
}

ScanPattern AnyPattern(Writer& writer) {
  ScanPattern pattern;
  std::mt19937_64& random = writer.random();
  if (random() % 2 == 0) pattern.subject = writer.Any(40);
  if (random() % 2 == 0) pattern.predicate = writer.Any(7);
  if (random() % 3 == 0) pattern.object = writer.Any(2000);
  switch (random() % 6) {
    case 0:
      pattern.scope = GraphScope::kDefault;
      break;
    case 1:
      pattern.scope = GraphScope::kNamed;
      break;
    case 2:
      pattern.scope = GraphScope::kOne;
      pattern.graph = writer.Any(4);
      break;
    default:
      break;
  }
  return pattern;
}

void CheckScans(const ReadView& view, const Model& model, Writer& writer) {
  for (const TermOrder order : kOrders) {
    RequireSame(AllRows(view, {}, {.order = order}),
                Expected(model, {}, order));
  }
  for (int i = 0; i < 40; ++i) {
    const ScanPattern pattern = AnyPattern(writer);
    const TermOrder order =
        i % 2 == 0 ? NaturalOrder(pattern) : kOrders[writer.random()() % 3];
    RequireSame(AllRows(view, pattern, {.order = order}),
                Expected(model, pattern, order));
    const auto counts = view.Count(pattern);
    REQUIRE_OK(counts);
    CHECK(counts->statements == Expected(model, pattern, order).size());
  }
}

void CheckFinds(const ReadView& view, const Model& model, Writer& writer) {
  for (int i = 0; i < 300; ++i) {
    StatementKey key = writer.AnyKey();
    if (i % 2 == 0) {
      const auto near = model.lower_bound(key);
      if (near != model.end()) key = near->first;
    }
    const auto found = view.Find(key);
    REQUIRE_OK(found);
    const auto it = model.find(key);
    REQUIRE(found->has_value() == (it != model.end()));
    if (!*found) continue;
    CHECK((*found)->key == key);
    CHECK((*found)->weight == it->second.weight);
  }
}

// Reads a few rows, seeks forward, and so on.
void CheckSeeks(const ReadView& view, const Model& model, Writer& writer) {
  for (int round = 0; round < 20; ++round) {
    ScanPattern pattern;
    if (round % 3 == 0) pattern.predicate = writer.Any(6);
    const TermOrder order =
        round % 3 == 0 ? TermOrder::kPos : kOrders[writer.random()() % 3];
    const std::vector<StatementRow> rows = Expected(model, pattern, order);
    const auto cursor = view.Scan(pattern, {.order = order});
    REQUIRE_OK(cursor);
    StatementBatch batch;
    size_t next = 0;
    for (int step = 0; step < 6 && next < rows.size(); ++step) {
      // To a row that is there, or just behind it.
      const size_t to =
          next + writer.random()() % std::min<size_t>(rows.size() - next, 4000);
      OrderedTerms at = InOrder(rows[to].key, order);
      if (step % 2 == 1) ++at.third.bits;
      REQUIRE_OK((*cursor)->Seek(at.first, at.second, at.third));
      while (next < rows.size()) {
        const OrderedTerms here = InOrder(rows[next].key, order);
        if (std::tie(here.first, here.second, here.third) >=
            std::tie(at.first, at.second, at.third)) {
          break;
        }
        ++next;
      }
      const auto more = (*cursor)->Next(batch);
      REQUIRE_OK(more);
      REQUIRE(*more == (next < rows.size()));
      for (size_t i = 0; i < batch.size(); ++i, ++next) {
        REQUIRE(next < rows.size());
        REQUIRE(batch.Row(i).key == rows[next].key);
      }
    }
  }
}

TEST_CASE("scans over runs and a delta show what was written") {
  for (const bool named : {false, true}) {
    const auto store = OpenMemoryStore({.fold_rows = kNever});
    const GraphStore graph = CreateGraph(*store);
    Writer writer(graph, named ? 1 : 0);
    writer.named = named;
    std::vector<std::pair<uint64_t, Model>> past;
    for (int round = 0; round < 6; ++round) {
      writer.Commit(round == 0 ? 6000 : 64 + writer.random()() % 1500);
      for (int i = 0; i < 30; ++i) writer.Commit(1 + writer.random()() % 3);
      past.emplace_back(graph.last_commit(), writer.model);
      if (round == 3) REQUIRE_OK(store->Compact(graph));
      const auto view = graph.Latest();
      REQUIRE_OK(view);
      CheckScans(*view, writer.model, writer);
      CheckFinds(*view, writer.model, writer);
      CheckSeeks(*view, writer.model, writer);
    }
    for (const auto& [commit, model] : past) {
      const auto view = graph.AsOf(commit);
      REQUIRE_OK(view);
      CheckScans(*view, model, writer);
      CheckFinds(*view, model, writer);
    }
    RequireClean(*store);
  }
}

// The cache has room for next to nothing: every block is read anew.
TEST_CASE("lookups are right without room for a block") {
  const auto store =
      OpenMemoryStore({.memory_bytes = 4096, .fold_rows = kNever});
  const GraphStore graph = CreateGraph(*store);
  Writer writer(graph, 2);
  writer.Commit(5000);
  writer.Commit(500);
  const auto view = graph.Latest();
  REQUIRE_OK(view);
  CheckScans(*view, writer.model, writer);
  CheckFinds(*view, writer.model, writer);
}

// A merge puts other rows under other numbers; a view from before goes on
// reading its own.
TEST_CASE("cached blocks are those of the view's runs") {
  const auto store = OpenMemoryStore({.fold_rows = kNever});
  const GraphStore graph = CreateGraph(*store);
  Writer writer(graph, 3);
  writer.Commit(3000);
  for (int round = 0; round < 5; ++round) {
    const auto before = graph.Latest();
    REQUIRE_OK(before);
    const Model model = writer.model;
    CheckFinds(*before, model, writer);
    writer.Commit(800);
    REQUIRE_OK(store->Compact(graph));
    const auto after = graph.Latest();
    REQUIRE_OK(after);
    CheckFinds(*after, writer.model, writer);
    CheckFinds(*before, model, writer);
    CheckScans(*before, model, writer);
  }
  // The same graph made anew is another one.
  auto other = CreateGraph(*store, "other");
  Writer others(other, 4);
  others.Commit(2000);
  const auto view = other.Latest();
  REQUIRE_OK(view);
  CheckFinds(*view, others.model, others);
}

// A run of a leader's batch may hold several versions of a statement; where
// they stand on both sides of a block's end, each block alone looks plain.
TEST_CASE("versions on both sides of a block's end are one statement") {
  const auto store = OpenMemoryStore({.fold_rows = kNever});
  const GraphStore graph = CreateGraph(*store);
  AddOne(graph, "a", "p", "b");
  AddOne(graph, "c", "p", "b");
  const auto ids = graph.Latest();
  REQUIRE_OK(ids);
  const auto p = ids->Lookup(Name("p"));
  REQUIRE_OK(p);
  GraphState& state = ids->snapshot()->graph();
  constexpr size_t kRows = 2500;
  const auto subject = [](size_t i) {
    return TermId::Make(rdf::TermTag::kInteger, (uint64_t{1} << 59) + i);
  };
  REQUIRE_OK(state.queue().EditManifest([&](Manifest& manifest, Head& head,
                                            KvBatch& batch) -> absl::Status {
    RunBuilder builder(batch, graph.description().number, manifest.next_run++);
    for (const IndexOrder order :
         {IndexOrder::kGspo, IndexOrder::kGpos, IndexOrder::kGosp,
          IndexOrder::kSpog, IndexOrder::kPosg, IndexOrder::kOspg}) {
      builder.BeginOrder(order);
      for (size_t i = 0; i < kRows && order <= IndexOrder::kGosp; ++i) {
        RunRow row;
        row.key = {{}, subject(i), *p, subject(0), 0};
        row.value.sign = row.value.triple_sign = 1;
        if (i == kBlockRows - 1) {
          RunRow newer = row;
          newer.commit = 2;
          newer.value = {.operation = RowOperation::kReplace, .weight = 0.5f};
          if (absl::Status added = builder.Add(newer); !added.ok())
            return added;
        }
        row.commit = 1;
        if (absl::Status added = builder.Add(row); !added.ok()) return added;
      }
      if (absl::Status done = builder.FinishOrder(); !done.ok()) return done;
    }
    const auto info = builder.Finish();
    if (!info.ok()) return info.status();
    manifest.runs.push_back(*info);
    head.statements += kRows;
    head.triples += kRows;
    head.default_statements += kRows;
    head.default_triples += kRows;
    return absl::OkStatus();
  }));
  const auto view = graph.Latest();
  REQUIRE_OK(view);
  for (const TermOrder order : kOrders) {
    const auto rows = AllRows(*view, {.object = subject(0)}, {.order = order});
    REQUIRE(rows.size() == kRows);
    for (size_t i = 0; i < kRows; ++i) {
      REQUIRE(rows[i].key.subject == subject(i));
      REQUIRE(rows[i].weight == (i == kBlockRows - 1 ? 0.5f : 1.0f));
    }
  }
  const auto found =
      view->Find({{}, subject(kBlockRows - 1), *p, subject(0), 0});
  REQUIRE_OK(found);
  REQUIRE(found->has_value());
  CHECK((*found)->weight == 0.5f);
  const auto past = graph.AsOf(1);
  REQUIRE_OK(past);
  const auto then =
      past->Find({{}, subject(kBlockRows - 1), *p, subject(0), 0});
  REQUIRE_OK(then);
  REQUIRE(then->has_value());
  CHECK((*then)->weight == 1.0f);
}

// Sources of which the merge sees only the keys.
class ListSource final : public RowSource {
 public:
  explicit ListSource(std::vector<RowKey> keys)
      : RowSource(IndexOrder::kGspo), keys_(std::move(keys)) {
    NextWindow();
  }
  void Seek(const std::array<uint64_t, 4>&) override {}

 private:
  void NextWindow() override {
    if (next_ == keys_.size()) return End(absl::OkStatus());
    Begin({.rows = 1, .first = keys_[next_++]});
  }
  void Unpack(RowWindow&) override {}
  void AppendPacked(StatementBatch&) override {}
  RowValue ValueAt(size_t) override { return {}; }
  [[nodiscard]] bool StandsBefore(const RowKey&) const override {
    return false;
  }

  const std::vector<RowKey> keys_;
  size_t next_ = 0;
};

TEST_CASE("a merge gives all rows in order, and the next one behind the top") {
  std::mt19937_64 random = skg::test::Random(5);
  for (size_t count = 0; count < 20; ++count) {
    std::vector<RowKey> all;
    std::vector<std::unique_ptr<RowSource>> sources;
    for (size_t i = 0; i < count; ++i) {
      std::vector<RowKey> keys;
      for (uint64_t n = random() % 30; n > 0; --n) {
        RowKey key;
        for (uint64_t& term : key.terms) term = random() % 3;
        key.edge = static_cast<uint32_t>(random() % 2);
        key.commit = random() % 4;
        keys.push_back(key);
      }
      const auto before = [](const RowKey& a, const RowKey& b) {
        return a.Before(b);
      };
      std::sort(keys.begin(), keys.end(), before);
      all.insert(all.end(), keys.begin(), keys.end());
      sources.push_back(std::make_unique<ListSource>(std::move(keys)));
    }
    std::stable_sort(
        all.begin(), all.end(),
        [](const RowKey& a, const RowKey& b) { return a.Before(b); });
    RowMerge merge(sources);
    const auto same = [](const RowKey& a, const RowKey& b) {
      return a.SameStatement(b) && a.commit == b.commit;
    };
    for (size_t i = 0; i < all.size(); ++i) {
      RowSource* const top = merge.top();
      REQUIRE(top != nullptr);
      REQUIRE(same(top->key(), all[i]));
      // Of equal rows the earlier source is on top; the runner-up is the
      // smallest row of the others.
      const RowKey* smallest = nullptr;
      for (const auto& source : sources) {
        if (source.get() == top || !source->valid()) continue;
        if (smallest == nullptr || source->key().Before(*smallest))
          smallest = &source->key();
        if (same(source->key(), top->key())) {
          const auto place = [&](const RowSource* wanted) {
            size_t at = 0;
            while (sources[at].get() != wanted) ++at;
            return at;
          };
          REQUIRE(place(top) < place(source.get()));
        }
      }
      const RowKey* const runner_up = merge.RunnerUp();
      REQUIRE((runner_up == nullptr) == (smallest == nullptr));
      if (smallest != nullptr) REQUIRE(same(*runner_up, *smallest));
      top->Next();
      merge.TopMoved();
    }
    CHECK(merge.top() == nullptr);
    CHECK(merge.status().ok());
  }
}

}  // namespace
}  // namespace skg::storage::test
