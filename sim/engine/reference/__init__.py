"""The SimPy model: readable, extensible, the definition of what happens."""

from sim.engine.reference.model import run

__all__ = ["run"]
