TITLE Delayed-rectifier potassium current of an unmyelinated afferent

COMMENT
Borg-Graham's delayed rectifier as used for C fibers by
  Sundt D, Gamper N, Jaffe DB (2015). J Neurophysiol 114:3140-3153.
ENDCOMMENT

NEURON {
    THREADSAFE
    SUFFIX sundt_kdr
    USEION k READ ek WRITE ik
    RANGE gbar
    RANGE n_inf, l_inf, tau_n, tau_l
}

UNITS {
    (mA) = (milliamp)
    (mV) = (millivolt)
    (S) = (siemens)
}

PARAMETER { gbar = 0.04 (S/cm2) }

ASSIGNED {
    v (mV)
    celsius (degC)
    ek (mV)
    ik (mA/cm2)
    n_inf
    l_inf
    tau_n (ms)
    tau_l (ms)
}

STATE { n l }

INITIAL {
    rates(v)
    n = n_inf
    l = l_inf
}

BREAKPOINT {
    SOLVE gates METHOD cnexp
    ik = gbar * n * n * n * l * (v - ek)
}

DERIVATIVE gates {
    rates(v)
    n' = (n_inf - n) / tau_n
    l' = (l_inf - l) / tau_l
}

PROCEDURE rates(v (mV)) {
    LOCAL q, k, a
    q = 3 ^ ((celsius - 30) / 10)
    k = 96.48 / (8.315 * (273.16 + celsius))
    a = exp(-5 * k * (v + 32))
    n_inf = 1 / (1 + a)
    tau_n = exp(-2 * k * (v + 32)) / (q * 0.03 * (1 + a))
    a = exp(2 * k * (v + 61))
    l_inf = 1 / (1 + a)
    tau_l = a / (q * 0.001 * (1 + a))
}
