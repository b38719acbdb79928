"""Putting one hook in its place, and taking it away again, so that at no moment the place stands empty.

What gitsig did not write is never overwritten: a hook that is there goes on under another name, in a chain with ours.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from gitsig.errors import EnvironmentFault
from gitsig.install.hooknames import HookKind
from gitsig.install.places import Place
from gitsig.install.script import BEFORE, Installed, read_script, render

__all__ = ["Done", "install_hook", "uninstall_hook"]

_MODE = 0o755


class Done(NamedTuple):
    """What was done, in words: `what` is one word or two for the first column."""

    what: str
    path: Path
    note: str = ""


def install_hook(hook: HookKind, place: Place, program: tuple[str, ...]) -> Done:
    """Write the hook, or bring it up to date; twice is the same as once.

    A hook that is there already is kept as NAME.before-gitsig and chained. Raises EnvironmentFault where that name
    is taken, where a copy of ours stands in the way, where a symbolic link or core.hooksPath leads out of the
    repository, and where nothing can be written.
    """
    _stay_within(place)
    path, before = place.path, _before(place.path)
    there = read_script(path)
    if there is not None and there.origin.copied:
        raise EnvironmentFault("a copy of gitsig's hook, or a call of gitsig, is there", where=str(path), mend=_MOVE)
    foreign = there is None and os.path.lexists(path)
    if foreign:
        _keep(place)
    note = _note(before, foreign)
    text = render(hook, program, chained=os.access(before, os.X_OK))
    if there is not None and there.text == text and _whole(path):
        return Done("in place", path, note)
    _write(path, text)
    return Done("updated" if there is not None else "installed", path, note)


def uninstall_hook(place: Place) -> Done:
    """Take the hook away and put the one from before back.

    Raises EnvironmentFault where the file is not one that `gitsig install` wrote.
    """
    _stay_within(place)
    path, before = place.path, _before(place.path)
    if not os.path.lexists(path):
        return Done("not there", path)
    if not _written_by_us(read_script(path)):
        raise EnvironmentFault("not written by gitsig install, so it stays", where=str(path), mend="remove it by hand")
    try:
        if os.path.lexists(before):
            before.replace(path)
            return Done("removed", path, "the hook from before is back")
        path.unlink()
    except OSError as error:
        raise _fault(error, path) from error
    return Done("removed", path)


_MOVE = "remove it first, and then install"


def _written_by_us(script: Installed | None) -> bool:
    return script is not None and not script.origin.copied


def _before(path: Path) -> Path:
    return path.with_name(path.name + BEFORE)


def _stay_within(place: Place) -> None:
    """Whoever can write to a repository, or its configuration, could otherwise have root write files elsewhere.

    And a folder of hooks that several repositories share is not changed for the sake of one.
    """
    real = Path(os.path.realpath(place.path.parent))
    if place.within and not any(real.is_relative_to(os.path.realpath(each)) for each in place.within):
        mend = f"if that is meant: --hooks-path {real}"
        raise EnvironmentFault(f"its folder lies outside the repository, at {real}", where=str(place.path), mend=mend)


def _keep(place: Place) -> None:
    """Give the hook that is there a second name. The first stays until our file replaces it."""
    path, before = place.path, _before(place.path)
    if not place.alone or path.is_dir():
        raise EnvironmentFault("something else has that name", where=str(path), mend="move it away")
    try:
        if os.path.lexists(before):
            if os.path.samestat(path.lstat(), before.lstat()):
                return  # an installation that was cut short
            mend = "join the two by hand, or remove one"
            raise EnvironmentFault(f"a hook is there, and {before.name} too", where=str(path), mend=mend)
        try:
            os.link(path, before, follow_symlinks=False)
        except FileExistsError:  # somebody else installs here at this moment
            raise
        except OSError:  # a file system without hard links
            shutil.copy2(path, before, follow_symlinks=False)
    except OSError as error:
        raise _fault(error, before) from error


def _note(before: Path, new: bool) -> str:
    if not os.path.lexists(before):
        return ""
    if not os.access(before, os.X_OK):
        return f"the hook from before is kept as {before.name}; it was not executable, so it does not run"
    return f"the hook from before {'now is' if new else 'is'} {before.name} and runs after gitsig; both must accept"


def _whole(path: Path) -> bool:
    return path.stat().st_mode & 0o777 == _MODE


def _write(path: Path, text: str) -> None:
    """Replace `path` by a file that is complete and executable from the first moment on."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # Neither executable nor complete yet: what runs every file of a folder must not run this one.
        descriptor, name = tempfile.mkstemp(prefix=".gitsig-", dir=path.parent)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(os.fsencode(text))
                file.flush()
                os.fchmod(file.fileno(), _MODE)
                os.fsync(file.fileno())
            Path(name).replace(path)
        except OSError:
            with suppress(OSError):
                Path(name).unlink()
            raise
    except OSError as error:
        raise _fault(error, path) from error


def _fault(error: OSError, path: Path) -> EnvironmentFault:
    return EnvironmentFault(
        f"cannot be written ({error.strerror})", where=str(path), mend="run this as the user that owns the repository"
    )
