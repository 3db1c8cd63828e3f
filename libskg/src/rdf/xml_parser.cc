#include "rdf/xml_parser.h"

#include <expat.h>

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "base/strings.h"
#include "rdf/line_reader.h"

namespace skg::rdf {
namespace {

// Stands between namespace, local name and prefix; no namespace can hold it.
constexpr char kSeparator = '\n';
// Older ones do not bound what entities expand to.
static_assert(XML_MAJOR_VERSION * 10000 + XML_MINOR_VERSION * 100 +
                      XML_MICRO_VERSION >=
                  20401,
              "libskg needs expat 2.4.1 or newer");
constexpr size_t kSliceBytes = size_t{256} << 10;
constexpr size_t kMaxTokenBytes = 2 * kMaxTermBytes;
constexpr size_t kMaxMemoryBytes = 6 * kMaxTermBytes;
// expat expands entities within entities by recursion.
constexpr size_t kMaxReferringEntities = 64;
// As expat bounds entities: what defaults of attributes may add.
constexpr uint64_t kFreeExpansionBytes = uint64_t{8} << 20;
constexpr uint64_t kMaxAmplification = 100;

XML_Parser Of(void* parser) { return static_cast<XML_Parser>(parser); }

XmlName Split(const char* text) {
  const std::string_view whole(text);
  const size_t first = whole.find(kSeparator);
  if (first == std::string_view::npos) return {{}, whole, {}};
  XmlName name{whole.substr(0, first), whole.substr(first + 1), {}};
  const size_t second = name.local.find(kSeparator);
  if (second != std::string_view::npos) {
    name.prefix = name.local.substr(second + 1);
    name.local = name.local.substr(0, second);
  }
  return name;
}

// Calls `on_name` for each reference to an entity by name.
template <typename OnName>
void ForEachReference(std::string_view raw, const OnName& on_name) {
  for (size_t at = raw.find('&'); at != std::string_view::npos;
       at = raw.find('&', at + 1)) {
    const size_t end = raw.find(';', at);
    if (end == std::string_view::npos) return;
    const std::string_view name = raw.substr(at + 1, end - at - 1);
    if (!name.starts_with('#')) on_name(name);
  }
}

bool IsPredefined(std::string_view name) {
  return name == "amp" || name == "lt" || name == "gt" || name == "quot" ||
         name == "apos";
}

}  // namespace

// What expat allocates, so that it can be bounded. expat hands no context to
// its allocator: the parser at work is the thread's.
class XmlParser::Memory {
 public:
  class AtWork {
   public:
    explicit AtWork(Memory& memory)
        : before_(std::exchange(current_, &memory)) {}
    ~AtWork() { current_ = before_; }
    AtWork(const AtWork&) = delete;
    AtWork& operator=(const AtWork&) = delete;

   private:
    Memory* const before_;
  };

  static const XML_Memory_Handling_Suite& Suite() {
    static const XML_Memory_Handling_Suite suite{&Allocate, &Resize, &Release};
    return suite;
  }

 private:
  struct alignas(std::max_align_t) Header {
    size_t size;
    Memory* owner;
  };

  bool Take(size_t size) {
    if (size > kMaxMemoryBytes - used_) return false;
    used_ += size;
    return true;
  }

  static void* Allocate(size_t size) { return Grow(current_, nullptr, size); }
  static void* Resize(void* data, size_t size) {
    if (data == nullptr) return Allocate(size);
    Header* const header = static_cast<Header*>(data) - 1;
    return Grow(header->owner, header, size);
  }
  static void Release(void* data) {
    if (data == nullptr) return;
    Header* const header = static_cast<Header*>(data) - 1;
    header->owner->used_ -= header->size;
    std::free(header);
  }

