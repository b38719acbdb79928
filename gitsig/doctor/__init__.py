"""`gitsig doctor`: everything that an installation depends on, checked one by one, each with its mend."""

from gitsig.doctor.check import Check, Status, as_json, as_text, exit_code
from gitsig.doctor.examine import examine

__all__ = ["Check", "Status", "as_json", "as_text", "examine", "exit_code"]
