"""What the rules say is read in the reader's language, in the API and in the console."""

from __future__ import annotations

import re

import pytest
from starlette.testclient import TestClient

from service.domain.reconcile.words import Language
from service.web.language import accepted
from tests.service.web.stand_ins import Site
from tests.service.web.test_inspections import judged

GERMAN = "Es liegt keine Anmeldung zum Vergleich vor."
ENGLISH = "There is no declaration to compare with."


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (None, None),
        ("", None),
        ("ja, zh", None),
        ("de", Language.GERMAN),
        ("de-AT, en;q=0.8", Language.GERMAN),
        ("en;q=0.3, fr-CA;q=0.9", Language.FRENCH),
        ("pt;q=0, es", Language.SPANISH),
        ("fr;q=nonsense, es", Language.SPANISH),
        (";;;,q=,", None),
    ],
)
def test_the_best_of_our_languages_is_taken(header: str | None, expected: Language | None) -> None:
    assert accepted(header) is expected


def test_the_api_answers_in_the_language_asked_for(api: TestClient, site: Site) -> None:
    url = judged(api, site)["url"]
    plain, german = api.get(url), api.get(url, headers={"Accept-Language": "de-DE"})
    assert ENGLISH in plain.json()["verdict"]["verdict"]["reasons"]
    assert GERMAN in german.json()["verdict"]["verdict"]["reasons"]
    assert german.headers["Content-Language"] == "de"
    french = api.get(f"{url}?language=fr", headers={"Accept-Language": "de"})
    assert french.headers["Content-Language"] == "fr"
    assert api.get(f"{url}?language=xx").status_code == 422


def test_the_console_keeps_the_language_that_a_person_chose(
    api: TestClient, officer: TestClient, site: Site
) -> None:
    page = "/inspections/" + judged(api, site)["id"]
    before = officer.get(page).text
    assert ENGLISH in before
    token = re.search(r'name="csrf" value="([^"]+)"', before)
    assert token is not None
    form = {"csrf": token[1], "language": "de", "next": page}
    answer = officer.post("/language", data=form)
    assert answer.status_code in {200, 303}
    after = officer.get(page).text
    assert GERMAN in after
    assert ENGLISH not in after
    assert "Containernummer gültig" in after


def test_another_page_cannot_change_the_language(officer: TestClient) -> None:
    answer = officer.post("/language", data={"language": "de", "next": "/"})
    assert answer.status_code == 403
