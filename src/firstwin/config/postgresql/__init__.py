"""PostgreSQL as Django reaches it, but for how a kept connection is looked after."""
