#!/usr/bin/env bash
# A few random diagrams and pairs; the counts are kept, and what was done is not done again.
source tests/e2e/lib.bash
exits 0 campaign --diagrams 30 --pairs 2 --seed 5 --state "$scratch/state.json" --json
holds 'j["diagrams"]["features"]["diagrams"] == 30 and j["diagrams"]["counts"]["points"] > 60'
holds 'j["diagrams"]["findings"] == [] and j["pairs"]["findings"] == []'
holds 'sum(n for _, n in j["diagrams"]["done"]) == 30 and sum(n for _, n in j["pairs"]["done"]) == 2'
cp "$scratch/stdout" "$scratch/first.json"
exits 0 campaign --diagrams 30 --pairs 2 --seed 5 --state "$scratch/state.json" --json
cmp "$scratch/stdout" "$scratch/first.json" || fail "an ended campaign does not stay as it is"
exits 65 campaign --diagrams 30 --seed 6 --state "$scratch/state.json"
warns "has the seed 5"
echo '{}' >"$scratch/state.json"
exits 65 campaign --diagrams 30 --state "$scratch/state.json"
