TITLE Calcium currents of an unmyelinated autonomic or cutaneous fiber: CaV1.2 and CaV2.2

COMMENT
The voltage-gated calcium channels of
  Thio BJ et al. (2024). Reverse-engineered models reveal differential membrane properties of
  autonomic and cutaneous unmyelinated fibers. PLoS Comput Biol 20:e1012475.
Rates are scaled from 22 degC.
ENDCOMMENT

NEURON {
    THREADSAFE
    SUFFIX thio_ca
    USEION ca READ eca WRITE ica
    RANGE gbar12, gbar22
    RANGE m12_inf, h12_inf, m22_inf, h22_inf, s22_inf
    RANGE tau_m12, tau_h12, tau_m22, tau_h22, tau_s22
}

UNITS {
    (mA) = (milliamp)
    (mV) = (millivolt)
    (S) = (siemens)
}

PARAMETER {
    gbar12 = 0 (S/cm2)
    gbar22 = 0 (S/cm2)
}

ASSIGNED {
    v (mV)
    celsius (degC)
    eca (mV)
    ica (mA/cm2)
    m12_inf
    h12_inf
    m22_inf
    h22_inf
    s22_inf
    tau_m12 (ms)
    tau_h12 (ms)
    tau_m22 (ms)
    tau_h22 (ms)
    tau_s22 (ms)
}

STATE { m12 h12 m22 h22 s22 }

INITIAL {
    rates(v)
    m12 = m12_inf
    h12 = h12_inf
    m22 = m22_inf
    h22 = h22_inf
    s22 = s22_inf
}

BREAKPOINT {
    SOLVE gates METHOD cnexp
    ica = (gbar12 * m12 * m12 * m12 * h12 + gbar22 * m22 * m22 * m22 * h22 * s22) * (v - eca)
}

DERIVATIVE gates {
    rates(v)
    m12' = (m12_inf - m12) / tau_m12
    h12' = (h12_inf - h12) / tau_h12
    m22' = (m22_inf - m22) / tau_m22
    h22' = (h22_inf - h22) / tau_h22
    s22' = (s22_inf - s22) / tau_s22
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
    m12_inf = one_of_three(v, 1.75, 10)
    tau_m12 = (0.25 + 0.5 * bell(v, 15, 5, -27, 12)) / q
    h12_inf = boltzmann(v, 10, -8)
    tau_h12 = 1.4 * bell(v, 145, 30, -150, 16.4) / q
    m22_inf = one_of_three(v, -4, 7.5)
    tau_m22 = (0.1 + 0.5 * bell(v, 3, 6.7, -37, 13.5)) / q
    h22_inf = boltzmann(v, -48, -7)
    tau_h22 = 10 * bell(v, 54, 23, -150, 35) / q
    s22_inf = boltzmann(v, -81, -8.6)
    tau_s22 = (50 + 30 * bell(v, 50, 26, -150, 26)) / q
}
