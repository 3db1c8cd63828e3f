// SPARQL 1.1 Update.
#include <optional>
#include <utility>
#include <vector>

#include "sparql/dataset_clause.h"
#include "sparql/group_parser.h"
#include "sparql/parse_state.h"
#include "sparql/parser.h"
#include "sparql/template_pattern.h"
#include "sparql/triples_parser.h"

namespace skg::sparql {
namespace {

using query::GraphTarget;
using query::Update;

class UpdateParser {
 public:
  UpdateParser(std::string_view text, const ParseOptions& options)
      : state_(text, options) {}

  absl::StatusOr<Update> Parse();

 private:
  bool Operation();
  bool Load();
  template <typename ClearOrDrop>
  bool Remove();
  bool Create();
  bool Transfer(query::Transfer::Kind kind);
  bool Insert(query::Modify modify);
  bool Delete(query::Modify modify, bool with);
  bool DeleteWhere();
  bool ModifyWhere(query::Modify modify);

  bool ReadQuads(TripleRules rules, std::vector<query::QuadPattern>& quads);
  bool ReadGraphBlock(TriplesParser& triples, TripleRules rules,
                      std::vector<query::QuadPattern>& quads);
  bool Take(TriplesParser& triples,
            const std::optional<query::PatternTerm>& graph,
            std::vector<query::QuadPattern>& quads);
  bool ReadGraphIri(GraphTarget& target);
  bool ReadGraphOrDefault(GraphTarget& target);

  template <typename Node>
  bool Add(Node node) {
    update_.operations.emplace_back(std::move(node));
    return state_.Charge(sizeof(query::UpdateOperation));
  }

