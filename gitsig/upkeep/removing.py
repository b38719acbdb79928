"""`gitsig keys remove` and `gitsig keys expire`: taking a key, or a signer, out of use.

To remove makes old signatures unknown; to expire refuses new ones and leaves the old ones good. The first is for
mistakes and compromise, the second for everything else.
"""

from __future__ import annotations

from collections.abc import Iterator

from gitsig.errors import PolicyFault, UsageFault
from gitsig.policy import Policy
from gitsig.policy.times import iso
from gitsig.upkeep.document import Document
from gitsig.upkeep.entries import Entry, find_entries, known_signer, list_entries, moment, with_window
from gitsig.upkeep.opened import Opened
from gitsig.upkeep.outcome import Outcome, settle

__all__ = ["expire_keys", "remove_keys"]


def remove_keys(opened: Opened, signer: str, key: str | None, *, force: bool = False) -> Outcome:
    """Take one key of a signer out, or the signer where `key` is None.

    `force` also removes the signer with its last key, and its name out of the rules that would be left with somebody
    else. Raises UsageFault where that would be needed.
    """
    loaded = opened.load()
    document = Document(opened.data, opened.source)
    known_signer(loaded.policy, signer, document.plain)
    entries = list_entries(loaded, opened.files)
    own = [each for each in entries if each.spec.signer == signer]
    gone = own if key is None else find_entries(entries, signer, key)
    whole = key is None or (len(gone) == len(own) and not _keys_elsewhere(loaded.policy, signer))
    if whole and key is not None and not force:
        raise UsageFault(
            f"this is the last key of {signer!r}",
            mend=f"gitsig keys expire {signer} keeps old signatures good; --force removes the signer as well",
        )
    told = list(_told(signer, gone, whole))
    if whole:
        told += _leave_rules(document, loaded.policy, signer, force=force)
        document.remove_signer(signer)
    else:
        document.remove_item(gone[0].path)
    try:
        outcome, _ = settle(opened, document, {}, told)
    except PolicyFault as fault:
        raise _still_needed(fault) from fault
    return outcome


def _keys_elsewhere(policy: Policy, signer: str) -> bool:
    """A signer with e-mails may have keys in an allowed_signers file."""
    return policy.allowed_signers is not None and bool(policy.signers[signer].emails)


def _told(signer: str, gone: list[Entry], whole: bool) -> Iterator[str]:
    if whole:
        yield f"{signer} is no signer any more"
    for entry in gone:
        names = ", ".join(entry.fingerprints)
        yield f"{signer} loses the {entry.spec.format} key {names}: signatures by it, old ones too, are unknown now"
        if entry.spec.value.endswith((".asc", ".gpg", ".pgp", ".key", ".pub")) and " " not in entry.spec.value:
            yield f"{entry.spec.value} is left where it is; this entry does not name it any more"


def _leave_rules(document: Document, policy: Policy, signer: str, *, force: bool) -> Iterator[str]:
    """Take the name out of every rule. A rule that nobody could meet, or that would demand nothing, is not made."""
    rules = document.plain.get("rules", [])
    for index, rule in enumerate(rules):
        names = rule.get("signers", [])
        if signer not in names:
            continue
        refs = ", ".join(rule["refs"])
        if not force:
            what = f"rule {index + 1} ({refs}) names {signer!r}"
            raise UsageFault(what, mend="take the name out of it first, or do both with --force")
        if set(names) == {signer}:
            what = f"rule {index + 1} ({refs}) names nobody but {signer!r}"
            raise UsageFault(what, mend="say in the policy who signs there instead: a rule for nobody is no rule")
        while signer in names:
            document.remove_item(("rules", index, "signers", names.index(signer)))
            names = document.plain["rules"][index]["signers"]
        yield f"rule {index + 1} ({refs}) does not name {signer} any more"
    for role in sorted(policy.signers[signer].roles):
        if any(role in rule.roles for rule in policy.rules) and not _others(policy, signer, role):
            what = f"{signer!r} is the only {role!r}, and a rule demands one"
            raise UsageFault(what, mend=f"give somebody else the role first: gitsig keys add NAME --role {role}")


def _others(policy: Policy, signer: str, role: str) -> bool:
    return any(role in each.roles for each in policy.signers.values() if each.name != signer)


def _still_needed(fault: PolicyFault) -> UsageFault:
    return UsageFault(f"without it the policy would not be usable: {fault.what}", where=fault.where, mend=fault.mend)


def expire_keys(opened: Opened, signer: str, key: str | None, at: int) -> Outcome:
    """Let one key of a signer, or all of them, end at `at` (Unix seconds). Raises UsageFault for an unknown one."""
    loaded = opened.load()
    document = Document(opened.data, opened.source)
    known_signer(loaded.policy, signer, document.plain)
    if key is None:
        before = loaded.policy.signers[signer].valid_until
        document.set(("signers", signer, "valid-until"), moment(at))
        what = f"all keys of {signer}"
    else:
        (entry,) = find_entries(list_entries(loaded, opened.files), signer, key)
        before = entry.spec.valid_until
        document.set(entry.path, with_window(entry.spec.value, entry.spec.valid_from, at))
        what = f"the {entry.spec.format} key {', '.join(entry.fingerprints)} of {signer}"
    told = [
        f"{what} end at {iso(at)}" if key is None else f"{what} ends at {iso(at)}",
        "signatures from before that stay good in the history; later ones, and new objects from then on, are refused",
    ]
    later = before is not None and at > before
    warnings = (
        [f"it ended at {iso(before)} until now: this lets it sign longer"] if later and before is not None else []
    )
    outcome, _ = settle(opened, document, {}, told, warnings)
    return outcome
