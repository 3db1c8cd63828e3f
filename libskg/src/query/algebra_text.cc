#include "query/algebra_text.h"

#include <algorithm>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "base/strings.h"
#include "query/functions.h"
#include "query/tables/table_function.h"
#include "rdf/name.h"

namespace skg::query {
namespace {

bool IsBare(const rdf::Term& term) {
  if (term.kind != rdf::TermKind::kLiteral) return false;
  if (term.datatype == rdf::iri::kXsdBoolean)
    return term.value == "true" || term.value == "false";
  return term.datatype == rdf::iri::kXsdInteger && !term.value.empty() &&
         std::all_of(term.value.begin(), term.value.end(),
                     [](char c) { return c >= '0' && c <= '9'; });
}

std::string_view OperatorText(Expression::Kind kind) {
  using Kind = Expression::Kind;
  switch (kind) {
    case Kind::kOr:
      return "||";
    case Kind::kAnd:
      return "&&";
    case Kind::kNot:
      return "!";
    case Kind::kEqual:
      return "=";
    case Kind::kNotEqual:
      return "!=";
    case Kind::kLess:
      return "<";
    case Kind::kLessOrEqual:
      return "<=";
    case Kind::kGreater:
      return ">";
    case Kind::kGreaterOrEqual:
      return ">=";
    case Kind::kIn:
      return "in";
    case Kind::kNotIn:
      return "notin";
    case Kind::kAdd:
    case Kind::kUnaryPlus:
      return "+";
    case Kind::kSubtract:
    case Kind::kUnaryMinus:
      return "-";
    case Kind::kMultiply:
      return "*";
    case Kind::kDivide:
      return "/";
    case Kind::kExists:
      return "exists";
    case Kind::kNotExists:
      return "notexists";
    case Kind::kVariable:
    case Kind::kConstant:
    case Kind::kFunction:
    case Kind::kCall:
    case Kind::kAggregate:
      break;
  }
  return "";
}

// Writes to one string. An open parenthesis is closed by who opened it.
class Printer {
 public:
  explicit Printer(const VariableTable& variables) : variables_(variables) {}

  [[nodiscard]] std::string Take() { return std::move(out_); }

  void Put(const Algebra& algebra) {
    std::visit([this](const auto& node) { PutNode(node); }, algebra.node);
  }
  void Put(const Expression& expression);
  void Put(const Aggregate& aggregate);
  void Put(const PatternTerm& term);

 private:
  using Kind = Expression::Kind;

  void PutRecord(const RecordPattern& record);
  void PutStatement(const StatementPattern& statement);
  void PutNode(const Bgp& node);
  void PutNode(const PathPattern& node);
  void PutNode(const Join& node) { PutInputs("join", node.inputs); }
  void PutNode(const Union& node) { PutInputs("union", node.inputs); }
  void PutNode(const Minus& node) {
    Add("(minus");
    Input(node.left);
    Input(node.right);
    Add(")");
  }
  void PutNode(const LeftJoin& node);
  void PutNode(const Filter& node) {
    Add("(filter ");
    Put(node.condition);
    Last(node.input);
  }
  void PutNode(const GraphPattern& node) {
    Add("(graph ");
    Put(node.graph);
    Last(node.input);
  }
  void PutNode(const Extend& node) {
    Add("(extend ");
    PutBinding(node.variable, node.expression);
    Last(node.input);
  }
  void PutNode(const Values& node);
  void PutNode(const Group& node);
  void PutNode(const OrderBy& node);
  void PutNode(const Project& node) {
    Add("(project ");
    PutVariables(node.variables);
    Last(node.input);
  }
  void PutNode(const Distinct& node) {
    Add("(distinct");
    Last(node.input);
  }
  void PutNode(const Reduced& node) {
    Add("(reduced");
    Last(node.input);
  }
  void PutNode(const Slice& node);
  void PutNode(const Service& node);
  void PutNode(const TableCall& node);

  void PutInputs(std::string_view name, const std::vector<AlgebraPtr>& inputs) {
    absl::StrAppend(&out_, "(", av(name));
    for (const AlgebraPtr& input : inputs) Input(input);
    Add(")");
  }
  void PutTriple(std::string_view name, const PatternTerm& subject,
                 const PatternTerm& predicate, const PatternTerm& object);
  void PutPath(const PropertyPath& path);
  void PutTerm(const rdf::Term& term);
  void PutVariable(Variable variable) {
    absl::StrAppend(&out_, "?", variables_.names[variable]);
  }
  void PutVariables(const std::vector<Variable>& variables);
  void PutBinding(Variable variable, const Expression& expression);

