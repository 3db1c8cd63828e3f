// Functions on terms (17.4.2) and on triple terms and base directions (SPARQL
// 1.2).
#include <xxhash.h>

#include <utility>

#include "absl/strings/escaping.h"
#include "base/bytes.h"
#include "base/strings.h"
#include "base/uuid.h"
#include "query/values/functions.h"
#include "rdf/characters.h"
#include "rdf/iri.h"

namespace skg::query {
namespace {

using Kind = Value::Kind;

Value Str(Call& call) {
  const Value& value = call[0];
  if (value.kind == Kind::kBlankNode || value.kind == Kind::kTriple) return {};
  return Value::String(TextOf(value));
}

Value Lang(Call& call) {
  if (!call[0].literal()) return {};
  return Value::String(call[0].kind == Kind::kLanguageString ? call[0].qualifier
                                                             : "");
}

Value LangDir(Call& call) {
  if (!call[0].literal()) return {};
  switch (call[0].direction) {
    case rdf::Direction::kLtr:
      return Value::String("ltr");
    case rdf::Direction::kRtl:
      return Value::String("rtl");
    case rdf::Direction::kNone:
      break;
  }
  return Value::String("");
}

Value HasLang(Call& call) {
  return Value::Boolean(call[0].kind == Kind::kLanguageString);
}

Value HasLangDir(Call& call) {
  return Value::Boolean(call[0].kind == Kind::kLanguageString &&
                        call[0].direction != rdf::Direction::kNone);
}

char Lower(char byte) {
  return byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte | 0x20) : byte;
}

// Basic filtering of RFC 4647, section 3.3.1.
Value LangMatches(Call& call) {
  if (call[0].kind != Kind::kString || call[1].kind != Kind::kString) return {};
  const std::string& tag = call[0].text;
  const std::string& range = call[1].text;
  if (range == "*") return Value::Boolean(!tag.empty());
  if (range.empty()) return Value::Boolean(tag.empty());
  bool matches = tag.size() == range.size() ||
                 (tag.size() > range.size() && tag[range.size()] == '-');
  for (size_t i = 0; matches && i < range.size(); ++i)
    matches = Lower(tag[i]) == Lower(range[i]);
  return Value::Boolean(matches);
}

Value Datatype(Call& call) {
  if (!call[0].literal()) return {};
  return Value::Iri(std::string(DatatypeOf(call[0])));
}

Value Iri(Call& call) {
  if (call[0].kind == Kind::kIri) return call[0];
  if (call[0].kind != Kind::kString) return {};
  std::string iri = call[0].text;
  const std::string& base = call.state.context().base_iri;
  if (!rdf::HasScheme(iri)) {
    if (base.empty()) return {};
    rdf::BaseIri(base).Resolve(call[0].text, iri);
  }
  if (!rdf::IsAbsoluteIri(iri)) return {};
  return Value::Iri(std::move(iri));
}

Value BlankNode(std::string_view entropy) {
  Value node = Value::String("q" + absl::BytesToHexString(av(entropy)));
  node.kind = Kind::kBlankNode;
  return node;
}

Value Bnode(Call& call) {
  std::string entropy;
  if (call.size() == 0) {
    AppendBigEndian(call.state.Random(), entropy);
    AppendBigEndian(call.state.Random(), entropy);
    return BlankNode(entropy);
  }
  if (call[0].kind != Kind::kString) return {};
  std::string key;
  AppendBigEndian(call.state.context().seed, key);
  AppendBigEndian(call.state.solution_scope(), key);
  AppendBigEndian(call.ordinal, key);
  key += call[0].text;
  const XXH128_hash_t hash = XXH3_128bits(key.data(), key.size());
  AppendBigEndian(hash.high64, entropy);
  AppendBigEndian(hash.low64, entropy);
  return BlankNode(entropy);
}

std::string NewUuid(Call& call) {
  Uuid uuid;
  for (size_t i = 0; i < uuid.bytes.size(); i += 8) {
    uint64_t bits = call.state.Random();
    for (size_t j = 0; j < 8; ++j, bits >>= 8)
      uuid.bytes[i + j] = static_cast<uint8_t>(bits);
  }
  // Version 4, variant 1 (RFC 4122, section 4.4).
  uuid.bytes[6] = static_cast<uint8_t>((uuid.bytes[6] & 0x0F) | 0x40);
  uuid.bytes[8] = static_cast<uint8_t>((uuid.bytes[8] & 0x3F) | 0x80);
  return uuid.ToString();
}

Value UuidIri(Call& call) { return Value::Iri("urn:uuid:" + NewUuid(call)); }
Value StrUuid(Call& call) { return Value::String(NewUuid(call)); }

Value StrDt(Call& call) {
  if (call[0].kind != Kind::kString || call[1].kind != Kind::kIri) return {};
  const std::string& datatype = call[1].text;
  if (datatype == rdf::iri::kRdfLangString ||
      datatype == rdf::iri::kRdfDirLangString) {
    return {};
  }
  return ValueOf(rdf::Term::Literal(call[0].text, datatype));
}

Value WithLanguage(Call& call, rdf::Direction direction) {
  if (call[0].kind != Kind::kString || call[1].kind != Kind::kString) return {};
  if (!rdf::IsLanguageTag(call[1].text)) return {};
  return ValueOf(
      rdf::Term::LanguageString(call[0].text, call[1].text, direction));
}

Value StrLang(Call& call) { return WithLanguage(call, rdf::Direction::kNone); }

Value StrLangDir(Call& call) {
  if (call[2].kind != Kind::kString) return {};
  if (call[2].text == "ltr") return WithLanguage(call, rdf::Direction::kLtr);
  if (call[2].text == "rtl") return WithLanguage(call, rdf::Direction::kRtl);
  return {};
}

// As deep as the readers let a document nest them.
constexpr int kMostNesting = 1000;

int NestingOf(const rdf::Term& term) {
  int depth = 0;
  for (const rdf::Term* inner = &term; inner->triple != nullptr;
       inner = &inner->triple->object) {
    ++depth;
  }
  return depth;
}

Value Triple(Call& call) {
  if (call[0].kind != Kind::kIri && call[0].kind != Kind::kBlankNode) return {};
  if (call[1].kind != Kind::kIri) return {};
  rdf::Term object = TermOf(call[2]);
  if (NestingOf(object) >= kMostNesting) return {};
  return ValueOf(
      rdf::Term::Triple(TermOf(call[0]), TermOf(call[1]), std::move(object)));
}

template <rdf::Term rdf::TripleTerm::*part>
Value Part(Call& call) {
  if (call[0].kind != Kind::kTriple) return {};
  return ValueOf(call[0].triple.get()->*part);
}

}  // namespace

