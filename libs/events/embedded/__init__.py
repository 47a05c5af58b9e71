"""A server as a child of ours: found, started on a leash, stopped by degrees. For `parlor up` and for tests."""
