"""The strict grammar of raw commits and tags: bytes in, `SignedObject` out, and the same bytes back.

What is outside the grammar is `MalformedObject`, never "unsigned". The rules are git's own
(`commit.c: parse_signed_commit`, `tag.c`, `gpg-interface.c: parse_signed_buffer`), made stricter wherever two readers
of the same bytes could disagree.
"""

from gitsig.objects.ids import hash_object, join
from gitsig.objects.lineage import parents_and_time, parents_of
from gitsig.objects.parse import parse

__all__ = ["hash_object", "join", "parents_and_time", "parents_of", "parse"]
