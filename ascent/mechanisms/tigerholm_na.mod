TITLE Sodium currents of a C-nociceptor: NaV1.7, NaV1.8 and NaV1.9

COMMENT
The three voltage-gated sodium channels of
  Tigerholm J, Petersson ME, Obreja O, Lampert A, Carr R, Schmelz M, Fransen E (2014). Modeling activity-dependent
  changes of axonal spike conduction in primary afferent C-nociceptors. J Neurophysiol 111:1721-1735.
NaV1.7 (tetrodotoxin-sensitive) and NaV1.8 have three activation gates m; s and u inactivate slowly.
Rates are scaled from the temperatures of their measurement, 21 degC (NaV1.7, NaV1.9) and 22 degC (NaV1.8).
ENDCOMMENT

NEURON {
    THREADSAFE
    SUFFIX tigerholm_na
    USEION na READ ena WRITE ina
    RANGE gbar17, gbar18, gbar19
    RANGE m17_inf, h17_inf, s17_inf, tau_m17, tau_h17, tau_s17
    RANGE m18_inf, h18_inf, s18_inf, u18_inf, tau_m18, tau_h18, tau_s18, tau_u18
    RANGE m19_inf, h19_inf, s19_inf, tau_m19, tau_h19, tau_s19
}

UNITS {
    (mA) = (milliamp)
    (mV) = (millivolt)
    (S) = (siemens)
}

PARAMETER {
    gbar17 = 0.10664 (S/cm2)
    gbar18 = 0.24271 (S/cm2)
    gbar19 = 9.4779e-05 (S/cm2)
}

ASSIGNED {
    v (mV)
    celsius (degC)
    ena (mV)
    ina (mA/cm2)
    m17_inf
    h17_inf
    s17_inf
    tau_m17 (ms)
    tau_h17 (ms)
    tau_s17 (ms)
    m18_inf
    h18_inf
    s18_inf
    u18_inf
    tau_m18 (ms)
    tau_h18 (ms)
    tau_s18 (ms)
    tau_u18 (ms)
    m19_inf
    h19_inf
    s19_inf
    tau_m19 (ms)
    tau_h19 (ms)
    tau_s19 (ms)
}

STATE { m17 h17 s17 m18 h18 s18 u18 m19 h19 s19 }

INITIAL {
    rates17(v)
    rates18(v)
    rates19(v)
    m17 = m17_inf
    h17 = h17_inf
    s17 = s17_inf
    m18 = m18_inf
    h18 = h18_inf
    s18 = s18_inf
    u18 = u18_inf
    m19 = m19_inf
    h19 = h19_inf
    s19 = s19_inf
}

BREAKPOINT {
    LOCAL g
    SOLVE gates METHOD cnexp
    g = gbar17 * m17 * m17 * m17 * h17 * s17 + gbar18 * m18 * m18 * m18 * h18 * s18 * u18 + gbar19 * m19 * h19 * s19
    ina = g * (v - ena)
}

DERIVATIVE gates {
    rates17(v)
    rates18(v)
    rates19(v)
    m17' = (m17_inf - m17) / tau_m17
    h17' = (h17_inf - h17) / tau_h17
    s17' = (s17_inf - s17) / tau_s17
    m18' = (m18_inf - m18) / tau_m18
    h18' = (h18_inf - h18) / tau_h18
    s18' = (s18_inf - s18) / tau_s18
    u18' = (u18_inf - u18) / tau_u18
    m19' = (m19_inf - m19) / tau_m19
    h19' = (h19_inf - h19) / tau_h19
    s19' = (s19_inf - s19) / tau_s19
}

: Boltzmann function that rises with v for width > 0 and falls for width < 0
FUNCTION boltzmann(v (mV), half (mV), width (mV)) {
    boltzmann = 1 / (1 + exp((half - v) / width))
}

PROCEDURE rates17(v (mV)) {
    LOCAL q, a, b
    q = 2.5 ^ ((celsius - 21) / 10)
    a = 15.5 * boltzmann(v, 5, 12.08)
    b = 35.2 * boltzmann(v, -72.7, -16.7)
    tau_m17 = 1 / (q * (a + b))
    m17_inf = a / (a + b)
    a = 0.38685 * boltzmann(v, -122.35, -15.29)
    b = -0.00283 + 2.00283 * boltzmann(v, -5.5266, 12.70195)
    tau_h17 = 1 / (q * (a + b))
    h17_inf = a / (a + b)
    a = 0.00003 + 0.00092 * boltzmann(v, -93.9, -16.6)
    b = 132.05 - 132.05 * boltzmann(v, 384.9, -28.5)
    tau_s17 = 1 / (q * (a + b))
    s17_inf = a / (a + b)
}

PROCEDURE rates18(v (mV)) {
    LOCAL q, a, b, u
    q = 2.5 ^ ((celsius - 22) / 10)
    a = 2.85 - 2.839 * boltzmann(v, 1.159, -13.95)
    b = 7.6205 * boltzmann(v, -46.463, -8.8289)
    tau_m18 = 1 / (q * (a + b))
    m18_inf = a / (a + b)
    u = (v + 38.1) / 15.19
    tau_h18 = (1.218 + 42.043 * exp(-u * u / 2)) / q
    h18_inf = boltzmann(v, -32.2, -4)
    a = 5.4203e-3 * boltzmann(v, -79.816, -16.269)
    b = 5.0757e-3 * boltzmann(v, -15.968, 11.542)
    tau_s18 = 1 / (q * (a + b))
    s18_inf = boltzmann(v, -45, -8)
    a = 2.0434e-4 * 2 * boltzmann(v, -67.499, -19.51)
    b = 1.9952e-4 * 2 * boltzmann(v, -30.963, 14.792)
    tau_u18 = 1 / (q * (a + b))
    u18_inf = boltzmann(v, -51, -8)
}

PROCEDURE rates19(v (mV)) {
    LOCAL q, a, b
    q = 2.5 ^ ((celsius - 21) / 10)
    a = 1.032 * boltzmann(v, -6.99, 14.87115)
    b = 5.79 * boltzmann(v, -130.4, -22.9)
    tau_m19 = 1 / (q * (a + b))
    m19_inf = a / (a + b)
    a = 0.06435 * boltzmann(v, -73.26415, -3.71928)
    b = 0.13496 * boltzmann(v, -10.27853, 9.09334)
    tau_h19 = 1 / (q * (a + b))
    h19_inf = a / (a + b)
    a = 1.6e-7 * exp(-v / 12)
    b = 0.0005 * boltzmann(v, -32, 23)
    tau_s19 = 1 / (q * (a + b))
    s19_inf = a / (a + b)
}
