"""What the larger commands do, one module a command: from arguments to an exit code. None of it needs Typer."""
