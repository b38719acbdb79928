"""R14, R15: real pushes. The quarantine in which the objects wait, and the certificate of a signed push."""

from __future__ import annotations

from tests.vectors.stories.scene import ServedScene, words_of_hook
from tests.vectors.stories.steps import BLIND, REFUSES, commit, configure, do, plain_push, push
from tests.vectors.stories.telling import AttackStory, Step

__all__ = ["STORIES"]

_MAIN = "refs/heads/main"
_QUARANTINE = "git-receive-pack(1), QUARANTINE ENVIRONMENT"
_CERTIFICATE = "git-receive-pack(1), GIT_PUSH_CERT; push certificates in gitprotocol-pack(5)"


def _before(lines: str) -> Step:
    """Shell lines that run before the hook."""
    return do(f"the hook begins with {lines}", lambda scene: scene.server.install("pre-receive", before=lines))


def _sign_pushes(who: str) -> Step:
    def act(scene: ServedScene) -> None:
        assert scene.story.ssh is not None
        scene.options = ("--signed",)
        for key, value in (("gpg.format", "ssh"), ("user.signingkey", scene.story.ssh.key(who))):
            scene.git("config", key, str(value), cwd=scene.story.path)

    return do(f"{who} signs pushes", act)


def _replay(expect: str, *updates: str, **changes: str) -> Step:
    """The last certificate comes once more, with other updates or another answer about its nonce."""

    def act(scene: ServedScene) -> str:
        oid, nonce = scene.certificate_kept()
        known = {"GIT_PUSH_CERT": oid, "GIT_PUSH_CERT_NONCE": nonce, "GIT_PUSH_CERT_NONCE_STATUS": "OK"}
        lines = "".join(f"{'0' * 40} {scene.oid(name)} {ref}\n" for name, _, ref in (u.partition(":") for u in updates))
        done = scene.server.run_hook("pre-receive", stdin=lines.encode(), **{**known, **changes})
        return words_of_hook(done.returncode, done.stderr.decode())

    return Step(f"the certificate comes again for {updates} {changes}", act, expect)


def _plain_signed(expect: str) -> Step:
    """The same signed push to a server that asks for certificates and has no hook."""

    def act(scene: ServedScene) -> str:
        plain = scene.story.folder / "plain.git"
        scene.git("init", "-q", "--bare", plain)
        scene.git("config", "receive.certNonceSeed", "a secret", cwd=plain)
        done = scene.git("push", "-q", "--signed", plain, f"{scene.last}:{_MAIN}", cwd=scene.story.path)
        return REFUSES if done.returncode else BLIND

    return Step("the signed push to plain git", act, expect, True)


_NONCE = configure("receive.certNonceSeed", "a secret of this test")
_DEMAND = configure("gitsig.requireCertificate", "true")
_SIGNED = (_NONCE, _DEMAND, _sign_pushes("ada"), commit("base"), push(f"base:{_MAIN}"))

STORIES = (
    AttackStory(
        "r14-objects-in-quarantine",
        "R14",
        "the pushed objects wait in quarantine, where a reader of the plain path does not see them",
        "A hook that finds no commits must not find nothing wrong.",
        _QUARANTINE,
        (
            commit("evil", sign=False),
            plain_push(f"evil:{_MAIN}"),
            push(f"evil:{_MAIN}", expect="unsigned"),
            commit("good", on=""),
            push(f"good:{_MAIN}"),
        ),
        served=True,
    ),
    AttackStory(
        "r14-quarantine-lost",
        "R14",
        "a wrapper around the hook loses the quarantine's environment",
        "sudo and container starters drop variables.",
        _QUARANTINE,
        (
            commit("base"),
            _before("unset GIT_OBJECT_DIRECTORY GIT_ALTERNATE_OBJECT_DIRECTORIES"),
            plain_push(f"base:{_MAIN}"),
            push(f"base:{_MAIN}", expect="verifier_error"),
        ),
        served=True,
    ),
    AttackStory(
        "r14-repository-lost",
        "R14",
        "the environment keeps the quarantine and loses the repository's own objects",
        "The parents of what is pushed cannot be read then, and a walk must not end there.",
        _QUARANTINE,
        (
            commit("evil", sign=False),
            commit("base"),
            configure("gitsig.mode", "warn"),
            push(f"base:{_MAIN}"),
            configure("gitsig.mode", "enforce"),
            commit("next"),
            _before("unset GIT_ALTERNATE_OBJECT_DIRECTORIES"),
            plain_push(f"next:{_MAIN}"),
            push(f"next:{_MAIN}", expect="verifier_error"),
        ),
        served=True,
    ),
    AttackStory(
        "r14-another-quarantine",
        "R14",
        "the environment names another folder of objects",
        "It holds a signed commit, and not the one that is pushed.",
        _QUARANTINE,
        (
            commit("evil", sign=False),
            _before("GIT_OBJECT_DIRECTORY=/nonexistent; export GIT_OBJECT_DIRECTORY"),
            plain_push(f"evil:{_MAIN}"),
            push(f"evil:{_MAIN}", expect="verifier_error"),
        ),
        served=True,
    ),
    AttackStory(
        "r15-replayed",
        "R15",
        "a certificate of an earlier push comes again",
        "Its nonce is old, and git leaves it to the hook to look.",
        _CERTIFICATE,
        (
            *_SIGNED,
            _plain_signed("does not look"),
            _replay("accepted", f"base:{_MAIN}"),
            *(
                _replay("rule_violation", f"base:{_MAIN}", GIT_PUSH_CERT_NONCE_STATUS=status)
                for status in ("BAD", "MISSING", "UNSOLICITED", "")
            ),
            _replay("rule_violation", f"base:{_MAIN}", GIT_PUSH_CERT_NONCE="another"),
        ),
        served=True,
    ),
    AttackStory(
        "r15-for-another-push",
        "R15",
        "a certificate for one push travels with another",
        "What Ada signed for main does not hold for another ref, one more ref, or another id.",
        _CERTIFICATE,
        (
            *_SIGNED,
            _plain_signed("does not look"),
            commit("next"),
            _replay("rule_violation", "base:refs/heads/other"),
            _replay("rule_violation", f"base:{_MAIN}", "base:refs/heads/other"),
            _replay("rule_violation + verifier_error", f"next:{_MAIN}"),
            _replay("rule_violation", f"base:{_MAIN}", GIT_PUSH_CERT="1" * 40),
        ),
        served=True,
    ),
    AttackStory(
        "r15-by-a-stranger",
        "R15",
        "good commits, pushed under a stranger's certificate",
        "git keeps the certificate and takes the push.",
        _CERTIFICATE,
        (
            _NONCE,
            _sign_pushes("mallory"),
            commit("base"),
            _plain_signed("does not look"),
            push(f"base:{_MAIN}", expect="rule_violation"),
        ),
        served=True,
    ),
    AttackStory(
        "r15-without-a-certificate",
        "R15",
        "an unsigned push where certificates are demanded",
        "Whoever holds an account and no key could otherwise push what others have signed.",
        _CERTIFICATE,
        (
            _NONCE,
            _DEMAND,
            commit("base"),
            plain_push(f"base:{_MAIN}"),
            push(f"base:{_MAIN}", expect="rule_violation"),
        ),
        served=True,
    ),
)
