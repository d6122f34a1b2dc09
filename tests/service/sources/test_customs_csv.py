import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from customs_builders import assert_survives_mutations, read

from service.domain.declaration import DeclaredLoad
from service.domain.papers.consignment import Consignment, Money, PartyRole
from service.domain.papers.paper import Function, PaperKind
from service.sources import Batch, UnreadablePaper
from service.sources.customs_csv import CustomsCsv
from service.sources.table import column_for, columns_of

SOURCE = CustomsCsv()
ENGLISH = "\n".join(
    ",".join(cells)
    for cells in (
        (
            *("mrn", "kind", "version", "issue date", "item", "hs code", "description"),
            *("packages", "gross mass (kg)", "net mass kg", "value", "currency", "origin"),
            *("un no", "container", "load", "seals", "plate", "importer", "importer eori"),
            "procedure",
        ),
        (
            *("25DE48510000001JR4", "import", "2", "2025-03-04T10:00:00Z", "1", "8418.1020"),
            *("Fridges", "20", '"1,250.5"', "1100", "9900.50", "EUR", "TR", "", "CSQU3054383"),
            *("loaded", "S-1|S-2", "B AB 1|B AB 2", "Kühl GmbH", "DE111", "4000"),
        ),
        (
            *("25DE48510000001JR4", "", "", "", "2", "27101245", '"Petrol, in drums"', "4"),
            *("800", "", "100", "EUR", "", "1203;UN 3295", "CSQU3054383", *[""] * 6),
        ),
        (
            *("25DE48510000002JR5", "import", "", "", "1", "950300", "Toys", "7", "70", ""),
            *("", "", "CN", "", "MSCU6639870", "", "", "", "", "", "4000"),
        ),
    )
)
GERMAN = "\n".join(
    ";".join(cells)
    for cells in (
        (
            *("Anmeldung", "Richtung", "Warennummer", "Warenbezeichnung", "Packstücke"),
            *("Rohmasse (t)", "Wert", "Währung", "Ursprungsland", "Containernummer"),
            *("Plomben", "Ausführer", "Bemerkung"),
        ),
        (
            *("25DE9", "Ausfuhr", "84181020", "Kühlschränke", "20", "1,2505", "9.900,50"),
            *("EUR", "DE", "CSQU 305438-3", "S-1", "Kühl GmbH", "eilig"),
        ),
    )
)


def the_papers(text: str) -> Batch:
    return read(SOURCE, text)


def a_body(batch: Batch, index: int = 0) -> Consignment:
    body = batch.papers[index].body
    assert isinstance(body, Consignment)
    return body


def test_rows_of_one_number_are_one_declaration() -> None:
    batch = the_papers(ENGLISH)
    first, second = batch.papers
    assert (first.kind, first.reference) == (PaperKind.IMPORT_DECLARATION, "25DE48510000001JR4")
    assert first.revision.number == 2
    assert first.revision.issued_at == datetime(2025, 3, 4, 10, tzinfo=UTC)
    assert first.origin.where == "lines 2 to 3"
    assert second.origin.where == "line 4"
    body = a_body(batch)
    one, two = body.goods
    assert (one.number, one.hs_code, one.packages) == (1, "84181020", 20)
    assert (one.gross_mass_kg, one.net_mass_kg) == (1250.5, 1100.0)
    assert one.value == Money(amount=Decimal("9900.50"), currency="EUR")
    assert two.description == "Petrol, in drums"
    assert [d.un_number for d in two.dangerous] == ["1203", "3295"]
    (box,) = body.equipment
    assert (box.load, box.seals) == (DeclaredLoad.LOADED, ("S-1", "S-2"))
    assert body.transport.plates == ("B AB 1", "B AB 2")
    (importer,) = body.parties
    assert (importer.role, importer.identifier) == (PartyRole.IMPORTER, "DE111")
    assert first.field_origins["goods.1.gross_mass_kg"] == "line 3 column gross mass (kg)"
    assert first.field_origins["equipment.0.seals"] == "line 2 column seals"


def test_headings_and_numbers_of_another_language_are_read() -> None:
    batch = the_papers(GERMAN)
    (paper,) = batch.papers
    assert paper.kind is PaperKind.EXPORT_DECLARATION
    (item,) = a_body(batch).goods
    assert item.gross_mass_kg == pytest.approx(1250.5)
    assert item.value == Money(amount=Decimal("9900.50"), currency="EUR")
    assert item.container_codes == ("CSQU3054383",)
    assert batch.doubts[0].reason == "columns not read: Bemerkung"


