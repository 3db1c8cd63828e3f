// The library's own embedders, for Python and for engines that it opens.
#include <pybind11/stl.h>

#include "arrays.h"
#include "call.h"
#include "embedders.h"
#include "objects.h"
#include "options.h"
#include "times.h"

namespace skg::python {
namespace {

using Shared = std::shared_ptr<Embedder>;

Shared Hashing(uint32_t dimension) {
  return Value(MakeHashingEmbedder(dimension));
}

Shared Http(const py::dict& given) {
  const Options read(given);
  HttpEmbedderOptions options;
  read.Text("base_url", options.base_url);
  read.Text("model", options.model);
  read.Number("dimension", options.dimension);
  read.Text("api_key", options.api_key);
  read.Text("api_key_header", options.api_key_header);
  read.Text("ca_file", options.ca_file);
  read.Number("most_texts", options.most_texts);
  read.Number("most_text_bytes", options.most_text_bytes);
  read.Number("longest_text_bytes", options.longest_text_bytes);
  read.Span("request_timeout", options.request_timeout);
  read.Number("most_attempts", options.most_attempts);
  read.Span("first_pause", options.first_pause);
  read.Span("longest_pause", options.longest_pause);
  read.Number("breaker_failures", options.breaker_failures);
  read.Span("breaker_pause", options.breaker_pause);
  return Value(MakeHttpEmbedder(options));
}

Floats Embed(const Shared& embedder, const std::vector<std::string>& texts,
             const py::object& timeout) {
  const auto vectors =
      Value(Run([embedder, texts, deadline = DeadlineOf(timeout)] {
        return embedder->Embed(texts, deadline);
      }));
  Floats array({texts.size(), size_t{embedder->dimension()}});
  float* at = array.mutable_data();
  for (const auto& vector : vectors) {
    at = std::copy(vector.begin(), vector.end(), at);
  }
  return array;
}

}  // namespace

void BindEmbedders(py::module_& module) {
  py::class_<Embedder, Shared>(module, "Embedder")
      .def_property_readonly("dimension", &Embedder::dimension)
      .def_property_readonly("name", &Embedder::name)
      .def("embed", Embed);
  module.def("hashing_embedder", Hashing);
  module.def("http_embedder", Http);
}

}  // namespace skg::python
