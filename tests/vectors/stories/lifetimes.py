"""K5, K7, K11: keys that end. By expiry, by revocation, by the policy; and dates that an attacker writes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from tests.support.story import START
from tests.vectors.stories.scene import DAY, Scene
from tests.vectors.stories.steps import allow, audit, commit, do, plain_push, plain_verify, push, ref, verify
from tests.vectors.stories.telling import AttackStory, Step

__all__ = ["STORIES"]

_MAIN = "refs/heads/main"
_END = START + 5 * DAY
_LATER = _END + DAY
_SUPERSEDED, _COMPROMISED, _RETIRED = 1, 2, 3
_REASONS = "RFC 9580 §5.2.3.31"
_BEGIN = (commit("base"), push(f"base:{_MAIN}"))


def _moment(at: int) -> datetime:
    return datetime.fromtimestamp(at, UTC)


def _revoked(who: str, reason: int, at: int, *, subkey: bool = False) -> Step:
    """The administrator puts the certificate with its revocation into the policy."""
    words = f"{who}'s key is revoked for reason {reason}"
    return do(words, lambda scene: scene.certificate(who, scene.keyrings.revoked(who, reason, at, subkey)))


def _allowed_signers(options: str) -> Callable[[Scene], None]:
    """What an administrator would give to git for Carol, with ssh-keygen's own window."""

    def act(scene: Scene) -> None:
        assert scene.story.ssh is not None
        path = scene.story.folder / "allowed_signers"
        path.write_text(f"carol@example.org {options} {scene.story.ssh.public('carol')}\n")
        scene.kept["git"] = {"gpg.ssh.allowedSignersFile": path}

    return act


def _listed_as_revoked(scene: Scene) -> None:
    assert scene.story.ssh is not None
    path = scene.policy.parent / "revoked"
    path.write_text(scene.story.ssh.public("carol") + "\n")
    scene.kept["git"]["gpg.ssh.revocationFile"] = path


def _judged_by_allowed_signers(scene: Scene) -> None:
    scene.allow(signers={"carol": None}, ssh={"allowed_signers": "allowed_signers"})
    (scene.policy.parent / "allowed_signers").write_bytes((scene.story.folder / "allowed_signers").read_bytes())


_EXPIRED = do("bob's key expires", lambda scene: scene.certificate("bob", scene.keyrings.expired("bob", _END)))
_ALLOWED = do("git is told when Carol's key ends", _allowed_signers('valid-before="20260106"'))

