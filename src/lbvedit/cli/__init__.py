"""The command line: flags into a job, events into text, errors into exit codes; alone with typer and rich."""
