#!/usr/bin/env bash
# Inputs that are small to write and large to read, run or prove: the limits hold, and what they end is unknown with the
# reason. A watchdog only keeps the test from hanging.
source tests/e2e/lib.bash
python3 - "$scratch" <<'MAKE'
import sys
def write(name, text): open(f"{sys.argv[1]}/{name}", "w").write(text)

text = "def f0(x[n])[n] = exp(x[n]) + x[n]\n"
text += "".join(f"def f{k}(x[n])[n] = f{k - 1}(f{k - 1}(x))[n]\n" for k in range(1, 40))
write("doubling.skn", text + "theorem t: f39 == f38\n")
term = lambda order: " + ".join(f"exp({k} * x[n])" for k in order)
write("wide.skn", f"def f(x[n])[n] = {term(range(60000))}\ndef g(x[n])[n] = {term(reversed(range(60000)))}\ntheorem t: f == g\n")
write("nested.skn", "def f(x) = " + "(" * 200000 + "x" + ")" * 200000 + "\ndef g(x) = x\ntheorem t: f == g\n")
write("exponent.skn", "def f(x) = x * 1e999999999\ndef g(x) = x\ntheorem t: f == g\n")
axes = ", ".join(f"a{k}" for k in range(300))
write("axes.skn", f"def f(x[{axes}])[{axes}] = x[{axes}] + x[{axes}]\ndef g(x[{axes}])[{axes}] = 2 * x[{axes}]\ntheorem t: f == g\n")
chain = "".join(f"  y{k} = exp({'x' if k == 0 else f'y{k - 1}'})\n" for k in range(20000))
write("chain.skn", f"def f(x)[] {{\n{chain}  return y19999 + 0\n}}\ndef g(x)[] {{\n{chain}  return y19999\n}}\ntheorem t: f == g\n")
write("digits.skn", "def f(x)[] = x * 1e-400 * 1e400\ndef g(x)[] = x\ntheorem t: f == g\n")
write("draws.skn", "def f(x)[] = random[1] noise(x)\ndef g(x)[] = (random[1] noise(x)) - (random[1] noise(x))\ndef h(x)[] = 0 * x\n"
      "theorem same: f == f\ntheorem zero: g == h\n")
size = 10**12
write("sizes.skn", f"def f(x[{size}])[{size}] = x[{size - 1} - 0]\ndef g(x[n])[n] = x[n] * 1\n"
      f"def wide(x[{size}, 3]) = sum[i:{size}, j:3] x[i, j]\ndef other(x[{size}, 3]) = sum[j:3] sum[i:{size}] x[i, j]\n"
      "theorem t: wide == other\n")

# A protocol buffer by hand: numbers and strings in fields.
def varint(n):
    return bytes([n]) if n < 128 else bytes([n & 127 | 128]) + varint(n >> 7)
def field(n, data):
    if isinstance(data, int): return varint(n << 3) + varint(data)
    data = data.encode() if isinstance(data, str) else data
    return varint(n << 3 | 2) + varint(len(data)) + data
def value(name, sizes):
    shape = b"".join(field(1, field(1, n)) for n in sizes)
    return field(1, name) + field(2, field(1, field(1, 1) + field(2, shape)))
def node(op, inputs, output):
    return b"".join(field(1, i) for i in inputs) + field(2, output) + field(4, op)
def model(name, nodes, sizes, out):
    graph = b"".join(field(1, n) for n in nodes) + field(2, "g") + field(11, value("v0", sizes)) + field(12, value(out, sizes))
    open(f"{sys.argv[1]}/{name}", "wb").write(field(1, 8) + field(7, graph) + field(8, field(1, "") + field(2, 17)))
for name, last in (("chain.onnx", "Mul"), ("other.onnx", "Add")):
    nodes = [node("Mul" if k % 2 else "Add", [f"v{k}", f"v{max(0, k - 1)}"], f"v{k + 1}") for k in range(20000)]
    model(name, nodes + [node(last, ["v20000", "v20000"], "y")], [4, 4], "y")
model("huge.onnx", [node("MatMul", ["v0", "v0"], "y")], [10**8, 10**8], "y")
MAKE

# ends ARGS...: skein ARGS ends with a verdict or a message about the input, well before the watchdog.
ends() {
  local got=0
  timeout 120 "$SKEIN" "$@" --json --out "$scratch/out" >"$scratch/stdout" 2>"$scratch/stderr" || got=$?
  echo "$got"
}
# undecided WORDS ARGS...: it is unknown, and the reason has these words.
undecided() {
  local words="$1"
  shift
  [[ "$(ends "$@")" == 2 ]] || fail "skein $* does not end with 2"
  holds 'j["verdict"] == "unknown"'
  grep -qF -- "$words" "$scratch/stdout" || fail "skein $*: the reason does not say $words"
}

undecided 'doubling.skn could not be read: the time limit' prove "$scratch/doubling.skn" --timeout 2
undecided 'doubling.skn could not be read: the memory limit' prove "$scratch/doubling.skn" --timeout 100 --memory 200
undecided 'wide.skn could not be read: the memory limit' prove "$scratch/wide.skn:t" --timeout 100 --memory 60
undecided 'a side draws random values' prove "$scratch/draws.skn" --timeout 20
undecided 'only 0 of 20 instances confirm it' prove "$scratch/digits.skn" --timeout 20
undecided 'nested too deeply' prove "$scratch/chain.skn:t" --timeout 100
undecided 'the time limit' prove "$scratch/chain.onnx" "$scratch/other.onnx" --timeout 1
undecided 'the memory limit' prove "$scratch/chain.onnx" "$scratch/other.onnx" --timeout 100 --memory 50
undecided 'too large to sample' prove "$scratch/huge.onnx" "$scratch/huge.onnx" --timeout 20
undecided 'too large to sample' prove "$scratch/sizes.skn" --timeout 20
[[ "$(ends prove "$scratch/axes.skn" --timeout 2)" == [02] ]] || fail "many axes are an error"
for file in nested exponent; do
  exits 65 prove "$scratch/$file.skn" --timeout 20
done
for command in fmt draw; do
  exits 2 "$command" "$scratch/wide.skn" --memory 60 --json
  holds 'j["error"]["kind"] == "budget"'
done
