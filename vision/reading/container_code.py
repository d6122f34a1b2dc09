"""Container codes among lines of text: ISO 6346 decides which of the ways to read on is one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from vision.findings import CheckDigit, Orientation
from vision.geometry import Box, Quad
from vision.grammar import iso6346
from vision.grammar.plate import force
from vision.reading.decode import Decoded, View
from vision.reading.engines import TextLine
from vision.reading.layout import Chain, Piece, chains, pieces_of

MAX_REPLACED = 2
_CATEGORY_FOR = {"V": "U", "0": "U", "O": "U", "D": "U", "L": "U", "C": "U", "1": "J", "2": "Z"}
# A boxed 7 is read as Z as often as a boxed 2 is; the check digit tells which.
_LAST_DIGIT_FOR = {"Z": "27"}
_SIZE_TYPE = re.compile(r"[1-4LM][0-9C-F][GRUPTBHSVN][0-9]")


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeCandidate:
    """A code that the lines may show. `replaced` counts look-alikes (0 for O) put right,
    `pieces` the lines of text that it was put together from. Of an engine that gives posteriors,
    `decoded` holds what they say, and `views` the crops; `quad` may be a
    longer strip then, and `shown` the part of it with the code.
    """

    text: str
    check_digit: CheckDigit
    replaced: int
    pieces: int
    score: float
    weakest: float
    orientation: Orientation
    quad: Quad
    shown: Quad | None = None
    decoded: Decoded | None = None
    views: tuple[View, ...] = ()

    @property
    def box(self) -> Box:
        return self.quad.bounds()


def candidates(lines: Sequence[TextLine]) -> list[CodeCandidate]:
    """Codes in the texts of an engine that keeps its posteriors to itself, best first."""
    found: list[CodeCandidate] = []
    for chain in chains(pieces_of(lines)):
        found += _in_chain(chain)
    return distinct(found)


def distinct(found: Sequence[CodeCandidate]) -> list[CodeCandidate]:
    """The best of those that claim the same text or the same place."""
    kept: list[CodeCandidate] = []
    for candidate in sorted(found, key=_rank):
        if any(candidate.text[:10] == other.text[:10] for other in kept):
            continue
        if any(_same_place(candidate.box, other.box) for other in kept):
            continue
        kept.append(candidate)
    return kept


def size_types(lines: Sequence[TextLine]) -> list[Piece]:
    """Pieces that are an ISO 6346 size-type code as they stand."""
    return [piece for piece in pieces_of(lines) if _SIZE_TYPE.fullmatch(piece.text)]


def _rank(candidate: CodeCandidate) -> tuple[int, int, float]:
    order = {CheckDigit.CORRECT: 0, CheckDigit.NOT_SEEN: 1}
    return (order.get(candidate.check_digit, 2), candidate.replaced, -candidate.weakest)


def _same_place(one: Box, other: Box) -> bool:
    return one.intersection_px(other) > 0.5 * min(one.area_px, other.area_px)


def _in_chain(chain: Chain) -> list[CodeCandidate]:
    text = chain.text
    found = []
    for start in range(max(0, len(text) - 9)):
        if start >= len(chain.pieces[0].text):
            break
        for option in _options(text[start : start + 11]):
            forced = _forced(option)
            if forced is None:
                continue
            code, replaced = forced
            # What ends with a stray digit after ten right ones is not told apart from a misread.
            right = iso6346.is_valid_code(code)
            check = CheckDigit.CORRECT if right else CheckDigit.WRONG
            replaced += option != text[start : start + 11]
            found.append(_candidate(chain, code, check, replaced))
        # Ten characters in the middle of a word prove nothing without their check digit.
        if start == 0 and len(text) == 10:
            forced = _forced(text[start:] + "0")
            if forced is not None:
                code, replaced = forced
                code = code[:10] + str(iso6346.check_digit(code[:10]))
                found.append(_candidate(chain, code, CheckDigit.NOT_SEEN, replaced))
    return found


def _options(text: str) -> list[str]:
    """The text, with each digit that its last character may be."""
    digits = _LAST_DIGIT_FOR.get(text[10], "") if len(text) == 11 else ""
    return [text[:10] + digit for digit in digits] or [text]


def _forced(text: str) -> tuple[str, int] | None:
    forced = force(text[:3] + text[4:], "LLLDDDDDDD") if len(text) == 11 else None
    if forced is None:
        return None
    letters, replaced = forced
    category = text[3]
    if category not in "UJZ":
        if category not in _CATEGORY_FOR:
            return None
        category, replaced = _CATEGORY_FOR[category], replaced + 1
    if replaced > MAX_REPLACED:
        return None
    return letters[:3] + category + letters[3:], replaced


def _candidate(chain: Chain, code: str, check: CheckDigit, replaced: int) -> CodeCandidate:
    return CodeCandidate(
        text=code,
        check_digit=check,
        replaced=replaced,
        pieces=len(chain.pieces),
        score=sum(p.score for p in chain.pieces) / len(chain.pieces),
        weakest=chain.weakest,
        orientation=chain.orientation,
        quad=chain.quad,
    )
