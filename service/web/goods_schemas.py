"""Goods descriptions over the wire: headings with scores, or why none is given."""

from __future__ import annotations

from pydantic import BaseModel, Field

from service.nomenclature.goods_text import Abstention, Candidate, GoodsMatch
from service.nomenclature.shipped import harmonized_system


class CandidateOut(BaseModel):
    """A heading that the text may mean; `term` is the words of the tables that speak for it."""

    heading: str
    description: str
    group: str | None
    score: float
    term: str
    language: str


class GoodsOut(BaseModel):
    """What a description means. `heading` is null on abstention; `candidates` are ranked all the
    same. `stated_codes` and `stated_un` are what the text says itself.
    """

    text: str
    alphabet: str
    heading: str | None
    group: str | None
    probability: float = Field(description="that the first candidate is right")
    abstention: Abstention | None
    reason: str
    candidates: list[CandidateOut]
    stated_codes: list[str]
    stated_un: list[str]


def goods_out(match: GoodsMatch) -> GoodsOut:
    return GoodsOut(
        text=match.text,
        alphabet=match.script.value,
        heading=match.heading,
        group=match.group,
        probability=round(match.probability, 4),
        abstention=match.abstention,
        reason=match.reason,
        candidates=[_candidate_out(one) for one in match.candidates],
        stated_codes=list(match.stated_codes),
        stated_un=list(match.stated_un),
    )


def _candidate_out(one: Candidate) -> CandidateOut:
    versions = harmonized_system().versions(one.heading)
    return CandidateOut(
        heading=one.heading,
        description=versions[-1].description if versions else "",
        group=one.group,
        score=round(one.score, 3),
        term=one.term,
        language=one.language,
    )
