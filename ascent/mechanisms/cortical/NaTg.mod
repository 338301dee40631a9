TITLE Transient sodium current with adjustable gates

COMMENT
Rates of
  Colbert CM, Pan E (2002). Ion channel properties underlying axonal action potential initiation in pyramidal neurons.
  Nat Neurosci 5:533-538,
in the collection of
  Hay E, Hill S, Schuermann F, Markram H, Segev I (2011). Models of neocortical layer 5b pyramidal cells capturing a
  wide range of dendritic and perisomatic active properties. PLoS Comput Biol 7:e1002107:
brought from 21 to 34 degC with a factor of 2.3 for 10 degC, whatever `celsius` is.
The gates move by vshiftm and vshifth (mV, to higher potentials when negative) and have the slopes slopem and slopeh;
with the defaults this is NaTa_t.
ENDCOMMENT

NEURON {
    THREADSAFE
    SUFFIX NaTg
    USEION na READ ena WRITE ina
    RANGE gNaTgbar, gNaTg, ina
    RANGE vshiftm, vshifth, slopem, slopeh
    RANGE mInf, mTau, hInf, hTau
}

UNITS {
    (mA) = (milliamp)
    (mV) = (millivolt)
    (S) = (siemens)
}

PARAMETER {
    gNaTgbar = 0.00001 (S/cm2)
    vshiftm = 0 (mV)
    vshifth = 0 (mV)
    slopem = 6 (mV)
    slopeh = 6 (mV)
}

ASSIGNED {
    v (mV)
    ena (mV)
    ina (mA/cm2)
    gNaTg (S/cm2)
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
    gNaTg = gNaTgbar * m * m * m * h
    ina = gNaTg * (v - ena)
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
    u = v + 38 + vshiftm
    w = v + 66 + vshifth
    : where a rate is 0 / 0 it is taken 1e-4 mV away, as published simulations do
    if (u == 0) { u = 1e-4 }
    if (w == 0) { w = 1e-4 }
    a = 0.182 * linoid(u, slopem)
    b = 0.124 * linoid(-u, slopem)
    mInf = a / (a + b)
    mTau = 1 / ((a + b) * q)
    a = 0.015 * linoid(-w, slopeh)
    b = 0.015 * linoid(w, slopeh)
    hInf = a / (a + b)
    hTau = 1 / ((a + b) * q)
}