  ParseState state_;
  Update update_;
};

absl::StatusOr<Update> UpdateParser::Parse() {
  while (state_.ReadPrologue() && !state_.Is(Token::kEnd)) {
    if (!Operation() || !state_.Accept(Token::kSemicolon)) break;
  }
  if (!state_.Expect(Token::kEnd, "';' and an operation, or the end"))
    return state_.status();
  update_.variables = state_.TakeTable();
  return std::move(update_);
}

bool UpdateParser::Operation() {
  using Kind = query::Transfer::Kind;
  state_.NewOperation();
  if (state_.AcceptKeyword("INSERT")) return Insert({});
  if (state_.AcceptKeyword("DELETE")) return Delete({}, false);
  if (state_.AcceptKeyword("LOAD")) return Load();
  if (state_.AcceptKeyword("CLEAR")) return Remove<query::Clear>();
  if (state_.AcceptKeyword("DROP")) return Remove<query::Drop>();
  if (state_.AcceptKeyword("CREATE")) return Create();
  if (state_.AcceptKeyword("ADD")) return Transfer(Kind::kAdd);
  if (state_.AcceptKeyword("MOVE")) return Transfer(Kind::kMove);
  if (state_.AcceptKeyword("COPY")) return Transfer(Kind::kCopy);
  if (!state_.AcceptKeyword("WITH")) {
    return state_.Unexpected(
        "an operation: INSERT, DELETE, WITH, LOAD, CLEAR, DROP, CREATE, ADD, "
        "MOVE or COPY");
  }
  query::Modify modify;
  if (!state_.ReadIri(modify.with.emplace())) return false;
  if (state_.AcceptKeyword("DELETE")) return Delete(std::move(modify), true);
  if (!state_.ExpectKeyword("INSERT")) return false;
  if (!state_.Is(Token::kOpenBrace))
    return state_.Unexpected("'{' and a template");
  return Insert(std::move(modify));
}

bool UpdateParser::ReadGraphIri(GraphTarget& target) {
  target.kind = GraphTarget::Kind::kNamed;
  return state_.ExpectKeyword("GRAPH") && state_.ReadIri(target.iri);
}

bool UpdateParser::ReadGraphOrDefault(GraphTarget& target) {
  if (state_.AcceptKeyword("DEFAULT")) return state_.ok();
  target.kind = GraphTarget::Kind::kNamed;
  state_.AcceptKeyword("GRAPH");
  if (!state_.AtIri())
    return state_.Unexpected("DEFAULT, or the IRI of a graph");
  return state_.ReadIri(target.iri);
}

bool UpdateParser::Load() {
  query::LoadDocument load;
  load.silent = state_.AcceptKeyword("SILENT");
  if (!state_.ReadIri(load.source)) return false;
  if (state_.AcceptKeyword("INTO") && !ReadGraphIri(load.into)) return false;
  return state_.ok() && Add(std::move(load));
}

template <typename ClearOrDrop>
bool UpdateParser::Remove() {
  ClearOrDrop operation;
  operation.silent = state_.AcceptKeyword("SILENT");
  GraphTarget& target = operation.target;
  if (state_.AcceptKeyword("DEFAULT")) {
    target.kind = GraphTarget::Kind::kDefault;
  } else if (state_.AcceptKeyword("NAMED")) {
    target.kind = GraphTarget::Kind::kAllNamed;
  } else if (state_.AcceptKeyword("ALL")) {
    target.kind = GraphTarget::Kind::kAll;
  } else if (!state_.IsKeyword("GRAPH")) {
    return state_.Unexpected("GRAPH and an IRI, DEFAULT, NAMED or ALL");
  } else if (!ReadGraphIri(target)) {
    return false;
  }
  return state_.ok() && Add(std::move(operation));
}

bool UpdateParser::Create() {
  query::Create create;
  create.silent = state_.AcceptKeyword("SILENT");
  GraphTarget target;
  if (!ReadGraphIri(target)) return false;
  create.iri = std::move(target.iri);
  return Add(std::move(create));
}

bool UpdateParser::Transfer(query::Transfer::Kind kind) {
  query::Transfer transfer;
  transfer.kind = kind;
  transfer.silent = state_.AcceptKeyword("SILENT");
  return ReadGraphOrDefault(transfer.from) && state_.ExpectKeyword("TO") &&
         ReadGraphOrDefault(transfer.to) && Add(std::move(transfer));
}

// After the keyword, and perhaps WITH and DELETE { ... } before it.
bool UpdateParser::Insert(query::Modify modify) {
  if (state_.AcceptKeyword("DATA")) {
    query::InsertData insert;
    return ReadQuads(TripleRules::kInsertData, insert.quads) &&
           Add(std::move(insert));
  }
  if (!state_.Is(Token::kOpenBrace)) return state_.Unexpected("DATA or '{'");
  return ReadQuads(TripleRules::kTemplate, modify.insert) &&
         ModifyWhere(std::move(modify));
}

bool UpdateParser::Delete(query::Modify modify, bool with) {
  if (!with && state_.AcceptKeyword("DATA")) {
    query::DeleteData remove;
    return ReadQuads(TripleRules::kDeleteData, remove.quads) &&
           Add(std::move(remove));
  }
  if (!with && state_.AcceptKeyword("WHERE")) return DeleteWhere();
  if (!state_.Is(Token::kOpenBrace)) {
    return state_.Unexpected(with ? "'{' and a template"
                                  : "DATA, WHERE or '{'");
  }
  if (!ReadQuads(TripleRules::kDeleteTemplate, modify.remove)) return false;
  if (state_.AcceptKeyword("INSERT") &&
      !ReadQuads(TripleRules::kTemplate, modify.insert)) {
    return false;
  }
  return ModifyWhere(std::move(modify));
}

bool UpdateParser::DeleteWhere() {
  query::Modify modify;
  Pattern where;
  if (!ReadQuads(TripleRules::kDeleteTemplate, modify.remove) ||
      !MakePattern(state_, modify.remove, where)) {
    return false;
  }
  modify.where = std::move(where.algebra);
  modify.base_iri = state_.base_text();
  return Add(std::move(modify));
}

// USING and WHERE.
bool UpdateParser::ModifyWhere(query::Modify modify) {
  Pattern where;
  if (!ReadDataset(state_, "USING", modify.usings) ||
      !state_.ExpectKeyword("WHERE") || !ReadGroup(state_, where)) {
    return false;
  }
  modify.where = std::move(where.algebra);
  modify.base_iri = state_.base_text();
  return state_.Charge(modify.base_iri.size()) && Add(std::move(modify));
}

bool UpdateParser::ReadQuads(TripleRules rules,
                             std::vector<query::QuadPattern>& quads) {
  if (!state_.Expect(Token::kOpenBrace, "'{'")) return false;
  TriplesParser triples(state_, rules);
  for (;;) {
    if (triples.AtTriples() &&
        (!triples.Triples() || !Take(triples, std::nullopt, quads))) {
      return false;
    }
    if (state_.Accept(Token::kCloseBrace)) return state_.ok();
    if (!state_.AcceptKeyword("GRAPH"))
      return state_.Unexpected("'.', ';', ',', GRAPH or '}'");
    if (!ReadGraphBlock(triples, rules, quads)) return false;
    state_.Accept(Token::kDot);
  }
}

bool UpdateParser::ReadGraphBlock(TriplesParser& triples, TripleRules rules,
                                  std::vector<query::QuadPattern>& quads) {
  if (state_.Is(Token::kVariable) && (rules == TripleRules::kInsertData ||
                                      rules == TripleRules::kDeleteData)) {
    return state_.Unexpected("an IRI, as data holds no variables");
  }
  query::PatternTerm graph;
  return ReadName(state_, graph) && state_.Expect(Token::kOpenBrace, "'{'") &&
         (!triples.AtTriples() || triples.Triples()) &&
         Take(triples, graph, quads) &&
         state_.Expect(Token::kCloseBrace, "'.', ';', ',' or '}'");
}

bool UpdateParser::Take(TriplesParser& triples,
                        const std::optional<query::PatternTerm>& graph,
                        std::vector<query::QuadPattern>& quads) {
  const size_t name_bytes =
      graph && graph->is_term() ? graph->term().value.size() : 0;
  for (query::TriplePattern& triple : triples.TakeTriples()) {
    if (!state_.Charge(sizeof(query::QuadPattern) -
                       sizeof(query::TriplePattern) + name_bytes)) {
      return false;
    }
    quads.push_back({graph, std::move(triple)});
  }
  return true;
}

}  // namespace

absl::StatusOr<Update> ParseUpdate(std::string_view text,
                                   const ParseOptions& options) {
  return UpdateParser(text, options).Parse();
}

}  // namespace skg::sparql
