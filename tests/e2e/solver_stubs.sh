#!/usr/bin/env bash
# The leaves matter: without a solver no rule that has a leaf verifies; with one that says yes to all, false rules do.
source tests/e2e/lib.bash
files=(rules/axioms.skn rules/core.skn)
exits 0 rules verify "${files[@]}" --json --out "$scratch/out" --write-ledger "$scratch/ledger"
holds 'j["refuted"] == j["unknown"] == j["error"] == 0 and j["verified"] > 8'
holds 'j["false_accepted"] == 0 and j["false_unknown"] == 0 and j["false_refuted"] > 4'
holds 'all(r["witness"] for r in j["rules"] if r["kind"] == "false rule")'
field '"\n".join(r["name"] for r in j["rules"] if r.get("leaves", 0) > 0)' >"$scratch/with_leaves"
[[ -s "$scratch/with_leaves" ]] || fail "no rule has a leaf"
"$SKEIN_KERNEL" --ledger "$scratch/ledger" "$scratch/ledger"/*.cert >/dev/null || fail "skein-kernel rejects the ledger"

exits 2 rules verify "${files[@]}" --json --out "$scratch/out" --solver-stub unknown
field '"\n".join(r["name"] for r in j["rules"] if r["status"] == "verified")' >"$scratch/verified"
grep -qxF -f "$scratch/with_leaves" "$scratch/verified" && fail "a rule with a leaf verifies without a solver"

exits 1 rules verify "${files[@]}" --json --out "$scratch/out" --solver-stub unsat
holds 'j["false_accepted"] > 0 and len(j["accepted_twins"]) == j["false_accepted"]'

# What the solver is asked can be asked again.
name="$(head -n 1 "$scratch/with_leaves")"
exits 0 rules explain "$name"
says "leaves"
exits 0 rules smt2 "$name"
says "(check-sat)"
if command -v z3 >/dev/null; then
  z3 -in <"$scratch/stdout" | sort -u >"$scratch/answers"
  [[ "$(cat "$scratch/answers")" == unsat ]] || fail "z3 does not confirm the leaves of $name"
fi
