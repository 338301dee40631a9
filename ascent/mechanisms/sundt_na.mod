TITLE Sodium current of an unmyelinated afferent

COMMENT
Traub-type sodium channel, shifted to resemble NaV1.7/1.8, as used for C fibers by
  Sundt D, Gamper N, Jaffe DB (2015). Spike propagation through the dorsal root ganglia in an unmyelinated
  sensory neuron: a modeling study. J Neurophysiol 114:3140-3153.
Rates refer to a rest of -65 mV and 30 degC.
ENDCOMMENT

NEURON {
    THREADSAFE
    SUFFIX sundt_na
    USEION na READ ena WRITE ina
    RANGE gbar, mshift, hshift
    RANGE m_inf, h_inf, tau_m, tau_h
}

UNITS {
    (mA) = (milliamp)
    (mV) = (millivolt)
    (S) = (siemens)
}

PARAMETER {
    gbar = 0.04 (S/cm2)
    mshift = -6 (mV)
    hshift = 6 (mV)
}

ASSIGNED {
    v (mV)
    celsius (degC)
    ena (mV)
    ina (mA/cm2)
    m_inf
    h_inf
    tau_m (ms)
    tau_h (ms)
}

STATE { m h }

INITIAL {
    rates(v)
    m = m_inf
    h = h_inf
}

BREAKPOINT {
    SOLVE gates METHOD cnexp
    ina = gbar * m * m * m * h * (v - ena)
}

DERIVATIVE gates {
    rates(v)
    m' = (m_inf - m) / tau_m
    h' = (h_inf - h) / tau_h
}

: x / (exp(x / width) - 1), with its expansion near x = 0
FUNCTION ratio(x (mV), width (mV)) (mV) {
    if (fabs(x / width) < 1e-6) {
        ratio = width * (1 - x / width / 2)
    } else {
        ratio = x / (exp(x / width) - 1)
    }
}

PROCEDURE rates(v (mV)) {
    LOCAL q, vm, vh, a, b
    q = 3 ^ ((celsius - 30) / 10)
    vm = v + 65 + mshift
    vh = v + 65 + hshift
    a = q * 0.32 * ratio(13.1 - vm, 4)
    b = q * 0.28 * ratio(vm - 40.1, 5)
    tau_m = 1 / (a + b)
    m_inf = a / (a + b)
    a = q * 0.128 * exp((17 - vh) / 18)
    b = q * 4 / (exp((40 - vh) / 5) + 1)
    tau_h = 1 / (a + b)
    h_inf = a / (a + b)
}
