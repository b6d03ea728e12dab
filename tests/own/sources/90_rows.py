# %% [markdown]
# # Rows
#
# A table has rows: $x$ is `(N, D)`.

# %%
import numpy as np

# %% [markdown]
# Add up every row.

# %% exercise="row_sums"
def row_sums(x):
    """The sum of every row of x (N, D): (N,)."""
    # BEGIN SOLUTION
    sums = x.sum(axis=1)
    # END SOLUTION
    return sums


# %% play=true tags=["optional"]
raise SystemExit("a grader that runs this cell is not skipping play cells")

# %% exercise="smallest_and_largest"
def smallest_and_largest(x: np.ndarray):
    """The smallest and the largest number of every row of x (N, D)."""
    # BEGIN SOLUTION
    return x.min(axis=1), x.max(axis=1)
    # END SOLUTION


# %% [markdown]
# That's all.
