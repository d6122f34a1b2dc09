"""A policy: how much each mismatch weighs and what a release needs; versioned data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from service.domain.reconcile.fusion import Weights
from service.domain.verdict import Severity
from vision.findings import Channel
from vision.scan import ScanKind

HEADING = 4
DEFAULT_BUDGET = 1 / 500


@dataclass(frozen=True, slots=True, kw_only=True)
class RadiationPolicy:
    """Limits of the radiation rules; the shipped policy says what each is for.

    Rates are compared as multiples of the background, activities as multiples of ordinary
    ground, so that no rule needs to know the detector.
    """

    weak_z: float = 21.0
    short_vehicle_m: float = 8.0
    geometry_low: float = 0.08
    geometry_high: float = 2.5
    full_load_kg: float = 5000.0
    window_s: float = 2.0
    missing_z: float = 3.0
    missing_least: float = 0.1
    background_s: float = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """`label` names it in verdicts: name, version and the first digits of its sha256.

    `norm` lists for each natural nuclide the headings, of four digits, of goods that are known
    to contain it. Each of `required_registers` must have answered, or there is no release.
    `here` are UN/LOCODEs of the site, `position` its latitude and longitude in degrees.
    Rules in `off` do not run, those in `advisory` are shown and move no verdict. `limits` are the
    numbers that rules compare with, by rule and name; `calibrated` names, of a rule, the one
    that a site sets by its own clean traffic. `budgets` are shares of clean loads that a rule may
    call mismatch; "default" holds for those that are not named. `weights` make one probability
    of all outcomes. `random_control` is the share of loads that is controlled whatever the rules
    say, chosen by their id and the `salt`. `sites` are the policies of those that have their own.
    """

    label: str
    required_sensors: tuple[ScanKind, ...]
    required_channels: tuple[Channel, ...]
    release_needs: frozenset[str]
    severities: Mapping[str, Severity]
    norm: Mapping[str, frozenset[str]]
    required_registers: tuple[str, ...] = ()
    here: frozenset[str] = frozenset()
    position: tuple[float, float] | None = None
    off: frozenset[str] = frozenset()
    advisory: frozenset[str] = frozenset()
    limits: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    calibrated: Mapping[str, str] = field(default_factory=dict)
    budgets: Mapping[str, float] = field(default_factory=dict)
    weights: Weights = field(default_factory=Weights)
    random_control: float = 0.0
    salt: str = ""
    sites: Mapping[str, Policy] = field(default_factory=dict)
    radiation: RadiationPolicy = RadiationPolicy()

    def at(self, site: str) -> Policy:
        """The policy of a site: its own, or this one."""
        return self.sites.get(site, self)

    def severity(self, rule: str) -> Severity:
        return self.severities[rule]

    def limit(self, rule: str, name: str) -> float:
        """A number that a rule compares with ("mass_on_scale", "share").

        Raises:
            KeyError: neither this policy nor the shipped one has it.
        """
        return self.limits[rule][name]

    def budget(self, rule: str) -> float:
        """The share of clean loads that the rule may call mismatch."""
        return self.budgets.get(rule, self.budgets.get("default", DEFAULT_BUDGET))

    def explains(self, nuclide: str, hs_code: str) -> bool | None:
        """Whether goods of that heading are known to contain the nuclide.

        None: the code stops before the heading, and some headings of its chapter would.
        """
        headings = self.norm.get(nuclide, frozenset())
        if len(hs_code) < HEADING and any(heading.startswith(hs_code) for heading in headings):
            return None
        return hs_code[:HEADING] in headings
