// What `--help` says beyond the options.
#pragma once

namespace skg::cli {

inline constexpr char kProgramHelp[] =
    "skg: a knowledge-graph engine: load, ask, serve.\n"
    "A data directory holds graphs named TENANT/GRAPH (public/main unless "
    "--graph says "
    "otherwise).";

inline constexpr char kProgramFooter[] = R"(
Examples:
  skg load --data ./kg people.ttl
  skg query --data ./kg '{"pattern": ["Curie", null, null]}'
  skg serve --data ./kg --no-auth

Exit status: 0 done; 1 failed, with one line on standard error; 2 wrong command
line; 130 interrupted by Ctrl-C. Run `skg VERB --help` for one verb.)";

inline constexpr char kServeFooter[] = R"(
A setting comes from its flag, else from the environment (SKG_PORT, ...), else
from the --config file (TOML), else it is the default. A key is required, from
SKG_API_KEY_HASH or from `skg keys create --data DIR`, unless --no-auth is given,
which works on the loopback address only.

Examples:
  skg serve --data ./kg --no-auth
  skg keys create --data ./kg && skg serve --data ./kg --port 8080
  SKG_API_KEY_HASH=sha256:... skg serve --data ./kg --config skg.toml)";

inline constexpr char kLoadFooter[] = R"(
Each FILE is one commit: of a malformed file nothing is loaded (unless
--continue-on-error), and an interrupted load leaves the graph as it was. The
data directory and the graph are made if there are none. Gzip is recognised by
its bytes. FILE `-` is standard input and needs --format.

Formats, with file endings (each also with .gz):
  turtle (.ttl)  trig  ntriples (.nt)  nquads (.nq)  rdfxml (.rdf, .owl)
  tsv    three names a line, separated by tabs; a weight as fourth if wanted
  csv    a header line (or --columns), --key names the subject's column; each
         non-empty cell is one statement; \N is empty
  json   documents or lines as POST /triples/batch takes them (.ndjson, .jsonl)

A triple that is stored already keeps its weight and metadata, unless the input
names a weight (tsv with four columns, json) and --skip-duplicates is absent.

Examples:
  skg load --data ./kg schema.ttl.gz people.nt
  zcat dump.nq.gz | skg load --data ./kg --graph acme/crm --format nquads -
  skg load --data ./kg --format csv --key iata --columns id,name,city,iata airports.dat)";

inline constexpr char kQueryFooter[] = R"(
SPARQL 1.1, with the prefix : for the names of the graph:
  SELECT ?what WHERE { :Curie :discovered ?what }

The pattern language is one JSON document, told apart by its key:
  {"pattern": [SUBJECT, PREDICATE, OBJECT], "k": 10, "min_weight": 0.5}
  {"patterns": [{"subject": "?who", "predicate": "discovered"}], "limit": 100}
  {"start_entity": "Curie", "max_depth": 2, "direction": "out"}

Examples:
  skg query --data ./kg 'SELECT (COUNT(*) AS ?n) { ?s ?p ?o }'
  skg query --data ./kg '{"pattern": ["Curie", "discovered", null]}'
  skg query --data ./kg --results csv --file question.json
  skg query --data ./kg --as-of 2024-01-15T10:30:00Z --file question.json
  echo '{"start_entity": "Curie"}' | skg query --data ./kg --file -)";

inline constexpr char kAnalyzeFooter[] = R"(
Nodes are the subjects and objects of the graph's statements, edges lead from
subject to object. Which statements are edges, and whether they weigh, is chosen
by the options before; with --write-graph or --write-predicate the answer is also
written back as statements.

Examples:
  skg analyze pagerank --data ./kg --limit 20
  skg analyze leiden --data ./kg --predicate knows --weighted --min-size 3
  skg analyze shortest_paths --data ./kg --source Curie --target Einstein
  skg analyze betweenness --data ./kg --sources 1000 --write-graph ranks)";

inline constexpr char kSearchFooter[] = R"(
TEXT is looked for in a text index, the vector of --vector or --near in a vector
index, --from in the graph. Several of them make one ranking, whose hits tell
their place in each. `skg index create` makes the indexes.

In TEXT one word is enough unless --all-words or a sign says more:
  radium discov*  "periodic table"  chemst~  +nobel -peace

Examples:
  skg search 'radioactive metal*' --data ./kg --type Element
  skg search --near Radium --data ./kg --top-k 5
  skg search physics --from Marie_Curie --data ./kg --max-distance 2
  skg search --vector query.json --data ./kg --filter 'SELECT ?s { ?s a :Person }')";

inline constexpr char kIndexFooter[] = R"(
An index is part of its graph: a search finds what the state that it searches
shows, also a past one. Text indexes fill themselves; vectors are put in.

  skg index create   make an index of texts or vectors
  skg index list     list all
  skg index stats    show all that is known of one
  skg index put      put vectors in, from lines {"entity": NAME, "vector": [...]};
                     each thousand is one commit
  skg index rebuild  make one anew, smaller where texts or vectors have gone
  skg index drop     remove one

Examples:
  skg index create --data ./kg --kind text --predicate label --predicate comment
  skg index create --data ./kg --kind hnsw --dimension 384 --metric cosine
  skg index put --data ./kg vectors.ndjson
  skg index drop --data ./kg --index default --kind vector)";

