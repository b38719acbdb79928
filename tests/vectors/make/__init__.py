"""The generator of the vectors: `python -m tests.vectors.make` writes every file anew, with the same bytes.

Every key in it is derived from its name and good for nothing else.
"""
