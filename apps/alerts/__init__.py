"""Tells the operator what needs a person: once when it begins, once when it is over."""
