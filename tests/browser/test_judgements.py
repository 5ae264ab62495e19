"""Pairwise judgements on the map of the shipped data: what is judged, what follows, what is applied."""

import itertools
import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_map_page import DESKTOP, PHONE
from tests.reference_scores import CAHAYA_BARU_ID

# Whole ratios, so that every pair has its exact place on Saaty's scale.
RATIOS = {"huni": 6, "usaha": 3, "berkembang": 2, "lingkungan": 1}
OWN_SCORE = CAHAYA_BARU_ID


def opened(visit, address: str, query: str = "", size: tuple[int, int] = DESKTOP):
    seen = visit(f"{address}/map{query}", width=size[0], height=size[1])
    seen.page.locator("#weights > summary").click()
    seen.page.locator("#judge-opener").click()
    expect(seen.page.locator("#judge")).to_be_visible()
    return seen


def judge(page: Page, *positions: int) -> None:
    """Put the pairs in their order at -8 (the left is absolutely more) to 8 (the right is)."""
    pairs = page.locator(".judge-pairs input")
    for i, position in enumerate(positions):
        pairs.nth(i).fill(str(position))
    expect(page.locator("#judge[data-state=settled]")).to_have_count(1)


def judge_by_ratios(page: Page) -> None:
    # Of 3 against 2 the scale has no place; that pair stays open and is implied by the rest.
    pairs = list(itertools.combinations(RATIOS.values(), 2))
    for i, (first, second) in enumerate(pairs):
        if first % second == 0:
            page.locator(".judge-pairs input").nth(i).fill(str(1 - first // second))


def shown_weights(page: Page) -> list[str]:
    return page.locator(".judge-weights b").all_inner_texts()


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_consistent_judgements_give_their_ratios_and_move_map_and_ranking(address, visit, size):
    seen = opened(visit, address, size=size)
    page = seen.page
    judge_by_ratios(page)
    expect(page.locator(".judge-verdict")).to_have_text(
        "Rasio konsistensi 0,000dapat diterima (paling besar 0,10)"
    )
    assert shown_weights(page) == ["50,0%", "25,0%", "16,7%", "8,3%"]
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
    assert page.locator("#judge").evaluate("e => e.scrollWidth - e.clientWidth") <= 0
    page.get_by_role("button", name="Pakai bobot ini").click()
    expect(page.locator("#judge")).to_be_hidden()
    for item, share in zip(RATIOS, ("50,0%", "25,0%", "16,7%", "8,3%"), strict=True):
        expect(page.locator(f"output[for=w-dimension-{item}]")).to_have_text(share)
    expect(page.locator("tr[data-zone=cahaya-baru] .score")).not_to_have_text(OWN_SCORE)
    expect(page).to_have_url(re.compile(r"#w=.*huni-50\*"))
    assert seen.trouble == []


def test_an_open_pair_says_what_the_others_imply(address, visit):
    seen = opened(visit, address)
    judge_by_ratios(seen.page)
    expect(seen.page.locator(".judge-pairs li.is-open .judge-said")).to_have_text(
        "Belum dinilai; menurut yang lain “Layak usaha sedikit lebih penting daripada layak "
        "berkembang (2)”"
    )
    assert seen.trouble == []


def test_too_few_judgements_ask_nothing_and_say_what_lacks(address, visit):
    seen = opened(visit, address)
    expect(seen.page.locator(".judge-verdict")).to_contain_text("paling sedikit 3 pasangan lagi")
    seen.page.locator(".judge-pairs input").first.fill("-2")
    expect(seen.page.locator(".judge-verdict")).to_contain_text("paling sedikit 2 pasangan lagi")
    expect(seen.page.get_by_role("button", name="Pakai bobot ini")).to_be_disabled()
    assert not [asked for asked in seen.requests if "/judgements?" in asked]
    # Three judgements in a star cannot disagree, and nobody should take that for agreement.
    judge(seen.page, -2, -2, -2)
    expect(seen.page.locator(".judge-verdict")).to_contain_text("terlalu sedikit")
    assert seen.trouble == []


def test_a_circle_is_shown_and_mended_by_what_agrees_better(address, visit):
    seen = opened(visit, address, "?lang=en")
    page = seen.page
    page.get_by_label("What is compared").select_option(label="Criteria: Liveable")
    judge(page, -2, 4, -2)
    verdict = page.locator(".judge-verdict")
    expect(verdict).to_contain_text("too high (at most 0.10)")
    expect(page.locator(".judge-pairs li.is-harmful")).to_have_count(1)
    expect(verdict).to_contain_text(
        "Furthest from the other judgements: Basic services of the desa (IKS): moderately more important than "
        "households with improved drinking water (3)"
    )
    verdict.get_by_role("button", name="Change it so").click()
    expect(page.locator(".judge-pairs input").first).to_be_focused()
    # The others imply 1/15, which is beyond the scale: its end is as near as it goes.
    expect(page.locator(".judge-pairs input").first).to_have_value("8")
    expect(verdict).to_contain_text("acceptable")
    page.get_by_role("button", name="Use these weights").click()
    expect(page.locator("output[for=w-criterion-sanitasi]")).not_to_have_text("")
    expect(page.locator(".weights-state")).to_have_text(
        "You are using weights or a method of your own."
    )
    assert seen.trouble == []


def test_the_newest_judgements_are_the_ones_that_are_answered(address, visit):
    seen = opened(visit, address)
    page = seen.page
    page.get_by_label("Yang dibandingkan").select_option("usaha")
    for position in (*range(-8, 9), -3):
        page.locator(".judge-pairs input").fill(str(position))
    expect(page.locator(".judge-weights b").first).to_have_text("80,0%")
    assert shown_weights(page) == ["80,0%", "20,0%"]
    assert seen.trouble == []


def test_the_keyboard_alone_judges_applies_and_comes_back(address, visit):
    seen = visit(f"{address}/map")
    page = seen.page
    page.locator("#weights > summary").press("Enter")
    page.locator("#judge-opener").press("Enter")
    expect(page.get_by_label("Yang dibandingkan")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#judge")).to_be_hidden()
    expect(page.locator("#judge-opener")).to_be_focused()
    page.keyboard.press("Enter")
    first = page.get_by_label("Layak huni dibanding layak usaha", exact=True)
    # From the choice through the scrolling list to the first pair.
    for _ in range(3):
        if first.evaluate("e => e === document.activeElement"):
            break
        page.keyboard.press("Tab")
    expect(first).to_be_focused()
    expect(first).to_have_attribute("aria-valuetext", "Belum dinilai")
    page.keyboard.press("Enter")
    expect(first).to_have_attribute(
        "aria-valuetext", "Layak huni sama penting dengan layak usaha (1)"
    )
    for _ in range(2):
        for key in ("Tab", "Tab", "ArrowLeft"):
            page.keyboard.press(key)
    apply = page.get_by_role("button", name="Pakai bobot ini")
    expect(apply).to_be_enabled()
    apply.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#judge-opener")).to_be_focused()
    expect(page.locator("output[for=w-dimension-huni]")).to_have_text("33,3%")
    expect(page.locator("output[for=w-dimension-lingkungan]")).to_have_text("16,7%")
    assert seen.trouble == []


def test_a_pair_is_judged_equal_by_its_button_and_cleared_again(address, visit):
    seen = opened(visit, address)
    row = seen.page.locator(".judge-pairs li").first
    row.get_by_role("button").click()
    expect(row).not_to_have_class(re.compile("is-open"))
    expect(row).to_contain_text("sama penting dengan")
    row.get_by_role("button").click()
    expect(row).to_have_class(re.compile("is-open"))
    # A click into the middle, where the pair already stands, judges as well.
    row.locator("input").click()
    expect(row).to_contain_text("sama penting dengan")
    seen.page.get_by_role("button", name="Tutup", exact=True).click()
    seen.page.locator("#judge-opener").click()
    expect(seen.page.locator(".judge-pairs li").first).to_contain_text("sama penting dengan")
    assert seen.trouble == []


def test_a_refusal_of_the_service_is_shown_in_its_words(address, visit):
    seen = opened(visit, address)
    page = seen.page
    # Beyond the scale: what a page of another edition might ask for.
    page.locator(".judge-pairs input").first.evaluate("e => { e.min = -20; }")
    page.locator(".judge-pairs input").first.fill("-11")
    page.locator(".judge-pairs input").nth(1).fill("-2")
    page.locator(".judge-pairs input").nth(2).fill("-2")
    expect(page.locator(".judge-reason")).to_contain_text("skala Saaty berjalan dari 1/9 sampai 9")
    expect(page.get_by_role("button", name="Pakai bobot ini")).to_be_disabled()
    judge(page, -2)
    expect(page.get_by_role("button", name="Pakai bobot ini")).to_be_enabled()
    assert all("422" in one for one in seen.trouble)
