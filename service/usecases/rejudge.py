"""What judges an inspection again, as other use cases see it."""

from __future__ import annotations

from typing import Protocol


class Judge(Protocol):
    """Reach a verdict on an analysed inspection, now; the policy is bound inside."""

    def __call__(self, inspection_id: str, *, cause: str) -> None: ...
