"""The pure rules: tables of cases, no socket, no clock."""
