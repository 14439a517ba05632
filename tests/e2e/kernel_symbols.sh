#!/usr/bin/env bash
# skein-kernel links the kernel and nothing that searches: no solver, no Boost, no rewriter or other layer of skein.
set -euo pipefail
kernel=${SKEIN_KERNEL:-build/release/skein-kernel}
command -v nm >/dev/null && [ -x "$kernel" ] || exit 77

symbols=$(nm -C "$kernel")
grep -q 'skein::Kernel::conclude' <<<"$symbols" || { echo "$kernel has no symbols to look at"; exit 77; }
forbidden='Z3_|z3::|boost::|Eigen::|google::protobuf|onnx|arb_set|skein::(monoidal::(Matcher|Model|simplify|normalise|search_isomorphism)|Normaliser|RuleBook|Z3Oracle|Deriver|Module|Parser|normalise|prove_)'
if grep -E "$forbidden" <<<"$symbols"; then
  echo "skein-kernel contains symbols of something that is not the kernel"
  exit 1
fi
if command -v ldd >/dev/null && ldd "$kernel" | grep -E 'libz3|libboost|libprotobuf|libonnx|libarb|libflint'; then
  echo "skein-kernel is linked to a library that the kernel does not need"
  exit 1
fi
