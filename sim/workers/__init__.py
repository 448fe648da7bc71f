"""Who does the work: this process, processes of this machine, or a Dask cluster; the same work by the same code."""

from sim.workers.crew import Crew, Parcel, WorkerMissing, WorkerProblem, crew_of

__all__ = ["Crew", "Parcel", "WorkerMissing", "WorkerProblem", "crew_of"]
