"""The command line: arguments and exit codes only, one module per command."""
