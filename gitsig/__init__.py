"""gitsig."""
