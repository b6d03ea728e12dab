"""Where student code runs: a zygote that has everything imported, and workers forked from it, one per notebook.

Nothing here holds a secret, and nothing that comes from here is believed: a worker can lie about its own notebook and about nothing else.
"""
