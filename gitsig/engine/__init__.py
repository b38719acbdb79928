"""The pipeline: targets become jobs, jobs become evidence, evidence becomes verdicts."""

from gitsig.engine.run import Run
from gitsig.engine.verifier import Verifier

__all__ = ["Run", "Verifier"]
