"""The doorways of a repository: what each hook is given, and what it says. The judging is the engine's.

Importing this package costs nothing; neither typer nor rich is ever imported here.
"""

from gitsig.hooks.dispatch import HOOKS, run_hook

__all__ = ["HOOKS", "run_hook"]
