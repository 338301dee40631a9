TITLE Current with the shape of an excitatory postsynaptic current

COMMENT
The current that
  Schaefer AT, Larkum ME, Sakmann B, Roth A (2003). Coincidence detection in pyramidal neurons is tuned by their
  dendritic branching pattern. J Neurophysiol 89:3143-3154
inject into the apical dendrite: from `onset`, the difference of two exponentials with a peak of `imax` (inward).
ENDCOMMENT

NEURON {
    THREADSAFE
    POINT_PROCESS epsp
    RANGE onset, tau0, tau1, imax, i
    NONSPECIFIC_CURRENT i
}

UNITS {
    (nA) = (nanoamp)
    (mV) = (millivolt)
}

PARAMETER {
    onset = 0 (ms)
    tau0 = 0.2 (ms)
    tau1 = 3 (ms)
    imax = 0 (nA)
}

ASSIGNED {
    v (mV)
    i (nA)
    amp (nA)
}

INITIAL {
    LOCAL t_peak
    t_peak = tau0 * tau1 * log(tau0 / tau1) / (tau0 - tau1)
    amp = imax / (decayed(t_peak / tau1) - decayed(t_peak / tau0))
    i = 0
}

BREAKPOINT {
    if (t < onset) {
        i = 0
    } else {
        i = -amp * (decayed((t - onset) / tau1) - decayed((t - onset) / tau0))
    }
}

: exp(-x), 0 from x = 100
FUNCTION decayed(x) {
    if (x > 100) {
        decayed = 0
    } else {
        decayed = exp(-x)
    }
}
