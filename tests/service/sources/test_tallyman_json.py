import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from customs_builders import a_file, assert_survives_mutations, read

from service.domain.papers.consignment import Consignment, DangerousGoods, Money
from service.domain.papers.declaration_of import declaration_of
from service.domain.papers.paper import Function, PaperKind
from service.sources import Limits, UnreadablePaper, declaration_document
from service.sources.declaration_document import DeclarationDocument
from service.sources.json_document import opening_keys, parse_json
from service.sources.tallyman_json import SCHEMA_FILE, TallymanJson, schema_text
from service.web.schemas import DeclarationIn

SOURCE = TallymanJson()
EXAMPLE: dict[str, Any] = DeclarationDocument.model_config["json_schema_extra"]["examples"][0]  # type: ignore[index, assignment, call-overload]
POSTED: dict[str, Any] = {
    "reference": "25DE000000000001J1",
    "site": "south",
    "plates": ["B 123 ABC"],
    "containers": [
        {
            "code": "csqu 305438-3",
            "size_type": "22G1",
            "load": "loaded",
            "goods": [
                {"hs_code": "310420", "description": "potash", "gross_mass_kg": 21500.5},
                {"hs_code": "2844", "un_number": "2910"},
            ],
        },
        {"code": "MSCU6639870", "load": "empty"},
    ],
}


def a_document(**changes: object) -> str:
    return json.dumps({**EXAMPLE, **changes})


def test_the_committed_schema_is_the_one_of_the_model() -> None:
    path = Path(declaration_document.__file__).parent / "schemas" / SCHEMA_FILE
    assert path.read_text(encoding="utf-8") == schema_text()


def test_the_example_of_the_schema_is_read_with_all_its_fields() -> None:
    (paper,) = read(SOURCE, a_document()).papers
    assert (paper.kind, paper.reference) == (PaperKind.IMPORT_DECLARATION, EXAMPLE["reference"])
    assert paper.revision.number == 1
    assert paper.revision.issued_at == datetime(2025, 3, 4, 9, 11, 12, tzinfo=UTC)
    body = paper.body
    assert isinstance(body, Consignment)
    (item,) = body.goods
    assert item.value == Money(amount=Decimal("9900.50"), currency="EUR")
    assert (item.packages, item.package_kind, item.origin_country) == (20, "BG", "BY")
    assert item.container_codes == ("CSQU3054383",)
    assert body.equipment[0].seals == ("DE-0001",)
    assert body.parties[0].name == "Kühl GmbH"
    assert (body.total_packages, body.total_gross_mass_kg) == (20, 21500.0)
    assert paper.field_origins["goods.0.gross_mass_kg"] == "containers[0].goods[0].gross_mass_kg"
    assert paper.field_origins["equipment.0.seals"] == "containers[0].seals"


def test_what_is_posted_today_is_a_document_and_means_the_same() -> None:
    (paper,) = read(SOURCE, json.dumps(POSTED)).papers
    stated, posted = declaration_of(paper), DeclarationIn.model_validate(POSTED).to_domain()
    assert stated == posted


def test_every_field_that_can_be_posted_is_in_the_document() -> None:
    def names(schema: dict[str, Any], part: str) -> set[str]:
        found = schema if not part else schema["$defs"][part]
        return set(found["properties"])

    posted, document = DeclarationIn.model_json_schema(), DeclarationDocument.model_json_schema()
    assert names(posted, "") <= names(document, "")
    assert names(posted, "ContainerIn") <= names(document, "ContainerPart")
    assert names(posted, "GoodsIn") <= names(document, "GoodsPart")


def test_the_site_of_the_document_wins_over_that_of_the_upload() -> None:
    (stated,) = read(SOURCE, json.dumps(POSTED)).papers
    assert stated.site == "south"
    (default,) = read(SOURCE, a_document()).papers
    assert default.site == "gate-1"


@pytest.mark.parametrize("separator", [",", "\n"])
def test_several_declarations_are_taken_and_refused_one_by_one(separator: str) -> None:
    broken = a_document(reference="B", containers=[{"code": "CSQU3054383", "load": "half"}])
    text = separator.join([a_document(reference="A"), broken, a_document(reference="C")])
    batch = read(SOURCE, f"[{text}]" if separator == "," else text)
    assert [paper.reference for paper in batch.papers] == ["A", "C"]
    (refusal,) = batch.refused
    assert "containers[0].load" in refusal.where
    assert refusal.where.startswith("[1]" if separator == "," else "line 2")
    assert "'empty' or 'loaded'" in refusal.reason


