#include "rdf/isomorphism.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>

#include "rdf/name.h"

namespace skg::test {
namespace {

using rdf::Quad;
using rdf::Term;
using rdf::TermKind;

using Colours = std::map<std::string, std::string>;

void CollectLabels(const Term& term, std::set<std::string>& labels) {
  if (term.kind == TermKind::kBlankNode) labels.insert(term.value);
  if (term.kind == TermKind::kTripleTerm) {
    CollectLabels(term.triple->subject, labels);
    CollectLabels(term.triple->object, labels);
  }
}

std::set<std::string> LabelsOf(const Quad& quad) {
  std::set<std::string> labels;
  for (const Term* term : {&quad.subject, &quad.object, &quad.graph})
    CollectLabels(*term, labels);
  return labels;
}

void Append(const Term& term, const Colours& colours, const std::string* self,
            std::string& out) {
  if (term.kind == TermKind::kBlankNode) {
    out += self != nullptr && *self == term.value
               ? "_:self"
               : "_:" + colours.at(term.value);
  } else if (term.kind == TermKind::kTripleTerm) {
    out += "<<( ";
    Append(term.triple->subject, colours, self, out);
    Append(term.triple->predicate, colours, self, out);
    Append(term.triple->object, colours, self, out);
    out += " )>>";
  } else {
    rdf::AppendNTriples(term, out);
  }
  out += ' ';
}

std::string Text(const Quad& quad, const Colours& colours,
                 const std::string* self) {
  std::string out;
  for (const Term* term :
       {&quad.subject, &quad.predicate, &quad.object, &quad.graph}) {
    Append(*term, colours, self, out);
  }
  return out;
}

// One side: its quads, and those of each blank node.
struct Dataset {
  explicit Dataset(const std::vector<Quad>& all) : quads(all) {
    for (const Quad& quad : quads) {
      for (const std::string& label : LabelsOf(quad)) {
        around[label].push_back(&quad);
        colours[label];
      }
    }
  }

  // A colour becomes a number of what surrounds the node; numbers come from a
  // table that both sides share, so equal colours mean equal surroundings.
  void Refine(std::map<std::string, int>& numbers) {
    size_t classes = 0;
    for (;;) {
      Colours next;
      std::set<std::string> distinct;
      for (const auto& [label, quads_here] : around) {
        std::vector<std::string> texts;
        for (const Quad* quad : quads_here)
          texts.push_back(Text(*quad, colours, &label));
        std::sort(texts.begin(), texts.end());
        texts.erase(std::unique(texts.begin(), texts.end()), texts.end());
        std::string key = colours.at(label) + "|";
        for (const std::string& text : texts) key += text + "\n";
        const auto number =
            numbers.emplace(key, static_cast<int>(numbers.size()))
                .first->second;
        next[label] = std::to_string(number);
        distinct.insert(next[label]);
      }
      colours = std::move(next);
      if (distinct.size() == classes) return;
      classes = distinct.size();
    }
  }

  [[nodiscard]] std::map<std::string, std::vector<std::string>> Classes()
      const {
    std::map<std::string, std::vector<std::string>> classes;
    for (const auto& [label, colour] : colours)
      classes[colour].push_back(label);
    return classes;
  }

  [[nodiscard]] std::set<std::string> Texts() const {
    std::set<std::string> texts;
    for (const Quad& quad : quads) texts.insert(Text(quad, colours, nullptr));
    return texts;
  }

  const std::vector<Quad>& quads;
  std::map<std::string, std::vector<const Quad*>> around;
  Colours colours;
};

bool Match(Dataset a, Dataset b, int depth) {
  std::map<std::string, int> numbers;
  a.Refine(numbers);
  b.Refine(numbers);
  const auto a_classes = a.Classes();
  const auto b_classes = b.Classes();
  if (a_classes.size() != b_classes.size()) return false;
  const std::vector<std::string>* open = nullptr;
  std::string open_colour;
  for (const auto& [colour, labels] : a_classes) {
    const auto found = b_classes.find(colour);
    if (found == b_classes.end() || found->second.size() != labels.size())
      return false;
    if (labels.size() > 1 &&
        (open == nullptr || labels.size() < open->size())) {
      open = &labels;
      open_colour = colour;
    }
  }
  if (open == nullptr) return a.Texts() == b.Texts();
  // Nodes that look alike: name one, try each on the other side.
  const std::string chosen = "chosen" + std::to_string(depth);
  Dataset a_next = a;
  a_next.colours[open->front()] = chosen;
  for (const std::string& label : b_classes.at(open_colour)) {
    Dataset b_next = b;
    b_next.colours[label] = chosen;
    if (Match(a_next, b_next, depth + 1)) return true;
  }
  return false;
}

}  // namespace

bool AreIsomorphic(const std::vector<Quad>& a, const std::vector<Quad>& b) {
  return Match(Dataset(a), Dataset(b), 0);
}

}  // namespace skg::test
