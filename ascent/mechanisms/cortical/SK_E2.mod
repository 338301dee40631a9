TITLE Calcium-activated potassium current of small conductance

COMMENT
Dependence on calcium of
  Koehler M, Hirschberg B, Bond CT, Kinzie JM, Marrion NV, Maylie J, Adelman JP (1996). Small-conductance,
  calcium-activated potassium channels from mammalian brain. Science 273:1709-1714,
in the collection of
  Hay E, Hill S, Schuermann F, Markram H, Segev I (2011). Models of neocortical layer 5b pyramidal cells capturing a
  wide range of dendritic and perisomatic active properties. PLoS Comput Biol 7:e1002107.
ENDCOMMENT

NEURON {
    THREADSAFE
    SUFFIX SK_E2
    USEION k READ ek WRITE ik
    USEION ca READ cai
    RANGE gSK_E2bar, gSK_E2, ik
    RANGE zInf
}

UNITS {
    (mA) = (milliamp)
    (mV) = (millivolt)
    (S) = (siemens)
    (molar) = (1/liter)
    (mM) = (millimolar)
}

PARAMETER {
    gSK_E2bar = 0.000001 (S/cm2)
    zTau = 1 (ms)
}

ASSIGNED {
    v (mV)
    ek (mV)
    cai (mM)
    ik (mA/cm2)
    gSK_E2 (S/cm2)
    zInf
}

STATE { z }

INITIAL {
    rates(cai)
    z = zInf
}

BREAKPOINT {
    SOLVE gate METHOD cnexp
    gSK_E2 = gSK_E2bar * z
    ik = gSK_E2 * (v - ek)
}

DERIVATIVE gate {
    rates(cai)
    z' = (zInf - z) / zTau
}

: a concentration near 0 is raised by 1e-7 mM, for the power
PROCEDURE rates(cai (mM)) {
    LOCAL concentration
    concentration = cai
    if (concentration < 1e-7) { concentration = concentration + 1e-7 }
    zInf = 1 / (1 + (0.00043 / concentration) ^ 4.8)
}
