#!/usr/bin/env bash
# A sample of the library, mutated: what is false is refuted, what is proved is true, and few mutants stay open.
# The whole library: skein rules mutate --jobs N.
source tests/e2e/lib.bash
exits 0 rules mutate --statements 25 --seed 7 --jobs 2 --json
holds 'j["statements"] == 25 and j["fewest_per_statement"] >= 5 and j["mutants"] > 500'
holds 'j["contradicted"] == 0 and j["unknown_share"] < 0.05'
holds 'j["mutants"] == j["refuted"] + j["proved"] + j["unknown"] == sum(k["mutants"] for k in j["by_kind"].values())'
holds 'all(m["runs"] > 0 for m in j["results"] if m["fate"] == "proved")'
holds 'set(j["by_kind"]) >= {"operands", "condition", "stride", "constant", "neighbour", "term", "axis"}'
cp "$scratch/stdout" "$scratch/two_jobs.json"
exits 0 rules mutate --statements 25 --seed 7 --jobs 1 --json
# The number of jobs changes nothing, but for the few that a time limit may decide on a busy machine.
python3 - "$scratch/two_jobs.json" "$scratch/stdout" <<'EOF' || fail "the report depends on --jobs"
import json, sys
two, one = ([(m["statement"], m["edit"], m["fate"]) for m in json.load(open(f))["results"]] for f in sys.argv[1:])
different = [(a, b) for a, b in zip(two, one) if a != b]
print(*different, sep="\n", file=sys.stderr)
sys.exit(len(two) != len(one) or [a[:2] for a in two] != [b[:2] for b in one] or len(different) > 5)
EOF

# Kinds take turns, so few mutants are of many kinds; unknowns are listed by name and too many of them fail the run.
exits 0 rules mutate rules/core.skn --count 5
says "$(grep -cE '^(rule|law) ' rules/core.skn) statements, at least 5 mutants of each"
echo 'rule pythagoras(x): sin(x) * sin(x) + cos(x) * cos(x) == 1' >"$scratch/open.skn"
exits 1 rules mutate "$scratch/open.skn"
says "unknown: pythagoras: left side: x is negated"
exits 65 rules mutate "$scratch/nothing.skn"
