"""Models of the same workloads as a competent user of another library writes them."""
