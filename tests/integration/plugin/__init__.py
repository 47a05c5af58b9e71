"""The pytest plugin, as other repositories use it."""
