#!/usr/bin/env bash
# Builds once, packs, and runs every test project.
# Ends with one line, "N passed, N failed, N skipped", and exits non-zero when anything failed or a project ran no test.
#   ./test.sh          the short forms, in well under 15 minutes on two cores
#   ./test.sh --long   the long forms too: kill series, memory, soak (PAXOSSM_LONG=1)
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

project_seconds_max=600
for argument in "$@"; do
  case "$argument" in
    --long)
      export PAXOSSM_LONG=1
      project_seconds_max=7200
      ;;
    *)
      echo "usage: ./test.sh [--long]" >&2
      exit 2
      ;;
  esac
done

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
results=artifacts/test-results
passed=0 failed=0 skipped=0

finish() {
  echo "$passed passed, $failed failed, $skipped skipped"
  [ "$failed" -eq 0 ]
  exit
}

fail() {
  echo "FAILED: $1" >&2
  failed=$((failed + 1))
}

install_tools() {
  command -v redis-cli >/dev/null && command -v redis-benchmark >/dev/null && return 0
  local root=()
  [ "$(id -u)" -eq 0 ] || root=(sudo)
  { "${root[@]}" apt-get update -qq && "${root[@]}" apt-get install -y -qq redis-tools; } >/dev/null ||
    echo "redis-tools is missing and could not be installed: the tests that need it will fail" >&2
}

# The totals as the test platform wrote them: a crashed or empty run has none, and counts as a failure.
count() {
  local project=$1 file=$2 status=$3 counters
  counters=$(grep -o '<Counters [^>]*>' "$file" 2>/dev/null | head -n 1)
  local total ok bad
  total=$(sed -n 's/.* total="\([0-9]*\)".*/\1/p' <<<"$counters")
  ok=$(sed -n 's/.* passed="\([0-9]*\)".*/\1/p' <<<"$counters")
  bad=$(sed -n 's/.* failed="\([0-9]*\)".*/\1/p' <<<"$counters")
  passed=$((passed + ${ok:-0}))
  failed=$((failed + ${bad:-0}))
  skipped=$((skipped + ${total:-0} - ${ok:-0} - ${bad:-0}))
  if [ "${total:-0}" -eq 0 ]; then
    fail "$project ran no test"
  elif [ "$status" -ne 0 ] && [ "${bad:-0}" -eq 0 ]; then
    fail "$project ended with status $status"
  fi
}

run() {
  local project name status
  project=$1
  name=$(basename "$project" .csproj)
  echo "--- $name"
  timeout --kill-after=30 "$project_seconds_max" dotnet test "$project" --configuration Release --no-build \
    --logger "console;verbosity=minimal" --logger "trx;LogFileName=$name.trx" --results-directory "$results"
  status=$?
  [ "$status" -ne 124 ] || echo "$name: stopped after $project_seconds_max s" >&2
  count "$name" "$results/$name.trx" "$status"
}

install_tools
rm -rf "$results" artifacts/packages
if ! dotnet build PaxosSM.sln --configuration Release -v quiet; then
  fail "the build"
  finish
fi

dotnet pack PaxosSM.sln --configuration Release --no-build --output artifacts/packages -v quiet || fail "dotnet pack"
for project in tests/*/*.Tests.csproj; do
  run "$project"
done
finish
