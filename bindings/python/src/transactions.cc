// Transaction: several changes that commit together.
#include "call.h"
#include "cursor.h"
#include "objects.h"
#include "options.h"
#include "statements.h"
#include "terms.h"

namespace skg::python {
namespace {

class TransactionObject {
 public:
  struct Begun {
    Graph graph;
    std::optional<Transaction> transaction;  // none: it was committed
  };
  using Held = Locked<Begun>;

  TransactionObject(std::shared_ptr<EngineState> engine, Begun begun)
      : handle_(std::move(engine), std::make_shared<Held>(std::move(begun)),
                "the transaction") {}

  // A status of the changed transaction.
  template <class Call>
  void Change(Call call) const {
    Check(Run(
        [held = handle_.Get(), call]() -> absl::Status {
          const std::lock_guard lock(held->mutex);
          if (!held->object.transaction) return UsedUp();
          return call(*held->object.transaction);
        },
        {.brief = true}));
  }
  void Add(py::handle s, py::handle p, py::handle o, const py::dict& given,
           bool if_absent) const {
    Change([statement = NewStatementOf(s, p, o, Options(given)),
            if_absent](Transaction& t) {
      return if_absent ? t.AddIfAbsent(statement) : t.Add(statement);
    });
  }
  void Remove(py::handle s, py::handle p, py::handle o,
              const py::object& in) const {
    const std::string graph = in.is_none() ? "" : TermText(in, "graph");
    Change([subject = TermText(s, "subject"),
            predicate = TermText(p, "predicate"),
            object = TermText(o, "object"), graph](Transaction& t) {
      return t.Remove(subject, predicate, object, graph);
    });
  }
  std::unique_ptr<CursorObject> Match(const py::dict& given,
                                      bool triples) const {
    const Options read(given);
    std::stop_source stop;
    MatchOptions options = MatchOptionsOf(read);
    options.stop = stop.get_token();
    auto begun = Value(Run(
        [held = handle_.Get(), pattern = PatternOf(read),
         options]() -> absl::StatusOr<CursorObject::Begun> {
          const std::lock_guard lock(held->mutex);
          if (!held->object.transaction) return UsedUp();
          return CursorObject::Begin(
              held->object.transaction->Match(pattern, options));
        },
        StopControl(stop)));
    return std::make_unique<CursorObject>(handle_.engine(), std::move(begun),
                                          stop, triples);
  }
  uint64_t Count(const py::dict& given) const {
    return Value(Run(
        [held = handle_.Get(),
         pattern = PatternOf(Options(given))]() -> absl::StatusOr<uint64_t> {
          const std::lock_guard lock(held->mutex);
          if (!held->object.transaction) return UsedUp();
          return held->object.transaction->Count(pattern);
        }));
  }
  py::object Commit(const py::dict& given) {
    auto commit = Run([held = handle_.Get(),
                       how = CommitOptionsOf(
                           Options(given))]() -> absl::StatusOr<CommitResult> {
      const std::lock_guard lock(held->mutex);
      auto& begun = held->object;
      if (!begun.transaction) return UsedUp();
      Transaction transaction = *std::move(begun.transaction);
      begun.transaction.reset();
      return begun.graph.Apply(std::move(transaction), how);
    });
    return CommitObject(Value(std::move(commit)));
  }
  uint64_t size() const {
    return Run([held = handle_.Get()]() -> uint64_t {
      const std::lock_guard lock(held->mutex);
      const auto& transaction = held->object.transaction;
      return transaction ? transaction->size() : 0;
    });
  }
  void Close() { handle_.Close(); }

 private:
  static absl::Status UsedUp() {
    return absl::FailedPreconditionError(
        "the transaction was committed; begin another one");
  }

  Handle<Held> handle_;
};

std::unique_ptr<TransactionObject> Begin(const GraphObject& self) {
  const Use<Graph> graph = self.Open();
  auto transaction =
      Value(Run([graph] { return graph->Begin(); }, {.brief = true}));
  return std::make_unique<TransactionObject>(
      self.engine(), TransactionObject::Begun{*graph, std::move(transaction)});
}

}  // namespace

void BindTransactions(py::module_& module) {
  py::class_<TransactionObject>(module, "Transaction")
      .def("add", &TransactionObject::Add)
      .def("remove", &TransactionObject::Remove)
      .def("match", &TransactionObject::Match)
      .def("count", &TransactionObject::Count)
      .def("commit", &TransactionObject::Commit)
      .def_property_readonly("size", &TransactionObject::size)
      .def("close", &TransactionObject::Close);
  module.def("begin", Begin);
}

}  // namespace skg::python
