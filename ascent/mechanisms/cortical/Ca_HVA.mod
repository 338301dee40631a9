TITLE High-voltage-activated calcium current

COMMENT
Rates of
  Reuveni I, Friedman A, Amitai Y, Gutnick MJ (1993). Stepwise repolarization from Ca2+ plateaus in neocortical
  pyramidal cells: evidence for nonhomogeneous distribution of HVA Ca2+ channels in dendrites. J Neurosci 13:4609-4621,
in the collection of
  Hay E, Hill S, Schuermann F, Markram H, Segev I (2011). Models of neocortical layer 5b pyramidal cells capturing a
  wide range of dendritic and perisomatic active properties. PLoS Comput Biol 7:e1002107.
The temperature has no influence.
ENDCOMMENT

NEURON {
    THREADSAFE
    SUFFIX Ca_HVA
    USEION ca READ eca WRITE ica
    RANGE gCa_HVAbar, gCa_HVA, ica
    RANGE mInf, mTau, hInf, hTau
}

UNITS {
    (mA) = (milliamp)
    (mV) = (millivolt)
    (S) = (siemens)
}

PARAMETER { gCa_HVAbar = 0.00001 (S/cm2) }

ASSIGNED {
    v (mV)
    eca (mV)
    ica (mA/cm2)
    gCa_HVA (S/cm2)
    mInf
    mTau (ms)
    hInf
    hTau (ms)
}

STATE { m h }

INITIAL {
    rates(v)
    m = mInf
    h = hInf
}

BREAKPOINT {
    SOLVE gates METHOD cnexp
    gCa_HVA = gCa_HVAbar * m * m * h
    ica = gCa_HVA * (v - eca)
}

DERIVATIVE gates {
    rates(v)
    m' = (mInf - m) / mTau
    h' = (hInf - h) / hTau
}

: x / (1 - exp(-x / width))
FUNCTION linoid(x (mV), width (mV)) (mV) {
    linoid = x / (1 - exp(-x / width))
}

PROCEDURE rates(v (mV)) {
    LOCAL a, b, u
    u = v + 27
    : where a rate is 0 / 0 it is taken 1e-4 mV away, as published simulations do
    if (u == 0) { u = 1e-4 }
    a = 0.055 * linoid(u, 3.8)
    b = 0.94 * exp((-75 - v) / 17)
    mInf = a / (a + b)
    mTau = 1 / (a + b)
    a = 0.000457 * exp((-13 - v) / 50)
    b = 0.0065 / (exp((-v - 15) / 28) + 1)
    hInf = a / (a + b)
    hTau = 1 / (a + b)
}
