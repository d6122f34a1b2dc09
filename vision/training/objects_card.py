"""Manifest and card of the object detector, from its measured figures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

Limits = Mapping[str, tuple[float, str]]
SIMULATED, PROJECTED = "tallyman evaluate xray-simulated", "tallyman evaluate xray-projected"
SECTIONS = {
    "counts": (
        "Simulated scans, 16-bit counts, shapes never seen in training",
        f"{SIMULATED} --clean {{clean}} --each {{each}}",
    ),
    "display": (
        "The same through random display curves to 8 bits",
        f"{SIMULATED} --clean {{clean}} --each {{each}} --display",
    ),
    "projected": (
        "Simulated objects projected into real scans (split val, 8 bits), shapes never seen",
        f"{PROJECTED} DIR/ajna_container --split val",
    ),
}
HEAD = """# xray-objects 1

**Use.** Points at objects of the classes below inside a container, in a side-view cargo scan of
one or two energies. Its findings name class, place, score and threshold; with them goes which
classes were sought and how much of the load could be looked through.

**Not for.** Baggage, top views, rail wagons, tanks. No find is never "nothing is there": behind
about 6 mean free paths (20 cm of steel) it sees nothing and `visible_share` says how much that is.

**Trained on** simulated scans alone (`vision.synthesis`: NIST coefficients, Schiff spectra, fan
geometry, loads by HS heading), half of them through random display curves. No real scan of a
hidden object was available. How: `{recipe}`, whose module says the command; then
`python -m vision.training.promote_objects RUN --weights weights --real DIR/ajna_container`, which
chose the thresholds and wrote this page and the manifest.
"""
TAIL = """
**Blind spots.** Shapes unlike the simulated ones; machinery, vehicle parts and bundles of tubes
look most like what is sought; goods that overlap an object by many times its own depth hide it;
walls, floor and cab are not searched.
The zone is `door` only where the tractor shows which end that is; else objects near either end say
"cannot tell". Simulation decides nothing about a real portal: measure on your own
clean scans before a rule may act alone.
"""


def manifest_text(
    *,
    labels: tuple[str, ...],
    recipe: str,
    sha256: str,
    data_sha256: str,
    limits: Limits,
    figures: Mapping[str, Any],
) -> str:
    """`model.toml` as text."""
    names = ", ".join(f'"{label}"' for label in labels)
    lines = [
        'name = "xray-objects"',
        'version = "1"',
        'file = "model.onnx"',
        f'sha256 = "{sha256}"',
        'licence = "AGPL-3.0-or-later"',
        f"labels = [{names}]",
    ]
    if not figures:
        lines.append("metrics = []")
    lines += ["", "[input]", "height_px = 96", 'layout = "strip of one container, see card"', ""]
    for name, (value, point) in limits.items():
        lines += [f"[thresholds.{name}]", f"value = {value}", f'operating_point = "{point}"', ""]
    lines += [
        "[training]",
        f'recipe = "{recipe}"',
        'data = "simulated scans (vision.synthesis.xray_scene)"',
        f'data_sha256 = "{data_sha256}"',
        'data_licence = "made by this project"',
        "real = false",
    ]
    for key, own in figures.items():
        for label, name, cell in _served(own):
            interval = cell["interval_95"]
            lines += [
                "",
                "[[metrics]]",
                f'name = "{label}: {name}"',
                f"value = {cell['share']}",
                f"total = {cell['total']}",
                f"interval_95 = [{interval[0]}, {interval[1]}]",
                f'data = "{SECTIONS[key][0]}"',
                f'command = "{_command(key, own)}"',
            ]
    return "\n".join(lines) + "\n"


def card(labels: tuple[str, ...], recipe: str, limits: Limits, figures: Mapping[str, Any]) -> str:
    """`card.md` as text."""
    silent = [label for label in labels if label not in limits]
    parts = [HEAD.replace("{recipe}", recipe)]
    if silent:
        parts.append(
            f"**Abstains** on {', '.join(silent)}: trained, but too weak at the allowed rate of "
            "false alarms; these classes are neither sought nor found.\n"
        )
    if not any(name.endswith("_display") for name in limits):
        parts.append(
            "**8-bit pictures windowed by the scanner:** it abstains on all of them; it has no "
            "threshold that real scans of that kind support.\n"
        )
    for key, own in figures.items():
        parts.append(_section(key, own))
    points = "\n".join(
        f"- `{name}` {value:.3f}: {point}" for name, (value, point) in limits.items()
    )
    parts += [TAIL, f"\n**Thresholds.**\n{points or '- none'}\n"]
    return "\n".join(parts)


def _command(key: str, own: Mapping[str, Any]) -> str:
    each = own["objects"] // max(len(own["classes"]), 1)
    return SECTIONS[key][1].format(clean=own["clean_scans"], each=each)


def _served(own: Mapping[str, Any]) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    for label, figures in own["classes"].items():
        serving = figures["serving"]
        if isinstance(serving, str):
            continue
        for name, key in (
            ("objects detected", "detected"),
            ("clean scans with a false alarm", "clean_scans_alarmed"),
        ):
            if serving[key]["total"]:
                yield label, name, serving[key]


def _section(key: str, own: Mapping[str, Any]) -> str:
    title = SECTIONS[key][0]
    lines = [f"**{title}** ({own['clean_scans']} clean scans), by `{_command(key, own)}`:\n"]
    levels = list(next(iter(own["classes"].values()))["by_false_alarms_per_scan"])
    head = " | ".join(f"at {level}" for level in levels)
    lines += [
        f"| class | {head} | served: detected | clean scans alarmed |",
        "|---" * (len(levels) + 3) + "|",
    ]
    for label, figures in own["classes"].items():
        cells = [_share(figures["by_false_alarms_per_scan"][level]) for level in levels]
        serving = figures["serving"]
        served = ["abstains", ""]
        if not isinstance(serving, str):
            served = [_share(serving["detected"]), _share(serving["clean_scans_alarmed"])]
        lines.append(f"| {' | '.join([label, *cells, *served])} |")
    lines.append("\nShares of objects detected at false alarms per clean scan, with Wilson's 95 %.")
    for label, figures in own["classes"].items():
        if not isinstance(figures["serving"], str):
            lines += _details(label, figures["serving"])
    return "\n".join(lines) + "\n"


def _details(label: str, serving: Mapping[str, Any]) -> Iterator[str]:
    names = {"by_shape": "by shape", "by_size_m": "by size, m", "by_cover": "by cover, mfp"}
    for key, name in names.items():
        cells = "; ".join(f"{part} {_share(cell)}" for part, cell in serving[key].items())
        yield f"- {label} {name}: {cells}"


def _share(cell: Mapping[str, Any]) -> str:
    if not cell["total"]:
        return "-"
    low, high = cell["interval_95"]
    return f"{cell['share']:.3f} ({cell['count']}/{cell['total']}, {low:.3f}-{high:.3f})"
