// Reading SPARQL Query Results in JSON.
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "sparql/results_rows.h"

namespace skg::sparql {
namespace {

using Json = nlohmann::json;

// The members of an object may come in any order, and rows can only be made
// once the variables are known: so the text is read twice, and nothing is
// handed out before it is known to be JSON.
enum class Pass : uint8_t { kHead, kRows };

class JsonReader : public Json::json_sax_t {
 public:
  JsonReader(Pass pass, ResultRows& rows) : pass_(pass), rows_(rows) {}

  // Of the first pass.
  [[nodiscard]] const std::optional<bool>& answer() const { return answer_; }
  [[nodiscard]] std::optional<std::vector<std::string>>& variables() {
    return variables_;
  }
  // Of the second one: whether there are any rows, be it none.
  [[nodiscard]] bool has_rows() const { return has_rows_; }

  bool null() override { return Scalar(); }
  bool number_integer(number_integer_t) override { return Scalar(); }
  bool number_unsigned(number_unsigned_t) override { return Scalar(); }
  bool number_float(number_float_t, const string_t&) override {
    return Scalar();
  }
  bool binary(binary_t&) override { return Scalar(); }
  bool boolean(bool value) override {
    if (pass_ == Pass::kHead && At(Place::kRoot, "boolean")) {
      answer_ = value;
      return true;
    }
    return Scalar();
  }
  bool string(string_t& value) override;
  bool key(string_t& name) override {
    levels_.back().key = std::move(name);
    return true;
  }
  bool start_object(size_t) override;
  bool end_object() override;
  bool start_array(size_t) override;
  bool end_array() override;
  bool parse_error(size_t position, const std::string&,
                   const nlohmann::detail::exception&) override {
    return rows_.Fail(absl::StrCat("not JSON at byte ", position));
  }

 private:
  enum class Place : uint8_t {
    kRoot,
    kHead,
    kVariables,
    kResults,
    kBindings,
    kRow,
    kTerm,
    kTriple,  // the value of a term that is a triple
    kOther,   // what no standard knows is passed over
  };
  struct Level {
    Place place;
    std::string key;
  };

  [[nodiscard]] bool At(Place place, std::string_view key) const {
    return !levels_.empty() && levels_.back().place == place &&
           levels_.back().key == key;
  }
  [[nodiscard]] bool In(Place place) const {
    return !levels_.empty() && levels_.back().place == place;
  }
  bool Scalar() {
    if (In(Place::kTerm) || In(Place::kRow) || In(Place::kTriple) ||
        In(Place::kVariables) || In(Place::kBindings) || levels_.empty()) {
      return rows_.Fail("a value is of the wrong type");
    }
    return true;
  }
  bool Enter(Place place) {
    levels_.push_back({place, {}});
    return true;
  }
  bool EndTerm();

  const Pass pass_;
  ResultRows& rows_;
  std::optional<bool> answer_;
  std::optional<std::vector<std::string>> variables_;
  bool has_rows_ = false;
  std::vector<Level> levels_;
  std::vector<TermParts> terms_;  // those that are open
};

bool JsonReader::string(string_t& value) {
  if (In(Place::kVariables)) {
    variables_->push_back(std::move(value));
    return true;
  }
  if (!In(Place::kTerm)) return Scalar();
  const std::string& key = levels_.back().key;
  TermParts& term = terms_.back();
  if (key == "type") {
    term.type = std::move(value);
  } else if (key == "value") {
    term.value = std::move(value);
  } else if (key == "datatype") {
    term.datatype = std::move(value);
  } else if (key == "xml:lang") {
    term.language = std::move(value);
  } else if (key == "its:dir") {
    term.direction = std::move(value);
  }
  return true;
}

bool JsonReader::start_object(size_t) {
  if (levels_.empty()) return Enter(Place::kRoot);
  if (In(Place::kVariables)) return Scalar();
  if (pass_ == Pass::kHead)
    return Enter(At(Place::kRoot, "head") ? Place::kHead : Place::kOther);
  if (At(Place::kRoot, "results")) return Enter(Place::kResults);
  if (In(Place::kBindings)) return Enter(Place::kRow);
  if (At(Place::kTerm, "value")) return Enter(Place::kTriple);
  if (!In(Place::kRow) && !In(Place::kTriple)) return Enter(Place::kOther);
  if (terms_.size() == kMaxResultNesting) return rows_.FailNesting();
  terms_.emplace_back();
  return Enter(Place::kTerm);
}

bool JsonReader::end_object() {
  const Place place = levels_.back().place;
  levels_.pop_back();
  if (place == Place::kRow) return rows_.EndRow();
  return place != Place::kTerm || EndTerm();
}

bool JsonReader::EndTerm() {
  rdf::Term term;
  if (!rows_.MakeTerm(std::move(terms_.back()), term)) return false;
  terms_.pop_back();
  const Level& level = levels_.back();
  if (level.place == Place::kRow) return rows_.Bind(level.key, std::move(term));
  TermParts& triple = terms_.back();
  if (level.key == "subject") {
    triple.subject = std::move(term);
  } else if (level.key == "predicate") {
    triple.predicate = std::move(term);
  } else if (level.key == "object") {
    triple.object = std::move(term);
  }
  return true;
}

bool JsonReader::start_array(size_t) {
  if (pass_ == Pass::kHead) {
    if (!At(Place::kHead, "vars")) return Enter(Place::kOther);
    variables_.emplace();
    return Enter(Place::kVariables);
  }
  if (At(Place::kResults, "bindings")) {
    has_rows_ = true;
    return Enter(Place::kBindings);
  }
  if (levels_.empty() || In(Place::kBindings) || In(Place::kRow) ||
      In(Place::kTerm) || In(Place::kTriple)) {
    return rows_.Fail("a list stands where none can");
  }
  return Enter(Place::kOther);
}

bool JsonReader::end_array() {
  levels_.pop_back();
  return true;
}

}  // namespace

void ReadJsonResults(std::string_view text, ResultRows& rows) {
  JsonReader head(Pass::kHead, rows);
  Json::sax_parse(text, &head);
  if (!rows.status().ok()) return;
  if (head.answer()) {
    rows.Boolean(*head.answer());
    return;
  }
  if (!head.variables()) {
    rows.Fail("there is neither head.vars nor boolean");
    return;
  }
  if (!rows.SetVariables(*std::move(head.variables()))) return;
  JsonReader reader(Pass::kRows, rows);
  Json::sax_parse(text, &reader);
  if (rows.status().ok() && !reader.has_rows())
    rows.Fail("there is no results.bindings");
}

}  // namespace skg::sparql
