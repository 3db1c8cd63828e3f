#include "analytics/kernel_run.h"

#include <catch2/catch.hpp>
#include <vector>

#include "absl/time/clock.h"
#include "analytics/graph_view_impl.h"

namespace skg::analytics {
namespace {

GraphView SmallView() {
  return GraphView::FromEdges(2, std::vector<Edge>{{0, 1}}).value();
}

TEST_CASE("A run ends with its deadline, from every thread's sight") {
  const GraphView view = SmallView();
  KernelOptions options;
  options.deadline = absl::Now() - absl::Seconds(1);
  KernelRun run(view, options);
  CHECK(run.Stopped());
  CHECK(run.Check(0).code() == absl::StatusCode::kDeadlineExceeded);
  CHECK(run.Check(0.5).code() == absl::StatusCode::kDeadlineExceeded);
}

TEST_CASE("A progress callback hears the share that is done and may cancel") {
  const GraphView view = SmallView();
  std::vector<double> heard;
  KernelOptions options;
  options.progress = [&](double done) {
    heard.push_back(done);
    return done < 0.5;
  };
  KernelRun run(view, options);
  CHECK(run.Check(0.25).ok());
  CHECK_FALSE(run.Stopped());
  CHECK(run.Check(0.5).code() == absl::StatusCode::kCancelled);
  CHECK(run.Stopped());
  CHECK(run.Check(0.75).code() == absl::StatusCode::kCancelled);
  CHECK(heard == std::vector<double>{0.25, 0.5});
}

TEST_CASE("Memory of a run comes from the view's budget and goes back") {
  MemoryBudget budget(1000);
  const std::vector<Edge> edges = {{0, 1}};
  const GraphView view = GraphViewImpl::Wrap(std::make_shared<GraphViewImpl>(
      CsrOfEdges(2, edges, false, ParallelEdges::kSum), false,
      ParallelEdges::kSum, ViewOrigin(), &budget, MemoryReservation()));
  const KernelOptions options;
  {
    KernelRun run(view, options);
    CHECK(run.Take(600).ok());
    CHECK(run.Take(300).ok());
    CHECK(budget.free_bytes() == 100);
    CHECK(run.Take(200).code() == absl::StatusCode::kResourceExhausted);
    CHECK(budget.free_bytes() == 100);
  }
  CHECK(budget.free_bytes() == 1000);
}

}  // namespace
}  // namespace skg::analytics
