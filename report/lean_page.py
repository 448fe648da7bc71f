"""report.html of a command without a comparison: the answer, what was found, and sections of charts and tables."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from report.extra import Extra, html
from report.page import asset, figure_section


def lean_page(title: str, answer: str, found: Sequence[str], basis: str, sections: Sequence[Extra]) -> str:
    """The whole page; it looks as that of a comparison does, and needs no network."""
    said = "".join(f"<li>{escape(text)}</li>" for text in found)
    links = "".join(f'<a href="#{section.key}">{escape(section.title)}</a>' for section in sections)
    head = (
        f'<header><h1>{escape(title)}</h1>\n<p class="answer">{escape(answer)}</p>\n'
        + (f'<ul class="found">{said}</ul>\n' if said else "")
        + f'<p class="meta">{escape(basis)}</p>\n<nav aria-label="Contents">{links}</nav></header>'
    )
    body = "\n".join(
        [head, *(html(s, "".join(figure_section(chart, level=3) for chart in s.charts)) for s in sections)]
    )  # fmt: skip
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>deskplan: {escape(title)}</title>\n<style>\n{asset('page.css')}</style>\n</head>\n"
        f"<body>\n<main>\n{body}\n</main>\n<script>\n{asset('page.js')}</script>\n</body>\n</html>\n"
    )
