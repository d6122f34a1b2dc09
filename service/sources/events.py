"""What a status or event code of a sender means for us.

Sources: UN/ECE Recommendation 24 (trade and transport status codes, numeric), ANSI X12 element
1650 (letters), DCSA event types, Regulation (EC) 515/97 article 18a(6) in its own words.
"""

from __future__ import annotations

import re

from service.domain.papers.movement import MovementEvent as Event

_RECOMMENDATION_24 = {
    "1": Event.ARRIVED, "12": Event.CUSTOMS_RELEASED, "17": Event.CUSTOMS_HELD,
    "24": Event.DEPARTED, "28": Event.STRIPPED, "29": Event.DISCHARGED, "48": Event.LOADED,
    "59": Event.DISCHARGED, "79": Event.LOADED, "93": Event.STUFFED, "94": Event.STUFFED,
}  # fmt: skip

_X12 = {
    "AE": Event.LOADED, "UV": Event.DISCHARGED, "VA": Event.ARRIVED, "VD": Event.DEPARTED,
    "I": Event.GATE_IN, "IG": Event.GATE_IN, "OA": Event.GATE_OUT, "OG": Event.GATE_OUT,
    "CT": Event.CUSTOMS_RELEASED, "PA": Event.CUSTOMS_HELD,
}  # fmt: skip

_DCSA = {
    "GTIN": Event.GATE_IN, "GTOT": Event.GATE_OUT, "LOAD": Event.LOADED, "DISC": Event.DISCHARGED,
    "STUF": Event.STUFFED, "STRP": Event.STRIPPED, "ARRI": Event.ARRIVED, "DEPA": Event.DEPARTED,
}  # fmt: skip

_WORDS = {
    "gatein": Event.GATE_IN, "ingate": Event.GATE_IN, "gatedin": Event.GATE_IN,
    "gateout": Event.GATE_OUT, "outgate": Event.GATE_OUT, "gatedout": Event.GATE_OUT,
    "loaded": Event.LOADED, "loading": Event.LOADED, "load": Event.LOADED,
    "loadedonvessel": Event.LOADED, "discharged": Event.DISCHARGED, "discharge": Event.DISCHARGED,
    "unloading": Event.DISCHARGED, "unloaded": Event.DISCHARGED,
    "dischargedfromvessel": Event.DISCHARGED, "restow": Event.RESTOWED,
    "restowed": Event.RESTOWED, "arrival": Event.ARRIVED, "arrived": Event.ARRIVED,
    "departure": Event.DEPARTED, "departed": Event.DEPARTED, "stuffing": Event.STUFFED,
    "stuffed": Event.STUFFED, "stripping": Event.STRIPPED, "stripped": Event.STRIPPED,
    "customshold": Event.CUSTOMS_HELD, "customsheld": Event.CUSTOMS_HELD,
    "customsrelease": Event.CUSTOMS_RELEASED, "customsreleased": Event.CUSTOMS_RELEASED,
}  # fmt: skip


def event_of_code(code: str) -> Event:
    """OTHER for a code that is in none of the lists."""
    code = code.strip().upper()
    for table in (_RECOMMENDATION_24, _X12, _DCSA):
        if code in table:
            return table[code]
    return Event.OTHER


def event_of_words(text: str) -> Event:
    """A code or a plain name, however it is spaced: "Gate In", "gate_in", "GTIN"."""
    return _WORDS.get(re.sub(r"[^a-z]", "", text.lower())) or event_of_code(text)
