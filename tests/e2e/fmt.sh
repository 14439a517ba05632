#!/usr/bin/env bash
# The canonical form of a file is a fixed point, keeps claims and comments, and means the same.
source tests/e2e/lib.bash
cat >"$scratch/a.skn" <<'SKN'
# A function.
def f(x[n])[n] =
  exp(x[n]   +  1)

# Another.
def g(x[n])[n] = exp(1) * exp(x[n])

theorem same: f == g  # what is claimed
SKN
exits 0 fmt "$scratch/a.skn"
cp "$scratch/stdout" "$scratch/b.skn"
says "# Another."
says "theorem same: f == g  # what is claimed"
exits 0 fmt "$scratch/b.skn"
cmp -s "$scratch/stdout" "$scratch/b.skn" || fail "formatting twice changes the text"
exits 0 fmt -i "$scratch/a.skn"
quiet
cmp -s "$scratch/a.skn" "$scratch/b.skn" || fail "-i writes something else"
exits 0 prove "$scratch/a.skn" --out "$scratch/out"
says "1 of 1 theorems as expected"
# What import prints is a file that can be read.
exits 0 import examples/models/gelu_erf.onnx
cp "$scratch/stdout" "$scratch/model.skn"
exits 0 fmt "$scratch/model.skn"
