#include "query/plan/explain.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <type_traits>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "base/strings.h"
#include "query/json_text.h"
#include "query/tables/table_function.h"

namespace skg::query::plan {
namespace {

const char* NameOf(JoinKind kind) {
  switch (kind) {
    case JoinKind::kInner:
      return "join";
    case JoinKind::kLeft:
      return "left join";
    case JoinKind::kSemi:
      return "semi join";
    case JoinKind::kAnti:
      return "anti join";
    case JoinKind::kMinus:
      return "minus";
  }
  return "join";
}

const char* NameOf(Repeats repeats) {
  switch (repeats) {
    case Repeats::kKept:
      return "";
    case Repeats::kCounted:
      return " counted";
    case Repeats::kDropped:
      return " merged";
  }
  return "";
}

const char* NameOf(Alternative::How how) {
  switch (how) {
    case Alternative::How::kHash:
      return "hash join";
    case Alternative::How::kMerge:
      return "merge join";
    case Alternative::How::kIndex:
      return "index join";
  }
  return "join";
}

const char* NameOf(Collation collation) {
  switch (collation) {
    case Collation::kTerm:
      return "";
    case Collation::kId:
      return " id";
    case Collation::kName:
      return " name";
  }
  return "";
}

// The name of an operator and what is its own.
struct Description {
  std::string name, detail;
};

class Describer {
 public:
  explicit Describer(exec::Context& context) : context_(context) {}

  Description operator()(const ScanStep& step) const {
    static constexpr const char* kOrders[] = {"spo", "pos", "osp"};
    return {"scan",
            absl::StrCat(Text(step.subject), " ", Text(step.predicate), " ",
                         Text(step.object), Text(step.graph), " in ",
                         kOrders[static_cast<size_t>(step.order)],
                         Text(step.record.get()), Text(step.statement.get()),
                         Text(step.ranges.get()))};
  }
  Description operator()(const TripleTermStep& step) const {
    return {"triple term",
            absl::StrCat(Name(step.source), " = <<( ", Text(step.subject), " ",
                         Text(step.predicate), " ", Text(step.object), " )>>")};
  }
  Description operator()(const MergeJoinStep& step) const {
    return {"merge join", Names("on", step.key)};
  }
  Description operator()(const HashJoinStep& step) const {
    return {absl::StrCat("hash ", NameOf(step.kind)),
            Names("on", step.shared.values())};
  }
  Description operator()(const BindJoinStep& step) const {
    return {absl::StrCat("index ", NameOf(step.kind)),
            Names("given", step.given.values())};
  }
  Description operator()(const FilterStep& step) const {
    return {"filter",
            absl::StrCat(step.conditions.size(), " conditions",
                         step.ranges == nullptr ? "" : " where asked")};
  }
  Description operator()(const ExtendStep& step) const {
    return {"extend", Name(step.variable)};
  }
  Description operator()(const ValuesStep& step) const {
    return {"values", absl::StrCat(step.rows.size(), " rows")};
  }
  Description operator()(const UnionStep&) const { return {"union", ""}; }
  Description operator()(const ProjectStep&) const { return {"project", ""}; }
  Description operator()(const DistinctStep& step) const {
    return {step.adjacent_only ? "distinct neighbours" : "distinct", ""};
  }
  Description operator()(const SliceStep& step) const {
    return {"slice", absl::StrCat("offset ", step.offset,
                                  step.limit == Slice::kNoLimit
                                      ? std::string()
                                      : absl::StrCat(" limit ", step.limit))};
  }
  Description operator()(const SortStep& step) const {
    std::string keys;
    for (const SortStep::Key& key : step.keys) {
      absl::StrAppend(&keys, keys.empty() ? "" : " ", Name(key.variable),
                      NameOf(key.collation),
                      key.descending ? " descending" : "");
    }
    if (step.first_of)
      absl::StrAppend(&keys, Names(", first of", *step.first_of));
    if (step.limit == Slice::kNoLimit) return {"sort", keys};
    if (step.stops_early) absl::StrAppend(&keys, ", stops early");
    return {"top", absl::StrCat(step.limit, " by ", keys)};
  }
  Description operator()(const GroupStep& step) const {
    return {"group",
            absl::StrCat(Names("by", step.keys), step.keys.empty() ? "" : ", ",
                         step.columns.size(), " aggregates")};
  }
  Description operator()(const CountStep& step) const {
    return {"count",
            absl::StrCat(Text(step.scan.subject), " ",
                         Text(step.scan.predicate), " ", Text(step.scan.object),
                         Text(step.scan.graph), Text(step.scan.ranges.get()))};
  }
  Description operator()(const PathStep& step) const {
    return {"path", absl::StrCat(Text(step.subject), " to ", Text(step.object),
                                 Text(step.graph))};
  }
  Description operator()(const GraphNamesStep& step) const {
    return {"graph names", Text(step.name)};
  }
  Description operator()(const ParallelStep& step) const {
    return {"parallel", absl::StrCat(step.steps, " steps")};
  }
  Description operator()(const ServiceStep&) const { return {"service", ""}; }
  Description operator()(const ProductStep& step) const {
    return {"product", absl::StrCat("of first ", step.limit)};
  }
  Description operator()(const TableStep& step) const {
    return {"table", absl::StrCat(av(step.function->name()), "(",
                                  step.function->Arguments(), ")")};
  }

