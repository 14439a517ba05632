#!/usr/bin/env bash
# Pictures are files that XML and SVG tools read, the same each time; those of the documentation are up to date.
source tests/e2e/lib.bash
well_formed() {
  python3 - "$1" <<'PY' || fail "$1 is no SVG"
import sys, xml.etree.ElementTree as xml
root = xml.parse(sys.argv[1]).getroot()
ns = "{http://www.w3.org/2000/svg}"
assert root.tag == ns + "svg" and root.findall(ns + "text") and not root.findall(".//" + ns + "foreignObject")
PY
}
rendered() {
  command -v rsvg-convert >/dev/null || return 0  # ./dev installs it
  rsvg-convert "$1" -o "$scratch/picture.png" || fail "$1 is not rendered"
  [[ "$(head -c 4 "$scratch/picture.png" | tail -c 3)" == PNG ]] || fail "$1 gives no PNG"
}
picture() {
  exits 0 draw "$1" -o "$scratch/$2.svg"
  well_formed "$scratch/$2.svg"
  rendered "$scratch/$2.svg"
  cmp "$scratch/$2.svg" "docs/pictures/$2.svg" || fail "docs/pictures/$2.svg is not what skein draw $1 gives"
}
picture prelude:attention attention
picture prelude:mha multi_head_attention
picture docs/pictures/pictures.skn:layer_norm_residual layer_norm_residual
picture docs/pictures/pictures.skn:convolution convolution
for def in by_head split_and_merged packed repeated; do
  exits 0 draw "examples/multi_head.skn:$def"
  cp "$scratch/stdout" "$scratch/$def.svg"
  well_formed "$scratch/$def.svg"
  rendered "$scratch/$def.svg"
done

# The proof in a certificate, from side to side.
page() {
  exits 0 draw --proof "$1" -o "$scratch/$2.svg"
  well_formed "$scratch/$2.svg"
  rendered "$scratch/$2.svg"
  for words in "left side" "right side" "replayed by the kernel"; do
    grep -q "$words" "$scratch/$2.svg" || fail "the page of $1 does not say: $words"
  done
}
page proofs/ledger/softmax_stable.cert stable_softmax_proof
cmp "$scratch/stable_softmax_proof.svg" docs/pictures/stable_softmax_proof.svg ||
  fail "docs/pictures/stable_softmax_proof.svg is not what skein draw --proof proofs/ledger/softmax_stable.cert gives"
exits 0 prove examples/softmax.skn --out "$scratch/out"
page "$scratch/out/merge_blocks.cert" merge_blocks
exits 0 draw --proof proofs/ledger/softmax_stable.cert --json
holds '"</svg>" in j["svg"] and j["certificate"].endswith("softmax_stable.cert")'

# One inference is taken for another: no proof, no page.
sed 's/m=inv_mul,/m=exp_add,/' proofs/ledger/softmax_stable.cert >"$scratch/forged.cert"
exits 65 draw --proof "$scratch/forged.cert" -o "$scratch/forged.svg"
warns "the kernel rejects this certificate"
[[ ! -e "$scratch/forged.svg" ]] || fail "a page was left of a rejected certificate"
head -n -1 proofs/ledger/softmax_stable.cert >"$scratch/cut.cert"
exits 65 draw --proof "$scratch/cut.cert"
exits 65 draw --proof README.md
exits 65 draw --proof no_such.cert
exits 65 draw --proof docs
exits 64 draw --proof proofs/ledger/softmax_stable.cert prelude:attention
exits 64 draw
exits 65 draw no_such_def
