"""Rule 35: the scan is one that was sent before, for another vehicle."""

from __future__ import annotations

from service.domain.reconcile.case import Case
from service.domain.reconcile.history import PastScan
from service.domain.reconcile.rule import Rule, Source
from service.domain.reconcile.words import say
from service.domain.verdict import Result, RuleOutcome
from vision.findings import ScanFingerprint

RULE = Rule(number=35, name="reused_scan", source=Source.HISTORY)
RULES = (RULE,)


def judge(case: Case) -> tuple[RuleOutcome, ...]:
    """Same noise means the same acquisition. Same look alone does not: clean containers look alike.

    Silent where no scan of before looks the same.
    """
    limits = case.policy.limits[RULE.name]
    outcomes = []
    for index, own in case.findings(ScanFingerprint):
        alike = [
            past
            for past in case.history.scans
            if past.scanner == own.scanner
            and differing_bits(past.look, own.look) <= limits["look_bits"]
        ]
        nearest = min(alike, key=lambda past: _noise(past, own), default=None)
        if nearest is None:
            continue
        same_file = nearest.sha256 == own.evidence.scan_sha256
        bits = _noise(nearest, own)
        if same_file or bits <= limits["noise_bits"]:
            result, key = Result.MISMATCH, "same_file" if same_file else "same_noise"
        elif bits <= limits["doubt_bits"]:
            result, key = Result.CANNOT_TELL, "doubt"
        else:
            result, key = Result.MATCH, "alike"
        outcomes.append(
            case.outcome(
                RULE,
                result,
                subject=f"view f{index}",
                expected="a scan of its own",
                observed=f"{bits:.0f} bits of noise differ from {nearest.inspection_id}",
                sentence=say(
                    f"reused_scan.{key}",
                    inspection=nearest.inspection_id,
                    time=f"{nearest.at:%Y-%m-%d %H:%M}",
                ),
                findings=(index,),
                score=-bits,
                limit=-limits["noise_bits"],
            )
        )
    return tuple(outcomes)


def differing_bits(one: str, other: str) -> float:
    """Hamming distance of two hashes in hexadecimal; infinite if they are not comparable."""
    if len(one) != len(other) or not one:
        return float("inf")
    return float((int(one, 16) ^ int(other, 16)).bit_count())


def _noise(past: PastScan, own: ScanFingerprint) -> float:
    return differing_bits(past.noise, own.noise)
