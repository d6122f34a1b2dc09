"""The console in headless Chromium, as an officer uses it, on the sample inspections.

Screenshots go to build/screenshots.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

from tests.e2e.conftest import Server
from tests.service.web import scans
from tests.service.web.stand_ins import a_declaration, a_registration, as_json

pytestmark = pytest.mark.browser
SCREENSHOTS = Path(__file__).parents[2] / "build" / "screenshots"
WIDE, TABLET = {"width": 1500, "height": 950}, {"width": 900, "height": 1200}
CHROMIUM = next(
    (
        path
        for name in ("chromium", "chromium-browser", "google-chrome")
        if (path := shutil.which(name))
    ),
    None,
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
        )
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Browser, demo: Server) -> Iterator[Page]:
    """A signed-in officer; an error of a script, or a refused resource, fails the test."""
    context = browser.new_context(viewport=WIDE, base_url=demo.url)
    opened = context.new_page()
    faults: list[str] = []
    opened.on("pageerror", lambda error: faults.append(str(error)))
    opened.on(
        "console",
        lambda message: (
            faults.append(message.text)
            if message.type == "error" and "status of 4" not in message.text
            else None
        ),
    )
    name, password = demo.login
    opened.goto("/login")
    opened.get_by_label("Name").fill(name)
    opened.get_by_label("Password").fill(password)
    opened.get_by_role("button", name="Sign in").click()
    expect(opened.get_by_role("heading", name="Queue")).to_be_visible()
    yield opened
    context.close()
    assert not faults


def shot(page: Page, name: str, *, full_page: bool = False) -> Path:
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    path = SCREENSHOTS / f"{name}.png"
    page.screenshot(path=path, full_page=full_page)
    return path


def open_case(page: Page, words: str) -> None:
    """The inspection whose row has these words, with its pictures loaded."""
    page.goto("/?view=all")
    page.locator("tr[data-href]", has_text=words).first.locator("a").click()
    wait_for_pictures(page)


def wait_for_pictures(page: Page) -> None:
    for viewer in page.locator(".viewer").all():
        expect(viewer).to_have_attribute("data-ready", "yes", timeout=15_000)


def colours(canvas: Locator, x: float, y: float) -> list[int]:
    """RGB of the pixel at these shares of the canvas."""
    found: list[int] = canvas.evaluate(
        """(canvas, [x, y]) => [...canvas.getContext("2d").getImageData(
            Math.round(x * canvas.width), Math.round(y * canvas.height), 1, 1).data].slice(0, 3)""",
        [x, y],
    )
    return found


def fingerprint(canvas: Locator) -> str:
    found: str = canvas.evaluate("canvas => canvas.toDataURL()")
    return found


def test_the_queue_at_a_glance(page: Page) -> None:
    groups = page.locator("th.group").all_inner_texts()
    assert groups == ["Hold", "Review", "Release"]
    assert page.locator("tr[data-href]").count() >= 8
    shot(page, "queue")


def test_an_inspection_at_a_glance(page: Page) -> None:
    open_case(page, "Declared empty, but the scan shows it loaded.")
    expect(page.locator(".verdict .word")).to_have_text("HOLD")
    expect(page.locator(".plot svg")).to_be_visible()
    # What the decision needs is in sight without scrolling.
    for what in (".verdict", ".row.xray canvas", "#decide", "tr.mismatch"):
        place = page.locator(what).first.bounding_box()
        assert place and place["y"] + 40 < WIDE["height"], what
    shot(page, "inspection")
    shot(page, "inspection-whole", full_page=True)


@pytest.mark.parametrize(("width", "name"), [(1280, "laptop"), (900, "tablet")])
def test_pages_fit_smaller_screens(page: Page, width: int, name: str) -> None:
    page.set_viewport_size({"width": width, "height": 1000})
    for path in ("/", "/upload", "/docs"):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
    shot(page, f"upload-{name}")
    page.goto("/")
    shot(page, f"queue-{name}")
    open_case(page, "Cs-137")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    shot(page, f"inspection-{name}", full_page=True)


def test_photographs_leave_no_gaps(page: Page) -> None:
    open_case(page, "Cs-137")
    room = page.locator(".row.photo").bounding_box()
    places = [each.bounding_box() for each in page.locator(".row.photo figure").all()]
    assert room and all(places)
    assert len({round(place["y"]) for place in places if place}) == 1
    right = max(place["x"] + place["width"] for place in places if place)
    assert right == pytest.approx(room["x"] + room["width"], abs=2)


def test_boxes_go_and_come(page: Page) -> None:
    open_case(page, "Cs-137")
    canvas = page.locator(".row.xray canvas")
    with_boxes = fingerprint(canvas)
    page.keyboard.press("b")
    without = fingerprint(canvas)
    assert without != with_boxes
    page.keyboard.press("b")
    assert fingerprint(canvas) == with_boxes
    page.locator(".row.xray").hover()
    page.locator(".row.xray").get_by_role("button", name="Boxes").click()
    assert fingerprint(canvas) == without


def test_window_and_level_change_what_is_shown(page: Page) -> None:
    open_case(page, "Cs-137")
    page.keyboard.press("b")
    canvas, said = page.locator(".row.xray canvas"), page.locator(".row.xray output")
    air = (0.02, 0.5)
    assert min(colours(canvas, *air)) > 230
    page.keyboard.press("i")
    assert max(colours(canvas, *air)) < 25
    page.keyboard.press("i")
    before = said.inner_text()
    page.get_by_role("button", name="Dense").click()
    assert said.inner_text() != before
    dense = fingerprint(canvas)
    page.keyboard.press("a")
    assert said.inner_text() == before
    assert fingerprint(canvas) != dense


def test_dragging_with_the_right_button_is_window_and_level(page: Page) -> None:
    open_case(page, "Cs-137")
    said = page.locator(".row.xray output")
    place = page.locator(".row.xray canvas").bounding_box()
    assert place
    x, y = place["x"] + place["width"] / 2, place["y"] + place["height"] / 2

    def level_and_window() -> tuple[int, int]:
        found = re.fullmatch(r"L (-?\d+)\s+W (\d+)", said.inner_text())
        assert found
        return int(found[1]), int(found[2])

    level, window = level_and_window()
    page.mouse.move(x, y)
    page.mouse.down(button="right")
    page.mouse.move(x - 100, y + 60, steps=4)
    page.mouse.up(button="right")
    after_level, after_window = level_and_window()
    assert after_window < window
    assert after_level > level


def test_16_bits_are_windowed_from_all_their_bits(page: Page, demo: Server, tmp_path: Path) -> None:
    (tmp_path / "deep.png").write_bytes(scans.a_16_bit_png(width=800, height=400))
    page.goto("/upload")
    page.set_input_files("[type=file]", tmp_path / "deep.png")
    page.get_by_role("button", name="Analyse").click()
    page.wait_for_url("**/inspections/*")
    wait_for_pictures(page)
    canvas = page.locator(".row.xray canvas")
    page.keyboard.press("b")
    left, right = (0.25, 0.75), (0.75, 0.75)  # 1,000 and 1,100 counts of 60,000
    assert abs(colours(canvas, *left)[0] - colours(canvas, *right)[0]) <= 1
    page.locator(".row.xray").evaluate(
        """row => {
            const tool = (name) => row.querySelector(`[data-do=${name}]`);
            tool("level").value = 1050;
            tool("window").value = 400;
            tool("window").dispatchEvent(new Event('input', { bubbles: true }));
        }"""
    )
    page.wait_for_timeout(200)
    assert colours(canvas, *right)[0] - colours(canvas, *left)[0] > 40


def test_the_wheel_zooms_and_a_double_click_fits(page: Page) -> None:
    open_case(page, "Cs-137")
    canvas = page.locator(".row.xray canvas")
    fitted = fingerprint(canvas)
    canvas.hover()
    page.mouse.wheel(0, -300)
    page.wait_for_timeout(100)
    zoomed = fingerprint(canvas)
    assert zoomed != fitted
    page.keyboard.press("+")
    assert fingerprint(canvas) != zoomed
    canvas.dblclick()
    page.wait_for_timeout(100)
    assert fingerprint(canvas) == fitted


def test_a_rule_shows_its_evidence(page: Page) -> None:
    open_case(page, "Declared empty, but the scan shows it loaded.")
    canvas = page.locator(".row.xray canvas")
    plain = fingerprint(canvas)
    rule = page.locator("tr.mismatch", has_text="Empty or loaded")
    rule.click()
    page.mouse.move(5, 5)
    assert fingerprint(canvas) != plain
    expect(page.locator(".row.xray figure")).to_have_class(re.compile("marked"))
    shot(page, "evidence")
    rule.click()
    page.mouse.move(5, 5)
    assert fingerprint(canvas) == plain
    rule.focus()
    page.keyboard.press("Enter")
    expect(rule).to_have_class(re.compile("marked"))


def test_a_reading_brings_its_place_close(page: Page) -> None:
    open_case(page, "Cs-137")
    figure = page.locator(".row.photo figure").first
    canvas = figure.locator("canvas")
    plain = fingerprint(canvas)
    figure.locator("button.chip").first.hover()
    hovered = fingerprint(canvas)
    assert hovered != plain
    figure.locator("button.chip").first.click()
    assert fingerprint(canvas) not in {plain, hovered}


def test_all_keys_are_listed(page: Page) -> None:
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard")).to_be_visible()
    shot(page, "keys")
    page.keyboard.press("Escape")
    expect(page.locator("#shortcuts")).not_to_be_visible()


def test_a_selected_row_stays_selected_while_the_queue_refreshes(page: Page) -> None:
    page.keyboard.press("j")
    page.keyboard.press("j")
    row = page.locator("tr.at")
    chosen = row.get_attribute("id")
    with page.expect_response(re.compile("/queue/rows")):
        pass
    page.wait_for_timeout(200)
    assert page.locator("tr.at").get_attribute("id") == chosen
    page.keyboard.press("k")
    assert row.get_attribute("id") != chosen
    page.keyboard.press("Enter")
    page.wait_for_url("**/inspections/*")


def test_files_are_uploaded_with_their_papers(page: Page, tmp_path: Path) -> None:
    good, bad = tmp_path / "side.png", tmp_path / "broken.png"
    good.write_bytes(scans.a_grey_png())
    bad.write_bytes(scans.a_grey_png()[:2000])
    (tmp_path / "left.jpg").write_bytes(scans.a_photo_jpeg())
    (tmp_path / "portal.csv").write_bytes(scans.a_passage_csv())
    (tmp_path / "papers.json").write_text(as_json(a_declaration(reference="UP-1")))
    (tmp_path / "register.json").write_text(as_json(a_registration()))
    page.goto("/upload")
    page.set_input_files(
        "[type=file]",
        [good, bad, tmp_path / "left.jpg", tmp_path / "portal.csv", tmp_path / "papers.json"],
    )
    page.set_input_files("[type=file]", tmp_path / "register.json")
    expect(page.locator("#chosen tbody tr")).to_have_count(4)
    expect(page.locator("#papers-said")).to_contain_text("Declaration UP-1: 1 container")
    page.get_by_label("Lane").fill("9")
    page.get_by_label("Kind of side.png").select_option("xray")
    page.get_by_role("button", name="Analyse").click()
    expect(page.locator("#answer")).to_contain_text("broken.png: png: damaged or cut short")
    shot(page, "upload-refused")
    expect(page.locator("#chosen tbody tr")).to_have_count(4)
    expect(page.get_by_label("Lane")).to_have_value("9")
    expect(page.get_by_label("Kind of side.png")).to_have_value("xray")
    page.get_by_label("Remove broken.png").click()
    page.get_by_role("button", name="Analyse").click()
    page.wait_for_url("**/inspections/*")
    expect(page.locator(".verdict .word")).to_have_text(
        re.compile("RELEASE|REVIEW|HOLD"), timeout=30_000
    )
    expect(page.locator(".facts")).to_contain_text("UP-1")
    expect(page.locator("figure.scan")).to_have_count(3)


def test_files_can_be_dropped(page: Page) -> None:
    page.goto("/upload")
    page.evaluate(
        """() => {
            const files = new DataTransfer();
            files.items.add(new File(["start_s,gamma\\n0,1\\n1,1\\n2,1\\n"], "dropped.csv"));
            document.dispatchEvent(new DragEvent("drop", { dataTransfer: files, bubbles: true }));
        }"""
    )
    expect(page.locator("#chosen")).to_contain_text("dropped.csv")
    page.get_by_role("button", name="Analyse").click()
    page.wait_for_url("**/inspections/*")


def test_a_wrong_declaration_is_told_before_it_is_sent(page: Page) -> None:
    page.goto("/upload")
    page.get_by_text("Papers: declaration").click()
    page.get_by_label("Declaration", exact=True).fill(
        '{"reference": "X", "containers": [{"code": "CSQU3054384"}]}'
    )
    expect(page.locator("#papers-said .wrong")).to_contain_text(
        "the check digit of CSQU3054384 would be 3"
    )


def test_an_officer_decides_by_keyboard_and_takes_it_back(page: Page, demo: Server) -> None:
    page.goto("/")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url("**/inspections/*")
    decided = page.url.rpartition("/")[2]
    page.keyboard.press("h")
    page.keyboard.press("m")
    page.keyboard.type("bay 4")
    page.keyboard.press("Control+Enter")
    page.wait_for_url(f"**?decided={decided}")
    expect(page.locator(".flash")).to_contain_text("HOLD recorded")
    assert decided not in page.url.partition("?")[0]
    wait_for_pictures(page)
    shot(page, "decided")
    page.locator(".flash").get_by_role("link", name="Undo").click()
    page.wait_for_url(f"**/inspections/{decided}#again")
    expect(page.locator(".decided").first).to_contain_text("HOLD by operator")
    page.keyboard.press("e")
    page.keyboard.press("Control+Enter")
    page.wait_for_url(f"**?decided={decided}")
    cookies = {cookie["name"]: cookie["value"] for cookie in page.context.cookies()}
    stored = httpx.get(f"{demo.url}/v1/inspections/{decided}", cookies=cookies).json()
    assert [d["outcome"] for d in stored["decisions"]] == ["hold", "examine"]


def test_releasing_against_the_advice_asks_for_a_note(page: Page) -> None:
    page.goto("/?view=hold")
    page.locator("tr[data-href] a").first.click()
    page.wait_for_url("**/inspections/*")
    page.keyboard.press("r")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("alert")).to_contain_text("to release needs a note that says why")
    expect(page.get_by_label("Release")).to_be_checked()


def test_what_is_not_there_is_a_page_for_people(page: Page) -> None:
    page.goto("/inspections/none")
    expect(page.get_by_role("heading", name="Not found")).to_be_visible()
    shot(page, "not-found")
    page.get_by_role("link", name="Back to the queue").click()
    expect(page.get_by_role("heading", name="Queue")).to_be_visible()
