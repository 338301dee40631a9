"""Membrane mechanisms in NMODL, and the build that compiles them (see :mod:`ascent.mechanisms.build`)."""
