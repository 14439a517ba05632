#!/usr/bin/env bash
# What docs/trust.md says is linked into skein-kernel is what is linked, with the right numbers of lines.
# `tests/project/trust_counts.sh --write` brings the table up to date (after ./dev build).
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.."
readonly page=docs/trust.md first='<!-- counts: written by tests/project/trust_counts.sh -->' last='<!-- end of counts -->'
kernel="${SKEIN_KERNEL:-build/release/skein-kernel}"
libraries="$(dirname "$kernel")/lib"
[[ -x "$kernel" && -f "$libraries/libskein_kernel.a" ]] || { echo "there is no $kernel to be counted"; exit 77; }

# Sources whose object file the linker took: it takes all of an object or nothing, so one of its functions tells.
linked_sources() {
  echo src/kernel/main.cpp
  local symbols archive layer
  symbols="$(mktemp)"
  nm --defined-only "$kernel" | awk '$2 == "T" { print $3 }' >"$symbols"
  for archive in "$libraries"/libskein_*.a; do
    layer="$(basename "$archive" .a)"
    nm --defined-only -g "$archive" 2>/dev/null | awk -v layer="src/${layer#libskein_}/" -v symbols="$symbols" '
      BEGIN { while ((getline s < symbols) > 0) taken[s] = 1 }
      /\.o:$/ { member = $1; sub(/\.o:$/, "", member) }
      $2 == "T" && ($3 in taken) && !(member in done) { done[member] = 1; print layer member }'
  done
  rm -f "$symbols"
}

# The headers of skein that the files named on the standard input include, directly or not.
with_headers() {
  local -A seen=()
  local queue=() file header
  mapfile -t queue
  while ((${#queue[@]})); do
    file="${queue[0]}"
    queue=("${queue[@]:1}")
    [[ -z "${seen[$file]:-}" ]] || continue
    seen[$file]=1
    echo "$file"
    while read -r header; do
      [[ -f "src/$header" ]] && queue+=("src/$header")
    done < <(sed -n 's/^#include "\(.*\)"$/\1/p' "$file")
  done
}

# Lines that are neither blank nor only a comment.
count() { grep -cvE '^[[:space:]]*(//.*)?$' "$1"; }

table() {
  local total=0 lines folder=0 current="" file layers=() both=0 theories=0 tensors=0
  echo "| file | lines |"
  echo "| --- | ---: |"
  while read -r file; do
    lines="$(count "$file")"
    total=$((total + lines))
    case "$file" in
      src/monoidal/* | src/kernel/monoidal*) theories=$((theories + lines)) ;;
      src/kernel/text.* | src/kernel/digest.* | src/kernel/main.cpp | src/diagram/symbol.*) both=$((both + lines)) ;;
      *) tensors=$((tensors + lines)) ;;
    esac
    echo "| \`$file\` | $lines |"
    if [[ "$(dirname "$file")" != "$current" ]]; then
      [[ -z "$current" ]] || layers+=("\`$current\` $folder")
      current="$(dirname "$file")" folder=0
    fi
    folder=$((folder + lines))
  done < <(linked_sources | with_headers | LC_ALL=C sort)
  layers+=("\`$current\` $folder")
  echo "| **all of it** | **$total** |"
  echo
  echo "By folder: $(printf '%s, ' "${layers[@]}" | sed 's/, $//')."
  echo "By use: tensors and theories alike $both, theories of all structures $theories, tensors $tensors."
  # The C++ runtime and what sanitizers add are not listed.
  echo "Libraries besides the C and C++ runtime: $(readelf -d "$kernel" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' |
    grep -vE '^(libc|libm|libstdc\+\+|libgcc_s|libasan|libubsan|ld-linux.*)\.so' | sort | paste -sd ' ' | sed 's/ /, /g; s/\([^, ]*\.so[^, ]*\)/`\1`/g')."
}

new="$(mktemp)"
trap 'rm -f "$new"' EXIT
awk -v first="$first" -v last="$last" '$0 == first { print; while ((getline line < "/dev/stdin") > 0) print line; skip = 1 }
  $0 == last { skip = 0 }
  !skip' "$page" < <(table) >"$new"
if [[ "${1:-}" == --write ]]; then
  cat "$new" >"$page"
elif ! diff -u "$page" "$new"; then
  echo "docs/trust.md is out of date: run tests/project/trust_counts.sh --write"
  exit 1
fi
