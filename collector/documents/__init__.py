"""Documents in a folder, as a source: what a reader sees on them."""
