"""Weighbridge tickets as CSV and as JSON.

Accepted: one record per weighing with a plate or a container, a gross mass (or first and second
weighing, of which the larger is the gross and the smaller the tare) and either a ticket number
or a scale. Masses in kg, t or lb: by a column of units, by the heading ("Gross (t)"), else in kg.
A net mass that is not gross less tare by more than the rounding of a scale refuses its ticket.
Headings in English, German, French, Dutch, Spanish, Italian and Polish.
`status` of void or cancelled cancels, `revision` numbers the states of a ticket.
"""

from __future__ import annotations

from datetime import datetime

from service.domain.papers.measurement import MassMethod, Weighing
from service.domain.papers.paper import Function, PaperKind, Revision
from service.sources.functions import function_of
from service.sources.intake import Intake
from service.sources.records.record import Record
from service.sources.records.source import RecordSource
from service.sources.records.vocabulary import Vocabulary
from service.sources.statement import RefusedStatement

_VOCABULARY = Vocabulary(
    {
        "ticket": (
            "ticket number", "ticket no", "ticket id", "weighing number", "weigh ticket",
            "ticket nr", "Wiegeschein", "Wiegescheinnummer", "Wiegenummer", "Lieferscheinnummer",
            "bon de pesée", "numéro de pesée", "weegbon", "weegbonnummer", "número de ticket",
            "numero scontrino", "numer kwitu", "kwit wagowy",
        ),
        "scale": (
            "scale id", "weighbridge", "weighbridge id", "scale number", "Waage", "Waagennummer",
            "pont-bascule", "weegbrug", "báscula", "pesa", "waga", "id wagi",
        ),
        "plate": (
            "vehicle", "vehicle plate", "truck", "truck plate", "licence plate", "license plate",
            "registration", "vehicle registration", "plate number", "vehicle id", "tractor",
            "Kennzeichen", "Fahrzeug", "immatriculation", "plaque", "kenteken", "matrícula",
            "targa", "numer rejestracyjny",
        ),
        "trailer": (
            "trailer plate", "trailer registration", "Anhänger", "Auflieger", "remorque",
            "aanhanger", "remolque", "rimorchio", "naczepa",
        ),
        "container": (
            "container number", "container no", "container code", "container id", "Containernummer",
            "conteneur", "numéro de conteneur", "contenedor", "kontener",
        ),
        "gross": (
            "gross weight", "gross mass", "gross kg", "gross value", "Brutto", "Bruttogewicht",
            "poids brut", "brut", "bruto", "brutogewicht", "peso bruto", "peso lordo", "lordo",
            "masa brutto",
        ),
        "tare": (
            "tare weight", "tare mass", "tare value", "Tara", "Taragewicht", "Leergewicht",
            "poids à vide", "tarra", "peso tara", "masa własna",
        ),
        "net": (
            "net weight", "net mass", "net value", "Netto", "Nettogewicht", "poids net", "netto",
            "nettogewicht", "neto", "peso neto", "peso netto", "masa netto",
        ),
        "first": (
            "first weight", "weight 1", "first weighing", "Erstwägung", "première pesée",
            "eerste weging",
        ),
        "second": (
            "second weight", "weight 2", "second weighing", "Zweitwägung", "deuxième pesée",
            "tweede weging",
        ),
        "unit": ("weight unit", "mass unit", "units", "uom", "Einheit", "unité", "eenheid",
                 "unidad", "jednostka"),
        "at": ("timestamp", "date time", "datetime", "weighed at", "weighing time", "Zeitpunkt"),
        "date": (
            "weighing date", "Datum", "date de pesée", "fecha", "data", "weegdatum", "day",
        ),
        "clock": ("time", "time of day", "Uhrzeit", "heure", "tijd", "hora", "ora", "godzina"),
        "uncertainty": ("uncertainty kg", "standard uncertainty", "standard deviation"),
        "responsible": ("operator", "weigher", "weighed by", "Wäger", "peseur", "weger", "wagowy"),
        "axle": ("method", "weighing method", "scale type"),
        "status": ("ticket status", "state", "function"),
        "revision": ("version", "revision number"),
        "issued_at": ("issued", "printed at", "issue time"),
    },
    lists=frozenset({"tickets", "weighings", "weighing tickets", "records", "data", "items"}),
    grouped=frozenset({"gross", "tare", "net", "first", "second", "uncertainty"}),
)  # fmt: skip

