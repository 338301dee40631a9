TITLE Hyperpolarisation-activated current of a C-nociceptor

COMMENT
The HCN channel of
  Tigerholm J, Petersson ME, Obreja O, Lampert A, Carr R, Schmelz M, Fransen E (2014). J Neurophysiol 111:1721-1735,
with a slow and a fast gate in equal parts. Sodium and potassium carry half of its conductance each.
Rates are scaled from 22 degC.
ENDCOMMENT

NEURON {
    THREADSAFE
    SUFFIX tigerholm_h
    USEION na READ ena WRITE ina
    USEION k READ ek WRITE ik
    RANGE gbar
    RANGE n_inf, tau_ns, tau_nf
}

UNITS {
    (mA) = (milliamp)
    (mV) = (millivolt)
    (S) = (siemens)
}

PARAMETER { gbar = 0.0025377 (S/cm2) }

ASSIGNED {
    v (mV)
    celsius (degC)
    ena (mV)
    ek (mV)
    ina (mA/cm2)
    ik (mA/cm2)
    n_inf
    tau_ns (ms)
    tau_nf (ms)
}

STATE { ns nf }

INITIAL {
    rates(v)
    ns = n_inf
    nf = n_inf
}

BREAKPOINT {
    LOCAL g
    SOLVE gates METHOD cnexp
    g = gbar * 0.5 * (ns + nf)
    ina = 0.5 * g * (v - ena)
    ik = 0.5 * g * (v - ek)
}

DERIVATIVE gates {
    rates(v)
    ns' = (n_inf - ns) / tau_ns
    nf' = (n_inf - nf) / tau_nf
}

PROCEDURE rates(v (mV)) {
    LOCAL q
    q = 3 ^ ((celsius - 22) / 10)
    n_inf = 1 / (1 + exp((v + 87.2) / 9.7))
    if (v < -70) {
        tau_ns = (2500 + 100 * exp((v + 240) / 50)) / q
        tau_nf = (250 + 12 * exp((v + 240) / 50)) / q
    } else {
        tau_ns = (300 + 542 * exp(-(v + 25) / 20)) / q
        tau_nf = (140 + 50 * exp(-(v + 25) / 20)) / q
    }
}
