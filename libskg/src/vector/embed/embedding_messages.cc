#include "vector/embed/embedding_messages.h"

#include <cmath>
#include <nlohmann/json.hpp>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status.h"

namespace skg::vector {
namespace {

using Json = nlohmann::json;

constexpr size_t kMostErrorBytes = 300;

absl::Status Wrong(const std::string& what) {
  return absl::DataLossError("the embedder's answer is wrong: " + what);
}

// Null where there is none.
const Json* Member(const Json& object, const char* name) {
  if (!object.is_object()) return nullptr;
  const auto found = object.find(name);
  return found == object.end() ? nullptr : &*found;
}

absl::StatusOr<std::vector<float>> ReadVector(const Json* numbers, size_t index,
                                              uint32_t dimension) {
  if (numbers == nullptr || !numbers->is_array()) {
    return Wrong(
        absl::StrCat("member \"embedding\" of index ", index, " is no array"));
  }
  if (numbers->size() != dimension) {
    return Wrong(absl::StrCat("the vector of index ", index, " has ",
                              numbers->size(), " numbers, not ", dimension));
  }
  std::vector<float> vector;
  vector.reserve(dimension);
  for (const Json& number : *numbers) {
    const auto value = number.is_number()
                           ? static_cast<float>(number.get<double>())
                           : std::nanf("");
    if (!std::isfinite(value)) {
      return Wrong(absl::StrCat("the vector of index ", index, " has at ",
                                vector.size(), " no finite number"));
    }
    vector.push_back(value);
  }
  return vector;
}

}  // namespace

std::string EmbeddingRequest(const std::string& model,
                             std::span<const std::string> texts) {
  const Json request = {{"model", model}, {"input", texts}};
  return request.dump(-1, ' ', false, Json::error_handler_t::replace);
}

size_t MostAnswerBytes(size_t texts, uint32_t dimension) {
  // A number of 32 characters, and what stands around them.
  return (size_t{64} << 10) + texts * (size_t{dimension} * 40 + 1024);
}

absl::StatusOr<std::vector<std::vector<float>>> ReadEmbeddings(
    std::string_view answer, size_t texts, uint32_t dimension) {
  const Json document =
      Json::parse(answer, nullptr, /*allow_exceptions=*/false);
  if (document.is_discarded()) return Wrong("it is no JSON");
  const Json* data = Member(document, "data");
  if (data == nullptr || !data->is_array())
    return Wrong("its member \"data\" is no array");
  if (data->size() != texts) {
    return Wrong(absl::StrCat("it has ", data->size(), " vectors for ", texts,
                              " texts"));
  }
  std::vector<std::vector<float>> vectors(texts);
  for (const Json& entry : *data) {
    const Json* index = Member(entry, "index");
    if (index == nullptr || !index->is_number_unsigned() ||
        index->get<uint64_t>() >= texts) {
      return Wrong(absl::StrCat(
          "an entry of \"data\" has no \"index\" from 0 to ", texts - 1));
    }
    std::vector<float>& vector = vectors[index->get<uint64_t>()];
    if (!vector.empty()) {
      return Wrong(
          absl::StrCat("index ", index->get<uint64_t>(), " is there twice"));
    }
    SKG_ASSIGN_OR_RETURN(vector, ReadVector(Member(entry, "embedding"),
                                            index->get<uint64_t>(), dimension));
  }
  return vectors;
}

std::string ReadErrorMessage(std::string_view answer) {
  const Json document =
      Json::parse(answer, nullptr, /*allow_exceptions=*/false);
  const Json* error = Member(document, "error");
  if (error != nullptr && error->is_object()) error = Member(*error, "message");
  std::string text = error != nullptr && error->is_string()
                         ? error->get<std::string>()
                         : std::string(answer.substr(0, kMostErrorBytes));
  text.resize(std::min(text.size(), kMostErrorBytes));
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = ' ';
  }
  return text;
}

}  // namespace skg::vector
