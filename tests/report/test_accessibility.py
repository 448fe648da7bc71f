"""Everybody can read the page: axe finds nothing serious, and a page made worse is found out."""

import pytest

from report.draw import charts
from report.page import page
from tests.report.accessibility import SERIOUS, audited
from tests.report.worlds import comparison


@pytest.fixture(scope="module")
def html():
    return page(comparison(), charts(comparison()))


@pytest.mark.parametrize(("width", "dark"), [(1400, False), (1400, True), (390, False)])
def test_nothing_serious_is_found(html, tmp_path, width, dark):
    *found, passed = audited(html, tmp_path / "audit", width, dark)
    assert [one for one in found if one["impact"] in SERIOUS] == []
    for rule in ("color-contrast", "document-title", "html-has-lang", "svg-img-alt", "button-name", "heading-order"):
        assert rule in passed["rules"], rule  # it was looked at


def test_a_page_made_worse_is_found_out(html, tmp_path):
    worse = html.replace('lang="en"', "").replace("--muted: #5c636b", "--muted: #cccccc")
    found = {one["id"] for one in audited(worse, tmp_path / "audit", 1400)}
    assert {"html-has-lang", "color-contrast"} <= found
