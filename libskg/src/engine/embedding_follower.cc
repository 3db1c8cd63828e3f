#include "engine/embedding_follower.h"

#include <algorithm>
#include <chrono>
#include <exception>
#include <optional>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/bytes.h"
#include "base/status.h"
#include "engine/engine_impl.h"
#include "storage/graph_state.h"
#include "storage/keys.h"
#include "vector/vector_values.h"

namespace skg::engine {

using rdf::TermId;
using vector::EmbeddingProgress;

namespace {

// How long a stop may have to wait for a follower that waits for commits.
constexpr absl::Duration kWait = absl::Milliseconds(100);
// How long one call of the embedder may take, which a stop waits for; a call
// that is not ready by then is made again with twice the time.
constexpr absl::Duration kCallTime = absl::Seconds(10);
constexpr absl::Duration kLongestCallTime = absl::Minutes(2);
constexpr absl::Duration kFirstPause = absl::Seconds(1);
constexpr absl::Duration kLongestPause = absl::Minutes(1);
constexpr size_t kBatchTexts = 256;
constexpr size_t kBatchBytes = size_t{4} << 20;
constexpr size_t kWindowNodes = 4096;
// So many commits without a change of a vector are remembered in memory alone.
constexpr uint64_t kUnwrittenCommits = 1024;

}  // namespace

EmbeddingFollower::EmbeddingFollower(std::shared_ptr<GraphImpl> graph,
                                     vector::IndexDefinition index,
                                     std::shared_ptr<Embedder> embedder,
                                     const EmbeddingProgress& progress)
    : graph_(std::move(graph)),
      index_(std::move(index)),
      embedder_(std::move(embedder)),
      hold_(graph_->store().HoldLog(progress.commit)),
      written_(progress),
      call_time_(kCallTime),
      progress_(progress) {}

EmbeddingFollower::~EmbeddingFollower() { Stop(); }

absl::Status EmbeddingFollower::Start() {
  try {
    thread_ = std::thread([this] { Run(); });
  } catch (const std::system_error& error) {
    return absl::ResourceExhaustedError(
        absl::StrCat("no thread for it: ", error.what()));
  }
  return absl::OkStatus();
}

void EmbeddingFollower::Stop() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

bool EmbeddingFollower::stopped() const {
  const std::lock_guard lock(mutex_);
  return stop_;
}

EmbeddingFollower::State EmbeddingFollower::state() const {
  const uint64_t last = graph_->store().last_commit();
  const std::lock_guard lock(mutex_);
  State state;
  state.commit = progress_.phase == Phase::kFollow ? progress_.commit : 0;
  state.lag = last - std::min(last, progress_.commit);
  state.error = error_;
  return state;
}

absl::Status EmbeddingFollower::Wait(uint64_t commit,
                                     absl::Time deadline) const {
  std::unique_lock lock(mutex_);
  const auto there = [&] {
    return progress_.phase == Phase::kFollow && progress_.commit >= commit;
  };
  while (!there() && !stop_) {
    const absl::Duration left = deadline - absl::Now();
    if (left <= absl::ZeroDuration()) {
      return absl::DeadlineExceededError(absl::StrCat(
          "index \"", index_.name, "\" is at commit ",
          progress_.phase == Phase::kFollow ? progress_.commit : 0, ", not at ",
          commit, error_.empty() ? "" : ": ", error_));
    }
    changed_.wait_for(
        lock, absl::ToChronoMilliseconds(std::min(left, absl::Seconds(1)) +
                                         absl::Milliseconds(1)));
  }
  if (there()) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat(
      "index \"", index_.name, "\" does not follow the graph any more"));
}

void EmbeddingFollower::Run() {
  absl::Duration pause = kFirstPause;
  while (!stopped() && !graph_->store().dropped()) {
    absl::Status status;
    try {
      status = Step();
    } catch (const std::exception& error) {
      status = absl::InternalError(
          absl::StrCat("the embedder threw: ", error.what()));
    }
    std::unique_lock lock(mutex_);
    error_ = std::string(status.message().data(), status.message().size());
    if (status.ok()) {
      pause = kFirstPause;
      continue;
    }
    changed_.wait_for(lock, absl::ToChronoMilliseconds(pause),
                      [this] { return stop_; });
    pause = std::min(pause * 2, kLongestPause);
  }
  // What is lost without it is only work.
  if (!graph_->store().dropped()) WriteProgress().IgnoreError();
  hold_.reset();
}

absl::Status EmbeddingFollower::Step() {
  switch (progress_.phase) {
    case Phase::kSubjects:
      return LookAtSubjects();
    case Phase::kVectors:
      return LookAtVectors();
    case Phase::kFollow:
      break;
  }
  return FollowLog();
}

