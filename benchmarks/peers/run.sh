#!/bin/sh
# Builds the release preset and runs workloads with their peers in one run:
#
#   sh benchmarks/peers/run.sh                     the write, read and HTTP workloads
#   sh benchmarks/peers/run.sh batch_insert ...    these, with skg-bench's options
#
# Writes build/benchmarks/TIME.txt (the table) and TIME.json. The stores are
# made under build/benchmarks, so the disk that is measured is that of the
# checkout; SKG_BENCH_DATA names another directory.
set -eu
cd "$(dirname -- "$0")/../.."

say() { printf '%s\n' "$*" >&2; }

# Peers and clients that are no part of the build. Debian's, and never in CI.
packages="wrk"
missing=
for package in $packages; do
  command -v "$package" > /dev/null || missing="$missing $package"
done
if [ -n "$missing" ]; then
  sudo=
  [ "$(id -u)" -eq 0 ] || sudo=sudo
  # shellcheck disable=SC2086
  $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y \
    --no-install-recommends $missing >&2 ||
    say "run.sh: without$missing what needs it is skipped"
fi

# What else is needed to build is installed by the script of the main job. The
# commit in the report is that of the configuration: configure anew.
sh cmake/dev.sh build
cmake --preset release > /dev/null
cmake --build build/release --target skg_bench >&2

out=build/benchmarks
mkdir -p "$out"
data=${SKG_BENCH_DATA:-$out}
report=$out/$(date -u +%Y%m%dT%H%M%SZ)
[ $# -gt 0 ] || set -- all
status=0
build/release/bin/skg-bench run "$@" --data "$data" --json "$report.json" \
  > "$report.txt" || status=$?
cat "$report.txt"
say "the table: $report.txt; the figures: $report.json"
exit "$status"