def test_a_line_that_is_no_json_is_refused_alone() -> None:
    text = "\n".join([a_document(reference="A"), '{"reference": ', a_document(reference="C")])
    batch = read(SOURCE, text)
    assert [paper.reference for paper in batch.papers] == ["A", "C"]
    assert batch.refused[0].where == "line 2"


def test_a_cancellation_needs_no_content() -> None:
    text = json.dumps({"reference": "A", "revision": {"function": "cancellation"}, "goods": []})
    (paper,) = read(SOURCE, text).papers
    assert paper.revision.function is Function.CANCELLATION
    assert paper.body is None


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"surprise": 1}, "surprise"),
        ({"reference": "  "}, "reference"),
        ({"reference": None}, "reference"),
        ({"totals": {"gross_mass_kg": "21500"}}, "totals.gross_mass_kg"),
        ({"totals": {"gross_mass_kg": -1}}, "totals.gross_mass_kg"),
        ({"totals": {"packages": 1.5}}, "totals.packages"),
        ({"revision": {"issued_at": "2025-03-04T10:11:12"}}, "revision.issued_at"),
        ({"schema": "tallyman/declaration-2"}, "schema"),
        ({"kind": "bay_plan"}, "kind"),
    ],
)
def test_a_field_that_does_not_fit_refuses_its_declaration(
    changes: dict[str, object], where: str
) -> None:
    batch = read(SOURCE, a_document(**changes))
    assert batch.papers == ()
    assert batch.refused[0].where == where


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ("", "no JSON"),
        ("[]", "no statement"),
        ('{"reference": NaN}', "NaN"),
        ('{"a": 1, "a": 2}', "stated twice"),
        ('{"a": ' + "[" * 100 + "]" * 100 + "}", "deeper than 64"),
        ("[" * 1_000_000, "deeper than 64"),
        ('{"a": ' + "9" * 5000 + "}", "integer"),
        (b'{"a": "\xff"}', "is not utf-8"),
    ],
    ids=lambda value: str(value)[:20],
)
def test_what_is_damaged_or_hostile_is_unreadable(data: bytes | str, reason: str) -> None:
    with pytest.raises(UnreadablePaper, match=reason):
        read(SOURCE, data)


def test_more_statements_than_the_limit_are_unreadable() -> None:
    text = "[" + ",".join(a_document(reference=str(i)) for i in range(4)) + "]"
    with pytest.raises(UnreadablePaper, match="more than 3"):
        SOURCE.read(a_file(text), limits=Limits(max_papers=3))


@pytest.mark.parametrize(
    ("head", "keys"),
    [
        ('{"a": {"b": 1}, "c": [', {"a", "c"}),
        ('[{"a": "x:y", "b"', {"a"}),
        ('{"a\\"b": 1}', {'a\\"b'}),
        ('  {"a":1}\n{"b":2}', {"a"}),
        ('{"a": "unclosed', {"a"}),
        ("a,b\n", set()),
        ("", set()),
    ],
)
def test_the_opening_keys_are_seen_without_parsing(head: str, keys: set[str]) -> None:
    assert opening_keys(head.encode()) == keys


def test_only_declarations_are_recognised() -> None:
    assert SOURCE.recognises(a_document().encode()[:300])
    assert SOURCE.recognises(json.dumps(POSTED).encode())
    assert SOURCE.recognises(json.dumps([POSTED]).encode())
    assert not SOURCE.recognises(b'{"reference": "A", "containers": [], "window_from": "x"}')
    assert not SOURCE.recognises(b'{"transportDocumentReference": "A", "containers": []}')
    assert not SOURCE.recognises(b"reference,containers\n")


def test_one_un_number_stated_twice_is_one() -> None:
    goods = [{"un_number": "1203", "dangerous": [{"un_number": "1203", "imdg_class": "3"}]}]
    (paper,) = read(SOURCE, a_document(containers=[], goods=goods)).papers
    assert isinstance(paper.body, Consignment)
    assert paper.body.goods[0].dangerous == (DangerousGoods(un_number="1203", imdg_class="3"),)


def test_utf16_with_a_mark_is_read() -> None:
    assert parse_json('{"a": "ü"}'.encode("utf-16"), source="t", limits=Limits()) == {"a": "ü"}


def test_mutations_never_crash_it() -> None:
    assert_survives_mutations(SOURCE, a_document())
