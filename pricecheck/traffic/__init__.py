"""Traffic logs to usage: which models were requested on which route, at which price."""

from pricecheck.traffic.reading import ReadOptions, read_sample

__all__ = ["ReadOptions", "read_sample"]
