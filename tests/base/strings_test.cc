#include "base/strings.h"

#include <catch2/catch.hpp>

#include "absl/container/flat_hash_map.h"

namespace skg {
namespace {

TEST_CASE("the two kinds of string view show the same bytes", "[strings]") {
  const std::string text("a\0b", 3);
  const std::string_view view = text;
  CHECK(av(view).size() == 3);
  CHECK(av(view).data() == text.data());
  CHECK(sv(av(view)) == view);
  CHECK(sv(av(view)).data() == text.data());
  CHECK(sv(av(text)) == text);
  CHECK(sv(view) == view);
}

TEST_CASE("a map of strings is asked with a view, without a copy",
          "[strings]") {
  absl::flat_hash_map<std::string, int, StringHash, StringEqual> map;
  map["name"] = 1;
  const std::string_view part = std::string_view("a name here").substr(2, 4);
  CHECK(map.contains(part));
  CHECK(map.find(part)->second == 1);
  CHECK_FALSE(map.contains(std::string_view("nam")));
}

}  // namespace
}  // namespace skg
