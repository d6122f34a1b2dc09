"""Detection against source strength as an SVG, beside the plain rule on the same passages."""

from __future__ import annotations

from collections.abc import Sequence
from math import log10
from typing import Any

WIDTH, HEIGHT, MARGIN = 760, 420, 64
SERIES = (("detected", "all tests together", "#2a7de1"), ("plain_rule", "plain k-sigma", "#d08a20"))


def curve_svg(curve: Sequence[dict[str, Any]], *, source: str, microcurie: float) -> str:
    """The curve. `curve` is what `portal.evaluate` gives; strengths are parts of `microcurie`."""
    low, high = log10(curve[0]["strength"]), log10(curve[-1]["strength"])
    inner_w, inner_h = WIDTH - 2 * MARGIN, HEIGHT - 2 * MARGIN

    def px(strength: float) -> float:
        return MARGIN + inner_w * (log10(strength) - low) / (high - low)

    def py(share: float) -> float:
        return MARGIN + inner_h * (1 - share)

    parts = [
        f'<text x="{MARGIN}" y="{MARGIN - 32}" class="title">Detection of {source} at 8 km/h, '
        f"bare, in ordinary traffic</text>"
    ]
    for share in (0, 0.25, 0.5, 0.75, 0.9, 1):
        parts.append(
            f'<path d="M{MARGIN},{py(share):.1f}H{WIDTH - MARGIN}" class="grid"/>'
            f'<text x="{MARGIN - 8}" y="{py(share) + 4:.1f}" text-anchor="end">'
            f"{100 * share:.0f} %</text>"
        )
    for row in curve:
        x = px(row["strength"])
        parts.append(
            f'<text x="{x:.1f}" y="{HEIGHT - MARGIN + 18}" text-anchor="middle">'
            f"{row['strength'] * microcurie:.3g}</text>"
        )
    for number, (key, name, colour) in enumerate(SERIES):
        points = [(px(row["strength"]), py(row[key] / row["total"])) for row in curve]
        path = "L".join(f"{x:.1f},{y:.1f}" for x, y in points)
        parts.append(f'<path d="M{path}" stroke="{colour}" class="curve"/>')
        parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>' for x, y in points]
        at = MARGIN - 10
        left = MARGIN + 190 * number
        parts.append(
            f'<path d="M{left},{at - 4}h24" stroke="{colour}" class="curve"/>'
            f'<text x="{left + 30}" y="{at}">{name}</text>'
        )
    standard = px(1.0)
    parts.append(
        f'<path d="M{standard:.1f},{MARGIN}V{HEIGHT - MARGIN}" class="grid" '
        'stroke-dasharray="4 4"/>'
        f'<text x="{standard + 5:.1f}" y="{HEIGHT - MARGIN - 8}">standard</text>'
        f'<text x="{WIDTH / 2}" y="{HEIGHT - 14}" text-anchor="middle">'
        "source strength (microcurie)</text>"
    )
    style = (
        "text{font:12px system-ui,sans-serif;fill:#445}.title{font-size:15px;font-weight:600}"
        ".grid{stroke:#ccd2da;fill:none}.curve{fill:none;stroke-width:2}"
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'width="{WIDTH}" height="{HEIGHT}"><rect width="100%" height="100%" fill="#fff"/>'
        f"<style>{style}</style>{''.join(parts)}</svg>"
    )