@pytest.mark.parametrize(
    ("heading", "name", "unit"),
    [
        ("Gross Weight", "gross_mass", ""),
        ("MASSE BRUTE (KG)", "gross_mass", "KGM"),
        ("peso_bruto_t", "gross_mass", "TNE"),
        ("Rohmasse in kg", "gross_mass", "KGM"),
        ("Número de declaración", "mrn", ""),
        ("описание", "description", ""),
        ("商品编码", "hs_code", ""),
        ("un_number", "un_number", ""),
    ],
)
def test_a_heading_means_its_column_whatever_case_accents_and_unit(
    heading: str, name: str, unit: str
) -> None:
    column = column_for(heading)
    assert column is not None
    assert (column.name, column.unit) == (name, unit)


def test_a_heading_with_a_unit_that_is_no_mass_is_not_known() -> None:
    assert column_for("value kg") is None
    assert column_for("whatever") is None


def a_table(gross: str, *, packages: str = "1", delimiter: str = ";") -> str:
    lines = [
        ("mrn", "kind", "hs code", "packages", "gross mass"),
        ("A", "import", "8418", packages, gross),
    ]
    return "\n".join(delimiter.join(line) for line in lines)


@pytest.mark.parametrize(
    ("gross", "kg"),
    [
        ("1234", 1234.0),
        ("12,5", 12.5),
        ("12.5", 12.5),
        ("1.234,5", 1234.5),
        ("1,234.5", 1234.5),
        ("1.234.567", 1234567.0),
        ("1234,567", 1234.567),
        ("0.123", 0.123),
        ("1.234", None),
        ("1 234,5", 1234.5),
        ("1\u00a0234", 1234.0),
        ("1'234.5", 1234.5),
    ],
)
def test_a_number_is_read_by_the_mark_that_the_file_gives_away(
    gross: str, kg: float | None
) -> None:
    batch = the_papers(a_table(gross))
    if kg is None:
        assert "can be read in two ways" in batch.refused[0].reason
    else:
        assert a_body(batch).goods[0].gross_mass_kg == kg


def test_an_ambiguous_number_is_read_with_the_help_of_another() -> None:
    text = a_table("1.234") + "\nB;import;8418;1;12,5"
    assert a_body(the_papers(text)).goods[0].gross_mass_kg == 1234.0
    alone = the_papers(a_table("1.234"))
    assert alone.papers == ()
    assert "two ways" in alone.refused[0].reason
    assert alone.refused[0].where == "line 2 column gross mass"


def test_a_file_that_writes_numbers_in_two_ways_is_unreadable() -> None:
    with pytest.raises(UnreadablePaper, match="point in line 3, decimal comma in line 2"):
        the_papers(a_table("1,5") + "\nB;import;8418;1;12.5")


@pytest.mark.parametrize(
    ("line", "where", "reason"),
    [
        ("A,import,xx,1,5,,", "line 3 column hs code", "digits of HS"),
        ("A,import,8418,-1,5,,", "line 3 column packages", "whole number"),
        ("A,import,8418,1,heavy,,", "line 3 column gross mass", "expected a number"),
        ("A,import,8418,1,5,10,", "line 3 column value", "without a currency"),
        ("A,export,8418,1,5,,", "line 3 column kind", "differs from line 2"),
        ("A,import,8418,1,5", "line 3", "5 cells, but 7 headings"),
        (",import,8418,1,5,,", "line 3", "expected a mrn"),
    ],
)
def test_a_line_that_cannot_be_read_refuses_its_declaration_and_no_other(
    line: str, where: str, reason: str
) -> None:
    text = f"""mrn,kind,hs code,packages,gross mass,value,currency
A,import,8418,1,5,,
{line}
B,import,8418,1,5,,"""
    batch = the_papers(text)
    assert [paper.reference for paper in batch.papers] == ["B"]
    (refusal,) = batch.refused
    assert refusal.where == where
    assert reason in refusal.reason


def test_an_item_number_twice_and_two_descriptions_of_a_container_are_refused() -> None:
    twice = "mrn,kind,item,hs code\nA,import,1,8418\nA,import,1,8419"
    assert "item 1 stands in line 2 too" in the_papers(twice).refused[0].reason
    boxes = (
        "mrn,kind,hs code,container,seals\nA,import,8418,CSQU3054383,1\nA,import,8419,CSQU3054383,2"
    )
    assert "described differently in line 2" in the_papers(boxes).refused[0].reason
    several = "mrn,kind,hs code,container,seals\nA,import,8418,CSQU3054383|MSCU6639870,1"
    assert "seals of 2 containers" in the_papers(several).refused[0].reason


