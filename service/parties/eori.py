"""The form of EORI numbers: a country code and what that country numbers its operators by.

Annex 12-01 of Delegated Regulation (EU) 2015/2446 fixes only the country code and up to fifteen
characters. The national parts are habits of the member states, gathered from general knowledge of
their business numbers and from no official list: a number of another form is unusual, not wrong.
Whether it was ever given out only the register knows.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

# Finland writes its business number with the hyphen.
_EORI = re.compile(r"(?P<country>[A-Z]{2})(?P<national>[A-Z0-9-]{1,15})")
_NATIONAL = {
    "AT": (r"EOS\d{10}|U\d{8}", "EOS and ten digits"),
    "BE": (r"[01]\d{9}", "ten digits, the enterprise number"),
    "BG": (r"\d{9,10}|\d{13}", "nine, ten or thirteen digits"),
    "CY": (r"\d{8}[A-Z]", "eight digits and a letter"),
    "CZ": (r"\d{8,10}", "eight to ten digits"),
    "DE": (r"\d{1,15}", "up to fifteen digits"),
    "DK": (r"\d{8}", "eight digits, the CVR number"),
    "EE": (r"\d{8,11}", "eight to eleven digits"),
    "ES": (r"[A-Z0-9]\d{7}[A-Z0-9]", "nine characters, the NIF"),
    "FI": (r"\d{7}-?\d", "seven digits, a hyphen and a digit"),
    "FR": (r"\d{14}", "fourteen digits, the SIRET"),
    "GB": (r"\d{12}|\d{15}", "twelve or fifteen digits"),
    "GR": (r"\d{9}", "nine digits"),
    "HR": (r"\d{11}", "eleven digits, the OIB"),
    "HU": (r"\d{10}", "ten digits"),
    "IE": (r"\d{7}[A-Z]{1,2}|\d[A-Z]\d{5}[A-Z]", "seven digits and one or two letters"),
    "IT": (r"\d{11}|[A-Z0-9]{15}", "eleven digits"),
    "LT": (r"\d{7,12}", "seven to twelve digits"),
    "LU": (r"[A-Z0-9]{8,13}", "eight to thirteen characters"),
    "LV": (r"\d{11}", "eleven digits"),
    "MT": (r"\d{8}|\d{1,9}[A-Z]", "eight digits"),
    "NL": (r"\d{9}", "nine digits, the RSIN"),
    "PL": (r"\d{15}", "fifteen digits"),
    "PT": (r"\d{9}", "nine digits"),
    "RO": (r"\d{2,13}", "two to thirteen digits"),
    "SE": (r"\d{10}|\d{12}", "ten or twelve digits"),
    "SI": (r"\d{8}", "eight digits"),
    "SK": (r"\d{8,10}", "eight to ten digits"),
    "XI": (r"\d{12}|\d{15}", "twelve or fifteen digits"),
}


class EoriForm(StrEnum):
    USUAL = "usual"
    UNUSUAL = "unusual"
    UNKNOWN_COUNTRY = "unknown country"
    NO_EORI = "no EORI"


@dataclass(frozen=True, kw_only=True, slots=True)
class EoriCheck:
    """`eori` without spaces and in capitals; `reason` is empty for the usual form."""

    eori: str
    form: EoriForm
    reason: str = ""


def check_eori(text: str) -> EoriCheck:
    """The form of a number; nothing is refused."""
    eori = "".join(text.split()).upper()
    match = _EORI.fullmatch(eori)
    if match is None:
        return EoriCheck(
            eori=eori,
            form=EoriForm.NO_EORI,
            reason="no EORI has this form: a country code and up to 15 characters",
        )
    country = match["country"]
    if country not in _NATIONAL:
        return EoriCheck(
            eori=eori, form=EoriForm.UNKNOWN_COUNTRY, reason=f"{country} gives out no EORI"
        )
    pattern, words = _NATIONAL[country]
    if re.fullmatch(pattern, match["national"], re.ASCII):
        return EoriCheck(eori=eori, form=EoriForm.USUAL)
    return EoriCheck(
        eori=eori, form=EoriForm.UNUSUAL, reason=f"{country} usually has {words} after {country}"
    )
