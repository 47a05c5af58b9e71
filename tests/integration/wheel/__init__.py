"""The wheel `parlor-events`, in an environment and a project of somebody else."""
