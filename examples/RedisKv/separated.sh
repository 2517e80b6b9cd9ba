#!/usr/bin/env bash
# Runs the eight members of separated.json, one process each, until Ctrl-C: 3 acceptors, 2 proposers, 3 learners.
#   examples/RedisKv/separated.sh [DIR]     data below DIR, a fresh folder unless given
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

data=${1:-$(mktemp -d)}
port=7401
trap 'kill $(jobs -p) 2>/dev/null; wait' EXIT INT TERM
dotnet build RedisKv.csproj --configuration Release -v quiet --nologo
for member in a1 a2 a3 p1 p2 l1 l2 l3; do
  dotnet ../../artifacts/bin/RedisKv/release/RedisKv.dll --config separated.json --self "$member" \
    --data "$data/$member" --listen "127.0.0.1:$port" --log Warning &
  port=$((port + 1))
done
wait
