#include "engine/export_statements.h"

#include <charconv>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "engine/statement_decoder.h"
#include "query/text_rules.h"

namespace skg::engine {
namespace {

constexpr size_t kPieceBytes = size_t{64} << 10;
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

}  // namespace

absl::Status ExportStatements(
    ExportJob& job, const storage::ScanPattern& pattern, bool metadata,
    const std::function<void(const Statement& statement, std::string& out)>&
        append) {
  StatementDecoder decoder(job.view, job.names,
                           {.metadata = metadata, .identity = false});
  std::vector<storage::StatementRow> rows;
  std::vector<Statement> statements;
  std::string out;
  const auto on_batch =
      [&](const storage::StatementBatch& batch) -> absl::Status {
    rows.clear();
    for (size_t i = 0; i < batch.size(); ++i) rows.push_back(batch.Row(i));
    statements.clear();
    SKG_RETURN_IF_ERROR(decoder.Decode(rows, statements));
    for (const Statement& statement : statements) {
      append(statement, out);
      if (out.size() < kPieceBytes) continue;
      SKG_RETURN_IF_ERROR(job.meter.Write(out));
      out.clear();
    }
    return job.meter.AddStatements(batch.size());
  };
  SKG_RETURN_IF_ERROR(ScanBatches(job.view, pattern, on_batch));
  return out.empty() ? absl::OkStatus() : job.meter.Write(out);
}

std::string PortableName(const rdf::NameSpace& names, const std::string& name) {
  if (!query::HasControl(name) && !name.starts_with(kByteOrderMark))
    return name;
  const absl::StatusOr<rdf::Term> term = names.ToTerm(name);
  return term.ok() ? rdf::ToNTriples(*term) : name;
}

void AppendWeight(float weight, std::string& out) {
  char digits[32];
  const auto [end, error] =
      std::to_chars(digits, digits + sizeof digits, weight);
  static_cast<void>(error);  // no float needs more than 16 characters
  out.append(digits, end);
}

}  // namespace skg::engine
