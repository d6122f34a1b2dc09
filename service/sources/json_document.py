"""JSON from outside, read safely: size and depth limited, no NaN, no key stated twice."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import TypeAlias

from pydantic import ValidationError

from service.sources import Limits, Refusal, UnreadablePaper
from service.sources.statement import RefusedStatement

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*+(?P<closed>")?|[{}\[\]:,]', re.DOTALL)


def parse_json(data: bytes, *, source: str, limits: Limits) -> Json:
    """One JSON value.

    Raises:
        UnreadablePaper: too large, too deep, no JSON, NaN or infinity in it, or a key twice.
    """
    text = json_text(data, source=source, limits=limits)
    return parse_text(text, source=source, limits=limits)


def parse_text(text: str, *, source: str, limits: Limits, line: int = 1) -> Json:
    """As `parse_json`; `line` is where the text stands in its file."""
    _check_depth(text, source=source, max_depth=limits.max_depth)
    try:
        value: Json = json.loads(text, parse_constant=_no_constant, object_pairs_hook=_no_key_twice)
    except json.JSONDecodeError as problem:
        raise UnreadablePaper(
            source, f"no JSON: {problem.msg}", where=f"line {line + problem.lineno - 1}"
        ) from problem
    except (ValueError, RecursionError) as problem:
        raise UnreadablePaper(source, str(problem), where=f"line {line}") from problem
    return value


def json_lines(
    data: bytes, *, source: str, limits: Limits
) -> Iterator[tuple[int, Json | UnreadablePaper]]:
    """(line number, value) of JSON Lines; a line that cannot be read gives its problem instead."""
    text = json_text(data, source=source, limits=limits)
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            yield number, parse_text(line, source=source, limits=limits, line=number)
        except UnreadablePaper as problem:
            yield number, problem


def cut_off(data: bytes) -> tuple[Refusal, ...]:
    """A doubt if the last line has no end: the file may be cut off within it."""
    if data.rstrip(b" \t\x00").endswith((b"\n", b"\r")):
        return ()
    line = data.count(b"\n") + 1
    return (Refusal(where=f"line {line}", reason="no line end; the file may be cut off here"),)


def json_text(data: bytes, *, source: str, limits: Limits) -> str:
    """The file as text: UTF-8, or UTF-16 with a mark. Raises: UnreadablePaper."""
    if len(data) > limits.max_bytes:
        raise UnreadablePaper(source, f"{len(data)} bytes, at most {limits.max_bytes} are read")
    try:
        return data.decode(_encoding(data))
    except UnicodeDecodeError as problem:
        line = data.count(b"\n", 0, problem.start) + 1
        raise UnreadablePaper(
            source, f"byte {problem.start} is not {_encoding(data)}", where=f"line {line}"
        ) from problem


@lru_cache(maxsize=64)
def opening_keys(head: bytes) -> frozenset[str]:
    """The keys of the first object in the beginning of a file, or of an array's first object.

    Empty if the file does not begin as JSON. Nothing is parsed; a key counts once its colon is
    there.
    """
    text = head.decode(_encoding(head), errors="replace")
    if not text.lstrip("\ufeff \t\r\n").startswith(("{", "[")):
        return frozenset()
    keys: set[str] = set()
    depth, level, last = 0, 0, ""
    for token in _TOKEN.finditer(text):
        symbol = token[0]
        if symbol in "{[":
            depth += 1
            if symbol == "{" and not level:
                level = depth
        elif symbol in "}]":
            depth -= 1
            if level and depth < level:
                break
        elif symbol == ":" and depth == level:
            keys.add(last)
        elif symbol.startswith('"'):
            last = symbol[1:-1] if token["closed"] else symbol[1:]
    return frozenset(keys)


def json_statements(data: bytes, *, source: str, limits: Limits) -> list[tuple[str, Json]]:
    """(place, value) of each member of an array; of anything else itself, without a place."""
    value = parse_json(data, source=source, limits=limits)
    if isinstance(value, list):
        return [(where(index), member) for index, member in enumerate(value)]
    return [("", value)]


def refused_by(problem: ValidationError, place: str) -> RefusedStatement:
    """The first thing that a model did not accept, with its place in the document."""
    errors = problem.errors(include_url=False, include_context=False, include_input=False)
    more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
    spot = where(*errors[0]["loc"])
    return RefusedStatement(f"{errors[0]['msg']}{more}", where=f"{place} {spot}".strip())


def where(*path: str | int) -> str:
    """A place in a JSON document for a person: `containers[0].code`."""
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f".{step}"
    return text.removeprefix(".") or "top"


def _encoding(data: bytes) -> str:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    return "utf-8-sig" if data.startswith(codecs.BOM_UTF8) else "utf-8"


def _check_depth(text: str, *, source: str, max_depth: int) -> None:
    depth = 0
    for token in _TOKEN.finditer(text):
        symbol = token[0]
        if symbol in "{[":
            depth += 1
            if depth > max_depth:
                line = text.count("\n", 0, token.start()) + 1
                raise UnreadablePaper(
                    source, f"nested deeper than {max_depth}", where=f"line {line}"
                )
        elif symbol in "}]":
            depth -= 1


def _no_constant(name: str) -> Json:
    raise ValueError(f"{name} is no JSON number")


def _no_key_twice(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    found = dict(pairs)
    if len(found) != len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise ValueError(f"key {twice[:60]!r} is stated twice")
    return found
