"""Stage 2, judge: pure checks turn evidence into findings. No clock, network, environment, randomness or locale."""
