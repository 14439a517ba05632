#!/usr/bin/env bash
# The search tells its forms with costs, regions and certificates; what it exports proves itself.
source tests/e2e/lib.bash
cd_out=(--out "$scratch/out")
exits 0 search examples/search.skn:linear_attention --sizes q=4096,k=4096 --json "${cd_out[@]}"
holds 'j["reached"] == 2 and j["complete"] and [f["original"] for f in j["forms"]] == [False, True]'
holds 'j["forms"][0]["operations"] == {"formula": "2*d*k*v + 2*d*q*v", "value": 2 * 64 * 4096 * 64 * 2}'
holds 'j["forms"][0]["cheaper"]["operations"]["condition"] == "d*k*v + d*q*v < d*k*q + k*q*v"'
holds 'j["forms"][0]["confirmed"]["instances"] >= 20 and j["sizes"] == {"d": 64, "k": 4096, "q": 4096, "v": 64}'
certificate="$(field 'j["forms"][0]["certificate"]')"
"$SKEIN_KERNEL" "$certificate" >/dev/null || fail "the kernel does not accept $certificate"

exits 0 search examples/search.skn:linear_attention --sizes q=4096,k=4096 --show 1 --export "$scratch/form.skn" "${cd_out[@]}"
says "sum[d] (sum[k] K[k, d] * V[k, v]) * Q[q, d]"
exits 0 prove "$scratch/form.skn" "${cd_out[@]}"
says "1 of 1 theorems as expected"
# The left end of the certificate is the original, the right end the form.
exits 0 replay "$certificate" examples/search.skn:linear_attention "$scratch/form.skn:form"
exits 1 replay "$certificate" "$scratch/form.skn:form" examples/search.skn:linear_attention
exits 0 search examples/search.skn:linear_attention --export "$scratch/2.skn" "${cd_out[@]}"
exits 0 prove "$scratch/2.skn:form_is_original" "${cd_out[@]}"

exits 0 search examples/search.skn:linear_attention --compare 1 2 "${cd_out[@]}"
says "form 1 is cheaper than form 2 in operations where d*k*q + k*q*v < d*k*v + d*q*v"
for chain in chain4:5 chain5:14 chain6:42; do
  exits 0 search "examples/search.skn:${chain%:*}" --json --top 3 "${cd_out[@]}"
  holds "j['reached'] == ${chain#*:} and j['complete'] and len(j['forms']) == 3"
done
exits 0 search examples/search.skn:chain6 --forms 4 --json "${cd_out[@]}"
holds 'j["reached"] == 4 and not j["complete"]'

# A model: the bias of the keys does nothing, and search finds out.
exits 0 search examples/models/mha_s_four.onnx --top 1 --json "${cd_out[@]}"
holds '"softmax_shift" in j["forms"][0]["moves"] and j["forms"][-1]["original"]'
holds 'j["forms"][0]["operations"]["value"] < j["forms"][-1]["operations"]["value"]'

exits 64 search examples/search.skn:chain4 --sizes zebra=3
warns "no size |zebra|"
exits 64 search examples/search.skn:chain4 --by beauty
exits 64 search examples/search.skn:chain4 --show 9 "${cd_out[@]}"
warns "there is no form 9"
exits 64 search examples/search.skn:chain4 --compare 1 9
exits 65 search examples/search.skn:none
exits 64 search
[[ -z "$(find "$scratch" -name '*.part')" ]] || fail "a partial file is left"
