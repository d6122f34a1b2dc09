"""Limits that are checked before anything is decoded."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Largest file, picture side and area, and record count that is read."""

    max_bytes: int = 128 * 1024 * 1024
    max_side_px: int = 20_000
    max_pixels: int = 120_000_000
    max_records: int = 50_000
