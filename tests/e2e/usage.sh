#!/usr/bin/env bash
# Wrong usage ends with 64 and a suggestion; --help with 0.
source tests/e2e/lib.bash
exits 64
exits 64 prvoe a b
warns 'did you mean "prove"?'
exits 64 prove
exits 64 prove softmax softmax softmax
exits 64 prove softmax stable_softmax --tiemout 3
warns 'did you mean "--timeout"?'
exits 64 prove softmax stable_softmax --timeout soon
exits 64 prove softmax stable_softmax --timeout -1
exits 64 rules
exits 64 rules verfy
warns 'did you mean "verify"?'
exits 64 rules verify --solver-stub maybe
exits 64 run softmax --sizes n
exits 64 prove softmax --json
exits 64 nothing --json
holds 'j["error"]["kind"] == "usage"'
exits 0 --help
says "Exit codes"
exits 0 prove --help
says "--ledger"
exits 0 trust
says "exp_add"
exits 0 trust --json
holds 'len(j["axioms"]) >= 4 and any(t["lines"] > 500 for t in j["trusted"])'
exits 0 rules list
says "inv_mul"
exits 0 rules list --json
holds 'len(j["rules"]) > 20 and any(r["kind"] == "false rule" for r in j["rules"])'
# A reader that has seen enough is no error: `skein ... | head`.
"$SKEIN" prove examples/attention.skn:stable 2>"$scratch/stderr" | true || true
[[ ! -s "$scratch/stderr" ]] || fail "a closed pipe is told as an error"
