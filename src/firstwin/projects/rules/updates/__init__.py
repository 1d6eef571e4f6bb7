"""Comparing a running plan with a newer version of its playbook, and working accepted changes into it."""
