// DeclaredIndex: an index that commits write to.
#pragma once

#include <utility>

#include "skg/index_over.h"
#include "text/analyzer.h"
#include "text/language.h"
#include "text/text_catalog.h"

namespace skg::text {

// Immutable.
struct DeclaredIndex {
  explicit DeclaredIndex(IndexDefinition of)
      : definition(std::move(of)),
        language(LanguageOfTag(definition.options.language)),
        analyzer({.stemming = definition.options.stemming,
                  .stop_words = definition.options.stop_words}) {}

  [[nodiscard]] bool over_statements() const {
    return definition.options.over == IndexOver::kStatements;
  }
  // The names of nodes are texts.
  [[nodiscard]] bool names() const {
    return definition.options.names && !over_statements();
  }
  // The metadata of statements are.
  [[nodiscard]] bool metadata() const {
    return definition.options.metadata && over_statements();
  }

  const IndexDefinition definition;
  const Language language;
  const Analyzer analyzer;
};

}  // namespace skg::text
