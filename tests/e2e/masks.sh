#!/usr/bin/env bash
# A fully masked row lies outside of the domain, for the naive and the stable softmax alike.
source tests/e2e/lib.bash
cat >"$scratch/masked.skn" <<'SKN'
def naive(x[n])[n] = softmax[n](if 0 * x[n] >= 1 then x[n] else -inf)
def stable(x[n])[n] = stable_softmax_ext[n](if 0 * x[n] >= 1 then x[n] else -inf)
def open(x[n])[n] = softmax[n](if 0 * x[n] <= 1 then x[n] else -inf)
SKN
exits 0 run "$scratch/masked.skn:naive" --sizes n=3 --json
holds 'j["domain"]["inside"] == "no" and j["domain"]["message"] and j["sizes"]["n"] == 3'
exits 0 run "$scratch/masked.skn:stable" --sizes n=3 --json
holds 'j["domain"]["inside"] == "no"'
exits 0 run "$scratch/masked.skn:open" --sizes n=3 --json --out "$scratch/y"
holds 'j["domain"]["inside"] == "yes" and abs(j["outputs"][0]["mean"] - 1/3) < 1e-6 and j["outputs"][0]["shape"] == [3]'
[[ -s "$scratch/y/output_0.npy" ]] || fail "the output was not written"
exits 0 run "$scratch/masked.skn:open" --input "$scratch/y/output_0.npy" --json
holds 'j["sizes"]["n"] == 3'
exits 0 run softmax --sizes n=4 --float32
says "domain: inside"
