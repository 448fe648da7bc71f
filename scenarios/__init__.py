"""The library of scenarios that run, with its profiles and levers, as package data."""