  static void* Grow(Memory* owner, Header* header, size_t size) {
    const size_t before = header == nullptr ? 0 : header->size;
    if (size > before && !owner->Take(size - before)) return nullptr;
    auto* const moved =
        static_cast<Header*>(std::realloc(header, sizeof(Header) + size));
    if (moved == nullptr) {
      if (size > before) owner->used_ -= size - before;
      return nullptr;
    }
    if (size < before) owner->used_ -= before - size;
    moved->size = size;
    moved->owner = owner;
    return moved + 1;
  }

  static thread_local Memory* current_;
  size_t used_ = 0;
};

thread_local XmlParser::Memory* XmlParser::Memory::current_ = nullptr;

// What expat calls.
struct XmlParser::Callbacks {
  static XmlParser& Self(void* data) { return *static_cast<XmlParser*>(data); }
  static bool Ended(void* data) { return !Self(data).status_.ok(); }

  static void StartElement(void* data, const char* name,
                           const char** attributes) {
    XmlParser& self = Self(data);
    if (Ended(data)) return;
    self.CheckTag(attributes);
    if (Ended(data)) return;
    self.attributes_.clear();
    for (; *attributes != nullptr; attributes += 2) {
      self.attributes_.push_back({Split(attributes[0]), attributes[1]});
    }
    self.handler_.StartElement(Split(name), self.attributes_);
  }
  static void EndElement(void* data, const char* name) {
    if (!Ended(data)) Self(data).handler_.EndElement(Split(name));
  }
  static void Text(void* data, const char* text, int size) {
    if (Ended(data)) return;
    Self(data).handler_.Text({text, static_cast<size_t>(size)});
  }
  static void Comment(void* data, const char* text) {
    if (!Ended(data)) Self(data).handler_.Comment(text);
  }
  static void Instruction(void* data, const char* target, const char* text) {
    if (!Ended(data)) Self(data).handler_.ProcessingInstruction(target, text);
  }

