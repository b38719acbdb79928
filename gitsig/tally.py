"""The counts of a run, gathered verdict by verdict.

Memory grows with the policy's signers and keys, never with the number of objects: keys that no signer
owns are counted by reason only, since an attacker can sign with as many of those as he likes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from gitsig.model import Reason, SignerUse, Summary, Verdict

__all__ = ["Tally"]


class _Use:
    __slots__ = ("accepted", "first", "formats", "keys", "last", "refused")

    def __init__(self) -> None:
        self.accepted = 0
        self.refused = 0
        self.first: int | None = None
        self.last: int | None = None
        self.formats: set[str] = set()
        self.keys: Counter[str] = Counter()


class Tally:
    """Counts verdicts. `add` each one, then ask for the `summary`."""

    def __init__(self) -> None:
        self._accepted = 0
        self._checked = 0
        self._unverifiable = 0
        self._reasons: Counter[str] = Counter()
        self._types: Counter[str] = Counter()
        self._uses: dict[str, _Use] = {}

    def add(self, verdict: Verdict) -> None:
        """Count one verdict."""
        self._checked += 1
        self._accepted += verdict.accepted
        self._reasons[verdict.reason] += 1
        self._unverifiable += verdict.reason is Reason.VERIFIER_ERROR and not verdict.accepted
        self._types[verdict.type] += 1
        if verdict.signer is not None:
            self._add_use(verdict.signer, verdict)

    def _add_use(self, signer: str, verdict: Verdict) -> None:
        use = self._uses.get(signer)
        if use is None:
            use = self._uses[signer] = _Use()
        if not verdict.accepted:
            # What a refused signature says of its key and time may be made up (`bad_signature`).
            use.refused += 1
            return
        use.accepted += 1
        if verdict.format is not None:
            use.formats.add(str(verdict.format))
        if verdict.key_fingerprint is not None:
            use.keys[verdict.key_fingerprint] += 1
        at = verdict.signed_at
        if at is not None:
            use.first = at if use.first is None or at < use.first else use.first
            use.last = at if use.last is None or at > use.last else use.last

    def state(self) -> tuple[Any, ...]:
        """The counts as plain values, for `restored`."""
        uses = [
            (signer, use.accepted, use.refused, use.first, use.last, sorted(use.formats), sorted(use.keys.items()))
            for signer, use in sorted(self._uses.items())
        ]
        reasons, types = sorted(self._reasons.items()), sorted(self._types.items())
        plain = [(str(name), count) for name, count in reasons], [(str(name), count) for name, count in types]
        return self._accepted, self._checked, self._unverifiable, *plain, uses

    @classmethod
    def restored(cls, state: tuple[Any, ...]) -> Tally:
        """A tally that goes on from `state`. Raises ValueError or TypeError for anything else."""
        tally = cls()
        tally._accepted, tally._checked, tally._unverifiable, reasons, types, uses = state
        tally._reasons.update({Reason(name): count for name, count in reasons})
        tally._types.update(dict(types))
        for signer, accepted, refused, first, last, formats, keys in uses:
            use = tally._uses[signer] = _Use()
            use.accepted, use.refused, use.first, use.last = accepted, refused, first, last
            use.formats.update(formats)
            use.keys.update(dict(keys))
        return tally

    @property
    def checked(self) -> int:
        """Objects counted so far."""
        return self._checked

    @property
    def unverifiable(self) -> int:
        """Objects that could not be checked, so far."""
        return self._unverifiable

    @property
    def accepted_all(self) -> bool:
        """Whether nothing was refused."""
        return self._checked == self._accepted

    def summary(self, seconds: float, cached: int = 0, key_expiry: Mapping[str, int] | None = None) -> Summary:
        """The counts so far; `seconds` is how long the run took, `cached` how many objects came from a cache.

        `key_expiry` maps fingerprints of signing keys to Unix seconds; keys that signed nothing here are left out.
        """
        uses = sorted(self._uses.items(), key=lambda item: (-item[1].accepted, -item[1].refused, item[0]))
        used = {key for _, use in uses for key in use.keys}
        return Summary(
            checked=self._checked,
            accepted=self._accepted,
            refused=self._checked - self._accepted,
            unverifiable=self._unverifiable,
            by_reason=_by_count(self._reasons),
            by_signer={signer: use.accepted for signer, use in uses if use.accepted},
            seconds=seconds,
            cached=cached,
            by_type=_by_count(self._types),
            uses=tuple(_frozen(signer, use) for signer, use in uses),
            key_expiry={key: at for key, at in (key_expiry or {}).items() if key in used},
        )


def _by_count(counts: Counter[str]) -> dict[str, int]:
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return {str(name): count for name, count in ordered if count}


def _frozen(signer: str, use: _Use) -> SignerUse:
    return SignerUse(
        signer=signer,
        accepted=use.accepted,
        refused=use.refused,
        formats=tuple(sorted(str(name) for name in use.formats)),
        first=use.first,
        last=use.last,
        keys=tuple(key for key, _ in sorted(use.keys.items(), key=lambda item: (-item[1], item[0]))),
    )
