#!/usr/bin/env bash
# A batch decides, remembers, resumes after a kill, and decides again what a change has outdated and nothing else.
source tests/e2e/lib.bash
d="$scratch"
out="$d/out"

# batch CODE ARGS...: with the usual limits and a ledger of its own.
cp -r proofs/ledger "$d/ledger"
batch() {
  local want="$1"
  shift
  exits "$want" batch "$@" --ledger "$d/ledger" --jobs 2 --timeout 30
  [[ ! -s "$scratch/stderr" ]] || fail "it is not quiet on stderr"
}
# decided_again NAMES: what the last run did not keep.
decided_again() {
  local got
  got="$(field '" ".join(sorted(r["name"] for r in j["results"] if not r["kept"]))')"
  [[ "$got" == "$1" ]] || fail "decided again: '$got', expected: '$1'"
}

table='" ".join("{name}={verdict}".format(**r) for r in j["results"])'

mkdir "$d/pairs"
cat >"$d/pairs/laws.skn" <<'SKN'
import "more.skn"
theorem exponents(x[n]): shifted(x)[n] == exp(1) * exp(x[n])
theorem commutes(x[n], y[n]): x[n] * y[n] + 1 == 1 + y[n] * x[n]
theorem over_sum(a, b, c): (a + b) / c == b / c + a / c
theorem quotient(x): (exp(x) - exp(-x)) / (exp(x) + exp(-x)) == tanh(x)
false theorem exponents_of_sum(x[n]): shifted(x)[n] == 1 + exp(x[n])
SKN
echo 'def shifted(x[n])[n] = exp(x[n] + 1)' >"$d/pairs/more.skn"
cp examples/models/{ln_hand,ln_moment,gelu_tanh,gelu_tanhhand,gelu_erf}.onnx "$d/pairs"
cat >"$d/pairs/models.json" <<'JSON'
[{"left": "ln_hand.onnx", "right": "ln_moment.onnx", "expect": "equal", "note": "two spellings"},
 {"left": "gelu_tanh.onnx", "right": "gelu_tanhhand.onnx", "expect": "equal"},
 {"left": "gelu_tanh.onnx", "right": "gelu_erf.onnx", "expect": "different"},
 {"left": "prelude:attention", "right": "prelude:stable_attention"}]
JSON

# The table, the counts, and files that hold what they promise.
batch 0 "$d/pairs" --out "$out" --junit "$d/junit.xml" --json
holds 'j["total"] == j["as_expected"] == 9 and j["unexpected"] == j["unknown"] == 0'
holds '[r["expected"] for r in j["results"]].count("equal") == 6 and j["results"][-1]["expected"] is None'
holds 'all(set(r) >= {"name", "left", "right", "expected", "verdict", "certificate", "seconds"} for r in j["results"])'
holds 'all(__import__("os").path.isfile(r["certificate"]) for r in j["results"] if r["verdict"] == "proved")'
holds 'all(__import__("os").path.isdir(r["witness"]) for r in j["results"] if r["verdict"] == "refuted")'
first="$(field "$table")"
cmp -s "$scratch/stdout" "$out/results.json" || fail "results.json is not what was said"
python3 -c 'import sys, xml.etree.ElementTree as t; s = t.parse(sys.argv[1]).getroot()
assert s.get("tests") == "9" and s.get("failures") == "0" and len(s.findall("testcase")) == 9' "$d/junit.xml"
certificate="$(field 'next(r["certificate"] for r in j["results"] if r["name"] == "laws.quotient")')"
grep -q '^use ' "$certificate" || fail "the proof of laws.quotient rests on no rule"
exits 0 replay "$certificate" "$d/pairs/laws.skn:quotient" --ledger "$d/ledger"

# Again: all is kept, and the table for people says the same.
batch 0 "$d/pairs" --out "$out" --json
decided_again ""
[[ "$(field "$table")" == "$first" ]] || fail "the table is another one the second time"
batch 0 "$d/pairs" --out "$out"
says "9 of 9 as expected, 0 unexpected, 0 unknown; 9 kept from before"

