// From a query document to the public result: terms are decoded here, late and
// in batches.

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "query/exec/run.h"
#include "query/patterns/pattern_algebra.h"
#include "query/patterns/pattern_query.h"
#include "query/patterns/term_names.h"
#include "rdf/inline_value.h"

namespace skg::query {
namespace {

using rdf::TermId;
using storage::StatementRow;

// Terms of so many rows are held at a time.
constexpr size_t kRowsPerStep = 512;

size_t IndexOf(StatementField field) {
  return static_cast<size_t>(
      std::find(kRowFields.begin(), kRowFields.end(), field) -
      kRowFields.begin());
}

// The row whose columns are kRowFields.
StatementRow RowAt(const Batch& batch, size_t row) {
  const auto at = [&](StatementField field) {
    return batch.columns[IndexOf(field)][row];
  };
  const auto number = [&](StatementField field) {
    return static_cast<uint64_t>(rdf::IntegerOf(at(field)));
  };
  StatementRow out;
  out.key = {at(StatementField::kGraph), at(StatementField::kSubject),
             at(StatementField::kPredicate), at(StatementField::kObject),
             static_cast<uint32_t>(number(StatementField::kEdge))};
  out.commit = number(StatementField::kVersion);
  out.weight = static_cast<float>(rdf::DoubleOf(at(StatementField::kWeight)));
  out.has_record =
      rdf::BooleanOf(at(StatementField::kHasRecord)).value_or(false);
  return out;
}

// One of the queries that a document is: its answer in names.
class Answer {
 public:
  Answer(std::unique_ptr<Solutions> solutions, const rdf::NameSpace& names,
         const Cancellation* cancellation)
      : solutions_(std::move(solutions)),
        names_(solutions_->terms(), names),
        cancellation_(cancellation) {}

  // Calls `take(batch, row)` for each row, whose names are known then.
  template <typename Take>
  absl::Status ForEach(const Take& take) {
    Batch batch;
    std::vector<TermId> ids;
    while (true) {
      SKG_ASSIGN_OR_RETURN(const bool more, solutions_->Next(batch));
      if (!more) return absl::OkStatus();
      for (size_t begin = 0; begin < batch.rows; begin += kRowsPerStep) {
        if (cancellation_ != nullptr)
          SKG_RETURN_IF_ERROR(cancellation_->Check());
        const size_t end = std::min(batch.rows, begin + kRowsPerStep);
        ids.clear();
        for (size_t c = 0; c < batch.columns.size(); ++c) {
          if (!named_.empty() && !named_[c]) continue;
          ids.insert(ids.end(), batch.columns[c].data() + begin,
                     batch.columns[c].data() + end);
        }
        SKG_RETURN_IF_ERROR(names_.Load(ids));
        for (size_t row = begin; row < end; ++row)
          SKG_RETURN_IF_ERROR(take(batch, row));
      }
    }
  }
  // Columns whose names will be asked for; all unless this is called.
  void NameOnly(std::vector<bool> columns) { named_ = std::move(columns); }

  // A name that goes into the answer, whose text counts too: terms may be
  // large.
  absl::StatusOr<std::string> Keep(TermId id) {
    const std::string& name = names_.Name(id);
    SKG_RETURN_IF_ERROR(Reserve(name.size()));
    return name;
  }
  absl::Status Reserve(size_t bytes) {
    kept_ += bytes;
    return solutions_->terms().Reserve(bytes);
  }
  [[nodiscard]] const Solutions& solutions() const { return *solutions_; }

  ~Answer() { solutions_->terms().Release(kept_); }
  Answer(const Answer&) = delete;
  Answer& operator=(const Answer&) = delete;

 private:
  const std::unique_ptr<Solutions> solutions_;
  TermNames names_;
  const Cancellation* const cancellation_;
  std::vector<bool> named_;
  size_t kept_ = 0;
};

class StatementReader {
 public:
  StatementReader(const storage::ReadView& view, bool metadata, bool identity)
      : view_(view), metadata_(metadata), identity_(identity) {}

