"""What the rules on objects in X-ray images share: which classes mean what, and who looked."""

from __future__ import annotations

from service.domain.reconcile.case import Case
from vision.findings import ObjectFound, ObjectsSought

# Classes of a detector by what they stand for; a model's own classes beyond these are threats.
VEHICLE = "vehicle"
SHIELD = "dense_shield"
BAGS = frozenset({"bag", "bag_like"})
DANGEROUS = frozenset({"cylinder", "lithium_cells"})
# What a load may hold in all innocence; it speaks where papers or place contradict it.
ORDINARY = frozenset({"drum"})
Found = list[tuple[int, ObjectFound]]


def objects(case: Case, *labels: str) -> Found:
    """Objects of those classes in scans that are good enough to be believed."""
    return [
        (index, found)
        for index, found in case.findings(ObjectFound)
        if found.label in labels and not case.too_poor(found.evidence.scan_sha256)
    ]


def was_sought(case: Case, *labels: str) -> bool:
    """Whether a detector looked for one of those classes, through most of a load, in every view.

    A load that is too thick to be looked through hides what no detector can find.
    """
    sought = [s for _, s in case.findings(ObjectsSought) if set(labels) & set(s.labels)]
    least = case.policy.limit("threat_object", "visible_share")
    return bool(sought) and all(
        s.visible_share >= least and not case.too_poor(s.evidence.scan_sha256) for s in sought
    )