void EmbeddingFollower::Set(const EmbeddingProgress& progress) {
  {
    const std::lock_guard lock(mutex_);
    progress_ = progress;
  }
  changed_.notify_all();
  hold_->Advance(progress.commit);
}

absl::StatusOr<NodeTexts> EmbeddingFollower::Texts(
    const storage::ReadView& view) const {
  return NodeTexts::Make(view, graph_->names(), *index_.options.auto_embedding);
}

absl::Status EmbeddingFollower::LookAtSubjects() {
  SKG_ASSIGN_OR_RETURN(const storage::ReadView view, graph_->store().Latest());
  storage::ScanOptions options;
  options.order = storage::TermOrder::kSpo;
  SKG_ASSIGN_OR_RETURN(const auto cursor, view.Scan({}, options));
  SKG_RETURN_IF_ERROR(cursor->Seek(TermId{progress_.next}, {}, {}));
  Window window;
  storage::StatementBatch batch;
  EmbeddingProgress then = progress_;
  bool more = true;
  while (more && window.size() < kBatchTexts) {
    SKG_ASSIGN_OR_RETURN(more, cursor->Next(batch));
    for (size_t i = 0; i < batch.size() && window.size() < kBatchTexts; ++i) {
      window.emplace(batch.subject[i], true);
      then.next = batch.subject[i].bits + 1;
    }
    if (stopped()) return absl::OkStatus();
  }
  if (!more) {
    then.phase = progress_.anew ? Phase::kVectors : Phase::kFollow;
    then.next = 0;
  }
  return Embed(window, then);
}

absl::Status EmbeddingFollower::LookAtVectors() {
  const uint32_t graph = graph_->store().description().number;
  const std::string prefix =
      vector::IndexPrefix(graph, vector::kVectorKind, index_.number);
  const auto rows = graph_->engine().store().kv().NewIterator(
      storage::Family::kVectors,
      {.lower = prefix, .upper = storage::PrefixEnd(prefix)});
  Window window;
  EmbeddingProgress then = progress_;
  while (window.size() < kBatchTexts) {
    rows->Seek(prefix + vector::NodeLabel(TermId{then.next}));
    if (!rows->Valid() || rows->key().size() < prefix.size() + sizeof(TermId)) {
      SKG_RETURN_IF_ERROR(rows->status());
      then.phase = Phase::kFollow;
      then.anew = false;
      then.next = 0;
      break;
    }
    const TermId node = vector::NodeOf(rows->key().substr(prefix.size()));
    window.emplace(node, false);
    then.next = node.bits + 1;
  }
  return Embed(window, then);
}

void EmbeddingFollower::BeginAnew() {
  EmbeddingProgress progress;
  progress.commit = graph_->store().last_commit();
  progress.phase = Phase::kSubjects;
  progress.anew = true;
  Set(progress);
}

absl::Status EmbeddingFollower::FollowLog() {
  const storage::GraphStore& store = graph_->store();
  const uint64_t done = progress_.commit;
  if (!store.WaitForCommit(done, absl::Now() + kWait)) return absl::OkStatus();
  const uint64_t last = store.last_commit();
  Window window;
  EmbeddingProgress then = progress_;
  while (then.commit < last && window.size() < kWindowNodes && !stopped()) {
    const absl::Status status = ReadChanges(then.commit + 1, window);
    if (absl::IsOutOfRange(status)) {
      BeginAnew();
      return WriteProgress();
    }
    SKG_RETURN_IF_ERROR(status);
    ++then.commit;
  }
  SKG_RETURN_IF_ERROR(Embed(window, then));
  if (progress_.commit >= written_.commit + kUnwrittenCommits)
    return WriteProgress();
  return absl::OkStatus();
}

absl::Status EmbeddingFollower::ReadChanges(uint64_t commit, Window& window) {
  std::optional<storage::ReadView> view;
  std::optional<NodeTexts> texts;
  const auto visit =
      [&](std::span<const storage::LoggedChange> changes) -> absl::Status {
    if (!texts) {
      SKG_ASSIGN_OR_RETURN(storage::ReadView latest, graph_->store().Latest());
      view.emplace(std::move(latest));
      SKG_ASSIGN_OR_RETURN(NodeTexts of_view, Texts(*view));
      texts.emplace(std::move(of_view));
    }
    for (const storage::LoggedChange& change : changes) {
      window[change.key.subject] |= texts->Reads(change.key.predicate);
      if (window.size() < kWindowNodes || stopped()) continue;
      // A commit of many changes is done in parts, and again from its beginning
      // if the process ends meanwhile.
      SKG_RETURN_IF_ERROR(Embed(window, progress_));
      window.clear();
    }
    return absl::OkStatus();
  };
  return graph_->store().ReadLog(commit, visit).status();
}

