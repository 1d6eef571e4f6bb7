"""Forecasts: what is learned from what happened, and how far it can be trusted."""
