TITLE Sodium currents of a nodose C-type neuron, 1994

COMMENT
Fast (tetrodotoxin-sensitive; gates mf, hf, jf) and slow (resistant; gates ms, hs) sodium currents of
  Schild JH, Clark JW, Hay M, Mendelowitz D, Andresen MC, Kunze DL (1994). A- and C-type rat nodose sensory neurons:
  model interpretations of dynamic discharge characteristics. J Neurophysiol 71:2338-2358,
with that paper's shift for C-type neurons, which does not touch jf. Time constants are scaled from 22.85 degC, jf's not.
ENDCOMMENT

NEURON {
    THREADSAFE
    SUFFIX schild94_na
    USEION na READ ena WRITE ina
    RANGE gbar_fast, gbar_slow, shift_fast, shift_slow
    RANGE mf_inf, hf_inf, jf_inf, ms_inf, hs_inf, tau_mf, tau_hf, tau_jf, tau_ms, tau_hs
}

UNITS {
    (mA) = (milliamp)
    (mV) = (millivolt)
    (S) = (siemens)
}

PARAMETER {
    gbar_fast = 0.068967142 (S/cm2)
    gbar_slow = 0.001043349 (S/cm2)
    shift_fast = -17.5 (mV)
    shift_slow = -20 (mV)
}

ASSIGNED {
    v (mV)
    celsius (degC)
    ena (mV)
    ina (mA/cm2)
    mf_inf
    hf_inf
    jf_inf
    ms_inf
    hs_inf
    tau_mf (ms)
    tau_hf (ms)
    tau_jf (ms)
    tau_ms (ms)
    tau_hs (ms)
}

STATE { mf hf jf ms hs }

INITIAL {
    rates(v)
    mf = mf_inf
    hf = hf_inf
    jf = jf_inf
    ms = ms_inf
    hs = hs_inf
}

BREAKPOINT {
    SOLVE gates METHOD cnexp
    ina = (gbar_fast * mf * mf * mf * hf * jf + gbar_slow * ms * ms * ms * hs) * (v - ena)
}

DERIVATIVE gates {
    rates(v)
    mf' = (mf_inf - mf) / tau_mf
    hf' = (hf_inf - hf) / tau_hf
    jf' = (jf_inf - jf) / tau_jf
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
    q_m = 2.3 ^ ((22.85 - celsius) / 10)
    q_h = 1.5 ^ ((22.85 - celsius) / 10)
    mf_inf = boltzmann(v + shift_fast, -41.35, 4.75)
    tau_mf = q_m * bell(v, 0.75, 0.0635, 0.12, -40.35)
    hf_inf = boltzmann(v + shift_fast, -62, -4.5)
    tau_hf = q_h * bell(v, 6.5, 0.0295, 0.55, -75)
    jf_inf = boltzmann(v, -40, -1.5)
    tau_jf = 25 * boltzmann(v, 20, -4.5) + 0.01
    ms_inf = boltzmann(v + shift_slow, -20.35, 4.45)
    tau_ms = q_m * bell(v, 1.5, 0.0595, 0.15, -20.35)
    hs_inf = boltzmann(v + shift_slow, -18, -4.5)
    tau_hs = q_h * bell(v, 4.95, 0.0335, 0.75, -20)
}
