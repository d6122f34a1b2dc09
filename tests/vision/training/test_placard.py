"""The classifier of placards: what it is trained on, and that its export says the same."""

from pathlib import Path

import numpy as np
import onnxruntime
import pytest

from vision.reading.placard import NONE as NO_CLASS
from vision.reading.placard import PATCH_PX as SERVED_PX
from vision.synthesis.placard_patches import LABELS, NONE, PATCH_PX, draw_patch

torch = pytest.importorskip("torch")


def test_training_and_serving_agree_on_size_and_labels() -> None:
    assert (PATCH_PX, NONE) == (SERVED_PX, NO_CLASS)


def test_one_seed_gives_one_patch() -> None:
    one, other = (draw_patch(np.random.default_rng(8)) for _ in range(2))
    assert np.array_equal(one[0], other[0])
    assert one[1] == other[1]


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_the_export_gives_the_probabilities_of_the_network(tmp_path: Path) -> None:
    from vision.training import placard  # noqa: PLC0415 - needs torch

    pictures, labels = placard.patches(3, fonts=())
    assert pictures.shape == (3, 3, PATCH_PX, PATCH_PX)
    assert labels.max() < len(LABELS)
    torch.manual_seed(1)
    net = placard.network().eval()
    placard.export(net, tmp_path / "m.onnx")
    served = onnxruntime.InferenceSession(tmp_path / "m.onnx").run(None, {"patch": pictures})[0]
    with torch.no_grad():
        own = torch.softmax(net(torch.from_numpy(pictures)), dim=1).numpy()
    assert served == pytest.approx(own, abs=1e-5)
