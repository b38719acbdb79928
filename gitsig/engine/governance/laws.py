"""Where laws come from: what a commit's tree says of who may sign what, in our own format or a peer's.

A *law* is the policy in a commit's tree. Commits are judged by the laws that are in force after their parents, and what
a law says may change only as the law before it allows. How a law is found in a tree, read, and amended differs from
format to format; that is what `Laws` asks for. Judging, and what is in force where, is `court`'s.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, Protocol, runtime_checkable

from gitsig.errors import PolicyFault
from gitsig.loading import LoadedPolicy

__all__ = ["Foresight", "Laws", "RootProof", "laws_of"]

RootProof = Literal["law", "key", "named"]
"""What makes the governance root trustworthy, besides that it was named.

`law`: a signature by the named key that the root's own law accepts. `key`: a verified signature by the named key, which
need be no signer of the root's law (a Guix introduction). `named`: nothing (a sequoia-git trust root).
"""


@runtime_checkable
class Laws(Protocol):
    """Finds and reads the laws of one repository. A source of policies sets one as `LoadedPolicy.laws`."""

    root_proof: RootProof
    three_way: bool
    """How a change of the law is looked for in a merge.

    True: under the law of every parent that differs, but not where a three-way merge would take the change of one side
    as it is. False: under each law that judges the commit, whatever the other parents say.
    """

    def identity(self, tree: str) -> str | None:
        """What names the law in a root tree: two trees with one identity have the same law, byte for byte.

        `tree` is the tree's full id, and the identity an id of what lies in it (of a folder, of a file). What lies
        there but is no law, such as a symbolic link, has an identity too, which `load` refuses. None: there is nothing.
        Asked for every commit, so it reads no more than the way to the entry. Raises PolicyFault for what can be read
        in two ways; ObjectFault for a tree that cannot be read.
        """

    def load(self, commit: str, identity: str) -> LoadedPolicy:
        """Read the law that `identity` names out of the tree of `commit`, which has it, together with its keys.

        Everything that is read must be covered by `identity`, or be fixed for the whole run: laws are kept by it.
        Raises PolicyFault for one that cannot be read, or is no law; ObjectFault, EnvironmentFault where none can tell.
        """

    def amendment_fault(self, before: LoadedPolicy, after: LoadedPolicy | None, signer: str) -> str:
        """Why `signer`, a name in `before`, may not put `after` in its place; empty if he may.

        `after` is None where the law is taken away. Asked only of commits that `before` accepts otherwise, signed by
        `signer`. The words continue "REFUSED: this commit …", and give the mend.
        """


@runtime_checkable
class Foresight(Protocol):
    """Laws by which what a later commit brings can speak against an earlier one, as a revocation does."""

    def expect(self, tips: Iterable[str]) -> None:
        """Learn what the history of `tips` (full ids) brings, before any of it is judged.

        Raises ObjectMissing, EnvironmentFault where that cannot be told.
        """


def laws_of(loaded: LoadedPolicy) -> Laws | None:
    """The laws that came with a policy; None where our own format is meant. Raises PolicyFault for anything else."""
    if loaded.laws is None:
        return None
    if not isinstance(loaded.laws, Laws):
        raise PolicyFault("its source of laws lacks what governance asks for", where=loaded.source)
    return loaded.laws
