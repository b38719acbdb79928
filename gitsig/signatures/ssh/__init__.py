"""SSH signatures (PROTOCOL.sshsig): armor, blob, inner signature, and the engine that verifies them in process."""

from gitsig.signatures.ssh.engine import SSHEngine

__all__ = ["SSHEngine"]
