TITLE A calcium pool that is filled by the current of its ion

NEURON {
    THREADSAFE
    SUFFIX calcium_pool
    USEION ca READ ica, cai WRITE cai
    RANGE rest, tau, depth
}

PARAMETER {
    rest = 1e-4 (mM)
    tau = 20 (ms)
    depth = 0.1 (um)
}

ASSIGNED { ica (mA/cm2) }

STATE { cai (mM) }

INITIAL { cai = 2 * rest }

BREAKPOINT { SOLVE pool METHOD cnexp }

DERIVATIVE pool {
    LOCAL inflow
    inflow = -ica * 5 / (96485.33 * depth)
    if (inflow < 0) { inflow = 0 }
    cai' = inflow + (rest - cai) / tau
}
