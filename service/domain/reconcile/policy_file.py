"""Policies from TOML files: the shipped one, and a site's own that changes parts of it."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from importlib import resources
from pathlib import Path
from typing import Any

from service.domain.papers.track import MAX_LATITUDE_DEG, MAX_LONGITUDE_DEG
from service.domain.reconcile.fusion import Weights
from service.domain.reconcile.norm_goods import headings_of, norm_goods
from service.domain.reconcile.policy import HEADING, Policy, RadiationPolicy
from service.domain.reconcile.rules import NAMES, RULES
from service.domain.register_statement import REGISTERS
from service.domain.verdict import Severity
from service.errors import NotConfigured
from vision.findings import Channel
from vision.scan import ScanKind

DEFAULT = "policies/default.toml"
SHIPPED_NORM = "shipped"


def read_policy(path: Path | None = None) -> Policy:
    """The policy in `path`, or the one shipped. Severities that it leaves out are as shipped.

    Tables `[site.NAME…]` change it for one site.

    Raises:
        NotConfigured: missing, malformed, or it names a rule or sensor that does not exist.
    """
    try:
        shipped_data = (resources.files("service.domain.reconcile") / DEFAULT).read_bytes()
        data = path.read_bytes() if path is not None else shipped_data
        stored, shipped = (tomllib.loads(each.decode()) for each in (data, shipped_data))
        digest = hashlib.sha256(data).hexdigest()[:12]
        label = f"{stored['name']}@{stored['version']}#{digest}"
        of_sites = stored.pop("site", {})
        policy = _policy(stored, shipped, label=label)
        return replace(
            policy,
            sites={
                site: _policy(_over(stored, own), shipped, label=f"{label}/{site}")
                for site, own in of_sites.items()
            },
        )
    except (OSError, KeyError, ValueError, TypeError, AttributeError) as problem:
        raise NotConfigured(f"policy {path or DEFAULT}: {problem}") from problem


def _policy(stored: Mapping[str, Any], shipped: Mapping[str, Any], *, label: str) -> Policy:
    channels = stored.get("required_channels", shipped["required_channels"])
    controls = stored.get("random_control", {})
    return Policy(
        label=label,
        required_sensors=tuple(ScanKind(name) for name in stored["required_sensors"]),
        required_channels=tuple(Channel(name) for name in channels),
        release_needs=_known(frozenset(stored["release_needs"]), NAMES),
        severities=_severities(shipped) | _severities(stored, known=_severities(shipped)),
        norm=_norm(stored.get("norm", {})),
        required_registers=_registers(stored.get("required_registers", ())),
        here=frozenset(str(code).upper() for code in stored.get("here", ())),
        position=_position(stored.get("position")),
        off=_known(frozenset(stored.get("off", ())), NAMES),
        advisory=_known(frozenset(stored.get("advisory", ())), NAMES),
        limits=_limits(stored.get("limits", {}), shipped.get("limits", {})),
        calibrated={r.name: r.calibrates for r in RULES if r.calibrates is not None},
        budgets=_budgets({**shipped.get("budget", {}), **stored.get("budget", {})}),
        weights=_weights({**shipped.get("evidence", {}), **stored.get("evidence", {})}),
        random_control=_share(controls.get("rate", 0.0)),
        salt=_salt(controls),
        radiation=RadiationPolicy(
            **{name: float(value) for name, value in stored.get("radiation", {}).items()}
        ),
    )


def _over(stored: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """A site's own values over the common ones, table by table."""
    merged = dict(stored)
    for key, value in own.items():
        known = merged.get(key)
        if isinstance(known, Mapping) and isinstance(value, Mapping):
            merged[key] = _over(known, value)
        else:
            merged[key] = value
    return merged


def _known(names: frozenset[str], known: Iterable[str]) -> frozenset[str]:
    unknown = ", ".join(sorted(names - set(known)))
    if unknown:
        raise ValueError(f"no such rule: {unknown}")
    return names


