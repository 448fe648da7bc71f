"""The planner's file as frozen types: one module for each part of the world."""

from sim.scenario.schema.scenario import Scenario

__all__ = ["Scenario"]
