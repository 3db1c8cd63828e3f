# Shared by the shell tests: a server on a free port in a directory of its own.
work=$(mktemp -d)
server=
trap 'stop=$?; [ -z "$server" ] || kill "$server" 2>/dev/null || true
      rm -rf "$work"; exit $stop' EXIT
trap 'exit 1' INT TERM

fail() {
  echo "$1" >&2
  for log in "$work"/*; do
    [ ! -f "$log" ] || { echo "--- $log" >&2; cat "$log" >&2; }
  done
  exit 1
}

# expect FILE TEXT WHAT
expect() {
  tr -d ' \n' < "$1" > "$work/squeezed"
  grep -qF "$(printf %s "$2" | tr -d ' ')" "$work/squeezed" ||
    fail "$1 lacks $3: $2"
}

# wait_for TEXT FILE PROCESS: at most 60 s.
wait_for() {
  tries=0
  until grep -q "$1" "$2" 2>/dev/null; do
    kill -0 "$3" 2>/dev/null || fail "the process ended before it said: $1"
    tries=$((tries + 1))
    [ $tries -lt 600 ] || fail "no \"$1\" after 60 s"
    sleep 0.1
  done
}

# start_server SKG: sets address and key.
start_server() {
  "$1" keys create > "$work/key" || fail "keys create failed"
  key=$(grep -Eo 'skg_[A-Za-z0-9_-]+' "$work/key" | head -n 1)
  SKG_API_KEY_HASH=$(grep -Eo 'sha256:[0-9a-f]{64}' "$work/key" | head -n 1)
  export SKG_API_KEY_HASH
  "$1" serve --data "$work/data" --port 0 > "$work/server.log" 2>&1 &
  server=$!
  wait_for 'listening on http' "$work/server.log" "$server"
  address=$(grep -Eo 'http://[^ "]+' "$work/server.log" | head -n 1)
}

# SIGTERM must end it with 0.
stop_server() {
  kill -TERM "$server"
  wait "$server" || fail "the server ended with $?"
  server=
}
