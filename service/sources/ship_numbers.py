"""Numbers of ships."""

from __future__ import annotations

import re


def imo_number(text: str) -> str:
    """The seven digits of an IMO number, "" if the text is none.

    The last digit checks the others (IMO Resolution A.1117(30)).
    """
    digits = text.upper().removeprefix("IMO").strip()
    if not re.fullmatch(r"[0-9]{7}", digits):
        return ""
    total = sum(int(d) * weight for d, weight in zip(digits, range(7, 1, -1), strict=False))
    return digits if total % 10 == int(digits[6]) else ""
