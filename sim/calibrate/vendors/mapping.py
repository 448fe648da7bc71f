"""What a mapping file may say: which heading becomes which column of the canonical log, and by which rule.

A mapping is data. The reader in `convert` knows no vendor; whatever sets one export apart from another stands here.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AliasChoices, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

Unit = Literal["s", "ms", "min", "h"]
SECONDS: dict[str, float] = {"s": 1.0, "ms": 0.001, "min": 60.0, "h": 3600.0}
Kind = Literal["text", "time", "duration", "number"]
Take = Literal["first", "last", "min", "max", "sum", "count"]
SOURCES = ("from", "sum", "const", "between", "plus")


def _listed(value: Any) -> Any:
    return value if isinstance(value, list) else [value]


def _texts(value: Any) -> Any:
    """Texts, whatever YAML took them for: `1`, `true`."""
    return [str(v).lower() if isinstance(v, bool) else str(v) if isinstance(v, int | float) else v
            for v in _listed(value)]  # fmt: skip


Texts = Annotated[list[str], BeforeValidator(_texts)]


class Strict(BaseModel):
    """Unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Test(Strict):
    """A condition on one column."""

    __test__ = False  # not a test for pytest

    any_of: Texts | None = None
    """The value is one of these (upper and lower case alike)."""
    has: Texts | None = None
    """One of these is a word of the value (tags)."""
    filled: bool | None = None
    above: float | None = None
    at_most: float | None = None


def _test(value: Any) -> Any:
    return value if isinstance(value, dict | Test) else {"any_of": value}


When = dict[str, Annotated[Test, BeforeValidator(_test)]]
"""Column -> condition; all must hold. A bare value or list means one of these."""


class Column(Strict):
    """Where one column comes from. Exactly one of from, sum, const, between, plus."""

    from_: Texts | None = Field(None, validation_alias=AliasChoices("from", "from_"), serialization_alias="from")
    """A heading or dotted path; of several the first that the file has (JSON: that the record has)."""
    sum: Texts | None = None
    """Headings or paths whose durations or numbers are added; missing ones count as none."""
    const: str | None = None
    between: tuple[str, str] | None = None
    """Two columns of times: seconds from the first to the second."""
    plus: tuple[str, str] | None = None
    """A column of times and one of durations: the time after it."""
    take: Take = "first"
    """Which value, where a path leads to several."""
    split: tuple[str, int] | None = None
    """Cut the text at this mark and take the part with this number, from 0."""
    is_: Kind = Field("text", validation_alias=AliasChoices("is", "is_"), serialization_alias="is")
    """Of helper columns: what they hold. Those of the canonical log are what they are."""
    unit: Unit = "s"
    """Of plain numbers; H:MM:SS is read wherever it stands."""
    clock: Literal["h:mm", "m:ss"] | None = None
    """What two figures with one colon are; left out: they are refused."""
    format: Texts = Field(default_factory=lambda: ["iso"])
    """Of times: iso, unix_s, unix_ms or patterns such as `%d/%m/%Y %H:%M`; one of them must fit the column."""
    values: dict[str, str] = Field(default_factory=dict)
    """Value of the export (upper and lower case alike) -> value of the log."""
    otherwise: str | None = None
    """What any other value becomes; left out: it is kept if there are no `values`, else missing."""
    null_when: When = Field(default_factory=dict)
    scale: Literal["1_5", "1_7", "1_10", "good_bad"] | None = None
    """Of csat_raw."""

    @model_validator(mode="after")
    def _one_source(self) -> Column:
        given = [n for n in SOURCES if getattr(self, "from_" if n == "from" else n) is not None]
        if len(given) != 1:
            raise ValueError(f"give exactly one of {', '.join(SOURCES)}; here: {', '.join(given) or 'none'}")
        return self

    def paths(self) -> list[str]:
        """Headings or paths that are read."""
        return [*(self.from_ or []), *(self.sum or [])]


def _column(value: Any) -> Any:
    return {"from": value} if isinstance(value, str | list) else value


class Rule(Strict):
    """The value of `outcome` or `direction` where the conditions hold; the first rule that holds counts."""

    is_: str = Field(validation_alias=AliasChoices("is", "is_"), serialization_alias="is")
    when: When = Field(default_factory=dict)


class Aside(Strict):
    """Rows that are no demand for agents, and the words in which they are counted."""

    why: str
    when: When


class Mapping(Strict):
    """One export format."""

    extends: str | None = None
    title: str = ""
    kind: Literal["contacts", "intervals"] = "contacts"
    layout: Literal["csv", "json", "either"] = "csv"
    records: list[str] = Field(default_factory=list)
    """JSON: dotted keys that lead to the list of records, of which the first that is there counts."""
    each: str | None = None
    """JSON: a list inside each record of which every element is a row; the record's own fields stay in reach."""
    recognise: list[str] = Field(default_factory=list)
    """Headings or paths by which the format is known: all of them are there."""
    time_zone: str = "local"
    """Of times without an offset: utc, local (where the centre works), or an IANA name."""
    empty: Texts = Field(default_factory=list)
    """Texts that stand for nothing."""
    columns: dict[str, Annotated[Column, BeforeValidator(_column)]] = Field(default_factory=dict)
    outcome: list[Rule] = Field(default_factory=list)
    direction: list[Rule] = Field(default_factory=list)
    set_aside: list[Aside] = Field(default_factory=list)
    version: str | None = None
    """Column that tells which of two rows with one id is the newer one."""
    join_legs: bool = False
    """Rows with one case_id are legs of one contact: counted once, work added up."""
    abandons: Literal["present", "absent", "unknown"] = "unknown"
    export: str = ""
    """How a planner gets the file."""
    fits: list[str] = Field(default_factory=list)
    cannot: list[str] = Field(default_factory=list)
    """What this export cannot tell."""
    unsure: list[str] = Field(default_factory=list)
    """What was taken on trust and is worth a look."""
