TITLE Node of Ranvier of a mammalian myelinated axon

COMMENT
Fast and persistent sodium, slow potassium and leak currents of
  McIntyre CC, Richardson AG, Grill WM (2002). Modeling the excitability of mammalian nerve fibers:
  influence of afterpotentials on the recovery cycle. J Neurophysiol 87:995-1006, appendix.
Rates are scaled from the temperatures of their measurement: 20 degC (sodium) and 36 degC (potassium).
Beyond +-150 mV, where exponentials would overflow, the rates are held at the constants that the
published implementations use; strongly polarised nodes see the steps that this leaves in them.
ENDCOMMENT

NEURON {
    THREADSAFE
    SUFFIX axnode
    NONSPECIFIC_CURRENT i_nap, i_na, i_k, i_l
    RANGE gnapbar, gnabar, gkbar, gl, ena, ek, el
    RANGE mp_inf, m_inf, h_inf, s_inf, tau_mp, tau_m, tau_h, tau_s
}

UNITS {
    (mA) = (milliamp)
    (mV) = (millivolt)
    (S) = (siemens)
}

PARAMETER {
    gnapbar = 0.01 (S/cm2)
    gnabar = 3.0 (S/cm2)
    gkbar = 0.08 (S/cm2)
    gl = 0.007 (S/cm2)
    ena = 50 (mV)
    ek = -90 (mV)
    el = -90 (mV)
}

ASSIGNED {
    v (mV)
    celsius (degC)
    i_nap (mA/cm2)
    i_na (mA/cm2)
    i_k (mA/cm2)
    i_l (mA/cm2)
    mp_inf
    m_inf
    h_inf
    s_inf
    tau_mp (ms)
    tau_m (ms)
    tau_h (ms)
    tau_s (ms)
}

STATE { mp m h s }

INITIAL {
    rates(v)
    mp = mp_inf
    m = m_inf
    h = h_inf
    s = s_inf
}

BREAKPOINT {
    SOLVE gates METHOD cnexp
    i_nap = gnapbar * mp * mp * mp * (v - ena)
    i_na = gnabar * m * m * m * h * (v - ena)
    i_k = gkbar * s * (v - ek)
    i_l = gl * (v - el)
}

DERIVATIVE gates {
    rates(v)
    mp' = (mp_inf - mp) / tau_mp
    m' = (m_inf - m) / tau_m
    h' = (h_inf - h) / tau_h
    s' = (s_inf - s) / tau_s
}

: x / (1 - exp(-x / width)), with its limit at x = 0
FUNCTION rising(x (mV), width (mV)) (mV) {
    if (fabs(x / width) < 1e-6) {
        rising = width
    } else {
        rising = x / (1 - exp(-x / width))
    }
}

: -x / (1 - exp(x / width)), with its limit at x = 0
FUNCTION falling(x (mV), width (mV)) (mV) {
    if (fabs(x / width) < 1e-6) {
        falling = width
    } else {
        falling = -x / (1 - exp(x / width))
    }
}

PROCEDURE rates(v (mV)) {
    LOCAL q_na, q_h, q_k, a, b

    q_na = 2.2 ^ ((celsius - 20) / 10)
    q_h = 2.9 ^ ((celsius - 20) / 10)
    q_k = 3.0 ^ ((celsius - 36) / 10)

    if (v < -150) { a = 0.00086725 } else { a = 0.01 * rising(v + 27, 10.2) }
    if (v > 150) { b = 1.5855e-5 } else { b = 0.00025 * falling(v + 34, 10) }
    a = q_na * a
    b = q_na * b
    tau_mp = 1 / (a + b)
    mp_inf = a / (a + b)

    if (v < -150) { a = 0.15733 } else { a = 1.86 * rising(v + 21.4, 10.3) }
    if (v > 150) { b = 0.0057268 } else { b = 0.086 * falling(v + 25.7, 9.16) }
    a = q_na * a
    b = q_na * b
    tau_m = 1 / (a + b)
    m_inf = a / (a + b)

    if (v > 150) { a = 0.0032594 } else { a = 0.062 * falling(v + 114, 11) }
    if (v < -150) { b = 0.0014054 } else { b = 2.3 / (1 + exp(-(v + 31.8) / 13.4)) }
    a = q_h * a
    b = q_h * b
    tau_h = 1 / (a + b)
    h_inf = a / (a + b)

    if (v < -150) {
        a = 3.3484e-5
        b = 3.3484e-6
    } else {
        a = 0.3 / (1 + exp(-(v + 53) / 5))
        b = 0.03 / (1 + exp(-(v + 90)))
    }
    a = q_k * a
    b = q_k * b
    tau_s = 1 / (a + b)
    s_inf = a / (a + b)
}
