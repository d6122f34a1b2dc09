"""JSON in the shapes that records come in.

One object, an array, an object that holds an array (whose other values then belong to each of its
members), or one object a line; inner objects are read by their path. A count beside an array must
be true.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from service.sources import UnreadablePaper
from service.sources.intake import Intake
from service.sources.json_document import Json, cut_off, json_lines, parse_text, where
from service.sources.records.record import Record
from service.sources.records.tables import tell_unread
from service.sources.records.vocabulary import Meaning, Vocabulary

_COUNTS = ("count", "total", "recordCount", "numberOfRecords")
_MAX_DEPTH = 4


def json_records(intake: Intake, vocabulary: Vocabulary, text: str) -> Iterator[Record]:
    """The records of a JSON text; what is no object is refused.

    Raises:
        UnreadablePaper: no JSON, or a count that lies.
    """
    reader = _Reader(intake, vocabulary)
    if _is_lines(text):
        lines = json_lines(intake.file.data, source=intake.source, limits=intake.limits)
        for number, value in lines:
            if isinstance(value, UnreadablePaper):
                intake.refuse(f"line {number}", value.reason)
            else:
                yield from reader.records(value, f"line {number}")
        for doubt in cut_off(intake.file.data):
            intake.doubt(doubt.where, doubt.reason)
    else:
        value = parse_text(text, source=intake.source, limits=intake.limits)
        members = list(enumerate(value)) if isinstance(value, list) else [(None, value)]
        for index, member in members:
            yield from reader.records(member, "top" if index is None else where(index))
    tell_unread(intake, "", reader.unread)


def _is_lines(text: str) -> bool:
    first = text.lstrip().split("\n", 1)[0].rstrip()
    return first.startswith("{") and first.endswith("}") and "\n" in text.strip()


class _Reader:
    """Records of one file, and the keys in it that no field is known for."""

    def __init__(self, intake: Intake, vocabulary: Vocabulary) -> None:
        self.unread: dict[str, None] = {}
        self._intake = intake
        self._vocabulary = vocabulary

    def records(
        self, value: Json, place: str, inherited: Mapping[str, str] | None = None, *, depth: int = 0
    ) -> Iterator[Record]:
        if not isinstance(value, dict):
            self._intake.refuse(place, "expected an object")
            return
        arrays = {
            key: member
            for key, member in value.items()
            if isinstance(member, list) and self._vocabulary.holds_records(key)
        }
        own = {k: v for k, v in value.items() if k not in arrays}
        flat = dict(inherited or {}) | dict(_flat(own))
        if not arrays or depth >= _MAX_DEPTH:
            record = self._record(flat, place)
            if record is not None:
                yield record
            return
        self._check_counts(value, arrays, place)
        above = "" if place == "top" else f"{place}."
        for key, members in arrays.items():
            for index, member in enumerate(members):
                yield from self.records(member, above + where(key, index), flat, depth=depth + 1)

    def _check_counts(
        self, value: Mapping[str, Json], arrays: Mapping[str, list[Json]], place: str
    ) -> None:
        held = sum(len(members) for members in arrays.values())
        for name in _COUNTS:
            stated = value.get(name)
            if isinstance(stated, int) and not isinstance(stated, bool) and stated != held:
                reason = f"{name} says {stated}, there are {held}"
                raise UnreadablePaper(self._intake.source, reason, where=place)

    def _record(self, flat: Mapping[str, str], place: str) -> Record | None:
        cells: dict[str, str] = {}
        headings: dict[str, str] = {}
        meanings: dict[str, Meaning] = {}
        for path, text in flat.items():
            meaning = self._vocabulary.meaning(path)
            if meaning is None:
                self.unread.setdefault(path)
                continue
            if not text.strip():
                continue
            name = meaning.name
            if name in cells and cells[name] != text:
                reason = f"{headings[name]!r} and {path!r} both mean {name}, differently"
                self._intake.refuse(place, reason)
                return None
            cells[name], headings[name], meanings[name] = text, path, meaning
        return Record(
            place=place,
            cells=cells,
            headings=headings,
            meanings=meanings,
            vocabulary=self._vocabulary,
            zone=self._intake.file.local_zone,
        )


def _flat(value: Mapping[str, Json], prefix: str = "", depth: int = 0) -> Iterator[tuple[str, str]]:
    for key, member in value.items():
        path = f"{prefix}{key}"
        if isinstance(member, dict):
            if depth < _MAX_DEPTH:
                yield from _flat(member, f"{path}.", depth + 1)
        elif isinstance(member, list):
            texts = [_cell(item) for item in member if not isinstance(item, dict | list)]
            yield path, ";".join(text for text in texts if text)
        else:
            yield path, _cell(member)


def _cell(value: Json) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:.12f}".rstrip("0").rstrip(".")
    return str(value)
