"""Container codes by ISO 6346:2022: owner code, category, serial number, check digit."""

from __future__ import annotations

import re
from functools import cache
from itertools import islice

_SHAPE = re.compile(r"[A-Z]{3}[UJZ][0-9]{7}")
_SIZE_TYPE = re.compile(r"[1-9A-PR-W][0-9C-PR][A-Z0-9][0-9A-Z]")

SERIAL_START = 4
CHECK_POSITION = 10


@cache
def _letter_values() -> dict[str, int]:
    # ISO 6346 annex A: letters count on from 10, and multiples of 11 are left out.
    values = (number for number in range(10, 39) if number % 11 != 0)
    return dict(zip("ABCDEFGHIJKLMNOPQRSTUVWXYZ", islice(values, 26), strict=True))


def check_digit(first_ten: str) -> int:
    """The check digit for owner code, category and serial, for example "CSQU305438" -> 3.

    ISO 6346: remainder 10 is written 0.

    Raises:
        ValueError: not four letters followed by six digits.
    """
    if not re.fullmatch(r"[A-Z]{4}[0-9]{6}", first_ten):
        raise ValueError(f"expected four letters and six digits, got {first_ten!r}")
    letters = _letter_values()
    total = sum(
        (letters[char] if char in letters else int(char)) << position
        for position, char in enumerate(first_ten)
    )
    return total % 11 % 10


def has_code_shape(text: str) -> bool:
    """Three letters, a category of U, J or Z, and seven digits."""
    return _SHAPE.fullmatch(text) is not None


def is_valid_code(text: str) -> bool:
    """Shape and check digit both right."""
    return has_code_shape(text) and check_digit(text[:CHECK_POSITION]) == int(text[CHECK_POSITION])


def normalise_code(text: str) -> str:
    """Upper case, without the spaces and dashes that papers and pictures put in."""
    return re.sub(r"[\s\-_/.]", "", text).upper()


def is_size_type(text: str) -> bool:
    """Four characters that ISO 6346 section 6 could mean: length, height and width, type."""
    return _SIZE_TYPE.fullmatch(text) is not None


def owner_codes(text: str) -> frozenset[str]:
    """Owner codes of a list, one a line: "MSC", or with the category "MSCU"; `#` begins a comment.

    Raises:
        ValueError: a line is neither; says which.
    """
    found = set()
    for number, line in enumerate(text.splitlines(), start=1):
        code = line.partition("#")[0].strip().upper()
        if not code:
            continue
        if not re.fullmatch(r"[A-Z]{3}[UJZ]?", code):
            raise ValueError(
                f"line {number}: expected an owner code like MSC or MSCU, got {code!r}"
            )
        found.add(code[:3])
    return frozenset(found)
