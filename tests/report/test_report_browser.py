"""The report in a real browser: it draws, sorts, turns and prints, without an error."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

NO_WEBGL = """const get = HTMLCanvasElement.prototype.getContext;
HTMLCanvasElement.prototype.getContext = function (kind, ...more) {
  return kind === "webgl" ? null : get.call(this, kind, ...more);
};"""
#: Pixels of the 3D view that something is drawn on.
DRAWN = """async () => {
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  const view = document.querySelector("canvas.scene"), copy = document.createElement("canvas");
  copy.width = view.width; copy.height = view.height;
  const pen = copy.getContext("2d");
  pen.drawImage(view, 0, 0);
  const pixels = pen.getImageData(0, 0, copy.width, copy.height).data, colors = new Set();
  let count = 0, sum = 0;
  for (let i = 0; i < pixels.length; i += 4) if (pixels[i + 3] > 0) {
    count++;
    sum += (i % 9973) * pixels[i];
    colors.add(pixels[i] >> 4 << 8 | pixels[i + 1] >> 4 << 4 | pixels[i + 2] >> 4);
  }
  return { share: count / (copy.width * copy.height), colors: colors.size, sum };
}"""
#: Controls that Tab does not come to, or that have no name.
UNREACHABLE = """() => {
  const nameless = (node) => !node.textContent.trim() && !node.getAttribute("aria-label") && !node.closest("label");
  return [...document.querySelectorAll("button, select, input, canvas, svg.chart, summary, a[href]")]
    .filter((node) => node.tabIndex < 0 || (node.matches("button, select, input") && nameless(node)))
    .map((node) => node.outerHTML.slice(0, 80));
}"""
Opener = Callable[..., Any]


@pytest.fixture
def report(finished_run: Path) -> Path:
    return finished_run / "report" / "index.html"


def column(page: Any, number: int) -> list[str]:
    return page.eval_on_selector_all(
        f"table.fibers tbody tr td:nth-child({number})", "cells => cells.map((cell) => cell.textContent)"
    )


def test_it_opens_without_an_error_and_asks_for_nothing(report: Path, open_page: Opener, screenshots: Path) -> None:
    opened = open_page(report)
    opened.page.wait_for_timeout(300)
    opened.page.screenshot(path=screenshots / "light.png", full_page=True)
    assert opened.errors == []
    assert opened.requests == []
    assert opened.page.locator("text=could not be drawn").count() == 0


@pytest.mark.parametrize(("painter", "script"), [("WebGL", ""), ("canvas", NO_WEBGL)])
def test_the_view_in_3d_draws_and_turns(painter: str, script: str, report: Path, open_page: Opener) -> None:
    page = open_page(report, script=script).page
    view = page.locator("canvas.scene")
    used = view.get_attribute("data-painter")
    if painter == "WebGL" and used != "WebGL":
        pytest.skip("this Chromium has no WebGL, not even in software")
    assert used == painter
    first = page.evaluate(DRAWN)
    assert first["share"] > 0.03
    assert first["colors"] > 20
    view.focus()
    page.keyboard.press("ArrowRight")
    assert page.evaluate(DRAWN)["sum"] != first["sum"]
    page.keyboard.press("0")
    assert page.evaluate(DRAWN) == first


def test_dragging_turns_the_view(report: Path, open_page: Opener) -> None:
    page = open_page(report).page
    box = page.locator("canvas.scene")
    box.scroll_into_view_if_needed()
    first, place = page.evaluate(DRAWN), box.bounding_box()
    page.mouse.move(place["x"] + 100, place["y"] + 100)
    page.mouse.down()
    page.mouse.move(place["x"] + 180, place["y"] + 130, steps=4)
    page.mouse.up()
    assert page.evaluate(DRAWN)["sum"] != first["sum"]


def test_a_layer_can_be_left_out_of_the_view(report: Path, open_page: Opener) -> None:
    page = open_page(report).page
    first = page.evaluate(DRAWN)
    page.get_by_label("insulator").uncheck()
    assert page.evaluate(DRAWN)["share"] < first["share"]


def test_the_table_sorts_both_ways(report: Path, finished_run: Path, open_page: Opener) -> None:
    page = open_page(report).page
    table = pd.read_parquet(finished_run / "thresholds.parquet")
    wanted = sorted(table["threshold_mA"])
    heading = page.get_by_role("button", name="threshold (mA)")
    heading.click()
    shown = [float(text.replace("−", "-")) for text in column(page, 8)]
    assert shown == pytest.approx(wanted, rel=1e-5)
    assert page.locator("th[aria-sort=ascending]").inner_text().startswith("threshold")
    heading.click()
    assert [float(text.replace("−", "-")) for text in column(page, 8)] == pytest.approx(wanted[::-1], rel=1e-5)


def test_the_table_filters_by_comparison_and_by_text(report: Path, open_page: Opener) -> None:
    page = open_page(report).page
    diameter = page.get_by_label("Filter diameter (µm)")
    diameter.fill(">6")
    assert set(column(page, 5)) == {"8.7"}
    assert page.locator(".count").inner_text() == "6 of 12 fibers"
    diameter.fill("5..6")
    assert set(column(page, 5)) == {"5.7"}
    diameter.fill("many")
    assert diameter.get_attribute("aria-invalid") == "true"
    diameter.fill("")
    page.get_by_label("Filter n_sim").fill("0_0_0_1")
    assert set(column(page, 1)) == {"0_0_0_1"}


def test_the_rows_that_are_shown_can_be_saved_as_csv(report: Path, open_page: Opener, tmp_path: Path) -> None:
    page = open_page(report).page
    page.get_by_label("Filter diameter (µm)").fill("<6")
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Save these rows as CSV").click()
    waiting.value.save_as(tmp_path / "fibers.csv")
    saved = pd.read_csv(tmp_path / "fibers.csv")
    assert saved["diameter (µm)"].tolist() == [5.7] * 6
    assert saved["threshold (mA)"].lt(0).all()


def test_an_amplitude_shows_whom_it_recruits(report: Path, finished_run: Path, open_page: Opener) -> None:
    page = open_page(report).page
    table = pd.read_parquet(finished_run / "thresholds.parquet")
    sizes = sorted(table.loc[table["nsim"] == 0, "threshold_mA"].abs())
    top = 1.06 * table["threshold_mA"].abs().max()
    middle = (sizes[2] + sizes[3]) / 2
    page.eval_on_selector(
        "#heatmap-figure input[type=range]",
        "(slider, value) => { slider.value = value; slider.dispatchEvent(new Event('input')); }",
        round(1000 * middle / top),
    )
    slid = round(1000 * middle / top) * top / 1000
    recruited = sum(size <= slid for size in sizes)
    assert 0 < recruited < len(sizes)
    assert f"{recruited} of {len(sizes)}" in page.locator("#heatmap-figure output").inner_text()
    filled = page.eval_on_selector_all(
        "#heatmap-figure circle.fiber", "dots => dots.filter((dot) => dot.style.fill !== 'none').length"
    )
    assert filled == recruited


def test_weights_belong_to_the_cuff_that_stimulates(report: Path, open_page: Opener) -> None:
    page = open_page(report).page
    assert page.evaluate("() => weightsOf(stimulus(chosen.n_sim))") == {"0": 1, "1": -1}
    other = "() => weightsOf({ sources: { cuff_index: 7, 'Purdue.json': [1, -1] } })"
    assert page.evaluate(other) == {"0": 0, "1": 0}


def test_a_fiber_clicked_in_the_table_is_marked_everywhere(report: Path, open_page: Opener) -> None:
    page = open_page(report).page
    page.locator("table.fibers tbody tr").nth(1).click()
    assert page.locator("table.fibers tr.picked").count() == 1
    assert page.locator("#section-figure circle.picked").count() == 1
    assert page.locator("#heatmap-figure circle.picked").count() == 1


def test_every_figure_has_an_alternative_text_with_its_numbers(report: Path, open_page: Opener) -> None:
    page = open_page(report).page
    texts = page.eval_on_selector_all(
        "figure [role=img]", "nodes => nodes.map((node) => node.getAttribute('aria-label'))"
    )
    assert len(texts) >= 7
    assert all(len(text) > 25 for text in texts)
    below = page.eval_on_selector_all("figure .description", "nodes => nodes.map((node) => node.textContent)")
    assert all(below)
    assert any("half recruited at" in text for text in below)


def test_everything_that_can_be_clicked_can_be_reached_by_keyboard(report: Path, open_page: Opener) -> None:
    page = open_page(report).page
    unreachable = page.evaluate(UNREACHABLE)
    assert unreachable == []
    page.get_by_role("button", name="diameter (µm)").focus()
    page.keyboard.press("Enter")
    assert page.locator("th[aria-sort=ascending]").inner_text().startswith("diameter")


def test_dark_and_light_follow_the_system_and_the_button(report: Path, open_page: Opener, screenshots: Path) -> None:
    page = open_page(report, color_scheme="dark").page
    back = "() => getComputedStyle(document.body).backgroundColor"
    dark = page.evaluate(back)
    page.screenshot(path=screenshots / "dark.png", full_page=True)
    page.locator("#theme").click()
    light = page.evaluate(back)
    assert sum(map(int, dark[4:-1].split(","))) < 120 < 600 < sum(map(int, light[4:-1].split(",")))


def test_it_prints_without_its_controls(report: Path, open_page: Opener, screenshots: Path) -> None:
    page = open_page(report, color_scheme="dark").page
    page.pdf(path=screenshots / "print.pdf", format="A4")
    page.emulate_media(media="print")
    assert not page.locator("nav").is_visible()
    assert not page.locator("#scene-figure .buttons").is_visible()
    assert page.get_by_role("button", name="threshold (mA)").is_visible()
    assert page.evaluate("() => getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"


def test_nothing_is_wider_than_a_telephone(report: Path, open_page: Opener, screenshots: Path) -> None:
    page = open_page(report).page
    page.set_viewport_size({"width": 390, "height": 800})
    page.wait_for_timeout(300)
    page.screenshot(path=screenshots / "telephone.png", full_page=True)
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 390


def test_network_activity_is_drawn(network_run: Path, open_page: Opener, screenshots: Path) -> None:
    from ascent.analysis.report import write_report

    opened = open_page(write_report(network_run))
    opened.page.screenshot(path=screenshots / "network.png", full_page=True)
    assert opened.errors == []
    assert opened.page.locator("#raster-figure path.spikes").get_attribute("d").count("M") == 3
    assert opened.page.locator("#trace-figure path.line").count() == 3
    assert opened.page.locator("#synapse-figure path.line").count() == 2


def test_a_page_moved_elsewhere_still_opens(report: Path, tmp_path: Path, open_page: Opener) -> None:
    assert open_page(Path(shutil.copy(report, tmp_path / "mailed.html"))).errors == []
