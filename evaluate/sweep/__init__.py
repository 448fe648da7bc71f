"""A scenario simulated at many points: a design, its points on the same tapes, and how each figure responds."""
