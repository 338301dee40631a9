"""Tables and pictures of what a run computed. Matplotlib is imported where something is drawn."""
