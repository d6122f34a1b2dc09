"""Candidates as readings: their probability, and whether a rule may rely on them."""

from __future__ import annotations

from vision.findings import CheckDigit, Evidence, Provenance, Reading, Subject
from vision.grammar.iso6346 import CHECK_POSITION
from vision.reading.calibration import Features, ReadingModel
from vision.reading.container_code import CodeCandidate
from vision.reading.decode import Decoded
from vision.reading.looks import Seen
from vision.reading.plate import PlateCandidate
from vision.reading.plate_decode import DecodedPlate
from vision.reading.size_type import SizeType
from vision.scan import Photo

# Below, only the grammar makes a code of what no crop shows: not even a guess.
LEAST_WEAKEST = 0.01
# Of the train split no size-type was wrong from here on.
ACCEPT_SIZE_TYPE, LEAST_SIZE_TYPE = 0.2, 0.02
# Clear enough not to look closer; more than it takes to be accepted.
CLEAR_CODE, CLEAR_CODE_WEAKEST = 0.6, 0.35


def is_done(seen: Seen) -> bool:
    """Whether a quick look was enough: a code and its size-type are clear.

    A plate never is: another may be farther away, and small.
    """
    code = next(iter(seen.codes), None)
    return (
        code is not None
        and code.check_digit is CheckDigit.CORRECT
        and not code.replaced
        and code.score >= CLEAR_CODE
        and code.weakest >= CLEAR_CODE_WEAKEST
        and any(one.score >= ACCEPT_SIZE_TYPE for one in seen.size_types)
    )


def code_features(candidate: CodeCandidate) -> Features:
    """Of a candidate that was decoded from posteriors."""
    return Features(
        share=candidate.score,
        weakest=candidate.weakest,
        regular=candidate.check_digit is CheckDigit.CORRECT,
        supplied=candidate.replaced,
    )


def plate_features(candidate: PlateCandidate) -> Features:
    """Of a candidate that was decoded from posteriors."""
    return Features(
        share=candidate.decoded.share if candidate.decoded else 0.0,
        weakest=candidate.weakest,
        regular=bool(candidate.countries),
        supplied=candidate.replaced,
    )


def code_reading(
    candidate: CodeCandidate, decoded: Decoded, *, photo: Photo, model: ReadingModel, by: Provenance
) -> Reading:
    """A code whose check digit was not seen is never accepted: nothing would tell a misreading."""
    probability = model.probability("container_code", code_features(candidate))
    threshold = model.thresholds["container_code"]
    notes = []
    if candidate.check_digit is CheckDigit.NOT_SEEN:
        notes.append("check digit not seen; the one shown is computed")
    unseen = [decoded.text[i] for i in decoded.supplied if i < CHECK_POSITION or decoded.whole]
    if unseen:
        notes.append(f"not seen and put in by the grammar: {', '.join(unseen)}")
    shown = candidate.shown or candidate.quad
    return Reading(
        evidence=Evidence(scan_sha256=photo.sha256, box=shown.bounds(), quad=shown),
        provenance=_by(by, threshold),
        subject=Subject.CONTAINER_CODE,
        text=decoded.text,
        accepted=decoded.whole and not decoded.supplied and probability >= threshold,
        score=decoded.share,
        weakest=decoded.weakest,
        probability=probability,
        orientation=candidate.orientation,
        check_digit=candidate.check_digit,
        alternatives=decoded.alternatives,
        supplied=decoded.supplied,
        note="; ".join(notes),
    )


def plate_reading(
    candidate: PlateCandidate,
    decoded: DecodedPlate,
    *,
    photo: Photo,
    model: ReadingModel,
    by: Provenance,
) -> Reading:
    """A plate, with its country where its shape is of one country only."""
    probability = model.probability("plate", plate_features(candidate))
    threshold = model.thresholds["plate"]
    known = decoded.countries
    return Reading(
        evidence=Evidence(scan_sha256=photo.sha256, box=candidate.box, quad=candidate.quad),
        provenance=_by(by, threshold),
        subject=Subject.PLATE,
        text=decoded.text,
        accepted=not decoded.supplied and probability >= threshold,
        score=decoded.share,
        weakest=decoded.weakest,
        probability=probability,
        orientation=candidate.orientation,
        country=known[0] if len(known) == 1 else None,
        alternatives=decoded.alternatives,
        supplied=decoded.supplied,
        note="" if known else "its shape is none that we know",
    )


def size_type_reading(found: SizeType, *, photo: Photo, by: Provenance) -> Reading:
    """A size-type code, which no check digit protects."""
    return Reading(
        evidence=Evidence(scan_sha256=photo.sha256, box=found.quad.bounds(), quad=found.quad),
        provenance=_by(by, ACCEPT_SIZE_TYPE),
        subject=Subject.SIZE_TYPE,
        text=found.text,
        accepted=found.score >= ACCEPT_SIZE_TYPE,
        score=found.score,
        weakest=found.weakest,
        orientation=found.orientation,
    )


def _by(provenance: Provenance, threshold: float) -> Provenance:
    return Provenance(
        model=provenance.model,
        version=provenance.version,
        sha256=provenance.sha256,
        threshold=threshold,
    )
