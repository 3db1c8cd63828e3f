#include "engine/node_text.h"

#include <algorithm>

#include "base/status.h"
#include "rdf/term.h"
#include "text/text_of_term.h"

namespace skg::engine {

using rdf::TermId;

namespace {

constexpr size_t kMostObjects = 16;  // of one predicate

bool Has(const std::vector<TermId>& ids, TermId id) {
  return std::find(ids.begin(), ids.end(), id) != ids.end();
}

// One line; what is there already is not said twice.
void AddLine(std::string line, std::string& text) {
  for (char& c : line) {
    if (c == '\n' || c == '\r') c = ' ';
  }
  if (line.empty() || text.size() + line.size() >= NodeTexts::kMostBytes)
    return;
  if (text == line || text.ends_with("\n" + line) ||
      text.starts_with(line + "\n")) {
    return;
  }
  if (!text.empty()) text += '\n';
  text += line;
}

}  // namespace

absl::StatusOr<NodeTexts> NodeTexts::Make(const storage::ReadView& view,
                                          const rdf::NameSpace& names,
                                          const AutoEmbedding& embedding) {
  NodeTexts texts(view, names, embedding.text);
  texts.any_type_ = embedding.node_types.empty();
  SKG_ASSIGN_OR_RETURN(
      texts.type_,
      view.Lookup(rdf::Term::Iri(std::string(rdf::iri::kRdfType))));
  SKG_ASSIGN_OR_RETURN(texts.types_, texts.Lookup(embedding.node_types));
  SKG_ASSIGN_OR_RETURN(texts.labels_, texts.Lookup(embedding.text.labels));
  SKG_ASSIGN_OR_RETURN(texts.properties_,
                       texts.Lookup(embedding.text.properties));
  return texts;
}

absl::StatusOr<std::vector<TermId>> NodeTexts::Lookup(
    const std::vector<std::string>& names) const {
  std::vector<TermId> ids;
  for (const std::string& name : names) {
    SKG_ASSIGN_OR_RETURN(const rdf::Term term, names_.ToTerm(name));
    SKG_ASSIGN_OR_RETURN(const TermId id, view_.Lookup(term));
    if (id.bound()) ids.push_back(id);
  }
  return ids;
}

absl::StatusOr<bool> NodeTexts::IsMeant(TermId node) const {
  const auto any = [&](TermId predicate,
                       TermId object) -> absl::StatusOr<bool> {
    storage::ScanPattern pattern;
    pattern.subject = node;
    pattern.predicate = predicate;
    pattern.object = object;
    SKG_ASSIGN_OR_RETURN(const auto cursor, view_.Scan(pattern));
    storage::StatementBatch batch;
    batch.wanted = 1;
    return cursor->Next(batch);
  };
  if (any_type_) return any({}, {});
  if (!type_.bound()) return false;
  for (const TermId type : types_) {
    SKG_ASSIGN_OR_RETURN(const bool has, any(type_, type));
    if (has) return true;
  }
  return false;
}

bool NodeTexts::Reads(TermId predicate) const {
  return text_.statements > 0 || Has(labels_, predicate) ||
         Has(properties_, predicate);
}

absl::StatusOr<std::string> NodeTexts::TextOf(TermId node) const {
  std::string text;
  if (text_.name) {
    std::vector<rdf::Term> terms;
    SKG_RETURN_IF_ERROR(view_.Decode(std::vector<TermId>{node}, &terms));
    AddLine(Say(terms[0]), text);
  }
  for (const TermId label : labels_)
    SKG_RETURN_IF_ERROR(AddObjects(node, label, /*named=*/false, text));
  for (const TermId property : properties_)
    SKG_RETURN_IF_ERROR(AddObjects(node, property, /*named=*/true, text));
  if (text_.statements > 0) SKG_RETURN_IF_ERROR(AddStatements(node, text));
  return text;
}

absl::StatusOr<std::vector<TermId>> NodeTexts::ObjectsOf(TermId node,
                                                         TermId predicate,
                                                         size_t most) const {
  storage::ScanPattern pattern;
  pattern.subject = node;
  pattern.predicate = predicate;
  SKG_ASSIGN_OR_RETURN(const auto cursor, view_.Scan(pattern));
  storage::StatementBatch batch;
  // Several graphs may have the same statement.
  batch.wanted = 4 * most;
  std::vector<TermId> objects;
  while (objects.size() < most) {
    SKG_ASSIGN_OR_RETURN(const bool more, cursor->Next(batch));
    if (!more) break;
    for (size_t i = 0; i < batch.size() && objects.size() < most; ++i) {
      if (!Has(objects, batch.object[i])) objects.push_back(batch.object[i]);
    }
  }
  return objects;
}

absl::Status NodeTexts::AddObjects(TermId node, TermId predicate, bool named,
                                   std::string& text) const {
  SKG_ASSIGN_OR_RETURN(std::vector<TermId> ids,
                       ObjectsOf(node, predicate, kMostObjects));
  if (ids.empty()) return absl::OkStatus();
  ids.push_back(predicate);
  std::vector<rdf::Term> terms;
  SKG_RETURN_IF_ERROR(view_.Decode(ids, &terms));
  const std::string begin = named ? Say(terms.back()) + ": " : std::string();
  for (size_t i = 0; i + 1 < terms.size(); ++i) {
    const std::string said = Say(terms[i]);
    if (!said.empty()) AddLine(begin + said, text);
  }
  return absl::OkStatus();
}

absl::Status NodeTexts::AddStatements(TermId node, std::string& text) const {
  storage::ScanPattern pattern;
  pattern.subject = node;
  SKG_ASSIGN_OR_RETURN(const auto cursor, view_.Scan(pattern));
  storage::StatementBatch batch;
  std::vector<TermId> ids;
  while (ids.size() < 2 * size_t{text_.statements}) {
    SKG_ASSIGN_OR_RETURN(const bool more, cursor->Next(batch));
    if (!more) break;
    for (size_t i = 0;
         i < batch.size() && ids.size() < 2 * size_t{text_.statements}; ++i) {
      const TermId predicate = batch.predicate[i], object = batch.object[i];
      if (Has(labels_, predicate) || Has(properties_, predicate)) continue;
      if (!ids.empty() && ids[ids.size() - 2] == predicate &&
          ids.back() == object) {
        continue;  // in another graph
      }
      ids.push_back(predicate);
      ids.push_back(object);
    }
  }
  std::vector<rdf::Term> terms;
  SKG_RETURN_IF_ERROR(view_.Decode(ids, &terms));
  for (size_t i = 0; i + 1 < terms.size(); i += 2) {
    const std::string said = Say(terms[i + 1]);
    if (!said.empty()) AddLine(Say(terms[i]) + ": " + said, text);
  }
  return absl::OkStatus();
}

std::string NodeTexts::Say(const rdf::Term& term) const {
  if (term.kind == rdf::TermKind::kLiteral) return term.value;
  if (term.kind != rdf::TermKind::kIri) return std::string();
  std::string name = text::NameOfIri(term.value, names_.base());
  std::replace(name.begin(), name.end(), '_', ' ');
  return name;
}

}  // namespace skg::engine
