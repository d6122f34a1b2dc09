"""The reader of lines, cut out of PP-OCRv6's small recogniser.

    python -m vision.training.cut_reader weights/line-reader/1

PP-OCRv6 (Apache-2.0, in RapidOCR's wheel) tells 18,709 characters apart; the codes that we read
have 36. Its last layer keeps the columns of A-Z, a-z, 0-9, their circled, full-width and raised
forms, and ASCII punctuation; a matrix behind the softmax adds up what looks the same to us. The
network takes grey lines, and is faster and smaller by half; what is left is not trained again.
"""

from __future__ import annotations

import argparse
import string
import sys
import unicodedata
from importlib import resources
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnx
from onnx import helper, numpy_helper

SOURCE = "PP-OCRv6_rec_small.onnx"
HEAD_WEIGHT, HEAD_BIAS = "linear_8.w_0", "linear_8.b_0"
CHARACTERS = string.digits + string.ascii_uppercase
HEIGHT_PX = 48
# Roman numerals are not the letters that NFKC makes of them: "Ⅰ" is as wide as an H.
_NUMERALS = "ROMAN NUMERAL"


def classes_kept(characters: list[str]) -> tuple[list[int], npt.NDArray[np.float32]]:
    """The source's classes to keep, and which of ours each is.

    Args:
        characters: the source's, without its blank, which is class 0.

    Returns:
        Class numbers, and a (kept, 37) matrix of 0 and 1. Punctuation becomes the blank.
    """
    kept, ours = [0], [0]
    for number, char in enumerate(characters, start=1):
        plain = unicodedata.normalize("NFKC", char)
        if len(plain) != 1 or not plain.isascii():
            continue
        if unicodedata.name(char, "").find(_NUMERALS) >= 0:
            continue
        kept.append(number)
        ours.append(1 + CHARACTERS.index(plain.upper()) if plain.upper() in CHARACTERS else 0)
    fold = np.zeros((len(kept), 1 + len(CHARACTERS)), np.float32)
    fold[np.arange(len(kept)), ours] = 1
    return kept, fold


def cut(model: onnx.ModelProto) -> onnx.ModelProto:
    """`lines` (B, 1, 48, W) grey in [-1, 1] to `probabilities` (B, W / 8, 37).

    Raises:
        KeyError: not the recogniser that we know.
    """
    graph = model.graph
    stored = {prop.key: prop.value for prop in model.metadata_props}["character"]
    kept, fold = classes_kept([*stored.split("\n"), " "])
    tensors = {tensor.name: tensor for tensor in graph.initializer}
    for name, axis in ((HEAD_WEIGHT, 1), (HEAD_BIAS, 0)):
        columns = numpy_helper.to_array(tensors[name]).take(kept, axis=axis)
        tensors[name].CopyFrom(numpy_helper.from_array(np.ascontiguousarray(columns), name))
    graph.initializer.append(numpy_helper.from_array(fold, "fold"))
    colour = graph.input[0].name
    graph.node.insert(0, helper.make_node("Concat", ["lines"] * 3, [colour], axis=1))
    graph.node[-1].output[0] = "kept"
    graph.node.append(helper.make_node("MatMul", ["kept", "fold"], ["probabilities"]))
    del graph.input[:], graph.output[:], graph.value_info[:], model.metadata_props[:]
    kind = onnx.TensorProto.FLOAT
    shape: list[str | int] = ["batch", 1, HEIGHT_PX, "width"]
    graph.input.append(helper.make_tensor_value_info("lines", kind, shape))
    shape = ["batch", "steps", 1 + len(CHARACTERS)]
    graph.output.append(helper.make_tensor_value_info("probabilities", kind, shape))
    onnx.checker.check_model(model)
    return model


def main() -> None:
    """See the module's docstring."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path, help="folder of this version")
    out: Path = parser.parse_args().out
    out.mkdir(parents=True, exist_ok=True)
    source = resources.files("rapidocr") / "models" / SOURCE
    model = cut(onnx.load_from_string(source.read_bytes()))
    (out / "model.onnx").write_bytes(model.SerializeToString())
    sys.stderr.write(f"{out / 'model.onnx'}: {(out / 'model.onnx').stat().st_size} bytes\n")


if __name__ == "__main__":
    main()
