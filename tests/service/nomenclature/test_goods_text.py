"""Goods descriptions in many languages, read as headings or not read at all."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.nomenclature.calibrating import fit_logistic, lowest_threshold
from service.nomenclature.confidence import Calibration, Evidence
from service.nomenclature.description import DescriptionReader, Kind
from service.nomenclature.evaluation import (
    Case,
    calibration_error,
    measure,
    read_hard_cases,
    reliability,
    spelt_out,
    split,
)
from service.nomenclature.goods_text import (
    Abstention,
    GoodsIndex,
    GoodsMatch,
    shipped_goods_index,
)
from service.nomenclature.letters import Script, fold, plain, script_of, sound
from service.nomenclature.noise import decorate, misspell, without_accents
from service.nomenclature.trade_words import Term, shipped_terms, word_lists

words = st.text(max_size=40)


@pytest.fixture(scope="module")
def reader() -> DescriptionReader:
    return DescriptionReader(word_lists())


def match(text: str) -> GoodsMatch:
    return shipped_goods_index().match(text)


@pytest.mark.parametrize(
    ("text", "heading"),
    [
        ("40 pallets of glazed ceramic wall tiles", "6907"),
        ("DEFROSTED? NO: FROZEN BONELESS BEEF 27000 KGS", "0202"),
        ("sacs de café vert arabica", "0901"),
        ("Bodenfliesen aus Feinsteinzeug", "6907"),
        ("neumáticos usados para camión", "4012"),
        ("móveis de madeira para escritório", "9403"),
        ("pomodori pelati in barattolo", "2002"),
        ("gebruikte personenauto's", "8703"),
        ("mięso drobiowe mrożone", "0207"),
        ("anvelope uzate", "4012"),
        ("dondurulmuş tavuk eti", "0207"),
        ("шины новые грузовые", "4011"),
        ("пшениця фуражна насипом", "1001"),
        ("замразено пилешко месо", "0207"),
        ("εξαιρετικό παρθένο ελαιόλαδο", "1509"),
        ("إطارات سيارات مستعملة", "4012"),
        ("冷冻鸡腿 20吨", "0207"),
        ("中古タイヤ", "4012"),
        ("냉동 돼지고기", "0203"),
    ],
)
def test_a_plain_description_is_read_in_its_language(text: str, heading: str) -> None:
    found = match(text)
    assert found.heading == heading, found.reason
    assert found.probability > 0.5
    assert found.candidates[0].term


@pytest.mark.parametrize(
    ("text", "heading"),
    [
        ("ceramci flor tiels", "6907"),
        ("zapchasti avtomobilnye", "8708"),
        ("elaiolado", "1509"),
        ("Kuehlschraenke", "8418"),
        ("portlant cement", "2523"),
    ],
)
def test_misspelt_and_transliterated_words_find_their_heading(text: str, heading: str) -> None:
    assert match(text).candidates[0].heading == heading


@pytest.mark.parametrize(
    "text",
    [
        "PARTS",
        "General cargo",
        "1X40HC said to contain",
        "consolidated cargo as per attached list",
        "FAK 20 PALLETS 18000 KGS",
        "marchandises diverses",
        "Ersatzteile lt. Rechnung",
        "запасные части",
        "разные товары",
        "διάφορα εμπορεύματα",
        "بضائع متنوعة",
        "杂货",
        "一般貨物",
    ],
)
def test_a_description_that_names_no_goods_is_vague(text: str) -> None:
    found = match(text)
    assert (found.heading, found.abstention) == (None, Abstention.VAGUE)
    assert found.reason


@pytest.mark.parametrize("text", ["", "   ", "-", "12345", "1X40HC", "25 KG", "MSCU6639870"])
def test_a_text_without_words_is_empty(text: str) -> None:
    assert match(text).abstention is Abstention.EMPTY


@pytest.mark.parametrize("text", ["xqzt vvkkp", "blorptinium fazzle"])
def test_words_of_no_language_are_not_guessed(text: str) -> None:
    found = match(text)
    assert found.abstention in {Abstention.UNKNOWN, Abstention.UNSURE}
    assert found.heading is None


def test_what_could_be_two_headings_says_which() -> None:
    found = match("moules")
    assert {c.heading for c in found.candidates[:2]} == {"0307", "8480"}
    assert found.abstention is Abstention.UNSURE


def test_stated_codes_and_un_numbers_are_kept_apart_from_the_words() -> None:
    found = match("LITHIUM ION BATTERIES UN3480 HS CODE 8507.60")
    assert found.stated_codes == ("850760",)
    assert found.stated_un == ("3480",)
    assert found.heading == "8507"
    # A wrong code does not change what the words say.
    assert match("ceramic tiles HS code 0207").heading == "6907"


def test_a_heading_comes_with_its_goods_group() -> None:
    assert match("new car tyres").group == "tyres"


@given(words)
@settings(max_examples=60, deadline=None)
def test_any_text_gets_an_answer_or_a_reason(text: str) -> None:
    found = match(text)
    assert 0 <= found.probability <= 1
    assert found.reason
    assert (found.heading is None) == (found.abstention is not None)
    scores = [candidate.score for candidate in found.candidates]
    assert scores == sorted(scores, reverse=True)


@given(words)
def test_folding_twice_is_folding_once(word: str) -> None:
    assert fold(fold(word)) == fold(word)
    assert plain(plain(word)) == plain(word)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("bicycle", "bicycles"),
        ("ceramic", "keramik"),
        ("polyethylene", "polietilen"),
        ("chocolate", "schokolade"),
        ("plitka", "plitki"),
    ],
)
def test_plurals_and_cousins_sound_alike(one: str, other: str) -> None:
    shorter, longer = sorted((sound(one), sound(other)), key=len)
    assert sum(a != b for a, b in zip(shorter, longer, strict=False)) <= 1
    assert len(longer) - len(shorter) <= 1


@pytest.mark.parametrize(
    ("one", "other"),
    [("керамическая", "keramicheskaya"), ("Γύψος", "gypsos"), ("أرز", "ارز"), ("Łódź", "lodz")],
)
def test_letters_of_other_alphabets_fold_together(one: str, other: str) -> None:
    assert fold(one) == fold(other)


def test_tiles_and_bales_stay_two_words_in_arabic() -> None:
    assert fold("بلاط") != fold("بالات")


@pytest.mark.parametrize(
    ("text", "script"),
    [
        ("tiles", Script.LATIN),
        ("плитка", Script.CYRILLIC),
        ("πλακίδια", Script.GREEK),
        ("بلاط", Script.ARABIC),
        ("瓷砖", Script.HAN),
        ("タイル", Script.KANA),
        ("타일", Script.HANGUL),
        ("42", Script.OTHER),
    ],
)
def test_the_script_is_that_of_most_letters(text: str, script: Script) -> None:
    assert script_of(text) is script


def test_quantities_packing_and_numbers_are_no_goods(reader: DescriptionReader) -> None:
    read = reader.read("1X40HC STC 20 PLTS CERAMIC TILES 60X60 CM NET 18,500.00 KGS PO 450012")
    content = [token.text for token in read.tokens if token.kind is Kind.CONTENT]
    assert content == ["ceramic", "tiles"]


def test_a_hyphened_letter_makes_one_word(reader: DescriptionReader) -> None:
    assert [token.text for token in reader.read("t-shirts").tokens] == ["tshirts"]


def test_short_forms_are_spelt_out_beside_themselves(reader: DescriptionReader) -> None:
    texts = {token.text for token in reader.read("шины б/у").tokens}
    assert {"shiny", "byvshie", "upotreblenii"} <= texts


def test_the_split_holds_a_fifth_of_each_language_out_and_no_word_is_on_both_sides() -> None:
    kept, held = split(shipped_terms(), seed=6)
    assert len(kept) + len(held) == len(shipped_terms())
    both = {fold(t.text) for t in kept} & {fold(t.text) for t in held}
    assert both == set()
    for language in ("en", "ru", "el", "ar", "zh"):
        count = sum(term.language == language for term in held)
        total = sum(term.language == language for term in shipped_terms())
        assert 0.15 < count / total < 0.25
    assert split(shipped_terms(), seed=6)[1] == held
    assert split(shipped_terms(), seed=7)[1] != held


def test_a_small_index_finds_what_it_was_given() -> None:
    terms = (
        Term(heading="6907", language="en", text="ceramic tiles"),
        Term(heading="4011", language="en", text="new tyres"),
    )
    sure = Calibration(weights=(5.0,) + (0.0,) * 7, threshold=0.5)
    index = GoodsIndex(terms, word_lists(), sure)
    assert index.match("ceramic floor tiles").heading == "6907"
    assert index.match("tyres").candidates[0].term == "new tyres"
    assert index.match("qqqq").abstention is Abstention.UNKNOWN


def test_measure_counts_answers_abstentions_and_misses() -> None:
    terms = (Term(heading="6907", language="en", text="ceramic tiles"),)
    index = GoodsIndex(terms, word_lists(), Calibration(weights=(5.0,) + (0.0,) * 7, threshold=0.5))
    figures = measure(
        index,
        [
            Case(text="ceramic tiles", group="en", headings=frozenset({"6907"})),
            Case(text="tiles", group="en", headings=frozenset({"6905"})),
            Case(text="parts", group="en", headings=frozenset()),
        ],
    )
    assert (figures["n"], figures["top1"], figures["top5"]) == (3, 0.5, 0.5)
    assert (figures["right_when_answered"], figures["abstained_rightly"]) == (0.5, 1.0)
    assert [miss["text"] for miss in figures["misses"]] == ["tiles"]


def test_cases_are_told_by_whether_the_tables_hold_their_term() -> None:
    terms = (Term(heading="6907", language="en", text="ceramic tiles"),)
    there = Case(text="20 PLTS TILES CERAMIC", group="en", headings=frozenset({"6907"}))
    elsewhere = Case(text="ceramci tiles", group="en", headings=frozenset({"6907"}))
    none = Case(text="parts", group="en", headings=frozenset())
    assert spelt_out([there, elsewhere, none], terms, word_lists()) == ([there], [elsewhere])


def test_a_logistic_fit_gets_known_weights_back() -> None:
    rng = np.random.default_rng(3)
    rows = np.column_stack([np.ones(4000), rng.normal(size=4000)])
    chance = 1 / (1 + np.exp(-(0.5 + 2 * rows[:, 1])))
    weights = fit_logistic(rows, rng.random(4000) < chance)
    assert weights == pytest.approx([0.5, 2.0], abs=0.2)


def test_the_threshold_is_the_lowest_that_keeps_the_share_right() -> None:
    probabilities = np.array([0.9, 0.8, 0.7, 0.6])
    right = np.array([True, True, False, False])
    assert lowest_threshold(probabilities, right, share=1.0) == 0.8
    assert lowest_threshold(probabilities, right, share=0.6) == 0.7
    assert lowest_threshold(probabilities, ~right, share=0.9) == 1.0


def test_calibration_error_is_the_gap_between_said_and_was() -> None:
    assert calibration_error([(0.9, True)] * 9 + [(0.9, False)]) == pytest.approx(0.0)
    assert calibration_error([(0.9, False)] * 4) == pytest.approx(0.9)
    assert calibration_error([]) is None


def test_reliability_is_said_and_was_by_tenths() -> None:
    outcomes = [(0.95, True), (0.95, False), (0.31, False)]
    assert reliability(outcomes) == [
        {"n": 1, "said": 0.31, "was": 0.0},
        {"n": 2, "said": 0.95, "was": 0.5},
    ]


def test_more_evidence_is_never_less_probable() -> None:
    low = Evidence(score=0.3, margin=0.05, explained=0.4, complete=0.5, words=2, ambiguous=False)
    high = Evidence(score=0.9, margin=0.4, explained=1.0, complete=1.0, words=2, ambiguous=False)
    calibration = shipped_goods_index()._calibration
    assert calibration.probability(high) > calibration.probability(low)


def test_noise_is_seeded_and_keeps_most_of_the_word() -> None:
    one = [decorate("ceramic tiles", np.random.default_rng(5)) for _ in range(3)]
    assert len(set(one)) == 1
    assert misspell("abc", np.random.default_rng(1)) == "abc"
    assert without_accents("płytki ceramiczne ó") == "płytki ceramiczne o"


@pytest.mark.slow
def test_the_hard_cases_meet_their_bar() -> None:
    # Written before the tables, by the same hand; see the evaluation for what that means.
    cases = [case for case, _ in read_hard_cases(Path(__file__).parent / "hard_cases.csv")]
    figures = measure(shipped_goods_index(), cases)
    assert figures["top1"] >= 0.85
    assert figures["top5"] >= 0.95
    assert figures["abstained_rightly"] >= 0.95
