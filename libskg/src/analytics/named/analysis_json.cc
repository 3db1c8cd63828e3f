// WriteAnalysisJson: the shapes of the HTTP API.
#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "base/status.h"
#include "skg/analyze.h"

namespace skg {
namespace {

using Json = nlohmann::ordered_json;

// Names are asked for together, text is handed on in pieces.
constexpr size_t kRowsAtOnce = 4096;

Json Number(double value) {
  return std::isfinite(value) ? Json(value) : Json(nullptr);
}

class Writer {
 public:
  Writer(const GraphView& view, const AnalysisTable& table,
         const std::function<absl::Status(std::string_view)>& sink)
      : view_(view), table_(table), sink_(sink) {
    for (const AnalysisColumn& column : table.columns) {
      if (const auto* nodes = std::get_if<std::vector<Vertex>>(&column.values))
        nodes_ = nodes;
    }
  }

  absl::Status Write() {
    text_ = "{\"algorithm\":" + Json(table_.algorithm).dump();
    for (const auto& [name, value] : table_.nodes)
      text_ += "," + Json(name).dump() + ":" + Json(value).dump();
    for (const auto& [name, value] : table_.summary) {
      text_ += "," + Json(name).dump() + ":" +
               std::visit([](auto v) { return Shown(v).dump(); }, value);
    }
    switch (table_.kind) {
      case AnalysisKind::kScores:
      case AnalysisKind::kDistances:
        SKG_RETURN_IF_ERROR(WriteRecords());
        break;
      case AnalysisKind::kCommunities:
        SKG_RETURN_IF_ERROR(WriteGroups("communities", 1));
        break;
      case AnalysisKind::kComponents:
        SKG_RETURN_IF_ERROR(WriteGroups("components", 1));
        break;
      case AnalysisKind::kPaths:
        SKG_RETURN_IF_ERROR(WriteGroups("paths", 0));
        WriteLengths();
        break;
      case AnalysisKind::kFigures:
        break;
    }
    text_ += "}";
    return sink_(text_);
  }

 private:
  static Json Shown(double value) { return Number(value); }
  static Json Shown(uint64_t value) { return value; }
  static Json Shown(bool value) { return value; }

  // Calls write(row, name of the row's node) for all rows.
  template <typename Write>
  absl::Status ForEachRow(Write write) {
    for (size_t begin = 0; begin < table_.rows; begin += kRowsAtOnce) {
      const size_t end = std::min(table_.rows, begin + kRowsAtOnce);
      SKG_ASSIGN_OR_RETURN(
          const std::vector<std::string> names,
          view_.Names(std::span(*nodes_).subspan(begin, end - begin)));
      for (size_t row = begin; row < end; ++row)
        write(row, Json(names[row - begin]).dump());
      SKG_RETURN_IF_ERROR(sink_(text_));
      text_.clear();
    }
    return absl::OkStatus();
  }

  void AppendCell(const AnalysisColumn& column, size_t row,
                  const std::string& name) {
    text_ += Json(column.name).dump() + ":";
    if (std::holds_alternative<std::vector<Vertex>>(column.values)) {
      text_ += name;
    } else if (const auto* whole =
                   std::get_if<std::vector<uint64_t>>(&column.values)) {
      text_ += std::to_string((*whole)[row]);
    } else {
      text_ += Number(std::get<std::vector<double>>(column.values)[row]).dump();
    }
  }

  absl::Status WriteRecords() {
    text_ += ",\"results\":[";
    SKG_RETURN_IF_ERROR(ForEachRow([&](size_t row, const std::string& name) {
      text_ += row == 0 ? "{" : ",{";
      for (size_t c = 0; c < table_.columns.size(); ++c) {
        if (c > 0) text_ += ",";
        AppendCell(table_.columns[c], row, name);
      }
      text_ += "}";
    }));
    text_ += "]";
    return absl::OkStatus();
  }

  // Rows of one number in the group column are one list of names.
  absl::Status WriteGroups(const char* name, size_t group_column) {
    const auto& groups =
        std::get<std::vector<uint64_t>>(table_.columns[group_column].values);
    text_ += std::string(",\"") + name + "\":[";
    SKG_RETURN_IF_ERROR(ForEachRow([&](size_t row, const std::string& node) {
      const bool same = row > 0 && groups[row] == groups[row - 1];
      text_ += same ? "," : row == 0 ? "[" : "],[";
      text_ += node;
    }));
    text_ += table_.rows > 0 ? "]]" : "]";
    return absl::OkStatus();
  }

  void WriteLengths() {
    if (table_.columns.size() < 4) return;
    const auto& paths =
        std::get<std::vector<uint64_t>>(table_.columns[0].values);
    const auto& lengths =
        std::get<std::vector<double>>(table_.columns[3].values);
    Json list = Json::array();
    for (size_t row = 0; row < table_.rows; ++row) {
      if (row == 0 || paths[row] != paths[row - 1])
        list.push_back(Number(lengths[row]));
    }
    text_ += ",\"lengths\":" + list.dump();
  }

  const GraphView& view_;
  const AnalysisTable& table_;
  const std::function<absl::Status(std::string_view)>& sink_;
  const std::vector<Vertex>* nodes_ = nullptr;
  std::string text_;
};

}  // namespace

absl::Status WriteAnalysisJson(
    const GraphView& view, const AnalysisTable& table,
    const std::function<absl::Status(std::string_view text)>& sink) {
  return Writer(view, table, sink).Write();
}

}  // namespace skg
