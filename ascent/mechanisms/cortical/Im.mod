TITLE Muscarinic potassium current

COMMENT
Rates of
  Adams PR, Brown DA, Constanti A (1982). M-currents and other potassium currents in bullfrog sympathetic neurones.
  J Physiol 330:537-572,
in the collection of
  Hay E, Hill S, Schuermann F, Markram H, Segev I (2011). Models of neocortical layer 5b pyramidal cells capturing a
  wide range of dendritic and perisomatic active properties. PLoS Comput Biol 7:e1002107:
brought from 21 to 34 degC with a factor of 2.3 for 10 degC, whatever `celsius` is.
ENDCOMMENT

NEURON {
    THREADSAFE
    SUFFIX Im
    USEION k READ ek WRITE ik
    RANGE gImbar, gIm, ik
    RANGE mInf, mTau
}

UNITS {
    (mA) = (milliamp)
    (mV) = (millivolt)
    (S) = (siemens)
}

PARAMETER { gImbar = 0.00001 (S/cm2) }

ASSIGNED {
    v (mV)
    ek (mV)
    ik (mA/cm2)
    gIm (S/cm2)
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
    gIm = gImbar * m
    ik = gIm * (v - ek)
}

DERIVATIVE gates {
    rates(v)
    m' = (mInf - m) / mTau
}

PROCEDURE rates(v (mV)) {
    LOCAL a, b, q
    q = 2.3 ^ ((34 - 21) / 10)
    a = 3.3e-3 * exp(0.1 * (v + 35))
    b = 3.3e-3 * exp(-0.1 * (v + 35))
    mInf = a / (a + b)
    mTau = 1 / ((a + b) * q)
}
