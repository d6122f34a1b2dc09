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
from vision.models.shelf import Shelf
from vision.reading import calibration, container_code, looks, plate, results
from vision.reading.calibration import ReadingModel
from vision.reading.container_code import CodeCandidate
from vision.reading.engines import LineEngine, OcrEngine, TextLine
from vision.reading.expected import ListPosterior, over_list
from vision.reading.layout import Piece
from vision.reading.looks import Seen
from vision.reading.photo_part import PhotoPart
from vision.reading.plate import PlateCandidate
from vision.scan import Photo, ScanKind

# For engines that keep their posteriors to themselves; chosen on the train splits with RapidOCR.
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
        engine: finds and reads text. One that gives posteriors is decoded and looks closer where
            it must; of another the lines' texts are all there is.
        shelf: holds `photo-reading`, which an engine that gives posteriors needs.
        owners: owner codes that the site knows, three letters each; empty: all are as likely.
        parts: what else is looked for, in this order.
    """

    def __init__(
        self,
        engine: OcrEngine,
        *,
        shelf: Shelf | None = None,
        owners: frozenset[str] = frozenset(),
        parts: Sequence[PhotoPart] = (),
    ) -> None:
        self._engine = engine
        self._owners = owners
        self._shelf = shelf
        self._parts = tuple(parts)

    @property
    def lineup(self) -> tuple[Provenance, ...]:
        if self._shelf is None or not isinstance(self._engine, LineEngine):
            own: tuple[Provenance, ...] = (self._engine.provenance,)
        else:
            own = (*self._engine.parts, calibration.open_model(self._shelf).provenance)
        return (*own, *(p for part in self._parts for p in part.lineup))

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
            if isinstance(self._engine, LineEngine):
                findings, listed = self._read(self._engine, photo, expected)
            else:
                lines, listed = self._engine.read(photo.pixels), ()
                findings = readings(lines, photo=photo, provenance=self._engine.provenance)
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
        self, engine: LineEngine, photo: Photo, expected: Sequence[str]
    ) -> tuple[tuple[Finding, ...], tuple[ListPosterior, ...]]:
        if self._shelf is None:
            raise ModelUnavailable(f"{calibration.MODEL} is not given")
        model = calibration.open_model(self._shelf)
        seen = looks.seen(engine, photo.pixels, done=results.is_done, owners=self._owners)
        by = engine.provenance
        found = readings(seen.lines, photo=photo, provenance=by, seen=seen, model=model)
        codes = [text for text in expected if iso6346.is_valid_code(text)]
        plates = [text for text in expected if text not in codes]
        options = [(code, codes) for code in seen.codes] + [(one, plates) for one in seen.plates]
        listed = tuple(
            over_list(one.views, texts, free=one.text)
            for one, texts in options
            if texts and one.weakest >= results.LEAST_WEAKEST
        )
        return found, listed


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


def readings(
    lines: Sequence[TextLine],
    *,
    photo: Photo,
    provenance: Provenance,
    seen: Seen | None = None,
    model: ReadingModel | None = None,
) -> tuple[Reading, ...]:
    """Codes, size-types and plates among the lines of one photograph.

    Args:
        lines: of the photograph.
        photo: for its sha256.
        provenance: of the engine.
        seen: what was made of the lines and more looks; None: the lines' texts are all there is.
        model: probabilities and thresholds of what was `seen`.

    A photograph that shows a container code is one of a container: a text on it that has no
    known plate's shape is then not taken for a plate.
    """
    codes: Sequence[CodeCandidate]
    plates: Sequence[PlateCandidate]
    if seen is None:
        codes, plates = container_code.candidates(lines), plate.candidates(lines)
    else:
        codes, plates = seen.codes, seen.plates
    codes = [c for c in codes if c.decoded is None or c.weakest >= results.LEAST_WEAKEST]
    found = [_code(c, photo, provenance, model) for c in codes]
    if codes and seen is not None:
        found += [
            results.size_type_reading(one, photo=photo, by=provenance)
            for one in seen.size_types
            if one.score >= results.LEAST_SIZE_TYPE
        ]
    elif codes:
        found += [
            _size_type(piece, photo, provenance) for piece in container_code.size_types(lines)
        ]
    credible = [c for c in codes if c.check_digit is CheckDigit.CORRECT or not c.replaced]
    for candidate in plates:
        if not _belongs_to_container(candidate, credible):
            reading = _plate(candidate, photo, provenance, model)
            found.append(_beside_code(reading, model) if credible and model else reading)
    return tuple(found)


def _belongs_to_container(candidate: PlateCandidate, codes: Sequence[CodeCandidate]) -> bool:
    box = candidate.box
    inside = any(box.intersection_px(code.box) > 0.3 * box.area_px for code in codes)
    marking = plate.is_marking(candidate.text, on_container=bool(codes))
    return inside or marking or (bool(codes) and not candidate.countries)


def _beside_code(reading: Reading, model: ReadingModel) -> Reading:
    """A container's wall is full of letters and figures; the plates of cars were calibrated."""
    if reading.accepted and (reading.probability or 0.0) < model.thresholds["plate_gate"]:
        return replace(reading, accepted=False, note="beside a container's code")
    return reading


def _size_type(piece: Piece, photo: Photo, provenance: Provenance) -> Reading:
    return Reading(
        evidence=Evidence(scan_sha256=photo.sha256, box=piece.box),
        provenance=replace(provenance, threshold=ACCEPT_SIZE_TYPE),
        subject=Subject.SIZE_TYPE,
        text=piece.text,
        accepted=piece.score >= ACCEPT_SIZE_TYPE,
        score=piece.score,
        weakest=piece.score,
        orientation=Orientation.HORIZONTAL,
    )


def _code(
    candidate: CodeCandidate, photo: Photo, provenance: Provenance, model: ReadingModel | None
) -> Reading:
    if candidate.decoded is not None and model is not None:
        return results.code_reading(
            candidate, candidate.decoded, photo=photo, model=model, by=provenance
        )
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


def _plate(
    candidate: PlateCandidate, photo: Photo, provenance: Provenance, model: ReadingModel | None
) -> Reading:
    if candidate.decoded is not None and model is not None:
        return results.plate_reading(
            candidate, candidate.decoded, photo=photo, model=model, by=provenance
        )
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
