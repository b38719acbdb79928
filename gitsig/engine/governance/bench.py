"""Laws at work: each law's own judge, with its own keys, so that nothing that one law knows is believed under another.

A key that only law A lists is unknown under law B; evidence never crosses over. That is why governed runs have no
evidence cache either.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from gitsig.engine.governance.laws import Laws
from gitsig.engine.governance.rows import LawRows
from gitsig.errors import GitsigError, PolicyFault
from gitsig.loading import LoadedPolicy
from gitsig.model import RefUpdate
from gitsig.policy import Policy, Rule

if TYPE_CHECKING:
    from gitsig.engine.verifier import Verifier

__all__ = ["SEATS", "Bench", "MakeVerifier", "Seat"]

SEATS = 32
"""Laws that are kept ready; more than are in force at once in any honest history."""

MakeVerifier = Callable[[LoadedPolicy], "Verifier"]


class Seat(NamedTuple):
    """One law and who judges by it."""

    loaded: LoadedPolicy
    """As its tree has it."""
    verifier: Verifier
    """Judges by it alone: without what it says of history and governance, with the exceptions of the anchor."""

    @property
    def rules(self) -> tuple[Rule, ...]:
        """The law's rules."""
        return self.loaded.policy.rules

    def rules_for(self, ref: str | None) -> tuple[Rule, ...]:
        """Those that speak of a ref."""
        return self.loaded.policy.rules_for(ref) if ref else ()


class Bench:
    """Gives the seat of each law. Loading one is dear (GnuPG may have to read its keys), so faults are kept as well."""

    def __init__(self, rows: LawRows, laws: Laws, anchor: Policy, make: MakeVerifier) -> None:
        self._rows = rows
        self._laws = laws
        self._anchor = anchor
        self._make = make
        self._seats: OrderedDict[int, Seat | GitsigError] = OrderedDict()
        self._updates: Sequence[RefUpdate] = ()

    def expect(self, updates: Sequence[RefUpdate]) -> None:
        """See `Verifier.expect`."""
        self._updates = updates
        for seat in self._seats.values():
            if isinstance(seat, Seat):
                seat.verifier.expect(updates)

    def seat(self, law: int) -> Seat:
        """The law with this number. Raises PolicyFault where it cannot be read, and as `Laws.load` does."""
        if law in self._seats:
            self._seats.move_to_end(law)
        else:
            self._seats[law] = self._load(law)
            if len(self._seats) > SEATS:
                self._seats.popitem(last=False)
        found = self._seats[law]
        if isinstance(found, GitsigError):
            raise found.with_traceback(None)
        return found

    def _load(self, law: int) -> Seat | GitsigError:
        try:
            commit, identity = self._rows.where(law)
            loaded = self._laws.load(commit, identity)
            _usable(loaded)
        except GitsigError as error:
            return error
        verifier = self._make(loaded._replace(policy=_alone(loaded.policy, self._anchor), laws=None))
        verifier.expect(self._updates)
        return Seat(loaded, verifier)


def _usable(loaded: LoadedPolicy) -> None:
    """Raises where keys are found unreadable only when they are used."""
    if not loaded.policy.signers or not loaded.keys.owners:
        raise PolicyFault("it names nobody with a key, so nothing could be accepted", where=loaded.source)
    loaded.keys.all_facts()


def _alone(policy: Policy, anchor: Policy) -> Policy:
    """Trusted roots and seals would leave commits unjudged, and who judges is not for the law to say."""
    return policy._replace(
        trusted_roots=frozenset(),
        seals=None,
        governance=None,
        exceptions={**policy.exceptions, **anchor.exceptions},
    )
