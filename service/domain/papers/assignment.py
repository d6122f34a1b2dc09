"""One-to-one assignment: the pairs of rows and columns whose scores add up to the most."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

_UNREACHED = float("inf")


def best_pairs(
    scores: Mapping[tuple[int, int], float], *, rows: int, columns: int
) -> frozenset[tuple[int, int]]:
    """Each row and each column at most once; pairs without a positive score are never made.

    The Hungarian method with potentials (Kuhn 1955, Munkres 1957) in its form by shortest
    augmenting paths, O(rows * rows * columns). Rows may stay alone, because each has a column
    of its own at no gain; ties go to the lower column.
    """
    costs = [
        [-max(0.0, scores.get((row, column), 0.0)) for column in range(columns)] + [0.0] * rows
        for row in range(rows)
    ]
    taken = _assign(costs)
    return frozenset(
        (row, column) for column, row in taken.items() if scores.get((row, column), 0.0) > 0
    )


def _assign(costs: Sequence[Sequence[float]]) -> dict[int, int]:
    """Row by column, of least total cost; there are at least as many columns as rows."""
    rows, columns = len(costs), len(costs[0]) if costs else 0
    of_row, of_column = [0.0] * rows, [0.0] * columns
    row_of: dict[int, int] = {}
    for start in range(rows):
        slack = [_UNREACHED] * columns
        before: list[int | None] = [None] * columns
        visited: set[int] = set()
        row, column = start, None
        while True:
            for other in range(columns):
                if other in visited:
                    continue
                gap = costs[row][other] - of_row[row] - of_column[other]
                if gap < slack[other]:
                    slack[other], before[other] = gap, column
            nearest = min((c for c in range(columns) if c not in visited), key=slack.__getitem__)
            shift = slack[nearest]
            of_row[start] += shift
            for done in visited:
                of_row[row_of[done]] += shift
                of_column[done] -= shift
            for other in range(columns):
                if other not in visited:
                    slack[other] -= shift
            visited.add(nearest)
            column = nearest
            if column not in row_of:
                break
            row = row_of[column]
        while column is not None:
            previous = before[column]
            row_of[column] = start if previous is None else row_of[previous]
            column = previous
    return row_of
