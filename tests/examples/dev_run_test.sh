#!/bin/sh
# `cmake/dev.sh run` with a program that is built already: what it prints can
# be pasted, two of them run side by side, Ctrl-C ends it well, and a second
# start loads nothing: dev_run_test.sh SKG SOURCE
set -eu
. "$2/tests/examples/server.sh"
first=
second=
trap 'stop=$?
      for process in $first $second; do kill "$process" 2>/dev/null || true; done
      [ -z "$first$second" ] || wait || true
      rm -rf "$work"; exit $stop' EXIT

# start NAME: from another working directory, with SIGINT as on a terminal.
start() {
  rm -f "$work/$1.out" "$work/$1.err"  # what an earlier start has said
  (cd "$work" && SKG_PROGRAM=$skg SKG_RUN_DATA="$work/$1.d/data" \
    exec env --default-signal=INT sh "$source/cmake/dev.sh" run) \
    > "$work/$1.out" 2> "$work/$1.err" &
}

# paste FILE NUMBER: runs the n-th command that it shows.
paste_command() {
  grep '^  curl ' "$1" | sed -n "$2p" > "$work/command"
  [ -s "$work/command" ] || fail "$1 has no command $2"
  sh "$work/command" > "$work/answer" || fail "command $2 failed"
}

skg=$1
source=$2
start first
first=$!
wait_for 'Ctrl-C stops it' "$work/first.out" "$first"
start second
second=$!
wait_for 'Ctrl-C stops it' "$work/second.out" "$second"

for name in first second; do
  [ "$(grep -c '^  curl ' "$work/$name.out")" -eq 3 ] || fail "not three commands"
  paste_command "$work/$name.out" 1
  expect "$work/answer" '"bindings":' 'bindings'
  expect "$work/answer" 'James_Clerk_Maxwell' 'who influenced Einstein'
  paste_command "$work/$name.out" 2
  expect "$work/answer" '"object":"Polonium"' 'what Curie discovered'
  expect "$work/answer" 'Comptes rendus' 'where it was published'
  paste_command "$work/$name.out" 3
  expect "$work/answer" '"target":"Isaac_Newton"' 'the line from Copernicus'
done
if [ "$(sed -n 's/^skg serves.* at //p' "$work/first.out")" = \
     "$(sed -n 's/^skg serves.* at //p' "$work/second.out")" ]; then
  fail "two servers at one address"
fi

kill -INT "$first"
wait "$first" || fail "Ctrl-C ended it with $?"
first=
kill -TERM "$second"
wait "$second" || fail "SIGTERM ended it with $?"
second=

grep -q '^loading' "$work/first.err" || fail "the first start loaded nothing"
start first
first=$!
wait_for 'Ctrl-C stops it' "$work/first.out" "$first"
if grep -q '^loading' "$work/first.err"; then fail "the second start loaded again"; fi
paste_command "$work/first.out" 2
expect "$work/answer" '"object":"Radium"' 'what was loaded before'
kill -INT "$first"
wait "$first" || fail "Ctrl-C ended it with $?"
first=
