TITLE Potassium currents of a nodose C-type neuron

COMMENT
Delayed rectifier (gate n), A-type (p, q), slowly inactivating D-type (xd, yd) and calcium-activated (c) currents of
  Schild JH, Clark JW, Hay M, Mendelowitz D, Andresen MC, Kunze DL (1994). A- and C-type rat nodose sensory neurons:
  model interpretations of dynamic discharge characteristics. J Neurophysiol 71:2338-2358,
with that paper's shift for C-type neurons in the steady states of all but c. Time constants are scaled from 22.85 degC.
ENDCOMMENT

NEURON {
    THREADSAFE
    SUFFIX schild_k
    USEION k READ ek WRITE ik
    USEION ca READ cai
    RANGE gbar_dr, gbar_a, gbar_d, gbar_ca, shift
    RANGE n_inf, p_inf, q_inf, xd_inf, yd_inf, c_inf, tau_n, tau_p, tau_q, tau_xd, tau_yd, tau_c
}

UNITS {
    (mA) = (milliamp)
    (mV) = (millivolt)
    (S) = (siemens)
    (molar) = (1/liter)
    (mM) = (millimolar)
}

PARAMETER {
    gbar_dr = 0.000180376 (S/cm2)
    gbar_a = 0.000141471 (S/cm2)
    gbar_d = 0.000106103 (S/cm2)
    gbar_ca = 0.000141471 (S/cm2)
    shift = 3 (mV)
}

ASSIGNED {
    v (mV)
    celsius (degC)
    ek (mV)
    ik (mA/cm2)
    cai (mM)
    n_inf
    p_inf
    q_inf
    xd_inf
    yd_inf
    c_inf
    tau_n (ms)
    tau_p (ms)
    tau_q (ms)
    tau_xd (ms)
    tau_yd (ms)
    tau_c (ms)
}

STATE { n p q xd yd c }

INITIAL {
    rates(v)
    n = n_inf
    p = p_inf
    q = q_inf
    xd = xd_inf
    yd = yd_inf
    c = c_inf
}

BREAKPOINT {
    LOCAL g
    SOLVE gates METHOD cnexp
    g = gbar_dr * n + gbar_a * p * p * p * q + gbar_d * xd * xd * xd * yd + gbar_ca * c
    ik = g * (v - ek)
}

DERIVATIVE gates {
    rates(v)
    n' = (n_inf - n) / tau_n
    p' = (p_inf - p) / tau_p
    q' = (q_inf - q) / tau_q
    xd' = (xd_inf - xd) / tau_xd
    yd' = (yd_inf - yd) / tau_yd
    c' = (c_inf - c) / tau_c
}

: Boltzmann function that rises with v for width > 0 and falls for width < 0
FUNCTION boltzmann(v (mV), half (mV), width (mV)) {
    boltzmann = 1 / (1 + exp((half - v) / width))
}

: bell-shaped time constant: `peak` above `floor` at `centre`, narrower with larger b
FUNCTION bell(v (mV), peak (ms), b (/mV), floor (ms), centre (mV)) (ms) {
    LOCAL u
    u = b * (v - centre)
    bell = peak * exp(-u * u) + floor
}

: u / (1 - exp(-u / width)), with its limit at u = 0
FUNCTION rising(u (mV), width (mV)) (mV) {
    if (fabs(u / width) < 1e-6) {
        rising = width
    } else {
        rising = u / (1 - exp(-u / width))
    }
}

PROCEDURE rates(v (mV)) {
    LOCAL q_dr, q_a, q_ca, a, b
    q_dr = 1.4 ^ ((22.85 - celsius) / 10)
    q_a = 1.93 ^ ((22.85 - celsius) / 10)
    q_ca = 2.3 ^ ((22.85 - celsius) / 10)
    n_inf = boltzmann(v + shift, -14.62, 18.38)
    a = 0.001265 * rising(v + 14.273, 10)
    b = 0.125 * exp(-(v + 55) / 2.5)
    tau_n = q_dr * (1 / (a + b) + 1)
    p_inf = boltzmann(v + shift, -28, 28)
    tau_p = q_a * bell(v, 5, 0.022, 2.5, -65)
    q_inf = boltzmann(v + shift, -58, -7)
    tau_q = q_a * bell(v, 100, 0.035, 10.5, -30)
    xd_inf = boltzmann(v + shift, -39.59, 14.68)
    tau_xd = q_a * bell(v, 5, 0.022, 2.5, -65)
    yd_inf = boltzmann(v + shift, -48, -7)
    tau_yd = q_a * 7500
    a = 750 * cai * exp((v - 10) / 12)
    b = 0.05 * exp(-(v - 10) / 60)
    tau_c = q_ca * 4.5 / (a + b)
    c_inf = a / (a + b)
}
