"""`parlor log …`: the event log for engineers. One file per command; `app.py` names them all."""
