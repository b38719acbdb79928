"""Coverage-guided fuzzing of whatever reads bytes from outside: `python -m fuzz NAME`; see README.md in this folder."""
