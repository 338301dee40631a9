"""Schemas of the parameters of cells and networks."""
