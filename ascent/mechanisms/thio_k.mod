TITLE Potassium currents of an unmyelinated autonomic or cutaneous fiber

COMMENT
The potassium channels of
  Thio BJ et al. (2024). Reverse-engineered models reveal differential membrane properties of
  autonomic and cutaneous unmyelinated fibers. PLoS Comput Biol 20:e1012475:
M-type (gates mm fast, nm slow), KV2.1 (m21, h21), KV3.4 (m34, h34), KV1.4 (m14, h14, s14), and the calcium-activated
BK (mbk, hbk) and SK (nsk). Rates are scaled from 22 degC.
ENDCOMMENT

NEURON {
    THREADSAFE
    SUFFIX thio_k
    USEION k READ ek WRITE ik
    USEION ca READ cai
    RANGE gbar_m, gbar21, gbar34, gbar14, gbar_bk, gbar_sk
    RANGE mm_inf, nm_inf, m21_inf, h21_inf, m34_inf, h34_inf, m14_inf, h14_inf, s14_inf, mbk_inf, hbk_inf
    RANGE nsk_inf
    RANGE tau_mm, tau_nm, tau_m21, tau_h21, tau_m34, tau_h34, tau_m14, tau_h14, tau_s14, tau_mbk, tau_hbk
    RANGE tau_nsk
}

UNITS {
    (mA) = (milliamp)
    (mV) = (millivolt)
    (S) = (siemens)
    (molar) = (1/liter)
    (mM) = (millimolar)
}

PARAMETER {
    gbar_m = 0 (S/cm2)
    gbar21 = 0 (S/cm2)
    gbar34 = 0 (S/cm2)
    gbar14 = 0 (S/cm2)
    gbar_bk = 0 (S/cm2)
    gbar_sk = 0 (S/cm2)
}

ASSIGNED {
    v (mV)
    celsius (degC)
    ek (mV)
    ik (mA/cm2)
    cai (mM)
    mm_inf
    nm_inf
    m21_inf
    h21_inf
    m34_inf
    h34_inf
    m14_inf
    h14_inf
    s14_inf
    mbk_inf
    hbk_inf
    nsk_inf
    tau_mm (ms)
    tau_nm (ms)
    tau_m21 (ms)
    tau_h21 (ms)
    tau_m34 (ms)
    tau_h34 (ms)
    tau_m14 (ms)
    tau_h14 (ms)
    tau_s14 (ms)
    tau_mbk (ms)
    tau_hbk (ms)
    tau_nsk (ms)
}

STATE { mm nm m21 h21 m34 h34 m14 h14 s14 mbk hbk nsk }

INITIAL {
    rates(v)
    mm = mm_inf
    nm = nm_inf
    m21 = m21_inf
    h21 = h21_inf
    m34 = m34_inf
    h34 = h34_inf
    m14 = m14_inf
    h14 = h14_inf
    s14 = s14_inf
    mbk = mbk_inf
    hbk = hbk_inf
    nsk = nsk_inf
}

BREAKPOINT {
    LOCAL g
    SOLVE gates METHOD cnexp
    g = gbar_m * (0.25 * mm * mm * mm + 0.75 * nm * nm * nm) + gbar21 * m21 * m21 * m21 * h21
    g = g + gbar34 * m34 * m34 * m34 * h34 + gbar14 * m14 * m14 * m14 * h14 * s14 + gbar_bk * mbk * hbk + gbar_sk * nsk
    ik = g * (v - ek)
}

DERIVATIVE gates {
    rates(v)
    mm' = (mm_inf - mm) / tau_mm
    nm' = (nm_inf - nm) / tau_nm
    m21' = (m21_inf - m21) / tau_m21
    h21' = (h21_inf - h21) / tau_h21
    m34' = (m34_inf - m34) / tau_m34
    h34' = (h34_inf - h34) / tau_h34
    m14' = (m14_inf - m14) / tau_m14
    h14' = (h14_inf - h14) / tau_h14
    s14' = (s14_inf - s14) / tau_s14
    mbk' = (mbk_inf - mbk) / tau_mbk
    hbk' = (hbk_inf - hbk) / tau_hbk
    nsk' = (nsk_inf - nsk) / tau_nsk
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
    LOCAL q, p
    q = 3 ^ ((celsius - 22) / 10)
    mm_inf = one_of_three(v, -44, 6.4)
    tau_mm = (104 * bell(v, 7, 20, -32, 20) + 30 * boltzmann(v, -40, 80)) / (2 * q)
    nm_inf = one_of_three(v, -32, 9.2)
    tau_nm = (15 + 62 * bell(v, 13, 20, -90, 20) + 50 * boltzmann(v, -50, 8)) / (2 * q)
    m21_inf = one_of_three(v, 1, 10)
    tau_m21 = (2 + 1.2 * bell(v, 15, 8.5, -68, 15)) / q
    h21_inf = 0.15 + 0.85 * boltzmann(v, -27, -7)
    tau_h21 = (45 * bell(v, 10.2, 8, -101, 8) + 8200 * boltzmann(v, 0, 60)) / q
    m34_inf = one_of_three(v, 24, 17)
    tau_m34 = bell(v, 39, 13, -134, 47) / (2 * q)
    h34_inf = boltzmann(v, -31, -12)
    tau_h34 = (15 + bell(v, 60, 15, -300, 27)) / q
    m14_inf = one_of_three(v, -25, 12)
    tau_m14 = (0.6 + 2748 * bell(v, -128, 14.5, -10, 8) + 1.7 * boltzmann(v, -8.5, -10.65)) / (2 * q)
    h14_inf = 0.073 + 0.924 * boltzmann(v, -47, -4.75)
    tau_h14 = (35 + 11.22 * bell(v, -21.4, 9.48, -155.3, 16.4)) / q
    s14_inf = 0.415 + 0.576 * boltzmann(v, -44.5, -5.93) + 0.103 * boltzmann(v, 0, 18.37)
    tau_s14 = 1000 * (3.97 * bell(v, -35.1, 9.97, -83.3, 18) + 2.5 * boltzmann(v, -27.3, 7.11)) / q
    : decimal logarithm of the calcium inside in mol/l; time constants would lose their sign at 0
    p = log(cai) / 2.302585092994046 - 3
    if (p > -1) { p = -1 }
    mbk_inf = boltzmann(v, -50 * p - 232, 24)
    tau_mbk = (bell(v, -58 * p - 303, 3.2 * p, -107 * p - 453, 6.8 * p) + 0.4) / q
    hbk_inf = boltzmann(v, -8 * p + 35, -47)
    tau_hbk = bell(v, -3 * p - 100, 3 * p, -191 * p - 600, 17 * p) / q
    nsk_inf = 1 / (1 + exp(-(p + 6.4) / 0.12))
    tau_nsk = -p / q
}
