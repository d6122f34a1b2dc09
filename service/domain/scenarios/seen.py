"""Findings from the short lines of a scenario ("plate B714RDX", "object weapon cargo 0.91")."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence

from vision.findings import (
    Analysis,
    BackgroundTracked,
    CargoEmbedding,
    CargoGroup,
    Channel,
    CheckDigit,
    ContainerFound,
    ContainerSize,
    CoverageEntry,
    Evidence,
    Extent,
    FillProfile,
    Finding,
    GrossCount,
    GroupScore,
    Load,
    LoadState,
    MassEstimate,
    Material,
    MaterialMap,
    MaterialShare,
    Measure,
    NaturalExcess,
    NuclideCategory,
    NuclideFound,
    ObjectFound,
    ObjectsSought,
    Orientation,
    PackageCount,
    Provenance,
    Ran,
    Reading,
    ScanCompared,
    ScanFingerprint,
    ScanQuality,
    SeriesShare,
    SourceLocated,
    StructureMeasured,
    Subject,
    VehicleColour,
    Zone,
)
from vision.grammar import iso6346
from vision.scan import ScanKind

METHOD = Provenance(model="scenario", version="1", sha256="0" * 64, threshold=0.5)
SIDE, PORTAL, LEFT = "side", "portal", "left"
_GAMMA_CPS, _NEUTRON_CPS = 420.0, 2.0
Words = Sequence[str]


def analysis_of(lines: Sequence[str]) -> Analysis:
    """Every line as a finding. Lines that begin with "failed" are sensors that gave nothing.

    Raises:
        ValueError: a line that is not understood.
    """
    found: list[Finding] = []
    failed: dict[ScanKind, str] = {}
    for line in lines:
        first, *words = line.split()
        try:
            if first == "failed":
                failed[ScanKind(words[0])] = " ".join(words[1:])
            else:
                found += KINDS[first](words)
        except (KeyError, IndexError, ValueError) as problem:
            raise ValueError(f"“{line}” is not understood: {problem}") from problem
    coverage = tuple(
        CoverageEntry(
            scan_sha256=sha_of(sensor.value),
            scan_name=sensor.value,
            sensor=sensor,
            analysis="all",
            ran=Ran.FAILED if sensor in failed else Ran.RAN,
            reason=failed.get(sensor, ""),
        )
        for sensor in ScanKind
    )
    return Analysis(findings=tuple(found), coverage=coverage, lineup=(METHOD,))


def sha_of(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()


def _at(scan: str) -> Evidence:
    return Evidence(scan_sha256=sha_of(scan))


def _reading(subject: Subject, text: str, view: str) -> Reading:
    digit = CheckDigit.NOT_APPLICABLE
    if subject is Subject.CONTAINER_CODE:
        digit = CheckDigit.CORRECT if iso6346.is_valid_code(text) else CheckDigit.WRONG
    return Reading(
        evidence=_at(view),
        provenance=METHOD,
        subject=subject,
        text=text,
        accepted=digit is not CheckDigit.WRONG,
        score=0.95,
        weakest=0.9,
        orientation=Orientation.HORIZONTAL,
        check_digit=digit,
    )


def _read(subject: Subject, *views: str) -> Callable[[Words], list[Finding]]:
    """The first word is the text; more words are the views that show it."""
    return lambda words: [_reading(subject, words[0], view) for view in words[1:] or views]


def _load(words: Words) -> list[Finding]:
    load = Load(words[0])
    probability = {Load.LOADED: 0.98, Load.EMPTY: 0.02, Load.CANNOT_TELL: 0.5}[load]
    return [
        ContainerFound(evidence=_at(SIDE), provenance=METHOD, score=0.97),
        LoadState(evidence=_at(SIDE), provenance=METHOD, load=load, probability_loaded=probability),
    ]


def _quality(words: Words) -> list[Finding]:
    good = words[0] == "good"
    measure = Measure(name="contrast", value=0.6 if good else 0.05, limit=0.15, acceptable=good)
    return [
        ScanQuality(evidence=_at(SIDE), provenance=METHOD, acceptable=good, measures=(measure,))
    ]


def _count(channel: Channel, background: float) -> Callable[[Words], list[Finding]]:
    """As "gamma quiet 0.3" or "gamma alarm 12 1.4": z, and the rate as a multiple of background."""

    def read(words: Words) -> list[Finding]:
        alarm = words[0] == "alarm"
        z = float(words[1]) if len(words) > 1 else 0.3
        times = float(words[2]) if len(words) > 2 else 3.0 if alarm else 1.02  # noqa: PLR2004
        return [
            GrossCount(
                evidence=_at(PORTAL),
                provenance=METHOD,
                channel=channel,
                alarm=alarm,
                z=z,
                peak_rate_cps=background * times,
                background_rate_cps=background,
                false_alarm=1e-4,
                occupancy=1,
            )
        ]

    return read


def _nuclide(words: Words) -> list[Finding]:
    return [
        NuclideFound(
            evidence=_at(PORTAL),
            provenance=METHOD,
            nuclide=words[0],
            category=NuclideCategory(words[1]),
            score=40.0,
            occupancy=1,
        )
    ]


def _natural(words: Words) -> list[Finding]:
    """As "natural K-40", or "unnatural Cs-137": whether natural series alone explain the excess."""
    return [
        NaturalExcess(
            evidence=_at(PORTAL),
            provenance=Provenance(model="scenario", version="1", sha256="0" * 64, threshold=4.0),
            residual_z=1.0,
            unnatural=False,
            closest="",
            beyond_potassium_z=9.0 if words[0] != "K-40" else 0.5,
            series=tuple(SeriesShare(series=name, share=1.0, z=12.0) for name in words),
            occupancy=1,
        )
    ]


def _unnatural(words: Words) -> list[Finding]:
    return [
        NaturalExcess(
            evidence=_at(PORTAL),
            provenance=Provenance(model="scenario", version="1", sha256="0" * 64, threshold=4.0),
            residual_z=15.0,
            unnatural=True,
            closest=words[0],
            beyond_potassium_z=15.0,
            series=(),
            occupancy=1,
        )
    ]


def _place(words: Words) -> list[Finding]:
    """As "place cargo_long 0.5", "place point 0.1 cab"."""
    return [
        SourceLocated(
            evidence=_at(PORTAL),
            provenance=METHOD,
            channel=Channel.GAMMA,
            position=float(words[1]),
            extent=Extent(words[0]),
            at_cab="cab" in words,
            width_s=2.0,
            vehicle_m=16.0,
            occupancy=1,
        )
    ]


def _background(words: Words) -> list[Finding]:
    """As "background steady" or "background drifting"."""
    steady = words[0] == "steady"
    return [
        BackgroundTracked(
            evidence=_at(PORTAL),
            provenance=METHOD,
            rate_cps=_GAMMA_CPS,
            duration_s=60.0,
            drift_z=0.5 if steady else 8.0,
            steady=steady,
            estimated=False,
            occupancy=1,
        )
    ]


def _size(words: Words) -> list[Finding]:
    """As "length 40 high", "length 20 standard", or "length unknown"."""
    known = words[0] != "unknown"
    return [
        ContainerSize(
            evidence=_at(SIDE),
            provenance=METHOD,
            length_ft=int(words[0]) if known else None,
            high_cube=words[1] == "high" if known else None,
            score=0.95,
        )
    ]


def _object(words: Words) -> list[Finding]:
    return [
        ObjectFound(
            evidence=_at(SIDE),
            provenance=METHOD,
            label=words[0],
            zone=Zone(words[1]),
            score=float(words[2]),
        )
    ]


def _sought(words: Words) -> list[Finding]:
    """As "sought 0.95 weapon vehicle": the share that can be looked through, then the classes."""
    return [
        ObjectsSought(
            evidence=_at(SIDE),
            provenance=METHOD,
            labels=tuple(words[1:]),
            found=0,
            visible_share=float(words[0]),
        )
    ]


def _mass(words: Words) -> list[Finding]:
    """As "mass 18000 900": kilograms, and half the width of the 90 % interval."""
    mass, half = float(words[0]), float(words[1])
    return [
        MassEstimate(
            evidence=_at(SIDE),
            provenance=METHOD,
            mass_kg=mass,
            low_kg=mass - half,
            high_kg=mass + half,
            saturated_share=0.0,
        )
    ]


def _fill(words: Words) -> list[Finding]:
    share = float(words[0])
    return [
        FillProfile(
            evidence=_at(SIDE),
            provenance=METHOD,
            heights=(share,) * 10,
            filled_share=share,
            low=max(share - 0.05, 0.01),
            high=min(share + 0.05, 1.0),
        )
    ]


def _material(words: Words) -> list[Finding]:
    """As "material organic 0.9 metal 0.1"."""
    pairs = zip(words[::2], words[1::2], strict=True)
    shares = tuple(MaterialShare(material=Material(m), share=float(s)) for m, s in pairs)
    return [MaterialMap(evidence=_at(SIDE), provenance=METHOD, shares=shares)]


def _group(words: Words) -> list[Finding]:
    """As "group 08 0.95 24 0.03"; "group unclear" where the model abstains."""
    if words[0] == "unclear":
        return [CargoGroup(evidence=_at(SIDE), provenance=METHOD, groups=(), accepted=False)]
    pairs = zip(words[::2], words[1::2], strict=True)
    groups = tuple(GroupScore(group=g, probability=float(p)) for g, p in pairs)
    return [CargoGroup(evidence=_at(SIDE), provenance=METHOD, groups=groups, accepted=True)]


def _packages(words: Words) -> list[Finding]:
    """As "packages 20 18 22": count and the bounds of its 90 % interval; or "packages unclear"."""
    told = words[0] != "unclear"
    count, low, high = map(int, words if told else ("0", "0", "0"))
    return [
        PackageCount(
            evidence=_at(SIDE),
            provenance=METHOD,
            rows=1,
            columns=count,
            count=count,
            low=low,
            high=high,
            accepted=told,
        )
    ]


def _structure(words: Words) -> list[Finding]:
    return [
        StructureMeasured(
            evidence=_at(SIDE), provenance=METHOD, zone=Zone(words[0]), residual_z=float(words[1])
        )
    ]


def _fingerprint(words: Words) -> list[Finding]:
    return [
        ScanFingerprint(
            evidence=_at(SIDE),
            provenance=METHOD,
            look=hash_of(words[0])[:16],
            noise=hash_of(words[1]),
            scanner="scanner-1",
        )
    ]


def hash_of(name: str) -> str:
    """256 bits in hexadecimal that stand for the look or the noise of that name."""
    return hashlib.sha256(name.encode()).hexdigest()


def _changed(words: Words) -> list[Finding]:
    """As "changed 0.02 0.2 aligned": changed share of all, and of the zone at the doors."""
    return [
        ScanCompared(
            evidence=_at(SIDE),
            provenance=METHOD,
            before_sha256=sha_of("before"),
            aligned=words[2] == "aligned",
            changed_share=float(words[0]),
            changed_share_doors=float(words[1]),
        )
    ]


def _look(words: Words) -> list[Finding]:
    """As "embedding 0.9 0.1 0": a direction, made a unit vector."""
    values = [float(word) for word in words]
    length = sum(value * value for value in values) ** 0.5
    vector = tuple(value / length for value in values)
    return [CargoEmbedding(evidence=_at(SIDE), provenance=METHOD, vector=vector)]


def _colour(words: Words) -> list[Finding]:
    return [
        VehicleColour(
            evidence=_at("front"),
            provenance=METHOD,
            colour=words[0],
            probability=0.95,
            accepted=True,
        )
    ]


KINDS: dict[str, Callable[[Words], list[Finding]]] = {
    "code": _read(Subject.CONTAINER_CODE, "left", "right"),
    "size": _read(Subject.SIZE_TYPE, "left"),
    "plate": _read(Subject.PLATE, "front"),
    "trailer": _read(Subject.PLATE, "rear"),
    "seal": _read(Subject.SEAL, "doors"),
    "orange": _read(Subject.ORANGE_PLATE, "front"),
    "placard": _read(Subject.PLACARD, "left"),
    "load": _load,
    "quality": _quality,
    "gamma": _count(Channel.GAMMA, _GAMMA_CPS),
    "neutron": _count(Channel.NEUTRON, _NEUTRON_CPS),
    "nuclide": _nuclide,
    "natural": _natural,
    "unnatural": _unnatural,
    "place": _place,
    "background": _background,
    "length": _size,
    "object": _object,
    "sought": _sought,
    "changed": _changed,
    "mass": _mass,
    "fill": _fill,
    "material": _material,
    "group": _group,
    "packages": _packages,
    "structure": _structure,
    "fingerprint": _fingerprint,
    "embedding": _look,
    "colour": _colour,
}
