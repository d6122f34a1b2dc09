"""A paper source from a function that maps one EDIFACT message; the heads of such messages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from service.domain.papers.paper import Function, Revision
from service.sources import Batch, Limits, PaperFile
from service.sources.edifact.envelope import Message, Segment, message_kind, read_messages
from service.sources.edifact.moment import moment
from service.sources.intake import Intake
from service.sources.statement import RefusedStatement


@dataclass(frozen=True, slots=True)
class EdifactSource:
    """Reads the messages of one type. `take` puts what a message says into the intake; a
    `RefusedStatement` that it raises refuses the message.
    """

    name: str
    message_type: str
    take: Callable[[Message, Intake], None]

    def recognises(self, head: bytes) -> bool:
        """Whether the first message is of our type."""
        return message_kind(head) == self.message_type

    def read(self, file: PaperFile, *, limits: Limits) -> Batch:
        """Raises: UnreadablePaper."""
        intake = Intake(file, source=self.name, limits=limits)
        for message in read_messages(intake):
            if message.kind != self.message_type:
                reason = f"{message.kind} in an interchange of {self.message_type}; send it alone"
                intake.refuse(message.start, reason)
                continue
            try:
                self.take(message, intake)
            except RefusedStatement as problem:
                intake.refuse(problem.where or message.start, problem.reason)
        return intake.batch()


ADDITION, DELETION, CHANGE = "2", "3", "4"
PARTIAL = frozenset({ADDITION, DELETION, CHANGE})
"""Message functions (1225) that state a part of what an earlier message stated."""

_FUNCTIONS = {
    "": Function.ORIGINAL,
    "1": Function.CANCELLATION,
    ADDITION: Function.ORIGINAL,
    DELETION: Function.CANCELLATION,
    CHANGE: Function.AMENDMENT,
    "5": Function.AMENDMENT,
    "9": Function.ORIGINAL,
    "22": Function.ORIGINAL,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What stands before the first container. `document` is the number under which the sender
    would amend it; `name` is BGM 1001, `function` BGM 1225.
    """

    name: str
    function: str
    document: str
    revision: Revision
    segments: list[Segment]


def read_head(message: Message, head: Sequence[Segment], intake: Intake) -> Head:
    """Read BGM, DTM 137 and the reference to an earlier message.

    Raises:
        RefusedStatement: no BGM, or a function that is none of those above.
    """
    bgm = next((segment for segment in head if segment.tag == "BGM"), None)
    if bgm is None:
        raise RefusedStatement("expected BGM", where=message.start)
    code = bgm.text(2)
    function = _FUNCTIONS.get(code)
    if function is None:
        raise RefusedStatement(f"message function {code!r} is not read", where=message.where(bgm))
    # The message that this one amends: SMDG manuals, RFF ACW beside functions 2 to 5.
    earlier = next((s.text(0, 1) for s in head if s.tag == "RFF" and s.text(0) == "ACW"), "")
    revises = code not in ("", "9")
    return Head(
        name=bgm.text(0),
        function=code,
        document=(earlier if revises else "") or bgm.text(1) or message.identity,
        revision=Revision(
            function=function,
            number=_version(bgm),
            issued_at=_issued_at(message, head, intake) or message.prepared_at,
        ),
        segments=list(head),
    )


def _version(bgm: Segment) -> int | None:
    # C106 holds version (1056) and revision (1060) in directories since D.00.
    stated = [bgm.text(1, component) for component in (1, 2)]
    version, revision = (int(text) if text.isdecimal() and len(text) < 5 else 0 for text in stated)  # noqa: PLR2004
    return version * 10_000 + revision if version or revision else None


def _issued_at(message: Message, head: Sequence[Segment], intake: Intake) -> datetime | None:
    for segment in head:
        if segment.tag == "DTM" and segment.text(0) == "137" and segment.text(0, 1):
            try:
                return moment_of(segment, intake)
            except ValueError as problem:
                intake.doubt(message.where(segment), f"time of issue not read: {problem}")
    return None


def moment_of(dtm: Segment, intake: Intake) -> datetime:
    """Raises: ValueError."""
    return moment(dtm.text(0, 1), dtm.text(0, 2), zone=intake.file.local_zone)
