"""The tables that come with the service, each read once from its cited CSV file."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path

from service.csv_table import read_csv_file
from service.nomenclature.table import Heading, Nomenclature, normalise_code

DATA = Path(__file__).parent / "data"
HS_EDITION = "HS 2022"
FIRST_DAY = date(2022, 1, 1)


@cache
def harmonized_system() -> Nomenclature:
    """Chapters and four-digit headings of HS 2022 and HS 2017."""
    path = DATA / "hs2022.csv"
    rows = read_csv_file(path, columns=("code", "description", "valid_from", "valid_to"))
    headings = []
    for row in rows:
        valid_from = row.date_in("valid_from")
        if valid_from is None:
            raise row.wrong("valid_from is empty")
        headings.append(
            Heading(
                code=row["code"],
                description=row["description"],
                valid_from=valid_from,
                valid_to=row.date_in("valid_to"),
            )
        )
    return Nomenclature(headings, edition=HS_EDITION)


@cache
def _goods_groups() -> dict[str, str]:
    rows = read_csv_file(DATA / "goods_groups.csv", columns=("prefix", "group"))
    return {row["prefix"]: row["group"] for row in rows}


def goods_group(code: str) -> str | None:
    """What kind of load a code is ("tyres"); None outside the chapters of the HS.

    Raises:
        InvalidInput: not a tariff code.
    """
    digits = normalise_code(code)
    groups = _goods_groups()
    return groups.get(digits[:4]) or groups.get(digits[:2])
