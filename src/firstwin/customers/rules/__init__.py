"""Pure rules of customers, a module per subject."""
