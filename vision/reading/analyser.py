"""What a photograph says: container codes, size-type codes, licence plates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from vision.errors import ModelUnavailable
from vision.findings import (
    CheckDigit,
    CoverageEntry,
    Evidence,
    Finding,
    Orientation,
    Provenance,
    Ran,
    Reading,
    Subject,
)
from vision.grammar import iso6346
from vision.grammar.iso6346 import CHECK_POSITION
from vision.reading import container_code, looks, plate
from vision.reading.container_code import CodeCandidate
from vision.reading.decode import Decoded
from vision.reading.engines import LineEngine, OcrEngine, TextLine
from vision.reading.expected import ListPosterior, over_list
from vision.reading.looks import Seen
from vision.reading.photo_part import PhotoPart
from vision.reading.plate import PlateCandidate
from vision.scan import Photo, ScanKind

# Chosen on the train splits of the container and plate photographs.
ACCEPT_SHARE = 0.5
ACCEPT_WEAKEST = 0.3
LEAST_WEAKEST = 0.01
ACCEPT_CODE = 0.6
ACCEPT_REPLACED = 0.9
ACCEPT_NO_CHECK_DIGIT = 0.97
MOST_PIECES_WITHOUT_CHECK_DIGIT = 2
ACCEPT_SIZE_TYPE = 0.9
ACCEPT_PLATE = 0.86
ACCEPT_PLATE_REPLACED = 0.88
ACCEPT_PLATE_NO_SHAPE = 0.95
ANALYSES = ("container_code", "plate")
_ON_IT = 0.6


class PhotoAnalyser:
    """Reads one photograph at a time with whichever engine it is given.

    Args:
        engine: finds and reads text.
        parts: what else is looked for, in this order.
    """

    def __init__(self, engine: OcrEngine, *, parts: Sequence[PhotoPart] = ()) -> None:
        self._engine = engine
        self._parts = tuple(parts)

    @property
    def lineup(self) -> tuple[Provenance, ...]:
        return (self._engine.provenance, *(p for part in self._parts for p in part.lineup))

    def analyse(
        self, photo: Photo, *, name: str
    ) -> tuple[tuple[Finding, ...], tuple[CoverageEntry, ...]]:
        """Readings and what ran; an engine that cannot be opened is coverage FAILED."""
        findings, coverage, _ = self.analyse_expecting(photo, name=name, expected=())
        return findings, coverage

    def analyse_expecting(
        self, photo: Photo, *, name: str, expected: Sequence[str]
    ) -> tuple[tuple[Finding, ...], tuple[CoverageEntry, ...], tuple[ListPosterior, ...]]:
        """As `analyse`, and for each marking what it says of a list, apart from the readings.

        Args:
            photo: to read.
            name: for the coverage.
            expected: container codes or plates, upper case, letters and digits only.
        """
        findings: tuple[Finding, ...]
        try:
            findings, listed = self._read(photo, expected)
            coverage = [_entry(photo, name, analysis) for analysis in ANALYSES]
        except ModelUnavailable as problem:
            findings, listed = (), ()
            coverage = [_entry(photo, name, analysis, str(problem)) for analysis in ANALYSES]
        for part in self._parts:
            try:
                findings = (*findings, *part.look(photo, findings))
                coverage.append(_entry(photo, name, part.analysis))
            except ModelUnavailable as problem:
                coverage.append(_entry(photo, name, part.analysis, str(problem)))
        return _each_once(findings), tuple(coverage), listed

    def _read(
        self, photo: Photo, expected: Sequence[str]
    ) -> tuple[tuple[Reading, ...], tuple[ListPosterior, ...]]:
        provenance = self._engine.provenance
        if not isinstance(self._engine, LineEngine):
            lines = self._engine.read(photo.pixels)
            return readings(lines, photo=photo, provenance=provenance), ()
        seen = looks.seen(self._engine, photo.pixels, done=_has_code)
        found = readings(seen.lines, photo=photo, provenance=provenance, codes=seen.codes)
        codes = [text for text in expected if iso6346.is_valid_code(text)]
        listed = (
            over_list(code.views, codes, free=code.text)
            for code in seen.codes
            if codes and code.weakest >= LEAST_WEAKEST
        )
        return found, tuple(listed)


def _each_once(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """Without what was taken for a licence plate and stands on an orange plate."""
    readings = [f for f in findings if isinstance(f, Reading) and f.evidence.box is not None]
    orange = [r.evidence.box for r in readings if r.subject is Subject.ORANGE_PLATE]
    twice = {
        id(r)
        for r in readings
        if r.subject is Subject.PLATE
        for box in orange
        if box
        and r.evidence.box
        and box.intersection_px(r.evidence.box) > _ON_IT * r.evidence.box.area_px
    }
    return tuple(f for f in findings if id(f) not in twice)


def _entry(photo: Photo, name: str, analysis: str, failure: str = "") -> CoverageEntry:
    return CoverageEntry(
        scan_sha256=photo.sha256,
        scan_name=name,
        sensor=ScanKind.PHOTO,
        analysis=analysis,
        ran=Ran.FAILED if failure else Ran.RAN,
        reason=failure,
    )


def _has_code(seen: Seen) -> bool:
    return bool(seen.codes) and _is_clear(seen.codes[0])


def readings(
    lines: Sequence[TextLine],
    *,
    photo: Photo,
    provenance: Provenance,
    codes: Sequence[CodeCandidate] | None = None,
) -> tuple[Reading, ...]:
    """Codes, size-types and plates among the lines of one photograph.

    Args:
        lines: of the photograph.
        photo: for its sha256.
        provenance: of the engine.
        codes: what was made of the lines and more looks; None: the lines' texts are all there is.

    A photograph that shows a container code is one of a container: a text on it that has no
    known plate's shape is then not taken for a plate.
    """
    if codes is None:
        codes = container_code.candidates(lines)
    # What no crop shows, and only the grammar makes a code, is not even a guess.
    codes = [c for c in codes if c.decoded is None or c.weakest >= LEAST_WEAKEST]
    found = [_code(c, photo, provenance) for c in codes]
    if codes:
        found += [
            Reading(
                evidence=Evidence(scan_sha256=photo.sha256, box=piece.box),
                provenance=replace(provenance, threshold=ACCEPT_SIZE_TYPE),
                subject=Subject.SIZE_TYPE,
                text=piece.text,
                accepted=piece.score >= ACCEPT_SIZE_TYPE,
                score=piece.score,
                weakest=piece.score,
                orientation=Orientation.HORIZONTAL,
            )
            for piece in container_code.size_types(lines)
        ]
    credible = [c for c in codes if c.check_digit is CheckDigit.CORRECT or not c.replaced]
    for candidate in plate.candidates(lines):
        inside = any(
            candidate.box.intersection_px(c.box) > 0.3 * candidate.box.area_px for c in credible
        )
        if inside or (credible and not candidate.countries):
            continue
        found.append(_plate(candidate, photo, provenance))
    return tuple(found)


def _is_clear(candidate: CodeCandidate) -> bool:
    """Whether every character, the check digit too, was seen and hardly anything else fits."""
    return (
        candidate.check_digit is CheckDigit.CORRECT
        and not candidate.replaced
        and candidate.score >= ACCEPT_SHARE
        and candidate.weakest >= ACCEPT_WEAKEST
    )


def _decoded_code(
    candidate: CodeCandidate, decoded: Decoded, photo: Photo, provenance: Provenance
) -> Reading:
    notes = []
    if candidate.check_digit is CheckDigit.NOT_SEEN:
        notes.append("check digit not seen; the one shown is computed")
    unseen = [decoded.text[i] for i in decoded.supplied if i < CHECK_POSITION or decoded.whole]
    if unseen:
        notes.append(f"not seen and put in by the grammar: {', '.join(unseen)}")
    return Reading(
        evidence=Evidence(scan_sha256=photo.sha256, box=candidate.box, quad=candidate.quad),
        provenance=replace(provenance, threshold=ACCEPT_SHARE),
        subject=Subject.CONTAINER_CODE,
        text=decoded.text,
        accepted=_is_clear(candidate),
        score=decoded.share,
        weakest=decoded.weakest,
        orientation=candidate.orientation,
        check_digit=candidate.check_digit,
        alternatives=decoded.alternatives,
        supplied=decoded.supplied,
        note="; ".join(notes),
    )


def _code(candidate: CodeCandidate, photo: Photo, provenance: Provenance) -> Reading:
    if candidate.decoded is not None:
        return _decoded_code(candidate, candidate.decoded, photo, provenance)
    threshold = ACCEPT_REPLACED if candidate.replaced else ACCEPT_CODE
    note = ""
    if candidate.replaced:
        note = f"{candidate.replaced} look-alike character(s) put right"
    if candidate.check_digit is CheckDigit.NOT_SEEN:
        threshold = ACCEPT_NO_CHECK_DIGIT
        note = "check digit not seen; the one shown is computed"
    elif candidate.check_digit is CheckDigit.WRONG:
        note = "check digit wrong: misread, or not a container code"
    accepted = candidate.weakest >= threshold and candidate.check_digit is not CheckDigit.WRONG
    if candidate.check_digit is CheckDigit.NOT_SEEN and (
        candidate.replaced or candidate.pieces > MOST_PIECES_WITHOUT_CHECK_DIGIT
    ):
        # Of many pieces one may be missing in the middle; only the check digit would tell.
        accepted = False
    return Reading(
        evidence=Evidence(scan_sha256=photo.sha256, box=candidate.box, quad=candidate.quad),
        provenance=replace(provenance, threshold=threshold),
        subject=Subject.CONTAINER_CODE,
        text=candidate.text,
        accepted=accepted,
        score=candidate.score,
        weakest=candidate.weakest,
        orientation=candidate.orientation,
        check_digit=candidate.check_digit,
        note=note,
    )


def _plate(candidate: PlateCandidate, photo: Photo, provenance: Provenance) -> Reading:
    known = candidate.countries
    threshold, note = ACCEPT_PLATE, ""
    if not known:
        threshold, note = ACCEPT_PLATE_NO_SHAPE, "its shape is none that we know"
    elif candidate.replaced:
        threshold = ACCEPT_PLATE_REPLACED
        note = f"{candidate.replaced} look-alike character(s) put right"
    has_both = any(c.isalpha() for c in candidate.text) and any(c.isdigit() for c in candidate.text)
    return Reading(
        evidence=Evidence(scan_sha256=photo.sha256, box=candidate.box, quad=candidate.quad),
        provenance=replace(provenance, threshold=threshold),
        subject=Subject.PLATE,
        text=candidate.text,
        accepted=candidate.weakest >= threshold and has_both,
        score=candidate.weakest,
        weakest=candidate.weakest,
        orientation=candidate.orientation,
        country=known[0] if len(known) == 1 else None,
        note=note,
    )
