#!/bin/sh
# The HTTP API with nothing but curl. Needs a running server and a key:
#   SKG_URL=http://127.0.0.1:7777 SKG_KEY=... sh examples/http/quickstart.sh
set -eu
: "${SKG_URL:?the address of a server, as in http://127.0.0.1:7777}"
: "${SKG_KEY:?an API key, as skg keys create prints it}"

# call METHOD PATH [JSON]
call() {
  echo "# $1 $2 ${3:-}"
  curl --silent --show-error --fail-with-body --max-time 30 \
    --request "$1" --header "Authorization: Bearer $SKG_KEY" \
    ${3:+--header 'Content-Type: application/json' --data "$3"} \
    "$SKG_URL$2"
  echo
}

# One statement. Weight and metadata are optional.
call POST /triples/add '{"subject": "Marie Curie", "predicate": "discovered",
  "object": "Radium", "weight": 0.98, "metadata": {"year": 1898}}'

# Several, in one commit.
call POST /triples/batch '{"triples": [
  {"subject": "Marie Curie", "predicate": "discovered", "object": "Polonium"},
  {"subject": "Henri Becquerel", "predicate": "influenced", "object": "Marie Curie"},
  {"subject": "Wilhelm Roentgen", "predicate": "influenced", "object": "Henri Becquerel"}]}'

# One pattern: null is a wildcard; the heaviest statements come first.
call POST /query '{"pattern": ["Marie Curie", "discovered", null], "k": 10,
  "include_metadata": true}'

# Patterns that share a variable.
call POST /query '{"patterns": [
  {"subject": "?teacher", "predicate": "influenced", "object": "?pupil"},
  {"subject": "?pupil", "predicate": "discovered", "object": "?what"}]}'

# Everything within two steps.
call POST /api/v1/query/traverse '{"start_entity": "Wilhelm Roentgen",
  "max_depth": 2, "direction": "out"}'

call GET /stats
