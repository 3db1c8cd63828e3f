#include "cli/search_options.h"

#include <array>
#include <memory>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_join.h"
#include "cli/help_text.h"
#include "cli/search_verbs.h"
#include "routes/search_json.h"

namespace skg::cli {
namespace {

template <typename Value, size_t kWords>
std::vector<std::string> WordsOf(
    const std::array<std::pair<std::string_view, Value>, kWords>& words) {
  std::vector<std::string> texts;
  for (const auto& [word, value] : words) texts.emplace_back(word);
  return texts;
}

// An option whose value is one of the words.
template <typename Value, size_t kWords>
void AddChoice(
    CLI::App& verb, const char* name, Value& value,
    const std::array<std::pair<std::string_view, Value>, kWords>& words,
    const char* description) {
  verb.add_option_function<std::string>(
          name,
          [&value, &words](const std::string& text) {
            value = *server::ValueOf(words, text);
          },
          description)
      ->check(OneOf(WordsOf(words)))
      ->type_name(absl::StrJoin(WordsOf(words), "|"));
}

CLI::Option* AddName(CLI::App& verb, const char* option, std::string& name,
                     const char* description) {
  return verb.add_option(option, name, description)
      ->check(Checked(CheckNotEmpty))
      ->type_name("NAME");
}

void AddNames(CLI::App& verb, const char* option,
              std::vector<std::string>& names, const char* description) {
  verb.add_option(option, names, description)
      ->check(Checked(CheckNotEmpty))
      ->type_name("NAME")
      ->allow_extra_args(false);
}

std::string CheckReal(const std::string& text) {
  float value = 0;
  return absl::SimpleAtof(text, &value)
             ? ""
             : "\"" + text + "\" is no number such as 0.5";
}

CLI::Option* AddReal(CLI::App& verb, const char* option,
                     std::optional<float>& value, const char* description) {
  return verb
      .add_option_function<std::string>(
          option,
          [&value](const std::string& text) {
            float number = 0;
            if (absl::SimpleAtof(text, &number)) value = number;
          },
          description)
      ->check(Checked(CheckReal))
      ->type_name("NUMBER");
}

void AddWhatIsNear(CLI::App& verb, SearchVerb& search) {
  verb.add_option("TEXT", search.text,
                  "Words, \"phrases\", prefix*, fuzzy~, +must, -mustnot");
  CLI::Option* vector =
      verb.add_option("--vector", search.vector_file,
                      "Near the vector in FILE (a JSON array), - for standard "
                      "input")
          ->check(Checked(CheckNotEmpty))
          ->type_name("FILE");
  CLI::Option* near = AddName(verb, "--near", search.near,
                              "Near the vector that the index has of this node")
                          ->excludes(vector);
  verb.add_option("--similar", search.similar,
                  "Near the vector that the index's embedder makes of this "
                  "text")
      ->check(Checked(CheckNotEmpty))
      ->type_name("TEXT")
      ->excludes(vector)
      ->excludes(near);
  AddNames(verb, "--from", search.from,
           "Near this node in the graph; may come several times");
  AddCountingNumber(verb, "--max-distance", search.max_distance,
                    "How many statements away from --from at most [3]");
}

void AddHowToRank(CLI::App& verb, SearchVerb& search) {
  AddChoice(verb, "--fusion", search.fusion, server::kFusionWords,
            "How several rankings become one: by ranks, or by scores [rrf]");
  AddReal(verb, "--text-weight", search.text_weight,
          "Weight of the words among several rankings [1]");
  AddReal(verb, "--vector-weight", search.vector_weight,
          "Weight of the vector [1]");
  AddReal(verb, "--from-weight", search.from_weight,
          "Weight of the nearness to --from [1]");
  AddReal(verb, "--threshold", search.threshold,
          "Leave out what scores less; of several rankings: in that by vector");
  verb.add_option("--ef", search.ef,
                  "Candidates kept while a graph of vectors is searched [as "
                  "the index says]")
      ->check(CLI::Range(1, 10'000))
      ->type_name("N");
}

void AddTextOptions(CLI::App& verb, TextIndexOptions& options) {
  AddNames(verb, "--predicate", options.predicates,
           "text: of the objects of this predicate; may come several times "
           "[all]");
  verb.add_flag_callback(
      "--no-names", [&options] { options.names = false; },
      "text: not of the nodes' names");
  verb.add_flag_callback(
      "--no-metadata", [&options] { options.metadata = false; },
      "text: not of the statements' metadata");
  verb.add_option("--language", options.language,
                  "text: of strings without a language (BCP 47) [en]")
      ->type_name("TAG");
  verb.add_flag_callback(
      "--no-stemming", [&options] { options.stemming = false; },
      "text: words are found only as they are written");
  verb.add_flag("--stop-words", options.stop_words,
                "text: leave out the most frequent words of the language");
}

void AddVectorOptions(CLI::App& verb, VectorIndexOptions& options) {
  const auto number = [&](const char* name, uint32_t& value, uint32_t least,
                          uint32_t most, const char* description) {
    verb.add_option(name, value, description)
        ->check(CLI::Range(least, most))
        ->type_name("N");
  };
  number("--dimension", options.dimension, 1, 4096,
         "vectors: how many numbers each has [384]");
  AddChoice(verb, "--metric", options.metric, server::kMetricWords,
            "vectors: what near means [cosine]");
  number("--links", options.links, 4, 128, "hnsw: links of a vector [16]");
  number("--ef-construction", options.ef_construction, 4, 4096,
         "hnsw: candidates kept while one is put in [200]");
  number("--ef-search", options.ef_search, 1, 4096,
         "hnsw: candidates kept while searching [64]");
  verb.add_option("--embedder", options.embedder,
                  "vectors: what makes them of texts: hashing [none]")
      ->type_name("NAME");
}

// Any of them makes the index follow its graph.
void AddEmbeddingOptions(CLI::App& verb, VectorIndexOptions& options) {
  const auto embedding = [&options]() -> AutoEmbedding& {
    if (!options.auto_embedding) options.auto_embedding.emplace();
    return *options.auto_embedding;
  };
  const auto names = [&](const char* option, auto member,
                         const char* description) {
    verb.add_option_function<std::vector<std::string>>(
            option,
            [embedding, member](const std::vector<std::string>& given) {
              member(embedding()) = given;
            },
            description)
        ->check(Checked(CheckNotEmpty))
        ->type_name("NAME")
        ->allow_extra_args(false);
  };
  verb.add_flag_callback(
      "--embed", [embedding] { (void)embedding(); },
      "vectors: keep those of the nodes' texts, made by --embedder, as the "
      "graph changes");
  names(
      "--embed-type",
      [](AutoEmbedding& auto_embedding) -> auto& {
        return auto_embedding.node_types;
      },
      "embed: nodes of this rdf:type; may come several times [all subjects]");
  names(
      "--embed-label",
      [](AutoEmbedding& auto_embedding) -> auto& {
        return auto_embedding.text.labels;
      },
      "embed: the objects of this predicate; may come several times "
      "[rdfs:label]");
  names(
      "--embed-property",
      [](AutoEmbedding& auto_embedding) -> auto& {
        return auto_embedding.text.properties;
      },
      "embed: the objects of this predicate, with its name; may come several "
      "times");
  verb.add_option_function<uint32_t>(
          "--embed-statements",
          [embedding](uint32_t count) { embedding().text.statements = count; },
          "embed: so many other statements of the node [0]")
      ->check(CLI::Range(0, 1000))
      ->type_name("N");
  verb.add_flag_callback(
      "--embed-no-name", [embedding] { embedding().text.name = false; },
      "embed: not the node's name");
}

CLI::App* AddIndexAction(CLI::App& index, Chosen& chosen, const char* name,
                         const char* description,
                         const std::shared_ptr<IndexVerb>& verb) {
  CLI::App* action = AddVerb(index, name, description, kIndexFooter);
  AddTarget(*action, verb->target);
  action->callback(
      [verb, &chosen] { chosen = [verb] { return RunIndex(*verb); }; });
  return action;
}

void AddFamily(CLI::App& action, IndexVerb& verb, const char* description) {
  action
      .add_option_function<std::string>(
          "--kind",
          [&verb](const std::string& text) {
            verb.family = text == "text" ? IndexVerb::Family::kText
                                         : IndexVerb::Family::kVector;
          },
          description)
      ->check(OneOf({"text", "vector"}))
      ->type_name("text|vector");
}

void AddCreate(CLI::App& index, Chosen& chosen) {
  static const std::vector<std::string> kKinds = {"text", "flat", "hnsw",
                                                  "hnsw_sq", "ivf_pq"};
  auto verb = std::make_shared<IndexVerb>();
  verb->action = IndexVerb::Action::kCreate;
  CLI::App* action = AddIndexAction(index, chosen, "create",
                                    "Make an index of texts or vectors", verb);
  AddName(*action, "--index", verb->name, "The index's name [default]");
  action
      ->add_option_function<std::string>(
          "--kind",
          [verb](const std::string& text) {
            const auto kind = server::ValueOf(server::kKindWords, text);
            verb->family =
                kind ? IndexVerb::Family::kVector : IndexVerb::Family::kText;
            if (kind) verb->vectors.kind = *kind;
          },
          "What it is made of")
      ->check(OneOf(kKinds))
      ->type_name(absl::StrJoin(kKinds, "|"))
      ->required();
  AddChoice(*action, "--over", verb->over, server::kOverWords,
            "What is found by it [nodes]");
  AddTextOptions(*action, verb->texts);
  AddVectorOptions(*action, verb->vectors);
  AddEmbeddingOptions(*action, verb->vectors);
  action->callback([verb, action, &chosen] {
    const bool text = verb->family == IndexVerb::Family::kText;
    for (const char* other : text ? kOnlyVectors : kOnlyTexts) {
      if (action->get_option(other)->count() == 0) continue;
      throw CLI::ExcludesError(std::string(other) +
                                   " does not go with an index of " +
                                   (text ? "texts" : "vectors"),
                               CLI::ExitCodes::ExcludesError);
    }
    chosen = [verb] { return RunIndex(*verb); };
  });
}

}  // namespace

void AddSearch(CLI::App& app, Chosen& chosen) {
  CLI::App* verb = AddVerb(
      app, "search", "Find by words, by meaning, by nearness", kSearchFooter);
  auto search = std::make_shared<SearchVerb>();
  AddTarget(*verb, search->target);
  AddReadOnly(*verb, search->target.read_only);
  AddWhatIsNear(*verb, *search);
  AddName(*verb, "--index", search->index,
          "The index to search; of text and vectors alike [default]");
  AddName(*verb, "--text-index", search->text_index, "That of the words");
  AddName(*verb, "--vector-index", search->vector_index, "That of the vectors");
  AddCountingNumber(*verb, "--top-k", search->top_k, "How many hits [10]");
  AddNames(*verb, "--type", search->types,
           "Only nodes of this rdf:type; may come several times");
  verb->add_option("--filter", search->filter,
                   "Only nodes that this SPARQL SELECT gives")
      ->type_name("SPARQL");
  AddHowToRank(*verb, *search);
  verb->add_flag("--all-words", search->all_words, "All words must occur");
  verb->add_flag("--highlight", search->highlight,
                 "Show where in the texts the words are");
  verb->add_option("--timeout", search->timeout_seconds,
                   "Give up after so long; 0: never [0]")
      ->check(Checked(CheckSeconds))
      ->type_name("SECONDS");
  AddAsOf(*verb, search->as_of);
  AddResults(*verb, search->results);
  verb->callback([search, &chosen] {
    if (search->text.empty() && search->vector_file.empty() &&
        search->near.empty() && search->similar.empty() &&
        search->from.empty()) {
      throw CLI::RequiredError(
          "say what to search for: TEXT, --vector FILE, --near NODE, --similar "
          "TEXT or --from NODE",
          CLI::ExitCodes::RequiredError);
    }
    chosen = [search] { return RunSearch(*search); };
  });
}

void AddIndex(CLI::App& app, Chosen& chosen) {
  using Action = IndexVerb::Action;
  CLI::App* index = AddVerb(
      app, "index", "Make, fill, list and drop indexes of texts and vectors",
      kIndexFooter);
  index->require_subcommand(0, 1);
  AddCreate(*index, chosen);
  const auto add = [&](const char* name, Action action,
                       const char* description) {
    auto verb = std::make_shared<IndexVerb>();
    verb->action = action;
    return std::make_pair(
        AddIndexAction(*index, chosen, name, description, verb), verb);
  };
  {
    const auto [action, verb] = add("list", Action::kList, "List all indexes");
    AddReadOnly(*action, verb->target.read_only);
    AddAsOf(*action, verb->as_of);
    AddResults(*action, verb->results);
  }
  {
    const auto [action, verb] =
        add("stats", Action::kStats, "Show all that is known of an index");
    AddName(*action, "--index", verb->name, "The index [default]");
    AddFamily(*action, *verb, "Where both kinds have one of that name");
    AddReadOnly(*action, verb->target.read_only);
    AddAsOf(*action, verb->as_of);
    AddResults(*action, verb->results);
  }
  for (const auto& [name, what, description] :
       {std::tuple{"rebuild", Action::kRebuild,
                   "Make an index anew of what it is made of"},
        std::tuple{"drop", Action::kDrop, "Remove an index"}}) {
    const auto [action, verb] = add(name, what, description);
    AddName(*action, "--index", verb->name, "The index")->required();
    AddFamily(*action, *verb, "Where both kinds have one of that name");
  }
  {
    const auto [action, verb] =
        add("put", Action::kPut, "Put vectors into an index");
    AddName(*action, "--index", verb->name, "The index [default]");
    action
        ->add_option("FILE", verb->file,
                     "Lines {\"entity\": NAME, \"vector\": [...]}, - for "
                     "standard input")
        ->required();
  }
}

}  // namespace skg::cli
