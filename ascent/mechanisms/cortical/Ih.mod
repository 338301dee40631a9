TITLE Hyperpolarisation-activated cation current

COMMENT
Rates of
  Kole MHP, Hallermann S, Stuart GJ (2006). Single Ih channels in pyramidal neuron dendrites: properties, distribution,
  and impact on action potential output. J Neurosci 26:1677-1687,
in the collection of
  Hay E, Hill S, Schuermann F, Markram H, Segev I (2011). Models of neocortical layer 5b pyramidal cells capturing a
  wide range of dendritic and perisomatic active properties. PLoS Comput Biol 7:e1002107.
The temperature has no influence.
ENDCOMMENT

NEURON {
    THREADSAFE
    SUFFIX Ih
    NONSPECIFIC_CURRENT ihcn
    RANGE gIhbar, gIh, ihcn
    RANGE mInf, mTau
}

UNITS {
    (mA) = (milliamp)
    (mV) = (millivolt)
    (S) = (siemens)
}

PARAMETER {
    gIhbar = 0.00001 (S/cm2)
    ehcn = -45 (mV)
}

ASSIGNED {
    v (mV)
    ihcn (mA/cm2)
    gIh (S/cm2)
    mInf
    mTau (ms)
}

STATE { m }

INITIAL {
    rates(v)
    m = mInf
}

BREAKPOINT {
    SOLVE gates METHOD cnexp
    gIh = gIhbar * m
    ihcn = gIh * (v - ehcn)
}

DERIVATIVE gates {
    rates(v)
    m' = (mInf - m) / mTau
}

: x / (1 - exp(-x / width))
FUNCTION linoid(x (mV), width (mV)) (mV) {
    linoid = x / (1 - exp(-x / width))
}

PROCEDURE rates(v (mV)) {
    LOCAL a, b, u
    u = v + 154.9
    : where a rate is 0 / 0 it is taken 1e-4 mV away, as published simulations do
    if (u == 0) { u = 1e-4 }
    a = 0.00643 * linoid(-u, 11.9)
    b = 0.193 * exp(v / 33.1)
    mInf = a / (a + b)
    mTau = 1 / (a + b)
}