  absl::Status Read(const StatementRow& row, Answer& answer, Statement& out) {
    SKG_ASSIGN_OR_RETURN(out.subject, answer.Keep(row.key.subject));
    SKG_ASSIGN_OR_RETURN(out.predicate, answer.Keep(row.key.predicate));
    SKG_ASSIGN_OR_RETURN(out.object, answer.Keep(row.key.object));
    SKG_ASSIGN_OR_RETURN(out.graph, answer.Keep(row.key.graph));
    out.weight = row.weight;
    out.edge = row.key.edge;
    out.version = row.commit;
    out.created_commit = row.commit;
    if (row.has_record && (metadata_ || identity_)) {
      SKG_ASSIGN_OR_RETURN(storage::Record record, view_.ReadRecord(row));
      out.created_commit = record.created_commit;
      if (metadata_) {
        SKG_RETURN_IF_ERROR(answer.Reserve(record.metadata.size()));
        out.metadata = std::move(record.metadata);
        out.valid_from = record.valid_from;
        out.valid_to = record.valid_to;
        out.source = std::move(record.source);
      }
    }
    if (metadata_ && out.metadata.empty()) out.metadata = "{}";
    return identity_ ? Identity(row, out) : absl::OkStatus();
  }

 private:
  absl::Status Identity(const StatementRow& row, Statement& out) {
    SKG_ASSIGN_OR_RETURN(const Uuid id, view_.StatementId(row.key));
    out.id = id.ToString();
    SKG_ASSIGN_OR_RETURN(out.created_at, TimeOf(out.created_commit));
    SKG_ASSIGN_OR_RETURN(out.updated_at, TimeOf(out.version));
    return absl::OkStatus();
  }

  absl::StatusOr<absl::Time> TimeOf(uint64_t commit) {
    const auto found = times_.find(commit);
    if (found != times_.end()) return found->second;
    SKG_ASSIGN_OR_RETURN(const absl::Time time, view_.TimeOfCommit(commit));
    times_.emplace(commit, time);
    return time;
  }

  const storage::ReadView& view_;
  const bool metadata_, identity_;
  absl::flat_hash_map<uint64_t, absl::Time> times_;
};

class Runner {
 public:
  Runner(const storage::ReadView& view, const rdf::NameSpace& names,
         const PatternQuery& query, const PatternQueryOptions& options,
         const PatternEnvironment& environment)
      : view_(view), names_(names), query_(query), options_(options) {
    run_.cancellation = environment.cancellation;
    run_.memory_bytes = options.memory_bytes;
    run_.memory = environment.memory;
    run_.valid_at = query.valid_at;
    run_.names = &names;
    run_.seed = 1;  // nothing of it is random
    run_.plan = environment.plan;
    run_.profile = options.profile;
  }

  absl::StatusOr<PatternResult> Run() {
    SKG_RETURN_IF_ERROR(run_.cancellation->Check());
    result_.form = query_.form;
    result_.include_metadata = query_.include_metadata;
    SKG_RETURN_IF_ERROR(query_.form == PatternResult::Form::kTraversal
                            ? RunTraversal()
                            : RunPatterns());
    if (!plans_.empty()) result_.plan_json = absl::StrCat("{", plans_, "}");
    return std::move(result_);
  }

 private:
  // The steps of one of the document's queries, with what is measured of them.
  // Calls `read` unless only the plan is asked for.
  template <typename Read>
  absl::Status Ask(const Query& query, const char* name, const Read& read) {
    SKG_ASSIGN_OR_RETURN(auto solutions, RunSelect(query, view_, run_));
    Answer answer(std::move(solutions), names_, run_.cancellation);
    if (!options_.explain) SKG_RETURN_IF_ERROR(read(answer));
    if (options_.explain || options_.profile) {
      absl::StrAppend(&result_.plan, name, ":\n",
                      answer.solutions().ExplainText());
      absl::StrAppend(&plans_, plans_.empty() ? "\"" : ",\"", name,
                      "\":", answer.solutions().ExplainJson());
    }
    return absl::OkStatus();
  }

