// ParsedQueries: texts of queries that were asked not long ago, read. A program
// asks the same few texts again and again, and reading one takes longer than
// answering it where the answer is a row or two.
#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/hash/hash.h"
#include "query/request.h"

namespace skg::engine {

// Thread safety: all methods from any thread. Holds at most 2 x kMostBytes of
// texts; a text as read takes about ten times its bytes, at most a hundred.
class ParsedQueries {
 public:
  static constexpr size_t kMostBytes = size_t{16} << 10;
  // Longer ones are data, and are not asked twice.
  static constexpr size_t kLongestText = size_t{4} << 10;

  // All that a text's meaning depends on.
  struct Text {
    std::string_view text, base_iri, names;
    friend bool operator==(const Text&, const Text&) = default;
  };

  // Null: it is not known.
  [[nodiscard]] std::shared_ptr<const query::Query> Find(const Text& text);
  void Insert(const Text& text, std::shared_ptr<const query::Query> query);

 private:
  struct Key {
    std::string text, base_iri, names;
    operator Text() const { return {text, base_iri, names}; }
  };
  struct Hash {
    using is_transparent = void;
    size_t operator()(const Text& key) const {
      return absl::HashOf(std::hash<std::string_view>()(key.text),
                          std::hash<std::string_view>()(key.base_iri),
                          std::hash<std::string_view>()(key.names));
    }
  };
  struct Equal {
    using is_transparent = void;
    bool operator()(const Text& a, const Text& b) const { return a == b; }
  };
  using Map = absl::flat_hash_map<Key, std::shared_ptr<const query::Query>,
                                  Hash, Equal>;

  void InsertLocked(Key key, std::shared_ptr<const query::Query> query);

  std::mutex mutex_;
  // Where the young ones fill their half the old ones are forgotten.
  Map young_, old_;
  size_t young_bytes_ = 0;
};

}  // namespace skg::engine
