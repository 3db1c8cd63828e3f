// Eigenvector, Katz and HITS against dense matrices.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <numeric>
#include <random>
#include <vector>

#include "analytics/centrality_support.h"
#include "analytics/kernel_checks.h"
#include "skg/centrality.h"
#include "support/test_support.h"

namespace skg {
namespace {

using test::DenseMatrix;

DenseMatrix Product(const DenseMatrix& left, const DenseMatrix& right) {
  const size_t n = left.size();
  DenseMatrix product(n, std::vector<double>(n));
  for (size_t i = 0; i < n; ++i) {
    for (size_t k = 0; k < n; ++k) {
      for (size_t j = 0; j < n; ++j) {
        product[i][j] += left[i][k] * right[k][j];
      }
    }
  }
  return product;
}

std::vector<double> Product(const DenseMatrix& matrix,
                            const std::vector<double>& x) {
  std::vector<double> product(x.size());
  for (size_t i = 0; i < x.size(); ++i) {
    product[i] = std::inner_product(x.begin(), x.end(), matrix[i].begin(), 0.0);
  }
  return product;
}

DenseMatrix Transposed(const DenseMatrix& matrix) {
  DenseMatrix transposed = matrix;
  for (size_t i = 0; i < matrix.size(); ++i) {
    for (size_t j = 0; j < matrix.size(); ++j) {
      transposed[j][i] = matrix[i][j];
    }
  }
  return transposed;
}

// matrix to the power of 2^40 times a vector of ones, up to a factor.
std::vector<double> HighPower(DenseMatrix matrix) {
  for (int i = 0; i < 40; ++i) {
    double most = 0;
    for (const auto& row : matrix) {
      most = std::max(most, *std::max_element(row.begin(), row.end()));
    }
    for (auto& row : matrix) row = test::Times(row, 1 / most);
    matrix = Product(matrix, matrix);
  }
  return Product(matrix, std::vector<double>(matrix.size(), 1.0));
}

std::vector<double> OfLength1(const std::vector<double>& x) {
  const double squares = std::inner_product(x.begin(), x.end(), x.begin(), 0.0);
  return test::Times(x, 1 / std::sqrt(squares));
}
std::vector<double> OfSum1(const std::vector<double>& x) {
  return test::Times(x, 1 / std::accumulate(x.begin(), x.end(), 0.0));
}

// Rayleigh's, at most the greatest eigenvalue of a symmetric matrix.
double Quotient(const DenseMatrix& matrix, const std::vector<double>& x) {
  const std::vector<double> image = Product(matrix, x);
  return std::inner_product(x.begin(), x.end(), image.begin(), 0.0) /
         std::inner_product(x.begin(), x.end(), x.begin(), 0.0);
}

// The weights of the edges as they count.
DenseMatrix Weights(const Adjacency& edges, bool weighted) {
  DenseMatrix weights(edges.vertices(), std::vector<double>(edges.vertices()));
  for (Vertex v = 0; v < edges.vertices(); ++v) {
    for (uint64_t i = edges.offsets[v]; i < edges.offsets[v + 1]; ++i) {
      weights[v][edges.targets[i]] =
          weighted ? static_cast<double>(edges.Weight(i)) : 1.0;
    }
  }
  return weights;
}

// Every vertex is reached from every other.
test::RandomGraph MakeConnected(std::mt19937_64& random, bool weighted) {
  auto graph = test::MakeRandomGraph(random, 20, weighted, 1);
  for (Vertex v = 0; v < graph.vertices; ++v) {
    const Vertex next = (v + 1) % graph.vertices;
    const bool there = std::any_of(
        graph.edges.begin(), graph.edges.end(), [&](const Edge& edge) {
          return edge.source == v && edge.target == next;
        });
    if (!there) graph.edges.push_back({v, next, 1});
  }
  return graph;
}

TEST_CASE("Eigenvector centrality is what a high power of the matrix gives",
          "[centrality]") {
  auto random = test::Random(41);
  for (int round = 0; round < 200; ++round) {
    const auto graph = MakeConnected(random, random() % 2 == 0);
    const GraphView view = graph.View();
    EigenvectorOptions options{.directed = random() % 2 == 0,
                               .weighted = random() % 4 != 0,
                               .tolerance = 1e-14,
                               .max_iterations = 200'000};
    const Adjacency edges = options.directed ? view.out() : view.both().value();
    DenseMatrix matrix = Transposed(Weights(edges, options.weighted));
    for (size_t v = 0; v < matrix.size(); ++v) matrix[v][v] += 1;
    const auto result = Eigenvector(view, options);
    REQUIRE_OK(result);
    CHECK(result->residual < 1e-10);
    CHECK(test::Furthest(result->scores, OfLength1(HighPower(matrix))) < 1e-6);
  }
}

TEST_CASE("Katz centrality solves its equations", "[centrality]") {
  auto random = test::Random(42);
  for (int round = 0; round < 200; ++round) {
    const auto graph = test::MakeRandomGraph(random, 20, random() % 2 == 0);
    const GraphView view = graph.View();
    KatzOptions options{.directed = random() % 2 == 0,
                        .weighted = random() % 4 != 0,
                        .tolerance = 1e-14};
    options.beta = 0.5 + static_cast<double>(random() % 4);
    options.normalised = random() % 2 == 0;
    const Adjacency edges = options.directed ? view.out() : view.both().value();
    const DenseMatrix inward = Transposed(Weights(edges, options.weighted));
    double strongest = 0;
    for (const auto& row : inward) {
      strongest =
          std::max(strongest, std::accumulate(row.begin(), row.end(), 0.0));
    }
    if (random() % 2 == 0 && strongest > 0) options.alpha = 0.8 / strongest;
    const auto result = Katz(view, options);
    REQUIRE_OK(result);
    CHECK(result->converged);
    if (options.alpha) CHECK(result->alpha == *options.alpha);
    CHECK(result->alpha >= (strongest > 0 ? 0.85 / strongest * 0.94 : 0.85));
    DenseMatrix matrix = inward;
    for (size_t v = 0; v < matrix.size(); ++v) {
      matrix[v] = test::Times(matrix[v], -result->alpha);
      matrix[v][v] += 1;
    }
    std::vector<double> wanted =
        test::Solve(matrix, std::vector<double>(graph.vertices, options.beta));
    if (options.normalised) wanted = OfLength1(wanted);
    const double most = *std::max_element(wanted.begin(), wanted.end());
    CHECK(*std::min_element(wanted.begin(), wanted.end()) > 0);
    CHECK(test::Furthest(result->scores, wanted) < 1e-10 * most);
  }
}

TEST_CASE("Katz centrality without an alpha uses most of what it may",
          "[centrality]") {
  // In a complete graph of n vertices the eigenvalue is n - 1.
  std::vector<Edge> edges;
  for (Vertex u = 0; u < 10; ++u) {
    for (Vertex v = 0; v < 10; ++v) {
      if (u != v) edges.push_back({u, v});
    }
  }
  const auto result = Katz(GraphView::FromEdges(10, edges).value());
  CHECK(std::abs(result->alpha - 0.85 / 9) < 1e-12);
  // Undirected star of 400 leaves: 20.
  std::vector<Edge> star;
  for (Vertex v = 1; v <= 400; ++v) star.push_back({v, 0});
  const auto of_star =
      Katz(GraphView::FromEdges(401, star).value(), {.directed = false});
  CHECK(of_star->converged);
  CHECK(of_star->alpha <= 0.85 / 20 + 1e-12);
  CHECK(of_star->alpha > 0.8 / 20);
}

TEST_CASE("Katz centrality beyond the greatest alpha says so", "[centrality]") {
  const std::vector<Edge> edges = {{0, 1}, {1, 0}, {1, 2}};
  const auto result = Katz(GraphView::FromEdges(3, edges).value(),
                           {.alpha = 2, .max_iterations = 100'000});
  REQUIRE_OK(result);
  CHECK_FALSE(result->converged);
  CHECK(result->iterations < 100'000);
  for (const double score : result->scores) CHECK(std::isfinite(score));
}

TEST_CASE("Hubs and authorities are what a high power of the matrix gives",
          "[centrality]") {
  auto random = test::Random(43);
  for (int round = 0; round < 200; ++round) {
    const auto graph = MakeConnected(random, random() % 2 == 0);
    HitsOptions options{.weighted = random() % 4 != 0,
                        .tolerance = 1e-14,
                        .max_iterations = 200'000};
    const GraphView view = graph.View();
    const DenseMatrix matrix = Weights(view.out(), options.weighted);
    const DenseMatrix turned = Transposed(matrix);
    const auto result = Hits(view, options);
    REQUIRE_OK(result);
    CHECK(result->residual < 1e-10);
    const DenseMatrix squared = Product(matrix, turned);
    const auto hubs = HighPower(squared);
    const bool close = test::Furthest(result->hubs, OfSum1(hubs)) < 1e-6 &&
                       test::Furthest(result->authorities,
                                      OfSum1(Product(turned, hubs))) < 1e-6;
    // Where the two greatest eigenvalues are all but equal, vectors far from
    // each other belong to them, and neither is the better one.
    const bool as_good = Quotient(squared, result->hubs) >=
                         Quotient(squared, hubs) * (1 - 1e-14);
    CHECK((close || as_good));
  }
}

TEST_CASE("Measures of matrices of small and strange graphs", "[centrality]") {
  const GraphView empty = GraphView::FromEdges(0, {}).value();
  CHECK(Eigenvector(empty)->scores.empty());
  CHECK(Katz(empty)->scores.empty());
  CHECK(Hits(empty)->hubs.empty());
  CHECK(Hits(empty)->converged);
  const std::vector<Edge> nothing = {{0, 1, 0}, {1, 1, 0}};
  const GraphView zero = GraphView::FromEdges(4, nothing, true).value();
  const std::vector<double> half(4, 0.5);
  CHECK(Eigenvector(zero)->scores == half);
  CHECK(Eigenvector(zero)->converged);
  CHECK(Katz(zero)->scores == half);
  CHECK(Katz(zero)->converged);
  CHECK(Hits(zero)->hubs == std::vector<double>(4));
  CHECK(Hits(zero)->authorities == std::vector<double>(4));
  CHECK(Hits(zero)->converged);
  const std::vector<Edge> loop = {{0, 0}};
  const GraphView one = GraphView::FromEdges(1, loop).value();
  CHECK(Eigenvector(one)->scores == std::vector<double>{1});
  CHECK(Katz(one)->scores == std::vector<double>{1});
  CHECK(Hits(one)->authorities == std::vector<double>{1});
  // Without a cycle, eigenvector scores are at the end.
  const std::vector<Edge> path = {{0, 1}, {1, 2}};
  const auto last = Eigenvector(GraphView::FromEdges(3, path).value());
  CHECK(last->scores[2] > 0.9);
  // Weights of any scale: a graph of two sides does not swing.
  for (const float weight : {1e-30f, 1.0f, 1e30f}) {
    const std::vector<Edge> sides = {{0, 1, weight}, {0, 2, weight}};
    const auto star = Eigenvector(GraphView::FromEdges(3, sides, true).value(),
                                  {.directed = false});
    CHECK(star->converged);
    CHECK(test::Furthest(star->scores, {std::sqrt(.5), .5, .5}) < 1e-7);
  }
}

TEST_CASE("Measures of matrices of a star of a million leaves",
          "[centrality]") {
  constexpr Vertex kLeaves = 1'000'000;
  std::vector<Edge> edges;
  for (Vertex v = 1; v <= kLeaves; ++v) edges.push_back({v, 0});
  const GraphView star = GraphView::FromEdges(kLeaves + 1, edges).value();
  const auto eigenvector = Eigenvector(star, {.directed = false});
  CHECK(eigenvector->converged);
  CHECK(std::abs(eigenvector->scores[0] - std::sqrt(.5)) < 1e-6);
  const auto hits = Hits(star);
  CHECK(hits->converged);
  CHECK(hits->authorities[0] == 1);
  CHECK(std::abs(hits->hubs[1] * kLeaves - 1) < 1e-9);
  CHECK(Katz(star, {.directed = false})->converged);
}

GraphView LargeGraph(uint64_t stream) {
  auto random = test::Random(stream);
  std::vector<Edge> edges;
  constexpr Vertex kVertices = 100'000;
  for (int i = 0; i < 600'000; ++i) {
    const uint64_t draw = random() % kVertices;
    edges.push_back({static_cast<Vertex>(draw * (random() % 1000) / 1000),
                     static_cast<Vertex>(random() % kVertices),
                     static_cast<float>(random() % 1000) / 1000});
  }
  return GraphView::FromEdges(kVertices, edges, true).value();
}

TEST_CASE("Measures of matrices are the same for any number of threads",
          "[centrality]") {
  const GraphView view = LargeGraph(44);
  EigenvectorOptions eigenvector{.max_iterations = 20};
  KatzOptions katz{.max_iterations = 20};
  HitsOptions hits{.max_iterations = 20};
  eigenvector.run.threads = katz.run.threads = hits.run.threads = 1;
  const auto first = Eigenvector(view, eigenvector);
  const auto second = Katz(view, katz);
  const auto third = Hits(view, hits);
  for (const size_t threads : {2, 3}) {
    eigenvector.run.threads = katz.run.threads = hits.run.threads = threads;
    CHECK(Eigenvector(view, eigenvector)->scores == first->scores);
    CHECK(Katz(view, katz)->scores == second->scores);
    CHECK(Katz(view, katz)->alpha == second->alpha);
    CHECK(Hits(view, hits)->hubs == third->hubs);
    CHECK(Hits(view, hits)->authorities == third->authorities);
  }
}

TEST_CASE("Measures of matrices end when they are told to", "[centrality]") {
  const GraphView view = LargeGraph(45);
  test::CheckThatItEnds(
      Eigenvector, view,
      EigenvectorOptions{.tolerance = 0, .max_iterations = 1'000'000'000});
  test::CheckThatItEnds(
      Hits, view, HitsOptions{.tolerance = 0, .max_iterations = 1'000'000'000});
  test::CheckThatItEnds(
      Katz, view, KatzOptions{.tolerance = 0, .max_iterations = 1'000'000'000});
}

TEST_CASE("Measures of matrices refuse what they cannot do", "[centrality]") {
  const GraphView view = GraphView::FromEdges(2, {}).value();
  const double nan = std::numeric_limits<double>::quiet_NaN();
  test::CheckThatItRefuses(Eigenvector, view,
                           EigenvectorOptions{.tolerance = -1},
                           "EigenvectorOptions::tolerance is -1");
  test::CheckThatItRefuses(Hits, view, HitsOptions{.tolerance = nan},
                           "HitsOptions::tolerance is nan");
  test::CheckThatItRefuses(Katz, view, KatzOptions{.alpha = 0},
                           "KatzOptions::alpha is 0");
  test::CheckThatItRefuses(Katz, view, KatzOptions{.beta = -1},
                           "KatzOptions::beta is -1");
  test::CheckThatItRefuses(Katz, view, KatzOptions{.tolerance = nan},
                           "KatzOptions::tolerance is nan");
}

}  // namespace
}  // namespace skg
