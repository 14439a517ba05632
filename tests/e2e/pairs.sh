#!/usr/bin/env bash
# The pairs of examples/pairs: every theorem is proved, every false one is refuted, the kernel accepts every certificate,
# and docs/pairs.md is what the batch writes.
source tests/e2e/lib.bash
out="$scratch/out"

exits 0 batch examples/pairs --out "$out" --jobs 2 --timeout 60 --markdown "$scratch/pairs.md" --json
holds 'j["total"] == j["as_expected"] and j["unknown"] == j["unexpected"] == 0'
holds 'sum(r["expected"] == "equal" and r["verdict"] == "proved" for r in j["results"]) >= 80'
holds 'sum(r["expected"] == "different" and r["verdict"] == "refuted" for r in j["results"]) >= 80'
holds 'len({r["name"].split(".")[1] for r in j["results"]}) == j["total"]'
holds 'all(r["note"] for r in j["results"])'

# Hypotheses only where the file says so: under conditions on signs and sizes, and under the equations of hypotheses.skn.
hypotheses='" ".join(sorted(r["name"] for r in j["results"] if r["hypotheses"]))'
expected="attention.cached depth.encoder_of_any_depth depth.pre_norm_depth folds.flash_attention_causal \
folds.flash_attention_masked folds.flash_attention_normalised gated.experts_renormalised hypotheses.bias_of_values \
hypotheses.centred hypotheses.projected hypotheses.rotated_keys hypotheses.rotated_norm linear.smoothed \
normalisation.cosine softmax.base_two"
[[ "$(field "$hypotheses")" == "$expected" ]] || fail "proved under hypotheses: $(field "$hypotheses")"

certificates=0
while read -r certificate; do
  "$SKEIN_KERNEL" "$certificate" >/dev/null || fail "the kernel does not accept $certificate"
  certificates=$((certificates + 1))
done < <(field '"\n".join(c for r in j["results"] for c in r["certificates"])')
((certificates >= 80)) || fail "only $certificates certificates"

# The page holds all of it: cases, verdicts and what they say. Steps and seconds are left to the next time it is written.
rows() { grep '^|' "$1" | sed -E 's/ \| [0-9]* \| [0-9.]+ \| / | /'; }
diff <(rows "$scratch/pairs.md") <(rows docs/pairs.md) ||
  fail "docs/pairs.md is out of date: skein batch examples/pairs --markdown docs/pairs.md"
