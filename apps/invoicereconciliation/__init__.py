"""The Invoice Reconciliation module: its description and its table."""
