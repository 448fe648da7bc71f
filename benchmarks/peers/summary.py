"""What a peer model reports of a run, so that it can be held against theory before its speed counts."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Summary:
    """Times are in minutes."""

    mean_wait: float
    """Mean time in the queue of all who left it: the served and the abandoned."""
    abandon_share: float
    """Abandoned, of all who left the queue."""
    served: int
    """Contacts whose service was completed."""
    occupancy: float | None = None
    """Agents' time with a contact in hand, of their time present."""
    channels: Mapping[str, "Summary"] = field(default_factory=dict)
    """The same by channel, where there is more than one."""


@dataclass
class Tally:
    """Counts while a run goes on."""

    contacts: int = 0
    served: int = 0
    answered: int = 0
    abandoned: int = 0
    waited: float = 0.0

    def add(self, other: "Tally") -> None:
        """Count what another run counted as well."""
        self.contacts += other.contacts
        self.served += other.served
        self.answered += other.answered
        self.abandoned += other.abandoned
        self.waited += other.waited

    def summary(self, occupancy: float | None = None, channels: Mapping[str, Summary] | None = None) -> Summary:
        """Ratios are ratios of sums; without a contact they are not a number."""
        left = self.answered + self.abandoned
        return Summary(
            mean_wait=self.waited / left if left else float("nan"),
            abandon_share=self.abandoned / left if left else float("nan"),
            served=self.served,
            occupancy=occupancy,
            channels=channels or {},
        )
