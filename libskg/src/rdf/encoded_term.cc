// The bytes of terms in the dictionary. Layout: libskg/docs/formats-terms.md.
#include "absl/strings/str_cat.h"
#include "base/strings.h"
#include "rdf/datatypes.h"
#include "rdf/term_id.h"

namespace skg::rdf {
namespace {

constexpr std::string_view kLtrSuffix = "--ltr";
constexpr std::string_view kRtlSuffix = "--rtl";

absl::Status Damaged(std::string_view what) {
  return absl::DataLossError(
      absl::StrCat("term of the dictionary is damaged: ", av(what)));
}

void EncodeLiteral(const Term& term, EncodedTerm& out) {
  if (!term.language.empty()) {
    out.tag = TermTag::kLanguageString;
    out.bytes.append(term.language);
    if (term.direction == Direction::kLtr) out.bytes.append(kLtrSuffix);
    if (term.direction == Direction::kRtl) out.bytes.append(kRtlSuffix);
    out.bytes.push_back('\0');
  } else if (term.datatype.empty()) {
    out.tag = TermTag::kString;
  } else {
    const Datatype datatype = FindDatatype(term.datatype);
    out.tag =
        IsNumeric(datatype) ? TermTag::kOtherNumeric : TermTag::kOtherLiteral;
    out.bytes.push_back(static_cast<char>(datatype));
    if (datatype == Datatype::kOther) {
      out.bytes.append(term.datatype);
      out.bytes.push_back('\0');
    }
  }
  out.bytes.append(term.value);
}

absl::StatusOr<Term> DecodeLanguageString(std::string_view bytes) {
  const size_t end = bytes.find('\0');
  if (end == std::string_view::npos || end == 0) return Damaged("no language");
  std::string_view language = bytes.substr(0, end);
  Term term;
  term.kind = TermKind::kLiteral;
  term.value = bytes.substr(end + 1);
  if (language.ends_with(kLtrSuffix)) term.direction = Direction::kLtr;
  if (language.ends_with(kRtlSuffix)) term.direction = Direction::kRtl;
  if (term.direction != Direction::kNone)
    language.remove_suffix(kLtrSuffix.size());
  if (language.empty()) return Damaged("no language");
  term.language = language;
  return term;
}

absl::StatusOr<Term> DecodeTypedLiteral(TermTag tag, std::string_view bytes) {
  if (bytes.empty()) return Damaged("no datatype");
  const auto code = static_cast<uint8_t>(bytes.front());
  bytes.remove_prefix(1);
  if (code > kLastDatatype)
    return Damaged(std::string("unknown datatype code ") +
                   std::to_string(code));
  const auto datatype = static_cast<Datatype>(code);
  if (IsNumeric(datatype) != (tag == TermTag::kOtherNumeric)) {
    return Damaged("its datatype does not belong to its tag");
  }
  Term term;
  term.kind = TermKind::kLiteral;
  if (datatype == Datatype::kOther) {
    const size_t end = bytes.find('\0');
    if (end == std::string_view::npos || end == 0)
      return Damaged("no datatype");
    term.datatype = bytes.substr(0, end);
    if (term.datatype == iri::kXsdString ||
        FindDatatype(term.datatype) != Datatype::kOther) {
      return Damaged("a datatype that has a code is written out");
    }
    bytes.remove_prefix(end + 1);
  } else {
    term.datatype = DatatypeIri(datatype);
  }
  term.value = bytes;
  return term;
}

}  // namespace

void EncodeTerm(const Term& term, EncodedTerm& out) {
  out.bytes.clear();
  switch (term.kind) {
    case TermKind::kIri:
      out.tag = TermTag::kIri;
      out.bytes.append(term.value);
      break;
    case TermKind::kBlankNode:
      out.tag = TermTag::kBlankNode;
      out.bytes.append(term.value);
      break;
    case TermKind::kLiteral:
      EncodeLiteral(term, out);
      break;
    case TermKind::kTripleTerm:
      out.tag = TermTag::kTripleTerm;
      break;
  }
}

absl::StatusOr<Term> DecodeTerm(TermTag tag, std::string_view bytes) {
  switch (tag) {
    case TermTag::kIri:
      return Term::Iri(std::string(bytes));
    case TermTag::kBlankNode:
      return Term::BlankNode(std::string(bytes));
    case TermTag::kString:
      return Term::Literal(std::string(bytes));
    case TermTag::kLanguageString:
      return DecodeLanguageString(bytes);
    case TermTag::kOtherLiteral:
    case TermTag::kOtherNumeric:
      return DecodeTypedLiteral(tag, bytes);
    default:
      return Damaged(std::string("tag ") +
                     std::to_string(static_cast<int>(tag)) +
                     " has no bytes of its own");
  }
}

}  // namespace skg::rdf
