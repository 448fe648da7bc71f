"""The smallest (or largest) value of an input at which a condition holds, with the confidence asked for."""
