"""Text to located nodes: knows YAML and JSON, knows nothing of tollbooth."""