  absl::Status RunPatterns() {
    SKG_ASSIGN_OR_RETURN(const PatternAlgebra algebra,
                         TranslatePatterns(query_, names_));
    SKG_RETURN_IF_ERROR(Ask(algebra.rows, "results", [&](Answer& answer) {
      return ReadRows(algebra, answer);
    }));
    if (algebra.solutions) {
      SKG_RETURN_IF_ERROR(
          Ask(*algebra.solutions, "bindings",
              [&](Answer& answer) { return ReadSolutions(answer); }));
    }
    result_.variables = algebra.variables;
    return absl::OkStatus();
  }

  absl::Status ReadRows(const PatternAlgebra& algebra, Answer& answer) {
    std::vector<bool> named(kRowFields.size(), false);
    for (const StatementField field :
         {StatementField::kSubject, StatementField::kPredicate,
          StatementField::kObject, StatementField::kGraph}) {
      named[IndexOf(field)] = true;
    }
    answer.NameOnly(std::move(named));
    StatementReader reader(view_, query_.include_metadata,
                           options_.include_identity);
    return answer.ForEach([&](const Batch& batch, size_t row) -> absl::Status {
      SKG_RETURN_IF_ERROR(reader.Read(RowAt(batch, row), answer,
                                      result_.statements.emplace_back()));
      if (algebra.row_columns.empty()) return absl::OkStatus();
      std::vector<std::string>& values = result_.bindings.emplace_back();
      for (const size_t column : algebra.row_columns) {
        SKG_ASSIGN_OR_RETURN(std::string value,
                             answer.Keep(batch.columns[column][row]));
        values.push_back(std::move(value));
      }
      return absl::OkStatus();
    });
  }

  absl::Status ReadSolutions(Answer& answer) {
    return answer.ForEach([&](const Batch& batch, size_t row) -> absl::Status {
      std::vector<std::string>& values = result_.bindings.emplace_back();
      for (const std::vector<TermId>& column : batch.columns) {
        SKG_ASSIGN_OR_RETURN(std::string value, answer.Keep(column[row]));
        values.push_back(std::move(value));
      }
      return absl::OkStatus();
    });
  }

  absl::Status RunTraversal() {
    SKG_ASSIGN_OR_RETURN(const Query query, TranslateTraversal(query_, names_));
    SKG_ASSIGN_OR_RETURN(const rdf::Term start,
                         names_.ToTerm(query_.traversal.start));
    result_.start = names_.ToName(start);
    return Ask(query, "paths", [&](Answer& answer) {
      answer.NameOnly({true, true, true, false, false});
      return answer.ForEach(
          [&](const Batch& batch, size_t row) -> absl::Status {
            TraversalEdge& edge = result_.edges.emplace_back();
            const auto at = [&](size_t c) { return batch.columns[c][row]; };
            SKG_ASSIGN_OR_RETURN(edge.source, answer.Keep(at(0)));
            SKG_ASSIGN_OR_RETURN(edge.target, answer.Keep(at(1)));
            SKG_ASSIGN_OR_RETURN(edge.predicate, answer.Keep(at(2)));
            edge.depth = static_cast<uint32_t>(rdf::IntegerOf(at(3)));
            edge.weight = static_cast<float>(rdf::DoubleOf(at(4)));
            return absl::OkStatus();
          });
    });
  }

  const storage::ReadView& view_;
  const rdf::NameSpace& names_;
  const PatternQuery& query_;
  const PatternQueryOptions& options_;
  QueryOptions run_;
  PatternResult result_;
  std::string plans_;
};

}  // namespace

absl::StatusOr<PatternResult> RunPatternQuery(
    const storage::ReadView& view, const rdf::NameSpace& names,
    const PatternQuery& query, const PatternQueryOptions& options,
    const PatternEnvironment& environment) {
  const Cancellation cancellation(options.deadline, options.stop);
  PatternEnvironment used = environment;
  if (used.cancellation == nullptr) used.cancellation = &cancellation;
  return Runner(view, names, query, options, used).Run();
}

}  // namespace skg::query
