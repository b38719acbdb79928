"""Making and keeping a policy: editing its file, comparing two, proposing one from a history, its schema for editors.

Nothing here judges. What is written is read back by gitsig's own parser before it takes the place of what was there.
"""
