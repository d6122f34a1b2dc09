"""The portal study's figures out of its outcomes."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Sequence
from typing import Any

from scipy import stats

from vision.evaluation.portal_trial import Outcome

# Names that identify a source, where they are more than its own.
_NAMES = {"Th-228": ("Th-228", "U-232", "Th-232")}


def _share(count: int, total: int) -> dict[str, Any]:
    """Count, total, and the two-sided 95 % interval and one-sided 95 % bound (Clopper-Pearson)."""
    low = stats.beta.ppf(0.025, count, total - count + 1) if count else 0.0
    high = stats.beta.ppf(0.975, count + 1, total - count) if count < total else 1.0
    upper = stats.beta.ppf(0.95, count + 1, total - count) if count < total else 1.0
    return {
        "count": count,
        "total": total,
        "interval_95": [round(float(low), 6), round(float(high), 6)],
        "upper_95": round(float(upper), 6),
    }


def benign(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """Innocent traffic before and after explanation; treated people stand apart."""
    by_kind = {
        kind: [o for o in outcomes if o.trial.kind == kind]
        for kind in ("clean", "natural", "medical")
    }
    innocent = [*by_kind["clean"], *by_kind["natural"]]
    left = [o for o in innocent if o.answer != "clear"]
    natural = by_kind["natural"]
    by_goods: dict[str, dict[str, int]] = {}
    for outcome in natural:
        own = by_goods.setdefault(outcome.goods, {"total": 0, "alarms": 0, "left": 0})
        own["total"] += 1
        own["alarms"] += outcome.gamma or outcome.neutron
        own["left"] += outcome.answer != "clear"
    return {
        "false_alarms_after_explanation": _share(len(left), len(innocent)),
        "clean_gamma_alarms": _share(sum(o.gamma for o in by_kind["clean"]), len(by_kind["clean"])),
        "neutron_alarms": _share(sum(o.neutron for o in innocent), len(innocent)),
        "plain_rule_clean_alarms": _share(
            sum(o.plain for o in by_kind["clean"]), len(by_kind["clean"])
        ),
        "innocent_alarms_before": _share(
            sum(o.gamma or o.neutron for o in innocent), len(innocent)
        ),
        "natural_alarms_before": _share(sum(o.gamma for o in natural), len(natural)),
        "natural_left_after": _share(sum(o.answer != "clear" for o in natural), len(natural)),
        "by_heading": dict(sorted(by_goods.items())),
        "medical": {
            "total": len(by_kind["medical"]),
            "alarms": sum(o.gamma for o in by_kind["medical"]),
            "answers": dict(Counter(o.answer for o in by_kind["medical"])),
            "named": sum(o.medical in o.nuclides for o in by_kind["medical"]),
        },
        "seeds_left": [dataclasses.asdict(o.trial) for o in left[:50]],
    }


def sources(outcomes: Sequence[Outcome]) -> list[dict[str, Any]]:
    """Detected: an alarm that the declared goods do not clear."""
    groups: dict[tuple[str, str], list[Outcome]] = {}
    for outcome in outcomes:
        groups.setdefault((outcome.trial.source, outcome.trial.condition), []).append(outcome)
    return [
        {
            "source": source,
            "condition": condition,
            "detected": sum(o.answer != "clear" for o in own),
            "alarms": sum(o.gamma or o.neutron for o in own),
            "plain_rule": sum(o.plain for o in own),
            "named": sum(any(n in _NAMES.get(source, (source,)) for n in o.nuclides) for o in own),
            "total": len(own),
        }
        for (source, condition), own in sorted(groups.items())
    ]


def curve(outcomes: Sequence[Outcome]) -> list[dict[str, Any]]:
    """Alarms by strength, beside the plain rule's on the same passages."""
    groups: dict[float, list[Outcome]] = {}
    for outcome in outcomes:
        groups.setdefault(outcome.trial.strength, []).append(outcome)
    return [
        {
            "strength": strength,
            "detected": sum(o.gamma for o in own),
            "plain_rule": sum(o.plain for o in own),
            "total": len(own),
        }
        for strength, own in sorted(groups.items())
    ]