FunctionEntry FindTermFunction(Function function) {
  switch (function) {
    case Function::kStr:
      return {Str, 1, 1};
    case Function::kLang:
      return {Lang, 1, 1};
    case Function::kLangMatches:
      return {LangMatches, 2, 2};
    case Function::kDatatype:
      return {Datatype, 1, 1};
    case Function::kIri:
      return {Iri, 1, 1};
    case Function::kBnode:
      return {Bnode, 0, 1, /*pure=*/false};
    case Function::kStrDt:
      return {StrDt, 2, 2};
    case Function::kStrLang:
      return {StrLang, 2, 2};
    case Function::kUuid:
      return {UuidIri, 0, 0, /*pure=*/false};
    case Function::kStrUuid:
      return {StrUuid, 0, 0, /*pure=*/false};
    case Function::kTriple:
      return {Triple, 3, 3};
    case Function::kSubject:
      return {Part<&rdf::TripleTerm::subject>, 1, 1};
    case Function::kPredicate:
      return {Part<&rdf::TripleTerm::predicate>, 1, 1};
    case Function::kObject:
      return {Part<&rdf::TripleTerm::object>, 1, 1};
    case Function::kLangDir:
      return {LangDir, 1, 1};
    case Function::kHasLang:
      return {HasLang, 1, 1};
    case Function::kHasLangDir:
      return {HasLangDir, 1, 1};
    case Function::kStrLangDir:
      return {StrLangDir, 3, 3};
    default:
      return {};
  }
}

}  // namespace skg::query