def test_an_empty_container_needs_no_goods() -> None:
    text = "mrn,kind,hs code,container,load\nA,export,,CSQU3054383,empty"
    body = a_body(the_papers(text))
    assert body.goods == ()
    assert body.equipment[0].load is DeclaredLoad.EMPTY


def test_a_cancellation_has_no_body() -> None:
    text = "mrn,kind,function,hs code\nA,import,cancellation,"
    (paper,) = the_papers(text).papers
    assert paper.revision.function is Function.CANCELLATION
    assert paper.body is None


def test_the_kind_is_told_by_the_procedure_or_the_mrn_or_refused() -> None:
    assert the_papers("mrn,hs code,procedure\nA,8418,1000").papers[0].kind is (
        PaperKind.EXPORT_DECLARATION
    )
    assert the_papers("mrn,hs code\n25DE48510000001JR4,8418").papers[0].kind is (
        PaperKind.IMPORT_DECLARATION
    )
    assert "tells import or export" in the_papers("mrn,hs code\nA,8418").refused[0].reason


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ("mrn,hs code,HS\nA,1,2", "both mean hs_code"),
        ('mrn,hs code\nA,"84', "no CSV"),
        (b"mrn,hs code\nA,\xff", "is not utf-8"),
        ("mrn,hs code\n", "no statement"),
        ("mrn,description\nA," + "x" * 200_000, "no CSV"),
    ],
    ids=lambda value: str(value)[:20],
)
def test_a_damaged_table_is_unreadable(data: bytes | str, reason: str) -> None:
    with pytest.raises(UnreadablePaper, match=reason):
        read(SOURCE, data)


def test_json_lines_have_the_same_columns() -> None:
    rows = [
        {"mrn": "A", "kind": "import", "hs_code": "8418", "gross_mass": 1250.5, "seals": ["1", "2"],
         "container": "CSQU3054383", "extra": 1},
        {"MRN": "A", "Warennummer": "8419", "Rohmasse (t)": 2, "packages": 3},
    ]  # fmt: skip
    batch = the_papers("\n".join(json.dumps(row) for row in rows))
    body = a_body(batch)
    assert [(i.hs_code, i.gross_mass_kg) for i in body.goods] == [("8418", 1250.5), ("8419", 2000)]
    assert body.equipment[0].seals == ("1", "2")
    assert batch.doubts[0].reason == "columns not read: extra"


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('{"mrn": "A", ', "no JSON"),
        ("[1]", "expected an object"),
        ('{"mrn": {"a": 1}}', "expected text, a number"),
        ('{"mrn": "A", "declaration": "B"}', "both mean mrn"),
        ('{"mrn": "A", "packages": true}', "expected text, a number"),
    ],
)
def test_a_json_line_that_cannot_be_read_refuses_what_it_may_belong_to(
    line: str, reason: str
) -> None:
    good = '{"mrn": "%s", "kind": "import", "hs_code": "8418"}'
    batch = the_papers("\n".join([good % "A", line, good % "B"]))
    assert [paper.reference for paper in batch.papers] == ["B"]
    assert reason in batch.refused[0].reason
    assert batch.refused[0].where == "line 2"


def test_a_last_line_without_an_end_is_a_doubt() -> None:
    assert the_papers(a_table("5") + "\n").doubts == ()
    (doubt,) = the_papers(a_table("5")).doubts
    assert (doubt.where, doubt.reason) == ("line 2", "no line end; the file may be cut off here")


def test_only_tables_of_declarations_are_recognised() -> None:
    assert SOURCE.recognises(ENGLISH.encode())
    assert SOURCE.recognises(GERMAN.encode())
    assert SOURCE.recognises(b'{"mrn": "A", "hs_code": "8418"}\n')
    assert not SOURCE.recognises(b"mrn,container\n")
    assert not SOURCE.recognises(b"container,gross\n")
    assert not SOURCE.recognises(b"<mrn/>")
    assert columns_of(b"") == frozenset()


def test_mutations_never_crash_it() -> None:
    assert_survives_mutations(SOURCE, ENGLISH)
    assert_survives_mutations(
        SOURCE, '{"mrn": "A", "kind": "import", "hs_code": "8418", "gross_mass": 5.5}\n' * 3
    )
