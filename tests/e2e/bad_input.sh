#!/usr/bin/env bash
# Bad input ends with 65 and one clear message; the same file without the mistake passes.
source tests/e2e/lib.bash
d="$scratch"
good='def f(x[n])[n] = exp(x[n] + 1)
def g(x[n])[n] = exp(1) * exp(x[n])'

# rejects MESSAGE ARGS...: no output, one message, and the same as JSON.
rejects() {
  local message="$1"
  shift
  exits 65 "$@"
  quiet
  warns "$message"
  (($(wc -l <"$scratch/stderr") <= 6)) || fail "more than one message"
  exits 65 "$@" --json
  holds 'len(j["error"]["message"]) > 0 and set(j["error"]) >= {"kind", "message", "file", "line", "column"}'
}

echo "$good" >"$d/good.skn"
exits 0 prove "$d/good.skn:f" "$d/good.skn:g" --out "$d/out"

# Syntax and types, with their places.
echo "${good/+ 1)/+ 1}" >"$d/syntax.skn"
rejects "syntax.skn:" prove "$d/syntax.skn:f" "$d/good.skn:g"
holds 'j["error"]["kind"] == "syntax" and j["error"]["line"] in (1, 2) and j["error"]["column"] > 0'
echo "${good/+ 1/+ y[n]}" >"$d/type.skn"
rejects "type.skn:1:" prove "$d/type.skn:f" "$d/good.skn:g"
echo "${good/exp/exq}" >"$d/name.skn"
rejects "exq" prove "$d/name.skn:f" "$d/good.skn:g"
rejects "exq" fmt "$d/name.skn"

# Names and files.
rejects "there is no def h" prove "$d/good.skn:h" "$d/good.skn:g"
rejects "say which one" prove "$d/good.skn" "$d/good.skn:g"
rejects "no theorem" prove "$d/good.skn"
rejects "there is no such file" prove "$d/missing.skn:f" "$d/good.skn:g"
rejects "there is no such file" prove "$d/missing.onnx" "$d/good.skn:g"
rejects "there is no such file" prove "$d/missing.txt" "$d/good.skn:g"
rejects "did you mean \"softmax\"" prove sofmax softmax
mkdir "$d/folder.skn" "$d/folder.onnx"
rejects "directory" prove "$d/folder.skn:f" "$d/good.skn:g"
rejects "directory" prove "$d/folder.onnx" "$d/good.skn:g"
rejects "directory" import "$d/folder.onnx"
rejects "directory" prove "$d" "$d/good.skn:g"
: >"$d/empty.skn"
rejects "no def" prove "$d/empty.skn" "$d/good.skn:g"

# Models: cut off, empty, not a model, an operator without translation.
model=examples/models/ln_hand.onnx
exits 0 import "$model"
says "def ln_hand"
head -c 300 "$model" >"$d/truncated.onnx"
rejects "truncated.onnx" import "$d/truncated.onnx"
: >"$d/empty.onnx"
rejects "empty.onnx" import "$d/empty.onnx"
head -c 4000 /dev/urandom >"$d/noise.onnx"
rejects "noise.onnx" import "$d/noise.onnx"
if /usr/bin/python3 -c 'import onnx' 2>/dev/null; then
  /usr/bin/python3 - "$model" "$d/operator.onnx" <<'PYTHON'
import sys, onnx
m = onnx.load(sys.argv[1])
m.graph.node[0].op_type = "Unheard"
open(sys.argv[2], "wb").write(m.SerializeToString())
PYTHON
  rejects "Unheard" import "$d/operator.onnx"
  holds 'j["error"]["kind"] == "unsupported"'
fi

# Boundaries that cannot be paired.
echo 'def two(x[n], y[n])[n] = x[n] + y[n]
def matrix(x[n,m])[n] = sum[m] x[n,m]' >"$d/other.skn"
rejects "cannot be compared" prove "$d/good.skn:f" "$d/other.skn:two"
rejects "cannot be compared" prove "$d/good.skn:f" "$d/other.skn:matrix"

# Arrays and sizes.
echo 'not an array' >"$d/x.npy"
rejects "x.npy" run "$d/good.skn:f" --input "$d/x.npy"
rejects "there is no such file" run "$d/good.skn:f" --input "$d/none.npy"
rejects "there is no such file" replay "$d/none.cert" "$d/good.skn:f" "$d/good.skn:g"
rejects "there is no rule inv_mull; did you mean \"inv_mul\"" rules explain inv_mull

# No partial output was left.
[[ -z "$(find "$d" -name '*.part')" ]] || fail "a partial file is left"
