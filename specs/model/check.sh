#!/usr/bin/env bash
# Compiles the model and checks it: the sound protocol breaks no invariant, its runs reach what they must, and every
# mutant is noticed. One line a case; non-zero when a case is not as it must be.
#   specs/model/check.sh                     all, in well under two minutes on two cores
#   specs/model/check.sh --clean 20000 42    the sound protocol alone: so many schedules, from this seed
#   specs/model/check.sh --trace CASE        how a mutant is noticed, step by step
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
specs=$PWD
out=$(cd .. && pwd)/artifacts/model
seed=1
clean_schedules=600
mutant_schedules=2000

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 MSBUILDDISABLENODEREUSE=1
# A test runner's own build settings are not ours.
unset MSBuildSDKsPath MSBuildExtensionsPath MSBUILD_EXE_PATH MSBuildLoadMicrosoftTargetsReadOnly

compile() {
  mkdir -p "$out"
  # What is generated is none of the repository's code: its rules, packages and output folders stay outside.
  echo '<Project><PropertyGroup><RunAnalyzers>false</RunAnalyzers></PropertyGroup></Project>' \
    >"$out/Directory.Build.props"
  echo '<Project />' | tee "$out/Directory.Build.targets" >"$out/Directory.Packages.props"
  { dotnet tool restore && cd "$specs/model/Lanes" && dotnet tool run p compile; } >"$out/compile.log" 2>&1 &&
    grep -q "Compilation succeeded" "$out/compile.log" && return 0
  cat "$out/compile.log" >&2
  return 1
}

# All tests of that prefix, one after another in one process.
check() {
  local prefix=$1 schedules=$2 from=$3
  rm -rf "${out:?}/$prefix"
  (cd "$specs" && dotnet tool run p check "$out/PChecker/net8.0/Lanes.dll" --testcase "$prefix" \
    --schedules "$schedules" --seed "$from" --outdir "$out/$prefix") >"$out/$prefix.log" 2>&1
}

# Of a log: test, bugs, schedules, and the file of the schedule that shows the bug.
results() {
  awk '
    function tell() { if (test != "") print test, bugs + 0, schedules + 0, (trace == "" ? "-" : trace) }
    /Test case ::/ { tell(); test = $NF; bugs = schedules = 0; trace = "" }
    /Found [0-9]+ bugs?\./ { bugs = $3 }
    /Explored [0-9]+ schedules?/ { schedules = $3 }
    /Writing .*[0-9]\.txt/ { trace = $NF }
    END { tell() }' "$out/$1.log"
}

# What the monitor said. A run that ends in any other way has shown nothing.
said() {
  sed -n 's/.*<ErrorLog> Assertion Failed: PSpec[^ ]* //p' "$1" | head -n 1
}

# A case is as it must be when a monitor spoke exactly if it is wanted.
report() {
  local prefix=$1 wanted=$2 name bugs schedules trace words
  while read -r name bugs schedules trace; do
    seen=$((seen + 1))
    words=
    [ "$trace" = - ] || words=$(said "$trace")
    if [ "$bugs" -ne "$wanted" ] || [ "$schedules" -eq 0 ] || { [ "$wanted" -eq 1 ] && [ -z "$words" ]; }; then
      echo "FAILED $name $schedules schedules, $bugs bugs, $wanted wanted: $out/$prefix.log"
      failed=$((failed + 1))
    elif [ "$wanted" -eq 0 ]; then
      echo "ok $name $schedules schedules"
    else
      echo "ok $name $schedules schedules: $words"
    fi
  done < <(results "$prefix")
}

compile || exit 1
case "${1:-}" in
  --clean)
    check Clean "${2:-20000}" "${3:-$RANDOM}"
    tail -n 20 "$out/Clean.log"
    exit
    ;;
  --trace)
    check "${2:?which case}" "$mutant_schedules" "$seed"
    results "$2" | while read -r _ _ _ trace; do cat "$trace"; done
    exit
    ;;
esac

seen=0 failed=0
cases=$(grep -c '^test ' "$specs/model/Lanes/PTst/Tests.p")
check Clean "$clean_schedules" "$seed" &
check Goal_ "$mutant_schedules" "$seed"
check Mutant_ "$mutant_schedules" "$seed"
wait
report Clean 0
report Goal_ 1
report Mutant_ 1
echo "$((seen - failed)) of $cases cases are as they must be"
[ "$failed" -eq 0 ] && [ "$seen" -eq "$cases" ]
