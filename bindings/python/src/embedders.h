// Embedders: objects of Python's that make vectors of texts, for the library;
// and the library's own, for Python.
//
// The library calls an embedder from threads of its own. Python is called by
// workers, which the library's threads wait for without the GIL, so that an
// engine can end whatever an embedder does: closing one waits for the calls
// that run (with the GIL free), at the interpreter's end only for some seconds,
// after which they are abandoned. A worker that the interpreter stops at its
// end has nothing to clean up.
#pragma once

#include <pybind11/pybind11.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "skg/embedder.h"

namespace skg::python {

namespace py = pybind11;

class EmbedderCalls;

// One of Python's, of one engine.
class PythonEmbedder : public Embedder {
 public:
  // `call` takes a list of str and gives (code of a status, its message, bytes
  // of all the numbers). Needs the GIL.
  PythonEmbedder(std::string name, uint32_t dimension, const py::object& call);
  ~PythonEmbedder() override;
  PythonEmbedder(const PythonEmbedder&) = delete;
  PythonEmbedder& operator=(const PythonEmbedder&) = delete;

  [[nodiscard]] uint32_t dimension() const override { return dimension_; }
  [[nodiscard]] std::string_view name() const override { return name_; }
  [[nodiscard]] absl::StatusOr<std::vector<std::vector<float>>> Embed(
      std::span<const std::string> texts, absl::Time deadline) override;

  // From now on it does nothing (kUnavailable). Waits so long for the calls
  // that run; false: some still do.
  [[nodiscard]] bool End(int milliseconds);
  // Those calls are answered (kUnavailable), though Python goes on with them.
  void Abandon();

 private:
  const std::string name_;
  const uint32_t dimension_;
  const std::shared_ptr<EmbedderCalls> calls_;
};

using EmbedderMap =
    std::map<std::string, std::shared_ptr<Embedder>, std::less<>>;

// From a name to a skg._skg.Embedder, or to (name, dimension, callable) as
// PythonEmbedder takes them.
struct GivenEmbedders {
  explicit GivenEmbedders(const py::dict& given);
  EmbedderMap all;
  std::vector<std::shared_ptr<PythonEmbedder>> of_python;
};

// Whether this thread calls Python for an embedder.
[[nodiscard]] bool InEmbedder();

// Lets go of objects that nobody needs any more; needs the GIL.
void DropEmbedderObjects();

}  // namespace skg::python