  static void StartDocumentType(void* data, const char*, const char*,
                                const char*, int) {
    Self(data).in_subset_ = true;
  }
  static void EndDocumentType(void* data) {
    Self(data).in_subset_ = false;
    Self(data).CheckEntityTexts();
  }
  // Called where part of the document type is elsewhere.
  static int NotStandalone(void* data) {
    XmlParser& self = Self(data);
    if (self.in_subset_) {
      self.Refuse(
          "parameter entities are not read; write their text where they "
          "are used");
      return XML_STATUS_ERROR;
    }
    self.partial_type_ = true;
    return XML_STATUS_OK;
  }
  static void EntityDeclaration(void* data, const char* name, int is_parameter,
                                const char* text, int size, const char*,
                                const char*, const char*, const char*) {
    if (Ended(data) || is_parameter != 0 || text == nullptr) return;
    Self(data).DeclareEntity(name, {text, static_cast<size_t>(size)});
  }
  static void AttributeDeclaration(void* data, const char*, const char* name,
                                   const char*, const char* value, int) {
    if (Ended(data) || value == nullptr || !Self(data).partial_type_) return;
    Self(data).Refuse(absl::StrCat(
        "attribute ", name,
        " has a default in a document whose type is partly elsewhere, which is "
        "not read; write the attribute out"));
  }
  static int ExternalEntity(XML_Parser parser, const char*, const char*,
                            const char*, const char*) {
    Self(XML_GetUserData(parser))
        .Refuse("an external entity; nothing but the document is read");
    return XML_STATUS_ERROR;
  }
  static void SkippedEntity(void* data, const char* name, int) {
    if (Ended(data)) return;
    Self(data).CheckReferences(absl::StrCat("&", name, ";"));
  }
};

XmlParser::XmlParser(InputWindow& window, const ReaderOptions& options,
                     XmlHandler& handler)
    : window_(window),
      options_(options),
      handler_(handler),
      memory_(std::make_unique<Memory>()) {}

XmlParser::~XmlParser() {
  if (parser_ != nullptr) XML_ParserFree(Of(parser_));
}

absl::Status XmlParser::Begin() {
  SKG_RETURN_IF_ERROR(window_.Ensure(4));
  const std::string_view head(window_.cursor(), window_.size());
  const bool marked = head.starts_with("\xEF\xBB\xBF");
  wide_ = head.size() >= 2 &&
          (head.starts_with("\xFE\xFF") || head.starts_with("\xFF\xFE") ||
           head[0] == 0 || head[1] == 0);
  SKG_RETURN_IF_ERROR(window_.SkipByteOrderMark());
  const char separator[] = {kSeparator, '\0'};
  XML_Parser parser = XML_ParserCreate_MM(marked ? "UTF-8" : nullptr,
                                          &Memory::Suite(), separator);
  if (parser == nullptr) {
    return absl::ResourceExhaustedError("no memory for an XML parser");
  }
  parser_ = parser;
  XML_SetUserData(parser, this);
  XML_SetReturnNSTriplet(parser, 1);
  XML_SetElementHandler(parser, &Callbacks::StartElement,
                        &Callbacks::EndElement);
  XML_SetCharacterDataHandler(parser, &Callbacks::Text);
  XML_SetCommentHandler(parser, &Callbacks::Comment);
  XML_SetProcessingInstructionHandler(parser, &Callbacks::Instruction);
  XML_SetDoctypeDeclHandler(parser, &Callbacks::StartDocumentType,
                            &Callbacks::EndDocumentType);
  XML_SetNotStandaloneHandler(parser, &Callbacks::NotStandalone);
  XML_SetEntityDeclHandler(parser, &Callbacks::EntityDeclaration);
  XML_SetAttlistDeclHandler(parser, &Callbacks::AttributeDeclaration);
  XML_SetExternalEntityRefHandler(parser, &Callbacks::ExternalEntity);
  XML_SetSkippedEntityHandler(parser, &Callbacks::SkippedEntity);
  return absl::OkStatus();
}

absl::Status XmlParser::Run() {
  const Memory::AtWork at_work(*memory_);
  SKG_RETURN_IF_ERROR(Begin());
  for (;;) {
    SKG_ASSIGN_OR_RETURN(const bool last, Feed());
    if (last) return absl::OkStatus();
    if (fed_ > kMaxTokenBytes) {
      return FailureAt(window_.PlaceOf(window_.cursor()),
                       {0,
                        "a tag, comment or declaration is longer than 128 MiB; "
                        "the limit is 128 MiB",
                        true});
    }
    if (fed_ == window_.size()) SKG_RETURN_IF_ERROR(window_.Fill());
  }
}

absl::StatusOr<bool> XmlParser::Feed() {
  // expat scans an unfinished tag again with each piece: pieces at least as
  // long as what is unfinished keep all scans together linear.
  const size_t size =
      std::min(window_.size() - fed_, std::max(kSliceBytes, fed_));
  const bool last = window_.complete() && fed_ + size == window_.size();
  const char* const piece = window_.cursor() + fed_;
  fed_ += size;
  if (XML_Parse(Of(parser_), piece, static_cast<int>(size), last) !=
      XML_STATUS_OK) {
    return Failure();
  }
  if (!status_.ok()) return status_;
  // Everything before the unfinished token is done with.
  const char* const done = EventStart();
  const auto passed = static_cast<size_t>(done - window_.cursor());
  window_.set_cursor(done);
  offset_ += passed;
  fed_ -= passed;
  return last;
}

const char* XmlParser::EventStart() const {
  const XML_Index index = XML_GetCurrentByteIndex(Of(parser_));
  // Without an event all was taken.
  if (index < 0) return window_.cursor() + fed_;
  const auto at = static_cast<uint64_t>(index);
  return window_.cursor() + std::clamp<uint64_t>(at, offset_, offset_ + fed_) -
         offset_;
}

Place XmlParser::PlaceOfEvent(size_t offset) {
  // Bytes that an entity stands for are at no place of their own, and those of
  // UTF-16 are others.
  const auto size = static_cast<size_t>(XML_GetCurrentByteCount(Of(parser_)));
  return window_.PlaceOf(EventStart() + (wide_ ? 0 : std::min(offset, size)));
}

void XmlParser::Stop(absl::Status status) {
  if (!status_.ok()) return;
  status_ = std::move(status);
  XML_StopParser(Of(parser_), XML_FALSE);
}

void XmlParser::Refuse(std::string message) {
  Stop(FailureAt(PlaceOfEvent(), {0, std::move(message), false}));
}

absl::Status XmlParser::FailureAt(Place place, LexicalError error) const {
  return ErrorStatus(options_, place, error);
}

absl::Status XmlParser::Failure() {
  if (!status_.ok()) return status_;
  const XML_Error code = XML_GetErrorCode(Of(parser_));
  const Place place = window_.PlaceOf(EventStart());
  switch (code) {
    case XML_ERROR_NO_MEMORY:
      return FailureAt(place,
                       {0,
                        "what is open here needs more than 384 MiB; the limit "
                        "is 384 MiB",
                        true});
    case XML_ERROR_AMPLIFICATION_LIMIT_BREACH:
      return FailureAt(
          place,
          {0, "entities expand to more than a hundred times the document",
           true});
    case XML_ERROR_UNDEFINED_ENTITY:
      return FailureAt(place, {0,
                               "a reference to an entity that is not declared "
                               "in the document; write its text",
                               false});
    case XML_ERROR_ATTRIBUTE_EXTERNAL_ENTITY_REF:
      return FailureAt(
          place,
          {0, "an external entity; nothing but the document is read", false});
    default:
      return FailureAt(
          place,
          {0, absl::StrCat("not well-formed XML: ", XML_ErrorString(code)),
           false});
  }
}

// --- Entities ---

void XmlParser::DeclareEntity(std::string_view name, std::string_view text) {
  // Of two declarations the first counts.
  if (!entities_.emplace(name).second) return;
  bool refers = false;
  ForEachReference(text, [&](std::string_view) { refers = true; });
  if (!refers) return;
  referring_texts_.emplace_back(text);
  if (referring_texts_.size() <= kMaxReferringEntities) return;
  Stop(FailureAt(PlaceOfEvent(),
                 {0,
                  "more than 64 entities refer to other entities; the limit "
                  "is 64",
                  true}));
}

void XmlParser::CheckEntityTexts() {
  if (!partial_type_) return;
  for (const std::string& text : referring_texts_) CheckReferences(text);
}

void XmlParser::CheckReferences(std::string_view raw) {
  ForEachReference(raw, [this](std::string_view name) {
    if (!status_.ok() || IsPredefined(name) ||
        entities_.contains(std::string(name))) {
      return;
    }
    Refuse(absl::StrCat(
        "entity &", av(name.substr(0, 100)),
        "; is not declared in the document, and its document type elsewhere is "
        "not read; write its text"));
  });
}

void XmlParser::CheckTag(const char* const* attributes) {
  if (partial_type_ && wide_) {
    Refuse("a UTF-16 document whose type is partly elsewhere; use UTF-8");
    return;
  }
  if (partial_type_) {
    CheckReferences({EventStart(), static_cast<size_t>(
                                       XML_GetCurrentByteCount(Of(parser_)))});
  }
  // Defaults stand behind what is written.
  const int specified = XML_GetSpecifiedAttributeCount(Of(parser_));
  if (attributes[specified] == nullptr) return;
  for (const char* const* at = attributes + specified; *at != nullptr; ++at) {
    defaulted_bytes_ += std::string_view(*at).size();
  }
  const uint64_t read =
      offset_ + static_cast<uint64_t>(EventStart() - window_.cursor());
  if (defaulted_bytes_ > kFreeExpansionBytes &&
      defaulted_bytes_ / kMaxAmplification > read) {
    Stop(FailureAt(
        PlaceOfEvent(),
        {0,
         "defaults of attributes expand to more than a hundred times the "
         "document",
         true}));
  }
}

}  // namespace skg::rdf
