#!/usr/bin/env bash
# A time limit is hard, and what it ends is unknown, not an error.
source tests/e2e/lib.bash
# Two associations of a product of many matrices, summed: large for the prover, small to write.
{
  echo 'def left(A[a,a2], B[a2,a3], x[n])[a,a3] = sum[a2] A[a,a2] * B[a2,a3] * exp(sum[n] log(1 + exp(x[n])))'
  echo 'def right(A[a,a2], B[a2,a3], x[n])[a,a3] = sum[a2] A[a,a2] * B[a2,a3] * exp(log(1 + exp(sum[n] x[n])) + 0 * (sum[n] x[n]))'
} >"$scratch/hard.skn"
for pair in "$scratch/hard.skn:left $scratch/hard.skn:right" \
  "../shared/models/encstack4_m.onnx ../shared/models/optimised/encstack4_m.extended.onnx"; do
  read -r a b <<<"$pair"
  [[ -e "${a%%:*}" && -e "${b%%:*}" ]] || continue
  start="$(date +%s%N)"
  got=0
  "$SKEIN" prove "$a" "$b" --timeout 1 --json --out "$scratch/out" >"$scratch/stdout" 2>"$scratch/stderr" || got=$?
  took=$((($(date +%s%N) - start) / 1000000))
  ((took < 3000)) || fail "--timeout 1 took $took ms"
  holds 'j["verdict"] in ("proved", "refuted", "unknown") and "seconds" in j'
  verdict="$(field 'j["verdict"]')"
  [[ "$verdict $got" == "unknown 2" || "$verdict $got" == "refuted 1" || "$verdict $got" == "proved 0" ]] || fail "$verdict with exit $got"
  [[ "$verdict" != unknown ]] || holds 'len(j["reason"]) > 0'
  [[ -z "$(find "$scratch" -name '*.part')" ]] || fail "a partial file is left"
done
# No time at all.
exits 2 prove attention stable_attention --timeout 0.001 --json --out "$scratch/out"
holds 'j["verdict"] == "unknown"'
exits 2 import examples/models/mha_s_nn.onnx --memory 1 --json
holds 'j["error"]["kind"] == "budget"'
