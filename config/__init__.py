"""Stage 0: settings, requirement catalogues and controls; YAML with the place of every mistake."""