# Killed at random moments and resumed: the same verdicts. Each run gets a folder that the last one left.
killed=0
RANDOM=7
for _ in {1..10}; do
  "$SKEIN" batch "$d/pairs" --out "$d/killed" --ledger "$d/ledger" --jobs 2 --timeout 30 --json >/dev/null 2>&1 &
  pid=$!
  sleep "0.$((RANDOM % 4))$((RANDOM % 10))"
  if kill -KILL "$pid" 2>/dev/null; then ((++killed)); fi
  wait "$pid" 2>/dev/null || true
done
((killed > 0)) || fail "every run ended before it could be killed"
batch 0 "$d/pairs" --out "$d/killed" --json
[[ "$(field "$table")" == "$first" ]] || fail "another table after kills"
[[ -z "$(find "$d/killed" -name '*.part')" ]] || fail "a partial file is left"

# One rule changes (a blank line: the same proof, another text): what rests on it, and nothing else.
rule=fraction
dependents="$(cd "$out/evidence" && grep -l "^use $rule " ./*/*.cert | sed -E 's|^\./(.*)\.[0-9a-f]{12}/.*|\1|' | sort -u)"
[[ -n "$dependents" ]] || fail "nothing rests on $rule"
batch 0 "$d/pairs" --out "$out" --json
echo >>"$d/ledger/$rule.cert"
batch 0 "$d/pairs" --out "$out" --json
decided_again "$(LC_ALL=C sort <<<"$dependents" | xargs)"
batch 0 "$d/pairs" --out "$out" --json
decided_again ""

# One input changes, also by an import.
echo '# a comment is content too' >>"$d/pairs/more.skn"
batch 0 "$d/pairs" --out "$out" --json
decided_again "laws.commutes laws.exponents laws.exponents_of_sum laws.over_sum laws.quotient"
cp "$d/pairs/gelu_erf.onnx" "$d/pairs/gelu_tanhhand.onnx"
batch 1 "$d/pairs" --out "$out" --json
decided_again ""  # another pair has the same content
holds 'j["unexpected"] == 1 and j["as_expected"] == 8'
holds '[r["verdict"] for r in j["results"] if r["name"] == "gelu_tanh_is_gelu_tanhhand"] == ["refuted"]'
batch 1 "$d/pairs" --out "$out" --junit "$d/junit.xml"
says "not as expected"
grep -q '<failure type="verdict" message="expected equal, refuted"/>' "$d/junit.xml" || fail "no failure in the JUnit file"

# An unknown from a timeout is tried again when there is more time, and not when there is less.
echo '[{"left": "prelude:attention", "right": "prelude:stable_attention", "expect": "equal"}]' >"$d/short.json"
exits 2 batch "$d/short.json" --out "$d/short" --timeout 0.001 --json
holds 'j["unknown"] == 1 and j["results"][0]["verdict"] == "unknown" and "time" in j["results"][0]["reason"]'
exits 2 batch "$d/short.json" --out "$d/short" --timeout 0.0005 --json
decided_again ""
exits 0 batch "$d/short.json" --out "$d/short" --timeout 30 --json
decided_again "attention_is_stable_attention"
exits 0 batch "$d/short.json" --out "$d/short" --timeout 0.001 --json
decided_again ""

# What cannot be read is an error of its own, told with its reason, and does not stop the others.
head -c 300 examples/models/ln_hand.onnx >"$d/cut.onnx"
echo '[{"left": "cut.onnx", "right": "cut.onnx", "expect": "equal"}, {"left": "none.onnx", "right": "pairs/ln_hand.onnx"},
  {"left": "attention", "right": "stable_attention", "expect": "equal"}]' >"$d/bad.json"
exits 1 batch "$d/bad.json" --out "$d/bad" --json
holds '[r["verdict"] for r in j["results"]] == ["error", "error", "proved"] and j["errors"] == 2'
holds '"cut off" in j["results"][0]["error"]["message"] and "no such file" in j["results"][1]["error"]["message"]'

# A batch that is none is bad input, and leaves nothing.
echo '[{"left": "a.onnx"}]' >"$d/wrong.json"
exits 65 batch "$d/wrong.json" --out "$d/none" --json
holds 'j["error"]["message"].startswith("entry 1 has no") and j["error"]["file"].endswith("wrong.json")'
exits 65 batch "$d/nowhere" --out "$d/none"
exits 65 batch "$d/pairs/more.skn" --out "$d/none"
warns "no theorem"
exits 64 batch
[[ ! -e "$d/none" ]] || fail "something is left of a batch that was refused"
