#!/usr/bin/env bash
# Folds on the command line: the invariant is reported, a replay needs the recurrences of the statement, what cannot be said is
# refused with its place.
source tests/e2e/lib.bash
out="$scratch/out"
readonly pairs=examples/pairs/folds.skn

exits 0 prove "$pairs:flash" "$pairs:whole" --out "$out" --json
holds 'j["verdict"] == "proved" and j["hypotheses"] == []'
holds 'len(j["invariants"]) == 3 and any("online softmax" in i and "exp" in i for i in j["invariants"])'
holds '"m_first" in j["statement"] and "m_next" in j["statement"]'
certificate="$(field 'j["certificate"]')"
exits 0 replay "$certificate" "$pairs:flash" "$pairs:whole"
# The same two sides, states with other recurrences.
exits 1 replay "$certificate" "$pairs:flash_unscaled" "$pairs:whole"
says "assumes an equation that the statement does not have"

# Without its accumulator the answer is unknown, never a canned proof.
exits 2 prove "$pairs:flash" "$pairs:whole" --out "$out" --without-accumulator "online softmax"
says "no accumulator gives what l@b is after all steps"
exits 64 prove "$pairs:flash" "$pairs:whole" --without-accumulator softmax

exits 1 prove "$pairs:flash_unscaled" "$pairs:whole" --out "$out" --json
witness="$(field 'j["witness"]')"
exits 0 run "$witness" "$pairs:flash_unscaled" "$pairs:whole"
says "different: out"
exits 1 run "$witness" "$pairs:flash" "$pairs:whole"

cat >"$scratch/sum.skn" <<'SKN'
def f(X[n])[] {
  fold n from s = 0 { s' = s + X[n] }
  return s
}
SKN
exits 0 run "$scratch/sum.skn:f" --sizes n=300
exits 65 run "$scratch/sum.skn:f" --sizes n=20000
warns "too large"
for command in search draw; do
  exits 65 "$command" "$scratch/sum.skn:f"
  warns "has a fold, which skein $command does not take"
done

# A state is no array of the user's, whatever it is called.
cat >"$scratch/clash.skn" <<'SKN'
def f(X[n], `s@n`[k:|n|+1])[] {
  fold n from s = 0 { s' = s + X[n] }
  return s
}
def g(X[n], Y[k:|n|+1])[] = Y[|n|]
SKN
exits 1 prove "$scratch/clash.skn:f" "$scratch/clash.skn:g" --out "$out"

# Where the body of a fold is defined, so is its domain.
cat >"$scratch/domain.skn" <<'SKN'
def f(X[n])[] {
  fold n from s = 0 { s' = s + X[n] + 0 * log(X[n]) }
  return s
}
theorem t(X[n]): f(X) == sum[n] X[n]
SKN
exits 0 prove "$scratch/domain.skn" --out "$out"
says "X is positive"

refused() { # TEXT MESSAGE
  printf '%s\n' "$1" >"$scratch/bad.skn"
  exits 65 prove "$scratch/bad.skn"
  warns "$2"
}
refused 'def f(X[n])[] {
  fold n from s = 0 { t = s + X[n] }
  return s
}' "does not say how a step changes s"
refused "def f(X[n], \`s'\`)[] {
  fold n from s = 0 { t = s + X[n] }
  return s
}" "does not say how a step changes s"
refused 'def f(X[n])[] {
  fold n from s = 0 { s'"'"' = random noise(s) }
  return s
}' "depends on a random value"
refused 'def f(X[n])[] {
  fold n from s = 0 { fold n from t = 0 { t'"'"' = t } }
  return s
}' "a fold inside of a fold"
refused 'def f(X[n])[] {
  fold n from s[i:n] = 0 { s'"'"' = s[n] }
  return s[0]
}' "has 0 axes, but s has 1"
refused 'def f(X[n])[] {
  fold n from s = 0 { s'"'"' = max(s, -inf) }
  return s
}' "another type of scalars"
refused 'def f(X[n])[] {
  fold n from s = 0 { s'"'"' = s + X[n] }
  return s
}
rule r(X[n]): f(X) == sum[n] X[n]' "make it a theorem"

# A fold whose body gets random values by a call: no certificate speaks of them, and the theorems after it are decided.
cat >"$scratch/random.skn" <<'SKN'
def total(x[t])[] {
  fold t from m = 0 { m' = m + x[t] }
  return m
}
def drawn(y[t])[] {
  v[t] = random[1] noise(y[t])
  return total(v)
}
theorem draws: drawn == drawn
theorem sums(x[t]): total(x) == sum[t] x[t]
SKN
exits 2 prove "$scratch/random.skn" --out "$out"
says "unknown: a side draws random values"
says "1 of 2 theorems as expected; draws: expected proved, unknown"
