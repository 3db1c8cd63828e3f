// What the tests of loading and exporting share.
#pragma once

#include <zlib.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "engine/open_graph.h"
#include "skg/engine.h"
#include "support/test_support.h"

namespace skg::test {

// An engine, and as many empty graphs in it as a test wants.
struct TestGraphs {
  TemporaryDirectory directory;
  std::unique_ptr<Engine> engine = OpenEngine(directory / "data");
  int count = 0;

  Graph Next() { return OpenGraph(*engine, absl::StrCat("g", ++count)); }
};

// A source that gives `text` in pieces of at most `piece` bytes.
inline LoadSource TextSource(std::string text, std::string name = "in",
                             size_t piece = 1 << 16) {
  struct Rest {
    std::string text;
    size_t begin = 0;
  };
  auto rest = std::make_shared<Rest>(Rest{std::move(text)});
  return {.name = std::move(name),
          .read = [rest, piece](char* buffer, size_t size) {
            const size_t count =
                std::min({size, piece, rest->text.size() - rest->begin});
            rest->text.copy(buffer, count, rest->begin);
            rest->begin += count;
            return absl::StatusOr<size_t>(count);
          }};
}

inline absl::StatusOr<LoadResult> LoadText(Graph& graph, std::string text,
                                           LoadOptions options) {
  return graph.Load(TextSource(std::move(text)), options);
}

inline LoadResult MustLoad(Graph& graph, std::string text,
                           LoadOptions options) {
  auto result = LoadText(graph, std::move(text), std::move(options));
  REQUIRE_OK(result);
  return *result;
}

inline std::string MustExport(const Graph& graph, Format format) {
  std::string out;
  auto result = graph.Export({.write =
                                  [&out](std::string_view bytes) {
                                    out += bytes;
                                    return absl::OkStatus();
                                  }},
                             {.format = format});
  REQUIRE_OK(result);
  CHECK(result->bytes == out.size());
  return out;
}

inline std::string Gzip(std::string_view text) {
  z_stream stream{};
  REQUIRE(deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8,
                       Z_DEFAULT_STRATEGY) == Z_OK);
  std::string out(deflateBound(&stream, static_cast<uLong>(text.size())) + 64,
                  '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  REQUIRE(deflate(&stream, Z_FINISH) == Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

}  // namespace skg::test
