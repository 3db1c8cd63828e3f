#!/bin/sh
# Sets up, builds, runs and tests libskg on Debian 12:
#
#   sh cmake/dev.sh run          build, load examples/data, serve it on port 7777
#   sh cmake/dev.sh build        the release build of the skg program only
#   sh cmake/dev.sh build python the Python package, in build/release/bindings/python
#   sh cmake/dev.sh test         build and run the tests
#   sh cmake/dev.sh test asan    base, tasks, rdf, storage, query, sparql, text, vector, analytics,
#                                engine and the Python package under the address and
#                                undefined-behaviour sanitizers
#   sh cmake/dev.sh test tsan    the same, without Python, under the thread sanitizer
#   sh cmake/dev.sh test slow    the tests that take minutes
#   sh cmake/dev.sh test NAME    the tests whose names match the expression NAME
#
# Missing Debian packages are installed first, with sudo only where needed.
# Everything it makes lies under build/ (and in ccache's folder).
set -eu

packages="g++ cmake ninja-build ccache mold pkg-config curl
  librocksdb-dev libabsl-dev libprotobuf-dev protobuf-compiler libssl-dev
  zlib1g-dev nlohmann-json3-dev libicu-dev libexpat1-dev libxxhash-dev
  libre2-dev libeigen3-dev libstemmer-dev libfaiss-dev libopenblas-dev
  libcpp-httplib-dev libcli11-dev libspdlog-dev libtomlplusplus-dev catch2
  pybind11-dev python3-dev"

# For the tests of the Python package.
test_packages="python3-pytest python3-hypothesis python3-numpy python3-pandas
  python3-scipy python3-networkx python3-rdflib python3-matplotlib mypy
  python3-setuptools python3-wheel python3-pip python3-venv"

cd "$(dirname -- "$0")/.."

say() { printf '%s\n' "$*" >&2; }
die() { say "dev.sh: $*"; exit 1; }
usage() { sed -n '2,/^$/{/^#/!d;s/^# \{0,1\}//p;}' cmake/dev.sh; }

install_packages() {
  if ! command -v dpkg-query > /dev/null; then
    say "dev.sh: no dpkg here; these packages, or what your system calls them, are needed:"
    say "  $(echo $packages)"
    return
  fi
  missing=
  for package in $packages; do
    case $(dpkg-query -W -f='${Status}' "$package" 2> /dev/null || true) in
      *' installed') ;;
      *) missing="$missing $package" ;;
    esac
  done
  [ -n "$missing" ] || return 0
  say "installing:$missing"
  sudo=
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo > /dev/null || die "neither root nor sudo: apt-get install$missing"
    sudo=sudo
  fi
  $sudo apt-get update -q >&2 || die "apt-get update failed"
  # shellcheck disable=SC2086
  $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y \
    --no-install-recommends $missing >&2 || die "apt-get install$missing failed"
}

# A second checkout, and the presets among each other, share what is compiled.
export CCACHE_BASEDIR="$PWD" CCACHE_NOHASHDIR=1
export CCACHE_MAXSIZE="${CCACHE_MAXSIZE:-3G}"
jobs=$(nproc 2> /dev/null || echo 2)

# build PRESET TARGET...
build() {
  preset=$1
  shift
  [ -f "build/$preset/build.ninja" ] || cmake --preset "$preset" >&2
  cmake --build "build/$preset" --parallel "$jobs" --target "$@" >&2
}

# What is loaded is remembered beside the data, so that a second start loads
# nothing.
load_data() {
  loaded=$(cat examples/data/science.ttl examples/data/weights.json | cksum)
  if [ -d "$data" ] && [ "$(cat "$data.loaded" 2> /dev/null)" = "$loaded" ]; then
    return 0
  fi
  rm -f "$data.loaded"
  for file in science.ttl weights.json; do
    say "loading examples/data/$file"
    "$skg" load --data "$data" "examples/data/$file" >&2 ||
      die "that failed; remove $data to start afresh"
  done
  echo "$loaded" > "$data.loaded"
}

