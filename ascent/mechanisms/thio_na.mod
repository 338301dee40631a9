TITLE Sodium currents of an unmyelinated autonomic or cutaneous fiber: NaV1.7, NaV1.8 and NaV1.9

COMMENT
The voltage-gated sodium channels of
  Thio BJ et al. (2024). Reverse-engineered models reveal differential membrane properties of
  autonomic and cutaneous unmyelinated fibers. PLoS Comput Biol 20:e1012475.
Three m gates and one h gate make a channel; s inactivates slowly. Rates are scaled from 21 degC (NaV1.7) and 22 degC.
ENDCOMMENT

NEURON {
    THREADSAFE
    SUFFIX thio_na
    USEION na READ ena WRITE ina
    RANGE gbar17, gbar18, gbar19
    RANGE m17_inf, h17_inf, m18_inf, h18_inf, s18_inf, m19_inf, h19_inf, s19_inf
    RANGE tau_m17, tau_h17, tau_m18, tau_h18, tau_s18, tau_m19, tau_h19, tau_s19
}

UNITS {
    (mA) = (milliamp)
    (mV) = (millivolt)
    (S) = (siemens)
}

PARAMETER {
    gbar17 = 0 (S/cm2)
    gbar18 = 0 (S/cm2)
    gbar19 = 0 (S/cm2)
}

ASSIGNED {
    v (mV)
    celsius (degC)
    ena (mV)
    ina (mA/cm2)
    m17_inf
    h17_inf
    m18_inf
    h18_inf
    s18_inf
    m19_inf
    h19_inf
    s19_inf
    tau_m17 (ms)
    tau_h17 (ms)
    tau_m18 (ms)
    tau_h18 (ms)
    tau_s18 (ms)
    tau_m19 (ms)
    tau_h19 (ms)
    tau_s19 (ms)
}

STATE { m17 h17 m18 h18 s18 m19 h19 s19 }

INITIAL {
    rates(v)
    m17 = m17_inf
    h17 = h17_inf
    m18 = m18_inf
    h18 = h18_inf
    s18 = s18_inf
    m19 = m19_inf
    h19 = h19_inf
    s19 = s19_inf
}

BREAKPOINT {
    LOCAL g
    SOLVE gates METHOD cnexp
    g = gbar17 * m17 * m17 * m17 * h17 + gbar18 * m18 * m18 * m18 * h18 * s18 + gbar19 * m19 * m19 * m19 * h19 * s19
    ina = g * (v - ena)
}

DERIVATIVE gates {
    rates(v)
    m17' = (m17_inf - m17) / tau_m17
    h17' = (h17_inf - h17) / tau_h17
    m18' = (m18_inf - m18) / tau_m18
    h18' = (h18_inf - h18) / tau_h18
    s18' = (s18_inf - s18) / tau_s18
    m19' = (m19_inf - m19) / tau_m19
    h19' = (h19_inf - h19) / tau_h19
    s19' = (s19_inf - s19) / tau_s19
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
    q = 3 ^ ((celsius - 21) / 10)
    m17_inf = one_of_three(v, -25, 7)
    tau_m17 = (0.07 * bell(v, 11.4, 14, -61, 9.4) + 0.1 * boltzmann(v, -5.5, 8)) / (2 * q)
    h17_inf = boltzmann(v, -79, -7)
    tau_h17 = bell(v, -5.7, 12.4, -131, 9.5) / q

    q = 3 ^ ((celsius - 22) / 10)
    m18_inf = one_of_three(v, -4, 7)
    tau_m18 = (0.03 + 0.5 * bell(v, 0, 12, -29, 18)) / (2 * q)
    h18_inf = boltzmann(v, -28, -4.56)
    tau_h18 = (2.63 + 250 * bell(v, -36, 7.7, 0, 16.3) + 1.4 * boltzmann(v, -0.6, 2.95)) / q
    s18_inf = boltzmann(v, -50, -7.5)
    tau_s18 = (34 * bell(v, -2, 16, -108, 8) + 160 * boltzmann(v, -110, 75)) / q

    m19_inf = one_of_three(v, -51, 8.4)
    tau_m19 = (0.3 + bell(v, -1.3, 22, -82, 10)) / (2 * q)
    h19_inf = boltzmann(v, -55, -11.5)
    tau_h19 = (2 + bell(v, 32, 14, -157, 12)) / q
    s19_inf = 0.03 + 0.97 * boltzmann(v, -79, -6.87)
    tau_s19 = (bell(v, 195, 29, -193, 12.4) + 1165 * boltzmann(v, -40, 30)) / q
}
