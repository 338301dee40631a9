"""The 3D field: cuffs and nerve as solids, mesh, materials, potentials of each contact."""
