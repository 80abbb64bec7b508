"""The command line: parses flags into a job, draws events, turns errors into exit codes. The only room with typer and rich."""
