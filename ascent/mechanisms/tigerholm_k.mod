TITLE Potassium currents of a C-nociceptor

COMMENT
The potassium channels of
  Tigerholm J, Petersson ME, Obreja O, Lampert A, Carr R, Schmelz M, Fransen E (2014). J Neurophysiol 111:1721-1735:
  slow (M-type, KV7.3; gates ns and nf), A-type (KV1.4 and KV3.4; gates ma and ha), delayed rectifier (gate n) and
  sodium-activated (no gate of its own: it follows the sodium inside).
Rates are scaled from the temperatures of their measurement, 21 to 23 degC.
ENDCOMMENT

NEURON {
    THREADSAFE
    SUFFIX tigerholm_k
    USEION k READ ek WRITE ik
    USEION na READ nai
    RANGE gbar_slow, gbar_a, gbar_dr, gbar_na
    RANGE ns_inf, ma_inf, ha_inf, n_inf, tau_ns, tau_nf, tau_ma, tau_ha, tau_n
}

UNITS {
    (mA) = (milliamp)
    (mV) = (millivolt)
    (S) = (siemens)
    (molar) = (1/liter)
    (mM) = (millimolar)
}

PARAMETER {
    gbar_slow = 0.0069733 (S/cm2)
    gbar_a = 0.012756 (S/cm2)
    gbar_dr = 0.018002 (S/cm2)
    gbar_na = 0.00042 (S/cm2)
}

ASSIGNED {
    v (mV)
    celsius (degC)
    ek (mV)
    ik (mA/cm2)
    nai (mM)
    ns_inf
    ma_inf
    ha_inf
    n_inf
    tau_ns (ms)
    tau_nf (ms)
    tau_ma (ms)
    tau_ha (ms)
    tau_n (ms)
}

STATE { ns nf ma ha n }

INITIAL {
    rates(v)
    ns = ns_inf
    nf = ns_inf
    ma = ma_inf
    ha = ha_inf
    n = n_inf
}

BREAKPOINT {
    LOCAL g, w
    SOLVE gates METHOD cnexp
    w = 0.37 / (1 + (38.7 / nai) ^ 3.5)
    g = gbar_slow * (0.25 * ns + 0.75 * nf) + gbar_a * ma * ha + gbar_dr * n * n * n * n + gbar_na * w
    ik = g * (v - ek)
}

DERIVATIVE gates {
    rates(v)
    ns' = (ns_inf - ns) / tau_ns
    nf' = (ns_inf - nf) / tau_nf
    ma' = (ma_inf - ma) / tau_ma
    ha' = (ha_inf - ha) / tau_ha
    n' = (n_inf - n) / tau_n
}

PROCEDURE rates(v (mV)) {
    LOCAL q, u

    q = 3.3 ^ ((celsius - 21) / 10)
    ns_inf = 1 / (1 + exp(-(v + 30) / 6))
    if (v < -60) { tau_ns = 219 / q } else { tau_ns = (13 * v + 1000) / q }
    tau_nf = 1 / (q * 0.00395 * (exp((v + 30) / 40) + exp(-(v + 30) / 20)))

    q = 3.3 ^ ((celsius - 23) / 10)
    u = 1 / (1 + exp(-(v - 9.6) / 16.4))
    ma_inf = u * u * u * u
    ha_inf = 1 / (1 + exp((v + 34.9) / 4.6))
    u = (v + 24.67) / 34.8
    tau_ma = (0.25 + 10.04 * exp(-u * u / 2)) / q
    u = (v + 40) / 40
    tau_ha = (20 + 50 * exp(-u * u / 2)) / q

    q = 3.3 ^ ((celsius - 22) / 10)
    n_inf = 1 / (1 + exp(-(v + 25) / 15.4))
    if (v < -31) {
        tau_n = 1000 * (0.000688 + 1 / (exp((v + 75.2) / 6.5) + exp(-(v - 131.5) / 34.8))) / q
    } else {
        tau_n = (0.16 + 0.8 * exp(-0.0267 * (v + 11))) / q
    }
}
