#!/usr/bin/env bash
# Breaks the code on purpose, one patch of this folder at a time, in a scratch copy of HEAD, and says who notices.
# Writes the table of README.md; ends non-zero when a mutant survives, does not apply or does not compile.
#   specs/mutants/run.sh                    all mutants
#   specs/mutants/run.sh lease 042          those whose file name contains one of the words
#   specs/mutants/run.sh --only-check       no run: every patch has its header and applies to the present tree
#   specs/mutants/run.sh --equivalent       the mutants that change nothing: every one must survive
#   --killers "core-tests simulator"        who runs, in which order; default: all, the cheapest first
#   --seeds N --first-seed S --seconds X    what the simulator runs for each mutant
#   --copy FOLDER                           works there and leaves it, so that the next run need not build it all
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)

killers="simulator core-tests storage-tests transport-tests simulation-tests hosting-tests"
seeds=300 first_seed=1 seconds=8
only_check=0 equivalent=0 scratch=""
words=()
while [ $# -gt 0 ]; do
  case "$1" in
    --only-check) only_check=1 ;;
    --equivalent) equivalent=1 ;;
    --killers) killers=$2 && shift ;;
    --seeds) seeds=$2 && shift ;;
    --first-seed) first_seed=$2 && shift ;;
    --seconds) seconds=$2 && shift ;;
    --copy) scratch=$2 && shift ;;
    --*)
      sed -n '2,10p' "${BASH_SOURCE[0]}" | cut -c3- >&2
      exit 2
      ;;
    *) words+=("$1") ;;
  esac
  shift
done

# How long a killer may take, in seconds, before it counts as hanging: several times what it takes when all is well.
declare -A seconds_max=([core-tests]=300 [storage-tests]=180 [transport-tests]=120 [hosting-tests]=300
  [simulation-tests]=400 [simulator]=150)
declare -A projects=([core-tests]=tests/PaxosSM.Core.Tests [storage-tests]=tests/PaxosSM.Storage.Tests
  [transport-tests]=tests/PaxosSM.Transport.Tests [hosting-tests]=tests/PaxosSM.Hosting.Tests
  [simulation-tests]=tests/PaxosSM.Simulation.Tests [simulator]=src/PaxosSM.Cli)
build_order=(Abstractions Core Runtime Storage Client Transport.Tcp Hosting Testing)
build_options=(--configuration Release -v quiet --nologo -p:RunAnalyzers=false -p:EnforceCodeStyleInBuild=false
  -p:GenerateDocumentationFile=false -p:NoWarn=1591%3B0169%3B0414%3B0649)
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_CLI_UI_LANGUAGE=en

