"""What tollbooth does with a config, and only that (docs/gateway.md)."""
