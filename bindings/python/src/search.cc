// Text, vector and hybrid search.
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

// Numbers in one row of memory; copied only if they are no float32 yet.
std::vector<float> VectorOf(py::handle value, const char* argument) {
  if (PyUnicode_Check(value.ptr())) RaiseType(argument, "numbers", value);
  const Floats array = Floats::ensure(value);
  if (!array) {
    PyErr_Clear();
    RaiseType(argument, "numbers", value);
  }
  if (array.ndim() != 1) RaiseValue(argument, "a vector has one dimension");
  return {array.data(), array.data() + array.size()};
}

// What `call` gives of the state that is asked.
template <class Call>
auto Ask(const Readable& self, const Options& given, Call call) {
  const auto source = self.Get(PointOf(given.Find("as_of"), "as_of"));
  using Result = decltype(call(std::declval<const ReadView&>()));
  return Value(Run([source, call]() -> Result {
    const auto view = source.view();
    if (!view.ok()) return view.status();
    return call(*view);
  }));
}

py::object Term(const std::string& text) {
  return py::reinterpret_steal<py::object>(TermValue(text));
}

py::list SearchText(const Readable& self, const std::string& index,
                    const std::string& query, const py::dict& given) {
  const Options read(given);
  TextSearchOptions options;
  read.Number("top_k", options.top_k);
  read.Flag("all_words", options.all_words);
  read.Number("threshold", options.threshold);
  read.Terms("node_types", options.node_types);
  read.Text("filter", options.filter);
  read.Text("mark_begin", options.mark_begin);
  read.Text("mark_end", options.mark_end);
  options.deadline = DeadlineOf(read.Find("timeout"));
  const auto hits = Ask(self, read, [index, query, options](const ReadView& v) {
    return v.SearchText(index, query, options);
  });
  py::list list;
  for (const TextHit& hit : hits) {
    list.append(
        py::make_tuple(Term(hit.owner), hit.score, hit.text, hit.highlighted));
  }
  return list;
}

VectorSearchOptions VectorOptionsOf(const Options& given) {
  VectorSearchOptions options;
  given.Number("top_k", options.top_k);
  given.Number("threshold", options.threshold);
  given.Number("ef", options.ef);
  given.Terms("node_types", options.node_types);
  given.Text("filter", options.filter);
  given.Text("filter_patterns", options.filter_patterns);
  options.deadline = DeadlineOf(given.Find("timeout"));
  return options;
}

py::list HitObjects(const std::vector<VectorHit>& hits) {
  py::list list;
  for (const VectorHit& hit : hits) {
    list.append(py::make_tuple(Term(hit.owner), hit.score));
  }
  return list;
}

py::list SearchVectors(const Readable& self, const std::string& index,
                       py::handle vector, const py::dict& given) {
  const Options read(given);
  return HitObjects(Ask(self, read,
                        [index, query = VectorOf(vector, "vector"),
                         options = VectorOptionsOf(read)](const ReadView& v) {
                          return v.SearchVectors(index, query, options);
                        }));
}

py::list SearchSimilar(const Readable& self, const std::string& index,
                       const std::string& text, const py::dict& given) {
  const Options read(given);
  return HitObjects(
      Ask(self, read,
          [index, text, options = VectorOptionsOf(read)](const ReadView& v) {
            return v.SearchSimilar(index, text, options);
          }));
}

Floats GetVectors(const Readable& self, const std::string& index,
                  const std::vector<py::object>& owners) {
  std::vector<std::string> names;
  for (const auto& owner : owners) names.push_back(TermText(owner, "owners"));
  const auto vectors =
      Ask(self, Options(py::dict()),
          [index, names](const ReadView& v)
              -> absl::StatusOr<std::vector<std::vector<float>>> {
            std::vector<std::vector<float>> found;
            for (const std::string& name : names) {
              auto vector = v.GetVector(index, name);
              if (!vector.ok()) return vector.status();
              found.push_back(*std::move(vector));
            }
            return found;
          });
  const size_t width = vectors.empty() ? 0 : vectors[0].size();
  Floats array({vectors.size(), width});
  float* at = array.mutable_data();
  for (const auto& vector : vectors) {
    at = std::copy(vector.begin(), vector.end(), at);
  }
  return array;
}

