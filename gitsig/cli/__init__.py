"""The command line. Typer reads the arguments; everything else is the library's work."""
