"""Ask registers what follows from inspections, beside all other work, and judge again.

Nothing waits for a register. Each has a few threads of its own, so that a slow one holds up
neither the others nor itself for long. What is asked is counted before it is asked: if the process
dies, the question's time comes again with the end of the lease, and the audit log has both.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from service.domain.access import Caller, Permission
from service.domain.register_statement import ANSWERS, WORDS, Said
from service.errors import Conflict, Forbidden, NotFound
from service.usecases.ports import Clock, Repository
from service.usecases.register_questions import (
    NamedRegister,
    QuestionStore,
    RegisterQuestion,
    Reply,
)
from service.usecases.registers import AuditLog, Purpose
from service.usecases.rejudge import Judge

log = logging.getLogger(__name__)
REASON = "border inspection of a vehicle and its load"
FIRST_PAUSE = timedelta(seconds=5)
PAUSE_FACTOR = 3
LONGEST_PAUSE = timedelta(hours=1)
LEASE = timedelta(seconds=30)
NAMED_IN_A_CAUSE = 3


class AskOnce(Protocol):
    """Put one question to one register, audited, within its deadline. What it raises, is a defect
    or an audit log that cannot be written; then nothing was learnt.
    """

    def __call__(self, question: RegisterQuestion, purpose: Purpose) -> Reply: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedRegister:
    """A register and how it is asked; `threads` questions at once. `about` is where it is, and
    how much is in it, for a person.
    """

    named: NamedRegister
    ask: AskOnce
    about: str = ""
    threads: int = 2


class Asker:
    """Asks what is due, in threads; judges what was answered, in the caller's.

    Args:
        registers: those that the settings name.
        store: questions of all inspections.
        judge: judges an inspection again.
        clock: now.
        most_attempts: how often a question is asked before a person has to want it again.
        wake: tells whoever calls `follow` that there is something to judge.
        lease: longer than any register may take.
    """

    def __init__(
        self,
        registers: Sequence[AskedRegister],
        *,
        store: QuestionStore,
        judge: Judge,
        clock: Clock,
        most_attempts: int = 8,
        wake: Callable[[], None] = lambda: None,
        lease: timedelta = LEASE,
    ) -> None:
        self._lanes = [_Lane(register) for register in registers]
        self._store = store
        self._judge = judge
        self._clock = clock
        self._most_attempts = most_attempts
        self._lease = lease
        self._news: dict[str, list[str]] = {}
        self._lock = threading.Lock()
        self.wake = wake

    def follow(self) -> None:
        """A chore: hand out what is due, judge what was answered; waits for no register."""
        for lane in self._lanes:
            self._hand_out(lane)
        self._judge_again()

    def settle(self, *, timeout_s: float) -> bool:
        """Wait until nothing is being asked, then judge; False if it takes longer."""
        idle = all(lane.wait_idle(timeout_s) for lane in self._lanes)
        self._judge_again()
        return idle

    def _hand_out(self, lane: _Lane) -> None:
        free = lane.free
        if not free:
            return
        due = self._store.claim(
            lane.register.named.name, now=self._clock(), lease=self._lease, limit=free
        )
        for question in due:
            lane.begin()
            threading.Thread(
                target=self._ask, args=(lane, question), name=question.register, daemon=True
            ).start()

    def _ask(self, lane: _Lane, question: RegisterQuestion) -> None:
        try:
            reply = self._reply(lane.register, question)
            if self._record(question, reply):
                self._note(question, reply)
        except Exception:
            # The lease runs out, and it is asked again.
            log.exception("asking %s about %s", question.register, question.inspection_id)
        finally:
            lane.end()
            self.wake()

    def _reply(self, register: AskedRegister, question: RegisterQuestion) -> Reply:
        if question.attempts > self._most_attempts:
            reason = f"asked {self._most_attempts} times, and each time the answer was lost"
            return Reply(said=Said.CANNOT_TELL, at=self._clock(), reason=reason)
        purpose = Purpose(reason=REASON, user=question.asked_by, case=question.inspection_id)
        try:
            return register.ask(question, purpose)
        except Exception as problem:
            log.exception("asking %s about %s", question.register, question.inspection_id)
            reason = f"it could not be asked ({type(problem).__name__})"
            return Reply(said=Said.CANNOT_TELL, at=self._clock(), reason=reason)

    def _record(self, question: RegisterQuestion, reply: Reply) -> bool:
        now = self._clock()
        tired = question.attempts >= self._most_attempts
        over = reply.said in ANSWERS or tired
        next_at = None if over else now + pause_after(question.attempts)
        return self._store.record(question, reply, now=now, next_at=next_at)

    def _note(self, question: RegisterQuestion, reply: Reply) -> None:
        verb = "answered" if reply.said in ANSWERS else "cannot tell"
        cause = f"the {WORDS[question.kind]} {verb}"
        with self._lock:
            causes = self._news.setdefault(question.inspection_id, [])
            if cause not in causes:
                causes.append(cause)

    def _judge_again(self) -> None:
        """One judgement for each inspection, however many registers have answered."""
        with self._lock:
            news, self._news = self._news, {}
        for inspection_id, causes in news.items():
            try:
                self._judge(inspection_id, cause="; ".join(causes[:NAMED_IN_A_CAUSE]))
            except (Conflict, NotFound) as problem:
                log.info("%s: %s", inspection_id, problem)
            except Exception:
                # Marked as changed in the database, so that a worker takes it up.
                log.exception("judging %s after registers", inspection_id)


def pause_after(attempts: int) -> timedelta:
    """How long to wait after so many attempts without an answer: 5 s, 15 s, 45 s … an hour."""
    pause = FIRST_PAUSE
    for _ in range(1, attempts):
        if pause >= LONGEST_PAUSE:
            break
        pause *= PAUSE_FACTOR
    return min(pause, LONGEST_PAUSE)


class _Lane:
    """How many questions to one register are under way."""

    def __init__(self, register: AskedRegister) -> None:
        self.register = register
        self._under_way = 0
        self._changed = threading.Condition()

    @property
    def free(self) -> int:
        with self._changed:
            return self.register.threads - self._under_way

    def begin(self) -> None:
        with self._changed:
            self._under_way += 1

    def end(self) -> None:
        with self._changed:
            self._under_way -= 1
            self._changed.notify_all()

    def wait_idle(self, timeout_s: float) -> bool:
        with self._changed:
            return self._changed.wait_for(lambda: self._under_way == 0, timeout_s)


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterDesk:
    """Questions and answers of an inspection as API, console and command line use them.

    `configured` are the registers that the settings name; `now_due` tells that something is to be
    asked at once.
    """

    configured: Sequence[NamedRegister]
    store: QuestionStore
    repository: Repository
    audit: AuditLog
    clock: Callable[[], datetime]
    now_due: Callable[[], None]

    def questions(self, inspection_id: str, *, caller: Caller) -> tuple[RegisterQuestion, ...]:
        """Raises: NotFound."""
        self.repository.case_file(inspection_id, caller=caller)
        return self.store.of(inspection_id)

    def ask_again(self, inspection_id: str, number: int, *, caller: Caller) -> RegisterQuestion:
        """Have a question asked again, on behalf of the caller.

        Raises:
            NotFound, Forbidden.
            Conflict: no register of that name is configured, or it need not be asked.
        """
        question = self._own(inspection_id, number, caller)
        if question.register not in {named.name for named in self.configured}:
            raise Conflict(f"no register {question.register} is configured")
        needs = {n.name for n in self.configured if n.needs_country}
        if question.country is None and question.register in needs:
            raise Conflict(f"{question.register} cannot be asked: {question.reason}")
        asked = self.store.ask_again(inspection_id, number, by=caller.name, now=self.clock())
        self.now_due()
        return asked

    def _own(self, inspection_id: str, number: int, caller: Caller) -> RegisterQuestion:
        if not caller.may(Permission.DECIDE):
            raise Forbidden(f"role {caller.role.value} may not ask registers")
        found = {q.number: q for q in self.questions(inspection_id, caller=caller)}
        if number not in found:
            raise NotFound(f"inspection {inspection_id} has no question {number} to a register")
        return found[number]