STORIES = (
    AttackStory(
        "k5-expired-certificate",
        "K5",
        "a key has expired since it signed",
        "Old commits stay good; what arrives now is signed by a key that nobody may use any more.",
        "RFC 9580 §5.2.3.13",
        (
            *_BEGIN,
            commit("old", by="bob"),
            _EXPIRED,
            push("old:refs/heads/then", now=START + DAY),
            push(f"old:{_MAIN}", expect="accepted"),
            commit("new", by="bob", at=START + DAY),
            plain_push(f"new:{_MAIN}"),
            verify("new"),
            push(f"new:{_MAIN}", expect="key_expired"),
        ),
    ),
    AttackStory(
        "k5-window-of-the-policy",
        "K5",
        "a contributor has left, as the policy says",
        "GnuPG and ssh-keygen know of no end, so git goes on accepting.",
        "docs/policy.md, valid-until",
        (
            *_BEGIN,
            commit("old", by="bob"),
            push(f"old:{_MAIN}", now=START + DAY),
            allow(signers={"bob": {"valid_until": _moment(_END)}}),
            audit(checked=2),
            commit("new", by="bob", at=START + DAY),
            plain_verify("new", "accepts"),
            verify("new"),
            push(f"new:{_MAIN}", expect="key_expired"),
            commit("late", by="bob", at=_LATER),
            verify("late", expect="key_expired"),
        ),
    ),
    AttackStory(
        "k7-hard-before",
        "K7",
        "a key was compromised after it signed",
        "Whoever has it writes any date, so no signature by it counts, of whatever time.",
        _REASONS,
        (
            *_BEGIN,
            commit("old", by="bob"),
            push(f"old:{_MAIN}"),
            _revoked("bob", _COMPROMISED, _END),
            plain_verify("old", "refuses"),
            audit(expect="key_revoked", checked=2),
            commit("back", by="bob", at=START + DAY),
            push(f"back:{_MAIN}", expect="key_revoked"),
        ),
    ),
    AttackStory(
        "k7-no-reason-given",
        "K7",
        "a revocation without a reason",
        "It may be a theft, so it counts as one.",
        _REASONS,
        (
            *_BEGIN,
            commit("old", by="bob"),
            push(f"old:{_MAIN}"),
            _revoked("bob", 0, _END),
            plain_verify("old", "refuses"),
            audit(expect="key_revoked", checked=2),
        ),
    ),
    AttackStory(
        "k7-soft-after",
        "K7",
        "a superseded key signs once more",
        "From its own time on a soft revocation refuses.",
        _REASONS,
        (
            *_BEGIN,
            _revoked("bob", _SUPERSEDED, _END),
            commit("new", by="bob", at=_LATER),
            plain_verify("new", "refuses"),
            verify("new", expect="key_revoked"),
            push(f"new:{_MAIN}", expect="key_revoked"),
        ),
    ),
    AttackStory(
        "k7-soft-before",
        "K7",
        "a retired key's old commits, and a new one that is dated back",
        "History stays good, and a date before the retirement opens no door.",
        _REASONS,
        (
            *_BEGIN,
            commit("old", by="bob"),
            push(f"old:{_MAIN}"),
            _revoked("bob", _RETIRED, _END),
            audit(checked=2),
            push("old:refs/heads/copy", checked=0),
            commit("back", by="bob", at=START + DAY),
            plain_verify("back", "refuses"),
            verify("back"),
            push(f"back:{_MAIN}", expect="key_revoked"),
        ),
    ),
    AttackStory(
        "k7-stolen-subkey",
        "K7",
        "one signing subkey was compromised",
        "Its signatures are void, and the other contributors' are not.",
        _REASONS,
        (
            commit("others", by="bob"),
            commit("stolen", by="ada"),
            _revoked("ada", _COMPROMISED, _END, subkey=True),
            plain_verify("stolen", "refuses"),
            push("others:refs/heads/bob"),
            push(f"stolen:{_MAIN}", expect="key_revoked", checked=1),
        ),
    ),
    AttackStory(
        "k7-ssh-revocation-list",
        "K7",
        "an SSH key is put on the revocation list",
        "The list gives no date, so it refuses at any date.",
        "ssh-keygen(1), KEY REVOCATION LISTS",
        (
            *_BEGIN,
            _ALLOWED,
            commit("old", by="carol"),
            push(f"old:{_MAIN}"),
            allow(ssh={"revoked": "revoked"}),
            do("carol's key is on the list", _listed_as_revoked),
            plain_verify("old", "refuses"),
            audit(expect="key_revoked", checked=2),
            commit("back", by="carol", at=START),
            push(f"back:{_MAIN}", expect="key_revoked"),
        ),
    ),
    AttackStory(
        "k11-ssh-dated-back",
        "K11",
        "a thief of an SSH key that has ended writes an old date",
        "An SSH signature carries no time: git asks ssh-keygen for the date that the commit claims.",
        "git-config(1), gpg.ssh.allowedSignersFile; ssh-keygen(1), verify-time",
        (
            *_BEGIN,
            _ALLOWED,
            allow(signers={"carol": {"valid_until": _moment(_END)}}),
            commit("back", by="carol", at=START + DAY),
            plain_verify("back", "accepts"),
            push(f"back:{_MAIN}", expect="key_expired"),
            push(f"back:{_MAIN}", now=START + 2 * DAY),
        ),
    ),
    AttackStory(
        "k11-allowed-signers-file",
        "K11",
        "the same where the policy is an allowed_signers file with valid-before",
        "The window of the file is tested against the claimed date and against now.",
        "ssh-keygen(1), ALLOWED SIGNERS",
        (
            *_BEGIN,
            _ALLOWED,
            do("the policy reads that file", _judged_by_allowed_signers),
            commit("back", by="carol", at=START + DAY),
            plain_verify("back", "accepts"),
            verify("back"),
            push(f"back:{_MAIN}", expect="key_expired"),
        ),
    ),
    AttackStory(
        "k11-dated-forward",
        "K11",
        "a key that is not valid yet, and a commit dated into its window",
        "The claimed date lies in the window, and now does not.",
        "ssh-keygen(1), ALLOWED SIGNERS",
        (
            *_BEGIN,
            do("git is told when Carol's key begins", _allowed_signers('valid-after="20260110"')),
            allow(signers={"carol": {"valid_from": _moment(START + 9 * DAY)}}),
            commit("early", by="carol", at=START + 10 * DAY),
            plain_verify("early", "accepts"),
            push(f"early:{_MAIN}", expect="key_predated", now=START + DAY),
            push(f"early:{_MAIN}", now=START + 11 * DAY),
        ),
    ),
    AttackStory(
        "k11-openpgp-dated-back",
        "K11",
        "an OpenPGP key that has ended signs with its clock turned back",
        "The time in the signature is signed, and written by whoever signs.",
        "gpg(1), --faked-system-time",
        (
            *_BEGIN,
            allow(signers={"bob": {"valid_until": _moment(_END)}}),
            commit("back", by="bob", at=_LATER, signed_at=START + DAY),
            plain_verify("back", "accepts"),
            push(f"back:{_MAIN}", expect="key_expired"),
            ref(_MAIN, "back"),
        ),
    ),
)
