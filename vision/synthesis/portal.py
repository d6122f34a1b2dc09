"""A vehicle drives through a portal: expected counts of every panel, then Poisson counts.

Coordinates: x along the lane (m, the portal's plane is 0), y across (0 in the middle), z up. A
place on the vehicle is its distance from the front, `along_m`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from vision.scan import ENERGY_WINDOWS_KEV, CountSeries, window_counts
from vision.synthesis import gamma_transport as transport
from vision.synthesis.gamma_transport import GRID_KEV, STEP_KEV

Array = npt.NDArray[np.float64]

CHANNELS = 500
CHANNEL_EDGES_KEV: Array = np.linspace(0.0, GRID_KEV.size * STEP_KEV, CHANNELS + 1)
FINE_STEP_M = 0.1
# Density of air 1.2e-3 g/cm3 (NIST), at the middle of the spectrum.
AIR_PER_M = 0.0095


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """One gamma panel on a pillar at `y_m`, its centre at height `z_m`."""

    name: str
    y_m: float
    z_m: float
    area_cm2: float = 413.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Portal:
    """Panels, their detector, and what they count with nobody there.

    `neutron_area_cm2`: both banks in the pillars, as the area of a detector that counts every
    neutron; 1000 cm2 make 2.5 counts/s per nanogram of Cf-252 at 2 m and bank, what portals are
    usually asked for.
    """

    detector: str
    panels: tuple[Panel, ...]
    background_cps: float
    neutron_background_cps: float = 2.0
    neutron_area_cm2: float = 1000.0


def spectroscopic(*, detector: str = "NaI", half_width_m: float = 2.5) -> Portal:
    """Four panels in two pillars, one 4 x 4 x 16 inch crystal (or slab) each."""
    area = 413.0 if detector != "plastic" else 2400.0
    panels = tuple(
        Panel(name=f"{side}{row}", y_m=sign * half_width_m, z_m=height, area_cm2=area)
        for side, sign in (("A", -1.0), ("B", 1.0))
        for row, height in ((1, 0.9), (2, 2.4))
    )
    return Portal(
        detector=detector,
        panels=panels,
        background_cps=3600.0 if detector != "plastic" else 6000.0,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """Natural goods spread from `start_m` to `end_m` behind the front of the vehicle.

    `activity_bq_g` by nuclide; `heavy`: iron part of the medium; `fill`: how much of the
    cargo's side it covers.
    """

    activity_bq_g: tuple[tuple[str, float], ...]
    start_m: float
    end_m: float
    heavy: float = 0.05
    fill: float = 1.0
    unevenness: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class PointSource:
    """A source of `activity_bq` in the vehicle, behind iron and lead."""

    nuclide: str
    activity_bq: float
    along_m: float
    y_m: float = 0.0
    z_m: float = 1.6
    iron_g_cm2: float = 0.0
    lead_g_cm2: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class NeutronSource:
    """Fission neutrons per second; `along_m` as for gamma sources."""

    neutrons_per_s: float
    along_m: float
    y_m: float = 0.0
    z_m: float = 1.6


@dataclass(frozen=True, slots=True, kw_only=True)
class Vehicle:
    """`segments`: (start_m, end_m, how dense from 0 to 1) of cab, gap and load.

    `shadow` is the part of the background that it takes away when it fills the portal, and
    `shadow_tilt` how much more of it at low energies than at high ones. `iron`: how much metal
    it carries, for the neutrons that cosmic rays free in it (ship effect).
    """

    length_m: float
    speed_m_s: float
    segments: tuple[tuple[float, float, float], ...]
    shadow: float = 0.15
    shadow_tilt: float = 0.0
    iron: float = 0.0
    acceleration_m_s2: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Weather:
    """`radon`: washed-out radon progeny now, as a multiple of the dry background; `radon_slope`
    and `drift_slope`: changes per second of it and of everything.
    """

    radon: float = 0.0
    radon_slope: float = 0.0
    drift_slope: float = 0.0
    gain: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """Everything that decides the expected counts of one passage."""

    portal: Portal
    vehicle: Vehicle
    weather: Weather = Weather()
    loads: tuple[Load, ...] = ()
    points: tuple[PointSource, ...] = ()
    neutrons: tuple[NeutronSource, ...] = ()
    before_s: float = 90.0
    after_s: float = 5.0
    sample_s: float = 0.25
    rest_sample_s: float = 5.0


def sample_times(scene: Scene) -> tuple[Array, Array, npt.NDArray[np.bool_]]:
    """(T,) start, (T,) duration and (T,) occupied: long samples at rest, short ones near it.

    Time 0 is the first sample; the vehicle's front passes the portal's plane at `before_s`.
    """
    near = 2.0
    rest = np.arange(0.0, scene.before_s - near - 1e-9, scene.rest_sample_s)
    rest_length = np.diff(np.append(rest, scene.before_s - near))
    inside = _duration(scene.vehicle)
    short = np.arange(scene.before_s - near, scene.before_s + inside + near, scene.sample_s)
    last = short[-1] + scene.sample_s
    tail = np.arange(last, last + max(0.0, scene.after_s - near), 1.0)
    start = np.concatenate([rest, short, tail])
    length = np.concatenate([rest_length, np.full(short.size, scene.sample_s), np.ones(tail.size)])
    middle = start + length / 2
    occupied = (middle >= scene.before_s) & (middle < scene.before_s + inside)
    return start, length, occupied


def _duration(vehicle: Vehicle) -> float:
    a, v, length = vehicle.acceleration_m_s2, vehicle.speed_m_s, vehicle.length_m
    if abs(a) < 1e-9:
        return length / v
    return float((-v + np.sqrt(max(v * v + 2 * a * length, (0.3 * v) ** 2))) / a)


def _progress(vehicle: Vehicle, since_s: Array) -> Array:
    """Metres that the front has gone beyond the portal's plane."""
    moving = since_s.clip(0, _duration(vehicle))
    gone = vehicle.speed_m_s * moving + vehicle.acceleration_m_s2 * moving**2 / 2
    return np.asarray(gone + vehicle.speed_m_s * (since_s - moving))