absl::Status EmbeddingFollower::Embed(const Window& nodes,
                                      const EmbeddingProgress& then) {
  SKG_ASSIGN_OR_RETURN(const storage::ReadView view, graph_->store().Latest());
  SKG_ASSIGN_OR_RETURN(const NodeTexts texts, Texts(view));
  const std::vector<std::pair<TermId, bool>> list(nodes.begin(), nodes.end());
  for (size_t i = 0; i < list.size(); i += kBatchTexts) {
    if (stopped()) return absl::OkStatus();
    const bool is_last = i + kBatchTexts >= list.size();
    SKG_RETURN_IF_ERROR(EmbedSome(
        view, texts,
        std::span(list).subspan(i, std::min(kBatchTexts, list.size() - i)),
        is_last ? then : progress_));
  }
  if (stopped()) return absl::OkStatus();
  Set(then);
  if (then.phase != written_.phase) return WriteProgress();
  return absl::OkStatus();
}

absl::Status EmbeddingFollower::EmbedSome(
    const storage::ReadView& view, const NodeTexts& texts,
    std::span<const std::pair<TermId, bool>> nodes,
    const EmbeddingProgress& then) {
  const uint32_t graph = view.description().number;
  std::vector<TermId> changed;
  std::vector<std::string> said;
  std::vector<std::vector<float>> vectors;
  size_t bytes = 0;
  const auto embed = [&]() -> absl::Status {
    SKG_ASSIGN_OR_RETURN(auto some, VectorsOf(said));
    std::move(some.begin(), some.end(), std::back_inserter(vectors));
    said.clear();
    bytes = 0;
    return absl::OkStatus();
  };
  const auto part = std::make_shared<vector::VectorPart>(graph, index_.number);
  size_t removed = 0;
  for (const auto& [node, text_changed] : nodes) {
    SKG_ASSIGN_OR_RETURN(
        const auto vector,
        vector::ReadVector(view.snapshot()->graph().kv, graph, index_,
                           vector::NodeLabel(node), view.commit(),
                           view.snapshot()->kv()));
    SKG_ASSIGN_OR_RETURN(const bool meant, texts.IsMeant(node));
    if (meant && vector && !text_changed) continue;
    std::string text;
    if (meant) {
      SKG_ASSIGN_OR_RETURN(text, texts.TextOf(node));
    }
    if (text.empty()) {
      if (!vector) continue;
      part->Add(node, {});
      ++removed;
      continue;
    }
    bytes += text.size();
    changed.push_back(node);
    said.push_back(std::move(text));
    if (bytes >= kBatchBytes) SKG_RETURN_IF_ERROR(embed());
  }
  SKG_RETURN_IF_ERROR(embed());
  if (changed.empty() && removed == 0) return absl::OkStatus();
  for (size_t i = 0; i < changed.size(); ++i) part->Add(changed[i], vectors[i]);

  storage::CommitRequest request;
  // Vectors and progress are lost together, and only until they are made again.
  request.durability = Durability::kNone;
  request.parts.push_back(part);
  request.parts.push_back(std::make_shared<vector::EmbeddingProgressPart>(
      graph, index_.number, then));
  SKG_RETURN_IF_ERROR(graph_->store().Commit(std::move(request)).status());
  written_ = then;
  graph_->engine().vector_indexes().Added(graph_->store(), index_,
                                          changed.size());
  return absl::OkStatus();
}

absl::StatusOr<std::vector<std::vector<float>>> EmbeddingFollower::VectorsOf(
    const std::vector<std::string>& texts) {
  if (texts.empty()) return std::vector<std::vector<float>>();
  auto vectors = embedder_->Embed(texts, absl::Now() + call_time_);
  if (!vectors.ok()) {
    if (absl::IsDeadlineExceeded(vectors.status()))
      call_time_ = std::min(call_time_ * 2, kLongestCallTime);
    return vectors.status();
  }
  call_time_ = kCallTime;
  if (vectors->size() != texts.size()) {
    return absl::InternalError(
        absl::StrCat("embedder \"", index_.options.embedder, "\" made ",
                     vectors->size(), " vectors of ", texts.size(), " texts"));
  }
  for (const std::vector<float>& vector : *vectors) {
    SKG_RETURN_IF_ERROR(vector::AcceptVector(vector, index_.options.dimension,
                                             index_.options.metric)
                            .status());
  }
  return vectors;
}

absl::Status EmbeddingFollower::WriteProgress() {
  if (progress_ == written_) return absl::OkStatus();
  storage::KvStore& kv = graph_->engine().store().kv();
  const auto batch = kv.NewBatch();
  vector::PutEmbeddingProgress(graph_->store().description().number,
                               index_.number, progress_, *batch);
  SKG_RETURN_IF_ERROR(kv.Write(*batch, storage::WriteMode::kBuffered));
  written_ = progress_;
  return absl::OkStatus();
}

}  // namespace skg::engine
