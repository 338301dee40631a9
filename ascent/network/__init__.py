"""Network-embedded neurons: detailed cells, presynaptic activity, synapses and realizations of a network."""