VEHICLE_KG = (400.0, 200_000.0)
"""Between these lies what stands on a weighbridge; it decides how "24.560" is meant."""

_ROUNDING_KG = 100.0
"""Two divisions of the coarsest usual scale (50 kg, OIML R 76): gross, tare and net are each
rounded."""

_AXLE_METHODS = frozenset({"axle", "axlescale", "axle_scale", "wim", "axles"})


def _claims(fields: frozenset[str]) -> bool:
    return (
        bool(fields & {"ticket", "scale"})
        and bool(fields & {"plate", "container"})
        and bool(fields & {"gross", "first"})
    )


def _take(record: Record, intake: Intake) -> None:
    revision = Revision(
        function=function_of(record, "status"),
        number=record.count("revision"),
        issued_at=record.instant("issued_at"),
    )
    cancelled = revision.function is Function.CANCELLATION
    at = record.instant("at", date="date", clock="clock")
    weighing = None if cancelled else _weighing(record, at, intake)
    intake.take(
        weighing,
        kind=PaperKind.WEIGHBRIDGE_TICKET,
        reference=_reference(record, at),
        revision=revision,
        where=record.place,
        field_origins=record.origins(
            gross_kg="gross" if "gross" in record.cells else "first",
            tare_kg="tare" if "tare" in record.cells else "second",
            plates="plate",
            container_code="container",
            at="at" if "at" in record.cells else "date",
        ),
    )


def _weighing(record: Record, at: datetime | None, intake: Intake) -> Weighing:
    gross_kg, tare_kg = _masses(record)
    plates = record.plates("plate", "trailer")
    code = next(iter(record.equipment_codes("container")), None)
    if not plates and code is None:
        raise RefusedStatement("expected a plate or a container, found none", where=record.place)
    axle = record.text("axle").casefold().replace(" ", "").replace("-", "") in _AXLE_METHODS
    if at is None:
        intake.doubt(record.place, "a ticket without a time")
    return Weighing(
        gross_kg=gross_kg,
        method=MassMethod.AXLE_SCALE if axle else MassMethod.WEIGHBRIDGE,
        at=at,
        container_code=code,
        plates=plates,
        tare_kg=tare_kg,
        uncertainty_kg=record.number("uncertainty"),
        scale_id=record.text("scale"),
        responsible=record.text("responsible"),
    )


def _masses(record: Record) -> tuple[float, float | None]:
    """Gross and tare in kg."""
    unit = record.text("unit") or "KGM"

    def mass(name: str) -> float | None:
        return record.mass_kg(name, unit=unit, plausible=VEHICLE_KG)

    gross, tare, net = mass("gross"), mass("tare"), mass("net")
    weighings = [found for found in (mass("first"), mass("second")) if found is not None]
    if gross is None and weighings:
        gross = max(weighings)
        tare = min(weighings) if len(weighings) > 1 and tare is None else tare
    if gross is None:
        raise RefusedStatement("expected a gross mass, found none", where=record.place)
    if tare is not None and tare > gross:
        reason = f"the tare, {tare:g} kg, is more than the gross mass, {gross:g} kg"
        raise record.refusal("tare", reason)
    if tare is None and net is not None:
        tare = round(gross - net, 3)
        if tare < 0:
            raise record.refusal("net", f"{net:g} kg net is more than {gross:g} kg gross")
    elif tare is not None and net is not None and abs(gross - tare - net) > _ROUNDING_KG:
        reason = f"{net:g} kg net is not {gross:g} kg gross less {tare:g} kg tare"
        raise record.refusal("net", reason)
    return gross, tare


def _reference(record: Record, at: datetime | None) -> str:
    """Scale and ticket; without a number, what was weighed and when."""
    scale, ticket = record.text("scale"), record.text("ticket")
    if ticket:
        return f"{scale}/{ticket}" if scale else ticket
    subject = "+".join(record.plates("plate", "trailer")) or record.text("container")
    if at is None or not subject:
        raise RefusedStatement("expected a ticket number, or a time", where=record.place)
    return f"{scale}/{subject}/{at:%Y%m%dT%H%M%SZ}"


WEIGHBRIDGE = RecordSource(name="weighbridge", vocabulary=_VOCABULARY, claims=_claims, take=_take)
