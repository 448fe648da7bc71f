"""report.html: complete without a network, readable by machines that read aloud, and by a browser."""

import re
from html.parser import HTMLParser

import pytest

from report.draw import charts
from report.page import page
from tests.report.accessibility import opened
from tests.report.worlds import comparison


@pytest.fixture(scope="module")
def html():
    return page(comparison(), charts(comparison()))


class Outline(HTMLParser):
    """Tags with their attributes, and whether every tag is closed."""

    VOID = frozenset(("br", "col", "hr", "img", "input", "link", "meta", "wbr"))

    def __init__(self):
        super().__init__()
        self.tags, self.open, self.text = [], [], []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)


@pytest.fixture(scope="module")
def outline(html):
    found = Outline()
    found.feed(html)
    assert found.open == []
    return found


def test_the_answer_comes_first(outline):
    said = "".join(outline.text)
    body = said[said.index("tiny, one_more, a_tool", 30) :]
    assert "tiny stays the best of 3" in body[:400]


def test_nothing_is_fetched(html, outline):
    for _tag, attrs in outline.tags:
        for name in ("src", "href", "srcset", "action", "data", "poster"):
            value = attrs.get(name) or ""
            assert not re.match(r"(?i)\s*(https?:)?//", value), value
    assert "@import" not in html
    assert not re.search(r"url\(\s*['\"]?(?!#)", html)
    assert not re.search(r"\b(fetch|XMLHttpRequest|WebSocket|sendBeacon)\b", html)


def test_every_picture_has_a_title_and_words(html, outline):
    for tag, attrs in outline.tags:
        assert tag != "img" or attrs.get("alt")
        if tag == "svg":
            assert attrs["role"] == "img"
            for part in attrs["aria-labelledby"].split():
                assert re.search(rf'id="{re.escape(part)}">[^<]{{3,}}<', html), part
    assert sum(tag == "svg" for tag, _ in outline.tags) >= 6


def test_identifiers_are_unique_and_references_lead_somewhere(html, outline):
    ids = [attrs["id"] for _, attrs in outline.tags if attrs.get("id")]
    assert len(ids) == len(set(ids))
    for target in re.findall(r'(?:href="#|url\(#)([^")]+)', html):
        assert target in ids


def test_every_kpi_shows_its_denominator(html):
    assert html.count("Denominator:") > 20


def test_what_users_wrote_is_escaped(html):
    assert "own log &lt;2026&gt;" in html
    assert "own log <2026>" not in html


def test_it_is_made_for_phones_print_and_dark_screens(html):
    assert 'name="viewport"' in html
    assert "@media print" in html
    assert "prefers-color-scheme: dark" in html
    assert "tabular-nums" in html


def test_charts_follow_the_pages_colours(html):
    drawn = "".join(re.findall(r"<svg.*?</svg>", html, re.DOTALL))
    assert "var(--ink)" in drawn
    assert "var(--s1)" in drawn
    assert "#1b1f24" not in drawn


@pytest.fixture(scope="module")
def probe(html, tmp_path_factory):
    """What a browser made of the page: errors, widths, and the order of a table after its head was pressed."""
    script = """<script>
      const drawn = [...document.querySelectorAll("figure svg")];
      const seen = { errors: window.__errors, wide: document.documentElement.scrollWidth - window.innerWidth,
        charts: drawn.filter((one) => one.getBoundingClientRect().height > 100).length };
      const table = document.querySelector("table.sortable");
      const head = table.tHead.rows[0].cells[1].querySelector("button");
      const values = () => [...table.tBodies].map((body) => [...body.rows].filter((r) => r.className !== "group")
        .map((r) => parseFloat(r.cells[1].dataset.v)));
      head.click(); seen.up = values(); head.click(); seen.down = values();
      document.title = "PROBE" + JSON.stringify(seen);
    </script></body>"""
    early = "<head><script>window.__errors = []; addEventListener('error', (e) => __errors.push(e.message));</script>"
    probed = html.replace("<head>", early, 1).replace("</body>", script, 1)
    folder = tmp_path_factory.mktemp("page")

    def open_at(width: int) -> dict:
        found = opened(probed, folder, width, "PROBE")
        assert isinstance(found, dict)
        return found

    return open_at


@pytest.mark.parametrize("width", [390, 1400])
def test_a_browser_shows_it_without_errors(probe, width):
    seen = probe(width)
    assert seen["errors"] == []
    assert seen["wide"] <= 0  # nothing makes the page scroll sideways
    assert seen["charts"] == len(charts(comparison()))  # one of the two sizes of each


def test_tables_sort_both_ways(probe):
    seen = probe(1400)
    assert len(seen["up"]) >= 3  # the parts of the comparison
    for up, down in zip(seen["up"], seen["down"], strict=True):
        known = [value for value in up if value is not None]
        assert known == sorted(known)
        assert [value for value in down if value is not None] == known[::-1]
        assert all(value is None for value in up[len(known) :] + down[len(known) :])  # no data last, both ways