  // Ways to join, each with what it would join.
  std::string operator()(const Alternative& other) const {
    return absl::StrCat(NameOf(other.how), " of ", Braced(other.left), " and ",
                        Braced(other.right), Names(", sorted by", other.order),
                        ", cost ", std::llround(other.cost));
  }
  // What a part of a join is, without how it is read.
  std::string PartText(const PlanPtr& part) const {
    if (part == nullptr) return "service";
    if (const auto* scan = std::get_if<ScanStep>(&part->step)) {
      return absl::StrCat(Text(scan->subject), " ", Text(scan->predicate), " ",
                          Text(scan->object), Text(scan->graph));
    }
    if (std::holds_alternative<FilterStep>(part->step))
      return PartText(part->inputs[0]);
    const Description own = std::visit(*this, part->step);
    return absl::StrCat(own.name, own.detail.empty() ? "" : " ", own.detail);
  }

  std::string Names(const char* before,
                    const std::vector<Variable>& variables) const {
    std::string text;
    for (const Variable v : variables)
      absl::StrAppend(&text, text.empty() ? before : "", " ", Name(v));
    return text;
  }

 private:
  std::string Name(Variable v) const {
    return context_.internal(v) ? absl::StrCat("?.", v)
                                : absl::StrCat("?", context_.NameOf(v));
  }
  std::string Text(const Place& place) const {
    switch (place.kind) {
      case Place::Kind::kAny:
        return "_";
      case Place::Kind::kVariable:
        return Name(place.variable);
      case Place::Kind::kParameter:
        return absl::StrCat("$", Name(place.variable).substr(1));
      case Place::Kind::kConstant:
        break;
    }
    std::vector<rdf::Term> terms;
    if (!place.id.bound() ||
        !context_.terms.Decode({&place.id, 1}, &terms).ok()) {
      return "(unknown)";
    }
    return terms[0].kind == rdf::TermKind::kIri
               ? absl::StrCat("<", terms[0].value, ">")
               : absl::StrCat("\"", terms[0].value, "\"");
  }
  std::string Braced(const std::vector<PlanPtr>& parts) const {
    std::string text = "{";
    for (const PlanPtr& part : parts)
      absl::StrAppend(&text, text.size() > 1 ? " . " : " ", PartText(part));
    return text + " }";
  }
  std::string Text(const ActiveGraph& graph) const {
    if (graph.all) return " all graphs";
    return graph.is_default ? "" : absl::StrCat(" graph ", Text(graph.name));
  }

  std::string Text(const RecordColumns* record) const {
    if (record == nullptr) return "";
    std::string text = " with";
    const auto add = [&](const std::string& name, const Place& place) {
      if (place.kind != Place::Kind::kAny)
        absl::StrAppend(&text, " ", name, " ", Text(place));
    };
    add("reifier", record->reifier);
    add("reified", record->reified);
    for (const RecordColumns::Value& value : record->values)
      add(query::NameOf(value.property), value.place);
    return text + Weights(record->min_weight, record->max_weight);
  }
  std::string Text(const StatementColumns* statement) const {
    if (statement == nullptr) return "";
    return " first statement" +
           Weights(statement->min_weight, statement->max_weight);
  }
  std::string Text(const VariableRanges* ranges) const {
    if (ranges == nullptr) return "";
    std::string text;
    constexpr size_t kMostShown = 8;
    for (size_t i = 0; i < std::min(ranges->ranges.size(), kMostShown); ++i) {
      const IdRange& range = ranges->ranges[i];
      const bool one = range.first == range.last && range.first.in_dictionary();
      absl::StrAppend(
          &text, i > 0 ? ", " : "",
          one ? Text(Place::Constant(range.first)) : RangeText(range));
    }
    if (ranges->ranges.size() > kMostShown)
      absl::StrAppend(&text, ", ", ranges->ranges.size() - kMostShown, " more");
    return absl::StrCat(" where ", Name(ranges->variable), " is in {",
                        text.empty() ? "" : " ", text, " }");
  }
  static std::string Weights(float least, float most) {
    if (least <= 0 && most >= 1) return "";
    return absl::StrCat(" weight from ", least, " to ", most);
  }

