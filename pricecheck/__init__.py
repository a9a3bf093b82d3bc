"""pricecheck: what a tollbooth config will really charge, before it ships."""

__version__ = "0.1.0"
