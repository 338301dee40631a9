TITLE Hodgkin-Huxley membrane of an unmyelinated fiber at body temperature

COMMENT
Sodium, potassium and leak currents after
  Rattay F, Aberham M (1993). Modeling axon membranes for functional electrical stimulation.
  IEEE Trans Biomed Eng 40:1201-1209.
Rates refer to a rest of -70 mV and 6.3 degC.
ENDCOMMENT

NEURON {
    THREADSAFE
    SUFFIX rattay
    USEION na READ ena WRITE ina
    USEION k READ ek WRITE ik
    NONSPECIFIC_CURRENT il
    RANGE gnabar, gkbar, gl, el
    RANGE m_inf, h_inf, n_inf, tau_m, tau_h, tau_n
}

UNITS {
    (mA) = (milliamp)
    (mV) = (millivolt)
    (S) = (siemens)
}

PARAMETER {
    gnabar = 0.12 (S/cm2)
    gkbar = 0.036 (S/cm2)
    gl = 0.0003 (S/cm2)
    el = -59.4 (mV)
}

ASSIGNED {
    v (mV)
    celsius (degC)
    ena (mV)
    ek (mV)
    ina (mA/cm2)
    ik (mA/cm2)
    il (mA/cm2)
    m_inf
    h_inf
    n_inf
    tau_m (ms)
    tau_h (ms)
    tau_n (ms)
}

STATE { m h n }

INITIAL {
    rates(v)
    m = m_inf
    h = h_inf
    n = n_inf
}

BREAKPOINT {
    SOLVE gates METHOD cnexp
    ina = gnabar * m * m * m * h * (v - ena)
    ik = gkbar * n * n * n * n * (v - ek)
    il = gl * (v - el)
}

DERIVATIVE gates {
    rates(v)
    m' = (m_inf - m) / tau_m
    h' = (h_inf - h) / tau_h
    n' = (n_inf - n) / tau_n
}

: x / (exp(x) - 1), with its expansion near x = 0
FUNCTION ratio(x) {
    if (fabs(x) < 1e-6) {
        ratio = 1 - x / 2
    } else {
        ratio = x / (exp(x) - 1)
    }
}

PROCEDURE rates(v (mV)) {
    LOCAL q, u, a, b
    q = 2.24659524757 ^ ((celsius - 6.3) / 10)
    u = v + 70
    a = q * ratio(2.5 - 0.1 * u)
    b = q * 4 * exp(-u / 18)
    tau_m = 1 / (a + b)
    m_inf = a / (a + b)
    a = q * 0.07 * exp(-u / 20)
    b = q / (exp(3 - 0.1 * u) + 1)
    tau_h = 1 / (a + b)
    h_inf = a / (a + b)
    a = q * 0.1 * ratio(1 - 0.1 * u)
    b = q * 0.125 * exp(-u / 80)
    tau_n = 1 / (a + b)
    n_inf = a / (a + b)
}
