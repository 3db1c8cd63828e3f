#include "embedders.h"

#include <pthread.h>

#include <chrono>
#include <condition_variable>
#include <cstring>
#include <deque>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"

namespace skg::python {
namespace {

thread_local bool in_embedder = false;

// Objects whose last holder had no GIL.
struct Garbage {
  std::mutex mutex;
  std::vector<PyObject*> objects;
};

Garbage& ToDrop() {
  static auto& garbage = *new Garbage;
  return garbage;
}

void DropLater(PyObject* object) {
  const std::lock_guard lock(ToDrop().mutex);
  ToDrop().objects.push_back(object);
}

// A list of str, a new reference; null: an exception is set.
PyObject* TextList(const std::vector<std::string>& texts) {
  PyObject* list = PyList_New(static_cast<Py_ssize_t>(texts.size()));
  if (list == nullptr) return nullptr;
  for (size_t i = 0; i < texts.size(); ++i) {
    PyObject* text = PyUnicode_DecodeUTF8(
        texts[i].data(), static_cast<Py_ssize_t>(texts[i].size()), "replace");
    if (text == nullptr) {
      Py_DECREF(list);
      return nullptr;
    }
    PyList_SET_ITEM(list, static_cast<Py_ssize_t>(i), text);
  }
  return list;
}

}  // namespace

// The calls of one embedder, and the workers that do them.
// Thread safety: all methods from any thread, without the GIL.
class EmbedderCalls : public std::enable_shared_from_this<EmbedderCalls> {
 public:
  explicit EmbedderCalls(PyObject* callable) : callable_(callable) {
    Py_INCREF(callable_);
  }
  ~EmbedderCalls() { DropLater(callable_); }
  EmbedderCalls(const EmbedderCalls&) = delete;
  EmbedderCalls& operator=(const EmbedderCalls&) = delete;

  absl::StatusOr<std::vector<float>> Do(std::vector<std::string> texts,
                                        absl::Time deadline) {
    auto call = std::make_shared<Call>();
    call->texts = std::move(texts);
    std::unique_lock lock(mutex_);
    if (ended_) return Ending();
    waiting_.push_back(call);
    ++running_;
    if (idle_ < waiting_.size() && !StartWorker()) {
      Leave(call);
      return absl::ResourceExhaustedError("no thread for the embedder");
    }
    changed_.notify_all();
    const auto done = [&] { return call->done || abandoned_; };
    if (deadline == absl::InfiniteFuture()) {
      changed_.wait(lock, done);
    } else if (!changed_.wait_until(lock, absl::ToChronoTime(deadline), done)) {
      Leave(call);
      return absl::DeadlineExceededError("the embedder took too long");
    }
    if (!call->done) {
      Leave(call);
      return Ending();
    }
    if (!call->status.ok()) return call->status;
    return std::move(call->numbers);
  }

  bool End(int milliseconds) {
    std::unique_lock lock(mutex_);
    ended_ = true;
    changed_.notify_all();
    return changed_.wait_for(lock, std::chrono::milliseconds(milliseconds),
                             [this] { return running_ == 0 || abandoned_; });
  }
  void Abandon() {
    const std::lock_guard lock(mutex_);
    ended_ = abandoned_ = true;
    running_ -= waiting_.size();
    waiting_.clear();
    changed_.notify_all();
  }

 private:
  struct Call {
    std::vector<std::string> texts;
    // Under the mutex:
    bool done = false;
    absl::Status status;
    std::vector<float> numbers;
  };

  static absl::Status Ending() {
    return absl::UnavailableError("the engine is being closed");
  }

  bool StartWorker() {
    try {
      std::thread([calls = shared_from_this()] { calls->Work(); }).detach();
      return true;
    } catch (const std::system_error&) {
      return false;
    }
  }

  // Nobody waits for it any more.
  void Leave(const std::shared_ptr<Call>& call) {
    if (std::erase(waiting_, call) > 0) --running_;
  }

