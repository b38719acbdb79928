"""Second readers for the targets: other people's algorithms, written down plainly and without gitsig's own code."""