  void Add(std::string_view text) { out_.append(text); }
  void NewLine() {
    if (in_line_) return Add(" ");
    out_.push_back('\n');
    out_.append(2 * indent_, ' ');
  }
  void Input(const AlgebraPtr& input) {
    ++indent_;
    NewLine();
    Put(*input);
    --indent_;
  }
  void Last(const AlgebraPtr& input) {
    Input(input);
    Add(")");
  }

  const VariableTable& variables_;
  std::string out_;
  size_t indent_ = 0;
  bool in_line_ = false;  // inside of an expression
};

void Printer::PutTerm(const rdf::Term& term) {
  if (IsBare(term)) return Add(term.value);
  rdf::AppendNTriples(term, out_);
}

void Printer::Put(const PatternTerm& term) {
  if (term.is_variable()) return PutVariable(term.variable());
  if (term.is_term()) return PutTerm(term.term());
  const TripleTermPattern& triple = term.triple();
  PutTriple("tripleterm", triple.subject, triple.predicate, triple.object);
}

void Printer::PutTriple(std::string_view name, const PatternTerm& subject,
                        const PatternTerm& predicate,
                        const PatternTerm& object) {
  absl::StrAppend(&out_, "(", av(name));
  for (const PatternTerm* term : {&subject, &predicate, &object}) {
    Add(" ");
    Put(*term);
  }
  Add(")");
}

void Printer::PutRecord(const RecordPattern& record) {
  Add("(record ");
  Put(record.reifier);
  Add(" ");
  PutTriple("triple", record.triple.subject, record.triple.predicate,
            record.triple.object);
  if (record.reified) {
    Add(" (reified ");
    Put(*record.reified);
    Add(")");
  }
  for (const RecordPattern::Value& value : record.properties) {
    Add(" (" + NameOf(value.property) + " ");
    Put(value.term);
    Add(")");
  }
  Add(")");
}

void Printer::PutStatement(const StatementPattern& statement) {
  Add(statement.all_graphs ? "(statement allgraphs " : "(statement ");
  PutTriple("triple", statement.triple.subject, statement.triple.predicate,
            statement.triple.object);
  if (statement.min_weight > 0 || statement.max_weight < 1) {
    absl::StrAppend(&out_, " (weight ", statement.min_weight, " ",
                    statement.max_weight, ")");
  }
  for (const auto& [field, variable] : statement.columns) {
    absl::StrAppend(&out_, " (", av(NameOf(field)), " ");
    PutVariable(variable);
    Add(")");
  }
  Add(")");
}

void Printer::PutNode(const TableCall& node) {
  absl::StrAppend(&out_, "(table ", av(node.function->name()), " \"");
  Add(node.function->Arguments());
  Add("\" ");
  PutVariables(node.columns);
  Add(")");
}

void Printer::PutNode(const Bgp& node) {
  Add("(bgp");
  ++indent_;
  for (const TriplePattern& triple : node.triples) {
    NewLine();
    PutTriple("triple", triple.subject, triple.predicate, triple.object);
  }
  for (const RecordPattern& record : node.records) {
    NewLine();
    PutRecord(record);
  }
  for (const StatementPattern& statement : node.statements) {
    NewLine();
    PutStatement(statement);
  }
  --indent_;
  Add(")");
}

void Printer::PutNode(const PathPattern& node) {
  Add("(path ");
  Put(node.subject);
  Add(" ");
  PutPath(node.path);
  Add(" ");
  Put(node.object);
  Add(")");
}

void Printer::PutPath(const PropertyPath& path) {
  static constexpr std::string_view kNames[] = {"",  "^", "/", "|",
                                                "*", "+", "?", "!"};
  if (path.kind == PropertyPath::Kind::kLink)
    return PutTerm(rdf::Term::Iri(path.iri));
  absl::StrAppend(&out_, "(", av(kNames[static_cast<size_t>(path.kind)]));
  for (const PropertyPath& part : path.parts) {
    Add(" ");
    PutPath(part);
  }
  Add(")");
}

void Printer::PutNode(const LeftJoin& node) {
  Add("(leftjoin");
  if (node.condition) {
    Add(" ");
    Put(*node.condition);
  }
  Input(node.left);
  Last(node.right);
}

void Printer::PutVariables(const std::vector<Variable>& variables) {
  Add("(");
  for (size_t i = 0; i < variables.size(); ++i) {
    if (i > 0) Add(" ");
    PutVariable(variables[i]);
  }
  Add(")");
}

void Printer::PutBinding(Variable variable, const Expression& expression) {
  Add("(");
  PutVariable(variable);
  Add(" ");
  Put(expression);
  Add(")");
}

void Printer::PutNode(const Values& node) {
  Add("(values ");
  PutVariables(node.variables);
  ++indent_;
  for (const auto& row : node.rows) {
    NewLine();
    Add("(row");
    for (const std::optional<rdf::Term>& cell : row) {
      Add(" ");
      if (cell) {
        PutTerm(*cell);
      } else {
        Add("undef");
      }
    }
    Add(")");
  }
  --indent_;
  Add(")");
}

void Printer::PutNode(const Group& node) {
  Add("(group (");
  for (size_t i = 0; i < node.keys.size(); ++i) {
    if (i > 0) Add(" ");
    const auto& [variable, expression] = node.keys[i];
    if (expression.kind == Kind::kVariable && expression.variable == variable) {
      PutVariable(variable);
    } else {
      PutBinding(variable, expression);
    }
  }
  Add(") (");
  for (size_t i = 0; i < node.aggregates.size(); ++i) {
    if (i > 0) Add(" ");
    Add("(");
    PutVariable(node.aggregates[i].variable);
    Add(" ");
    Put(node.aggregates[i]);
    Add(")");
  }
  Add(")");
  Last(node.input);
}

void Printer::Put(const Aggregate& aggregate) {
  absl::StrAppend(&out_, "(", av(Name(aggregate.aggregation)));
  if (aggregate.distinct) Add(" distinct");
  Add(" ");
  if (aggregate.argument) {
    Put(*aggregate.argument);
  } else {
    Add("*");
  }
  if (aggregate.aggregation == Aggregation::kGroupConcat) {
    Add(" ");
    PutTerm(rdf::Term::Literal(aggregate.separator));
  }
  Add(")");
}

void Printer::PutNode(const OrderBy& node) {
  Add("(order (");
  for (size_t i = 0; i < node.keys.size(); ++i) {
    if (i > 0) Add(" ");
    const OrderBy::Key& key = node.keys[i];
    if (key.descending) Add("(desc ");
    if (key.collation == Collation::kId) Add("(id ");
    if (key.collation == Collation::kName) Add("(name ");
    Put(key.expression);
    if (key.collation != Collation::kTerm) Add(")");
    if (key.descending) Add(")");
  }
  Add(")");
  Last(node.input);
}

void Printer::PutNode(const Slice& node) {
  absl::StrAppend(&out_, "(slice ", node.offset, " ");
  if (node.limit == Slice::kNoLimit) {
    Add("all");
  } else {
    absl::StrAppend(&out_, node.limit);
  }
  Last(node.input);
}

void Printer::PutNode(const Service& node) {
  Add(node.silent ? "(service silent " : "(service ");
  Put(node.endpoint);
  Last(node.input);
}

void Printer::Put(const Expression& expression) {
  switch (expression.kind) {
    case Kind::kVariable:
      return PutVariable(expression.variable);
    case Kind::kConstant:
      return PutTerm(expression.constant);
    case Kind::kAggregate: {
      Aggregate aggregate{0, expression.aggregation, expression.distinct,
                          std::nullopt, expression.separator};
      if (!expression.arguments.empty())
        aggregate.argument = expression.arguments.front();
      return Put(aggregate);
    }
    case Kind::kFunction:
      absl::StrAppend(&out_, "(", av(Info(expression.function).name));
      break;
    case Kind::kCall:
      Add("(");
      PutTerm(expression.constant);
      if (expression.distinct) Add(" distinct");
      break;
    default:
      absl::StrAppend(&out_, "(", av(OperatorText(expression.kind)));
      break;
  }
  for (const Expression& argument : expression.arguments) {
    Add(" ");
    Put(argument);
  }
  if (expression.pattern != nullptr) {
    const bool was_in_line = in_line_;
    in_line_ = true;
    Add(" ");
    Put(*expression.pattern);
    in_line_ = was_in_line;
  }
  Add(")");
}

}  // namespace

std::string AlgebraText(const Algebra& algebra,
                        const VariableTable& variables) {
  Printer printer(variables);
  printer.Put(algebra);
  return printer.Take();
}

std::string ExpressionText(const Expression& expression,
                           const VariableTable& variables) {
  Printer printer(variables);
  printer.Put(expression);
  return printer.Take();
}

std::string AggregateText(const Aggregate& aggregate,
                          const VariableTable& variables) {
  Printer printer(variables);
  printer.Put(aggregate);
  return printer.Take();
}

std::string PatternTermText(const PatternTerm& term,
                            const VariableTable& variables) {
  Printer printer(variables);
  printer.Put(term);
  return printer.Take();
}

}  // namespace skg::query
