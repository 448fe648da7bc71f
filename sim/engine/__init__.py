"""What happens to each ticket: the plan, the SimPy model and the compiled kernel."""
