"""One small deliberate change to an engine, or to a table that both engines read."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Mutation:
    """What is changed, why that would be wrong, and which test is asked first whether it notices."""

    name: str
    file: str
    """Below the top of the repository."""
    old: str
    """Stands in the file exactly once: as short as that allows, so that the entry outlives edits around it."""
    new: str
    why: str
    """The mistake that is made, with the rule of docs/semantics.md that it breaks."""
    test: str
    """Node id (without parameters) of the test that is asked first; others follow if it does not notice."""

    @property
    def engine(self) -> str:
        """The engine under which tests run; a shared table is the same to both, so that the quicker start decides."""
        return "fast" if "/fast/" in self.file else "simpy"

    @property
    def shared(self) -> bool:
        """Whether both engines read what is changed, so that comparing them shows nothing."""
        return "/fast/" not in self.file and "/reference/" not in self.file

    def apply(self, text: str) -> str:
        """The text of the file with the change made. Raises ValueError where it does not stand there exactly once."""
        found = text.count(self.old)
        if found != 1:
            raise ValueError(f"{self.name}: {self.old!r} stands {found} times in {self.file}, not once")
        return text.replace(self.old, self.new)
