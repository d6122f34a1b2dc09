"""What words and names say beside what is declared: descriptions against codes, papers together.

The domain compares papers as they are written; what needs the tables of goods and of names is
brought to it from here. Reading by words accuses no one: findings are for a person to look at.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from service.domain.papers.comparison import same_words
from service.domain.papers.consignment import Consignment, GoodsItem
from service.domain.papers.crosscheck import DOCUMENT_TYPES, cross_check
from service.domain.papers.declaration_of import DECLARING
from service.domain.papers.paper import Paper
from service.domain.papers.paper_finding import FieldPlace, PaperFinding, Tolerance
from service.domain.papers.visit import Standing
from service.domain.verdict import Result, Severity
from service.nomenclature.goods_text import GoodsMatch, shipped_goods_index
from service.nomenclature.shipped import goods_group
from service.nomenclature.unit_mass import MassPriors
from service.parties.eori import EoriForm, check_eori
from service.parties.match import Verdict, match_names
from service.usecases.assemble_visit import AssembledVisit
from service.usecases.check_masses import check_masses

HEADING_DIGITS = 4
DESCRIPTION_HEADING = "description_heading"
MOST_ITEMS = 200
"""Goods of one paper that are read; the bay plan of a ship has thousands."""
MOST_PAIRS = 100_000
"""Lines of documents times declared items that are compared while a person waits."""
LIKELY = 5
"""Among so many candidates the declared heading is not contradicted."""
SHOWN = 200
GoodsReader = Callable[[str], GoodsMatch]


def read_goods(text: str) -> GoodsMatch:
    """By the shipped tables, which are loaded when the first text comes."""
    return shipped_goods_index().match(text)


def same_party(one: str, other: str) -> bool | None:
    """A `NameJudge` over alphabets and legal forms."""
    verdict = match_names(one, other).verdict
    return None if verdict is Verdict.CANNOT_TELL else verdict is Verdict.SAME


def check_numbers(paper: Paper) -> tuple[PaperFinding, ...]:
    """EORI numbers of a form that their country does not use; what is no EORI is left out.

    An unusual number is a notice, never a mismatch: only the register knows which were given out.
    """
    if not isinstance(paper.body, Consignment):
        return ()
    found = []
    for place, party in enumerate(paper.body.parties):
        checked = check_eori(party.identifier)
        # "HRB 12345" is of a commercial register, "BL-7" of anyone: numbers begin with a digit.
        if checked.form is EoriForm.UNUSUAL and checked.eori[2].isdigit():
            path = FieldPlace(reference=paper.reference, path=f"parties.{place}.identifier")
            found.append(
                PaperFinding(
                    check="eori_form",
                    result=Result.CANNOT_TELL,
                    severity=Severity.NOTICE,
                    subject=party.role.value,
                    expected="an EORI of the usual form",
                    observed=checked.eori,
                    expected_at=path,
                    observed_at=path,
                    sentence=f"{party.role.value} {checked.eori}: {checked.reason}.",
                )
            )
    return tuple(found)


class GoodsJudge:
    """A `NameJudge` of descriptions over languages, for one check.

    One heading is the same, two groups of goods are different; headings of one group (an
    importer's "chairs" and an exporter's "furniture") are left to a person. Every text is read
    once, and only so many: an invoice of ten thousand lines must not keep a page waiting.
    """

    def __init__(self, read: GoodsReader = read_goods, *, most: int = MOST_ITEMS) -> None:
        self._read = read
        self._most = most
        self._known: dict[str, GoodsMatch] = {}

    def __call__(self, one: str, other: str) -> bool | None:
        if same_words(one, other):
            return True
        ours, theirs = self._match(one), self._match(other)
        if ours is None or theirs is None or ours.heading is None or theirs.heading is None:
            return None
        if ours.heading == theirs.heading:
            return True
        return None if ours.group == theirs.group else False

    def _match(self, text: str) -> GoodsMatch | None:
        if text not in self._known:
            if len(self._known) >= self._most:
                return None
            self._known[text] = self._read(text)
        return self._known[text]


def check_descriptions(
    paper: Paper, *, read: GoodsReader = read_goods, most: int = MOST_ITEMS
) -> tuple[PaperFinding, ...]:
    """Whether each item's description fits the code that the same paper gives it.

    Items without a description are left out, and those after the first `most`.
    `expected` is what is declared, `observed` what the words suggest.
    """
    if not isinstance(paper.body, Consignment):
        return ()
    goods = paper.body.goods[:most]
    return tuple(
        _description(paper, item, place, read(item.description))
        for place, item in enumerate(goods)
        if item.description
    )


def _description(paper: Paper, item: GoodsItem, place: int, match: GoodsMatch) -> PaperFinding:
    declared = (item.hs_code or "")[:HEADING_DIGITS]
    result, observed, words = _opinion(declared, match)
    named = f"“{item.description[:SHOWN]}”"
    said = item.hs_code or "no code"
    return PaperFinding(
        check=DESCRIPTION_HEADING,
        result=result,
        severity=Severity.REVIEW,
        subject=f"item {item.number}",
        expected=said,
        observed=observed,
        expected_at=FieldPlace(reference=paper.reference, path=f"goods.{place}.hs_code"),
        observed_at=FieldPlace(reference=paper.reference, path=f"goods.{place}.description"),
        sentence=f"Item {item.number}, {named}: {words}, declared {said}.",
    )


def _opinion(declared: str, match: GoodsMatch) -> tuple[Result, str, str]:
    """(result, what the words suggest, how to say it)."""
    ranked = [candidate.heading for candidate in match.candidates]
    if match.heading is None:
        return Result.CANNOT_TELL, "cannot tell", f"cannot tell ({match.reason})"
    words = f"description suggests heading {match.heading} ({match.probability:.0%})"
    if not declared:
        return Result.CANNOT_TELL, match.heading, words
    if match.heading.startswith(declared) or declared == match.heading:
        return Result.MATCH, match.heading, words
    # Neighbours are argued about by lawyers: only goods of another kind are a mismatch.
    near = declared in ranked[:LIKELY] or _group(declared) == match.group
    return Result.CANNOT_TELL if near else Result.MISMATCH, match.heading, words


def _group(code: str) -> str | None:
    return goods_group(code) if len(code) == HEADING_DIGITS and code.isdigit() else None


def check_between(
    assembled: AssembledVisit, *, read: GoodsReader = read_goods
) -> tuple[PaperFinding, ...]:
    """What a verdict may rest on: papers against each other and against their own sums.

    What a description suggests is shown to a person and left out here: on words that the tables
    do not know it is right too seldom (see README, Measured).
    """
    return tuple(
        finding
        for finding in check_visit(assembled, read=read)
        if finding.check != DESCRIPTION_HEADING
    )


def check_visit(
    assembled: AssembledVisit,
    *,
    tolerance: Tolerance = Tolerance(),  # noqa: B008 (a frozen value)
    read: GoodsReader = read_goods,
    priors: MassPriors | None = None,
) -> tuple[PaperFinding, ...]:
    """Everything that the certain papers of a visit say of each other and of their own goods.

    Without `priors` masses are not looked at.
    """
    papers = [
        joined.history.paper
        for joined in assembled.joined
        if joined.join.standing is Standing.CERTAIN
        and joined.history is not None
        and not joined.history.state.cancelled
    ]
    masses = [
        finding
        for paper in papers
        if priors is not None and paper.kind in DECLARING
        for finding in check_masses(paper, priors=priors)
    ]
    return (*_check(papers, tolerance, read), *masses)


def _check(papers: list[Paper], tolerance: Tolerance, read: GoodsReader) -> Iterator[PaperFinding]:
    documents = [paper for paper in papers if paper.kind in DOCUMENT_TYPES]
    for paper in papers:
        if paper.kind not in DECLARING or not isinstance(paper.body, Consignment):
            continue
        yield from check_descriptions(paper, read=read)
        yield from check_numbers(paper)
        lines = sum(len(d.body.goods) for d in documents if isinstance(d.body, Consignment))
        if lines * len(paper.body.goods) <= MOST_PAIRS:
            yield from cross_check(
                paper, documents, tolerance=tolerance, names=same_party, words=GoodsJudge(read)
            )
        else:
            yield _too_many(paper, lines)


def _too_many(paper: Paper, lines: int) -> PaperFinding:
    place = FieldPlace(reference=paper.reference, path="goods")
    return PaperFinding(
        check="goods",
        result=Result.CANNOT_TELL,
        severity=Severity.NOTICE,
        subject=paper.reference,
        expected="papers that can be compared at once",
        observed=f"{lines} lines",
        expected_at=place,
        observed_at=place,
        sentence=f"{paper.reference} was not compared with its documents: {lines} lines are many.",
    )
