"""X-ray pixels into one polarity and range: 1 is air, 0 is opaque."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from vision.scan import XrayImage
from vision.xray.framing import without_bands

AIR_ROWS = 0.06


def transmission_like(image: XrayImage) -> npt.NDArray[np.float32]:
    """(H, W) float32 in [0, 1], air bright, of the (low) energy channel.

    For `PixelUnit.DISPLAY` this is a grey level, not a transmission. The air level is taken
    from the top of the picture, where a side view shows sky; black bands around it do not count.
    """
    pixels = image.pixels[:, :, 0]
    if image.pixels.dtype == np.uint8:
        low, high = 0.0, 255.0
    else:
        thin = pixels[:: max(1, pixels.shape[0] // 500), :: max(1, pixels.shape[1] // 500)]
        low, high = (float(v) for v in np.percentile(thin, (0.1, 99.9)))
    scaled = (pixels.astype(np.float32) - low) / max(high - low, 1.0)
    scaled = np.clip(scaled, 0, 1)
    inner = without_bands(scaled).of(scaled)
    sky = inner[: max(1, int(inner.shape[0] * AIR_ROWS))]
    if float(np.median(sky)) < 0.5:
        scaled = 1 - scaled
    return np.asarray(scaled, dtype=np.float32)
