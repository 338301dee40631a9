TITLE A procedure that is solved: it runs once each step

NEURON {
    THREADSAFE
    SUFFIX ticking
    NONSPECIFIC_CURRENT i
    RANGE count, gbar
}

PARAMETER { gbar = 1e-4 (S/cm2) }

ASSIGNED {
    v (mV)
    i (mA/cm2)
    count
}

STATE { low }

INITIAL {
    count = 0
    low = v
}

BREAKPOINT {
    SOLVE tick
    i = gbar * (v - low)
}

PROCEDURE tick() {
    count = count + 1
    if (v < low) { low = v }
}
