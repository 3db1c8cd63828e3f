// Text indexes over statements, under random changes of their metadata.
#include <cstdint>
#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "engine/metadata_text_support.h"
#include "engine/update_fixture.h"

namespace skg::test {
namespace {

using Lines = std::vector<std::string>;

// Random changes of few statements, each view against all it shows.
class MetadataModel {
 public:
  void Run(int steps) {
    options_.predicates = Pick(2) == 0 ? Lines{"said", "wrote"} : Lines{};
    if (Pick(2) == 0) Change();
    REQUIRE_OK(t_.graph.CreateTextIndex("default", options_));
    Complete();
    for (int step = 0; step < steps; ++step) {
      INFO("step " << step);
      Step();
      views_.push_back(*t_.graph.Latest());
      Check(views_[Pick(views_.size())]);
      const uint64_t last = views_.back().commit();
      const auto past =
          t_.graph.AsOf(PointInTime{complete_ + Pick(last - complete_ + 1)});
      REQUIRE_OK(past);
      Check(*past);
    }
  }

 private:
  size_t Pick(size_t n) { return random_() % n; }
  const std::string& Word() { return words_[Pick(words_.size())]; }
  std::string Words() {
    std::string text = Word();
    for (size_t n = Pick(3); n > 0; --n) text += " " + Word();
    return text;
  }

  // Keys are words, too, which say nothing.
  nlohmann::json Value(int depth) {
    switch (Pick(depth > 2 ? 3 : 5)) {
      case 0:
        return Pick(10);
      case 1:
      case 2:
        return Words();
      case 3: {
        auto list = nlohmann::json::array();
        for (size_t n = Pick(3); n > 0; --n) list.push_back(Value(depth + 1));
        return list;
      }
      default: {
        auto object = nlohmann::json::object();
        for (size_t n = Pick(3); n > 0; --n) object[Word()] = Value(depth + 1);
        return object;
      }
    }
  }

  NewStatement Any() {
    NewStatement s = Triple(
        "n" + std::to_string(Pick(3)), Lines{"said", "wrote", "other"}[Pick(3)],
        Pick(3) == 0 ? "\"" + Word() + "\"" : "n" + std::to_string(Pick(2)));
    if (Pick(3) == 0) s.graph = "g";
    s.edge = static_cast<uint32_t>(Pick(4) == 0);
    s.weight = Pick(2) == 0 ? 1.0f : 0.5f;
    if (Pick(4) != 0) {
      auto object = nlohmann::json::object();
      for (size_t n = Pick(3); n > 0; --n) object[Word()] = Value(0);
      s.metadata = object.dump();
    }
    return s;
  }

  void Change() {
    switch (Pick(6)) {
      case 0: {
        const NewStatement s = Any();
        REQUIRE_OK(t_.graph.Remove(s.subject, s.predicate, s.object, s.graph));
        break;
      }
      case 1: {
        CommitOptions skip;
        skip.skip_duplicates = true;
        MustAdd(t_.graph, Any(), skip);
        break;
      }
      case 2: {
        // The last of equal ones counts; some go again.
        auto transaction = t_.graph.Begin();
        REQUIRE_OK(transaction);
        for (int i = 0; i < 4; ++i) {
          const NewStatement s = Any();
          REQUIRE_OK(Pick(2) == 0 ? transaction->Add(s)
                                  : transaction->AddIfAbsent(s));
          if (Pick(3) == 0)
            REQUIRE_OK(
                transaction->Remove(s.subject, s.predicate, s.object, s.graph));
        }
        REQUIRE_OK(t_.graph.Apply(*std::move(transaction)));
        break;
      }
      case 3: {
        size_t left = 3;
        REQUIRE_OK(t_.graph.BulkLoad(
            [&](NewStatement* statement) -> absl::StatusOr<bool> {
              if (left-- == 0) return false;
              *statement = Any();
              return true;
            }));
        break;
      }
      case 4:
        MustUpdate(t_.graph,
                   "PREFIX skg: <urn:skg-vocabulary:>"
                   "INSERT { ?r <urn:skg-vocabulary:meta/k> \"" +
                       Words() +
                       "\" } WHERE { << ?s :said ?o ~ ?r >> skg:weight ?w }");
        break;
      default:
        MustAdd(t_.graph, Any());
    }
  }

  void Complete() {
    complete_ = t_.graph.Latest()->TextIndexes()->front().complete_since;
  }

  void Step() {
    switch (Pick(25)) {
      case 0:
        REQUIRE_OK(t_.graph.Compact());
        return;
      case 1: {
        ClearTarget target;
        if (Pick(2) == 0) target.part = ClearTarget::Part::kNamedGraphs;
        REQUIRE_OK(t_.graph.Clear(target));
        return;
      }
      case 2:
        REQUIRE_OK(t_.graph.RebuildTextIndex("default"));
        return Complete();
      case 3:
        REQUIRE_OK(t_.graph.DropTextIndex("default"));
        REQUIRE_OK(t_.graph.CreateTextIndex("default", options_));
        return Complete();
      default:
        Change();
    }
  }

  void Check(const ReadView& view) {
    const std::string word = Word();
    INFO("commit " << view.commit() << ", word " << word);
    CHECK(Found(view, word) == StatementsWith(view, word, options_.predicates));
  }

  const Lines words_ = {"red", "green", "blue", "cat", "dog"};
  std::mt19937_64 random_ = Random(67);
  TestGraph t_;
  TextIndexOptions options_ = OverStatements();
  uint64_t complete_ = 0;
  std::vector<ReadView> views_;
};

TEST_CASE("random changes of metadata: each view finds what a scan finds",
          "[metadata]") {
  MetadataModel().Run(150);
}

}  // namespace
}  // namespace skg::test