HybridQuery HybridOf(const Options& given) {
  HybridQuery query;
  if (given.Find("text")) {
    auto& text = query.text.emplace();
    given.Text("text", text.query);
    given.Text("text_index", text.index);
    given.Number("text_weight", text.weight);
  }
  const auto vector = given.Find("vector");
  if (vector || given.Find("similar_to")) {
    auto& part = query.vector.emplace();
    if (vector) part.vector = VectorOf(vector, "vector");
    given.Text("similar_to", part.text);
    given.Text("vector_index", part.index);
    given.Number("vector_weight", part.weight);
  }
  if (given.Find("near")) {
    auto& part = query.proximity.emplace();
    given.Terms("near", part.nodes);
    given.Number("max_distance", part.max_distance);
    given.Number("near_weight", part.weight);
  }
  given.Choice("fusion", {"reciprocal_rank", "weighted_scores"}, query.fusion);
  given.Number("top_k", query.top_k);
  given.Number("window", query.window);
  given.Terms("node_types", query.node_types);
  given.Text("filter", query.filter);
  query.deadline = DeadlineOf(given.Find("timeout"));
  return query;
}

py::object PartObject(const std::optional<HybridPart>& part) {
  if (!part) return py::none();
  return py::make_tuple(part->rank, part->score, part->share);
}

py::list Search(const Readable& self, const py::dict& given) {
  const Options read(given);
  const auto hits = Ask(
      self, read,
      [query = HybridOf(read)](const ReadView& v) { return v.Search(query); });
  py::list list;
  for (const HybridHit& hit : hits) {
    list.append(py::make_tuple(Term(hit.owner), hit.score, PartObject(hit.text),
                               PartObject(hit.vector),
                               PartObject(hit.proximity), hit.matched_text));
  }
  return list;
}

std::string NodeText(const Readable& self, const std::string& index,
                     py::handle node) {
  return Ask(self, Options(py::dict()),
             [index, name = TermText(node, "node")](const ReadView& v) {
               return v.NodeText(index, name);
             });
}

py::list TextIndexes(const Readable& self) {
  py::list list;
  for (const TextIndexInfo& info :
       Ask(self, Options(py::dict()),
           [](const ReadView& v) { return v.TextIndexes(); })) {
    py::dict entry;
    entry["name"] = info.name;
    entry["over"] =
        info.options.over == IndexOver::kNodes ? "nodes" : "statements";
    entry["predicates"] = info.options.predicates;
    entry["language"] = info.options.language;
    entry["documents"] = info.documents;
    entry["complete"] = info.complete_since != 0;
    list.append(entry);
  }
  return list;
}

py::list VectorIndexes(const Readable& self) {
  py::list list;
  for (const VectorIndexInfo& info :
       Ask(self, Options(py::dict()),
           [](const ReadView& v) { return v.VectorIndexes(); })) {
    py::dict entry;
    entry["name"] = info.name;
    entry["over"] =
        info.options.over == IndexOver::kNodes ? "nodes" : "statements";
    entry["dimension"] = info.options.dimension;
    entry["embedder"] = info.options.embedder;
    entry["vectors"] = info.vectors;
    entry["memory_bytes"] = info.memory_bytes;
    list.append(entry);
  }
  return list;
}

}  // namespace

void BindSearch(py::module_& module) {
  module.def("search_text", SearchText);
  module.def("search_vectors", SearchVectors);
  module.def("search_similar", SearchSimilar);
  module.def("search", Search);
  module.def("get_vectors", GetVectors);
  module.def("node_text", NodeText);
  module.def("text_indexes", TextIndexes);
  module.def("vector_indexes", VectorIndexes);
}

}  // namespace skg::python
