#!/usr/bin/env bash
# What is proved under a condition says so wherever it is said to be proved: by prove, by replay and by the kernel. What
# a branch asks for is no condition.
source tests/e2e/lib.bash
d="$scratch"
cat >"$d/domains.skn" <<'END'
def quotient(x[n])[n] = x[n] / x[n]
def one(x[n])[n] = 1
theorem cancelled: quotient == one
def absolute(x[n])[n] = if x[n] >= 0 then sqrt(x[n]) * sqrt(x[n]) else -x[n]
def same(x[n])[n] = x[n]
false theorem branch: absolute == same
def folded(x[n])[] {
  fold n from m = 0 {
    m' = m + x[n]
  }
  return m
}
def summed(x[n])[] = sum[n] x[n]
theorem running: folded == summed
END
exits 0 prove "$d/domains.skn" --out "$d/out"
says "hypothesis: where both sides are defined: x is not 0"
says "refuted: out[0]"

exits 0 replay "$d/out/cancelled.cert" "$d/domains.skn:cancelled"
says "  when x is not 0"
exits 0 replay "$d/out/cancelled.cert" "$d/domains.skn:cancelled" --json
holds 'j["when"] == ["x is not 0"]'
exits 0 replay "$d/out/running.cert" "$d/domains.skn:running"
says "  given the 2 equations of its states"

"$SKEIN_KERNEL" "$d/out/cancelled.cert" "$d/out/running.cert" >"$scratch/stdout" || fail "the kernel accepts them"
says "  when x is nonzero"
says "  given a term of 2 boxes over m@n == a term of 1 box"
