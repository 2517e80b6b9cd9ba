#!/usr/bin/env bash
# Compiles the models and checks them: the sound protocol breaks no invariant, its runs reach what they must, and every
# mutant is noticed. One line a case; non-zero when a case is not as it must be.
#   specs/model/check.sh                           all, in about two minutes on two cores
#   specs/model/check.sh --clean Lanes 20000 42    one sound model alone: so many schedules, from this seed
#   specs/model/check.sh --trace Lanes CASE        how a mutant is noticed, step by step
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
specs=$PWD
out=$(cd .. && pwd)/artifacts/model
seed=1
models="Lanes Epochs"
declare -A clean_schedules=([Lanes]=600 [Epochs]=400)
mutant_schedules=2000

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 MSBUILDDISABLENODEREUSE=1
# A test runner's own build settings are not ours.
unset MSBuildSDKsPath MSBuildExtensionsPath MSBUILD_EXE_PATH MSBuildLoadMicrosoftTargetsReadOnly

compile() {
  local log=$out/compile.log model
  mkdir -p "$out"
  # What is generated is none of the repository's code: its rules, packages and output folders stay outside.
  echo '<Project><PropertyGroup><RunAnalyzers>false</RunAnalyzers></PropertyGroup></Project>' \
    >"$out/Directory.Build.props"
  echo '<Project />' | tee "$out/Directory.Build.targets" >"$out/Directory.Packages.props"
  dotnet tool restore >"$log" 2>&1 || { cat "$log" >&2; return 1; }
  for model in $models; do
    (cd "$specs/model/$model" && dotnet tool run p compile) >"$log" 2>&1 &&
      grep -q "Compilation succeeded" "$log" || { cat "$log" >&2; return 1; }
  done
}

# All tests of a model with that prefix, one after another in one process.
check() {
  local model=$1 prefix=$2 schedules=$3 from=$4
  rm -rf "${out:?}/$model/$prefix"
  (cd "$specs" && dotnet tool run p check "$out/$model/PChecker/net8.0/$model.dll" --testcase "$prefix" \
    --schedules "$schedules" --seed "$from" --outdir "$out/$model/$prefix") >"$out/$model/$prefix.log" 2>&1
}

# Of a log: test, bugs, schedules, and the file of the schedule that shows the bug.
results() {
  awk '
    function tell() { if (test != "") print test, bugs + 0, schedules + 0, (trace == "" ? "-" : trace) }
    /Test case ::/ { tell(); test = $NF; bugs = schedules = 0; trace = "" }
    /Found [0-9]+ bugs?\./ { bugs = $3 }
    /Explored [0-9]+ schedules?/ { schedules = $3 }
    /Writing .*[0-9]\.txt/ { trace = $NF }
    END { tell() }' "$1"
}

# What the monitor said. A run that ends in any other way has shown nothing.
said() {
  sed -n 's/.*<ErrorLog> Assertion Failed: PSpec[^ ]* //p' "$1" | head -n 1
}

# A case is as it must be when a monitor spoke exactly if it is wanted.
report() {
  local model=$1 prefix=$2 wanted=$3 log=$out/$1/$2.log name bugs schedules trace words
  while read -r name bugs schedules trace; do
    seen=$((seen + 1))
    words=
    [ "$trace" = - ] || words=$(said "$trace")
    if [ "$bugs" -ne "$wanted" ] || [ "$schedules" -eq 0 ] || { [ "$wanted" -eq 1 ] && [ -z "$words" ]; }; then
      echo "FAILED $model.$name $schedules schedules, $bugs bugs, $wanted wanted: $log"
      failed=$((failed + 1))
    elif [ "$wanted" -eq 0 ]; then
      echo "ok $model.$name $schedules schedules"
    else
      echo "ok $model.$name $schedules schedules: $words"
    fi
  done < <(results "$log")
}

compile || exit 1
case "${1:-}" in
  --clean)
    model=${2:?which model}
    check "$model" Clean "${3:-20000}" "${4:-$RANDOM}"
    tail -n 20 "$out/$model/Clean.log"
    exit
    ;;
  --trace)
    model=${2:?which model} case=${3:?which case}
    check "$model" "$case" "$mutant_schedules" "$seed"
    results "$out/$model/$case.log" | while read -r _ _ _ trace; do cat "$trace"; done
    exit
    ;;
esac

seen=0 failed=0 cases=0
for model in $models; do check "$model" Clean "${clean_schedules[$model]}" "$seed"; done &
for model in $models; do
  check "$model" Goal_ "$mutant_schedules" "$seed"
  check "$model" Mutant_ "$mutant_schedules" "$seed"
done
wait
for model in $models; do
  report "$model" Clean 0
  report "$model" Goal_ 1
  report "$model" Mutant_ 1
  cases=$((cases + $(grep -c '^test ' "$specs/model/$model/PTst/Tests.p")))
done
echo "$((seen - failed)) of $cases cases are as they must be"
[ "$failed" -eq 0 ] && [ "$seen" -eq "$cases" ]
