"""Keys of every type, signatures by ssh-keygen, signatures put together by hand, and OpenSSH's own opinion."""

from __future__ import annotations

import hashlib
import subprocess
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from gitsig.keys.ssh import SSHKey, SSHKeys, parse_public_key
from gitsig.signatures.ssh.engine import SSHEngine
from tests.support.sshkeys import SSHHome

SK_ED25519 = b"sk-ssh-ed25519@openssh.com"
SK_ECDSA = b"sk-ecdsa-sha2-nistp256@openssh.com"
TYPES = {
    "ed25519": ("ed25519", None),
    "ecdsa256": ("ecdsa", 256),
    "ecdsa384": ("ecdsa", 384),
    "ecdsa521": ("ecdsa", 521),
    "rsa2048": ("rsa", 2048),
    "rsa3072": ("rsa", 3072),
}


class Lab:
    """What the tests of SSH signatures work with. A key is named, or is a public key line."""

    def __init__(self, path: Path) -> None:
        self.home = SSHHome(path / "keys")
        self.path = path
        for name, (type_, bits) in TYPES.items():
            self.home.generate(name, type_, bits)
        self.sk_private = ed25519.Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
        self.sk_private_ec = ec.derive_private_key(int.from_bytes(bytes(range(1, 33))), ec.SECP256R1())

    def line(self, name: str) -> str:
        """The public key line of a key that `ssh-keygen` made, or of a FIDO key."""
        if name in ("sk-ed25519", "sk-ecdsa"):
            blob = self.sk_blob(name)
            return f"{blob[4 : 4 + blob[3]].decode()} {b64encode(blob).decode()} {name}"
        return self.home.public(name)

    def key(self, name: str) -> SSHKey:
        return parse_public_key(self.line(name), name)

    def engine(self, *names: str) -> SSHEngine:
        return SSHEngine(SSHKeys([self.key(name) for name in names]))

    def sign(self, name: str, payload: bytes, namespace: str = "git", digest: str = "sha512") -> bytes:
        if name.startswith("sk-"):
            return self.fido(name, payload, digest=digest.encode())
        return self.home.sign_cached(payload, name, namespace, digest)

    @staticmethod
    def string(*values: bytes) -> bytes:
        return b"".join(len(value).to_bytes(4) + value for value in values)

    @staticmethod
    def mpint(value: int) -> bytes:
        return value.to_bytes(value.bit_length() // 8 + 1)

    def blob(self, key: bytes, signature: bytes, **parts: bytes) -> bytes:
        """An SSHSIG, each part of which may be replaced: magic, namespace, reserved, digest."""
        fields = (parts.get("namespace", b"git"), parts.get("reserved", b""), parts.get("digest", b"sha512"))
        return parts.get("magic", b"SSHSIG\0\0\0\1") + self.string(key, *fields, signature)

    @staticmethod
    def armor(blob: bytes, width: int = 70) -> bytes:
        text = b64encode(blob)
        lines = [text[at : at + width] for at in range(0, len(text), width)]
        return b"\n".join([b"-----BEGIN SSH SIGNATURE-----", *lines, b"-----END SSH SIGNATURE-----", b""])

    def signed(self, payload: bytes, namespace: bytes = b"git", digest: bytes = b"sha512") -> bytes:
        return b"SSHSIG" + self.string(namespace, b"", digest, hashlib.new(digest.decode(), payload).digest())

    def sk_blob(self, name: str, application: bytes = b"ssh:") -> bytes:
        if name == "sk-ed25519":
            raw = self.sk_private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
            return self.string(SK_ED25519, raw, application)
        point = self.sk_private_ec.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return self.string(SK_ECDSA, b"nistp256", point, application)

    def fido(
        self,
        name: str,
        payload: bytes,
        *,
        flags: int = 1,
        counter: int = 7,
        digest: bytes = b"sha512",
        tail: bytes = b"",
    ) -> bytes:
        """What a FIDO authenticator would have signed (PROTOCOL.u2f), armored."""
        state = bytes([flags]) + counter.to_bytes(4)
        message = hashlib.sha256(self.signed(payload, digest=digest)).digest()
        data = hashlib.sha256(b"ssh:").digest() + state + message
        if name == "sk-ed25519":
            inner = self.string(SK_ED25519, self.sk_private.sign(data))
        else:
            r, s = decode_dss_signature(self.sk_private_ec.sign(data, ec.ECDSA(SHA256())))
            inner = self.string(SK_ECDSA, self.string(self.mpint(r), self.mpint(s)))
        return self.armor(self.blob(self.sk_blob(name), inner + state + tail, digest=digest))

    def openssh_accepts(self, name: str, payload: bytes, armored: bytes, *options: str) -> bool:
        """What `ssh-keygen -Y verify` says with this one key allowed for git."""
        allowed, signature = self.path / "allowed", self.path / "signature"
        allowed.write_text(f"me {self.line(name)}\n")
        signature.write_bytes(armored)
        command = ["ssh-keygen", "-Y", "verify", *options, "-I", "me", "-n", "git", "-f", allowed, "-s", signature]
        return subprocess.run(command, input=payload, capture_output=True, check=False).returncode == 0


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Lab:
    return Lab(tmp_path_factory.mktemp("lab"))


@pytest.fixture(params=[*TYPES, "sk-ed25519", "sk-ecdsa"])
def key_name(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def outcome(lab: Lab) -> Callable[..., str]:
    """The outcome of an armored signature by a named key, and that OpenSSH accepts whatever is verified."""

    def check(name: str, payload: bytes, armored: bytes, *, openssh: bool | None = None) -> str:
        found = lab.engine(name).examine(payload, armored, 1700000000).outcome
        theirs = lab.openssh_accepts(name, payload, armored)
        assert openssh is None or theirs is openssh
        assert theirs or found != "verified"
        return str(found)

    return check