def point_view(portal: Portal, x_m: Array, *, y_m: float, z_m: float) -> Array:
    """(P, T) cm2/cm2: part of a point's emission that meets each panel's face, air included."""
    views = []
    for panel in portal.panels:
        across = abs(panel.y_m - y_m)
        distance = np.sqrt(x_m**2 + across**2 + (panel.z_m - z_m) ** 2)
        facing = panel.area_cm2 * across / distance
        views.append(facing / (4 * np.pi * (100 * distance) ** 2) * np.exp(-AIR_PER_M * distance))
    return np.array(views)


@lru_cache(maxsize=64)
def _face_kernel(half_width_m: float, panel_z_m: float) -> tuple[Array, Array]:
    """(X,) offsets and (X,) steradians, cosine-weighted, per metre of a load's side."""
    x = np.arange(-25.0, 25.0 + FINE_STEP_M / 2, FINE_STEP_M)
    gap = half_width_m - 1.2
    z = np.arange(1.3, 3.6, 0.1)
    square = x[:, None] ** 2 + (z[None] - panel_z_m) ** 2 + gap**2
    return x, (gap**2 / square**2).sum(axis=1) * 0.1


def load_view(portal: Portal, load: Load, front_m: Array) -> Array:
    """(P, T) cm2 sr: what each panel sees of a spread load when the front is at `front_m`."""
    along = np.arange(load.start_m + FINE_STEP_M / 2, load.end_m, FINE_STEP_M)
    where = np.linspace(0, 2 * np.pi, along.size)
    density = load.fill * (1 + load.unevenness * np.sin(2 * where + 0.7))
    views = []
    for panel in portal.panels:
        x, kernel = _face_kernel(abs(panel.y_m), panel.z_m)
        steradians = np.convolve(density, kernel, mode="full") * FINE_STEP_M
        # Index k of the full convolution is the load's start plus x[0] plus k steps.
        at = load.start_m + FINE_STEP_M / 2 + x[0] + FINE_STEP_M * np.arange(steradians.size)
        views.append(panel.area_cm2 * np.interp(front_m, at, steradians, left=0, right=0))
    return np.array(views)


