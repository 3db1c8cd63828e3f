// The messages of OpenAI's POST /v1/embeddings.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace skg::vector {

// Bytes that are no UTF-8 become U+FFFD.
[[nodiscard]] std::string EmbeddingRequest(const std::string& model,
                                           std::span<const std::string> texts);

// More bytes than an answer to so many texts has, however it is written.
[[nodiscard]] size_t MostAnswerBytes(size_t texts, uint32_t dimension);

// The vectors in the order of the texts, whatever order the answer has. Errors:
// kDataLoss (not one vector for each text, another dimension, no finite
// numbers, no JSON of this form; the message tells which).
[[nodiscard]] absl::StatusOr<std::vector<std::vector<float>>> ReadEmbeddings(
    std::string_view answer, size_t texts, uint32_t dimension);

// What an answer says that is an error: its {"error": {"message": ...}}, or its
// beginning.
[[nodiscard]] std::string ReadErrorMessage(std::string_view answer);

}  // namespace skg::vector