  exec::Context& context_;
};

void AppendText(const PlanNode& plan, size_t indent, exec::Context& context,
                std::string* out) {
  const Describer describer(context);
  const Description description = std::visit(describer, plan.step);
  out->append(2 * indent, ' ');
  absl::StrAppend(out, description.name, description.detail.empty() ? "" : " ",
                  description.detail, describer.Names(" ->", plan.schema),
                  describer.Names(" sorted by", plan.order),
                  NameOf(plan.repeats), "  (rows ~", std::llround(plan.rows),
                  ", cost ", std::llround(plan.cost), ")");
  if (const exec::OperatorProfile* profile = context.FindProfile(plan)) {
    absl::StrAppend(out, "  [rows ", profile->rows, ", batches ",
                    profile->batches, ", runs ", profile->runs, ", ms ",
                    static_cast<double>(profile->nanoseconds) / 1e6, ", bytes ",
                    profile->most_bytes, ", seeks ", profile->seeks,
                    ", blocks read ", profile->read.blocks_read, ", skipped ",
                    profile->read.blocks_skipped, "]");
  }
  absl::StrAppend(out, "\n");
  for (const Alternative& other : plan.alternatives) {
    out->append(2 * indent + 4, ' ');
    absl::StrAppend(out, "instead of: ", describer(other), "\n");
  }
  for (const PlanPtr& input : plan.inputs)
    AppendText(*input, indent + 1, context, out);
}

void AppendNames(const std::vector<Variable>& variables, exec::Context& context,
                 std::string* out) {
  out->push_back('[');
  for (size_t i = 0; i < variables.size(); ++i) {
    if (i > 0) out->push_back(',');
    AppendJsonString(context.NameOf(variables[i]), *out);
  }
  out->push_back(']');
}

void AppendJson(const Alternative& other, exec::Context& context,
                std::string* out) {
  const Describer describer(context);
  absl::StrAppend(out, "{\"operator\":\"", NameOf(other.how), "\"");
  for (const auto& [name, parts] :
       {std::pair("left", &other.left), std::pair("right", &other.right)}) {
    absl::StrAppend(out, ",\"", name, "\":[");
    for (size_t i = 0; i < parts->size(); ++i) {
      if (i > 0) out->push_back(',');
      AppendJsonString(describer.PartText((*parts)[i]), *out);
    }
    out->push_back(']');
  }
  absl::StrAppend(out, ",\"order\":");
  AppendNames(other.order, context, out);
  absl::StrAppend(out, ",\"estimated_cost\":", std::llround(other.cost), "}");
}

void AppendJson(const PlanNode& plan, exec::Context& context,
                std::string* out) {
  const Describer describer(context);
  const Description description = std::visit(describer, plan.step);
  absl::StrAppend(out, "{\"operator\":");
  AppendJsonString(description.name, *out);
  absl::StrAppend(out, ",\"detail\":");
  AppendJsonString(description.detail, *out);
  absl::StrAppend(out, ",\"columns\":");
  AppendNames(plan.schema, context, out);
  absl::StrAppend(out, ",\"order\":");
  AppendNames(plan.order, context, out);
  absl::StrAppend(
      out, ",\"repeats\":\"",
      plan.repeats == Repeats::kKept ? "kept" : NameOf(plan.repeats) + 1, "\"");
  absl::StrAppend(out, ",\"estimated_rows\":", std::llround(plan.rows),
                  ",\"estimated_cost\":", std::llround(plan.cost),
                  ",\"alternatives\":[");
  for (size_t i = 0; i < plan.alternatives.size(); ++i) {
    if (i > 0) out->push_back(',');
    AppendJson(plan.alternatives[i], context, out);
  }
  out->push_back(']');
  if (const exec::OperatorProfile* profile = context.FindProfile(plan)) {
    absl::StrAppend(out, ",\"profile\":{\"runs\":", profile->runs,
                    ",\"rows\":", profile->rows,
                    ",\"batches\":", profile->batches,
                    ",\"nanoseconds\":", profile->nanoseconds);
    absl::StrAppend(out, ",\"bytes\":", profile->most_bytes,
                    ",\"seeks\":", profile->seeks,
                    ",\"blocks_read\":", profile->read.blocks_read,
                    ",\"blocks_skipped\":", profile->read.blocks_skipped, "}");
  }
  absl::StrAppend(out, ",\"inputs\":[");
  for (size_t i = 0; i < plan.inputs.size(); ++i) {
    if (i > 0) out->push_back(',');
    AppendJson(*plan.inputs[i], context, out);
  }
  absl::StrAppend(out, "]}");
}

}  // namespace

std::string PlanText(const PlanNode& plan, exec::Context& context) {
  std::string text;
  AppendText(plan, 0, context, &text);
  return text;
}

std::string PlanJson(const PlanNode& plan, exec::Context& context) {
  std::string text;
  AppendJson(plan, context, &text);
  return text;
}

}  // namespace skg::query::plan
