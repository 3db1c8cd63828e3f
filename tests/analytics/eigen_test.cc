// Eigen reads the arrays of a view where they lie, as the documentation shows.
#include <Eigen/Sparse>
#include <catch2/catch.hpp>
#include <random>
#include <vector>

#include "skg/graph_view.h"
#include "support/test_support.h"

namespace skg {
namespace {

TEST_CASE("Eigen maps targets and weights of a view") {
  auto random = test::Random();
  constexpr Vertex kVertices = 50;
  std::vector<Edge> edges;
  for (int i = 0; i < 400; ++i) {
    edges.push_back({static_cast<Vertex>(random() % kVertices),
                     static_cast<Vertex>(random() % kVertices),
                     static_cast<float>(random() % 8) / 8});
  }
  const auto view = GraphView::FromEdges(kVertices, edges, /*weighted=*/true);
  REQUIRE_OK(view);
  const Adjacency out = view->out();
  const std::vector<int32_t> outer(out.offsets.begin(), out.offsets.end());
  const Eigen::Map<const Eigen::SparseMatrix<float, Eigen::RowMajor, int32_t>>
      matrix(out.vertices(), out.vertices(), static_cast<int32_t>(out.edges()),
             outer.data(), reinterpret_cast<const int32_t*>(out.targets.data()),
             out.weights.data());
  CHECK(matrix.valuePtr() == out.weights.data());
  const Eigen::VectorXf strengths =
      matrix * Eigen::VectorXf::Ones(out.vertices());
  for (Vertex v = 0; v < out.vertices(); ++v) {
    float sum = 0;
    for (const float weight : out.Weights(v)) sum += weight;
    CHECK(strengths[v] == sum);  // eighths: exact
  }
}

}  // namespace
}  // namespace skg
