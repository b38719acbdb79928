"""The server's doorways: the hooks that see a push before it is taken in. All of them ask the same `verify_updates`.

`pre_receive` sees the whole push and refuses all of it or nothing; `update` (git, gitolite) and `ref_update` (Gerrit)
see one ref at a time. Wherever both can be had, `pre-receive` is the one to install.
"""

from gitsig.hooks.server.gerrit import ref_update
from gitsig.hooks.server.git import pre_receive, update

__all__ = ["pre_receive", "ref_update", "update"]
