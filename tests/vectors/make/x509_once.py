"""Makes the CMS signatures in `stored/`. Run once: OpenSSL writes the time of day into each, so the next run differs.

TEST KEYS, made for gitsig's vectors; never use. They are thrown away with the temporary folder.
"""

from __future__ import annotations

import subprocess
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from tests.support.gnupg import BIRTH
from tests.vectors.make.keys import WARNING
from tests.vectors.make.objects import payload

_STORED = Path(__file__).parent / "stored"
_BORN = datetime.fromtimestamp(BIRTH, UTC)
_DAYS = {"expired": 30}
_USAGE = {"wrong-usage": ExtendedKeyUsageOID.SERVER_AUTH}


def main() -> None:
    """Write one CMS signature for each kind of certificate."""
    _STORED.mkdir(exist_ok=True)
    root_key, name = rsa.generate_private_key(65537, 2048), _name("Root")
    root = _certificate(root_key.public_key(), name, name, root_key, 36500, None)
    for kind in ("unknown-root", "self-signed", "expired", "wrong-usage"):
        key, own = rsa.generate_private_key(65537, 2048), _name("Ada")
        issuer, signer = (own, key) if kind == "self-signed" else (name, root_key)
        usage = _USAGE.get(kind, ExtendedKeyUsageOID.EMAIL_PROTECTION)
        leaf = _certificate(key.public_key(), own, issuer, signer, _DAYS.get(kind, 36500), usage)
        (_STORED / f"x509-{kind}.pem").write_bytes(_sign(key, leaf, root))


def _name(common: str) -> x509.Name:
    address = x509.NameAttribute(NameOID.EMAIL_ADDRESS, "ada@example.org")
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"{common}: {WARNING}"), address])


def _certificate(public, subject, issuer, signer, days, usage):  # type: ignore[no-untyped-def]  # types of cryptography
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(public)
    builder = builder.serial_number(x509.random_serial_number()).not_valid_before(_BORN)
    builder = builder.not_valid_after(_BORN + timedelta(days=days))
    builder = builder.add_extension(x509.BasicConstraints(ca=usage is None, path_length=None), critical=True)
    if usage is not None:
        builder = builder.add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
    return builder.sign(signer, SHA256())


def _sign(key, leaf, root) -> bytes:  # type: ignore[no-untyped-def]  # as above
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "leaf").write_bytes(leaf.public_bytes(Encoding.PEM))
        (folder / "root").write_bytes(root.public_bytes(Encoding.PEM))
        (folder / "key").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        command = ["openssl", "cms", "-sign", "-binary", "-md", "sha256", "-outform", "PEM", "-signer", "leaf"]
        command += ["-inkey", "key", "-certfile", "root"]
        done = subprocess.run(command, input=payload("Change k16\n"), capture_output=True, check=True, cwd=folder)
    return done.stdout.replace(b"-----BEGIN CMS-----", b"-----BEGIN SIGNED MESSAGE-----").replace(
        b"-----END CMS-----", b"-----END SIGNED MESSAGE-----"
    )


if __name__ == "__main__":
    main()
