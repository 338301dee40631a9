TITLE Glutamatergic synapse with AMPA and NMDA receptors and probabilistic release

COMMENT
Whether a presynaptic spike releases depends on use, depression and facilitation as in
  Fuhrmann G, Segev I, Markram H, Tsodyks M (2002). Coding of temporal information by activity-dependent synapses.
  J Neurophysiol 87:140-148:
u is the utilisation, which decays with Fac and rises by Use (1 - u) at a spike (it is Use when Fac is 0); Pv is the
probability that there is a vesicle, which recovers with Dep. A spike releases with the probability u Pv, compared to a
number of the Random that setRNG was given; without one every spike releases that may.
Conductances (uS) are differences of two exponentials, with peaks of gmax times the weight (nS for a gmax of 0.001).
The magnesium block is that of
  Jahr CE, Stevens CF (1990). Voltage dependence of NMDA-activated macroscopic conductances predicted by single-channel
  kinetics. J Neurosci 10:3178-3182.
The names are those of the Blue Brain Project's synapse (2009).
ENDCOMMENT

NEURON {
    THREADSAFE
    POINT_PROCESS ProbAMPANMDA2
    NONSPECIFIC_CURRENT i
    POINTER rng
    RANGE tau_r_AMPA, tau_d_AMPA, tau_r_NMDA, tau_d_NMDA
    RANGE Use, u0, Dep, Fac, e, mg, gmax
    RANGE i, i_AMPA, i_NMDA, g_AMPA, g_NMDA
}

UNITS {
    (nA) = (nanoamp)
    (mV) = (millivolt)
    (uS) = (microsiemens)
    (molar) = (1/liter)
    (mM) = (millimolar)
}

PARAMETER {
    tau_r_AMPA = 0.2 (ms)
    tau_d_AMPA = 1.7 (ms)
    tau_r_NMDA = 0.29 (ms)
    tau_d_NMDA = 43 (ms)
    Use = 1
    u0 = 0
    Dep = 100 (ms)
    Fac = 10 (ms)
    e = 0 (mV)
    mg = 1 (mM)
    gmax = 0.001 (uS)
}

ASSIGNED {
    v (mV)
    i (nA)
    i_AMPA (nA)
    i_NMDA (nA)
    g_AMPA (uS)
    g_NMDA (uS)
    scale_ampa
    scale_nmda
    rng
}

STATE {
    A_AMPA
    B_AMPA
    A_NMDA
    B_NMDA
}

INITIAL {
    A_AMPA = 0
    B_AMPA = 0
    A_NMDA = 0
    B_NMDA = 0
    scale_ampa = peak_scale(tau_r_AMPA, tau_d_AMPA)
    scale_nmda = peak_scale(tau_r_NMDA, tau_d_NMDA)
}

BREAKPOINT {
    SOLVE relaxation METHOD cnexp
    g_AMPA = gmax * (B_AMPA - A_AMPA)
    g_NMDA = gmax * (B_NMDA - A_NMDA) / (1 + exp(-0.062 * v) * mg / 3.57)
    i_AMPA = g_AMPA * (v - e)
    i_NMDA = g_NMDA * (v - e)
    i = i_AMPA + i_NMDA
}

DERIVATIVE relaxation {
    A_AMPA' = -A_AMPA / tau_r_AMPA
    B_AMPA' = -B_AMPA / tau_d_AMPA
    A_NMDA' = -A_NMDA / tau_r_NMDA
    B_NMDA' = -B_NMDA / tau_d_NMDA
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
        A_AMPA = A_AMPA + weight * scale_ampa
        B_AMPA = B_AMPA + weight * scale_ampa
        A_NMDA = A_NMDA + weight * scale_nmda
        B_NMDA = B_NMDA + weight * scale_nmda
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
