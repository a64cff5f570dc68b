"""The hub's commands for operators: python manage.py COMMAND."""
