// All scores of a centrality kernel, for peers/centrality.py to compare.
#pragma once

#include <string>

namespace skg::bench {

struct ScoresVerb {
  std::string graph;   // see graphs.h
  std::string kernel;  // a name of kMeasures in scores.cc
  size_t threads = 1;
};

// Prints one JSON object: kernel, vertices, seconds (of processors), and what
// the kernel gives with tolerances of 1e-12.
int PrintScores(const ScoresVerb& verb);

}  // namespace skg::bench
