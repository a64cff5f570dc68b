"""What OCPI asks of a hub, and which test shows it: the source of docs/supported-ocpi.md."""
