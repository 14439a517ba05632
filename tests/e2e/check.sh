#!/usr/bin/env bash
# One diagram of multi-head attention against models that store its weights in different layouts, with and without a
# map; wrong variants are refuted, and the node where they begin to differ is named.
source tests/e2e/lib.bash
out="$scratch/out"
mha=examples/check/mha.skn:mha
models=examples/models

# With a map, equal once sqrt(|e|) is exact; --exact takes that for undecided.
for name in mha_s_nn mha_s_four; do
  exits 0 check "$mha" "$models/$name.onnx" --map "examples/check/$name.map" --out "$out"
  says "proved up to rounding"
  says "# the diagram's h = 4"
  says "# constant: sqrt(8) stands for 11863283/4194304"
  [[ "$(grep -n -m1 "# the diagram's" "$scratch/stdout" | cut -d: -f1)" -lt "$(grep -n -m1 '^proved' "$scratch/stdout" | cut -d: -f1)" ]] ||
    fail "the correspondence comes after the verdict"
done
exits 2 check "$mha" "$models/mha_s_four.onnx" --map examples/check/mha_s_four.map --exact --json --out "$out"
holds 'j["verdict"] == "proved_up_to_rounding" and j["confirmed"]["instances"] >= 20 and j["witness"] is None'
holds 'len(j["rounded"]) == 1 and 0 < j["rounded"][0]["ulps"] <= 0.5 and j["rounded"][0]["exact"] == "sqrt(8)"'

# Without one, it is found: four linear maps, a packed projection, an einsum, symbolic batch and length.
for name in mha_s_four mha_s_nn mha_s_einsum mha_s_stream2 mha_s_four_dyn mha_s_nn_dyn mha_m_nn; do
  exits 0 check "$mha" "$models/$name.onnx" --json --out "$out"
  holds 'j["verdict"] == "proved_up_to_rounding" and j["inferred"] and len(j["correspondence"]) >= 9'
done
# A divisor that is a weight is found as well, and then the two are equal as they are stored.
exits 0 check examples/check/mha.skn:scaled_mha "$models/mha_s_four.onnx" --json --out "$out"
holds 'j["verdict"] == "proved" and j["rounded"] == [] and "scale = 11863283/4194304" in j["correspondence"]'

# The certificate is about the two defs that are left beside it.
statement="$(field 'j["statement_file"]')"
exits 0 replay "$(field 'j["certificate"]')" "$statement:left" "$statement:right"
says "accepted"

# begins NODE DIAGRAM MODEL [--map MAP]: refuted with a witness that replays, and NODE is where the difference begins.
begins() {
  local node="$1"
  shift
  exits 1 check "$@" --json --out "$out"
  holds "j['verdict'] == 'refuted' and j['node']['name'] == '$node' and 'right in' in j['where']"
  local file witness
  file="$(field 'j["statement_file"]')" witness="$(field 'j["witness"]')"
  exits 0 run "$witness" "$file:left" "$file:right"
  says "different:"
}
wrong="$models/false"
begins /m/Softmax "$mha" "$wrong/mha_s_nn.no_scale.onnx" --map examples/check/mha_s_nn.map
begins /m/Softmax "$mha" "$wrong/mha_s_nn.softmax_axis.onnx" --map examples/check/mha_s_nn.map
begins /m/MatMul_1 "$mha" "$wrong/mha_s_nn.slices_swapped.onnx" --map examples/check/mha_s_nn.map
begins /Div "$mha" "$wrong/mha_s_four.scale_by_d.onnx" --map examples/check/mha_s_four.map
begins /l.3/MatMul "$mha" "$wrong/mha_s_four.heads_not_merged.onnx" --map examples/check/mha_s_four.map
# The map that was found for the right model serves for the wrong ones.
begins /Einsum_4 "$mha" "$wrong/mha_s_einsum.attention_transposed.onnx" --map "$out/mha_s_einsum_computes_mha.map"
begins /l.3/MatMul "$mha" "$wrong/mha_s_four_dyn.heads_not_merged.onnx" --map "$out/mha_s_four_dyn_computes_mha.map"
# Without a map nothing fixes what the weights are.
exits 2 check "$mha" "$wrong/mha_s_four.scale_by_d.onnx" --json --out "$out"
holds 'j["verdict"] == "unknown" and "no correspondence" in j["reason"] and j["node"]["name"] == "/Div"'

# Layer norms: weights of equal names, or found; an epsilon is not another one, rounded.
for name in ln_nn_op14 ln_nn_op17 ln_hand ln_moment ln_m_hand; do
  exits 0 check examples/check/layer_norm.skn "$models/$name.onnx" --json --out "$out"
  holds 'j["verdict"] == "proved_up_to_rounding" and j["rounded"][0]["exact"] == "1/100000"'
done
begins /ReduceMean examples/check/layer_norm.skn "$wrong/ln_hand.mean_axis.onnx" --map "$out/ln_hand_computes_layer_norm.map"
begins /Sqrt examples/check/layer_norm.skn "$wrong/ln_hand.eps_outside.onnx" --map "$out/ln_hand_computes_layer_norm.map"
begins /Add examples/check/layer_norm.skn "$wrong/ln_nn_op14.eps.onnx"
begins /LayerNormalization examples/check/layer_norm.skn "$wrong/ln_nn_op17.eps.onnx"
for name in gelu_tanh gelu_tanhhand gelu_tanhhand2; do
  exits 0 check examples/check/gelu.skn:approximate "$models/$name.onnx" --out "$out"
done
exits 0 check examples/check/gelu.skn:exact "$models/gelu_erf.onnx" --out "$out"
begins /Mul_2 examples/check/gelu.skn:approximate "$wrong/gelu_tanh.coefficient.onnx"
exits 1 check examples/check/gelu.skn:exact "$models/gelu_tanh.onnx" --out "$out"

# Maps that say nothing sensible.
bad() {
  printf '%b' "$2" >"$scratch/bad.map"
  exits 65 check "$mha" "$models/mha_s_four.onnx" --map "$scratch/bad.map" --out "$scratch/none"
  warns "$1"
  [[ ! -e "$scratch/none" ]] || fail "there is output"
}
map="$(cat examples/check/mha_s_four.map)"
bad 'bad.map:2:1: error: the diagram mha has no input, weight or size q.X' 'h = 4\nq.X[m,h,e] = 1\n'
bad 'bad.map:2:1: error: the size h is given twice' 'h = 5\nh = 4\n'
bad 'which are not known to be equal' "${map/h = 4/h = 5}"
bad 'the map says nothing of the diagram'"'"'s weight q.W' ''
bad 'the map ends in the middle of a line' 'h = 4\nbo[m] = l.3.bias[m\n'
bad 'q.W has 3 axes in the diagram, and 2 here' 'q.W[m,h] = 1\n'
bad 'is not proved to be below 32' "${map/73\`\[m, (h,e)\]/73\`[m, (h,e) + 1]}"
bad 'onnx::MatMul_74 is not defined' "${map/MatMul_73/MatMul_74}"
exits 65 check "$mha" "$models/gelu_erf.onnx" --out "$out"
warns "has 3 axes in the diagram and 2 in the model"
exits 65 check "$mha" "$models/mha_s_four.onnx" --map "$scratch/no.map"
warns "there is no such map file"
exits 65 check "$models/mha_s_four.onnx" "$models/mha_s_nn.onnx" --json
holds 'j["error"]["kind"] == "input" and "skein prove" in j["error"]["message"]'

# A weight of the diagram is made of the model's weights, not of its input.
sed 's/^bo\[m\] = .*/bo[m] = l.3.bias[m] + `onnx::MatMul_0`[0, 0, m]/' examples/check/mha_s_four.map >"$scratch/input.map"
exits 65 check "$mha" "$models/mha_s_four.onnx" --map "$scratch/input.map"
warns "in terms of the model's input onnx::MatMul_0"
