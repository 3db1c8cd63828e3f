// Any rows in the place of a graph's own: keys and values that are cut,
// changed, added and removed. Whatever is asked for then gives an answer or an
// error, never a crash, and Check says where.
//
// The input is a list of changes: a byte that chooses the family, one that
// chooses what is done (remove a row, change a byte of its key or value, cut
// one of them, add a row of these bytes), one that chooses the row, and, where
// bytes are needed, their number and the bytes.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "storage/keys.h"
#include "storage/memory_kv.h"
#include "storage/store.h"

namespace skg::storage {
namespace {

void Require(bool condition) {
  if (!condition) std::abort();
}

using Rows = std::vector<std::pair<std::string, std::string>>;

Rows RowsOf(const KvStore& kv, Family family) {
  Rows rows;
  const auto it = kv.NewIterator(family, {});
  for (it->SeekToFirst(); it->Valid(); it->Next())
    rows.emplace_back(it->key(), it->value());
  return rows;
}

rdf::Term Name(const std::string& name) {
  return rdf::Term::Iri("urn:skg:" + name);
}

void Commit(GraphStore& graph, int first, int count) {
  CommitRequest request;
  const auto id = [&](const rdf::Term& term) {
    const auto known = graph.Lookup(term);
    Require(known.ok());
    if (known->bound()) return *known;
    request.new_terms.push_back(term);
    return rdf::TermId::Make(rdf::TermTag::kArena,
                             request.new_terms.size() - 1);
  };
  for (int i = first; i < first + count; ++i) {
    WriteOperation operation;
    operation.key.subject = id(Name("subject" + std::to_string(i % 3)));
    operation.key.predicate = id(Name("p"));
    operation.key.object =
        id(rdf::Term::Literal("a longer text " + std::to_string(i)));
    if (i % 4 == 0) operation.key.graph = id(Name("graph"));
    if (i % 5 == 0) {
      Record record;
      record.metadata = R"({"a": 1})";
      request.records.push_back(record);
      operation.record = static_cast<uint32_t>(request.records.size());
    }
    request.operations.push_back(operation);
  }
  Require(graph.Commit(request).ok());
}

// A run, a delta, records, a log that was cut.
std::vector<Rows> MakeRows() {
  auto store = Store::Open(MakeMemoryKv(), {.run_rows = 8});
  Require(store.ok());
  const Store::CreateOptions create;
  auto graph = (*store)->OpenGraph("public", "main", &create);
  Require(graph.ok());
  Commit(*graph, 0, 20);
  Commit(*graph, 10, 5);
  Require((*store)->Compact(*graph).ok());
  Commit(*graph, 18, 6);
  Require(graph->TrimLog(1).ok());
  std::vector<Rows> all;
  for (size_t i = 0; i < kFamilyCount; ++i)
    all.push_back(RowsOf((*store)->kv(), static_cast<Family>(i)));
  return all;
}

std::unique_ptr<KvStore> CopyRows() {
  static const std::vector<Rows> all = MakeRows();
  std::unique_ptr<KvStore> copy = MakeMemoryKv();
  const auto batch = copy->NewBatch();
  for (size_t i = 0; i < kFamilyCount; ++i) {
    for (const auto& [key, value] : all[i])
      batch->Put(static_cast<Family>(i), key, value);
  }
  Require(copy->Write(*batch, WriteMode::kBuffered).ok());
  return copy;
}

// Reads the input; zero behind its end.
class Input {
 public:
  Input(const uint8_t* data, size_t size) : data_(data), size_(size) {}
  [[nodiscard]] bool empty() const { return size_ == 0; }
  uint8_t Byte() {
    if (size_ == 0) return 0;
    --size_;
    return *data_++;
  }
  std::string Bytes() {
    std::string bytes;
    for (size_t n = Byte(); n > 0 && !empty(); --n)
      bytes.push_back(static_cast<char>(Byte()));
    return bytes;
  }

 private:
  const uint8_t* data_;
  size_t size_;
};

void ChangeByte(Input& in, std::string& bytes) {
  if (bytes.empty()) return;
  const size_t at = in.Byte() % bytes.size();
  bytes[at] = static_cast<char>(bytes[at] ^ in.Byte());
}

void ChangeRow(Input& in, KvStore& kv) {
  const auto family = static_cast<Family>(in.Byte() % kFamilyCount);
  const uint8_t what = in.Byte() % 6;
  const size_t which = in.Byte();
  const auto batch = kv.NewBatch();
  const Rows rows = RowsOf(kv, family);
  if (what == 5 || rows.empty()) {
    // In the graph: others are not looked at.
    std::string key = family == Family::kCatalog ? "" : GraphPrefix(1);
    key += in.Bytes();
    batch->Put(family, key, in.Bytes());
  } else {
    auto [key, value] = rows[which % rows.size()];
    if (what != 0 || in.Byte() % 2 == 0) batch->Delete(family, key);
    if (what == 1) ChangeByte(in, key);
    if (what == 2) ChangeByte(in, value);
    if (what == 3) key.resize(in.Byte() % (key.size() + 1));
    if (what == 4) value.resize(in.Byte() % (value.size() + 1));
    if (what != 0) batch->Put(family, key, value);
  }
  (void)kv.Write(*batch, WriteMode::kBuffered);
}

void ReadAll(const ReadView& view) {
  for (const TermOrder order :
       {TermOrder::kSpo, TermOrder::kPos, TermOrder::kOsp}) {
    const auto cursor = view.Scan({}, {.order = order});
    if (!cursor.ok()) continue;
    StatementBatch batch;
    for (;;) {
      const auto more = (*cursor)->Next(batch);
      if (!more.ok() || !*more) break;
      for (size_t i = 0; i < batch.size(); ++i) {
        const StatementRow row = batch.Row(i);
        (void)view.ReadRecord(row).ok();
        const TermId ids[] = {row.key.subject, row.key.predicate,
                              row.key.object};
        std::vector<rdf::Term> terms;
        (void)view.Decode(ids, &terms).ok();
        ScanPattern pattern;
        pattern.subject = row.key.subject;
        (void)view.Count(pattern).ok();
      }
    }
  }
  (void)view.Count({}).ok();
}

void UseAll(std::unique_ptr<KvStore> kv) {
  const auto store = Store::Open(std::move(kv), {.run_rows = 8});
  if (!store.ok()) return;
  (void)(*store)->Check(true).ok();
  (void)(*store)->ListGraphs().ok();
  auto graph = (*store)->OpenGraph("public", "main", nullptr);
  if (!graph.ok()) return;
  for (uint64_t commit = 0; commit < 5; ++commit) {
    (void)graph->ReadLog(commit).ok();
    const auto past = graph->AsOf(commit);
    if (past.ok()) ReadAll(*past);
  }
  const auto view = graph->Latest();
  if (view.ok()) ReadAll(*view);
  (void)graph->Lookup(Name("subject1")).ok();
  (void)(*store)->Compact(*graph).ok();
  (void)(*store)->DropGraph("public", "main").ok();
}

}  // namespace
}  // namespace skg::storage

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace skg::storage;  // NOLINT(google-build-using-namespace): one
                                 // function
  std::unique_ptr<KvStore> kv = CopyRows();
  Input in(data, size);
  for (int changes = 0; !in.empty() && changes < 16; ++changes)
    ChangeRow(in, *kv);
  UseAll(std::move(kv));
  return 0;
}
