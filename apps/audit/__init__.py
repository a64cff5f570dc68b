"""What operators did to the hub: who, when, what, why, and what it changed."""
