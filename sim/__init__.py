"""What happens: a scenario file becomes demand, tickets, outcomes and KPIs."""
