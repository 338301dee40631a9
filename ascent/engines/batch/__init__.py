"""The batch engine: many runs of the same kind of cable at a time, one in each lane of the processor's vectors."""
