"""The reader of lines in torch: its ONNX graph, node by node, so that it can be trained further and
runs as EasyOCR's custom network. Only the operators of that graph are known.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
import onnx
import torch
from onnx import helper, numpy_helper
from torch import nn
from torch.nn import functional

Tensor: TypeAlias = torch.Tensor
LEAST = 1e-12
_Attributes: TypeAlias = dict[str, Any]


class Model(nn.Module):  # type: ignore[misc]  # torch is not typed here
    """Grey lines (B, 1, 48, W) in [-1, 1] to log probabilities (B, T, 37), so that a softmax over
    them, which EasyOCR does, gives the probabilities.

    Args:
        graph: path of `model.onnx`.
        num_class: given by EasyOCR; must be what the graph has.
    """

    def __init__(self, graph: str, num_class: int = 37) -> None:
        super().__init__()
        proto = onnx.load(graph)
        self._nodes = list(proto.graph.node)
        self._input, self._output = proto.graph.input[0].name, proto.graph.output[0].name
        self._constants: dict[str, Tensor] = {}
        self._names: dict[str, str] = {}
        for stored in proto.graph.initializer:
            value = torch.from_numpy(np.array(numpy_helper.to_array(stored)))
            if value.is_floating_point() and value.numel() > 1 and stored.name != "fold":
                self._names[stored.name] = stored.name.replace(".", "_")
                self.register_parameter(self._names[stored.name], nn.Parameter(value))
            else:
                self._constants[stored.name] = value
        if self._constants["fold"].shape[1] != num_class:
            raise ValueError(f"the graph has {self._constants['fold'].shape[1]} classes")

    @property
    def names(self) -> dict[str, str]:
        """Parameter by initializer of the graph."""
        return dict(self._names)

    def forward(self, lines: Tensor, text: object = None) -> Tensor:
        del text  # EasyOCR's interface; CTC has no use for it
        values = dict(self._constants)
        values.update({name: getattr(self, own) for name, own in self._names.items()})
        values[self._input] = lines
        for node in self._nodes:
            given = [values[name] for name in node.input if name]
            attributes = {a.name: helper.get_attribute_value(a) for a in node.attribute}
            if node.op_type == "Constant":
                value = torch.from_numpy(np.array(numpy_helper.to_array(attributes["value"])))
                values[node.output[0]] = value
                continue
            values[node.output[0]] = _OPERATORS[node.op_type](given, attributes)
        return values[self._output].clamp_min(LEAST).log()


def _same_padding(x: Tensor, attributes: _Attributes, *, value: float) -> Tensor:
    """SAME_UPPER: what is missing goes to the end first."""
    pads = []
    sides = list(zip(x.shape[2:], attributes["kernel_shape"], attributes["strides"], strict=True))
    for size, kernel, stride in reversed(sides):
        total = max(0, (math.ceil(size / stride) - 1) * stride + kernel - size)
        pads += [total // 2, total - total // 2]
    return functional.pad(x, pads, value=value)


def _conv(given: list[Tensor], attributes: _Attributes) -> Tensor:
    x, weight = given[:2]
    bias = given[2] if len(given) > 2 else None
    padding = tuple(attributes.get("pads", (0, 0)))[:2]
    if attributes.get("auto_pad") == b"SAME_UPPER":
        x, padding = _same_padding(x, attributes, value=0.0), (0, 0)
    return functional.conv2d(
        x,
        weight,
        bias,
        stride=tuple(attributes["strides"]),
        padding=padding,
        groups=attributes["group"],
    )


def _max_pool(given: list[Tensor], attributes: _Attributes) -> Tensor:
    x = _same_padding(given[0], attributes, value=-math.inf)
    return functional.max_pool2d(x, attributes["kernel_shape"], attributes["strides"])


def _slice(given: list[Tensor], attributes: _Attributes) -> Tensor:
    del attributes
    x, starts, ends = given[:3]
    axes = given[3].tolist() if len(given) > 3 else range(len(starts))
    for axis, start, end in zip(axes, starts.tolist(), ends.tolist(), strict=True):
        length = x.shape[axis]
        first = start + length if start < 0 else start
        last = min(end + length if end < 0 else end, length)
        x = x.narrow(axis, first, last - first)
    return x


def _batch_norm(given: list[Tensor], attributes: _Attributes) -> Tensor:
    x, scale, bias, mean, variance = given
    return functional.batch_norm(
        x, mean.detach(), variance.detach(), scale, bias, eps=attributes["epsilon"]
    )


def _reshape(given: list[Tensor], attributes: _Attributes) -> Tensor:
    del attributes
    x, shape = given
    sizes = [x.shape[i] if size == 0 else int(size) for i, size in enumerate(shape.tolist())]
    return x.reshape(sizes)


_OPERATORS: dict[str, Callable[[list[Tensor], _Attributes], Tensor]] = {
    "Identity": lambda x, _: x[0],
    "Add": lambda x, _: x[0] + x[1],
    "Sub": lambda x, _: x[0] - x[1],
    "Mul": lambda x, _: x[0] * x[1],
    "Div": lambda x, _: x[0] / x[1],
    "Pow": lambda x, _: x[0] ** x[1],
    "Sqrt": lambda x, _: x[0].sqrt(),
    "Erf": lambda x, _: x[0].erf(),
    "Relu": lambda x, _: x[0].relu(),
    "Sigmoid": lambda x, _: x[0].sigmoid(),
    "HardSigmoid": lambda x, a: (x[0] * a["alpha"] + a["beta"]).clamp(0, 1),
    "Softmax": lambda x, a: x[0].softmax(a["axis"]),
    "MatMul": lambda x, _: x[0] @ x[1],
    "Transpose": lambda x, a: x[0].permute(a["perm"]),
    "ReduceMean": lambda x, a: x[0].mean(a["axes"], keepdim=bool(a.get("keepdims", 1))),
    "Concat": lambda x, a: torch.cat(x, a["axis"]),
    "Shape": lambda x, _: torch.tensor(x[0].shape),
    "Squeeze": lambda x, a: x[0].squeeze(tuple(a["axes"])),
    "Unsqueeze": lambda x, a: x[0].unsqueeze(a["axes"][0]),
    "AveragePool": lambda x, a: functional.avg_pool2d(x[0], a["kernel_shape"], a["strides"]),
    "MaxPool": _max_pool,
    "Conv": _conv,
    "Slice": _slice,
    "BatchNormalization": _batch_norm,
    "Reshape": _reshape,
}
