TITLE Hyperpolarisation-activated current of an unmyelinated autonomic or cutaneous fiber

COMMENT
The HCN channel of
  Thio BJ et al. (2024). Reverse-engineered models reveal differential membrane properties of
  autonomic and cutaneous unmyelinated fibers. PLoS Comput Biol 20:e1012475,
with fast (m) and slow (n) gates. Sodium and potassium share its current so that it reverses at -30 mV.
Rates are scaled from 22 degC.
ENDCOMMENT

NEURON {
    THREADSAFE
    SUFFIX thio_hcn
    USEION na READ ena WRITE ina
    USEION k READ ek WRITE ik
    RANGE gbar
    RANGE m_inf, n_inf
    RANGE tau_m, tau_n
}

UNITS {
    (mA) = (milliamp)
    (mV) = (millivolt)
    (S) = (siemens)
}

PARAMETER {
    gbar = 0 (S/cm2)
}

ASSIGNED {
    v (mV)
    celsius (degC)
    ena (mV)
    ek (mV)
    ina (mA/cm2)
    ik (mA/cm2)
    m_inf
    n_inf
    tau_m (ms)
    tau_n (ms)
}

STATE { m n }

INITIAL {
    rates(v)
    m = m_inf
    n = n_inf
}

BREAKPOINT {
    LOCAL g
    SOLVE gates METHOD cnexp
    g = gbar * (0.25 * n * n * n + 0.75 * m * m * m)
    ina = g * (-30 - ek) / (ena - ek) * (v - ena)
    ik = g * (ena + 30) / (ena - ek) * (v - ek)
}

DERIVATIVE gates {
    rates(v)
    m' = (m_inf - m) / tau_m
    n' = (n_inf - n) / tau_n
}

: Boltzmann function that rises with v for width > 0 and falls for width < 0
FUNCTION boltzmann(v (mV), half (mV), width (mV)) {
    boltzmann = 1 / (1 + exp((half - v) / width))
}

: the same for a gate of which three make a channel
FUNCTION one_of_three(v (mV), half (mV), width (mV)) {
    one_of_three = boltzmann(v, half, width) ^ (1 / 3)
}

: bell whose right flank falls with `right` and whose left flank with `left` (mV)
FUNCTION bell(v (mV), right_half (mV), right (mV), left_half (mV), left (mV)) {
    bell = 1 / (exp((v - right_half) / right) + exp((left_half - v) / left))
}

PROCEDURE rates(v (mV)) {
    LOCAL q
    q = 3 ^ ((celsius - 22) / 10)
    m_inf = one_of_three(v, -97, -7.35)
    tau_m = 0.5 * bell(v, 42, 11.8, -498, 66.6) / q
    n_inf = one_of_three(v, -94, -8.9)
    tau_n = 0.5 * bell(v, -25, 4.1, -356, 32) / q
}
