"""Views of one passage put together: what one camera left open, another may settle.

Each view says of each text how probable it is there; the logarithms are added over the views. What
a view can say for or against a text is capped: one spoilt picture does not outvote three good ones,
and views of one passage share light, dirt and damage, so that none proves more than it should.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from vision.findings import Alternative, CheckDigit, Finding, Reading, Subject

SUBJECTS = (Subject.CONTAINER_CODE, Subject.PLATE)
# e**4: one view is never worth more than 55 to 1 between two texts.
MOST_PER_VIEW = 4.0
# Readings of one marking differ in so many places at most; two boxes on a truck differ in more.
MOST_DIFFERENT = 3
ALTERNATIVES = 4
MOST_WITHOUT_CHECK = 0.99


def agreed(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """The findings of all photographs of a passage, in their order.

    A reading that was left open is accepted if another view reads the same text and both together
    are surer than its threshold asks; nothing that was accepted is changed, and no text is: where
    views differ, each keeps its own, with the passage's likeliest among its alternatives.
    """
    found = list(findings)
    for subject in SUBJECTS:
        own = [i for i, f in enumerate(found) if isinstance(f, Reading) and f.subject is subject]
        for group in _groups([(i, found[i]) for i in own if isinstance(found[i], Reading)]):
            readings = [(i, found[i]) for i in group]
            _settle(found, [(i, r) for i, r in readings if isinstance(r, Reading)])
    return tuple(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class Marking:
    """One container's code or one plate, over all views that show it.

    `texts` are ranked by their probability over all views; `views` counts photographs.
    """

    subject: Subject
    texts: tuple[Alternative, ...]
    views: int


def markings(findings: Sequence[Finding]) -> list[Marking]:
    """The markings of a passage: two containers on a truck, front and rear plates, each once."""
    found = []
    for subject in SUBJECTS:
        own = [f for f in findings if isinstance(f, Reading) and f.subject is subject]
        for group in _groups(list(enumerate(own))):
            readings = [own[i] for i in group]
            scans = {reading.evidence.scan_sha256 for reading in readings}
            texts = together(readings)
            found.append(Marking(subject=subject, texts=texts, views=len(scans)))
    return found


def together(readings: Sequence[Reading]) -> tuple[Alternative, ...]:
    """Texts of one marking by their probability over all views, best first, in [0, 1].

    Of one photograph the surest reading of a text counts once.
    """
    views: dict[str, dict[str, float]] = {}
    for reading in readings:
        said = views.setdefault(reading.evidence.scan_sha256, {})
        for text, probability in _said(reading).items():
            said[text] = max(probability, said.get(text, 0.0))
    texts = {text for said in views.values() for text in said}
    scores = {text: sum(_logarithm(text, said) for said in views.values()) for text in texts}
    if not scores:
        return ()
    # What no view offers: as if each had left it its least.
    none = sum(min(_logarithm("", said), 0.0) for said in views.values())
    largest = max(*scores.values(), none)
    weights = {text: math.exp(score - largest) for text, score in scores.items()}
    total = sum(weights.values()) + math.exp(none - largest)
    ranked = sorted(weights, key=lambda text: -weights[text])
    return tuple(Alternative(text=text, score=weights[text] / total) for text in ranked)


def _settle(found: list[Finding], group: Sequence[tuple[int, Reading]]) -> None:
    scans = {reading.evidence.scan_sha256 for _, reading in group}
    if len(scans) < 2:
        return
    ranked = together([reading for _, reading in group])
    best = ranked[0]
    backing = {r.evidence.scan_sha256 for _, r in group if r.text == best.text}
    shown = any(
        r.text == best.text and r.check_digit in (CheckDigit.CORRECT, CheckDigit.NOT_APPLICABLE)
        for _, r in group
    )
    for index, reading in group:
        if reading.accepted:
            continue
        if reading.text != best.text:
            others = tuple(a for a in reading.alternatives if a.text != best.text)
            kept = (best, *others)[:ALTERNATIVES]
            note = "; ".join(filter(None, (reading.note, "other views read it otherwise")))
            found[index] = replace(reading, alternatives=kept, note=note)
        elif len(backing) > 1 and shown and _may_be_accepted(reading, best.score):
            note = f"agreed by {len(backing)} views, {best.score:.4f} together"
            found[index] = replace(
                reading,
                accepted=True,
                probability=best.score,
                note="; ".join(filter(None, (reading.note, note))),
            )


def _may_be_accepted(reading: Reading, probability: float) -> bool:
    """What this view itself does not show stays open, whatever the others say."""
    complete = not reading.supplied and reading.check_digit is not CheckDigit.WRONG
    threshold = reading.provenance.threshold
    return complete and probability >= max(threshold or 0.0, MOST_WITHOUT_CHECK)


def _groups(readings: Sequence[tuple[int, Finding]]) -> list[list[int]]:
    """Readings of one marking each: chained by texts that differ in few places."""
    groups: list[list[tuple[int, str]]] = []
    for index, reading in readings:
        if not isinstance(reading, Reading):
            continue
        for group in groups:
            if any(_different(reading.text, text) <= MOST_DIFFERENT for _, text in group):
                group.append((index, reading.text))
                break
        else:
            groups.append([(index, reading.text)])
    return [[index for index, _ in group] for group in groups]


def _different(one: str, other: str) -> int:
    if len(one) != len(other):
        return MOST_DIFFERENT + 1
    # A plate is shorter: two of its places may already be another car's.
    weight = 1 if len(one) > 8 else 2
    return weight * sum(a != b for a, b in zip(one, other, strict=True))


def _said(reading: Reading) -> dict[str, float]:
    """What one view says of each text that it offers."""
    own = reading.probability if reading.probability is not None else reading.score
    left = max(0.0, 1 - own)
    total = sum(a.score for a in reading.alternatives)
    said = {a.text: left * a.score / total for a in reading.alternatives if total > 0}
    return {**said, reading.text: own}


def _logarithm(text: str, said: dict[str, float]) -> float:
    best = max(said.values())
    value = said.get(text, 0.0)
    return max(math.log(max(value, 1e-9)) - math.log(max(best, 1e-9)), -MOST_PER_VIEW)
