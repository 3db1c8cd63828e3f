#include "harness/dblp_graph.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "harness/dblp_text.h"

namespace skg::bench {
namespace {

// Triples of a publication, its share of the persons' and venues' included.
constexpr uint64_t kTriplesPerPublication = 21;
constexpr uint64_t kMostVenues = 3'900;  // with different names
constexpr uint64_t kMostAuthors = 12;
constexpr uint64_t kMostCitations = 24;

#define SKG_DBLP "<https://dblp.org/rdf/schema#"
constexpr std::string_view kType =
    "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>";
constexpr std::string_view kLabel =
    "<http://www.w3.org/2000/01/rdf-schema#label>";
constexpr std::string_view kModified = "<http://purl.org/dc/terms/modified>";
constexpr std::string_view kSameAs = "<http://www.w3.org/2002/07/owl#sameAs>";
constexpr std::string_view kCites = "<http://purl.org/spar/cito/cites>";
constexpr std::string_view kTitle = SKG_DBLP "title>";
constexpr std::string_view kYear = SKG_DBLP "yearOfPublication>";
constexpr std::string_view kAuthoredBy = SKG_DBLP "authoredBy>";
constexpr std::string_view kStream = SKG_DBLP "publishedInStream>";
constexpr std::string_view kPublishedIn = SKG_DBLP "publishedIn>";
constexpr std::string_view kPagination = SKG_DBLP "pagination>";
constexpr std::string_view kCreators = SKG_DBLP "numberOfCreators>";
constexpr std::string_view kDoi = SKG_DBLP "doi>";
constexpr std::string_view kPage = SKG_DBLP "documentPage>";
constexpr std::string_view kBibtexType = SKG_DBLP "bibtexType>";
constexpr std::string_view kVolume = SKG_DBLP "publishedInJournalVolume>";
constexpr std::string_view kName = SKG_DBLP "primaryCreatorName>";
constexpr std::string_view kOrcid = SKG_DBLP "orcid>";
constexpr std::string_view kAffiliation = SKG_DBLP "affiliation>";
constexpr std::string_view kHomepage = SKG_DBLP "webpage>";
constexpr std::string_view kIssn = SKG_DBLP "issn>";
constexpr std::string_view kIso4 = SKG_DBLP "iso4>";

constexpr std::array kTypes = {SKG_DBLP "Inproceedings>", SKG_DBLP "Article>",
                               SKG_DBLP "Informal>", SKG_DBLP "Incollection>",
                               SKG_DBLP "Book>"};
constexpr std::array kBibtexTypes = {
    "<http://purl.org/net/nknouf/ns/bibtex#Inproceedings>",
    "<http://purl.org/net/nknouf/ns/bibtex#Article>",
    "<http://purl.org/net/nknouf/ns/bibtex#Misc>",
    "<http://purl.org/net/nknouf/ns/bibtex#Incollection>",
    "<http://purl.org/net/nknouf/ns/bibtex#Book>"};
constexpr std::string_view kPersonType = SKG_DBLP "Person>";
constexpr std::string_view kVenueType = SKG_DBLP "Stream>";
#undef SKG_DBLP

// The most frequent ones get numbers all over the range: what is popular does
// not stand together.
uint64_t Scatter(uint64_t rank, uint64_t count) {
  constexpr uint64_t kPrime = 2'654'435'761;  // above every count
  return (rank * kPrime + count / 3) % count;
}

}  // namespace

// Builds one entity after the other. Each draws from a generator of its own,
// seeded by its kind and number, so that others can name it without having
// made it.
class DblpGraph::Emitter {
 public:
  Emitter(const DblpGraph& graph,
          absl::FunctionRef<absl::Status(const DblpTriple&)> take)
      : graph_(graph), take_(take) {}

  absl::Status Run() {
    for (uint64_t i = 0; i < graph_.venues_ && Going(); ++i) Venue(i);
    for (uint64_t i = 0; i < graph_.persons_ && Going(); ++i) Person(i);
    for (uint64_t i = 0; Going(); ++i) Publication(i);
    return status_;
  }

 private:
  enum Kind : uint64_t { kVenueKind = 1, kPersonKind, kPublicationKind };

  // What a publication's name and its triples are made of.
  struct PublicationHead {
    uint64_t venue, year, first_author;
  };

  [[nodiscard]] bool Going() const {
    return emitted_ < graph_.shape_.triples && status_.ok();
  }
  [[nodiscard]] SmallRandom RandomOf(Kind kind, uint64_t number) const {
    SmallRandom mix(graph_.shape_.seed * 4 + kind);
    return SmallRandom(mix() ^ number * 0xD1342543DE82EF95u);
  }

  void Emit(std::string_view predicate, std::string_view object) {
    if (!Going()) return;
    ++emitted_;
    status_ = take_({subject_, predicate, object});
  }
  template <typename... Parts>
  void Put(std::string_view predicate, const Parts&... parts) {
    object_.clear();
    absl::StrAppend(&object_, parts...);
    Emit(predicate, object_);
  }
  void PutDate(std::string_view predicate, SmallRandom& random) {
    const uint64_t day = random.Below(15 * 12 * 28);
    Put(predicate, "\"20", 10 + day / (12 * 28), "-",
        absl::Dec(1 + day / 28 % 12, absl::kZeroPad2), "-",
        absl::Dec(1 + day % 28, absl::kZeroPad2),
        "\"^^<http://www.w3.org/2001/XMLSchema#date>");
  }

