#!/usr/bin/env bash
# Unrolled transformer encoders, unfused == fused, with their false twins: how time, memory and proof grow with depth.
#
# usage: bench/layers.sh [SKEIN [LAYERS...]]      (build/release/skein 12 24 48 96)
#
# A line for each claim: verdict, seconds of the whole command and of its phases, MiB at most, lemmas, steps. Exits with
# 1 unless every verdict is as expected.
set -euo pipefail
cd "$(dirname "$0")/.."
skein="${1:-build/release/skein}"
[[ $# -eq 0 ]] || shift
[[ $# -gt 0 ]] || set -- 12 24 48 96
tree="$(mktemp -d)"
trap 'rm -rf "$tree"' EXIT
wrong=0

printf '%-7s%-18s%-9s' layers claim verdict
printf '%8s' seconds derive replay confirm MiB lemmas steps
printf '\n'
for layers in "$@"; do
  python3 examples/layers/encoder.py "$layers" >"$tree/encoder.skn"
  for claim in encoder keys_for_values residual_dropped transposed; do
    python3 - "$skein" "$tree" "$layers" "$claim" <<'RUN' || wrong=1
import json, resource, subprocess, sys, time
skein, tree, layers, claim = sys.argv[1:]
start = time.monotonic()
run = subprocess.run([skein, "prove", f"{tree}/encoder.skn:{claim}", "--timeout", "600", "--memory", "4096",
                      "--out", tree, "--json"], stdout=subprocess.PIPE)
seconds = time.monotonic() - start
result = json.loads(run.stdout)["results"][0]
phases = [f"{result['seconds'][p]:.2f}" if p in result["seconds"] else "-" for p in ("derive", "replay", "confirm")]
mebibytes = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
columns = [f"{seconds:.2f}", *phases, mebibytes, result.get("lemmas") or "-", result.get("steps") or "-"]
print(f"{layers:7}{claim:18}{result['verdict']:9}" + "".join(f"{c:>8}" for c in columns), flush=True)
sys.exit(result["verdict"] != ("proved" if claim == "encoder" else "refuted"))
RUN
  done
done
exit "$wrong"
