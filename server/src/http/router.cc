#include "http/router.h"

#include <utility>

namespace skg::server {
namespace {

constexpr std::string_view kPrefix = "/api/v1";
constexpr std::string_view kIdSegment = "{id}";
constexpr std::string_view kRest = "/{path...}";

std::string_view WithoutPrefix(std::string_view path) {
  if (path.starts_with(kPrefix) && path.size() > kPrefix.size() &&
      path[kPrefix.size()] == '/') {
    path.remove_prefix(kPrefix.size());
  }
  return path;
}

}  // namespace

void Router::Add(Route route) {
  by_path_[route.endpoint].push_back(routes_.size());
  routes_.push_back(std::move(route));
}

const Router::Indices* Router::FindPath(std::string_view path,
                                        Match& match) const {
  if (auto found = by_path_.find(path); found != by_path_.end()) {
    return &found->second;
  }
  const size_t slash = path.rfind('/');
  if (slash == std::string_view::npos || slash + 1 == path.size()) {
    return FindRest(path, match);
  }
  if (const Indices* found =
          FindPattern(path, slash + 1, path.size(), match.id)) {
    return found;
  }
  // What belongs to one id: /triples/{id}/history.
  const size_t before = slash == 0 ? slash : path.rfind('/', slash - 1) + 1;
  const Indices* found =
      before == slash ? nullptr : FindPattern(path, before, slash, match.id);
  return found != nullptr ? found : FindRest(path, match);
}

const Router::Indices* Router::FindRest(std::string_view path,
                                        Match& match) const {
  for (const Route& route : routes_) {
    std::string_view endpoint = route.endpoint;
    if (!endpoint.ends_with(kRest)) continue;
    endpoint.remove_suffix(kRest.size() - 1);
    const size_t mark = endpoint.find(kIdSegment);
    const std::string_view before = endpoint.substr(0, mark);
    const std::string_view after = endpoint.substr(mark + kIdSegment.size());
    if (!path.starts_with(before)) continue;
    const size_t end = path.find('/', before.size());
    if (end == std::string_view::npos || end == before.size() ||
        !path.substr(end).starts_with(after) ||
        path.size() == end + after.size()) {
      continue;
    }
    match.id = path.substr(before.size(), end - before.size());
    match.path = path.substr(end + after.size());
    return &by_path_.find(route.endpoint)->second;
  }
  return nullptr;
}

const Router::Indices* Router::FindPattern(std::string_view path, size_t begin,
                                           size_t end,
                                           std::string_view& id) const {
  std::string pattern(path.substr(0, begin));
  pattern += kIdSegment;
  pattern += path.substr(end);
  const auto found = by_path_.find(pattern);
  if (found == by_path_.end()) return nullptr;
  id = path.substr(begin, end - begin);
  return &found->second;
}

Router::Match Router::Find(std::string_view method,
                           std::string_view path) const {
  const std::string_view rest = WithoutPrefix(path);
  Match match{.prefixed = rest.size() != path.size()};
  const Indices* indices = FindPath(rest, match);
  if (indices == nullptr) return match;
  match.known_path = true;
  if (method == "HEAD") method = "GET";
  for (const size_t index : *indices) {
    if (routes_[index].method == method) match.route = &routes_[index];
  }
  return match;
}

std::string Router::AllowedMethods(std::string_view path) const {
  Match match;
  const Indices* indices = FindPath(WithoutPrefix(path), match);
  std::string methods;
  if (indices != nullptr) {
    for (const size_t index : *indices) {
      methods += routes_[index].method + ", ";
      if (routes_[index].method == "GET") methods += "HEAD, ";
    }
  }
  return methods + "OPTIONS";
}

}  // namespace skg::server
