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

# The files of the project are read back as what it was, or refused for its folds.
for file in examples/*.skn examples/pairs/*.skn rules/prelude/*.skn; do
  got=0
  "$SKEIN" fmt "$file" >"$scratch/stdout" 2>"$scratch/stderr" || got=$?
  [[ "$got" == 0 ]] || { [[ "$got" == 65 ]] && warns "has a fold"; } || fail "fmt $file ended with $got"
done
# A fold is not dropped: without its recurrence every two of them would be equal.
cat >"$scratch/fold.skn" <<'SKN'
def a(x, c[t])[] {
  fold t from m = x { m' = m + c[t] }
  return m
}
theorem t: a == a
SKN
cp "$scratch/fold.skn" "$scratch/kept.skn"
exits 65 fmt -i "$scratch/fold.skn"
warns "fold.skn:1: a has a fold, which skein fmt does not print"
cmp -s "$scratch/fold.skn" "$scratch/kept.skn" || fail "a refused file was changed"
# So is one that calls it.
printf 'import "kept.skn"\ndef b(x, c[t])[] = a(x, c) + 0\n' >"$scratch/caller.skn"
exits 65 fmt "$scratch/caller.skn"
warns "b has a fold"
