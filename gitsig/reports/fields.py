"""The report of schema `gitsig/report/1` as plain dictionaries, shared by the JSON formats, and their encoding.

Dashboards read these names: a change here is a change of the schema's version.
"""

from __future__ import annotations

import json
from functools import lru_cache

from gitsig._version import __version__
from gitsig.model import RunInfo, Summary, Verdict
from gitsig.reports.times import iso

__all__ = ["SCHEMA", "encode_json", "header", "summary", "verdict", "verdict_line"]

SCHEMA = "gitsig/report/1"

_WHO = ("type", "ref", "accepted", "reason", "format", "signer", "fingerprint", "key_fingerprint")
_HOW = ("digest", "new", "exception", "detail")


def header(info: RunInfo, schema: str = SCHEMA) -> dict[str, object]:
    """What is known before the first object."""
    return {
        "schema": schema,
        "gitsig": __version__,
        "repository": info.repository,
        "object_format": info.object_format,
        "policy": {"source": info.policy_source, "digest": info.policy_digest},
        "now": iso(info.now),
    }


def verdict(found: Verdict) -> dict[str, object]:
    """One object of the report. Absent facts are null."""
    return {
        "oid": found.oid,
        "type": found.type,
        "ref": found.ref,
        "accepted": found.accepted,
        "reason": found.reason,
        "format": found.format,
        "signer": found.signer,
        "fingerprint": found.fingerprint,
        "key_fingerprint": found.key_fingerprint,
        "signed_at": None if found.signed_at is None else iso(found.signed_at),
        "digest": found.digest,
        "new": found.new,
        "exception": found.exception,
        "detail": found.detail,
    }


def verdict_line(found: Verdict) -> str:
    """`verdict` as `encode_json` writes it, without the braces.

    Put together from two parts that most objects share with others, and three that they do not.
    """
    signed_at = "null" if found.signed_at is None else f'"{iso(found.signed_at)}"'
    return (
        f'"oid": {encode_json(found.oid)}, '
        + _who(
            found.type,
            found.ref,
            found.accepted,
            found.reason,
            found.format,
            found.signer,
            found.fingerprint,
            found.key_fingerprint,
        )
        + f', "signed_at": {signed_at}, '
        + _how(found.digest, found.new, found.exception, found.detail)
    )


@lru_cache(maxsize=1024)
def _who(*values: object) -> str:
    return _members(_WHO, values)


@lru_cache(maxsize=1024)
def _how(*values: object) -> str:
    return _members(_HOW, values)


def _members(names: tuple[str, ...], values: tuple[object, ...]) -> str:
    return encode_json(dict(zip(names, values, strict=True)))[1:-1]


def summary(counts: Summary) -> dict[str, object]:
    """The counts; `unverifiable` is part of `refused`. Milliseconds are as exact as `seconds` gets."""
    return {
        "checked": counts.checked,
        "accepted": counts.accepted,
        "refused": counts.refused,
        "unverifiable": counts.unverifiable,
        "by_reason": dict(counts.by_reason),
        "by_signer": dict(counts.by_signer),
        "seconds": round(counts.seconds, 3),
        "cached": counts.cached,
    }


_ENCODER = json.JSONEncoder(ensure_ascii=True, allow_nan=False)


def encode_json(value: object) -> str:
    """`value` as JSON on one line, in printable ASCII, without a runner's orders. Parsers see the original text.

    JSON alone leaves `##[` as it is; it can only stand inside of strings.
    """
    text = _ENCODER.encode(value)
    return text.replace("##", "#\\u0023") if "##" in text else text
