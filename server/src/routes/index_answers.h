// What the routes of text indexes and those of vector indexes answer alike.
// `Info` is TextIndexInfo or VectorIndexInfo; `list` the method of ReadView
// that gives them.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "routes/json_object.h"
#include "routes/request_parts.h"
#include "routes/routes.h"
#include "routes/search_json.h"

namespace skg::server {

// How long a request may make an index, which of a great graph takes its time;
// whoever gave up waiting leaves it to this.
inline constexpr absl::Duration kIndexBuildTime = absl::Minutes(10);

template <typename Info>
using IndexList = absl::StatusOr<std::vector<Info>> (ReadView::*)() const;

template <typename Info>
absl::StatusOr<Info> FindIndex(const ReadView& view, IndexList<Info> list,
                               const std::string& name) {
  absl::StatusOr<std::vector<Info>> all = (view.*list)();
  if (!all.ok()) return all.status();
  for (Info& one : *all) {
    if (one.name == name) return std::move(one);
  }
  return absl::NotFoundError(absl::StrCat("there is no index \"", name, "\""));
}

inline absl::StatusOr<ReadView> AskedView(Services& services,
                                          const ApiRequest& request) {
  ParameterReader read(request, {"as_of"});
  const std::optional<PointInTime> as_of = read.Point("as_of");
  if (!read.status().ok()) return read.status();
  return RequestView(services, request, as_of);
}

template <typename Info>
ApiResponse AnswerIndexes(Services& services, const ApiRequest& request,
                          IndexList<Info> list) {
  const absl::StatusOr<ReadView> view = AskedView(services, request);
  if (!view.ok()) return Failed(services, request, view.status(), "query");
  const absl::StatusOr<std::vector<Info>> indexes = ((*view).*list)();
  if (!indexes.ok()) return Failed(services, request, indexes.status());
  auto array = nlohmann::ordered_json::array();
  for (const Info& index : *indexes) array.push_back(IndexJson(index));
  ApiResponse response;
  response.body =
      JsonText({{"indexes", std::move(array)}, {"total", indexes->size()}});
  return response;
}

// That of request.id.
template <typename Info>
ApiResponse AnswerIndex(Services& services, const ApiRequest& request,
                        IndexList<Info> list) {
  const absl::StatusOr<ReadView> view = AskedView(services, request);
  if (!view.ok()) return Failed(services, request, view.status(), "query");
  const absl::StatusOr<Info> info = FindIndex(*view, list, request.id);
  if (!info.ok()) return Failed(services, request, info.status());
  ApiResponse response;
  response.body = JsonText(IndexJson(*info));
  return response;
}

// `change` makes, rebuilds or drops an index of a Graph, and gives a Status.
// The answer is the index `name` as it is then; none where the name is empty.
template <typename Info, typename Change>
ApiResponse ChangeIndex(Services& services, const ApiRequest& request,
                        IndexList<Info> list, const std::string& name,
                        int status, Change change) {
  absl::StatusOr<Graph> graph = RequestGraph(services, request);
  if (!graph.ok()) return Failed(services, request, graph.status());
  const absl::Status changed = change(*graph);
  if (!changed.ok()) return Failed(services, request, changed);
  if (name.empty()) return {.status = status, .content_type = ""};
  const absl::StatusOr<ReadView> view = graph->Latest();
  if (!view.ok()) return Failed(services, request, view.status());
  const absl::StatusOr<Info> info = FindIndex(*view, list, name);
  if (!info.ok()) return Failed(services, request, info.status());
  ApiResponse response{.status = status};
  response.body = JsonText(IndexJson(*info));
  return response;
}

// Whether the index is to be made in a task, which the answer names.
inline absl::StatusOr<bool> AsksForTask(const ApiRequest& request) {
  ParameterReader read(request, {"async"});
  const bool async = read.Flag("async", false);
  if (!read.status().ok()) return read.status();
  return async;
}

// `start` begins a task of a Graph and gives its number.
template <typename Start>
ApiResponse StartIndexTask(Services& services, const ApiRequest& request,
                           Start start) {
  absl::StatusOr<Graph> graph = RequestGraph(services, request);
  if (!graph.ok()) return Failed(services, request, graph.status());
  const absl::StatusOr<uint64_t> id = start(*graph);
  if (!id.ok()) return Failed(services, request, id.status());
  ApiResponse response{.status = 202};
  response.body =
      JsonText({{"task_id", absl::StrCat("task_", *id)}, {"status", "queued"}});
  return response;
}

}  // namespace skg::server
