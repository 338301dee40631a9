TITLE Sodium currents of a nodose C-type neuron, 1997

COMMENT
Fast (tetrodotoxin-sensitive; gates mf, hf) and slow (resistant; gates ms, hs) sodium currents of
  Schild JH, Kunze DL (1997). Experimental and modeling study of Na+ current heterogeneity in rat nodose neurons
  and its impact on neuronal discharge. J Neurophysiol 78:3198-3209,
with the means of their measurements. Time constants are scaled from 22 degC.
ENDCOMMENT

NEURON {
    THREADSAFE
    SUFFIX schild97_na
    USEION na READ ena WRITE ina
    RANGE gbar_fast, gbar_slow
    RANGE mf_inf, hf_inf, ms_inf, hs_inf, tau_mf, tau_hf, tau_ms, tau_hs
}

UNITS {
    (mA) = (milliamp)
    (mV) = (millivolt)
    (S) = (siemens)
}

PARAMETER {
    gbar_fast = 0.022434928 (S/cm2)
    gbar_slow = 0.022434928 (S/cm2)
}

ASSIGNED {
    v (mV)
    celsius (degC)
    ena (mV)
    ina (mA/cm2)
    mf_inf
    hf_inf
    ms_inf
    hs_inf
    tau_mf (ms)
    tau_hf (ms)
    tau_ms (ms)
    tau_hs (ms)
}

STATE { mf hf ms hs }

INITIAL {
    rates(v)
    mf = mf_inf
    hf = hf_inf
    ms = ms_inf
    hs = hs_inf
}

BREAKPOINT {
    SOLVE gates METHOD cnexp
    ina = (gbar_fast * mf * mf * mf * hf + gbar_slow * ms * ms * ms * hs) * (v - ena)
}

DERIVATIVE gates {
    rates(v)
    mf' = (mf_inf - mf) / tau_mf
    hf' = (hf_inf - hf) / tau_hf
    ms' = (ms_inf - ms) / tau_ms
    hs' = (hs_inf - hs) / tau_hs
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
    LOCAL q_m, q_h
    q_m = 2.3 ^ ((22 - celsius) / 10)
    q_h = 1.5 ^ ((22 - celsius) / 10)
    mf_inf = boltzmann(v, -31.62, 6.98)
    tau_mf = q_m * bell(v, 1.15, 0.06, 0.21, -40)
    hf_inf = boltzmann(v, -65.99, -5.97)
    tau_hf = q_h * bell(v, 18, 0.043, 1.35, -62.5)
    ms_inf = boltzmann(v, -11.29, 5.54)
    tau_ms = q_m * bell(v, 1.45, 0.058, 0.26, -14.5)
    hs_inf = boltzmann(v, -31, -5.2)
    tau_hs = q_h * bell(v, 10.75, 0.067, 3.15, -13.5)
}
