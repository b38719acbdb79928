"""Governance in the repository: a commit is judged by the policy in its parents, from a trusted root on."""
