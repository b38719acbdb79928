"""Attacks that need a whole repository, as short stories: who commits, signs, merges and pushes, and what comes of it.

`telling` holds what a story is, `steps` the words that stories are told with, `scene` the repository in which they
happen; one module holds each family of stories, `table` has them all, and `test_stories` tells them.
"""
