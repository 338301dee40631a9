"""What ascent adds to Hydra; Hydra finds plugins in this namespace only."""
