"""`gitsig init`: read a history, propose a policy, and see what that policy would refuse."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from gitsig.engine.verifier import Verifier
from gitsig.errors import EnvironmentFault, PolicyFault, UsageFault
from gitsig.keys.openpgp.certificate import Certificate
from gitsig.loading import DiskFiles
from gitsig.model import Reason, SignatureFormat
from gitsig.store.interface import Store
from gitsig.upkeep.certificates import export_all, facts_of
from gitsig.upkeep.history import Seen, read_history
from gitsig.upkeep.keyinput import GivenKey
from gitsig.upkeep.opened import Opened
from gitsig.upkeep.proposal import Proposal, propose
from gitsig.upkeep.proposaltext import policy_text
from gitsig.upkeep.writing import Change

__all__ = ["Proposed", "changes", "nothing_to_propose", "propose_policy"]

_UNPROVEN = frozenset({Reason.VERIFIER_ERROR, Reason.MALFORMED_OBJECT, Reason.BAD_SIGNATURE})


class Proposed(NamedTuple):
    """What `gitsig init` has to say."""

    proposal: Proposal
    text: str
    """The policy file; empty where no signer could be proposed."""
    checked: int
    refused: Mapping[Reason, int]
    """What the proposed policy would refuse, by reason."""


class _Tried(NamedTuple):
    checked: int
    refused: Counter[Reason]
    proven: frozenset[str]
    """Signers of whom some signature is by the key that it names, whatever else speaks against it."""


def propose_policy(
    store: Store, given: Sequence[GivenKey], now: int, *, keyring: bool = False, since: int | None = None
) -> Proposed:
    """Propose a policy from the history; `given` are keys that may be its certificates. Times in Unix seconds.

    With `keyring` the user's own GnuPG keyring is asked for more. Raises UsageFault where there is nothing to read,
    EnvironmentFault where GnuPG fails.
    """
    seen = read_history(store, since)
    certificates = _at_hand(seen, given, keyring=keyring)
    proposal = propose(seen, certificates, facts_of(certificates), now)
    if all(each.held_back for each in proposal.signers):
        return Proposed(proposal, "", 0, Counter())
    tried = _try(store, proposal, now)
    made_up = {each.name for each in proposal.signers if not each.held_back} - tried.proven
    better = proposal.without(made_up)._replace(roots=seen.past.roots())
    if all(each.held_back for each in better.signers):
        return Proposed(better, "", tried.checked, tried.refused)
    if better != proposal:
        tried = _try(store, better, now)
    return Proposed(better, policy_text(better, now), tried.checked, tried.refused)


def _at_hand(seen: Seen, given: Sequence[GivenKey], *, keyring: bool) -> list[Certificate]:
    found = {each.fingerprint: each.certificate for each in given if each.certificate is not None}
    if keyring:
        names = [use.name for use in seen.uses if use.format is SignatureFormat.OPENPGP and len(use.name) > 16]
        for certificate in export_all(names):
            found.setdefault(certificate.primary.fingerprint, certificate)
    return list(found.values())


def _try(store: Store, proposal: Proposal, now: int) -> _Tried:
    """Judge the whole history by the proposed policy."""
    text = policy_text(proposal, now).encode("utf-8")
    loaded = Opened(text, "the proposal", DiskFiles(Path())).load(proposal.files)
    checked, refused = 0, Counter[Reason]()
    proven = set[str]()
    for verdict in Verifier(store, loaded, now=now, jobs=None, cache=True).audit():
        checked += 1
        if verdict.accepted:
            proposal.seen.past.accept(verdict.oid)
        else:
            refused[verdict.reason] += 1
        if verdict.signer is not None and verdict.reason not in _UNPROVEN:
            proven.add(verdict.signer)
    return _Tried(checked, refused, frozenset(proven))


def changes(proposed: Proposed, target: Path, *, force: bool) -> list[Change]:
    """The files to write, the policy last. Raises UsageFault for one that is there already, unless `force`."""
    files = {target.parent / name: data for name, data in proposed.proposal.files.items()}
    files[target] = proposed.text.encode("utf-8")
    found = []
    for path, data in files.items():
        before = _before(path)
        if before is not None and not force:
            raise UsageFault(
                f"{path} is there already", mend="name another file with --output, or overwrite with --force"
            )
        found.append(Change(path, before, data))
    return found


def _before(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise EnvironmentFault(f"cannot be read ({error.strerror})", where=str(path)) from error


def nothing_to_propose(proposed: Proposed) -> PolicyFault:
    """Why there is no policy to write, with the mend."""
    if not proposed.proposal.signers:
        return PolicyFault(
            "nothing in the history is signed with a key that can be named",
            mend="write a policy by hand (docs/policy.md), and sign from now on",
        )
    names = [each.fingerprint for each in proposed.proposal.signers if not each.ssh and len(each.fingerprint) > 16]
    mend = f"gpg --export --armor {' '.join(names[:3])} > keys.asc, then gitsig init --keys keys.asc"
    return PolicyFault("no key of the history is at hand, so nobody could sign", mend=mend)
