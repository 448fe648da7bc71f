"""Which vendor's export a file is, told from its headings or from the keys of its records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from sim.calibrate.extract import CalibrationError
from sim.calibrate.vendors.load import Named, by_name, own_mapping, vendors
from sim.calibrate.vendors.paths import parse_path
from sim.calibrate.vendors.records import JsonText, each_row
from sim.calibrate.vendors.table import Raw, Table, folded, open_table
from sim.calibrate.vendors.text import read_text
from sim.scenario.problems import Origin, Problem


@dataclass(frozen=True)
class Opened:
    """A file that was read as text: a table, or JSON."""

    path: Path
    table: Table | None
    json: JsonText | None

    def raw(self, named: Named) -> Raw:
        """The columns that a mapping wants. Raises CalibrationError where it is for the other layout."""
        layout = named.mapping.layout
        if self.table is not None:
            if layout == "json":
                raise self._other("CSV", f"{named.name} is a JSON export")
            return self.table.read([p for c in named.mapping.columns.values() for p in c.paths()])
        assert self.json is not None
        if layout == "csv":
            raise self._other("JSON", f"{named.name} is a CSV export")
        return self.json.read(named.mapping)

    def _other(self, is_: str, but: str) -> CalibrationError:
        return CalibrationError([Problem("", f"this file is {is_}, and {but}", "`deskplan calibrate --list-vendors`",
                                         origin=Origin(str(self.path), 1, 1))])  # fmt: skip

    def fits(self, mapping_layout: str) -> bool:
        return mapping_layout == "either" or (mapping_layout == "csv") == (self.table is not None)


def opened(path: Path) -> Opened:
    """Read a file's text; what starts with a bracket is JSON. Raises CalibrationError."""
    text, notes = read_text(path)
    if text.lstrip()[:1] in ("{", "["):
        return Opened(path, None, JsonText(str(path), text, notes))
    return Opened(path, open_table(path, text, notes), None)


def choose(file: Opened, vendor: str | None, mapping: Path | None) -> Named:
    """The planner's own mapping, the vendor asked for, or the one that the file looks like."""
    if mapping is not None and vendor is not None:
        raise CalibrationError([Problem("--vendor", "a mapping file is given as well", "one of --vendor, --mapping")])
    if mapping is not None:
        return own_mapping(mapping)
    if vendor is not None:
        return by_name(vendor)
    return recognised(file)


def recognised(file: Opened) -> Named:
    """The one mapping whose headings (or keys) are all there. Raises CalibrationError where none is, or several."""
    able = {name: named for name, named in vendors().items() if file.fits(named.mapping.layout)}
    there = _there(file, able)
    whole = [name for name, keys in there.items() if keys and len(keys) == len(able[name].mapping.recognise)]
    sets = {name: set(map(folded, able[name].mapping.recognise)) for name in whole}
    best = [name for name in whole if not any(sets[name] < sets[other] for other in whole)]
    if len(best) == 1:
        return able[best[0]]
    where = Origin(str(file.path), 1, 1)
    if best:
        wrong = f"this could be an export of {' and '.join(best)}"
        raise CalibrationError([Problem("", wrong, f"--vendor {' or --vendor '.join(best)}", origin=where)])
    wrong = f"this is no export that deskplan knows{_nearest(there)}"
    allowed = "--vendor, or a mapping file of your own (--mapping): see docs/exports.md"
    raise CalibrationError([Problem("", wrong, allowed, origin=where)])


def _there(file: Opened, able: Mapping[str, Named]) -> dict[str, list[str]]:
    """For each vendor the headings or keys, of those that mark it, that the file has."""
    if file.table is not None:
        names = file.table.names
        return {name: [h for h in v.mapping.recognise if folded(h) in names] for name, v in able.items()}
    assert file.json is not None
    sample = file.json.sample(sorted({key for v in able.values() for key in v.mapping.records}))
    return {name: _keys(sample, v) for name, v in able.items()}


def _keys(sample: Sequence[tuple[str, Mapping[str, Any]]], named: Named) -> list[str]:
    mapping = named.mapping
    mine = [r for key, r in sample if key == "" or key in mapping.records]
    rows = [dict(row) for record in mine for row in islice(each_row(record, mapping.each), 3)]
    return [path for path in mapping.recognise if any(parse_path(path).there(row) for row in rows)]


def _nearest(there: dict[str, list[str]]) -> str:
    """The vendor of which most is there, and what is missing of it."""
    share = {n: len(keys) / max(len(vendors()[n].mapping.recognise), 1) for n, keys in there.items()}
    if not share or max(share.values()) < 0.5:
        return ""
    name = max(share, key=lambda n: (share[n], n))
    missing = [k for k in vendors()[name].mapping.recognise if k not in there[name]]
    return f"; for {name} it lacks {', '.join(map(repr, missing))}"
