"""Installing hooks: where they go, what they say, and how they share the place with a hook that is already there."""

from gitsig.install.hooknames import HOOKS, HookKind, hook_kinds
from gitsig.install.places import Layout, Place, Repository, find_repositories, open_repository, place
from gitsig.install.placing import Done, install_hook, uninstall_hook
from gitsig.install.script import BEFORE, Installed, program_words, read_script, render
from gitsig.install.settings import Settings, advice, apply_settings

__all__ = [
    "BEFORE",
    "HOOKS",
    "Done",
    "HookKind",
    "Installed",
    "Layout",
    "Place",
    "Repository",
    "Settings",
    "advice",
    "apply_settings",
    "find_repositories",
    "hook_kinds",
    "install_hook",
    "open_repository",
    "place",
    "program_words",
    "read_script",
    "render",
    "uninstall_hook",
]
