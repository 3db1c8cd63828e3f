#include "rdf/iri.h"

#include <catch2/catch.hpp>
#include <string>

#include "rdf/characters.h"
#include "rdf/random_term.h"
#include "support/test_support.h"

namespace skg::rdf {
namespace {

std::string Resolve(std::string_view base, std::string_view reference) {
  std::string out;
  BaseIri(base).Resolve(reference, out);
  return out;
}

}  // namespace

TEST_CASE("relative IRIs resolve as RFC 3986 says", "[rdf]") {
  // Section 5.4, both tables, but for the two where "g:h" style schemes are
  // taken as they stand.
  const char* const base = "http://a/b/c/d;p?q";
  const std::pair<const char*, const char*> cases[] = {
      {"g:h", "g:h"},
      {"g", "http://a/b/c/g"},
      {"./g", "http://a/b/c/g"},
      {"g/", "http://a/b/c/g/"},
      {"/g", "http://a/g"},
      {"//g", "http://g"},
      {"?y", "http://a/b/c/d;p?y"},
      {"g?y", "http://a/b/c/g?y"},
      {"#s", "http://a/b/c/d;p?q#s"},
      {"g#s", "http://a/b/c/g#s"},
      {"g?y#s", "http://a/b/c/g?y#s"},
      {";x", "http://a/b/c/;x"},
      {"g;x", "http://a/b/c/g;x"},
      {"", "http://a/b/c/d;p?q"},
      {".", "http://a/b/c/"},
      {"./", "http://a/b/c/"},
      {"..", "http://a/b/"},
      {"../", "http://a/b/"},
      {"../g", "http://a/b/g"},
      {"../..", "http://a/"},
      {"../../", "http://a/"},
      {"../../g", "http://a/g"},
      {"../../../g", "http://a/g"},
      {"../../../../g", "http://a/g"},
      {"/./g", "http://a/g"},
      {"/../g", "http://a/g"},
      {"g.", "http://a/b/c/g."},
      {".g", "http://a/b/c/.g"},
      {"g..", "http://a/b/c/g.."},
      {"..g", "http://a/b/c/..g"},
      {"./../g", "http://a/b/g"},
      {"./g/.", "http://a/b/c/g/"},
      {"g/./h", "http://a/b/c/g/h"},
      {"g/../h", "http://a/b/c/h"},
      {"g;x=1/./y", "http://a/b/c/g;x=1/y"},
      {"g;x=1/../y", "http://a/b/c/y"},
      {"g?y/./x", "http://a/b/c/g?y/./x"},
      {"g?y/../x", "http://a/b/c/g?y/../x"},
      {"g#s/./x", "http://a/b/c/g#s/./x"},
      {"g#s/../x", "http://a/b/c/g#s/../x"},
      {"?", "http://a/b/c/d;p?"},
      {"#", "http://a/b/c/d;p?q#"},
      {"//h/../x", "http://h/x"},
  };
  for (const auto& [reference, want] : cases) {
    INFO(reference);
    CHECK(Resolve(base, reference) == want);
  }
  CHECK(Resolve("http://a", "g") == "http://a/g");
  CHECK(Resolve("http://a?q", "g") == "http://a/g");
  CHECK(Resolve("urn:x", "g") == "urn:g");
  CHECK(Resolve("urn:x:y/z", "g") == "urn:x:y/g");
  CHECK(Resolve("urn:x", "#f") == "urn:x#f");
  CHECK(Resolve("file:///a/b", "../../c") == "file:///c");
  CHECK(Resolve("http://a/b#f", "") == "http://a/b");
}

TEST_CASE("any reference against any base gives an IRI with a scheme",
          "[rdf]") {
  test::RandomTerms terms(test::Random(30));
  for (int i = 0; i < 20'000; ++i) {
    const std::string base = terms.Iri();
    std::string reference;
    for (size_t parts = terms.Below(6); parts > 0; --parts) {
      reference +=
          terms.Choose({"/", "..", ".", "a", "?", "#", "//", ":", "%41"});
    }
    INFO(base << " " << reference);
    REQUIRE(IsAbsoluteIri(Resolve(base, reference)));
  }
}

}  // namespace skg::rdf
