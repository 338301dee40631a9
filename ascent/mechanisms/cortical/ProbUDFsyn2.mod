TITLE Synapse with one conductance and probabilistic release

COMMENT
Whether a presynaptic spike releases depends on use, depression and facilitation as in
  Fuhrmann G, Segev I, Markram H, Tsodyks M (2002). Coding of temporal information by activity-dependent synapses.
  J Neurophysiol 87:140-148:
u is the utilisation, which decays with Fac and rises by Use (1 - u) at a spike (it is Use when Fac is 0); Pv is the
probability that there is a vesicle, which recovers with Dep. A spike releases with the probability u Pv, compared to a
number of the Random that setRNG was given; without one every spike releases that may.
The conductance (uS) is the difference of two exponentials, with a peak of gmax times the weight (nS for a gmax of
0.001). The names are those of the Blue Brain Project's synapse (2009).
ENDCOMMENT

NEURON {
    THREADSAFE
    POINT_PROCESS ProbUDFsyn2
    NONSPECIFIC_CURRENT i
    POINTER rng
    RANGE tau_r, tau_d, Use, u0, Dep, Fac, e, gmax
    RANGE i, g
}

UNITS {
    (nA) = (nanoamp)
    (mV) = (millivolt)
    (uS) = (microsiemens)
}

PARAMETER {
    tau_r = 0.2 (ms)
    tau_d = 8 (ms)
    Use = 1
    u0 = 0
    Dep = 100 (ms)
    Fac = 10 (ms)
    e = -80 (mV)
    gmax = 0.001 (uS)
}

ASSIGNED {
    v (mV)
    i (nA)
    g (uS)
    scale
    rng
}

STATE {
    A
    B
}

INITIAL {
    A = 0
    B = 0
    scale = peak_scale(tau_r, tau_d)
}

BREAKPOINT {
    SOLVE relaxation METHOD cnexp
    g = gmax * (B - A)
    i = g * (v - e)
}

DERIVATIVE relaxation {
    A' = -A / tau_r
    B' = -B / tau_d
}

NET_RECEIVE(weight, Pv, Pr, u, tsyn (ms)) {
    INITIAL {
        Pv = 1
        Pr = 0
        u = u0
        tsyn = t
    }
    if (Fac > 0) {
        u = u * exp(-(t - tsyn) / Fac)
        u = u + Use * (1 - u)
    } else {
        u = Use
    }
    Pv = 1 - (1 - Pv) * recovering(t - tsyn)
    Pr = u * Pv
    Pv = Pv - u * Pv
    tsyn = t
    if (number() < Pr) {
        A = A + weight * scale
        B = B + weight * scale
    }
}

: The next number of the generator, 0 where there is none.
FUNCTION number() {
VERBATIM
    Rand* generator = *(Rand**)(&(_p_rng));
    _lnumber = generator ? nrn_random_pick(generator) : 0.0;
ENDVERBATIM
}

PROCEDURE setRNG() {
VERBATIM
    Rand** generator = (Rand**)(&(_p_rng));
    *generator = ifarg(1) ? nrn_random_arg(1) : nullptr;
ENDVERBATIM
}

: What remains of the depression after a time.
FUNCTION recovering(elapsed (ms)) {
    if (Dep > 0) {
        recovering = exp(-elapsed / Dep)
    } else {
        recovering = 0
    }
}

: What scales exp(-t / decay) - exp(-t / rise) to a peak of 1.
FUNCTION peak_scale(rise (ms), decay (ms)) {
    LOCAL t_peak
    t_peak = rise * decay / (decay - rise) * log(decay / rise)
    peak_scale = 1 / (exp(-t_peak / decay) - exp(-t_peak / rise))
}
