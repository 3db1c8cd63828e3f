// Indexes of a graph: made, filled, made anew and dropped.
#include <pybind11/stl.h>

#include "arrays.h"
#include "call.h"
#include "objects.h"
#include "options.h"
#include "statements.h"
#include "terms.h"
#include "times.h"

namespace skg::python {
namespace {

// A commit of an index.
template <class Call>
py::object Commit(const GraphObject& self, Call call) {
  return CommitObject(
      Value(Run([graph = self.Open(), call] { return call(*graph); })));
}

TextIndexOptions TextOptionsOf(const Options& read) {
  TextIndexOptions options;
  read.Choice("over", {"nodes", "statements"}, options.over);
  read.Terms("predicates", options.predicates);
  read.Flag("names", options.names);
  read.Flag("metadata", options.metadata);
  read.Text("language", options.language);
  read.Flag("stemming", options.stemming);
  read.Flag("stop_words", options.stop_words);
  return options;
}

py::object CreateTextIndex(const GraphObject& self, const std::string& name,
                           const py::dict& given) {
  const Options read(given);
  return Commit(self, [name, options = TextOptionsOf(read),
                       deadline = DeadlineOf(read.Find("timeout"))](Graph& g) {
    return g.CreateTextIndex(name, options, {}, deadline);
  });
}

// The number of a task that is begun.
template <class Call>
uint64_t Start(const GraphObject& self, Call call) {
  return Value(Run([graph = self.Open(), call] { return call(*graph); }));
}

uint64_t StartTextIndex(const GraphObject& self, const std::string& name,
                        const py::dict& given) {
  return Start(self, [name, options = TextOptionsOf(Options(given))](Graph& g) {
    return g.StartTextIndex(name, options);
  });
}

py::object RebuildTextIndex(const GraphObject& self, const std::string& name,
                            const py::object& timeout) {
  return Commit(self, [name, deadline = DeadlineOf(timeout)](Graph& g) {
    return g.RebuildTextIndex(name, {}, deadline);
  });
}

void RebuildVectorIndex(const GraphObject& self, const std::string& name,
                        const py::object& timeout) {
  Check(Run([graph = self.Open(), name, deadline = DeadlineOf(timeout)] {
    return graph->RebuildVectorIndex(name, deadline);
  }));
}

py::object CreateVectorIndex(const GraphObject& self, const std::string& name,
                             const py::dict& given) {
  const Options read(given);
  VectorIndexOptions options;
  read.Choice("over", {"nodes", "statements"}, options.over);
  read.Number("dimension", options.dimension);
  read.Choice("metric", {"cosine", "inner_product", "l2"}, options.metric);
  read.Choice("kind", {"flat", "hnsw", "hnsw_quantized", "ivf_pq"},
              options.kind);
  read.Number("links", options.links);
  read.Number("ef_construction", options.ef_construction);
  read.Number("ef_search", options.ef_search);
  read.Text("embedder", options.embedder);
  bool automatic = false;
  read.Flag("auto_embed", automatic);
  if (automatic) {
    auto& embedding = options.auto_embedding.emplace();
    read.Terms("node_types", embedding.node_types);
    read.Terms("labels", embedding.text.labels);
    read.Terms("properties", embedding.text.properties);
    read.Number("statements", embedding.text.statements);
  }
  return Commit(self, [name, options](Graph& g) {
    return g.CreateVectorIndex(name, options);
  });
}

py::object PutVectors(const GraphObject& self, const std::string& index,
                      const std::vector<py::object>& owners,
                      const py::object& vectors) {
  const Floats array = Floats::ensure(vectors);
  if (!array) {
    PyErr_Clear();
    RaiseType("vectors", "numbers of shape (owners, dimension)", vectors);
  }
  if (array.ndim() != 2 ||
      static_cast<size_t>(array.shape(0)) != owners.size()) {
    RaiseValue("vectors", "one row for each of the " +
                              std::to_string(owners.size()) +
                              " owners is expected");
  }
  std::vector<VectorEntry> entries(owners.size());
  for (size_t i = 0; i < owners.size(); ++i) {
    const float* row = array.data(static_cast<py::ssize_t>(i), 0);
    entries[i] = {TermText(owners[i], "owners"), {row, row + array.shape(1)}};
  }
  return Commit(self, [index, entries = std::move(entries)](Graph& g) {
    return g.PutVectors(index, entries);
  });
}

py::object RemoveVectors(const GraphObject& self, const std::string& index,
                         const std::vector<py::object>& owners) {
  std::vector<std::string> names;
  for (const auto& owner : owners) names.push_back(TermText(owner, "owners"));
  return Commit(
      self, [index, names](Graph& g) { return g.RemoveVectors(index, names); });
}

void WaitForEmbeddings(const GraphObject& self, const std::string& index,
                       const py::object& timeout) {
  Check(Run([graph = self.Open(), index, deadline = DeadlineOf(timeout)] {
    return graph->WaitForEmbeddings(index, 0, deadline);
  }));
}

}  // namespace

void BindIndexes(py::module_& module) {
  module.def("put_vectors", PutVectors);
  module.def("remove_vectors", RemoveVectors);
  module.def("create_text_index", CreateTextIndex);
  module.def("create_vector_index", CreateVectorIndex);
  module.def(
      "drop_text_index", [](const GraphObject& self, const std::string& name) {
        return Commit(self, [name](Graph& g) { return g.DropTextIndex(name); });
      });
  module.def("drop_vector_index", [](const GraphObject& self,
                                     const std::string& name) {
    return Commit(self, [name](Graph& g) { return g.DropVectorIndex(name); });
  });
  module.def("start_text_index", StartTextIndex);
  module.def("rebuild_text_index", RebuildTextIndex);
  module.def("rebuild_vector_index", RebuildVectorIndex);
  module.def("start_text_index_rebuild",
             [](const GraphObject& self, const std::string& name) {
               return Start(self, [name](Graph& g) {
                 return g.StartTextIndexRebuild(name);
               });
             });
  module.def("start_vector_index_rebuild",
             [](const GraphObject& self, const std::string& name) {
               return Start(self, [name](Graph& g) {
                 return g.StartVectorIndexRebuild(name);
               });
             });
  module.def("wait_for_embeddings", WaitForEmbeddings);
}

}  // namespace skg::python
