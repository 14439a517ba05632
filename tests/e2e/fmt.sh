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

# The files of the project are read back as what they were; what is formatted stays as it is when formatted again.
for file in examples/*.skn examples/pairs/*.skn rules/*.skn rules/prelude/*.skn; do
  "$SKEIN" fmt "$file" >"$scratch/stdout" 2>"$scratch/stderr" || fail "fmt $file ended with $?"
done
# A fold is not dropped (without its recurrence every two of them would be equal), nor is what calls it.
cat >"$scratch/fold.skn" <<'SKN'
def a(x, c[t])[] {
  fold t from m = x { m' = m + c[t] }
  return m
}
def b(x, c[t])[] = a(x, c) + 0
def f(x[n])[n] =
  exp(x[n])
theorem t: a == a
SKN
exits 0 fmt "$scratch/fold.skn"
warns "fold.skn:1: a stays as it is written: it has a fold"
warns "fold.skn:5: b stays as it is written: it has a fold"
says "  fold t from m = x { m' = m + c[t] }"
says "def f(x[n])[n] = exp(x[n])"
# Parameters that a claim gives by name keep their names.
printf 'def f[p:axis](x[n])[i:p] = x[i %% |n|] else 0\ntheorem t(x[n]): f[p:|n|](x)[n] == x[n]\n' >"$scratch/named.skn"
exits 0 fmt "$scratch/named.skn"
warns "named.skn:1: f stays as it is written: the file names its parameters or axes"
cmp -s "$scratch/stdout" "$scratch/named.skn" || fail "the file was changed"