# start_server PORT: returns 0 once it accepts; $server is its process. In a
# session of its own, so that Ctrl-C reaches it once, from here.
start_server() {
  : > "$data.log"  # an earlier start said where it listened
  setsid "$skg" serve --data "$data" --port "$1" > "$data.log" 2>&1 &
  server=$!
  until address=$(grep -Eo 'listening on http://[^ "]+' "$data.log"); do
    if ! kill -0 "$server" 2> /dev/null; then
      server=
      return 1
    fi
    sleep 0.1
  done
  address=${address#listening on }
}

stop_server() {
  trap '' INT TERM HUP
  [ -z "$server" ] && exit 0
  kill -TERM "$server" 2> /dev/null || true
  status=0
  wait "$server" || status=$?
  say "stopped"
  exit "$status"
}

# The test of this script gives a program that is built already, and a place
# for its data.
run() {
  skg=${SKG_PROGRAM:-}
  if [ -z "$skg" ]; then
    install_packages
    build release skg_program
    skg=build/release/bin/skg
  fi
  data=${SKG_RUN_DATA:-build/run-data}
  mkdir -p "$(dirname -- "$data")"
  load_data
  key=$("$skg" keys create)
  SKG_API_KEY_HASH=$(printf '%s\n' "$key" | grep -Eo 'sha256:[0-9a-f]{64}' | head -n 1)
  export SKG_API_KEY_HASH
  key=$(printf '%s\n' "$key" | grep -Eo 'skg_[A-Za-z0-9_-]+' | head -n 1)

  server=
  trap stop_server INT TERM HUP
  if ! start_server 7777; then
    grep -Eqi 'in use|taken' "$data.log" || die "$(tail -n 1 "$data.log")"
    start_server 0 || die "$(tail -n 1 "$data.log")"
  fi
  cat <<END

skg serves examples/data at $address
key: $key

Who influenced Einstein, and who influenced them?

  curl -s $address/query -H 'Authorization: Bearer $key' --json '{"patterns": [{"subject": "?first", "predicate": "influenced", "object": "?second"}, {"subject": "?second", "predicate": "influenced", "object": "Albert_Einstein"}]}'

What did Marie Curie discover, how certain is it, and who published it where?

  curl -s $address/query -H 'Authorization: Bearer $key' --json '{"pattern": ["Marie_Curie", "discovered", null], "include_metadata": true}'

Where does the line that begins with Copernicus lead?

  curl -s $address/api/v1/query/traverse -H 'Authorization: Bearer $key' --json '{"start_entity": "Nicolaus_Copernicus", "relationship_types": ["influenced"], "direction": "out", "max_depth": 4}'

Its log is $data.log. Ctrl-C stops it.
END
  wait "$server" || die "the server ended: $(tail -n 1 "$data.log")"
}

# sanitized PRESET: the folders where memory and threads are handled.
sanitized() {
  folders="base tasks rdf storage query sparql text vector vector/embed analytics engine"
  # shellcheck disable=SC2086
  targets=$(printf 'tests/%s/all ' $folders)
  # The interpreter, which is not instrumented, looks like races as well.
  if [ "$1" = asan ]; then
    targets="$targets skg_python"
    folders="$folders python"
  fi
  # shellcheck disable=SC2086
  build "$1" $targets
  # Debian's RocksDB is not instrumented: what happens inside looks like races.
  export TSAN_OPTIONS="ignore_noninstrumented_modules=1${TSAN_OPTIONS:+ $TSAN_OPTIONS}"
  failed=
  for folder in $folders; do
    ctest --test-dir "build/$1/tests/$folder" --output-on-failure \
      --parallel "$jobs" --no-tests=error -LE slow || failed="$failed $folder"
  done
  [ -z "$failed" ] || die "tests failed in$failed"
}

dev_tests() {
  build dev all
  ctest --test-dir build/dev --output-on-failure --parallel "$jobs" --no-tests=error "$@"
}

[ "${1:-}" != test ] || packages="$packages $test_packages"
case ${1:-}:${2:-} in
  run:) run ;;
  build:) install_packages; build release skg_program ;;
  build:python) install_packages; build release skg_python ;;
  test:) install_packages; dev_tests -LE slow ;;
  test:asan | test:tsan) install_packages; sanitized "$2" ;;
  test:slow) install_packages; dev_tests -L slow ;;
  test:*) install_packages; dev_tests -R "$2" ;;
  help: | --help: | -h:) usage ;;
  *) usage >&2; exit 2 ;;
esac
