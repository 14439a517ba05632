#!/usr/bin/env bash
# The layering check accepts this repository and names each kind of forbidden include.
set -euo pipefail
tree="$(mktemp -d)"
trap 'rm -rf "$tree"' EXIT
check() { "${CMAKE:-cmake}" -DSKEIN_CHECK="$1" -P cmake/Layers.cmake 2>&1 | tr -s '\n ' ' '; }

# refuses FILE LINE WORDS: a tree with only FILE, which consists of LINE, is refused with WORDS.
refuses() {
  rm -rf "${tree:?}"/*
  mkdir -p "$tree/$(dirname "$1")"
  printf '// [ an open bracket\n%s // [\n#include <vector>\n' "$2" >"$tree/$1"
  local said
  if said="$(check "$tree")"; then
    echo "accepted: $2 in $1"
    exit 1
  fi
  [[ "$said" == *"$3"* ]] || { echo "refused for another reason: $2 in $1: $said"; exit 1; }
}

# accepts FILE LINE: such a tree is accepted.
accepts() {
  rm -rf "${tree:?}"/*
  mkdir -p "$tree/$(dirname "$1")"
  printf '%s\n' "$2" >"$tree/$1"
  check "$tree" || { echo "refused: $2 in $1"; exit 1; }
}

check "$PWD/src"

refuses diagram/a.hpp '#include "kernel/step.hpp"' 'diagram may include only: diagram.'
refuses diagram/a.hpp '#include <kernel/step.hpp>' 'diagram may include only: diagram.'
refuses kernel/a.cpp '  #  include "graph/order.hpp"' 'kernel may include only: kernel, monoidal, theory, diagram.'
refuses theory/a.cpp '#include "graph/order.hpp"' 'theory may include only: theory, diagram.'
refuses monoidal/a.cpp '#include "theory/meaning.hpp"' 'monoidal may include only: monoidal, diagram.'
refuses prove/deep/a.cpp '#include "cli/command.hpp"' 'prove may include only:'
refuses prove/a.cpp '#include <z3++.h>' 'only src/verify may talk to Z3'
refuses verify/a.hpp '#include <z3++.h>' 'belongs in a .cpp file'
refuses onnx/a.hpp '#include <onnx/onnx_pb.h>' 'belongs in a .cpp file'
refuses lang/a.cpp '#include "parser.hpp"' 'relative to src'
refuses nowhere/a.cpp '#include "diagram/box.hpp"' 'src/nowhere is not a layer'

accepts verify/a.cpp '#include <z3++.h>'
accepts prove/a.hpp '#include "onnx/reader.hpp"'
accepts kernel/a.hpp '#include "theory/meaning.hpp"'
