"""Linear templates over cells of gradients, as a network that exports to ONNX.

The features are those of Dalal and Triggs (CVPR 2005), coarser: gradients of the attenuation in
eight directions, summed in cells of 8 px and normalised by their surroundings, with the least, mean
and greatest attenuation and the mean contrast of each cell. A template is one convolution over
cells. Vehicles stand either way round, so the mirrored picture is scored too. The output has the
form of a YOLO head: centre, size, score of each class.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional

CELL_PX = 8
FEATURES = 12
ROWS = 8
"""Height of a template in cells, of the strip's twelve."""
HEIGHT_PX = 44.0
# Logits of well separated classes leave no room between scores of nearly 1.
SOFTNESS = 0.35
EPSILON = 0.03
DIRECTIONS = ((0, 1), (1, 0), (1, 1), (1, -1))


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """Weights (FEATURES, ROWS, columns) and bias for objects about `width_px` long."""

    width_px: int
    weights: Tensor
    bias: Tensor


def columns_of(width_px: int) -> int:
    """Width of a template in cells: odd, with a margin of 12 px on both sides."""
    return 2 * round((width_px + 24) / CELL_PX / 2) + 1


def gradient_kernels() -> Tensor:
    """(4, 1, 3, 3) differences across, down, and along both diagonals."""
    kernels = torch.zeros(len(DIRECTIONS), 1, 3, 3)
    for number, (down, along) in enumerate(DIRECTIONS):
        kernels[number, 0, 1 + down, 1 + along] = 1
        kernels[number, 0, 1 - down, 1 - along] = -1
    return kernels


def features(pictures: Tensor, kernels: Tensor) -> Tensor:
    """(N, FEATURES, H / 8, W / 8) of codes (N, 3, H, W) in [0, 1]; see `vision.xray.strip`."""
    depth, contrast = pictures[:, 0:1], pictures[:, 2:3]
    slopes = functional.conv2d(functional.pad(depth, (1, 1, 1, 1), mode="replicate"), kernels)
    signed = torch.cat([slopes.clamp(min=0), (-slopes).clamp(min=0)], dim=1)
    cells = functional.avg_pool2d(signed, CELL_PX)
    total = functional.pad(cells.sum(dim=1, keepdim=True), (1, 1, 1, 1), mode="replicate")
    cells = 4 * cells / (functional.avg_pool2d(total, 3, 1) + EPSILON)
    return torch.cat(
        [
            cells,
            functional.avg_pool2d(depth, CELL_PX),
            functional.max_pool2d(depth, CELL_PX),
            -functional.max_pool2d(-depth, CELL_PX),
            4 * functional.avg_pool2d(contrast, CELL_PX) - 2,
        ],
        dim=1,
    )


def logits(cells: Tensor, weights: Tensor, bias: Tensor) -> Tensor:
    """(N, 1, h, w) answers of one template centred on each cell."""
    half = weights.shape[2] // 2
    pad = (half, half, ROWS // 2, ROWS // 2 - 1)
    return functional.conv2d(functional.pad(cells, pad), weights[None]) + bias


class TemplateNetwork(nn.Module):  # type: ignore[misc]
    """All templates of one class on a picture and its mirror image."""

    def __init__(self, templates: Sequence[Template]) -> None:
        super().__init__()
        self.widths = [template.width_px for template in templates]
        self.register_buffer("kernels", gradient_kernels())
        for number, template in enumerate(templates):
            self.register_buffer(f"weights_{number}", template.weights)
            self.register_buffer(f"bias_{number}", template.bias.reshape(1))

    def forward(self, pictures: Tensor) -> Tensor:
        """(N, 5, candidates) of codes (N, 3, H, W) in [0, 1]."""
        kernels = self.get_buffer("kernels")
        straight = features(pictures, kernels)
        mirrored = features(pictures.flip(3), kernels)
        rows = []
        for number, width in enumerate(self.widths):
            weights = self.get_buffer(f"weights_{number}")
            bias = self.get_buffer(f"bias_{number}")
            answer = torch.maximum(
                logits(straight, weights, bias), logits(mirrored, weights, bias).flip(3)
            )
            score = torch.sigmoid(SOFTNESS * answer)
            one = torch.ones_like(score)
            x = (torch.cumsum(one, 3) - 0.5) * CELL_PX
            y = (torch.cumsum(one, 2) - 0.5) * CELL_PX
            row = torch.cat([x, y, one * width, one * HEIGHT_PX, score], dim=1)
            rows.append(row.flatten(2))
        return torch.cat(rows, dim=2)


def export(network: TemplateNetwork, path: Path, *, height_px: int) -> None:
    """Write ONNX for any batch and any width that is a multiple of the cell."""
    with warnings.catch_warnings():
        # The newer exporter needs a package that nothing else here needs.
        warnings.simplefilter("ignore")
        torch.onnx.export(
            network.eval(),
            (torch.zeros(1, 3, height_px, 2 * height_px),),
            str(path),
            input_names=["images"],
            output_names=["output0"],
            dynamic_axes={
                "images": {0: "batch", 2: "height", 3: "width"},
                "output0": {0: "batch", 2: "candidates"},
            },
            opset_version=17,
            dynamo=False,
        )