def _shadow(vehicle: Vehicle, front_m: Array) -> Array:
    """(T,) part of the background that is shielded."""
    # Background comes from tens of metres of ground; half of it from within some three.
    x = np.linspace(-12.0, 12.0, 241)
    kernel = 1 / (1 + (x / 2.2) ** 2) ** 1.5
    kernel /= kernel.sum()
    at = front_m[:, None] + x[None]
    density = np.zeros(at.shape)
    for start, end, dense in vehicle.segments:
        density = np.where((at >= start) & (at < end), dense, density)
    return np.asarray(vehicle.shadow * (density @ kernel))


@lru_cache(maxsize=2048)
def component(
    kind: str, detector: str, name: str, heavy: float, shield: tuple[float, float]
) -> Array:
    """(G,) counts per unit of view, from the physics; cached, as scenes share them."""
    if kind == "background":
        return transport.natural_background(detector)
    if kind == "radon":
        counts = transport.counts_of(transport.from_load("Ra-226", 0.1), detector)
        return np.asarray(counts / counts.sum())
    if kind == "load":
        return transport.counts_of(transport.from_load(name, heavy), detector)
    photons = transport.from_point(name, iron_g_cm2=shield[0], lead_g_cm2=shield[1])
    return transport.counts_of(photons, detector)


def _channels(fine: Array, gain: float) -> Array:
    """(N,) counts in the file's channels of (G,) counts, with the gain off by `gain`."""
    edges = np.arange(GRID_KEV.size + 1) * STEP_KEV * gain
    sums = np.concatenate([[0.0], np.cumsum(fine)])
    return np.diff(np.interp(CHANNEL_EDGES_KEV, edges, sums))


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """Expected counts: (T, N) by channel, (P, T) part of each panel, (T,) neutrons."""

    start_s: Array
    duration_s: Array
    occupied: npt.NDArray[np.bool_]
    channels: Array
    panel_share: Array
    neutron: Array


def expect(scene: Scene) -> Expected:
    """What an endless number of equal passages would count on average."""
    start, length, occupied = sample_times(scene)
    portal, weather = scene.portal, scene.weather
    since = start + length / 2 - scene.before_s
    front = _progress(scene.vehicle, since)
    shadow = _shadow(scene.vehicle, front)
    radon = weather.radon + weather.radon_slope * since
    rates: list[tuple[Array, Array]] = []
    areas = np.array([panel.area_cm2 for panel in portal.panels])
    panels = np.zeros((len(portal.panels), since.size))
    behind = portal.background_cps * (1 + weather.drift_slope * since)
    energies = (CHANNEL_EDGES_KEV[1:] + CHANNEL_EDGES_KEV[:-1]) / 2
    tilt = -scene.vehicle.shadow_tilt * np.tanh(np.log(energies / 300.0) / 1.5)
    ground = _channels(_part(portal, "background"), weather.gain)
    fallout = _channels(_part(portal, "radon"), weather.gain)
    spectrum = ground[None] + radon.clip(0)[:, None] * fallout[None]
    shielded = 1 - shadow[:, None] * (1 + tilt[None])
    channels = behind[:, None] * spectrum * shielded
    panels += channels.sum(axis=1)[None] * (areas / areas.sum())[:, None]
    for load in scene.loads:
        view = load_view(portal, load, front)
        for nuclide, activity in load.activity_bq_g:
            fine = component("load", portal.detector, nuclide, load.heavy, (0, 0)) * activity
            rates.append((view, fine))
    for source in scene.points:
        view = point_view(portal, source.along_m - front, y_m=source.y_m, z_m=source.z_m)
        shield = (source.iron_g_cm2, source.lead_g_cm2)
        fine = component("point", portal.detector, source.nuclide, 0.0, shield)
        rates.append((view * source.activity_bq, fine))
    for view, fine in rates:
        own = _channels(fine, weather.gain)
        channels += view.sum(axis=0)[:, None] * own[None]
        panels += view * own.sum()
    return Expected(
        start_s=start,
        duration_s=length,
        occupied=occupied,
        channels=channels * length[:, None],
        panel_share=panels / panels.sum(axis=0),
        neutron=_neutrons(scene, front, shadow) * length,
    )


