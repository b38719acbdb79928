"""A bare repository behind gitsig's hook, and real pushes to it: over a path, git's own daemon, and smart HTTP."""

from __future__ import annotations

import json
import os
import socketserver
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from tests.support.story import Story

__all__ = ["NONE", "PROGRAM", "Guarded", "git", "over_daemon", "over_http"]

NONE = "0" * 40
PROGRAM = Path(sys.executable).parent / "gitsig"
HOOKS = Path(__file__).parents[3] / "hooks"


def git(*args: str | Path, env: dict[str, str] | None = None, **rest: Any) -> subprocess.CompletedProcess[str]:
    """Run git; give what came of it."""
    options: dict[str, Any] = {"capture_output": True, "text": True, "errors": "replace", "check": False, **rest}
    return subprocess.run(["git", *map(str, args)], env={**os.environ, **(env or {})}, **options)


class Guarded:
    """The server's side, told by a story that is pushed from."""

    def __init__(self, story: Story, *, hook: str = "pre-receive", bare: bool = True) -> None:
        self.story = story
        self.path = story.folder / "server.git"
        self.log = story.folder / "decisions.log"
        git("init", "-q", "-b", "main", *(["--bare"] if bare else []), self.path, check=True)
        self.git_dir = self.path if bare else self.path / ".git"
        self.install(hook)
        self.config("gitsig.policy", str(story.policy()))
        self.config("gitsig.log", str(self.log))

    def install(self, hook: str, before: str = "", program: Path | str = PROGRAM) -> None:
        """Put a hook in place; `before` are lines of shell that run first."""
        path = self.git_dir / "hooks" / hook
        path.parent.mkdir(exist_ok=True)
        path.write_text(f'#!/bin/sh\n{before}\nGITSIG="{program}" exec "{HOOKS / hook}" "$@"\n')
        path.chmod(0o755)

    def config(self, key: str, value: str | None) -> None:
        """Set a key of the server's configuration, or unset it."""
        git("--git-dir", self.git_dir, "config", *([key, value] if value is not None else ["--unset", key]), check=True)

    def push(self, *refspecs: str, url: str | None = None, **env: str) -> subprocess.CompletedProcess[str]:
        """Push from the story. `env` reaches the hook where the push goes over a path."""
        return git("-C", self.story.path, "push", url or self.path, *refspecs, env=env)

    def refs(self) -> dict[str, str]:
        """What the server holds, by full name."""
        listed = git("--git-dir", self.git_dir, "for-each-ref", "--format=%(refname) %(objectname)", check=True).stdout
        return dict(line.split(" ") for line in listed.splitlines())

    def decisions(self) -> list[dict[str, Any]]:
        """The log, parsed."""
        return [json.loads(line) for line in self.log.read_text("ascii").splitlines()] if self.log.exists() else []

    def run_hook(self, name: str, *args: str, stdin: bytes = b"", **env: str) -> subprocess.CompletedProcess[bytes]:
        """Run the program as a hook in the server's repository, as git would."""
        around = {**os.environ, "GIT_DIR": ".", **env}
        return subprocess.run(
            [PROGRAM, "hook", name, *args], cwd=self.git_dir, input=stdin, capture_output=True, env=around, check=False
        )


@contextmanager
def _serving(server: socketserver.BaseServer) -> Iterator[int]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server.server_address[1]  # type: ignore[misc, index]  # an Internet address
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def over_daemon(folder: Path) -> Iterator[str]:
    """The address of a git-daemon(1) that takes pushes for the repositories in `folder`; one process a connection."""

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            command = ["git", "daemon", "--inetd", "--enable=receive-pack", "--export-all", f"--base-path={folder}"]
            env = {**os.environ, "REMOTE_ADDR": self.client_address[0]}  # as inetd's like set it
            subprocess.run([*command, str(folder)], stdin=self.request, stdout=self.request, env=env, check=False)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server, _serving(server) as port:
        yield f"git://127.0.0.1:{port}"


@contextmanager
def over_http(folder: Path, user: str = "ada") -> Iterator[str]:
    """The address of git-http-backend(1) for the repositories in `folder`, everybody being logged in as `user`."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path, _, query = self.path.partition("?")
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            env = {
                **os.environ,
                "GIT_PROJECT_ROOT": str(folder),
                "GIT_HTTP_EXPORT_ALL": "1",
                "PATH_INFO": path,
                "QUERY_STRING": query,
                "REQUEST_METHOD": self.command,
                "CONTENT_TYPE": self.headers.get("Content-Type", ""),
                "CONTENT_LENGTH": str(len(body)),
                "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
                "REMOTE_USER": user,
                "REMOTE_ADDR": self.client_address[0],
            }
            done = subprocess.run(["git", "http-backend"], input=body, capture_output=True, env=env, check=False)
            head, _, content = done.stdout.partition(b"\r\n\r\n")
            fields = dict(line.split(": ", 1) for line in head.decode().split("\r\n"))
            self.send_response(int(fields.pop("Status", "200").split()[0]))
            for name, value in fields.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        do_POST = do_GET  # noqa: N815 -- the library's name

        def log_message(self, *_: object) -> None:
            """Nothing on standard error."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server, _serving(server) as port:
        yield f"http://127.0.0.1:{port}"