def _registers(names: Iterable[str]) -> tuple[str, ...]:
    if isinstance(names, str):
        raise TypeError(f"required_registers: expected a list, got {names!r}")
    found = tuple(dict.fromkeys(names))
    unknown = ", ".join(sorted(set(found) - set(REGISTERS)))
    if unknown:
        raise ValueError(f"no such register: {unknown}; there are {', '.join(REGISTERS)}")
    return found


def _severities(
    stored: Mapping[str, Mapping[str, int]], *, known: Iterable[str] | None = None
) -> dict[str, Severity]:
    own = stored.get("severity", {})
    if known is not None:
        _known(frozenset(own), known)
    return {rule: Severity(value) for rule, value in own.items()}


def _norm(stored: Mapping[str, list[str]] | str) -> dict[str, frozenset[str]]:
    """Headings by natural nuclide: the policy's own, or those of the shipped table."""
    if stored == SHIPPED_NORM:
        return {series: headings_of(series) for series in {goods.series for goods in norm_goods()}}
    if isinstance(stored, str):
        raise TypeError(f"norm: expected a table or {SHIPPED_NORM!r}, got {stored!r}")
    for nuclide, headings in stored.items():
        for heading in headings:
            if not (len(heading) == HEADING and heading.isdecimal()):
                raise ValueError(f"norm.{nuclide}: expected headings of 4 digits, got {heading!r}")
    return {nuclide: frozenset(headings) for nuclide, headings in stored.items()}


def _position(stored: object) -> tuple[float, float] | None:
    if stored is None:
        return None
    if not isinstance(stored, list) or len(stored) != 2:  # noqa: PLR2004 - a pair
        raise ValueError(f"position: expected [latitude, longitude], got {stored!r}")
    latitude, longitude = map(float, stored)
    if not (abs(latitude) <= MAX_LATITUDE_DEG and abs(longitude) <= MAX_LONGITUDE_DEG):
        raise ValueError(f"position: no place on earth: {stored!r}")
    return latitude, longitude


def _salt(controls: Mapping[str, Any]) -> str:
    salt = str(controls.get("salt", ""))
    if controls.get("rate", 0.0) and not salt:
        raise ValueError("random_control: without a salt anyone can tell which load is chosen")
    return salt


def _share(value: float) -> float:
    if not 0 <= float(value) <= 1:
        raise ValueError(f"random_control.rate: a share is between 0 and 1, not {value!r}")
    return float(value)


def _weights(stored: Mapping[str, Any]) -> Weights:
    rules = stored.get("rules", {})
    _known(frozenset(rules), NAMES)
    by_severity = stored["mismatch"]
    return Weights(
        prior=float(stored["prior"]),
        mismatch={level: float(by_severity[level.name.lower()]) for level in Severity},
        match=float(stored["match"]),
        rules={name: (float(pair[0]), float(pair[1])) for name, pair in rules.items()},
        cap=float(stored["cap"]),
        spread=float(stored["spread"]),
        loss={level: float(stored["loss"][level.name.lower()]) for level in Severity},
    )


def _budgets(stored: Mapping[str, float]) -> dict[str, float]:
    _known(frozenset(stored) - {"default"}, NAMES)
    wrong = [name for name, rate in stored.items() if not 0 < float(rate) < 1]
    if wrong:
        raise ValueError(f"budget.{wrong[0]}: a rate is between 0 and 1, not {stored[wrong[0]]!r}")
    return {name: float(rate) for name, rate in stored.items()}


def _limits(
    own: Mapping[str, Mapping[str, float]], shipped: Mapping[str, Mapping[str, float]]
) -> dict[str, dict[str, float]]:
    """The shipped limits with the policy's own in their place."""
    limits = {rule: {k: float(v) for k, v in named.items()} for rule, named in shipped.items()}
    _known(frozenset(own), limits)
    for rule, named in own.items():
        unknown = ", ".join(sorted(set(named) - set(limits[rule])))
        if unknown:
            raise ValueError(f"{rule} has no limit named {unknown}")
        limits[rule] |= {name: float(value) for name, value in named.items()}
    return limits
