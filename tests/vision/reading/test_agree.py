"""Many views of one passage: they settle what one left open, and keep two boxes apart."""

from dataclasses import replace

from tests.builders import a_reading
from vision.findings import Alternative, Finding, Reading, Subject
from vision.reading.agree import agreed, markings, together

CODE, OTHER = "CSQU3054383", "MSKU6011672"


def view(
    text: str,
    scan: str,
    *,
    probability: float = 0.9,
    accepted: bool = False,
    others: tuple[tuple[str, float], ...] = (),
    subject: Subject = Subject.CONTAINER_CODE,
) -> Reading:
    return replace(
        a_reading(text, scan=scan, accepted=accepted, subject=subject),
        probability=probability,
        alternatives=tuple(Alternative(text=t, score=s) for t, s in others),
    )


def readings(found: tuple[Finding, ...]) -> list[Reading]:
    return [finding for finding in found if isinstance(finding, Reading)]


def test_two_views_that_were_left_open_settle_each_other() -> None:
    found = readings(agreed([view(CODE, "left.jpg"), view(CODE, "right.jpg")]))
    assert [r.accepted for r in found] == [True, True]
    assert "agreed by 2 views" in found[0].note


def test_one_picture_twice_is_one_view() -> None:
    found = readings(agreed([view(CODE, "left.jpg"), view(CODE, "left.jpg")]))
    assert [r.accepted for r in found] == [False, False]


def test_two_containers_on_a_truck_stay_two() -> None:
    given = [view(CODE, "left.jpg"), view(OTHER, "left.jpg"), view(OTHER, "right.jpg")]
    found = readings(agreed(given))
    assert [(r.text, r.accepted) for r in found] == [(CODE, False), (OTHER, True), (OTHER, True)]


def test_a_view_that_differs_keeps_its_text_and_hears_of_the_other() -> None:
    misread = "CSQU3054833"
    found = readings(
        agreed([view(CODE, "a.jpg"), view(CODE, "b.jpg"), view(misread, "c.jpg", probability=0.4)])
    )
    assert (found[2].text, found[2].accepted) == (misread, False)
    assert found[2].alternatives[0].text == CODE


def test_what_a_view_does_not_show_is_not_accepted_for_the_others_sake() -> None:
    guessed = replace(view(CODE, "b.jpg", probability=0.5), supplied=(10,))
    found = readings(agreed([view(CODE, "a.jpg"), guessed]))
    assert [r.accepted for r in found] == [True, False]


def test_no_view_outvotes_the_rest_beyond_its_cap() -> None:
    loud = view("CSQU3054833", "c.jpg", probability=0.999999)
    ranked = together(
        [view(CODE, "a.jpg", probability=0.97), view(CODE, "b.jpg", probability=0.97), loud]
    )
    assert ranked[0].text == CODE
    assert sum(option.score for option in ranked) <= 1


def test_front_and_rear_plates_settle_each_other() -> None:
    plates = [view("RK896AO", name, subject=Subject.PLATE) for name in ("front.jpg", "rear.jpg")]
    assert all(r.accepted for r in readings(agreed(plates)))


def test_a_passage_has_each_marking_once_with_its_views() -> None:
    given = [view(CODE, "a.jpg"), view(OTHER, "a.jpg"), view(CODE, "b.jpg")]
    found = markings([*given, view("RK896AO", "a.jpg", subject=Subject.PLATE)])
    told = [(marking.subject, marking.texts[0].text, marking.views) for marking in found]
    assert told == [
        (Subject.CONTAINER_CODE, CODE, 2),
        (Subject.CONTAINER_CODE, OTHER, 1),
        (Subject.PLATE, "RK896AO", 1),
    ]
