#!/usr/bin/python3
"""Writes the models of this folder at other sizes: attention with 48 features, 6 heads, 7 positions, batch 3 (the mha_s
models have 32, 4, 10, 2) in three spellings, and layer norm of width 48 in four.

    /usr/bin/python3 make_other_sizes.py OUTDIR

Needs Debian's python3-torch and python3-onnx. Weights are random, also the biases and gains, which by default are 0 and 1
and would hide mistakes. Seeded: the same versions of torch write the same files.
"""
import math
import os
import sys
import warnings

import numpy as np
import torch
import torch.nn as nn

warnings.filterwarnings('ignore')
OUT = sys.argv[1]
WIDTH, HEADS, LENGTH, BATCH = 48, 6, 7, 3


def export(name, model, x, opset=14):
    """NAME.onnx and NAME.data/{input,output}_0.npy. Autograd stays on: without it, eval() takes a fused path for attention
    that has no export."""
    model.eval()
    y = model(x)
    torch.onnx.export(model, (x,), f'{OUT}/{name}.onnx', opset_version=opset)
    folder = f'{OUT}/{name}.data'
    os.makedirs(folder, exist_ok=True)
    for file, array in (('input_0', x), ('output_0', y)):
        np.save(f'{folder}/{file}.npy', np.ascontiguousarray(array.detach().numpy(), np.float32))
    assert y.std() > 1e-3, f'{name} gives a constant'


class Packed(nn.Module):
    """nn.MultiheadAttention: one packed projection, sequence first, 3-D products over batch * head."""

    def __init__(self, mha):
        super().__init__()
        self.mha = mha

    def forward(self, x):
        return self.mha(x, x, x, need_weights=False)[0]


class Einsum(nn.Module):
    """A weight for each head, no reshaping."""

    def __init__(self, mha):
        super().__init__()
        width, self.heads = mha.embed_dim, mha.num_heads
        self.features = width // self.heads
        weight, bias = mha.in_proj_weight.detach(), mha.in_proj_bias.detach()
        for i, name in enumerate('qkv'):
            part = slice(i * width, (i + 1) * width)
            w = weight[part].reshape(self.heads, self.features, width).clone()
            b = bias[part].reshape(self.heads, 1, self.features).clone()
            self.register_parameter('w' + name, nn.Parameter(w))
            self.register_parameter('b' + name, nn.Parameter(b))
        out = mha.out_proj.weight.detach().reshape(width, self.heads, self.features).clone()
        self.wo, self.bo = nn.Parameter(out), nn.Parameter(mha.out_proj.bias.detach().clone())

    def forward(self, x):
        q, k, v = [torch.einsum('bte,hde->bhtd', x, w) + b
                   for w, b in ((self.wq, self.bq), (self.wk, self.bk), (self.wv, self.bv))]
        a = torch.softmax(torch.einsum('bhtd,bhsd->bhts', q, k) / math.sqrt(self.features), -1)
        return torch.einsum('bhtd,ehd->bte', torch.einsum('bhts,bhsd->bhtd', a, v), self.wo) + self.bo


class Four(nn.Module):
    """Four linear layers, view and transpose, scaled queries."""

    def __init__(self, mha):
        super().__init__()
        width, self.heads = mha.embed_dim, mha.num_heads
        self.features = width // self.heads
        self.linear = nn.ModuleList(nn.Linear(width, width) for _ in range(4))
        for i in range(3):
            part = slice(i * width, (i + 1) * width)
            self.linear[i].weight.data = mha.in_proj_weight.detach()[part].clone()
            self.linear[i].bias.data = mha.in_proj_bias.detach()[part].clone()
        self.linear[3].load_state_dict(mha.out_proj.state_dict())

    def forward(self, x):
        b, t, e = x.shape
        q, k, v = [l(x).view(b, t, self.heads, self.features).transpose(1, 2) for l in self.linear[:3]]
        a = ((q / math.sqrt(self.features)) @ k.transpose(-2, -1)).softmax(-1)
        return self.linear[3]((a @ v).transpose(1, 2).reshape(b, t, e))


class TwoPass(nn.Module):
    """Layer norm by hand."""

    def __init__(self, norm):
        super().__init__()
        self.norm = norm

    def forward(self, x):
        m = x.mean(-1, keepdim=True)
        v = ((x - m) ** 2).mean(-1, keepdim=True)
        return (x - m) / torch.sqrt(v + self.norm.eps) * self.norm.weight + self.norm.bias


class Moments(TwoPass):
    """Layer norm with the variance as a difference of moments."""

    def forward(self, x):
        m = x.mean(-1, keepdim=True)
        v = (x * x).mean(-1, keepdim=True) - m * m
        return (x - m) * torch.rsqrt(v + self.norm.eps) * self.norm.weight + self.norm.bias


os.makedirs(OUT, exist_ok=True)
torch.set_num_threads(1)
torch.manual_seed(2)

mha = nn.MultiheadAttention(WIDTH, HEADS, batch_first=True)
mha.in_proj_weight.data *= 2
nn.init.normal_(mha.in_proj_bias, std=0.3)
nn.init.normal_(mha.out_proj.bias, std=0.1)
x = torch.randn(BATCH, LENGTH, WIDTH)
for name, model in (('nn', Packed(mha)), ('einsum', Einsum(mha)), ('four', Four(mha))):
    export(f'mha_m_{name}', model, x)

norm = nn.LayerNorm(WIDTH)
nn.init.uniform_(norm.weight, 0.5, 1.5)
nn.init.normal_(norm.bias, std=0.2)
x = torch.randn(BATCH, LENGTH, WIDTH) + 0.5
export('ln_m_nn_op14', norm, x)
export('ln_m_nn_op17', norm, x, opset=17)
export('ln_m_hand', TwoPass(norm), x)
export('ln_m_moment', Moments(norm), x)
