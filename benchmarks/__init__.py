"""Speed measurements, one file per workload."""
