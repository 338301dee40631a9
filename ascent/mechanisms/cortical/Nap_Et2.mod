TITLE Persistent sodium current

COMMENT
Rates of
  Magistretti J, Alonso A (1999). Biophysical properties and slow voltage-dependent inactivation of a sustained sodium
  current in entorhinal cortex layer-II principal neurons. J Gen Physiol 114:491-509,
with six times the time constant of the transient current's activation (Colbert and Pan 2002), in the collection of
  Hay E, Hill S, Schuermann F, Markram H, Segev I (2011). Models of neocortical layer 5b pyramidal cells capturing a
  wide range of dendritic and perisomatic active properties. PLoS Comput Biol 7:e1002107:
brought from 21 to 34 degC with a factor of 2.3 for 10 degC, whatever `celsius` is.
ENDCOMMENT

NEURON {
    THREADSAFE
    SUFFIX Nap_Et2
    USEION na READ ena WRITE ina
    RANGE gNap_Et2bar, gNap_Et2, ina
    RANGE mInf, mTau, hInf, hTau
}

UNITS {
    (mA) = (milliamp)
    (mV) = (millivolt)
    (S) = (siemens)
}

PARAMETER { gNap_Et2bar = 0.00001 (S/cm2) }

ASSIGNED {
    v (mV)
    ena (mV)
    ina (mA/cm2)
    gNap_Et2 (S/cm2)
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
    gNap_Et2 = gNap_Et2bar * m * m * m * h
    ina = gNap_Et2 * (v - ena)
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
    LOCAL q, u, w, y
    q = 2.3 ^ ((34 - 21) / 10)
    u = v + 38
    w = v + 17
    y = v + 64.4
    : where a rate is 0 / 0 it is taken 1e-4 mV away, as published simulations do
    if (u == 0) { u = 1e-4 }
    if (w == 0) { w = 1e-4 }
    if (y == 0) { y = 1e-4 }
    mInf = 1 / (1 + exp(-(v + 52.6) / 4.6))
    mTau = 6 / ((0.182 * linoid(u, 6) + 0.124 * linoid(-u, 6)) * q)
    hInf = 1 / (1 + exp((v + 48.8) / 10))
    hTau = 1 / ((2.88e-6 * linoid(-w, 4.63) + 6.94e-6 * linoid(y, 2.63)) * q)
}
