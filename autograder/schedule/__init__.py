"""Where notebooks are run: in processes of this machine, or on the workers of a Dask cluster. The coordinator can't tell the difference."""
