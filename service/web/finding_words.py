"""What a finding says, in a few words for a table or a mark beside its picture."""

from __future__ import annotations

from vision.findings import (
    AnomalyFound,
    CargoEmbedding,
    CargoGroup,
    ContainerFound,
    ContainerSize,
    FillProfile,
    Finding,
    Load,
    LoadState,
    MassEstimate,
    MaterialMap,
    ObjectFound,
    ObjectsSought,
    PackageCount,
    ScanCompared,
    ScanFingerprint,
    ScanQuality,
    StructureMeasured,
    VehicleColour,
    VehicleModel,
)

_UNKNOWN = "cannot tell"
_GROUPS_SHOWN = 3
_ACCEPTED_OR_NOT = (CargoGroup, PackageCount, VehicleColour, VehicleModel)


def words_of(finding: Finding) -> str:
    """One line; "" for a finding that has words of its own elsewhere: readings, radiation."""
    return (
        _of_box(finding)
        or _of_amount(finding)
        or _of_goods(finding)
        or _of_scan(finding)
        or _of_vehicle(finding)
    )


def tone_of(finding: Finding) -> str:
    """How a finding is marked: "bad" needs a look, "doubt" is where nobody can tell, else "ok"."""
    if isinstance(finding, ObjectFound) or (
        isinstance(finding, ScanQuality) and not finding.acceptable
    ):
        return "bad"
    unknown = (
        isinstance(finding, AnomalyFound)
        or (isinstance(finding, MassEstimate) and finding.mass_kg is None)
        or (isinstance(finding, ContainerSize) and finding.length_ft is None)
        or (isinstance(finding, _ACCEPTED_OR_NOT) and not finding.accepted)
        or (isinstance(finding, LoadState) and finding.load is Load.CANNOT_TELL)
        or (isinstance(finding, ScanCompared) and not finding.aligned)
    )
    return "doubt" if unknown else "ok"


def _of_box(finding: Finding) -> str:
    if isinstance(finding, ContainerFound):
        return f"score {finding.score:.2f}"
    if isinstance(finding, ContainerSize):
        length = f"{finding.length_ft} ft" if finding.length_ft else f"length: {_UNKNOWN}"
        height = {True: "high cube", False: "standard height", None: f"height: {_UNKNOWN}"}
        return f"{length}, {height[finding.high_cube]}"
    if isinstance(finding, StructureMeasured):
        return f"{finding.zone.value.replace('_', ' ')}: z {finding.residual_z:+.1f}"
    if isinstance(finding, ObjectFound):
        return f"{finding.label} {finding.score:.2f}, {finding.zone.value.replace('_', ' ')}"
    if isinstance(finding, AnomalyFound):
        return f"score {finding.score:.2f}"
    return ""


def _of_amount(finding: Finding) -> str:
    if isinstance(finding, LoadState):
        load = finding.load.value.replace("_", " ")
        return f"{load}, score of loaded {finding.probability_loaded:.2f}"
    if isinstance(finding, FillProfile):
        share, low, high = (
            f"{100 * v:.0f}" for v in (finding.filled_share, finding.low, finding.high)
        )
        return f"{share} % filled ({low} to {high})"
    if isinstance(finding, PackageCount):
        if not finding.accepted:
            return "no regular stack"
        stack = f"{finding.rows} rows x {finding.columns} columns"
        return f"{finding.count} ({finding.low} to {finding.high}): {stack}"
    if isinstance(finding, MassEstimate):
        span = f" ({finding.low_kg:.0f} to {finding.high_kg:.0f})"
        unknown = finding.mass_kg is None
        return f"{_UNKNOWN}: {finding.reason}" if unknown else f"{finding.mass_kg:.0f} kg{span}"
    return ""


def _of_goods(finding: Finding) -> str:
    if isinstance(finding, MaterialMap):
        shares = sorted(finding.shares, key=lambda share: -share.share)
        return ", ".join(
            f"{s.material.value.replace('_', ' ')} {100 * s.share:.0f} %" for s in shares
        )
    if isinstance(finding, CargoGroup):
        groups = (f"{g.group} {g.probability:.2f}" for g in finding.groups[:_GROUPS_SHOWN])
        return ", ".join(groups) + ("" if finding.accepted else f" ({_UNKNOWN})")
    if isinstance(finding, CargoEmbedding):
        return f"{len(finding.vector)} numbers"
    return ""


def _of_vehicle(finding: Finding) -> str:
    if isinstance(finding, VehicleModel):
        told = f"{finding.make} {finding.model} {finding.probability:.2f}"
        return told if finding.accepted else _UNKNOWN
    if not isinstance(finding, VehicleColour):
        return ""
    sure = f"{finding.colour} {finding.probability:.2f}"
    return sure if finding.accepted else f"{_UNKNOWN} ({sure})"


def _of_scan(finding: Finding) -> str:
    if isinstance(finding, ScanQuality):
        poor = ", ".join(m.name for m in finding.measures if not m.acceptable)
        return "acceptable" if finding.acceptable else f"poor: {poor}"
    if isinstance(finding, ScanFingerprint):
        return f"look {finding.look}"
    if isinstance(finding, ObjectsSought):
        seen = f"{100 * finding.visible_share:.0f} % of the load can be looked through"
        return f"{finding.found} found of {', '.join(finding.labels)}; {seen}"
    if isinstance(finding, ScanCompared):
        if not finding.aligned:
            return "not comparable"
        doors = f"{100 * finding.changed_share_doors:.1f} % at the doors"
        return f"{100 * finding.changed_share:.1f} % changed, {doors}"
    return ""
