"""Programs for developers of pricecheck; nothing here ships."""
