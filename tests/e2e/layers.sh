#!/usr/bin/env bash
# Twelve unrolled encoder layers take the lemmas of three; one edited layer among them is refuted.
source tests/e2e/lib.bash
declare -A lemmas steps
for n in 3 12 24; do
  python3 examples/layers/encoder.py "$n" >"$scratch/$n.skn"
  exits 0 prove "$scratch/$n.skn:encoder" --out "$scratch/$n" --json --timeout 600
  holds 'j["results"][0]["verdict"] == "proved" and j["results"][0]["hypotheses"] == []'
  holds 'j["results"][0]["confirmed"]["dead_inputs"] == []'
  lemmas[$n]="$(field 'j["results"][0]["lemmas"]')"
  steps[$n]="$(field 'j["results"][0]["steps"]')"
done
[[ "${lemmas[3]}" == "${lemmas[12]}" && "${lemmas[12]}" == "${lemmas[24]}" && "${lemmas[3]}" -gt 0 ]] ||
  fail "lemmas grow with the depth: ${lemmas[*]}"
# Every layer takes as many steps as another.
((9 * (steps[24] - steps[12]) == 12 * (steps[12] - steps[3]))) || fail "steps are not linear in the depth: ${steps[*]}"

certificate="$scratch/12/encoder.cert"
[[ "$(grep -c '^skein-certificate 1$' "$certificate")" == "$((lemmas[12] + 1))" ]] || fail "not every lemma is there once"
"$SKEIN_KERNEL" "$certificate" >"$scratch/stdout" || fail "skein-kernel refuses the certificate"
says "${steps[12]} steps, 0 leaves asked"
exits 0 replay "$certificate" "$scratch/12.skn:encoder"
exits 1 replay "$certificate" "$scratch/24.skn:encoder"
exits 1 replay "$certificate" "$scratch/12.skn:keys_for_values"
# Without its first lemma.
awk '/^skein-certificate 1$/ { ++n } n != 1' "$certificate" >"$scratch/forged.cert"
got=0
"$SKEIN_KERNEL" "$scratch/forged.cert" >"$scratch/stdout" || got=$?
[[ "$got" == 1 ]] || fail "a certificate without a lemma is accepted"
says 'is not in the ledger'

for twin in keys_for_values residual_dropped transposed; do
  exits 0 prove "$scratch/12.skn:$twin" --out "$scratch/12" --json --timeout 600
  holds 'j["results"][0]["verdict"] == "refuted"'
done