  void Work() {
    constexpr auto kPatience = std::chrono::seconds(10);
    pthread_setname_np(pthread_self(), "skg-embed");
    in_embedder = true;
    std::unique_lock lock(mutex_);
    for (;;) {
      ++idle_;
      const bool some = changed_.wait_for(
          lock, kPatience, [this] { return ended_ || !waiting_.empty(); });
      --idle_;
      if (!some || waiting_.empty()) return;
      const std::shared_ptr<Call> call = waiting_.front();
      waiting_.pop_front();
      lock.unlock();
      absl::Status status;
      std::vector<float> numbers;
      // No object of C++ below here needs the GIL to end: the interpreter may
      // end this thread in it.
      const PyGILState_STATE gil = PyGILState_Ensure();
      Ask(call->texts, status, numbers);
      PyGILState_Release(gil);
      lock.lock();
      call->status = std::move(status);
      call->numbers = std::move(numbers);
      call->done = true;
      --running_;
      changed_.notify_all();
    }
  }

  void Ask(const std::vector<std::string>& texts, absl::Status& status,
           std::vector<float>& numbers) const {
    PyObject* list = TextList(texts);
    PyObject* answer = list == nullptr ? nullptr
                                       : PyObject_CallFunctionObjArgs(
                                             callable_, list, nullptr);
    Py_XDECREF(list);
    int code = 0;
    const char* message = nullptr;
    PyObject* bytes = nullptr;
    if (answer == nullptr ||
        PyArg_ParseTuple(answer, "isS", &code, &message, &bytes) == 0) {
      PyErr_Clear();
      status = absl::InternalError("the embedder could not be called");
    } else if (code != 0) {
      status = absl::Status(static_cast<absl::StatusCode>(code), message);
    } else {
      numbers.resize(static_cast<size_t>(PyBytes_GET_SIZE(bytes)) /
                     sizeof(float));
      std::memcpy(numbers.data(), PyBytes_AS_STRING(bytes),
                  numbers.size() * sizeof(float));
    }
    Py_XDECREF(answer);
  }

  PyObject* const callable_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::shared_ptr<Call>> waiting_;
  size_t idle_ = 0;     // workers
  size_t running_ = 0;  // calls that wait or are done by a worker
  bool ended_ = false;
  bool abandoned_ = false;
};

PythonEmbedder::PythonEmbedder(std::string name, uint32_t dimension,
                               const py::object& call)
    : name_(std::move(name)),
      dimension_(dimension),
      calls_(std::make_shared<EmbedderCalls>(call.ptr())) {}

// Idle workers end.
PythonEmbedder::~PythonEmbedder() { calls_->Abandon(); }

bool PythonEmbedder::End(int milliseconds) { return calls_->End(milliseconds); }

void PythonEmbedder::Abandon() { calls_->Abandon(); }

absl::StatusOr<std::vector<std::vector<float>>> PythonEmbedder::Embed(
    std::span<const std::string> texts, absl::Time deadline) {
  const auto numbers = calls_->Do({texts.begin(), texts.end()}, deadline);
  if (!numbers.ok()) return numbers.status();
  if (numbers->size() != texts.size() * dimension_) {
    return absl::InternalError(
        absl::StrCat("embedder ", name_, ": not one vector for each text"));
  }
  std::vector<std::vector<float>> vectors;
  vectors.reserve(texts.size());
  for (auto at = numbers->begin(); at != numbers->end(); at += dimension_) {
    vectors.emplace_back(at, at + dimension_);
  }
  return vectors;
}

bool InEmbedder() { return in_embedder; }

void DropEmbedderObjects() {
  std::vector<PyObject*> objects;
  {
    const std::lock_guard lock(ToDrop().mutex);
    objects.swap(ToDrop().objects);
  }
  for (PyObject* object : objects) Py_DECREF(object);
}

GivenEmbedders::GivenEmbedders(const py::dict& given) {
  for (const auto& [key, value] : given) {
    const auto name = key.cast<std::string>();
    if (!PyTuple_Check(value.ptr())) {
      all[name] = value.cast<std::shared_ptr<Embedder>>();
      continue;
    }
    const auto [shown, dimension, call] =
        value.cast<std::tuple<std::string, uint32_t, py::object>>();
    of_python.push_back(
        std::make_shared<PythonEmbedder>(shown, dimension, call));
    all[name] = of_python.back();
  }
}

}  // namespace skg::python
