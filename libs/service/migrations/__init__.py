"""The history of the database; `libs/service/database.py` runs it."""
