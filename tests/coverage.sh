#!/usr/bin/env bash
# Says how much of PaxosSM.Core the simulator alone reaches: lines and branches, in total and a row a file.
#   tests/coverage.sh [SEEDS [SECONDS [FIRST_SEED]]]    300 seeds of 8 simulated seconds unless told otherwise
# artifacts/coverage/lcov.info has the details, line by line.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

seeds=${1:-300} seconds=${2:-8} first_seed=${3:-1}
out=$PWD/artifacts/coverage
mkdir -p "$out"
rm -f "$out/lcov.info"

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
dotnet build src/PaxosSM.Cli --configuration Debug --output "$out/cli" -v quiet -p:RunAnalyzers=false

# Coverlet offers its steps to MSBuild only; this project runs them around the simulator. It stands alone.
echo '<Project />' >"$out/Directory.Build.props"
cat >"$out/coverage.csproj" <<'PROJECT'
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup>
    <TargetFramework>net10.0</TargetFramework>
    <ManagePackageVersionsCentrally>false</ManagePackageVersionsCentrally>
  </PropertyGroup>
  <ItemGroup>
    <PackageReference Include="coverlet.msbuild" Version="10.0.1" />
  </ItemGroup>
  <Target Name="Simulate">
    <Coverlet.MSbuild.Tasks.InstrumentationTask Path="$(Program)" Include="[PaxosSM.Core]*" SingleHit="true">
      <Output TaskParameter="InstrumenterState" PropertyName="InstrumenterState" />
    </Coverlet.MSbuild.Tasks.InstrumentationTask>
    <Exec Command="dotnet &quot;$(Program)&quot; simulate $(SimulateOptions) &gt;&quot;$(Rows)&quot;" IgnoreExitCode="true">
      <Output TaskParameter="ExitCode" PropertyName="SimulateStatus" />
    </Exec>
    <Coverlet.MSbuild.Tasks.CoverageResultTask InstrumenterState="$(InstrumenterState)"
      Output="$(MSBuildProjectDirectory)/lcov.info" OutputFormat="lcov"
      Threshold="0" ThresholdType="branch" ThresholdStat="total" />
    <Error Condition="'$(SimulateStatus)' != '0'" Text="the simulator ended with $(SimulateStatus): see $(Rows)" />
  </Target>
</Project>
PROJECT
dotnet restore "$out/coverage.csproj" -v quiet

status=0
dotnet msbuild "$out/coverage.csproj" -target:Simulate -v:minimal -nodeReuse:false \
  -p:Program="$out/cli/paxossm.dll" -p:Rows="$out/seeds.txt" \
  -p:SimulateOptions="--seeds $seeds --seconds $seconds --first-seed $first_seed" >"$out/log.txt" || status=$?
[ "$status" -eq 0 ] || cat "$out/log.txt" >&2

awk -F: -v root="$PWD/src/PaxosSM.Core/" '
  /^SF:/ { file = $2; sub(root, "", file) }
  /^LF:/ { lines += lf = $2 }
  /^LH:/ { linesHit += lh = $2 }
  /^BRF:/ { branches += bf = $2 }
  /^BRH:/ { branchesHit += bh = $2 }
  /^end_of_record/ { row[file] = sprintf("%5d %5d/%-5d %5d/%-5d  %s", bf - bh, bh, bf, lh, lf, file) }
  function percent(hit, all) { return all ? sprintf("%.1f %% (%d of %d)", 100 * hit / all, hit, all) : "none" }
  END {
    print " open  branches       lines  file"
    for (file in row) print row[file] | "sort -k1,1nr -k4"
    close("sort -k1,1nr -k4")
    print "branches " percent(branchesHit, branches) ", lines " percent(linesHit, lines)
  }' "$out/lcov.info"
exit "$status"