  static void AppendVenueKey(uint64_t venue, std::string& out) {
    absl::StrAppend(&out, venue % 3 == 0 ? "journals/" : "conf/");
    const size_t begin = out.size();
    AppendFamilyName((venue + 40) * 32, out);
    out[begin] = static_cast<char>(out[begin] - 'A' + 'a');
  }
  void PutVenue(std::string_view predicate, uint64_t venue) {
    object_ = "<https://dblp.org/streams/";
    AppendVenueKey(venue, object_);
    object_.push_back('>');
    Emit(predicate, object_);
  }
  static void AppendPerson(uint64_t person, std::string& out) {
    absl::StrAppend(&out, "<https://dblp.org/pid/", person % 397, "/",
                    person / 397 + 1, ">");
  }

  void Venue(uint64_t number);
  void Person(uint64_t number);
  void Publication(uint64_t number);
  void Authors(const PublicationHead& head, SmallRandom& random);
  void Citations(uint64_t number, SmallRandom& random);
  [[nodiscard]] PublicationHead HeadOf(SmallRandom& random) const;
  void AppendPublication(uint64_t number, std::string& out) const;

  const DblpGraph& graph_;
  const absl::FunctionRef<absl::Status(const DblpTriple&)> take_;
  uint64_t emitted_ = 0;
  absl::Status status_;
  std::string subject_, object_, title_;
};

void DblpGraph::Emitter::Venue(uint64_t number) {
  SmallRandom random = RandomOf(kVenueKind, number);
  subject_ = "<https://dblp.org/streams/";
  AppendVenueKey(number, subject_);
  subject_.push_back('>');
  Emit(kType, kVenueType);
  object_ = "\"Proceedings on ";
  AppendTitle(random, object_);
  object_.push_back('"');
  Emit(kLabel, object_);
  const uint64_t issn = random.Below(100'000'000);
  Put(kIssn, "\"", absl::Dec(issn / 10'000, absl::kZeroPad4), "-",
      absl::Dec(issn % 10'000, absl::kZeroPad4), "\"");
  object_ = "\"Proc. ";
  AppendFamilyName((number + 40) * 32, object_);
  object_.append(".\"");
  Emit(kIso4, object_);
}

void DblpGraph::Emitter::Person(uint64_t number) {
  SmallRandom random = RandomOf(kPersonKind, number);
  subject_.clear();
  AppendPerson(number, subject_);
  Emit(kType, kPersonType);
  object_ = "\"";
  AppendPersonName(number, object_);
  object_.push_back('"');
  Emit(kLabel, object_);
  Emit(kName, object_);
  PutDate(kModified, random);
  if (random.OneIn(4)) {
    Put(kOrcid, "<https://orcid.org/0000-000", random.Below(4), "-",
        absl::Dec(number / 10'000 % 10'000, absl::kZeroPad4), "-",
        absl::Dec(number % 10'000, absl::kZeroPad4), ">");
  }
  if (random.OneIn(5)) {
    object_ = "\"University of ";
    AppendFamilyName(random.Zipf(3'000) * 32, object_);
    absl::StrAppend(&object_, ", Department of Computer Science\"");
    Emit(kAffiliation, object_);
  }
  if (random.OneIn(3)) {
    Put(kHomepage, "<https://www.uni-", random.Zipf(3'000), ".example/people/~",
        number, ">");
  }
  if (random.OneIn(8)) {
    Put(kSameAs, "<http://www.wikidata.org/entity/Q", 1'000'000 + number, ">");
  }
}

DblpGraph::Emitter::PublicationHead DblpGraph::Emitter::HeadOf(
    SmallRandom& random) const {
  PublicationHead head;
  head.venue = Scatter(random.Zipf(graph_.venues_), graph_.venues_);
  // Later years have more of them.
  head.year = 2024 - std::min(random.Below(60), random.Below(60));
  head.first_author = Scatter(random.Zipf(graph_.persons_), graph_.persons_);
  return head;
}

void DblpGraph::Emitter::AppendPublication(uint64_t number,
                                           std::string& out) const {
  SmallRandom random = RandomOf(kPublicationKind, number);
  const PublicationHead head = HeadOf(random);
  absl::StrAppend(&out, "<https://dblp.org/rec/");
  AppendVenueKey(head.venue, out);
  absl::StrAppend(&out, "/x", absl::Hex(number), "-", head.year, ">");
}

void DblpGraph::Emitter::Authors(const PublicationHead& head,
                                 SmallRandom& random) {
  std::array<uint64_t, kMostAuthors> authors = {head.first_author};
  uint64_t count = 1;
  const uint64_t wanted = 1 + std::min(random.Below(7), random.Below(7)) +
                          (random.OneIn(40) ? 5 : 0);
  for (uint64_t i = 1; i < wanted; ++i) {
    const uint64_t author =
        Scatter(random.Zipf(graph_.persons_), graph_.persons_);
    const auto end = authors.begin() + static_cast<ptrdiff_t>(count);
    if (std::find(authors.begin(), end, author) == end) {
      authors[count++] = author;
    }
  }
  for (uint64_t i = 0; i < count; ++i) {
    object_.clear();
    AppendPerson(authors[i], object_);
    Emit(kAuthoredBy, object_);
  }
  Put(kCreators, "\"", count, "\"^^<http://www.w3.org/2001/XMLSchema#integer>");
}

void DblpGraph::Emitter::Citations(uint64_t number, SmallRandom& random) {
  if (random.OneIn(2)) return;
  std::array<uint64_t, kMostCitations> cited;
  uint64_t count = 0;
  const uint64_t wanted = 1 + random.Zipf(kMostCitations);
  for (uint64_t i = 0; i < wanted; ++i) {
    const uint64_t other =
        Scatter(random.Zipf(graph_.publications_), graph_.publications_);
    const auto end = cited.begin() + static_cast<ptrdiff_t>(count);
    if (other == number || std::find(cited.begin(), end, other) != end) {
      continue;
    }
    cited[count++] = other;
    object_.clear();
    AppendPublication(other, object_);
    Emit(kCites, object_);
  }
}

void DblpGraph::Emitter::Publication(uint64_t number) {
  SmallRandom random = RandomOf(kPublicationKind, number);
  const PublicationHead head = HeadOf(random);
  subject_.clear();
  AppendPublication(number, subject_);
  const uint64_t type = random.Zipf(kTypes.size());
  Emit(kType, kTypes[type]);
  title_.clear();
  AppendTitle(SmallRandom(random()), title_);
  object_ = "\"";
  AppendPersonName(head.first_author, object_);
  absl::StrAppend(&object_, " et al.: ", title_, " (", head.year, ")\"");
  Emit(kLabel, object_);
  Put(kTitle, "\"", title_, "\"");
  Put(kYear, "\"", head.year, "\"^^<http://www.w3.org/2001/XMLSchema#gYear>");
  Authors(head, random);
  PutVenue(kStream, head.venue);
  object_ = "\"Proc. ";
  AppendFamilyName((head.venue + 40) * 32, object_);
  object_.push_back('"');
  Emit(kPublishedIn, object_);
  const uint64_t page = 1 + random.Below(1'000);
  if (!random.OneIn(8)) {
    Put(kPagination, "\"", page, "-", page + 1 + random.Below(20), "\"");
  }
  if (head.venue % 3 == 0) Put(kVolume, "\"", head.year - 1960, "\"");
  const uint64_t doi = random.Below(9'000'000);
  if (!random.OneIn(6)) {
    Put(kDoi, "<https://doi.org/10.1145/", doi, ".", number, ">");
  }
  Put(kPage, "<https://doi.example/10.1145/", doi, ".", number, ">");
  Emit(kBibtexType, kBibtexTypes[type]);
  PutDate(kModified, random);
  Citations(number, random);
}

DblpGraph::DblpGraph(const DblpShape& shape)
    : shape_{std::min(shape.triples, kMostDblpTriples), shape.seed},
      publications_(shape_.triples / kTriplesPerPublication + 1),
      persons_(publications_ / 2 + 1),
      venues_(std::min<uint64_t>(publications_ / 300 + 3, kMostVenues)) {}

absl::Status DblpGraph::ForEach(
    absl::FunctionRef<absl::Status(const DblpTriple&)> take) const {
  return Emitter(*this, take).Run();
}

std::string DblpGraph::Describe() const {
  return absl::StrCat(shape_.triples, " distinct triples like DBLP's: about ",
                      publications_, " publications, ", persons_, " persons, ",
                      venues_, " venues, Zipfian links; seed ", shape_.seed);
}

absl::StatusOr<uint64_t> DblpGraph::WriteFile(const std::string& path) const {
  constexpr size_t kBufferBytes = 1 << 20;
  const auto failed = [&] {
    return absl::UnavailableError(
        absl::StrCat("cannot write ", path, ": ", std::strerror(errno)));
  };
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(
      std::fopen(path.c_str(), "wb"), &std::fclose);
  if (file == nullptr) return failed();
  uint64_t bytes = 0;
  std::string lines;
  lines.reserve(kBufferBytes + 4096);
  const auto flush = [&] {
    bytes += lines.size();
    const bool written =
        std::fwrite(lines.data(), 1, lines.size(), file.get()) == lines.size();
    lines.clear();
    return written;
  };
  SKG_RETURN_IF_ERROR(ForEach([&](const DblpTriple& triple) -> absl::Status {
    for (const std::string_view term :
         {triple.subject, triple.predicate, triple.object}) {
      lines.append(term);
      lines.push_back(' ');
    }
    lines.append(".\n");
    if (lines.size() < kBufferBytes || flush()) return absl::OkStatus();
    return failed();
  }));
  if (!flush() || std::fflush(file.get()) != 0) return failed();
  return bytes;
}

}  // namespace skg::bench
