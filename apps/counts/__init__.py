"""Counters per minute: what the operator's overview is drawn from, so that no page counts rows."""
