#include "rdf/random_term.h"

#include "rdf/characters.h"

namespace skg::test {

using rdf::Term;

char32_t RandomTerms::Character() {
  constexpr char32_t kEdges[] = {
      0,      1,      8,      9,       0xA,     0xC,     0xD,    0x1F,
      0x20,   '"',    '\'',   '\\',    '<',     '>',     '%',    '_',
      ':',    '.',    '-',    '~',     0x7F,    0x80,    0x9F,   0xB7,
      0xD7,   0x37E,  0x7FF,  0x800,   0x2028,  0xD7FF,  0xE000, 0xFEFF,
      0xFFFD, 0xFFFE, 0xFFFF, 0x10000, 0xF0000, 0x10FFFF};
  switch (Below(4)) {
    case 0:
      return kEdges[Below(std::size(kEdges))];
    case 1:
      return 0xC0 + static_cast<char32_t>(Below(0x200));
    case 2: {
      const auto character = static_cast<char32_t>(Below(0x110000));
      return rdf::IsScalarValue(character) ? character : U'x';
    }
    default:
      return 0x21 + static_cast<char32_t>(Below(0x5E));
  }
}

std::string RandomTerms::Text(size_t most_characters) {
  std::string text;
  for (size_t left = Below(most_characters + 1); left > 0; --left) {
    rdf::AppendUtf8(Character(), text);
  }
  return text;
}

std::string RandomTerms::Iri(std::string_view base) {
  std::string iri(
      Choose({base, base, "http://example.org/", "http://example.org/ns#",
              "urn:", "x-y+z.1:", "https://user@h:8/a/../b?q=1&r=%20#f"}));
  for (size_t left = Below(6); left > 0; --left) {
    switch (Below(6)) {
      case 0:
        iri += Choose(
            {"%20", "%3C", "%41", "%3c", "%", "%G1", "%2", "%C3%A9", "%00"});
        break;
      case 1:
        iri += Choose({"_:", "a.b", ".", "..", "-", "~!$&'()*+,;=", "/", "#",
                       "?", "@", ":"});
        break;
      case 2:
        iri += Choose({"Einstein", "x1", "0", "true", "a"});
        break;
      default: {
        const char32_t character = Character();
        if (character < 0x80 &&
            !rdf::Is(static_cast<char>(character), rdf::kIriByte))
          continue;
        rdf::AppendUtf8(character, iri);
      }
    }
  }
  return iri;
}

std::string RandomTerms::Label() {
  std::string label(Choose(
      {"b", "B0", "9", "_", "anon-1", "anon-doc-2", "genid.7", "\xC3\xA9"}));
  for (size_t left = Below(5); left > 0; --left) {
    label +=
        Choose({"a", "-", "_", ".x", "..y", "1", "\xC2\xB7", "\xE2\x80\xBF"});
  }
  return label;
}

std::string RandomTerms::Language() {
  return std::string(Choose(
      {"en", "de-CH", "zh-Hant-TW", "x-a1b2", "EN-gb", "abcdefgh-12345678"}));
}

std::string RandomTerms::Lexical(std::string_view datatype) {
  const std::string number =
      std::to_string(Below(Below(2) == 0 ? 1000 : ~uint64_t{0}));
  const std::string sign(Choose({"", "-", "+", "", "-"}));
  const auto two = [&](uint64_t below) {
    const std::string digits = std::to_string(Below(below));
    return digits.size() < 2 ? "0" + digits : digits;
  };
  const std::string zone(Choose(
      {"", "Z", "+00:00", "-05:00", "+05:45", "+14:00", "-14:15", "-00:00"}));
  const std::string year(Choose(
      {"2024", "0000", "-0001", "12024", "99999", "02024", "1899", "-44000"}));
  const std::string fraction(
      Choose({"", "", ".5", ".50", ".123", ".1234", "."}));
  const std::string date = year + "-" + two(14) + "-" + two(33);
  const std::string time = two(25) + ":" + two(61) + ":" + two(61) + fraction;
  if (Below(12) == 0) return Text(6);
  if (datatype.ends_with("#decimal")) {
    return sign + std::to_string(Below(1'000'000'000)) +
           (Below(3) == 0 ? "" : "." + number.substr(0, 1 + Below(10)));
  }
  if (datatype.ends_with("#double") || datatype.ends_with("#float")) {
    return std::string(Choose({"1.0E0", "-0.0E0", "0.0E0", "INF", "-INF", "NaN",
                               "1.5E-7", "1e3", "1.25E100", "0.1E1", "1.0E+1",
                               "1.7976931348623157E308", "4.9E-324"}));
  }
  if (datatype.ends_with("#boolean"))
    return std::string(Choose({"true", "false", "0", "1", "TRUE"}));
  if (datatype.ends_with("#dateTime")) return date + "T" + time + zone;
  if (datatype.ends_with("#date")) return date + zone;
  if (datatype.ends_with("#time")) return time + zone;
  if (datatype.ends_with("#gYear")) return year + zone;
  if (datatype.ends_with("#gYearMonth")) return year + "-" + two(14) + zone;
  if (datatype.ends_with("#gMonthDay"))
    return "--" + two(14) + "-" + two(33) + zone;
  if (datatype.ends_with("#gDay")) return "---" + two(33) + zone;
  if (datatype.ends_with("#gMonth")) return "--" + two(14) + zone;
  return sign + (Below(8) == 0 ? "0" : "") + number;
}

Term RandomTerms::Literal() {
  switch (Below(4)) {
    case 0:
      return Term::Literal(Text(Below(2) == 0 ? 8 : 40));
    case 1:
      return Term::LanguageString(Text(), Language(),
                                  static_cast<rdf::Direction>(Below(3)));
    case 2: {
      const std::string datatype =
          "http://www.w3.org/2001/XMLSchema#" +
          std::string(
              Choose({"integer", "decimal", "double", "boolean", "dateTime",
                      "date", "time", "gYear", "gYearMonth", "gMonthDay",
                      "gDay", "gMonth", "float", "int", "unsignedByte",
                      "duration", "string", "anyURI", "notAType"}));
      return Term::Literal(Lexical(datatype), datatype);
    }
    default:
      return Term::Literal(
          Text(), Below(3) == 0
                      ? "http://www.w3.org/1999/02/22-rdf-syntax-ns#JSON"
                      : Iri("http://example.org/type#"));
  }
}

Term RandomTerms::Resource() {
  return Below(3) == 0 ? Term::BlankNode(Label()) : Term::Iri(Iri());
}

Term RandomTerms::Any(int depth) {
  switch (Below(depth > 0 ? 5 : 4)) {
    case 0:
    case 1:
      return Resource();
    case 4:
      return Term::Triple(Resource(), Term::Iri(Iri()), Any(depth - 1));
    default:
      return Literal();
  }
}

rdf::Quad RandomTerms::Quad(bool named_graphs) {
  rdf::Quad quad;
  quad.subject = Resource();
  quad.predicate = Below(4) == 0 ? Term::Iri(std::string(rdf::iri::kRdfType))
                                 : Term::Iri(Iri());
  quad.object = Any();
  if (named_graphs && Below(2) == 0) quad.graph = Resource();
  return quad;
}

}  // namespace skg::test
