// The ten lines that a stranger writes first.
#include <skg/engine.h>
#include <skg/version.h>

#include <iostream>

int main(int argc, char** argv) {
  auto engine = skg::Engine::Open(argc > 1 ? argv[1] : "data");
  if (!engine.ok()) return std::cerr << engine.status() << '\n', 1;
  auto graph = (*engine)->OpenGraph("main", {.create = true});
  if (!graph.ok()) return std::cerr << graph.status() << '\n', 1;
  auto added = graph->Add(
      {.subject = "Curie", .predicate = "discovered", .object = "Radium"});
  auto count = graph->Count();
  if (!added.ok() || !count.ok() || *count != 1) return 1;
  std::cout << "skg " SKG_VERSION " holds " << *count << " statement\n";
}
