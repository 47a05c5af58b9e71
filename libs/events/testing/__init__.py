"""The pytest plugin `pytest_parlor`, also for other repositories: docs/replaying.md shows it in use."""
