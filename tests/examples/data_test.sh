#!/bin/sh
# The commands that the README and examples/data/README.md show, over the
# sample data: data_test.sh SKG SOURCE
set -eu
. "$2/tests/examples/server.sh"
skg=$1
data=$2/examples/data

"$skg" load --data "$work/science" "$data/science.ttl" > "$work/load" 2>&1 ||
  fail "science.ttl does not load"
"$skg" load --data "$work/science" --format json "$data/weights.json" \
  > "$work/weights" 2>&1 || fail "weights.json does not load"

# The README of the data says how many there are; weights.json adds none.
"$skg" stats --data "$work/science" > "$work/stats"
count=$(sed -n 's/.*: \([0-9]*\) statements about.*/\1/p' "$data/README.md")
grep -q "$count" "$work/stats" || fail "not $count statements"

"$skg" query --data "$work/science" --language pattern \
  '{"patterns": [{"subject": "?who", "predicate": "discovered", "object": "Oxygen"}]}' \
  > "$work/query" || fail "the query failed"
grep -q 'Carl_Wilhelm_Scheele' "$work/query" || fail "Scheele is missing"
grep -q 'Joseph_Priestley' "$work/query" || fail "Priestley is missing"
grep -q '0\.7' "$work/query" || fail "the weight of weights.json is missing"

# Out and in again gives the same graph.
"$skg" export --data "$work/science" --format ntriples > "$work/first.nt"
"$skg" load --data "$work/copy" --format ntriples - < "$work/first.nt" > "$work/again" 2>&1
"$skg" export --data "$work/copy" --format ntriples > "$work/second.nt"
sort "$work/first.nt" > "$work/first"
sort "$work/second.nt" > "$work/second"
cmp "$work/first" "$work/second" || fail "the export does not load back equal"
[ "$(wc -l < "$work/first")" -eq "$count" ] || fail "the export is incomplete"

"$skg" check --data "$work/science" > "$work/check" || fail "skg check found damage"