patches=()
folder=$here
[ $equivalent -eq 1 ] && folder=$here/equivalent
for patch in "$folder"/[0-9]*.patch; do
  name=$(basename "$patch" .patch)
  wanted=$((${#words[@]} == 0))
  for word in ${words[@]+"${words[@]}"}; do
    case "$name" in *"$word"*) wanted=1 ;; esac
  done
  [ $wanted -eq 1 ] && patches+=("$patch")
done

# A field of a patch's header, its continued lines joined.
field() {
  sed -n "/^$1: /,/^[A-Zd]/p" "$2" | sed -n "1s/^$1: //p; 2,\${/^  /!q; s/^ */ /p}" | tr -d '\n'
}

# All of a patch's context must be there: with less of it a patch may land where it changes nothing.
apply=(git apply --recount)

check() {
  local patch=$1 wrong=0 each
  for each in Rule What Harm Expect; do
    [ -n "$(field $each "$patch")" ] || { echo "$(basename "$patch"): no $each" >&2; wrong=1; }
  done
  (cd "$root" && "${apply[@]}" --check "$patch") || { echo "$(basename "$patch"): does not apply" >&2; wrong=1; }
  return $wrong
}

if [ $only_check -eq 1 ]; then
  bad=0
  for patch in "${patches[@]}"; do
    check "$patch" || bad=$((bad + 1))
  done
  echo "${#patches[@]} patches, $bad wrong"
  [ $bad -eq 0 ]
  exit
fi

if [ -z "$scratch" ]; then
  scratch=$(mktemp -d)
  trap 'rm -rf "$scratch"' EXIT
fi
copy=$scratch/copy
log=$scratch/log
started=$SECONDS

killer_is_there() { [ -d "$copy/${projects[$1]}" ]; }

assembly_of() {
  local name
  name=$(basename "${projects[$1]}")
  [ "$1" = simulator ] && echo "$copy/artifacts/bin/$name/release/paxossm.dll" && return
  echo "$copy/artifacts/bin/$name/release/$name.dll"
}

# What the copy was built from: patches and pages may change without a build.
built_from() { git -C "$root" rev-parse HEAD:src HEAD:tests 2>/dev/null | tr '\n' ' '; }

# Builds every killer once, keeps the sound assemblies, and makes sure that nobody cries wolf.
prepare() {
  local killer project present=()
  if [ "$(cat "$scratch/built-from" 2>/dev/null)" != "$(built_from)" ]; then
    rm -rf "$copy" "$scratch/sound" "$scratch/passed"
    git clone -q --shared "$root" "$copy" || exit 1
    mkdir -p "$scratch/sound" "$scratch/passed"
    cat >"$scratch/stop.runsettings" <<'SETTINGS'
<RunSettings><xUnit><StopOnFail>true</StopOnFail></xUnit></RunSettings>
SETTINGS
    built_from >"$scratch/built-from"
  fi
  for killer in $killers; do
    if ! killer_is_there "$killer"; then
      echo "no $killer: ${projects[$killer]} is not there" >&2
      continue
    fi
    present+=("$killer")
    [ -e "$scratch/passed/$killer" ] && continue
    git -C "$copy" checkout -q -- src
    (cd "$copy" && timeout 600 dotnet build "${projects[$killer]}" "${build_options[@]}") >"$log" 2>&1 ||
      { cat "$log" >&2; echo "the sound code does not build" >&2; exit 1; }
    if kill_with "$killer"; then
      cat "$log" >&2
      echo "$killer fails on the sound code: $sign" >&2
      exit 1
    fi
    touch "$scratch/passed/$killer"
    echo "$(date +%T) the sound code passes $killer" >&2
    for project in "${build_order[@]}"; do
      cp "$copy/artifacts/bin/PaxosSM.$project/release/PaxosSM.$project.dll" "$scratch/sound/" 2>/dev/null
    done
  done
  killers="${present[*]}"
  for project in "${build_order[@]}"; do
    [ ! -e "$scratch/sound/PaxosSM.$project.dll" ] || restore "$project"
  done
}

# Puts an assembly beside every killer that uses it.
spread() {
  local beside
  for beside in "$copy"/artifacts/bin/*/release/"$(basename "$1")"; do
    [ "$beside" -ef "$1" ] || cp "$1" "$beside"
  done
}

# The test that alone may kill the mutant; empty for all.
named=""

# Runs a killer; true when it noticed. Sets sign, what it said first, and needed, how many seeds or cases it took.
kill_with() {
  local killer=$1 assembly status
  assembly=$(assembly_of "$killer")
  sign="" needed=""
  if [ "$killer" = simulator ]; then
    simulate "$assembly" "${seconds_max[$killer]}"
    status=$?
    [ $status -eq 0 ] && return 1
    read_simulator
  else
    (cd "$copy" && timeout --kill-after=10 "${seconds_max[$killer]}" dotnet test "$assembly" \
      ${named:+--filter "FullyQualifiedName~.$named"} \
      --settings "$scratch/stop.runsettings" --logger "console;verbosity=normal") >"$log" 2>&1
    status=$?
    [ $status -eq 0 ] && return 1
    read_tests
  fi
  [ $status -eq 124 ] || [ $status -eq 137 ] && sign="no progress within ${seconds_max[$killer]} s"
  [ -n "$sign" ] || sign="ended with status $status"
  return 0
}

# Ends with the first seed that fails, which is then run alone: it says what it broke.
simulate() {
  local assembly=$1 limit=$2 running failed
  timeout --kill-after=10 "$limit" dotnet exec "$assembly" simulate --seeds "$seeds" --first-seed "$first_seed" \
    --seconds "$seconds" >"$log" 2>&1 &
  running=$!
  until ! kill -0 "$running" 2>/dev/null || grep -q VIOLATION "$log"; do
    sleep 0.3
  done
  failed=$(grep -m1 VIOLATION "$log" | sed 's/^ *//; s/ .*//')
  [ -z "$failed" ] || kill "$running" 2>/dev/null
  wait "$running"
  local status=$?
  [ -n "$failed" ] || return "$status"
  timeout --kill-after=10 "$limit" dotnet exec "$assembly" simulate --seed "$failed" --seconds "$seconds" \
    >"$log" 2>&1
}

read_tests() {
  local test message
  test=$(sed -n 's/^ *Failed [A-Za-z.]*\.\([A-Za-z_0-9]*\).*/\1/p' "$log" | head -n 1 | tr _ ' ')
  message=$(grep -A1 -m1 'Error Message:' "$log" | tail -n 1 | sed 's/^ *//; s/^[A-Za-z.]*Exception : //')
  # A property's own message begins a line later; beside another's it is one that was under way when the run stopped.
  [ -n "$message" ] || needed=$(sed -n 's/.*Falsifiable, after \([0-9]*\) test.*/\1/p' "$log" | head -n 1)
  if [[ $message =~ ^seed\ ([0-9]+) ]]; then
    # Random runs count from 100,000; what is below failed once and is tried first.
    needed=${BASH_REMATCH[1]}
    [ "$needed" -ge 100000 ] && needed=$((needed - 99999)) || needed=1
    message=$(sed 's/^seed [0-9]* ([^)]*): //' <<<"$message")
  fi
  # A test host that dies with the first failure leaves its name only.
  [ -n "$test" ] || test=$(sed -n 's/.*\.\([A-Za-z_0-9]*\)\((.*\)\{0,1\} \[FAIL\].*/\1/p' "$log" | head -n 1 | tr _ ' ')
  [ -z "$test" ] || sign="$test${message:+: }$message"
}

read_simulator() {
  local line
  line=$(grep -E '^[0-9]+: .* is broken at ' "$log" | sort -n | head -n 1)
  [[ $line =~ ^([0-9]+):\ (.*)$ ]] || return
  needed=$((BASH_REMATCH[1] - first_seed + 1))
  sign=${BASH_REMATCH[2]}
}

declare -A row
survivors=0

try() {
  local patch=$1 name rule project changed=() killer named
  named=$(field Test "$patch")
  name=$(basename "$patch" .patch)
  rule=$(field Rule "$patch")
  git -C "$copy" checkout -q -- src
  if ! (cd "$copy" && "${apply[@]}" "$patch") >"$log" 2>&1; then
    record "$name" "$rule" "does not apply" "" "$(head -n 1 "$log")"
    return
  fi
  for project in "${build_order[@]}"; do
    grep -q "^+++ b/src/PaxosSM.$project/" "$patch" && changed+=("$project")
  done
  for project in "${changed[@]}"; do
    if ! (cd "$copy" && timeout 300 dotnet build "src/PaxosSM.$project" --no-restore --no-dependencies \
      "${build_options[@]}") >"$log" 2>&1; then
      record "$name" "$rule" "does not compile" "" "$(grep -m1 -o 'error .*' "$log" | sed 's/ \[.*//')"
      restore "${changed[@]}"
      return
    fi
    spread "$copy/artifacts/bin/PaxosSM.$project/release/PaxosSM.$project.dll"
  done
  for killer in $(expected_first "$patch"); do
    uses "$killer" "${changed[@]}" || continue
    if kill_with "$killer"; then
      record "$name" "$rule" "$killer" "$needed" "$sign"
      restore "${changed[@]}"
      return
    fi
  done
  record "$name" "$rule" "**nobody**" "" ""
  restore "${changed[@]}"
}

# The killers, the one that the patch names before the others: most often it is right. Where it names a test, too, no
# other counts.
expected_first() {
  local killer expected
  expected=$(field Expect "$1")
  for killer in $killers; do
    [ "$killer" = "$expected" ] && echo "$killer"
  done
  [ -z "$(field Test "$1")" ] || return
  for killer in $killers; do
    [ "$killer" = "$expected" ] || echo "$killer"
  done
}

# Whether a killer runs any of the projects at all.
uses() {
  local beside project
  beside=$(dirname "$(assembly_of "$1")")
  shift
  for project in "$@"; do
    [ -f "$beside/PaxosSM.$project.dll" ] && return 0
  done
  return 1
}

restore() {
  local project
  for project in "$@"; do
    cp "$scratch/sound/PaxosSM.$project.dll" "$copy/artifacts/bin/PaxosSM.$project/release/"
    spread "$copy/artifacts/bin/PaxosSM.$project/release/PaxosSM.$project.dll"
  done
}

record() {
  local name=$1 rule=$2 killer=$3 needed=$4 sign=$5
  case "$killer" in
    *nobody* | "does not"*) survivors=$((survivors + 1)) ;;
  esac
  sign=$(tr -d '`' <<<"$sign" | sed 's/|/\\|/g; s/[[:cntrl:]]//g' | cut -c1-110)
  row[$name]="| [$name]($name.patch) | $rule | $killer | ${needed:--} | $sign |"
  echo "$(date +%T) $name: $killer ${needed:+(}${needed}${needed:+)} $sign" >&2
}

# Which test stands for which anomaly, and with which mutants it fails.
write_anomalies() {
  printf '\n## The classic anomalies\n\n'
  echo "| anomaly | rule | fails with the mutant | test |"
  echo "| --- | --- | --- | --- |"
  local patch name
  for patch in "$here"/[0-9]*.patch; do
    [ -n "$(field Anomaly "$patch")" ] || continue
    name=$(basename "$patch" .patch)
    echo "| $(field Anomaly "$patch") | $(field Rule "$patch") | [${name%%-*}]($name.patch) | $(field Test "$patch") |"
  done
}

# The rows of mutants that were not run now stay as they are.
write_table() {
  local page=$here/README.md kept name
  kept=$(grep '^| \[' "$page" 2>/dev/null)
  {
    sed '/^| mutant /,$d' "$page"
    echo "| mutant | rule | killed by | seeds | what it said first |"
    echo "| --- | --- | --- | --- | --- |"
    for patch in "$here"/[0-9]*.patch; do
      name=$(basename "$patch" .patch)
      if [ -n "${row[$name]:-}" ]; then
        echo "${row[$name]}"
      else
        grep -F "| [$name](" <<<"$kept" || echo "| [$name]($name.patch) | $(field Rule "$patch") | not run | - | |"
      fi
    done
    write_anomalies
  } >"$scratch/page" && cp "$scratch/page" "$page"
}

prepare
for patch in "${patches[@]}"; do
  try "$patch"
  [ $equivalent -eq 1 ] || write_table
done
minutes=$(((SECONDS - started + 59) / 60))
if [ $equivalent -eq 1 ]; then
  echo "${#patches[@]} mutants that change nothing, $((${#patches[@]} - survivors)) noticed, $minutes minutes"
  [ $survivors -eq ${#patches[@]} ]
else
  echo "${#patches[@]} mutants, $survivors not killed, $minutes minutes"
  [ $survivors -eq 0 ]
fi
