"""The targets. Each module has `one(data)`, `seeds()` and `TOKENS`; none needs atheris.

`one` returns for whatever is handled as it should be and raises for everything else. A target says which errors its
reader may raise, what must hold of whatever it accepts, and, wherever there is one, what a second reader says that was
written apart from gitsig's.
"""
