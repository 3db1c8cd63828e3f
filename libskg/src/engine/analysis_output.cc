// Graph::WriteAnalysis: the rows of an analysis as statements.
#include "engine/analysis_output.h"

#include <cmath>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "base/strings.h"
#include "engine/graph_impl.h"
#include "rdf/inline_value.h"
#include "skg/analyze.h"
#include "skg/field_error.h"
#include "skg/graph.h"

namespace skg {
namespace {

// Names are asked for together.
constexpr size_t kRowsAtOnce = 4096;
// As often a write begins anew because another one changed what it replaces.
constexpr int kTries = 4;

constexpr const char* kDoubleType =
    "^^<http://www.w3.org/2001/XMLSchema#double>";
constexpr const char* kIntegerType =
    "^^<http://www.w3.org/2001/XMLSchema#integer>";

std::optional<std::string> LiteralOf(const AnalysisColumn& column, size_t row) {
  if (const auto* whole = std::get_if<std::vector<uint64_t>>(&column.values))
    return absl::StrCat("\"", (*whole)[row], "\"", kIntegerType);
  const double value = std::get<std::vector<double>>(column.values)[row];
  if (!std::isfinite(value)) return std::nullopt;
  std::string text;
  rdf::AppendCanonical(value, text);
  return absl::StrCat("\"", text, "\"", kDoubleType);
}

class Writer {
 public:
  Writer(const GraphView& view, const AnalysisTable& table,
         const AnalysisOutput& output)
      : view_(view), table_(table), output_(output) {}

  absl::Status Check() {
    SKG_RETURN_IF_ERROR(engine::CheckGivesNodes(table_.algorithm, table_.kind));
    nodes_ = &std::get<std::vector<Vertex>>(table_.columns[0].values);
    const std::string name =
        output_.predicate.empty() ? table_.algorithm : output_.predicate;
    for (size_t c = 1; c < table_.columns.size(); ++c) {
      predicates_.push_back(table_.columns.size() == 2
                                ? name
                                : PredicateOf(name, table_.columns[c].name));
    }
    return absl::OkStatus();
  }

  absl::Status Fill(const Graph& graph, Transaction& transaction) const {
    SKG_RETURN_IF_ERROR(MakeRoom(graph, transaction));
    for (size_t begin = 0; begin < table_.rows; begin += kRowsAtOnce) {
      const size_t end = std::min(table_.rows, begin + kRowsAtOnce);
      SKG_ASSIGN_OR_RETURN(
          const std::vector<std::string> names,
          view_.Names(std::span(*nodes_).subspan(begin, end - begin)));
      for (size_t row = begin; row < end; ++row)
        SKG_RETURN_IF_ERROR(AddRow(transaction, row, names[row - begin]));
    }
    return absl::OkStatus();
  }

 private:
  // An IRI in brackets keeps them round the whole.
  static std::string PredicateOf(const std::string& name,
                                 const std::string& column) {
    if (name.size() < 2 || name.front() != '<')
      return absl::StrCat(name, "/", column);
    return absl::StrCat(name.substr(0, name.size() - 1), "/", column, ">");
  }

  absl::Status MakeRoom(const Graph& graph, Transaction& transaction) const {
    if (!output_.graph.empty()) {
      return transaction.Clear(
          {.part = ClearTarget::Part::kNamedGraph, .graph = output_.graph});
    }
    for (const std::string& predicate : predicates_) {
      StatementPattern pattern;
      pattern.predicate = predicate;
      pattern.graph = "";
      // A transaction's own cursor ends where it is changed, so they are read
      // past it. What others change meanwhile makes it fail: it has counted
      // what the range holds.
      SKG_RETURN_IF_ERROR(transaction.Count(pattern).status());
      SKG_ASSIGN_OR_RETURN(StatementCursor cursor, graph.Match(pattern));
      std::vector<Statement> old;
      while (true) {
        SKG_ASSIGN_OR_RETURN(const bool more, cursor.Next(old));
        if (!more) break;
        for (const Statement& one : old) {
          SKG_RETURN_IF_ERROR(
              transaction.Remove(one.subject, one.predicate, one.object));
        }
      }
    }
    return absl::OkStatus();
  }

  absl::Status AddRow(Transaction& transaction, size_t row,
                      const std::string& node) const {
    const bool literal = node.front() == '"' || node.substr(0, 2) == "<<";
    if (literal) return absl::OkStatus();
    NewStatement statement;
    statement.subject = node;
    statement.graph = output_.graph;
    for (size_t c = 1; c < table_.columns.size(); ++c) {
      const auto object = LiteralOf(table_.columns[c], row);
      if (!object) continue;
      statement.predicate = predicates_[c - 1];
      statement.object = *object;
      SKG_RETURN_IF_ERROR(transaction.Add(statement));
    }
    return absl::OkStatus();
  }

  const GraphView& view_;
  const AnalysisTable& table_;
  const AnalysisOutput& output_;
  const std::vector<Vertex>* nodes_ = nullptr;
  std::vector<std::string> predicates_;
};

}  // namespace

namespace engine {

absl::Status CheckGivesNodes(std::string_view algorithm, AnalysisKind kind) {
  if (GivesNodes(kind)) return absl::OkStatus();
  return FieldErrorStatus(
      {{{"output"},
        absl::StrCat(av(algorithm),
                     " gives no numbers of single nodes to write"),
        "not_allowed"}});
}

}  // namespace engine

absl::StatusOr<CommitResult> Graph::WriteAnalysis(
    const GraphView& view, const AnalysisTable& table,
    const AnalysisOutput& output, const CommitOptions& options) {
  Writer writer(view, table, output);
  SKG_RETURN_IF_ERROR(writer.Check());
  absl::StatusOr<CommitResult> result;
  for (int i = 0; i < kTries; ++i) {
    SKG_ASSIGN_OR_RETURN(Transaction transaction, Begin());
    SKG_RETURN_IF_ERROR(writer.Fill(*this, transaction));
    result = Apply(std::move(transaction), options);
    if (!absl::IsAborted(result.status())) break;
  }
  return result;
}

}  // namespace skg