def _part(portal: Portal, kind: str) -> Array:
    return component(kind, portal.detector, "", 0.0, (0.0, 0.0))


def _neutrons(scene: Scene, front: Array, shadow: Array) -> Array:
    """(T,) per second; bursts come on top in `draw`."""
    rate = scene.portal.neutron_background_cps * (1 - 0.5 * shadow)
    for source in scene.neutrons:
        x = source.along_m - front
        for sign in (-1, 1):
            across = abs(sign * abs(scene.portal.panels[0].y_m) - source.y_m)
            square = 1e4 * (x**2 + across**2 + (source.z_m - 1.7) ** 2)
            facing = across / np.sqrt(square / 1e4)
            rate = rate + source.neutrons_per_s * (
                scene.portal.neutron_area_cm2 / 2 * facing / (4 * np.pi * square)
            )
    return rate


def draw(scene: Scene, rng: np.random.Generator) -> CountSeries:
    """One passage: Poisson counts, and the bursts of the ship effect."""
    expected = expect(scene)
    channels = rng.poisson(expected.channels).astype(np.float32)
    gamma = channels.sum(axis=1).astype(np.float64)
    panels = np.array(
        [
            rng.multinomial(int(total), share)
            for total, share in zip(gamma, expected.panel_share.T, strict=True)
        ],
        dtype=np.float64,
    ).T
    neutron = rng.poisson(expected.neutron).astype(np.float64)
    neutron += _bursts(scene, expected, rng)
    return CountSeries(
        start_s=expected.start_s,
        duration_s=expected.duration_s,
        gamma=gamma,
        neutron=neutron,
        occupied=expected.occupied,
        panels=tuple(panel.name for panel in scene.portal.panels),
        panel_gamma=panels,
        window_edges_kev=ENERGY_WINDOWS_KEV,
        windows=window_counts(channels, CHANNEL_EDGES_KEV).T,
        channel_edges_kev=CHANNEL_EDGES_KEV,
        channels=channels,
        speed_m_s=scene.vehicle.speed_m_s,
    )


def _bursts(scene: Scene, expected: Expected, rng: np.random.Generator) -> Array:
    """Cosmic rays free several neutrons at once in heavy metal; they come in one sample."""
    per_s = 0.002 + scene.vehicle.iron * 0.12 * expected.occupied
    events = rng.poisson(per_s * expected.duration_s)
    bursts = np.zeros(events.size)
    for index in np.flatnonzero(events):
        bursts[index] = rng.geometric(0.35, size=events[index]).sum()
    return bursts


def add(series: Sequence[CountSeries]) -> CountSeries:
    """Several passages of one portal, one after the other, as a daily file holds them."""
    starts, now = [], 0.0
    for one in series:
        starts.append(one.start_s + now)
        now += float(one.start_s[-1] + one.duration_s[-1])

    def joined(name: str, axis: int) -> npt.NDArray[np.float64]:
        return np.concatenate([getattr(one, name) for one in series], axis=axis)

    first = series[0]
    return CountSeries(
        start_s=np.concatenate(starts),
        duration_s=joined("duration_s", 0),
        gamma=joined("gamma", 0),
        neutron=joined("neutron", 0),
        occupied=np.concatenate([one.occupied for one in series if one.occupied is not None]),
        panels=first.panels,
        panel_gamma=joined("panel_gamma", 1),
        window_edges_kev=first.window_edges_kev,
        windows=joined("windows", 1),
        channel_edges_kev=first.channel_edges_kev,
        channels=joined("channels", 0).astype(np.float32),
        speed_m_s=None,
    )
