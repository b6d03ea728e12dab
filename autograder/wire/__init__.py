"""How the processes of the autograder talk: frames of JSON on a socket, never pickle. What comes from a worker is hostile until read."""
