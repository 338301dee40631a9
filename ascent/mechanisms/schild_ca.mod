TITLE Calcium currents of a nodose C-type neuron

COMMENT
Long-lasting N-type (gates dn, f1, f2), transient T-type (gates d, f) and background calcium currents of
  Schild JH, Clark JW, Hay M, Mendelowitz D, Andresen MC, Kunze DL (1994). A- and C-type rat nodose sensory neurons:
  model interpretations of dynamic discharge characteristics. J Neurophysiol 71:2338-2358,
with that paper's shift for C-type neurons and its reversal potential, 78.7 mV below Nernst's.
Time constants are scaled from 22.85 degC.
ENDCOMMENT

NEURON {
    THREADSAFE
    SUFFIX schild_ca
    USEION ca READ cai, cao WRITE ica
    RANGE gbar_n, gbar_t, g_background, shift
    RANGE dn_inf, f1_inf, f2_inf, d_inf, f_inf, tau_dn, tau_f1, tau_f2, tau_d, tau_f
}

UNITS {
    (mA) = (milliamp)
    (mV) = (millivolt)
    (S) = (siemens)
    (molar) = (1/liter)
    (mM) = (millimolar)
}

PARAMETER {
    gbar_n = 0.000106103 (S/cm2)
    gbar_t = 1.23787e-5 (S/cm2)
    g_background = 3.00626e-6 (S/cm2)
    shift = -7 (mV)
}

ASSIGNED {
    v (mV)
    celsius (degC)
    cai (mM)
    cao (mM)
    ica (mA/cm2)
    dn_inf
    f1_inf
    f2_inf
    d_inf
    f_inf
    tau_dn (ms)
    tau_f1 (ms)
    tau_f2 (ms)
    tau_d (ms)
    tau_f (ms)
}

STATE { dn f1 f2 d f }

INITIAL {
    rates(v)
    dn = dn_inf
    f1 = f1_inf
    f2 = f2_inf
    d = d_inf
    f = f_inf
}

BREAKPOINT {
    LOCAL g, reversal
    SOLVE gates METHOD cnexp
    reversal = 1000 * 8.314 * (celsius + 273.15) / (2 * 96500) * log(cao / cai) - 78.7
    g = gbar_n * dn * (0.55 * f1 + 0.45 * f2) + gbar_t * d * f + g_background
    ica = g * (v - reversal)
}

DERIVATIVE gates {
    rates(v)
    dn' = (dn_inf - dn) / tau_dn
    f1' = (f1_inf - f1) / tau_f1
    f2' = (f2_inf - f2) / tau_f2
    d' = (d_inf - d) / tau_d
    f' = (f_inf - f) / tau_f
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

PROCEDURE rates(v (mV)) {
    LOCAL q_n, q_d, q_f
    q_n = 4.3 ^ ((22.85 - celsius) / 10)
    q_d = 1.9 ^ ((22.85 - celsius) / 10)
    q_f = 2.2 ^ ((22.85 - celsius) / 10)
    dn_inf = boltzmann(v + shift, -20, 4.5)
    tau_dn = q_n * bell(v, 3.25, 0.042, 0.395, -31)
    f1_inf = boltzmann(v + shift, -20, -25)
    tau_f1 = q_n * bell(v, 33.5, 0.0395, 5, -30)
    f2_inf = 0.2 * boltzmann(v + shift, -5, 10) + boltzmann(v + shift, -40, -10)
    tau_f2 = q_n * bell(v, 225, 0.0275, 75, -40)
    d_inf = boltzmann(v + shift, -54, 5.75)
    tau_d = q_d * bell(v, 22, 0.052, 2.5, -68)
    f_inf = boltzmann(v + shift, -68, -6)
    tau_f = q_f * bell(v, 103, 0.05, 12.5, -58)
}
