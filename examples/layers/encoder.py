#!/usr/bin/env python3
"""Prints a transformer encoder of N pre-norm layers, unrolled, each layer with weights of its own, in two forms.

usage: encoder.py N

unfused  three projections, softmax by its definition, heads summed by the output projection, norms by the variance
fused    one projection whose weights are those three laid side by side, stable softmax, heads side by side, norms by
         the second moment

The theorem says that they are equal for all sizes. Each false theorem has one edit in one layer in the middle: keys and
values exchanged, a residual dropped, the transpose of another map.
"""
import sys

FORMS = """\
# The weights of a layer are arrays of their own; the fused form lays three of them side by side.
def unfused_layer(X[t,m])[t,m] {
  weight ln1.gain[m], ln1.bias[m], ln2.gain[m], ln2.bias[m]
  weight q.W[m,h,e], q.b[h,e], k.W[m,h,e], k.b[h,e], v.W[m,h,e], v.b[h,e], o.W[h,e,m], o.b[m]
  weight up.W[m,f], up.b[f], down.W[f,m], down.b[m]
  N[t,m] = layer_norm[m](X[t,m], ln1.gain[m], ln1.bias[m], 1e-5)
  Q[h,t,e] = (sum[m] N[t,m] * q.W[m,h,e]) + q.b[h,e]
  K[h,t,e] = (sum[m] N[t,m] * k.W[m,h,e]) + k.b[h,e]
  V[h,t,e] = (sum[m] N[t,m] * v.W[m,h,e]) + v.b[h,e]
  A[h,t,e] = attention(Q[h], K[h], V[h])[t,e]
  Y[t,m] = X[t,m] + ((sum[h,e] A[h,t,e] * o.W[h,e,m]) + o.b[m])
  M[t,m] = layer_norm[m](Y[t,m], ln2.gain[m], ln2.bias[m], 1e-5)
  G[t,f] = gelu((sum[m] M[t,m] * up.W[m,f]) + up.b[f])
  return Y[t,m] + ((sum[f] G[t,f] * down.W[f,m]) + down.b[m])
}

def norm_by_moments(x[n], gain[n], bias[n], eps)[n]
  = (x[n] - mean[j:n](x[j])) * (gain[n] / sqrt(mean[j:n](square(x[j])) - square(mean[j:n](x[j])) + eps)) + bias[n]

def side_by_side(A[a], B[a], C[a])[c:3*|a|]
  = if c < |a| then A[c] else if c < 2*|a| then B[c - |a|] else C[c - 2*|a|]

def fused_layer(X[t,m])[t,m] {
  weight ln1.gain[m], ln1.bias[m], ln2.gain[m], ln2.bias[m]
  weight q.W[m,h,e], q.b[h,e], k.W[m,h,e], k.b[h,e], v.W[m,h,e], v.b[h,e], o.W[h,e,m], o.b[m]
  weight up.W[m,f], up.b[f], down.W[f,m], down.b[m]
  N[t,m] = norm_by_moments[m](X[t,m], ln1.gain[m], ln1.bias[m], 1e-5)
  Wq[m,(h,e)] = q.W[m,h,e]
  Wk[m,(h,e)] = k.W[m,h,e]
  Wv[m,(h,e)] = v.W[m,h,e]
  bq[(h,e)] = q.b[h,e]
  bk[(h,e)] = k.b[h,e]
  bv[(h,e)] = v.b[h,e]
  W[m,c:3*|h|*|e|] = side_by_side(Wq[m], Wk[m], Wv[m])[c]
  b[c:3*|h|*|e|] = side_by_side(bq, bk, bv)[c]
  P[t,c:3*|h|*|e|] = (sum[m] N[t,m] * W[m,c]) + b[c]
  Q[h,t,e] = P[t,h*|e| + e]
  K[h,t,e] = P[t,|h|*|e| + h*|e| + e]
  V[h,t,e] = P[t,2*|h|*|e| + h*|e| + e]
  A[h,t,e] = stable_attention(Q[h], K[h], V[h])[t,e]
  H[t,(h,e)] = A[h,t,e]
  Y[t,m] = X[t,m] + ((sum[c:|h|*|e|] H[t,c] * o.W[c / |e|,c % |e|,m]) + o.b[m])
  M[t,m] = norm_by_moments[m](Y[t,m], ln2.gain[m], ln2.bias[m], 1e-5)
  G[t,f] = gelu((sum[m] M[t,m] * up.W[m,f]) + up.b[f])
  return Y[t,m] + ((sum[f] G[t,f] * down.W[f,m]) + down.b[m])
}
"""

# name, what stands in the fused layer, what stands there in the twin
EDITS = [
    ("keys_for_values", [("side_by_side(Wq[m], Wk[m], Wv[m])", "side_by_side(Wq[m], Wv[m], Wk[m])")]),
    ("residual_dropped", [("return Y[t,m] + (", "return (")]),
    ("transposed", [("M[t,m] * up.W[m,f]", "M[t,m] * down.W[f,m]"), ("G[t,f] * down.W[f,m]", "G[t,f] * up.W[m,f]")]),
]


def layer_of(name):
    start = FORMS.index(f"def {name}_layer")
    return FORMS[start:FORMS.index("\n}\n", start) + 3]


def edited(name, edits):
    text = layer_of("fused").replace("fused_layer", f"{name}_layer")
    for old, new in edits:
        assert old in text
        text = text.replace(old, new)
    return text


def stack(name, layers):
    """The def `name`: the layers, one after another, named l0, l1, ..."""
    text = f"def {name}[h:axis,e:axis,f:axis](X0[t,m])[t,m] {{\n"
    for k, layer in enumerate(layers):
        text += f"  use l{k}: {layer}_layer[h:|h|,e:|e|,f:|f|]\n"
        text += f"  X{k + 1}[t,m] = l{k}(X{k})[t,m]\n"
    return text + f"  return X{len(layers)}[t,m]\n}}\n"


def main(layers):
    print(f"# Written by examples/layers/encoder.py {layers}.\n\n{FORMS}")
    print(stack("unfused", ["unfused"] * layers))
    print(stack("fused", ["fused"] * layers))
    print("theorem encoder: unfused == fused")
    for name, edits in EDITS:
        forms = ["fused"] * layers
        forms[layers // 2] = name
        print(f"\n{edited(name, edits)}\n{stack(name, forms)}\nfalse theorem {name}: unfused == {name}")


if __name__ == "__main__":
    if len(sys.argv) != 2 or not sys.argv[1].isdigit() or int(sys.argv[1]) < 1:
        sys.exit("usage: encoder.py N, with N >= 1 layers")
    main(int(sys.argv[1]))
