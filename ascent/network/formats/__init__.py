"""The files of a network study: parameters, morphologies, landmarks, synapses, activity and traces."""