inline constexpr char kDiffFooter[] = R"(
A statement is `added` where only the later state has it, `removed` where only
the earlier one has it, and `changed` where weight, metadata, valid time or
source differs. With --from after --to it is told the other way round. Both may
be a commit (0: the empty graph) or a time.

Examples:
  skg diff --data ./kg --from 2024-01-15
  skg diff --data ./kg --from 1203 --to 1204 --results csv
  skg diff --data ./kg --from 0 --to 10 --subject Curie)";

inline constexpr char kHistoryFooter[] = R"(
What each commit did to one statement, oldest first, also where it is removed by
now. Names are written as in a query: Curie, "1867", <https://...>.

Examples:
  skg history --data ./kg Curie discovered Radium
  skg history --data ./kg --named-graph census Paris population '"2102650"'
  skg history --data ./kg --id 123e4567-e89b-52d3-a456-426614174000)";

inline constexpr char kExportFooter[] = R"(
Writes one consistent snapshot; a file appears only when it is complete, and is
packed where its name ends in .gz. A graph with named graphs in it needs
nquads, trig or json. Weight and metadata travel in json, weights in tsv and csv.

Examples:
  skg export --data ./kg --output backup.nq.gz
  skg export --data ./kg --as-of 1204 --output before.ttl
  skg export --data ./kg --graph acme/crm --format json | wc -l)";

inline constexpr char kStatsFooter[] = R"(
Examples:
  skg stats --data ./kg
  skg stats --data ./kg --graph acme/crm --results json
  skg stats --data ./kg --read-only    (while a server has it open))";

inline constexpr char kCheckFooter[] = R"(
Prints what it finds, one line each, and ends with status 1 if that is anything.

Examples:
  skg check --data ./kg
  skg check --data ./kg --deep)";

inline constexpr char kCompactFooter[] = R"(
Changes nothing that can be read; scans and counts get faster, and the place of
what was packed or deleted is given back. Packing goes on in the background while
a program has the directory open; this does all of it now.
It may be interrupted at any time.

Examples:
  skg compact --data ./kg
  skg compact --data ./kg --graph acme/crm)";

inline constexpr char kClearFooter[] = R"(
Takes a moment, however many statements go. They stay in the past: a query or an
export --as-of an earlier commit shows them, and the disk gives their place back
once the graph's history no longer reaches back to them. Exactly one of --default,
--named, --all and --named-graph says what goes.

Examples:
  skg clear --data ./kg --all
  skg clear --data ./kg --graph acme/crm --named-graph '<https://example.org/2024>')";

inline constexpr char kBackupFooter[] = R"(
With --to, all graphs of the data directory: a numbered backup is added to
BACKUPS, and only table files that no earlier one has are copied. With --output,
one graph with its whole history, indexes and vectors as a file (packed where its
name ends in .gz).
A backup that is interrupted is none; those before it are as they were. While a
server has the directory open, one graph can be saved beside it with --read-only.

Examples:
  skg backup --data ./kg --to /backups/kg --keep 7
  skg backup --to /backups/kg --list
  skg backup --to /backups/kg --verify
  skg backup --data ./kg --graph acme/crm --output crm.skg
  skg backup --data ./kg --as-of 2024-01-15 --output - | ssh host skg restore ...)";

inline constexpr char kRestoreFooter[] = R"(
With --from, a new data directory: DIR must not exist, or be empty. With --input,
a new graph in a data directory, which is made if there is none. The graph keeps
its UUID, and with it the ids of its statements, unless another graph in the
directory has it. Everything is verified, and nothing appears before all of it
is there.

Examples:
  skg restore --from /backups/kg --data ./kg2
  skg restore --from /backups/kg --number 3 --data ./kg2
  skg restore --data ./kg --graph acme/crm-copy --input crm.skg)";

inline constexpr char kTasksFooter[] = R"(
Tasks are the work that outlives a call. One that was running when its process
ended is `interrupted`, or, if it can go on from where it was, `queued` until a
server opens the directory. --read-only shows those of a running server, as
they were stored last. Ended tasks are kept for 30 days, the last 1000 of them.

  skg tasks            list them all
  skg tasks show ID    all that is known of one
  skg tasks cancel ID  end a queued one for good
  skg tasks prune      forget those that have ended

Examples:
  skg tasks --data ./kg
  skg tasks --data ./kg show 17
  skg tasks --data ./kg --json | jq '.tasks[] | select(.state == "failed")')";

inline constexpr char kTasksActionFooter[] = R"(
--data DIR and --json are those of `skg tasks`, before or after this word.

Example:
  skg tasks --data ./kg)";

inline constexpr char kTenantsFooter[] = R"(
A commit that would take a tenant or a graph over its quota fails; removing is
always possible. Statements are counted exactly, bytes on disk about. A quota
belongs to the name: it may be set before there is such a graph, and stays when
the graph is dropped.

  skg tenants             list tenants, what they hold and what they may
  skg tenants quota NAME  show a quota; with --max-..., change it (none lifts it)

Examples:
  skg tenants --data ./kg
  skg tenants quota acme --data ./kg --max-statements 1000000
  skg tenants quota acme/crm --data ./kg --max-bytes none --json)";

inline constexpr char kKeysCreateFooter[] = R"(
The key is shown this once and never stored; only its hash is. Give the hash to
a server as SKG_API_KEY_HASH, or store it with --data while no server has the
directory open.

Examples:
  skg keys create
  skg keys create --data ./kg --tenant acme --roles read:triples)";

}  // namespace skg::cli
