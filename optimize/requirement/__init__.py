"""Agents needed by half-hour and team: Erlang as the quick answer, simulation as the true one (semantics 9.1)."""

from optimize.requirement.quick import requirement
from optimize.requirement.result import Requirement

__all__ = ["Requirement", "requirement"]
