#include "storage/load_block_builder.h"

#include <algorithm>
#include <string_view>

#include "storage/dictionary.h"
#include "storage/term_table.h"

namespace skg::storage {

TermId LoadBlockBuilder::IdOf(const rdf::Term& term) {
  if (term.kind == rdf::TermKind::kTripleTerm) {
    const TermId subject = IdOf(term.triple->subject);
    const TermId predicate = IdOf(term.triple->predicate);
    const TermId object = IdOf(term.triple->object);
    return Place(rdf::TermTag::kTripleTerm,
                 EncodeTripleParts(subject, predicate, object));
  }
  if (const auto id = rdf::InlineId(term)) return *id;
  encoded_.bytes.clear();
  rdf::EncodeTerm(term, encoded_);
  return Place(encoded_.tag, encoded_.bytes);
}

TermId LoadBlockBuilder::Place(rdf::TermTag tag, std::string_view bytes) {
  const auto id = [](size_t place) {
    return TermId::Make(rdf::TermTag::kArena, place);
  };
  if (block_.terms.size() * 2 >= slots_.size()) {
    slots_.assign(slots_.empty() ? 4096 : slots_.size() * 4, 0);
    const size_t mask = slots_.size() - 1;
    for (size_t i = 0; i < block_.terms.size(); ++i) {
      size_t at = block_.terms[i].hash & mask;
      while (slots_[at] != 0) at = (at + 1) & mask;
      slots_[at] = static_cast<uint32_t>(i + 1);
    }
  }
  const uint64_t hash = LocalTermHash(tag, bytes);
  const size_t mask = slots_.size() - 1;
  size_t at = hash & mask;
  for (; slots_[at] != 0; at = (at + 1) & mask) {
    const LoadBlock::Term& known = block_.terms[slots_[at] - 1];
    if (known.hash == hash && known.tag == tag &&
        std::string_view(block_.text).substr(known.offset, known.size) ==
            bytes) {
      return id(slots_[at] - 1);
    }
  }
  const auto place = static_cast<uint32_t>(block_.terms.size());
  slots_[at] = place + 1;
  block_.terms.push_back({tag, static_cast<uint32_t>(block_.text.size()),
                          static_cast<uint32_t>(bytes.size()), hash});
  block_.text.append(bytes);
  return id(place);
}

size_t LoadBlockBuilder::memory_bytes() const {
  return block_.text.size() + block_.terms.size() * sizeof(LoadBlock::Term) +
         block_.plain.size() * sizeof(LoadBlock::Plain) +
         block_.full.size() * sizeof(LoadBlock::Full) +
         block_.records.size() * sizeof(Record);
}

void LoadBlockBuilder::Clear() {
  block_.Clear();
  std::fill(slots_.begin(), slots_.end(), 0);
}

}  // namespace skg::storage
