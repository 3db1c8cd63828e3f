// The answer of a pattern query as the HTTP routes show it.

#include <utility>

#include "absl/strings/str_cat.h"
#include "query/json_text.h"
#include "query/json_value.h"
#include "query/term_json.h"
#include "skg/pattern_query.h"

namespace skg {
namespace {

// As deep as metadata may be stored.
constexpr size_t kMaxMetadataDepth = 100;

class ResultWriter {
 public:
  ResultWriter(const PatternResult& result, bool typed_literals)
      : result_(result), typed_literals_(typed_literals) {}

  std::string Write() {
    out_ += '{';
    if (result_.form == PatternResult::Form::kTraversal) {
      Edges();
    } else {
      Statements();
      if (!result_.variables.empty()) Bindings();
    }
    out_ += '}';
    return std::move(out_);
  }

 private:
  void Statements() {
    out_ += "\"results\":[";
    bool first = true;
    for (const Statement& statement : result_.statements) {
      if (!std::exchange(first, false)) out_ += ',';
      Field("{\"subject\":", statement.subject);
      Field(",\"predicate\":", statement.predicate);
      Field(",\"object\":", statement.object);
      out_ += ",\"weight\":";
      query::AppendJsonFloat(statement.weight, out_);
      if (result_.include_metadata) Metadata(statement.metadata);
      out_ += '}';
    }
    absl::StrAppend(&out_, "],\"total\":", result_.statements.size());
  }

  // Text that is not a JSON object (none that the engine stores) must not
  // break the document around it.
  void Metadata(const std::string& text) {
    out_ += ",\"metadata\":";
    if (text.empty() || text == "{}") {
      out_ += "{}";
      return;
    }
    const auto document = query::ParseJson(
        text, {.only_check = true, .max_depth = kMaxMetadataDepth});
    const query::JsonObject* object =
        document.ok() ? document->root.object() : nullptr;
    if (object == nullptr) {
      out_ += "{}";
    } else {
      out_ += object->source;
    }
  }

  void Bindings() {
    out_ += ",\"bindings\":[";
    for (size_t row = 0; row < result_.bindings.size(); ++row) {
      if (row > 0) out_ += ',';
      out_ += '{';
      const std::vector<std::string>& values = result_.bindings[row];
      bool first = true;
      for (size_t i = 0; i < result_.variables.size() && i < values.size();
           ++i) {
        if (values[i].empty()) continue;  // the solution has no value for it
        if (!std::exchange(first, false)) out_ += ',';
        query::AppendJsonString(result_.variables[i], out_);
        Field(":", values[i]);
      }
      out_ += '}';
    }
    out_ += ']';
  }

  void Edges() {
    out_ += "\"paths\":[";
    bool first = true;
    for (const TraversalEdge& edge : result_.edges) {
      if (!std::exchange(first, false)) out_ += ',';
      Field("{\"source\":", edge.source);
      Field(",\"target\":", edge.target);
      Field(",\"predicate\":", edge.predicate);
      absl::StrAppend(&out_, ",\"depth\":", edge.depth, ",\"weight\":");
      query::AppendJsonFloat(edge.weight, out_);
      out_ += '}';
    }
    Field("],\"start\":", result_.start);
  }

  void Field(const char* before, const std::string& term) {
    out_ += before;
    if (typed_literals_) {
      query::AppendTypedTerm(term, out_);
    } else {
      query::AppendJsonString(term, out_);
    }
  }

  const PatternResult& result_;
  const bool typed_literals_;
  std::string out_;
};

}  // namespace

std::string PatternResultJson(const PatternResult& result,
                              bool typed_literals) {
  return ResultWriter(result, typed_literals).Write();
}

}  // namespace skg
