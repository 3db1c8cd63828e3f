#!/bin/sh
# quickstart.sh against a server of its own: quickstart_test.sh SKG SOURCE
set -eu
. "$2/tests/examples/server.sh"
start_server "$1"

SKG_URL=$address SKG_KEY=$key sh "$2/examples/http/quickstart.sh" \
  > "$work/output" || fail "quickstart.sh failed"
expect "$work/output" '"status":"inserted"' 'the statement that was added'
expect "$work/output" '"accepted":3' 'the batch'
expect "$work/output" '"object":"Polonium"' 'the answer to the pattern'
expect "$work/output" '"bindings":' 'the joined variables'
expect "$work/output" '"target":"Marie Curie"' 'the traversal'
expect "$work/output" '"total_triples":4' 'the statistics'

# A wrong key ends the script at its first call.
if SKG_URL=$address SKG_KEY=${key}x sh "$2/examples/http/quickstart.sh" \
  > "$work/refused" 2>&1; then
  fail "quickstart.sh succeeded with a wrong key"
fi
expect "$work/refused" 'Invalid API key' 'the refusal'
stop_server
