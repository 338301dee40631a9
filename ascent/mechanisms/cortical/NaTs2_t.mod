TITLE Transient sodium current with the activation of the soma, 6 mV above that of the axon

COMMENT
Rates of
  Colbert CM, Pan E (2002). Ion channel properties underlying axonal action potential initiation in pyramidal neurons.
  Nat Neurosci 5:533-538,
in the collection of
  Hay E, Hill S, Schuermann F, Markram H, Segev I (2011). Models of neocortical layer 5b pyramidal cells capturing a
  wide range of dendritic and perisomatic active properties. PLoS Comput Biol 7:e1002107:
brought from 21 to 34 degC with a factor of 2.3 for 10 degC, whatever `celsius` is.
ENDCOMMENT

NEURON {
    THREADSAFE
    SUFFIX NaTs2_t
    USEION na READ ena WRITE ina
    RANGE gNaTs2_tbar, gNaTs2_t, ina
    RANGE mInf, mTau, hInf, hTau
}

UNITS {
    (mA) = (milliamp)
    (mV) = (millivolt)
    (S) = (siemens)
}

PARAMETER { gNaTs2_tbar = 0.00001 (S/cm2) }

ASSIGNED {
    v (mV)
    ena (mV)
    ina (mA/cm2)
    gNaTs2_t (S/cm2)
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
    gNaTs2_t = gNaTs2_tbar * m * m * m * h
    ina = gNaTs2_t * (v - ena)
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
    LOCAL a, b, q, u, w
    q = 2.3 ^ ((34 - 21) / 10)
    u = v + 32
    w = v + 60
    : where a rate is 0 / 0 it is taken 1e-4 mV away, as published simulations do
    if (u == 0) { u = 1e-4 }
    if (w == 0) { w = 1e-4 }
    a = 0.182 * linoid(u, 6)
    b = 0.124 * linoid(-u, 6)
    mInf = a / (a + b)
    mTau = 1 / ((a + b) * q)
    a = 0.015 * linoid(-w, 6)
    b = 0.015 * linoid(w, 6)
    hInf = a / (a + b)
    hTau = 1 / ((a + b) * q)
}
