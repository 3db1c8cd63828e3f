#include "routes/statement_text.h"

#include <array>
#include <charconv>
#include <utility>

namespace skg::server {

using Json = nlohmann::ordered_json;

namespace {

Json MetadataJson(const Statement& statement) {
  Json parsed = Json::parse(statement.metadata, nullptr, false);
  return parsed.is_object() ? parsed : Json::object();
}

}  // namespace

nlohmann::ordered_json WeightJson(float weight) {
  std::array<char, 32> digits;
  const auto end =
      std::to_chars(digits.data(), digits.data() + digits.size(), weight).ptr;
  double shortest = 0;
  std::from_chars(digits.data(), end, shortest);
  return shortest;
}

std::string TimeText(absl::Time time) {
  // The store keeps microseconds; a clock gives more digits than are meant.
  const absl::Time micros = absl::FromUnixMicros(absl::ToUnixMicros(time));
  return absl::FormatTime("%Y-%m-%dT%H:%M:%E*SZ", micros, absl::UTCTimeZone());
}

nlohmann::ordered_json StatementJson(const Statement& statement,
                                     bool metadata) {
  Json json = {{"id", statement.id},
               {"subject", statement.subject},
               {"predicate", statement.predicate},
               {"object", statement.object},
               {"weight", WeightJson(statement.weight)},
               {"created_at", TimeText(statement.created_at)},
               {"updated_at", TimeText(statement.updated_at)},
               {"version", statement.version}};
  if (!statement.graph.empty()) json["graph"] = statement.graph;
  if (statement.edge != 0) json["edge"] = statement.edge;
  if (!statement.source.empty()) json["source"] = statement.source;
  if (statement.valid_from)
    json["valid_from"] = TimeText(*statement.valid_from);
  if (statement.valid_to) json["valid_to"] = TimeText(*statement.valid_to);
  if (metadata) json["metadata"] = MetadataJson(statement);
  return json;
}

nlohmann::ordered_json VersionJson(const Change& change) {
  Json json = {{"version", change.commit}, {"at", TimeText(change.time)}};
  const bool deleted = change.kind == Change::Kind::kRemoved;
  if (!deleted) {
    const Statement& statement = change.statement;
    json["weight"] = WeightJson(statement.weight);
    json["metadata"] = MetadataJson(statement);
    if (!statement.source.empty()) json["source"] = statement.source;
    if (statement.valid_from)
      json["valid_from"] = TimeText(*statement.valid_from);
    if (statement.valid_to) json["valid_to"] = TimeText(*statement.valid_to);
  }
  json["deleted"] = deleted;
  return json;
}

std::optional<std::string> Wildcard(std::optional<std::string> text) {
  if (text.has_value() && (text->empty() || *text == "*")) return std::nullopt;
  return text;
}

bool ReadOrder(std::string_view text, MatchOptions& options) {
  const size_t split = text.rfind('_');
  if (split == std::string_view::npos) return false;
  const std::string_view direction = text.substr(split + 1);
  if (direction != "asc" && direction != "desc") return false;
  constexpr std::array<std::pair<std::string_view, OrderField>, 5> kFields = {
      {{"weight", OrderField::kWeight},
       {"subject", OrderField::kSubject},
       {"predicate", OrderField::kPredicate},
       {"object", OrderField::kObject},
       {"created_at", OrderField::kCreatedAt}}};
  for (const auto& [name, field] : kFields) {
    if (name != text.substr(0, split)) continue;
    options.order_by = field;
    options.descending = direction == "desc";
    return true;
  }
  return false;
}

}  // namespace skg::server
