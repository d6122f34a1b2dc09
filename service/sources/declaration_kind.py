"""Import, export or transit: told by a word, a customs procedure or the MRN."""

from __future__ import annotations

from service.domain.papers.paper import PaperKind

WORDS = {
    PaperKind.IMPORT_DECLARATION: (
        "import", "imp", "im", "import_declaration", "einfuhr", "importation", "importación",
        "importacion", "importazione", "invoer", "przywóz", "przywoz", "importação", "импорт",
        "ввоз", "进口",
    ),
    PaperKind.EXPORT_DECLARATION: (
        "export", "exp", "ex", "export_declaration", "ausfuhr", "exportation", "exportación",
        "exportacion", "esportazione", "uitvoer", "wywóz", "wywoz", "exportação", "экспорт",
        "вывоз", "出口",
    ),
    PaperKind.TRANSIT_DECLARATION: (
        "transit", "t", "t1", "t2", "transit_declaration", "versand", "tránsito", "transito",
        "doorvoer", "tranzyt", "trânsito", "транзит", "转关",
    ),
}  # fmt: skip
IMPORT_PROCEDURES, EXPORT_PROCEDURES = frozenset("4567"), frozenset("123")
MRN_LENGTH = 18
MRN_PROCEDURES = {
    "ABCDE": PaperKind.EXPORT_DECLARATION,
    "JKLM": PaperKind.TRANSIT_DECLARATION,
    "RSTUV": PaperKind.IMPORT_DECLARATION,
}
"""The 17th character of an MRN (Delegated Regulation (EU) 2015/2446, annex B, D.E. 12 01)."""


def by_word(text: str) -> PaperKind | None:
    word = text.strip().casefold()
    return next((kind for kind, words in WORDS.items() if word in words), None)


def by_procedure(code: str) -> PaperKind | None:
    """By the first digit of the requested procedure (UCC annex B, D.E. 11 09)."""
    if code[:1] in IMPORT_PROCEDURES:
        return PaperKind.IMPORT_DECLARATION
    return PaperKind.EXPORT_DECLARATION if code[:1] in EXPORT_PROCEDURES else None


def by_mrn(mrn: str) -> PaperKind | None:
    if len(mrn) != MRN_LENGTH:
        return None
    return next((kind for letters, kind in MRN_PROCEDURES.items() if mrn[-2] in letters), None)
