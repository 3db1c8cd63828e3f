// From a path and a method to a route.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "http/message.h"

namespace skg::server {

// Every route answers with and without /api/v1 before its path. A template has
// at most one {id}, a segment of the path; one with {id} may end with
// /{path...}, the rest of it, slashes and all, which is what a path means if it
// means nothing else.
// Thread safety: Find from any thread, after the last Add.
class Router {
 public:
  void Add(Route route);
  [[nodiscard]] std::vector<Route>& routes() { return routes_; }

  struct Match {
    const Route* route = nullptr;
    bool known_path = false;  // with another method, where route is null
    bool prefixed = false;    // the path began with /api/v1
    std::string_view id;      // what stood for {id}
    std::string_view path;    // what stood for {path...}
  };
  // HEAD finds the GET route. The views are of `path`.
  [[nodiscard]] Match Find(std::string_view method,
                           std::string_view path) const;
  // "GET, HEAD, OPTIONS" for a known path.
  [[nodiscard]] std::string AllowedMethods(std::string_view path) const;

 private:
  struct Hash {
    using is_transparent = void;
    size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>{}(text);
    }
  };
  using Indices = std::vector<size_t>;
  const Indices* FindPath(std::string_view path, Match& match) const;
  // The route that ends with {path...}.
  [[nodiscard]] const Indices* FindRest(std::string_view path,
                                        Match& match) const;
  // The route whose path has an id in place of these bytes of `path`.
  [[nodiscard]] const Indices* FindPattern(std::string_view path, size_t begin,
                                           size_t end,
                                           std::string_view& id) const;

  std::vector<Route> routes_;
  std::unordered_map<std::string, Indices, Hash, std::equal_to<>> by_path_;
};

}  // namespace skg::server
