#!/usr/bin/env bash
# Naive attention equals stable attention for all sizes; the certificate replays, for these endpoints only; the wrong
# variants are refuted with witnesses that replay.
source tests/e2e/lib.bash
out="$scratch/out"
file=examples/attention.skn

exits 0 prove prelude:attention prelude:stable_attention --out "$out"
says "theorem statement: left == right"
says "proved"
says "instances"
# The statement comes first.
[[ "$(grep -n -m1 'theorem statement' "$scratch/stdout" | cut -d: -f1)" -lt "$(grep -n -m1 '^proved' "$scratch/stdout" | cut -d: -f1)" ]] ||
  fail "the verdict comes before the statement"
exits 0 prove attention stable_attention --out "$out" --json --explain
holds 'j["verdict"] == "proved" and j["confirmed"]["instances"] >= 20 and j["confirmed"]["max_rel_error"] < 1e-3'
holds 'j["steps"] > 0 and j["witness"] is None and "left == right" in j["statement"] and j["seconds"]["total"] > 0'
holds 'j["left"] == "attention" and j["right"] == "stable_attention" and isinstance(j["hypotheses"], list)'
certificate="$(field 'j["certificate"]')"
[[ -s "$certificate" ]] || fail "there is no certificate $certificate"
"$SKEIN_KERNEL" --ledger proofs/ledger "$certificate" >/dev/null || fail "skein-kernel rejects $certificate"

# The same in every run, and without colours or progress in a pipe.
cp "$certificate" "$scratch/first.cert"
exits 0 prove attention stable_attention --out "$out" --jobs 2
cmp -s "$certificate" "$scratch/first.cert" || fail "two runs wrote different certificates"
[[ ! -s "$scratch/stderr" ]] || fail "a piped run wrote to stderr"

exits 0 replay "$certificate" attention stable_attention
says "accepted"
exits 1 replay "$certificate" stable_attention attention
says "rejected"
exits 1 replay "$certificate" attention attention
exits 1 replay "$certificate" attention stable_attention --json --solver none
holds 'j["accepted"] is False or j["leaves"] == 0'
sed '0,/^left /{/^left /d}' "$certificate" >"$scratch/broken.cert"
exits 1 replay "$scratch/broken.cert" attention stable_attention

# Every wrong variant has a witness that anyone can run.
exits 0 prove "$file:no_scale" --out "$out" --json
holds 'j["results"][0]["verdict"] == "refuted" and j["results"][0]["as_expected"]'
exits 0 prove "$file" --out "$out" --json
holds 'j["total"] == j["as_expected"] and j["unknown"] == 0 and j["total"] >= 8'
holds 'all(r["witness"] for r in j["results"] if r["verdict"] == "refuted")'
field '"\n".join(r["name"] + " " + r["witness"] for r in j["results"] if r["verdict"] == "refuted")' >"$scratch/witnesses"
while read -r name witness; do
  [[ -s "$witness/witness.json" && -s "$witness/input_0.npy" ]] || fail "$witness is no witness"
  exits 0 run "$witness" "$file:$name"
  says "different:"
done <"$scratch/witnesses"
# It shows nothing about two sides that are equal.
exits 1 run "$(head -n 1 "$scratch/witnesses" | cut -d ' ' -f 2)" attention stable_attention
says "not different"
