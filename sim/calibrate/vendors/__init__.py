"""Exports of help desks and contact centres: one mapping (a data file) for each, and the reader that applies them."""
