"""Stage 1, collect: the only place with network, process and directory access; hands on evidence."""
