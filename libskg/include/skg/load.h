// Reading documents into a graph and writing a graph as a document.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "skg/export.h"
#include "skg/time_travel.h"

namespace skg {

// kTsv: three names a line (optionally a weight as fourth column).
// kCsv: RFC 4180; the key column is the subject, each other column's header a
// predicate, each non-empty cell a statement with a string literal (or number)
// as object. kJson: one /triples/batch document, an array of statements, or
// one of either a line.
enum class Format {
  kNTriples,
  kNQuads,
  kTurtle,
  kTriG,
  kTsv,
  kCsv,
  kJson,
  kRdfXml
};

// "turtle", "ttl", "ntriples", "nt", ...; also by file name, with or without
// ".gz". Empty if unknown.
[[nodiscard]] SKG_EXPORT std::optional<Format> FormatFromName(
    std::string_view name);
[[nodiscard]] SKG_EXPORT std::optional<Format> FormatFromPath(
    std::string_view path);
[[nodiscard]] SKG_EXPORT std::string_view FormatName(Format format);

struct LoadSource {
  // Shown in messages ("people.ttl", "standard input").
  std::string name;
  // Called by one thread at a time, not always the one that loads. Fills at
  // most `size` bytes and returns how many; 0 is the end. Bytes that begin as
  // gzip are unpacked.
  std::function<absl::StatusOr<size_t>(char* buffer, size_t size)> read;
};

// Opens a file. Errors: kNotFound, kPermissionDenied, kInvalidArgument
// (a directory).
[[nodiscard]] SKG_EXPORT absl::StatusOr<LoadSource> OpenLoadFile(
    const std::string& path);

struct LoadOptions {
  Format format = Format::kTurtle;
  // For relative IRIs; empty: they are an error.
  std::string base_iri = {};
  // Put all statements into this named graph (a name or term) where the
  // document does not say one.
  std::string graph = {};
  // Statements already stored stay as they are, and of equal ones in the
  // input the first wins. Formats without weight and metadata (RDF syntaxes,
  // kTsv with three columns, kCsv) never overwrite a stored record.
  bool skip_duplicates = false;
  // Skip malformed lines, statements or elements instead of loading nothing.
  // What is not well-formed XML or damaged gzip still ends the load.
  bool continue_on_error = false;
  // kCsv: the column whose cells name the subjects (a header, or a 1-based
  // number). Empty: each row gets a name made of its line number.
  std::string csv_key = {};
  // kCsv: column names, for files without a header line.
  std::vector<std::string> csv_columns = {};
  // Called now and then, until the load ends, with bytes read and statements
  // parsed. False cancels: the graph stays as it was (kCancelled).
  std::function<bool(uint64_t bytes, uint64_t statements)> progress = nullptr;
};

// Of Graph::BulkLoad.
struct BulkLoadOptions {
  // As LoadOptions::skip_duplicates.
  bool skip_duplicates = false;
  // As LoadOptions::progress.
  std::function<bool(uint64_t statements)> progress = nullptr;
};

struct LoadError {
  uint64_t line = 0;    // 1-based
  uint64_t column = 0;  // 1-based, in bytes; 0 unknown
  std::string message;
};

struct LoadResult {
  uint64_t statements = 0;  // parsed
  uint64_t inserted = 0;
  uint64_t replaced = 0;
  uint64_t duplicates = 0;
  uint64_t skipped = 0;           // malformed, with continue_on_error
  std::vector<LoadError> errors;  // the first 100 of them
  uint64_t commit = 0;
};

struct ExportSink {
  std::function<absl::Status(std::string_view bytes)> write;
};

struct ExportOptions {
  Format format = Format::kTurtle;
  // The state to write; unset: the present.
  std::optional<PointInTime> as_of = std::nullopt;
  // What one graph holds, without its name: the default one (empty), or the
  // named graph of this name or term, which may be empty. Of RDF syntaxes only.
  std::optional<std::string> graph = std::nullopt;
  // Called now and then with statements written. False cancels (kCancelled).
  std::function<bool(uint64_t statements)> progress = nullptr;
};

struct ExportResult {
  uint64_t statements = 0;
  uint64_t bytes = 0;
};

}  // namespace skg
