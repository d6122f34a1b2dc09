"""Why a paper that was taken plays no part in the judgement of a visit, for a person."""

from __future__ import annotations

from service.domain.papers.matching import Candidate, JoinRules, Reason, Visit, candidate_of
from service.domain.papers.visit import Join, Standing
from service.usecases.assemble_visit import AssembledVisit, subject_of
from service.usecases.paper_ports import PaperHistory

MOST_NAMED = 3


def why_not_joined(
    assembled: AssembledVisit, history: PaperHistory, *, rules: JoinRules
) -> str | None:
    """None where the paper is judged with the visit."""
    subject = subject_of(history)
    join = next((j.join for j in assembled.joined if j.join.candidate == subject), None)
    if join is not None and join.standing is Standing.CERTAIN:
        return "it is cancelled" if history.state.cancelled else None
    if join is not None:
        return _of_a_join(join, rules)
    candidate = candidate_of(history.paper, filed_at=history.versions[0].filed_at)
    return _of_none(assembled.visit, candidate)


def _of_a_join(join: Join, rules: JoinRules) -> str:
    reasons = "; ".join(_words(reason) for reason in join.match.reasons) or "nothing speaks for it"
    if join.standing is Standing.SPLIT:
        return "a person took it away"
    if join.standing is Standing.POSSIBLE:
        rivals = (*join.rival_candidates, *join.rival_visits)
        return f"it fits ({reasons}), but {_some(rivals) or 'another'} fits better"
    return (
        f"it is doubtful ({reasons}): {join.match.score:.1f} in all, certain from"
        f" {rules.certain_from:g} and where no other fits as well"
    )


def _of_none(visit: Visit, candidate: Candidate) -> str:
    named = (*sorted(candidate.containers), *sorted(candidate.plates), *sorted(candidate.documents))
    seen = (*sorted(visit.containers), *sorted(visit.plates), *sorted(visit.documents))
    if not named:
        return "it names no container, plate or document to join by"
    if not seen:
        return f"it names {_some(named)}, and no container or plate was read on the visit"
    common = sorted(set(named) & set(seen))
    if common:
        at = "an unknown time" if candidate.at is None else f"{candidate.at:%Y-%m-%d %H:%M} UTC"
        return (
            f"it names {_some(common)} too, but is of {at}, too far from {visit.at:%Y-%m-%d %H:%M}"
        )
    return f"it names {_some(named)}; the visit shows {_some(seen)}"


def _words(reason: Reason) -> str:
    return f"{reason.because.value.replace('_', ' ')} {reason.detail}".strip()


def _some(names: tuple[str, ...] | list[str]) -> str:
    more = len(names) - MOST_NAMED
    return ", ".join(names[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
