"""gpg missing, hanging, killed, printing garbage, lying: never an acceptance, never a traceback, never a hang."""

from __future__ import annotations

from pathlib import Path

import pytest

from gitsig.keys.openpgp import gpg as running
from gitsig.keys.openpgp import importing
from gitsig.model import Limits
from tests.faults.conftest import Judged
from tests.faults.fakegpg import CALLS, FakeGpg
from tests.faults.program import Ended, audit
from tests.support.story import START

LIE = "".join(
    f"[GNUPG:] {line}\\n"
    for line in (
        "NEWSIG",
        "GOODSIG {id} Ada",
        "VALIDSIG {key} 2026-01-01 {time} 0 4 0 22 10 00 {primary}",
        "TRUST_ULTIMATE 0 pgp",
    )
)

BREAKDOWNS = {
    "exits at once": "exit 0",
    "exits with 2": "exit 2",
    "kills itself": "kill -9 $$",
    "kills itself after the truth": '"$real" "$@"; kill -9 $$',
    "kills itself after half the truth": '"$real" "$@" | head -c 300; kill -9 $$',
    "prints zeros": "head -c 300000 /dev/zero; exit 0",
    "prints noise": 'printf "\\377\\376\\200[GNUPG:] \\n:::\\npub:\\nfpr:::\\n"; exit 0',
    "prints half a line": "printf '[GNUPG:] NEW'; exit 0",
    "floods standard error": "head -c 300000 /dev/zero >&2; exit 0",
    "closes its output": 'exec >&- 2>&-; "$real" "$@"; exit',
    "reads nothing": "exec <&-; exit 0",
    "dies of a signal of its own": "kill -TERM $$",
}
HANGS = {
    "sleeps": "exec tail -f /dev/null",
    "sleeps after the truth": '"$real" "$@"; exec tail -f /dev/null',
    "reads nothing and sleeps": "exec <&- tail -f /dev/null",
    "will not be interrupted": "trap '' TERM INT HUP; while :; do :; done",
    "prints for ever": "while :; do echo '[GNUPG:] NEWSIG'; done",
}


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Children get a fraction of a second instead of half a minute."""
    short = Limits(child_seconds=0.3)
    for module in (running, importing):
        monkeypatch.setattr(module, "LIMITS", short)


def judge(judged: Judged, why: str, *options: str) -> Ended:
    found = audit(judged.path, judged.policy, *options)
    found.holds(judged.clean, why)
    return found


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS.keys())
@pytest.mark.parametrize("behaviour", BREAKDOWNS.values(), ids=BREAKDOWNS.keys())
def test_a_gpg_that_breaks_down(mixed: Judged, cold: Path, gpg: FakeGpg, behaviour: str, call: str) -> None:
    """Twice with the trouble, and once more with what it left behind, when gpg is well again."""
    gpg.script(behaviour, call)
    for _ in range(2):
        judge(mixed, behaviour)
    gpg.honest()
    assert judge(mixed, behaviour).same_as(mixed.clean)


@pytest.mark.parametrize("call", ["--import", "--check-sigs", "--verify"])
@pytest.mark.parametrize("behaviour", HANGS.values(), ids=HANGS.keys())
@pytest.mark.usefixtures("impatient")
def test_a_gpg_that_hangs(mixed: Judged, cold: Path, gpg: FakeGpg, behaviour: str, call: str) -> None:
    gpg.script(behaviour, call)
    found = judge(mixed, behaviour)
    assert (found.code, set(found.accepted.values())) == (3, {"carol"})
    assert "gpg did not answer within 0.3 s" in found.said


@pytest.mark.parametrize("options", [(), ("--engine", "gnupg"), ("--cross-check",)])
def test_gpg_missing(mixed: Judged, cold: Path, monkeypatch: pytest.MonkeyPatch, options: tuple[str, ...]) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    found = judge(mixed, "no gpg", *options)
    assert (found.code, set(found.accepted.values())) == (3, {"carol"})
    assert "gpg is not installed" in found.said
    assert len(found.said.splitlines()) == 1


def test_gpg_vanishes_after_the_key_store_was_built(mixed: Judged, cold: Path, gpg: FakeGpg) -> None:
    """Whoever has been vouched for goes on, since nobody else is asked; nobody new is vouched for."""
    judge(mixed, "well")
    (vouched,) = cold.glob("keyrings/*/vouched")
    (gone, *_) = sorted(vouched.iterdir())
    gone.unlink()
    gpg.script("exit 127")
    found = judge(mixed, "the script fails")
    assert found.code == 3
    assert len(set(found.accepted.values())) == 2


@pytest.mark.parametrize("code", [0, 1, 2, 127])
@pytest.mark.parametrize("engine", ["auto", "gnupg"])
def test_a_verification_that_lies_about_its_exit_code(
    mixed: Judged, cold: Path, gpg: FakeGpg, code: int, engine: str
) -> None:
    """Neither makes 0 good out of bad nor 2 bad out of good: what counts is the status (S4)."""
    gpg.script(f'"$real" "$@"; exit {code}', "--verify")
    assert judge(mixed, "exit code", "--engine", engine).same_as(mixed.clean)


@pytest.mark.parametrize("options", [(), ("--cross-check",), ("--engine", "gnupg")])
@pytest.mark.parametrize("who", ["ada", "bob", "mallory"])
def test_a_gpg_that_says_good_of_everything(
    mixed: Judged, cold: Path, gpg: FakeGpg, who: str, options: tuple[str, ...]
) -> None:
    """Also of the stranger's signature, and of those that do not match: its key and time are held against them."""
    person = mixed.story.people[who]
    key = str(person.openpgp)
    told = LIE.format(id=key[-16:], key=key, primary=person.certificate or key, time=START + 60)
    gpg.script(f'printf "{told}"; exit 0', "--verify")
    judge(mixed, f"a lie about {who}", *options)
    gpg.honest()
    assert judge(mixed, "well again").same_as(mixed.clean)


def test_a_gpg_that_lists_a_strangers_key_as_hers(mixed: Judged, cold: Path, gpg: FakeGpg) -> None:
    """Numbers and fingerprints of a key come from the certificate that the policy names, not from the listing."""
    ada, mallory = mixed.story.people["ada"], mixed.story.people["mallory"]
    gpg.script(f'"$real" "$@" | sed s/{ada.openpgp}/{mallory.openpgp}/; exit 0', "--check-sigs")
    found = judge(mixed, "another fingerprint")
    assert "ada" not in found.accepted.values()


def test_a_gpg_that_is_no_program(mixed: Judged, cold: Path, gpg: FakeGpg) -> None:
    (gpg.folder / "gpg").write_bytes(b"\x7fELF nonsense")
    found = judge(mixed, "no program")
    assert (found.code, set(found.accepted.values())) == (3, {"carol"})
